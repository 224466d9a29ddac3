//! OCEL 2.0, the object-centric log: events that belong to several objects of several types, in JSON, XML or SQLite.
//!
//! An event becomes one row for each of its objects of the type that is chosen as the customer, as flattening is
//! defined for such logs; objects of other types stand in columns of their own, to be a case or an attribute.

mod json;
mod sqlite;
mod xml;

use std::collections::HashMap;
use std::path::Path;

use contract::sources::ColumnMapping;
use contract::{Kind, UserError};

use super::listed::Listed;
use crate::EventsError;
use crate::csv::Mapping;

/// Columns that every such log has here.
const EVENT: &str = "event";
const ACTIVITY: &str = "activity";
const TIME: &str = "time";
/// Prefix of the columns that hold objects of a type.
const OBJECT: &str = "object: ";
/// Attributes that become columns.
const MOST_COLUMNS: usize = 200;
/// Largest file, unpacked: such logs are read whole, since objects may come after their events.
const MOST_BYTES: u64 = 1 << 30;

/// Which of the three ways a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    Json,
    Xml,
    Sqlite,
}

/// A log as it stands in the file.
#[derive(Debug, Default)]
struct Log {
    /// Types of objects, in order of appearance.
    types: Vec<String>,
    /// Type of each object.
    object_type: Vec<u32>,
    /// Number of each object's id.
    objects: HashMap<String, u32>,
    ids: Vec<String>,
    events: Vec<Event>,
}

/// One event.
#[derive(Debug, Default)]
struct Event {
    id: String,
    activity: String,
    time: String,
    attributes: Vec<(String, String)>,
    /// Ids as the file names them, until all objects are known.
    related: Vec<String>,
}

impl Log {
    fn object(&mut self, id: String, of: &str) {
        let kind = match self.types.iter().position(|known| known == of) {
            Some(at) => at,
            None => {
                self.types.push(of.to_owned());
                self.types.len() - 1
            }
        };
        let next = self.ids.len() as u32;
        self.objects.entry(id.clone()).or_insert_with(|| {
            self.ids.push(id);
            self.object_type.push(kind as u32);
            next
        });
    }

    fn read(path: &Path, writing: Writing) -> Result<Self, EventsError> {
        let log = match writing {
            Writing::Json => json::read(path)?,
            Writing::Xml => xml::read(path)?,
            Writing::Sqlite => sqlite::read(path)?,
        };
        if log.types.len() > MOST_COLUMNS {
            return Err(broken(format!("it has more than {MOST_COLUMNS} types of objects")));
        }
        if log.events.is_empty() {
            return Err(UserError::new(Kind::Unprocessable, "empty_file", "The log holds no event.")
                .remedy("Choose an OCEL 2.0 file with events.")
                .into());
        }
        Ok(log)
    }

    fn header(&self) -> Vec<String> {
        let mut header: Vec<String> = [EVENT, ACTIVITY, TIME].map(str::to_owned).into();
        header.extend(self.types.iter().map(|name| format!("{OBJECT}{name}")));
        for event in &self.events {
            for (name, _) in &event.attributes {
                if header.len() < MOST_COLUMNS && !header.contains(name) {
                    header.push(name.clone());
                }
            }
        }
        header
    }
}

/// Rows of a log.
pub struct Rows {
    log: Log,
    header: Vec<String>,
    /// Type of object of which each event is given once for each.
    flat: Option<u32>,
    /// Next event, and next of its objects of that type.
    at: (usize, usize),
    number: u64,
    bytes: u64,
}

impl Rows {
    /// Opens a file; the columns come first. `customer` is the column that names the customer.
    pub fn open(path: &Path, writing: Writing, customer: &str) -> Result<(Vec<String>, Self), EventsError> {
        let bytes = std::fs::metadata(path).map_err(EventsError::io("reading", path))?.len();
        let log = Log::read(path, writing)?;
        let header = log.header();
        let wanted = customer.strip_prefix(OBJECT);
        let flat = log.types.iter().position(|name| Some(name.as_str()) == wanted).map(|at| at as u32);
        Ok((header.clone(), Self { log, header, flat, at: (0, 0), number: 0, bytes }))
    }
}

impl Listed for Rows {
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, EventsError> {
        let Self { log, header, flat: wanted, at, .. } = &*self;
        let Some(event) = log.events.get(at.0) else { return Ok(None) };
        let of_type = |kind: u32| {
            event
                .related
                .iter()
                .filter(move |id| log.objects.get(*id).is_some_and(|&at| log.object_type[at as usize] == kind))
        };
        let flat = wanted.map(|kind| of_type(kind).collect::<Vec<_>>()).unwrap_or_default();
        let object = flat.get(at.1);
        for column in header {
            let cell = match column.as_str() {
                // With the object, so that each of an event's rows has an identity of its own.
                EVENT => object.map_or_else(|| event.id.clone(), |object| format!("{}/{object}", event.id)),
                ACTIVITY => event.activity.clone(),
                TIME => event.time.clone(),
                other => match other.strip_prefix(OBJECT) {
                    Some(name) => {
                        let kind = log.types.iter().position(|known| known == name).map(|at| at as u32);
                        match (kind, object) {
                            (Some(kind), Some(object)) if Some(kind) == *wanted => (*object).clone(),
                            (Some(kind), _) => of_type(kind).map(String::as_str).collect::<Vec<_>>().join(", "),
                            (None, _) => String::new(),
                        }
                    }
                    None => event
                        .attributes
                        .iter()
                        .find(|(name, _)| name == other)
                        .map_or_else(String::new, |(_, value)| value.clone()),
                },
            };
            cells.push(cell);
        }
        let next = if at.1 + 1 < flat.len() { (at.0, at.1 + 1) } else { (at.0 + 1, 0) };
        self.number += 1;
        self.at = next;
        Ok(Some(self.number))
    }

    fn bytes(&self) -> u64 {
        (self.bytes as f64 * (self.at.0 as f64 / self.log.events.len().max(1) as f64)) as u64
    }
}

/// Which column holds what: the type of objects that sounds like people is the customer, or else the one that most
/// events belong to.
pub fn mapping(header: &[String], rows: &[Vec<String>]) -> ColumnMapping {
    const PEOPLE: [&str; 8] =
        ["customer", "client", "person", "user", "member", "patient", "student", "account"];
    let objects: Vec<(usize, &String)> =
        header.iter().enumerate().filter(|(_, name)| name.starts_with(OBJECT)).collect();
    let filled = |at: usize| rows.iter().filter(|row| row.get(at).is_some_and(|cell| !cell.is_empty())).count();
    let sounds = |name: &str| PEOPLE.iter().any(|word| name.to_lowercase().contains(word));
    let customer = objects
        .iter()
        .max_by_key(|(at, name)| (sounds(name), filled(*at), usize::MAX - at))
        .map(|(_, name)| (*name).clone())
        .unwrap_or_default();
    let fixed = [EVENT, ACTIVITY, TIME];
    let others = header.iter().filter(|name| !fixed.contains(&name.as_str()) && **name != customer);
    ColumnMapping {
        time: TIME.to_owned(),
        activity: ACTIVITY.to_owned(),
        id: Some(EVENT.to_owned()),
        case: Some(customer.clone()).filter(|name| !name.is_empty()),
        attributes: others
            .map(|name| (Mapping::attribute_name(name), name.clone()))
            .take(Mapping::MOST_ATTRIBUTES)
            .collect(),
        customer,
        ..ColumnMapping::default()
    }
}

fn broken(reason: impl std::fmt::Display) -> EventsError {
    UserError::new(Kind::Unprocessable, "broken_ocel", format!("The OCEL log can't be read: {reason}."))
        .remedy("Export it again as OCEL 2.0.")
        .into()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Listed as _, Rows, Writing, mapping};
    use crate::EventsError;

    const JSON: &str = r#"{"objectTypes":[{"name":"Order","attributes":[]},{"name":"Customer","attributes":[]}],
      "eventTypes":[],
      "objects":[{"id":"o1","type":"Order"},{"id":"o2","type":"Order"},{"id":"c1","type":"Customer"}],
      "events":[
        {"id":"e1","type":"Place","time":"2026-03-01T10:00:00Z","attributes":[{"name":"shop","value":"A"}],"relationships":[{"objectId":"o1","qualifier":"x"},{"objectId":"c1","qualifier":"x"}]},
        {"id":"e2","type":"Pack","time":"2026-03-01T11:00:00Z","relationships":[{"objectId":"o1","qualifier":"x"},{"objectId":"o2","qualifier":"x"}]},
        {"id":"e3","type":"Close","time":"2026-03-01T12:00:00Z"}]}"#;
    const XML: &str = r#"<?xml version="1.0"?><log><object-types/><event-types/>
      <objects><object id="o1" type="Order"/><object id="o2" type="Order"/><object id="c1" type="Customer"><attributes/></object></objects>
      <events>
        <event id="e1" type="Place" time="2026-03-01T10:00:00Z"><attributes><attribute name="shop">A</attribute></attributes><objects><relationship object-id="o1" qualifier="x"/><relationship object-id="c1" qualifier="x"/></objects></event>
        <event id="e2" type="Pack" time="2026-03-01T11:00:00Z"><objects><relationship object-id="o1"/><relationship object-id="o2"/></objects></event>
        <event id="e3" type="Close" time="2026-03-01T12:00:00Z"/>
      </events></log>"#;

    fn rows(
        text: &[u8],
        writing: Writing,
        customer: &str,
    ) -> Result<(Vec<String>, Vec<Vec<String>>), EventsError> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text).expect("written");
        let (header, mut rows) = Rows::open(file.path(), writing, customer)?;
        let mut all = Vec::new();
        let mut cells = Vec::new();
        while rows.next(&mut cells)?.is_some() {
            all.push(std::mem::take(&mut cells));
        }
        Ok((header, all))
    }

    #[test]
    fn events_are_given_once_for_each_object_of_the_chosen_type() {
        for (text, writing) in [(JSON, Writing::Json), (XML, Writing::Xml)] {
            let (header, all) = rows(text.as_bytes(), writing, "object: Order").expect("read");
            assert_eq!(header, ["event", "activity", "time", "object: Order", "object: Customer", "shop"]);
            let named: Vec<(&str, &str, &str)> =
                all.iter().map(|row| (row[0].as_str(), row[3].as_str(), row[4].as_str())).collect();
            assert_eq!(
                named,
                [("e1/o1", "o1", "c1"), ("e2/o1", "o1", ""), ("e2/o2", "o2", ""), ("e3", "", "")]
            );
            assert_eq!(mapping(&header, &all).customer, "object: Customer");
            let (_, by_customer) = rows(text.as_bytes(), writing, "object: Customer").expect("read");
            assert_eq!(by_customer.len(), 3);
            assert_eq!(by_customer[1][3], "o1, o2");
        }
    }

    #[test]
    fn what_is_no_such_log_is_refused() {
        for (text, writing) in [
            ("{\"events\": 7}", Writing::Json),
            ("{\"events\":[],\"objects\":[]}", Writing::Json),
            ("<log><events><event id=\"a\"", Writing::Xml),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><log><events/></log>", Writing::Xml),
            ("SQLite format 3\0 and no more", Writing::Sqlite),
        ] {
            assert!(matches!(rows(text.as_bytes(), writing, ""), Err(EventsError::Input(_))), "{text}");
        }
        let deep = format!("{{\"events\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(rows(deep.as_bytes(), Writing::Json, "").is_err());
    }
}
