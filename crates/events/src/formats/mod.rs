//! Formats that logs come in. Each gives rows of named cells; what the cells mean, the mapping says.

mod footer;
mod input;
mod jsonl;
mod listed;
mod ocel;
mod parquet;
mod xes;
mod xlsx;

use std::path::Path;

use contract::sources::ColumnMapping;
use contract::{Kind, UserError};

use crate::EventsError;
use crate::csv::{self, Dialect, Encoding, Lines, Mapping, Record, Records};
use listed::Listed;
use ocel::Writing;

pub use input::{Input, failed, input};
pub use xlsx::{Sheet, sheets};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells between delimiters, the first line names them.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// The XML format of process-mining tools.
    Xes,
    /// Events of several objects, in JSON, XML or SQLite.
    Ocel,
    Parquet,
    /// The first sheet of a workbook.
    Xlsx,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [Self::Csv, Self::Jsonl, Self::Xes, Self::Ocel, Self::Parquet, Self::Xlsx];

    /// The format of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.key() == key)
    }

    /// Stable name in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xes => "xes",
            Self::Ocel => "ocel",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
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
    let format = match hints.format {
        Some(format) => format,
        None => detect(path)?,
    };
    match format {
        Format::Csv => {
            let start = filled(path)?;
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
            Ok(Sample { format, dialect: PLAIN, header, rows, bytes, guess })
        }
        Format::Ocel | Format::Parquet | Format::Xlsx => {
            let (header, mut listed) = list(path, format, "")?;
            let rows = listed::sample(&mut *listed)?;
            let guess = if format == Format::Ocel {
                ocel::mapping(&header, &rows)
            } else {
                Mapping::guess(&header, &rows)
            };
            csv::check_header(&header)?;
            Ok(Sample { format, dialect: PLAIN, header, rows, bytes, guess })
        }
    }
}

/// The start of a file that is not empty.
fn filled(path: &Path) -> Result<Vec<u8>, EventsError> {
    let start = input::start(path)?;
    if start.is_empty() {
        return Err(UserError::new(Kind::Unprocessable, "empty_file", "The file is empty.")
            .remedy("Choose a file with at least one event.")
            .into());
    }
    Ok(start)
}

/// Opens a format whose rows are listed; the columns come first.
fn list(path: &Path, format: Format, customer: &str) -> Result<(Vec<String>, Box<dyn Listed>), EventsError> {
    Ok(match format {
        Format::Parquet => {
            let (header, rows) = parquet::Rows::open(path)?;
            (header, Box::new(rows))
        }
        Format::Xlsx => {
            let (header, rows) = xlsx::Rows::open(path)?;
            (header, Box::new(rows))
        }
        _ => {
            let (header, rows) = ocel::Rows::open(path, writing(path)?, customer)?;
            (header, Box::new(rows))
        }
    })
}

/// Which way an object-centric log is written.
fn writing(path: &Path) -> Result<Writing, EventsError> {
    if input::magic(path)?.starts_with(SQLITE) {
        return Ok(Writing::Sqlite);
    }
    let start = filled(path)?;
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&start).trim_ascii_start();
    Ok(if text.starts_with(b"<") { Writing::Xml } else { Writing::Json })
}

/// Of formats that know no other.
const PLAIN: Dialect = Dialect { encoding: Encoding::Utf8, delimiter: b',' };

const SQLITE: &[u8] = b"SQLite format 3\0";

/// What a file is by its first bytes; what is nothing else is tried as CSV.
fn detect(path: &Path) -> Result<Format, EventsError> {
    let magic = input::magic(path)?;
    if magic.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if magic.starts_with(SQLITE) {
        return Ok(Format::Ocel);
    }
    if input::is_workbook(path)? {
        return Ok(Format::Xlsx);
    }
    let start = filled(path)?;
    if start.starts_with(b"PAR1") || start.starts_with(SQLITE) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "packed_database",
            "A Parquet or SQLite file can't be read while it is packed.",
        )
        .remedy("Unpack it first; such files are compressed within.")
        .into());
    }
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&start).trim_ascii_start();
    let says = |word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
    Ok(match text {
        [b'<', ..] | [0xff, 0xfe, b'<', 0, ..] | [0xfe, 0xff, 0, b'<', ..] => {
            if says("<object-types") || says("<event-types") { Format::Ocel } else { Format::Xes }
        }
        [b'{', ..] => {
            // One object over several lines, and not one a line.
            let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let whole = serde_json::from_slice::<serde_json::Value>(first).is_ok();
            let ocel = says("\"objectTypes\"") || says("\"eventTypes\"");
            if ocel && (!whole || says("\"objects\"")) { Format::Ocel } else { Format::Jsonl }
        }
        _ => Format::Csv,
    })
}

/// The rows of a file.
pub enum Rows {
    Csv(Box<Records>),
    Jsonl(Box<jsonl::Lines>),
    Xes(Box<xes::Events>),
    Listed { rows: Box<dyn Listed>, cells: Vec<String> },
}

/// Opens a file that was looked at, and reads past its header. `mapping` decides into what an object-centric log is
/// flattened.
pub fn open(path: &Path, sample: &Sample, mapping: &ColumnMapping) -> Result<Rows, EventsError> {
    Ok(match sample.format {
        Format::Csv => {
            let mut records = csv::open(path, sample.dialect)?;
            let header = csv::read_header(&mut records)?;
            records.set_width(header.len());
            Rows::Csv(Box::new(records))
        }
        Format::Jsonl => Rows::Jsonl(Box::new(jsonl::Lines::open(path, &sample.header)?)),
        Format::Xes => Rows::Xes(Box::new(xes::Events::open(path, &sample.header)?)),
        Format::Ocel | Format::Parquet | Format::Xlsx => {
            let (_, rows) = list(path, sample.format, &mapping.customer)?;
            Rows::Listed { rows, cells: Vec::new() }
        }
    })
}

impl Rows {
    /// Reads the next row; false at the end.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, EventsError> {
        match self {
            Self::Csv(records) => records.read(record),
            Self::Jsonl(lines) => lines.read(record),
            Self::Xes(events) => events.read(record),
            Self::Listed { rows, cells } => rows.read(cells, record),
        }
    }

    /// Takes whole lines at once, where the format has some that may be; see [`Records::lines`].
    pub fn lines(&mut self, lines: &mut Lines) -> Result<bool, EventsError> {
        match self {
            Self::Csv(records) => records.lines(lines),
            _ => Ok(false),
        }
    }

    /// Bytes read so far, for progress.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Csv(records) => records.bytes(),
            Self::Jsonl(lines) => lines.bytes(),
            Self::Xes(events) => events.bytes(),
            Self::Listed { rows, .. } => rows.bytes(),
        }
    }
}
