//! OCEL 2.0 in XML. Document types and entities are refused, since they can make a small file endless.

use std::io::{BufReader, Read as _};
use std::path::Path;

use contract::{Kind, UserError};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event as Tag};
use quick_xml::reader::Reader;

use super::{Event, Log, MOST_BYTES, broken};
use crate::EventsError;
use crate::formats::input::{failed, input};

/// Deepest nesting of tags.
const DEEPEST: u32 = 64;

pub fn read(path: &Path) -> Result<Log, EventsError> {
    let mut text = Vec::new();
    input(path)?.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(|error| failed(path, error))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(broken("it is larger than 1 GiB"));
    }
    let mut reader = Reader::from_reader(BufReader::new(text.as_slice()));
    let mut log = Log::default();
    let mut event: Option<Event> = None;
    let mut attribute: Option<(String, String)> = None;
    let mut buffer = Vec::new();
    let mut depth = 0;
    loop {
        buffer.clear();
        let tag = reader.read_event_into(&mut buffer).map_err(broken)?;
        let (start, empty) = match tag {
            Tag::Start(start) => (start, false),
            Tag::Empty(start) => (start, true),
            Tag::Text(text) => {
                if let Some((_, value)) = &mut attribute {
                    value.push_str(&text.xml10_content());
                }
                continue;
            }
            Tag::GeneralRef(entity) => {
                if let Some((_, value)) = &mut attribute {
                    match entity.resolve_char_ref() {
                        Ok(Some(letter)) => value.push(letter),
                        _ => match entity.as_ref() {
                            "amp" => value.push('&'),
                            "lt" => value.push('<'),
                            "gt" => value.push('>'),
                            "quot" => value.push('"'),
                            "apos" => value.push('\''),
                            _ => return Err(forbidden()),
                        },
                    }
                }
                continue;
            }
            Tag::CData(data) => {
                if let Some((_, value)) = &mut attribute {
                    value.push_str(&data);
                }
                continue;
            }
            Tag::End(end) => {
                depth -= 1;
                match end.local_name().as_ref() {
                    "event" => log.events.extend(event.take()),
                    "attribute" => {
                        if let (Some(event), Some(attribute)) = (&mut event, attribute.take()) {
                            event.attributes.push(attribute);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            Tag::DocType(_) => return Err(forbidden()),
            Tag::Eof => break,
            Tag::Decl(_) | Tag::PI(_) | Tag::Comment(_) => continue,
        };
        depth += u32::from(!empty);
        if depth > DEEPEST {
            return Err(broken(format!("its tags are nested deeper than {DEEPEST} levels")));
        }
        match start.local_name().as_ref() {
            "object" => log.object(value(&start, "id")?, &value(&start, "type")?),
            "event" => {
                let found = Event {
                    id: value(&start, "id")?,
                    activity: value(&start, "type")?,
                    time: value(&start, "time")?,
                    ..Event::default()
                };
                if empty { log.events.push(found) } else { event = Some(found) }
            }
            "relationship" => {
                if let Some(event) = &mut event {
                    event.related.push(value(&start, "object-id")?);
                }
            }
            "attribute" if event.is_some() && !empty => {
                attribute = Some((value(&start, "name")?, String::new()));
            }
            _ => {}
        }
    }
    if depth != 0 || event.is_some() {
        return Err(broken("it ends early"));
    }
    Ok(log)
}

fn forbidden() -> EventsError {
    UserError::new(
        Kind::Unprocessable,
        "doctype_forbidden",
        "The file declares a document type or uses entities of its own.",
    )
    .remedy("Export it again without; OCEL needs none.")
    .into()
}

fn value(tag: &BytesStart<'_>, name: &str) -> Result<String, EventsError> {
    let found = tag.try_get_attribute(name).map_err(broken)?;
    let Some(found) = found else { return Ok(String::new()) };
    found.normalized_value(XmlVersion::Implicit1_0).map(|text| text.into_owned()).map_err(broken)
}
