//! Which column holds what: checked against a file's header before anything is read.

use contract::sources::ColumnMapping;
use contract::{Kind, UserError};

/// Positions of the mapped columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap {
    pub customer: usize,
    pub time: usize,
    pub activity: usize,
    pub id: Option<usize>,
    pub case: Option<usize>,
    pub reason: Option<usize>,
    pub text: Option<usize>,
    pub duration: Option<usize>,
    pub cost: Option<usize>,
    pub known_as: Option<usize>,
    /// (attribute name, position), by name.
    pub attributes: Vec<(String, usize)>,
}

/// Names that mean a part of the event; all others are attributes.
const PARTS: [&str; 10] =
    ["customer", "time", "activity", "id", "case", "reason", "text", "duration", "cost", "known_as"];

/// Words in headers that suggest a part, most telling first.
const HINTS: [(&str, &[&str]); 9] = [
    (
        "customer",
        &[
            "customer_id",
            "customerid",
            "customer",
            "client_id",
            "client",
            "user_id",
            "userid",
            "account_id",
            "account",
            "subscriber",
            "member_id",
            "caseid",
            "case_id",
            "visitor",
        ],
    ),
    (
        "time",
        &[
            "timestamp",
            "time",
            "datetime",
            "occurred_at",
            "event_time",
            "date",
            "created_at",
            "zeit",
            "started_at",
        ],
    ),
    (
        "activity",
        &[
            "activity",
            "event_name",
            "event",
            "touchpoint",
            "action",
            "step",
            "page",
            "concept:name",
            "type",
            "name",
        ],
    ),
    ("id", &["event_id", "eventid", "id"]),
    ("case", &["case_id", "case", "order_id", "ticket", "ticket_id", "order"]),
    ("reason", &["reason", "wrap_up", "wrapup", "wrap_up_code", "disposition", "reason_code"]),
    ("text", &["text", "comment", "note", "message", "transcript"]),
    ("duration", &["duration", "duration_seconds", "handle_time", "seconds"]),
    ("cost", &["cost", "price"]),
];

/// The column whose values read as times in at least half of the rows, whatever it is called.
fn times(header: &[String], rows: &[Vec<String>]) -> Option<String> {
    let reads = |at: usize| {
        let values = rows.iter().filter_map(move |row| row.get(at)).map(String::as_str);
        crate::time::detect(values, None).read * 10 >= rows.len() * 5
    };
    (0..header.len()).find(|&at| !rows.is_empty() && reads(at)).map(|at| header[at].clone())
}

/// Reading and guessing of mappings.
pub struct Mapping;

impl Mapping {
    /// Attributes that an import can bring: each costs memory for every event.
    pub const MOST_ATTRIBUTES: usize = 40;

    /// Reads `customer=COL,time=COL,activity=COL[,id=COL…,NAME=COL]`.
    pub fn parse(text: &str) -> Result<ColumnMapping, UserError> {
        let mut mapping = ColumnMapping::default();
        let refused = |part: &str, message: String| {
            UserError::new(Kind::Invalid, "bad_mapping", message)
                .at(part)
                .remedy("Write customer=COLUMN,time=COLUMN,activity=COLUMN, and further NAME=COLUMN as needed.")
        };
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let (name, column) = part
                .split_once('=')
                .map(|(name, column)| (name.trim(), column.trim()))
                .filter(|(name, column)| !name.is_empty() && !column.is_empty())
                .ok_or_else(|| refused(part, format!("\u{201c}{part}\u{201d} is not NAME=COLUMN.")))?;
            let twice = || refused(part, format!("\u{201c}{name}\u{201d} is mapped twice."));
            let required = |slot: &mut String| {
                if slot.is_empty() {
                    *slot = column.to_owned();
                    Ok(())
                } else {
                    Err(twice())
                }
            };
            let optional = |slot: &mut Option<String>| match slot.replace(column.to_owned()) {
                None => Ok(()),
                Some(_) => Err(twice()),
            };
            match name {
                "customer" => required(&mut mapping.customer)?,
                "time" => required(&mut mapping.time)?,
                "activity" => required(&mut mapping.activity)?,
                "id" => optional(&mut mapping.id)?,
                "case" => optional(&mut mapping.case)?,
                "reason" => optional(&mut mapping.reason)?,
                "text" => optional(&mut mapping.text)?,
                "duration" => optional(&mut mapping.duration)?,
                "cost" => optional(&mut mapping.cost)?,
                "known_as" => optional(&mut mapping.known_as)?,
                _ if mapping.attributes.iter().any(|(known, _)| known == name) => return Err(twice()),
                _ => mapping.attributes.push((name.to_owned(), column.to_owned())),
            }
        }
        Ok(mapping)
    }

    /// The mapping that a header and its first rows suggest; parts that nothing suggests stay empty.
    pub fn guess(header: &[String], rows: &[Vec<String>]) -> ColumnMapping {
        let mut taken: Vec<&str> = Vec::new();
        let mut find = |part: &str| -> Option<String> {
            let (_, words) = HINTS.iter().find(|(name, _)| *name == part)?;
            let column = words.iter().find_map(|word| {
                header.iter().find(|name| name.eq_ignore_ascii_case(word) && !taken.contains(&name.as_str()))
            })?;
            taken.push(column);
            Some(column.clone())
        };
        let mut mapping = ColumnMapping {
            customer: find("customer").unwrap_or_default(),
            time: find("time").or_else(|| times(header, rows)).unwrap_or_default(),
            activity: find("activity").unwrap_or_default(),
            id: find("id"),
            case: find("case"),
            reason: find("reason"),
            text: find("text"),
            duration: find("duration"),
            cost: find("cost"),
            // Who is the same person is never guessed.
            known_as: None,
            attributes: Vec::new(),
        };
        let known = [&mapping.customer, &mapping.time, &mapping.activity];
        let known: Vec<&String> = known
            .into_iter()
            .chain(
                [&mapping.id, &mapping.case, &mapping.reason, &mapping.text, &mapping.duration, &mapping.cost]
                    .into_iter()
                    .flatten(),
            )
            .collect();
        let attributes = header
            .iter()
            .filter(|name| !known.contains(name))
            .map(|name| (Self::attribute_name(name), name.clone()))
            .take(Self::MOST_ATTRIBUTES)
            .collect();
        mapping.attributes = attributes;
        mapping
    }

    /// What a column is called as an attribute: its own name, unless that means a part of the event.
    pub fn attribute_name(column: &str) -> String {
        if PARTS.contains(&column) { format!("{column} column") } else { column.to_owned() }
    }

    /// Finds the mapped columns in a header.
    pub fn resolve(mapping: &ColumnMapping, header: &[String]) -> Result<ColumnMap, UserError> {
        let ColumnMapping {
            customer,
            time,
            activity,
            id,
            case,
            reason,
            text,
            duration,
            cost,
            known_as,
            attributes,
        } = mapping;
        let found =
            || header.iter().map(|name| format!("\u{201c}{name}\u{201d}")).collect::<Vec<_>>().join(", ");
        let find = |part: &str, column: &String| {
            if column.is_empty() {
                return Err(UserError::new(
                    Kind::Unprocessable,
                    "column_not_mapped",
                    format!("No column is mapped to {part}. Columns found: {}.", found()),
                )
                .at(part)
                .remedy(format!("Say which column holds the {part}: {part}=COLUMN.")));
            }
            header.iter().position(|name| name == column).ok_or_else(|| {
                UserError::new(
                    Kind::Unprocessable,
                    "missing_header",
                    format!("There is no column \u{201c}{column}\u{201d}. Columns found: {}.", found()),
                )
                .at(part)
                .remedy("Map to a column that the file has.")
            })
        };
        let maybe =
            |part: &str, column: &Option<String>| column.as_ref().map(|column| find(part, column)).transpose();
        if attributes.len() > Self::MOST_ATTRIBUTES {
            return Err(UserError::new(
                Kind::Unprocessable,
                "too_many_attributes",
                format!(
                    "{} columns are to be kept as attributes; at most {} can be.",
                    attributes.len(),
                    Self::MOST_ATTRIBUTES
                ),
            )
            .at("attributes")
            .remedy("Keep those that mapping rules or segments need."));
        }
        let mut attributes = attributes
            .iter()
            .map(|(name, column)| {
                if PARTS.contains(&name.as_str()) {
                    return Err(UserError::new(
                        Kind::Unprocessable,
                        "bad_mapping",
                        format!(
                            "\u{201c}{name}\u{201d} is no name for an attribute: it means a part of the event."
                        ),
                    )
                    .at(name.clone())
                    .remedy("Map it as that part, or give the attribute another name."));
                }
                Ok((name.clone(), find(name, column)?))
            })
            .collect::<Result<Vec<_>, _>>()?;
        attributes.sort();
        Ok(ColumnMap {
            customer: find("customer", customer)?,
            time: find("time", time)?,
            activity: find("activity", activity)?,
            id: maybe("id", id)?,
            case: maybe("case", case)?,
            reason: maybe("reason", reason)?,
            text: maybe("text", text)?,
            duration: maybe("duration", duration)?,
            cost: maybe("cost", cost)?,
            known_as: maybe("known_as", known_as)?,
            attributes,
        })
    }
}
