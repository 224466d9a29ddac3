//! XES, the XML format of process-mining tools (IEEE 1849), read as a stream.
//!
//! Each event becomes a row: its trace's name as case, its own name as activity, its time, and its attributes. A
//! log without customers has its cases as customers until a mapping says otherwise. Nested attributes are not
//! read. Document types and entities are refused, since they can make a small file endless.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use contract::sources::ColumnMapping;
use contract::{Kind, UserError};
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::input::{Input, failed, input, start};
use crate::EventsError;
use crate::csv::{MAX_CELL, Mapping, Record, RecordError};

/// Columns that every XES file has here.
const CASE: &str = "case";
const ACTIVITY: &str = "activity";
const TIME: &str = "time";

/// Events whose attributes name the columns.
const SAMPLED: usize = 2_000;
/// Rows of a sample.
const SAMPLE_ROWS: usize = 1_000;
/// Attributes that become columns.
const MOST_COLUMNS: usize = 200;
/// Bytes of a sample, and letters of its cells.
const SAMPLE_BYTES: usize = 4 << 20;
const SAMPLE_CELL: usize = 1_000;
/// Attributes of one event, and bytes of them.
const MOST_ATTRIBUTES: usize = 1_000;
const MOST_EVENT: usize = 1 << 20;
/// Deepest nesting of tags.
const DEEPEST: u32 = 64;
/// Bytes from one tag to the next, at most.
const MOST_TAG: u64 = 4 << 20;

/// One event as it stands in the file.
#[derive(Debug, Default)]
struct Found {
    activity: String,
    time: String,
    attributes: Vec<(String, String)>,
    line: u64,
    /// Bytes taken in, and whether they became too many.
    bytes: usize,
    too_large: bool,
}

impl Found {
    /// Counts what is taken in; from too much on, nothing more is.
    fn is_full(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.too_large |= self.bytes > MOST_EVENT || self.attributes.len() >= MOST_ATTRIBUTES;
        self.too_large
    }
}

/// Which column holds what.
pub fn mapping(header: &[String]) -> ColumnMapping {
    let fixed = [CASE, ACTIVITY, TIME];
    let others = header.iter().filter(|name| !fixed.contains(&name.as_str()));
    ColumnMapping {
        customer: CASE.to_owned(),
        time: TIME.to_owned(),
        activity: ACTIVITY.to_owned(),
        case: Some(CASE.to_owned()),
        attributes: others
            .map(|name| (Mapping::attribute_name(name), name.clone()))
            .take(Mapping::MOST_ATTRIBUTES)
            .collect(),
        ..ColumnMapping::default()
    }
}

/// Names of the columns, and the first rows.
pub fn sample(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), EventsError> {
    let mut parser = Parser::open(path)?;
    let mut rows: Vec<(String, Found)> = Vec::new();
    let mut header: Vec<String> = [CASE, ACTIVITY, TIME].map(str::to_owned).into();
    let (mut looked_at, mut bytes) = (0, 0);
    while looked_at < SAMPLED
        && bytes < SAMPLE_BYTES
        && let Some(event) = parser.next()?
    {
        looked_at += 1;
        bytes += event.bytes + parser.case.len();
        for (name, _) in &event.attributes {
            if header.len() < MOST_COLUMNS && !header.contains(name) {
                header.push(name.clone());
            }
        }
        if rows.len() < SAMPLE_ROWS {
            rows.push((parser.case.chars().take(SAMPLE_CELL).collect(), event));
        }
    }
    if rows.is_empty() {
        return Err(UserError::new(Kind::Unprocessable, "empty_file", "The file holds no event.")
            .remedy("Choose an XES file with traces and events.")
            .into());
    }
    let cut = |text: &str| -> String { text.chars().take(SAMPLE_CELL).collect() };
    let rows = rows
        .iter()
        .map(|(case, event)| header.iter().map(|name| cut(cell(name, case, event))).collect())
        .collect();
    Ok((header, rows))
}

fn cell<'a>(column: &str, case: &'a str, event: &'a Found) -> &'a str {
    match column {
        CASE => case,
        ACTIVITY => &event.activity,
        TIME => &event.time,
        other => event.attributes.iter().find(|(name, _)| name == other).map_or("", |(_, value)| value),
    }
}

/// A file's events as rows.
pub struct Events {
    parser: Parser,
    header: Vec<String>,
}

impl Events {
    /// Opens a file whose columns are known.
    pub fn open(path: &Path, header: &[String]) -> Result<Self, EventsError> {
        Ok(Self { parser: Parser::open(path)?, header: header.to_vec() })
    }

    /// Reads the next event; false at the end.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, EventsError> {
        let Some(event) = self.parser.next()? else { return Ok(false) };
        let cells = self.header.iter().map(|column| cell(column, &self.parser.case, &event).as_bytes());
        record.set(event.line, cells);
        if event.too_large || self.parser.case.len() > MAX_CELL {
            record.error = Some(RecordError::EventTooLarge);
            record.error_at = 0;
        }
        Ok(true)
    }

    /// Unpacked bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.parser.reader.get_ref().bytes
    }
}

/// Where the parser stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Log,
    Trace,
    Event,
}

/// The file as UTF-8: what else it is, its first bytes or its declaration say.
fn decoded(path: &Path) -> Result<Input, EventsError> {
    let start = start(path)?;
    let encoding = match start.as_slice() {
        [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
        _ => declared(&start),
    };
    let file = input(path)?;
    Ok(match encoding {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).build(file))
        }
        _ => file,
    })
}

/// The encoding that an XML declaration names.
fn declared(start: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = start.get(..start.len().min(200))?;
    let head = String::from_utf8_lossy(&head[..head.iter().position(|&byte| byte == b'>')?]).into_owned();
    let (_, rest) = head.split_once("encoding=")?;
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    encoding_rs::Encoding::for_label(rest[1..].split(quote).next()?.as_bytes())
}

struct Parser {
    path: PathBuf,
    reader: Reader<Gauge>,
    buffer: Vec<u8>,
    place: Place,
    /// Tags open within the trace or event, and in all.
    depth: u32,
    open: u32,
    /// The root was seen.
    begun: bool,
    /// Name of the trace.
    case: String,
    event: Found,
}

impl Parser {
    fn open(path: &Path) -> Result<Self, EventsError> {
        let input = decoded(path)?;
        let gauge = Gauge { inner: BufReader::with_capacity(1 << 16, input), bytes: 0, lines: 1, tag: 0 };
        let mut reader = Reader::from_reader(gauge);
        reader.config_mut().check_end_names = true;
        Ok(Self {
            path: path.to_owned(),
            reader,
            buffer: Vec::new(),
            place: Place::Log,
            depth: 0,
            open: 0,
            begun: false,
            case: String::new(),
            event: Found::default(),
        })
    }

    fn broken(&self, what: &str) -> EventsError {
        UserError::new(Kind::Unprocessable, "bad_xml", format!("The file is not valid XES: {what}."))
            .at(format!("line {}", self.reader.get_ref().lines))
            .remedy("Export it again; nothing of it was kept.")
            .into()
    }

    /// The next event; its trace's name is then `case`.
    fn next(&mut self) -> Result<Option<Found>, EventsError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let found = loop {
            buffer.clear();
            self.reader.get_mut().tag = 0;
            let tag = match self.reader.read_event_into(&mut buffer) {
                Ok(tag) => tag,
                Err(quick_xml::Error::Io(error)) => {
                    // The parser shares its errors; one that nobody else holds comes back whole.
                    return Err(match std::sync::Arc::try_unwrap(error) {
                        Ok(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                            self.broken(&error.to_string())
                        }
                        Ok(error) => failed(&self.path, error),
                        Err(error) => failed(&self.path, io::Error::new(error.kind(), error.to_string())),
                    });
                }
                Err(error) => return Err(self.broken(&error.to_string())),
            };
            match tag {
                Event::DocType(_) => {
                    return Err(UserError::new(
                        Kind::Unprocessable,
                        "doctype_forbidden",
                        "The file declares a document type, which can hide other files and endless text.",
                    )
                    .at(format!("line {}", self.reader.get_ref().lines))
                    .remedy("Remove the DOCTYPE; XES needs none.")
                    .into());
                }
                Event::Start(tag) => {
                    let line = self.reader.get_ref().lines;
                    if !self.begun && tag.local_name().as_ref() != "log" {
                        return Err(self.broken("its root is not a log"));
                    }
                    self.begun = true;
                    self.open += 1;
                    if self.open > DEEPEST {
                        return Err(self.broken("its tags nest deeper than 64 levels"));
                    }
                    self.open_tag(&tag, line, true).map_err(|what| self.broken(&what))?;
                }
                Event::Empty(tag) => {
                    let line = self.reader.get_ref().lines;
                    if let Some(found) = self.open_tag(&tag, line, false).map_err(|what| self.broken(&what))? {
                        break Some(found);
                    }
                }
                Event::End(_) => {
                    self.open = self.open.saturating_sub(1);
                    if self.depth > 0 {
                        self.depth -= 1;
                    } else if self.place == Place::Event {
                        self.place = Place::Trace;
                        break Some(std::mem::take(&mut self.event));
                    } else if self.place == Place::Trace {
                        self.place = Place::Log;
                        self.case.clear();
                    }
                }
                Event::Eof => {
                    if self.open > 0 || self.place != Place::Log {
                        return Err(self.broken("it ends before its log does"));
                    }
                    break None;
                }
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(found)
    }

    /// Takes in a tag; an event without content is whole at once.
    fn open_tag(&mut self, tag: &BytesStart<'_>, line: u64, stays_open: bool) -> Result<Option<Found>, String> {
        let name = tag.local_name();
        if self.depth == 0 {
            match (self.place, name.as_ref()) {
                (Place::Log, "trace") => {
                    self.place = if stays_open { Place::Trace } else { Place::Log };
                    return Ok(None);
                }
                (Place::Trace | Place::Log, "event") => {
                    // An event outside a trace has no case, and is quarantined for that.
                    let event = Found { line, ..Found::default() };
                    if !stays_open {
                        return Ok(Some(event));
                    }
                    self.event = event;
                    self.place = Place::Event;
                    return Ok(None);
                }
                (Place::Trace | Place::Event, _) => self.attribute(tag)?,
                (Place::Log, _) => return Ok(None),
            }
        }
        if stays_open && self.place != Place::Log {
            self.depth += 1;
        }
        Ok(None)
    }

    fn attribute(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let (mut key, mut value) = (String::new(), String::new());
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let text = || {
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map(|text| text.into_owned())
                    .map_err(|error| error.to_string())
            };
            match attribute.key.as_ref() {
                "key" => key = text()?,
                "value" => value = text()?,
                _ => {}
            }
        }
        match (self.place, key.as_str()) {
            (Place::Trace, "concept:name") => self.case = value,
            (Place::Event, _) if self.event.is_full(key.len() + value.len()) => {}
            (Place::Event, "concept:name") => self.event.activity = value,
            (Place::Event, "time:timestamp") => self.event.time = value,
            (Place::Event, _) if !key.is_empty() => {
                // A column of ours of the same name must stay ours.
                let key = if [CASE, ACTIVITY, TIME].contains(&key.as_str()) {
                    format!("{key} (attribute)")
                } else {
                    key
                };
                self.event.attributes.push((key, value));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Counts bytes and lines, and stops at a tag without end.
struct Gauge {
    inner: BufReader<Input>,
    bytes: u64,
    lines: u64,
    /// Bytes since the last tag.
    tag: u64,
}

impl Read for Gauge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Gauge {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.tag > MOST_TAG {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a tag is longer than 4 MiB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let passed = &self.inner.buffer()[..amount];
        self.lines += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.bytes += amount as u64;
        self.tag += amount as u64;
        self.inner.consume(amount);
    }
}
