//! Formats that logs come in. Each gives rows of named cells; what the cells mean, the mapping says.

mod input;
mod jsonl;
mod xes;

use std::path::Path;

use contract::sources::ColumnMapping;
use contract::{Kind, UserError};

use crate::EventsError;
use crate::csv::{self, Dialect, Encoding, Mapping, Record, Records};

pub use input::{Input, failed, input};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells between delimiters, the first line names them.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// The XML format of process-mining tools.
    Xes,
}

impl Format {
    /// The format of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::Jsonl),
            "xes" => Some(Self::Xes),
            _ => None,
        }
    }

    /// Stable name in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xes => "xes",
        }
    }
}

/// What the person decided about a file; what is left open is detected.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    pub format: Option<Format>,
    pub encoding: Option<Encoding>,
    pub delimiter: Option<u8>,
}

/// The start of a file.
#[derive(Debug, Clone)]
pub struct Sample {
    pub format: Format,
    /// Of a CSV file.
    pub dialect: Dialect,
    pub header: Vec<String>,
    /// Whole rows only.
    pub rows: Vec<Vec<String>>,
    /// Size of the file as it lies there, compressed or not.
    pub bytes: u64,
    /// Which column seems to hold what.
    pub guess: ColumnMapping,
}

/// Looks at the start of a file.
pub fn look(path: &Path, hints: Hints) -> Result<Sample, EventsError> {
    let bytes = std::fs::metadata(path).map_err(EventsError::io("reading", path))?.len();
    let start = input::start(path)?;
    if start.is_empty() {
        return Err(UserError::new(Kind::Unprocessable, "empty_file", "The file is empty.")
            .remedy("Choose a file with at least one event.")
            .into());
    }
    match hints.format.unwrap_or_else(|| detect(&start)) {
        Format::Csv => {
            let found = csv::sample(path, &start, hints.encoding, hints.delimiter)?;
            let guess = Mapping::guess(&found.header, &found.rows);
            let csv::Sample { dialect, header, rows } = found;
            Ok(Sample { format: Format::Csv, dialect, header, rows, bytes, guess })
        }
        Format::Jsonl => {
            let (header, rows) = jsonl::sample(path)?;
            let guess = Mapping::guess(&header, &rows);
            Ok(Sample { format: Format::Jsonl, dialect: PLAIN, header, rows, bytes, guess })
        }
        Format::Xes => {
            let (header, rows) = xes::sample(path)?;
            let guess = xes::mapping(&header);
            Ok(Sample { format: Format::Xes, dialect: PLAIN, header, rows, bytes, guess })
        }
    }
}

/// Of formats that know no other.
const PLAIN: Dialect = Dialect { encoding: Encoding::Utf8, delimiter: b',' };

/// XML is XES here, objects are JSON Lines; everything else is tried as CSV.
fn detect(start: &[u8]) -> Format {
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start).trim_ascii_start();
    match text {
        [b'<', ..] | [0xff, 0xfe, b'<', 0, ..] | [0xfe, 0xff, 0, b'<', ..] => Format::Xes,
        [b'{', ..] => Format::Jsonl,
        _ => Format::Csv,
    }
}

/// The rows of a file.
pub enum Rows {
    Csv(Box<Records>),
    Jsonl(Box<jsonl::Lines>),
    Xes(Box<xes::Events>),
}

/// Opens a file that was looked at, and reads past its header.
pub fn open(path: &Path, sample: &Sample) -> Result<Rows, EventsError> {
    Ok(match sample.format {
        Format::Csv => {
            let mut records = csv::open(path, sample.dialect)?;
            let header = csv::read_header(&mut records)?;
            records.set_width(header.len());
            Rows::Csv(Box::new(records))
        }
        Format::Jsonl => Rows::Jsonl(Box::new(jsonl::Lines::open(path, &sample.header)?)),
        Format::Xes => Rows::Xes(Box::new(xes::Events::open(path, &sample.header)?)),
    })
}

impl Rows {
    /// Reads the next row; false at the end.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, EventsError> {
        match self {
            Self::Csv(records) => records.read(record),
            Self::Jsonl(lines) => lines.read(record),
            Self::Xes(events) => events.read(record),
        }
    }

    /// Bytes read so far, for progress.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Csv(records) => records.bytes(),
            Self::Jsonl(lines) => lines.bytes(),
            Self::Xes(events) => events.bytes(),
        }
    }
}
