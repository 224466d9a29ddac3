//! JSON Lines: one object a line. Its fields are the columns; what is nested is kept as JSON text. A line that is
//! not such an object is reported as such, and reading goes on at the next.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use contract::{Kind, UserError};
use serde_json::{Map, Value};

use super::input::{Input, failed, input};
use crate::EventsError;
use crate::csv::{MAX_CELL, Record, RecordError};

/// Lines whose fields name the columns.
const SAMPLED: usize = 2_000;
/// Rows of a sample.
const SAMPLE_ROWS: usize = 1_000;
/// Bytes of a sample, and letters of its cells.
const SAMPLE_BYTES: u64 = 4 << 20;
const SAMPLE_CELL: usize = 1_000;
/// Fields that become columns.
const MOST_COLUMNS: usize = 200;
/// Deepest nesting that is read.
const DEEPEST: usize = 64;

/// Names of the columns, and the first rows.
pub fn sample(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), EventsError> {
    let mut lines = Lines::open(path, &[])?;
    let mut found = Vec::new();
    let mut header: Vec<String> = Vec::new();
    let mut looked_at = 0;
    while looked_at < SAMPLED && lines.bytes < SAMPLE_BYTES && lines.next()? {
        looked_at += 1;
        if let Ok(fields) = lines.fields() {
            for name in fields.keys() {
                if header.len() < MOST_COLUMNS && !header.contains(name) {
                    header.push(name.clone());
                }
            }
            found.push(fields);
        }
    }
    if header.is_empty() {
        return Err(UserError::new(
            Kind::Unprocessable,
            "empty_file",
            "None of the first lines is a JSON object with fields.",
        )
        .at("line 1")
        .remedy("Choose a file with one JSON object a line, each one event.")
        .into());
    }
    let cut = |text: String| -> String { text.chars().take(SAMPLE_CELL).collect() };
    let rows = found
        .iter()
        .take(SAMPLE_ROWS)
        .map(|fields| header.iter().map(|name| cut(text(fields.get(name)))).collect())
        .collect();
    Ok((header, rows))
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A file's lines as rows.
pub struct Lines {
    path: PathBuf,
    input: BufReader<Input>,
    header: Vec<String>,
    line: Vec<u8>,
    /// The line is longer than what was kept of it.
    cut: bool,
    number: u64,
    bytes: u64,
}

impl Lines {
    /// Opens a file whose columns are known.
    pub fn open(path: &Path, header: &[String]) -> Result<Self, EventsError> {
        Ok(Self {
            path: path.to_owned(),
            input: BufReader::with_capacity(1 << 16, input(path)?),
            header: header.to_vec(),
            line: Vec::new(),
            cut: false,
            number: 0,
            bytes: 0,
        })
    }

    /// Unpacked bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads the next row; false at the end.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, EventsError> {
        if !self.next()? {
            return Ok(false);
        }
        match self.fields() {
            Ok(fields) => {
                let cells: Vec<String> = self.header.iter().map(|name| text(fields.get(name))).collect();
                record.set(self.number, cells.iter().map(String::as_bytes));
            }
            Err(error) => {
                // The line as it is, so that it can be corrected.
                record.set(self.number, std::iter::once(self.line.as_slice()));
                record.error = Some(error);
                record.error_at = 0;
            }
        }
        Ok(true)
    }

    /// Goes to the next line that is not empty.
    fn next(&mut self) -> Result<bool, EventsError> {
        loop {
            self.line.clear();
            self.cut = false;
            let limit = MAX_CELL as u64 + 1;
            let read = (&mut self.input).take(limit).read_until(b'\n', &mut self.line);
            let read = read.map_err(|error| failed(&self.path, error))?;
            if read == 0 {
                return Ok(false);
            }
            self.number += 1;
            self.bytes += read as u64;
            if self.line.last() != Some(&b'\n') && read as u64 == limit {
                self.cut = true;
                self.skip_line().map_err(|error| failed(&self.path, error))?;
            }
            if self.number == 1 && self.line.starts_with(&[0xef, 0xbb, 0xbf]) {
                self.line.drain(..3);
            }
            let trimmed = self.line.trim_ascii();
            if !trimmed.is_empty() {
                self.line = trimmed.to_vec();
                return Ok(true);
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let passed = end.map_or(buffer.len(), |end| end + 1);
            self.input.consume(passed);
            self.bytes += passed as u64;
            if end.is_some() {
                return Ok(());
            }
        }
    }

    fn fields(&self) -> Result<Map<String, Value>, RecordError> {
        if self.cut {
            return Err(RecordError::CellTooLarge);
        }
        if std::str::from_utf8(&self.line).is_err() {
            return Err(RecordError::Encoding);
        }
        if depth(&self.line) > DEEPEST {
            return Err(RecordError::TooDeep);
        }
        serde_json::from_slice(&self.line).map_err(|_| RecordError::BrokenJson)
    }
}

/// How deep brackets nest, outside of texts.
fn depth(line: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for &byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_texts_do_not_nest() {
        assert_eq!(depth(br#"{"a":"[[[\"[","b":[{"c":1}]}"#), 3);
        assert_eq!(depth(b"[[[["), 4);
    }
}
