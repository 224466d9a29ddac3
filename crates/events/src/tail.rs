//! The hot tail: events that came one by one, durable in the database until a segment takes them in.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::ingest::{Content, Digests};
use crate::segment::{Batch, Told, write_batch};
use crate::time::{TimeError, TimeFormat, parse};
use crate::{CustomerKey, EventsError, Pseudonyms, SegmentMeta, Store};

/// An event of the tail.
#[derive(Debug, Clone, PartialEq)]
pub struct TailEvent {
    pub customer: CustomerKey,
    /// Microseconds since 1970.
    pub time: i64,
    /// What tells it apart, and a digest of all that it says.
    pub key: u128,
    pub content: i64,
    pub activity: String,
    pub case: Option<String>,
    pub reason: Option<String>,
    pub text: Option<String>,
    /// Microseconds.
    pub duration: Option<i64>,
    /// Cents.
    pub cost: Option<i64>,
    /// By name.
    pub attributes: Vec<(String, String)>,
    /// Another id of the customer, where it just arrived and named one.
    pub known_as: Option<CustomerKey>,
}

/// The tail of one source, in order of arrival.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tail {
    pub source: String,
    pub source_order: u32,
    pub events: Vec<TailEvent>,
}

/// Why an event is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub place: String,
    pub value: String,
    pub reason: String,
    pub remedy: String,
}

/// Longest text kept of an activity, case or attribute value.
const MAX_NAME: usize = 4096;
/// Longest free text.
const MAX_TEXT: usize = 1 << 20;
/// Attributes of an event.
const MAX_ATTRIBUTES: usize = 40;
const DAY: i64 = 86_400_000_000;

/// Fields that an event may have.
const FIELDS: [&str; 11] = [
    "customer",
    "time",
    "activity",
    "id",
    "case",
    "reason",
    "text",
    "duration",
    "cost",
    "attributes",
    "known_as",
];

/// What is needed to read arriving events.
pub struct Reader<'a> {
    pub pseudonyms: &'a Pseudonyms,
    pub source: &'a str,
    /// Microseconds since 1970.
    pub now: i64,
}

impl Reader<'_> {
    /// Reads an event. Without an id of its own, its content tells it apart: the same said twice is one event.
    pub fn read(&self, event: &Map<String, Value>) -> Result<TailEvent, Refused> {
        let refuse = |code, place: &str, reason: &str, remedy: &str| Refused {
            code,
            place: place.to_owned(),
            value: event.get(place).map(|value| shortened(&value.to_string())).unwrap_or_default(),
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        };
        if let Some(unknown) = event.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            let remedy = format!("Fields are: {}. Put everything else into attributes.", FIELDS.join(", "));
            return Err(refuse(
                "unknown_field",
                unknown,
                "The event has a field that means nothing here.",
                &remedy,
            ));
        }
        let text = |name: &str, most: usize| -> Result<Option<String>, Refused> {
            let text = match event.get(name) {
                None | Some(Value::Null) => return Ok(None),
                Some(Value::String(text)) => text.trim().to_owned(),
                Some(Value::Number(number)) => number.to_string(),
                Some(_) => {
                    return Err(refuse(
                        "bad_value",
                        name,
                        "The value is neither text nor number.",
                        "Send text.",
                    ));
                }
            };
            if text.len() > most {
                return Err(refuse("value_too_long", name, "The value is too long.", "Shorten it."));
            }
            if text.contains('\0') {
                return Err(refuse("nul_byte", name, "The value holds a NUL.", "Remove it."));
            }
            Ok(Some(text).filter(|text| !text.is_empty()))
        };
        let required = |name: &'static str, code| {
            text(name, MAX_NAME)?
                .ok_or_else(|| refuse(code, name, "The field is missing or empty.", "Send it."))
        };
        let customer = self.pseudonyms.of(required("customer", "missing_customer")?.as_bytes());
        let activity = required("activity", "missing_activity")?;
        let time = self.instant(&required("time", "bad_time")?).map_err(|error| match error {
            TimeError::OutOfRange => refuse(
                "time_out_of_range",
                "time",
                "The time is before 1970, or more than 24 hours in the future.",
                "Correct the time.",
            ),
            TimeError::NoZone => refuse(
                "bad_time",
                "time",
                "The time carries no zone.",
                "Write it with its zone, as in 2026-03-01T14:03:22Z.",
            ),
            _ => refuse(
                "bad_time",
                "time",
                "The value is no time.",
                "Write it like 2026-03-01T14:03:22Z, or as seconds or milliseconds since 1970.",
            ),
        })?;
        let number = |name: &str, scale: f64| -> Result<Option<i64>, Refused> {
            let value = match event.get(name) {
                None | Some(Value::Null) => return Ok(None),
                Some(Value::Number(number)) => number.as_f64(),
                Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
                Some(_) => None,
            };
            let value = value.filter(|value| value.is_finite() && value.abs() < 1e12);
            let value =
                value.ok_or_else(|| refuse("bad_number", name, "The value is no number.", "Send a number."))?;
            Ok(Some((value * scale).round() as i64))
        };
        let duration = number("duration", 1e6)?;
        if duration.is_some_and(|duration| duration < 0) {
            return Err(refuse(
                "bad_number",
                "duration",
                "The duration is negative.",
                "Send seconds, as in 12.5.",
            ));
        }
        let mut attributes = Vec::new();
        match event.get("attributes") {
            None | Some(Value::Null) => {}
            Some(Value::Object(values)) => {
                if values.len() > MAX_ATTRIBUTES {
                    let reason = format!(
                        "The event has {} attributes; at most {MAX_ATTRIBUTES} are kept.",
                        values.len()
                    );
                    return Err(refuse(
                        "too_many_attributes",
                        "attributes",
                        &reason,
                        "Send those that rules or segments need.",
                    ));
                }
                for (name, value) in values {
                    if FIELDS.contains(&name.as_str()) {
                        return Err(refuse(
                            "reserved_name",
                            "attributes",
                            &format!(
                                "\u{201c}{name}\u{201d} is no name for an attribute: it means a part of the event."
                            ),
                            "Send it as that part, or give it another name.",
                        ));
                    }
                    let value = match value {
                        Value::Null => continue,
                        Value::String(text) => text.trim_ascii().to_owned(),
                        other => other.to_string(),
                    };
                    if name.is_empty() || name.len() > 200 || value.len() > MAX_NAME || value.contains('\0') {
                        return Err(refuse(
                            "value_too_long",
                            "attributes",
                            "A name or value is empty, too long, or holds a NUL.",
                            "Shorten it.",
                        ));
                    }
                    if !value.is_empty() {
                        attributes.push((name.clone(), value));
                    }
                }
            }
            Some(_) => {
                return Err(refuse(
                    "bad_value",
                    "attributes",
                    "The attributes are no object.",
                    "Send {\"name\": \"value\"}.",
                ));
            }
        }
        attributes.sort();
        let (case, reason) = (text("case", MAX_NAME)?, text("reason", MAX_NAME)?);
        let words = text("text", MAX_TEXT)?;
        let cost = number("cost", 100.0)?;
        let known_as = text("known_as", MAX_NAME)?.map(|id| self.pseudonyms.of(id.as_bytes()));
        let bytes = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
        let digests = Digests::of(self.source, self.pseudonyms);
        let content = Content {
            customer,
            time,
            activity: activity.as_bytes(),
            case: &bytes(&case),
            reason: &bytes(&reason),
            text: &bytes(&words),
            duration,
            cost,
        };
        let named = attributes.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let content = digests.content(&content, named, &mut Vec::new());
        let key = text("id", MAX_NAME)?.map_or(content, |id| digests.id(id.as_bytes()));
        Ok(TailEvent {
            customer,
            time,
            key,
            content: content as i64,
            activity,
            case,
            reason,
            text: words,
            duration,
            cost,
            attributes,
            known_as: known_as.filter(|&other| other != customer),
        })
    }

    fn instant(&self, text: &str) -> Result<i64, TimeError> {
        let number = text.parse::<f64>().ok();
        let instant = match number {
            // Seconds until the year 5138, milliseconds and microseconds from 1973 on.
            // A bare number before 1980 is a date without its dashes, or a mistake.
            Some(number) if number < 315_532_800.0 => return Err(TimeError::Unreadable),
            Some(number) if number.abs() < 1e11 => parse(text, TimeFormat::Epoch { per_second: 1 }, None),
            Some(number) if number.abs() < 1e14 => parse(text, TimeFormat::Epoch { per_second: 1_000 }, None),
            Some(_) => parse(text, TimeFormat::Epoch { per_second: 1_000_000 }, None),
            None => parse(text, TimeFormat::Iso, None),
        }?;
        if instant > self.now + DAY { Err(TimeError::OutOfRange) } else { Ok(instant) }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Writes events of one source as segments named `NAME-BUCKET.parquet`. None of it counts before the manifest names
/// it.
pub fn seal(store: &Store, name: &str, events: &[TailEvent]) -> Result<Vec<SegmentMeta>, EventsError> {
    let names: BTreeSet<&str> =
        events.iter().flat_map(|event| event.attributes.iter().map(|(name, _)| name.as_str())).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let mut batch = Batch::new(names);
    for (position, event) in (1..).zip(events) {
        batch.push(Told {
            customer: event.customer,
            time: event.time,
            position,
            key: event.key,
            content: event.content,
            activity: &event.activity,
            case: event.case.as_deref(),
            reason: event.reason.as_deref(),
            text: event.text.as_deref(),
            duration: event.duration,
            cost: event.cost,
            attributes: &event.attributes,
        });
    }
    if batch.is_empty() { Ok(Vec::new()) } else { write_batch(store, name, &batch) }
}
