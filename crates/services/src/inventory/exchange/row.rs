//! Rows of an inventory file: which column is where, and what each cell means.

use contract::inventory::{DELIVERIES, STARTERS};
use contract::{Kind, UserError};

use super::COLUMNS;
use crate::inventory::touchpoints::cents;
use crate::inventory::{checked_name, invalid};

/// Why a record is no row.
pub fn unreadable(error: csv::Error) -> UserError {
    let line = error.position().map_or(0, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("The row has {len} cells, the header names {expected_len} columns.")
        }
        csv::ErrorKind::Utf8 { .. } => "The row is not UTF-8.".to_owned(),
        _ => "The row can't be read.".to_owned(),
    };
    UserError::new(Kind::Unprocessable, "bad_csv", message)
        .at(format!("line {line}"))
        .remedy("Save the file as CSV in UTF-8, with commas.")
}

/// Where each known column is; unknown columns are refused.
pub fn places(header: &csv::StringRecord) -> Result<[Option<usize>; 15], UserError> {
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| !COLUMNS.contains(name)) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "unknown_column",
            format!("There is no column \u{201c}{unknown}\u{201d} in an inventory."),
        )
        .at("line 1")
        .remedy(format!("Columns are: {}.", COLUMNS.join(", "))));
    }
    let mut places = [None; 15];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        if names.iter().filter(|name| **name == column).count() > 1 {
            return Err(UserError::new(
                Kind::Unprocessable,
                "duplicate_header",
                format!("Two columns are named \u{201c}{column}\u{201d}."),
            )
            .at("line 1"));
        }
        *place = names.iter().position(|name| *name == column);
    }
    if places[0].is_none() {
        return Err(UserError::new(
            Kind::Unprocessable,
            "missing_header",
            format!("There is no column \u{201c}touchpoint\u{201d}. Columns found: {}.", names.join(", ")),
        )
        .at("line 1"));
    }
    Ok(places)
}

/// One row, read but not yet compared with what is there. Empty cells leave things as they are.
pub struct Row<'a> {
    pub touchpoint: String,
    pub stage: &'a str,
    pub channel: &'a str,
    pub department: &'a str,
    pub delivery: &'a str,
    pub started_by: &'a str,
    pub contact: Option<bool>,
    pub cost: Option<i64>,
    pub source: &'a str,
    pub matching: &'a str,
    pub activity: &'a str,
    pub condition: &'a str,
    pub experience: &'a str,
    pub emotion: Option<i32>,
    pub failure: Option<bool>,
}

impl<'a> Row<'a> {
    pub fn of(cells: &[&'a str]) -> Result<Self, UserError> {
        let [
            touchpoint,
            stage,
            channel,
            department,
            delivery,
            started_by,
            contact,
            cost,
            source,
            matching,
            activity,
            condition,
            experience,
            emotion,
            failure,
        ] = cells
        else {
            return Err(invalid("touchpoint", "The row is too short."));
        };
        let one_of = |place: &str, value: &str, known: &[(&str, &str)]| {
            let keys: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
            if value.is_empty() || keys.contains(&value) {
                return Ok(());
            }
            Err(invalid(place, format!("\u{201c}{value}\u{201d} is not known."))
                .remedy(format!("Use one of: {}.", keys.join(", "))))
        };
        one_of("delivery", delivery, &DELIVERIES)?;
        one_of("started_by", started_by, &STARTERS)?;
        if matching.is_empty() != activity.is_empty() {
            return Err(
                invalid("match", "A rule needs both match and activity.").remedy("Fill in both, or neither.")
            );
        }
        Ok(Self {
            touchpoint: checked_name(touchpoint, "touchpoint")?,
            stage,
            channel,
            department,
            delivery,
            started_by,
            contact: truth("contact", contact)?,
            cost: cents(cost)?,
            source,
            matching,
            activity,
            condition,
            experience,
            emotion: match *emotion {
                "" => None,
                text => Some(text.parse().ok().filter(|value| (-2..=2).contains(value)).ok_or_else(|| {
                    invalid("emotion", format!("\u{201c}{text}\u{201d} is not a number from -2 to 2."))
                })?),
            },
            failure: truth("failure", failure)?,
        })
    }
}

fn truth(place: &str, text: &str) -> Result<Option<bool>, UserError> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" | "1" => Ok(Some(true)),
        "no" | "false" | "0" => Ok(Some(false)),
        _ => {
            Err(invalid(place, format!("\u{201c}{text}\u{201d} is neither yes nor no."))
                .remedy("Write yes or no."))
        }
    }
}
