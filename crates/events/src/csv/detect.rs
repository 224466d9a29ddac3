//! What a CSV file looks like: encoding, delimiter, header and first rows.

use std::path::Path;

use contract::{Kind, UserError};

use super::records::{Record, Records, open};
use crate::EventsError;

/// Character encodings that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Latin-1 as browsers mean it (Windows-1252).
    Latin1,
}

impl Encoding {
    /// Stable name in forms and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Latin1 => "latin-1",
        }
    }

    /// The encoding of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Latin1].into_iter().find(|one| one.key() == key)
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub encoding: Encoding,
    pub delimiter: u8,
}

/// The start of a CSV file.
#[derive(Debug, Clone)]
pub struct Sample {
    pub dialect: Dialect,
    pub header: Vec<String>,
    /// Whole rows only.
    pub rows: Vec<Vec<String>>,
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const SAMPLE_ROWS: usize = 1000;
/// Where whole rows are rare, no more than this is looked at.
const SAMPLE_BYTES: u64 = 16 << 20;

/// Looks at a file, whose first bytes are `start`. A dialect that is given is taken as it is.
pub fn sample(
    path: &Path,
    start: &[u8],
    encoding: Option<Encoding>,
    delimiter: Option<u8>,
) -> Result<Sample, EventsError> {
    let encoding = encoding.unwrap_or_else(|| detect_encoding(start));
    let delimiter = match delimiter {
        Some(delimiter) => delimiter,
        None => detect_delimiter(path, encoding)?,
    };
    let dialect = Dialect { encoding, delimiter };
    let mut records = open(path, dialect)?;
    let header = read_header(&mut records)?;
    records.set_width(header.len());
    let mut rows = Vec::new();
    let mut record = Record::default();
    while rows.len() < SAMPLE_ROWS && records.bytes() < SAMPLE_BYTES && records.read(&mut record)? {
        if record.error.is_none() && record.len() == header.len() {
            rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
        }
    }
    Ok(Sample { dialect, header, rows })
}

/// Reads and checks the line that names the columns.
pub fn read_header(records: &mut Records) -> Result<Vec<String>, EventsError> {
    let mut record = Record::default();
    if !records.read(&mut record)? {
        return Err(UserError::new(Kind::Unprocessable, "empty_file", "The file has no line at all.")
            .remedy("Choose a CSV file whose first line names its columns.")
            .into());
    }
    if let Some(error) = record.error {
        return Err(UserError::new(
            Kind::Unprocessable,
            error.code(),
            format!("The header can't be read: {}", error.reason()),
        )
        .at("line 1")
        .remedy(error.remedy())
        .into());
    }
    let header: Vec<String> =
        record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    check_header(&header)?;
    Ok(header)
}

/// Refuses names of columns that leave open which is which, or that are none.
pub fn check_header(header: &[String]) -> Result<(), EventsError> {
    let found = || header.iter().map(|name| format!("\u{201c}{name}\u{201d}")).collect::<Vec<_>>().join(", ");
    if let Some(empty) = header.iter().position(String::is_empty) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "missing_header",
            format!("Column {} has no name. Columns found: {}.", empty + 1, found()),
        )
        .at("line 1")
        .remedy("Give every column a name in the first line.")
        .into());
    }
    let mut sorted: Vec<&String> = header.iter().collect();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "duplicate_header",
            format!("Two columns are named \u{201c}{}\u{201d}. Columns found: {}.", pair[0], found()),
        )
        .at("line 1")
        .remedy("Give each column its own name.")
        .into());
    }
    if header.iter().any(|name| looks_like_data(name)) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "missing_header",
            format!("The first line holds data, not names of columns: {}.", found()),
        )
        .at("line 1")
        .remedy("Put a line with the names of the columns on top.")
        .into());
    }
    Ok(())
}

fn looks_like_data(name: &str) -> bool {
    use crate::time::{TimeError, TimeFormat, parse};
    !matches!(parse(name, TimeFormat::Iso, None), Err(TimeError::Unreadable))
}

fn detect_encoding(start: &[u8]) -> Encoding {
    match start {
        [0xef, 0xbb, 0xbf, ..] => return Encoding::Utf8,
        [0xff, 0xfe, ..] => return Encoding::Utf16Le,
        [0xfe, 0xff, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    // Text in Latin letters has a zero in every second byte of UTF-16.
    let pairs = start.len() / 2;
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    if pairs > 8 {
        if zeros(1) * 2 > pairs && zeros(0) * 8 < pairs {
            return Encoding::Utf16Le;
        }
        if zeros(0) * 2 > pairs && zeros(1) * 8 < pairs {
            return Encoding::Utf16Be;
        }
    }
    match std::str::from_utf8(start) {
        Ok(_) => Encoding::Utf8,
        // The sample may have been cut within a character.
        Err(error) if error.error_len().is_none() && error.valid_up_to() + 4 > start.len() => Encoding::Utf8,
        // One wrong byte among characters that are right is a mistake in a row, not another encoding.
        Err(_) if start.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) => Encoding::Utf8,
        Err(_) => Encoding::Latin1,
    }
}

fn detect_delimiter(path: &Path, encoding: Encoding) -> Result<u8, EventsError> {
    let mut best = (0, b',');
    for delimiter in DELIMITERS {
        let mut records = open(path, Dialect { encoding, delimiter })?;
        let mut record = Record::default();
        let mut widths = Vec::new();
        while widths.len() < 50 && records.read(&mut record)? {
            widths.push(record.len());
        }
        let Some(&width) = widths.first() else { continue };
        let alike = widths.iter().filter(|&&other| other == width).count();
        // A delimiter that cuts most lines into the same number of cells wins; more cells before fewer.
        let score = if width > 1 { alike * 1000 / widths.len() * 1000 + width.min(999) } else { 0 };
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    Ok(best.1)
}
