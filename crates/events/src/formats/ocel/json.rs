//! OCEL 2.0 in JSON.

use std::io::{BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{Event, Log, MOST_BYTES, broken};
use crate::EventsError;
use crate::formats::input::{failed, input};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    objects: Vec<Object>,
    #[serde(default)]
    events: Vec<Found>,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Found {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    time: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Attribute {
    name: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct Relationship {
    #[serde(rename = "objectId")]
    object: String,
}

pub fn read(path: &Path) -> Result<Log, EventsError> {
    let mut text = Vec::new();
    let mut limited = BufReader::new(input(path)?).take(MOST_BYTES + 1);
    limited.read_to_end(&mut text).map_err(|error| failed(path, error))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(broken("it is larger than 1 GiB"));
    }
    let text = text.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&text);
    let file: File = serde_json::from_slice(text).map_err(broken)?;
    let mut log = Log::default();
    for Object { id, kind } in file.objects {
        log.object(id, &kind);
    }
    log.events = file
        .events
        .into_iter()
        .map(|Found { id, kind, time, attributes, relationships }| Event {
            id,
            activity: kind,
            time,
            attributes: attributes.into_iter().map(|one| (one.name, plain(one.value))).collect(),
            related: relationships.into_iter().map(|one| one.object).collect(),
        })
        .collect();
    Ok(log)
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
