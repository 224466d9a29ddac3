//! Records of a CSV file one by one, in bounded memory: a record that is too long, holds a NUL or is not in
//! the file's encoding is reported as such, and reading goes on at the next line.

use std::io::Read;
use std::path::{Path, PathBuf};

use contract::{Kind, UserError};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::detect::{Dialect, Encoding};
use super::lines::{Lines, Row, is_plain, line_ends};
use super::problem::{RecordError, check, has_open_quote};
use crate::EventsError;
use crate::formats::{Input, failed, input};

/// Longest cell that is read, in bytes.
pub const MAX_CELL: usize = 1 << 20;
/// Longest record that is read, in bytes.
const MAX_RECORD: usize = 4 << 20;
/// Records without end after which the file's quoting is taken for broken.
const MOST_GIVEN_UP: u32 = 200;
pub(super) const MAX_COLUMNS: usize = 4096;
const BLOCK: usize = 1 << 16;
/// Lines that are taken at once, however short.
const MOST_LINES: u64 = 131_072;
/// Text that is taken as whole lines at once: what becomes of it fits into a core's own memory.
const LINES: usize = 2 << 20;

/// One record; reused from row to row.
#[derive(Debug, Default)]
pub struct Record {
    text: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
    /// Line of the file at which it starts, from 1.
    pub line: u64,
    /// Set where the record as a whole can't be used; cells may then be cut short.
    pub error: Option<RecordError>,
    /// The cell that the error is about.
    pub error_at: usize,
}

impl Record {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether it has no cell.
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// Bytes of its cells.
    pub fn bytes(&self) -> usize {
        self.cells.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// Bytes that it has room for.
    pub fn room(&self) -> usize {
        self.text.capacity()
    }

    /// A cell's bytes; UTF-8 unless `error` says otherwise.
    pub fn cell(&self, at: usize) -> &[u8] {
        if at >= self.cells {
            return &[];
        }
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[from..self.ends[at]]
    }

    /// Makes it the record of these cells.
    pub fn set<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c [u8]>) {
        self.text.clear();
        self.ends.clear();
        for cell in cells {
            self.text.extend_from_slice(cell);
            self.ends.push(self.text.len());
        }
        self.cells = self.ends.len();
        self.line = line;
        self.error = check(&self.text, &self.ends).map(|(error, at)| {
            self.error_at = at;
            error
        });
    }

    /// It as rows of all kinds are handed over.
    pub fn row(&self) -> Row<'_, '_> {
        let Self { text, ends, cells, line, error, error_at } = self;
        Row { text, ends: &ends[..*cells], gap: 0, line: *line, error: *error, error_at: *error_at }
    }

    /// All cells.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.cells).map(|at| self.cell(at))
    }
}

/// A file's records.
pub struct Records {
    path: PathBuf,
    input: Input,
    reader: Reader,
    buffer: Vec<u8>,
    from: usize,
    until: usize,
    finished: bool,
    line: u64,
    bytes: u64,
    given_up: u32,
    /// Cells that every record should have, once known.
    width: Option<usize>,
    delimiter: u8,
    /// Until so many bytes are read, lines need the rules of quoting.
    quoted_until: u64,
}

/// Opens a file; a byte-order mark is skipped.
pub fn open(path: &Path, dialect: Dialect) -> Result<Records, EventsError> {
    let file = input(path)?;
    let input: Input = match dialect.encoding {
        Encoding::Utf8 => file,
        other => {
            let encoding = match other {
                Encoding::Utf16Le => encoding_rs::UTF_16LE,
                Encoding::Utf16Be => encoding_rs::UTF_16BE,
                _ => encoding_rs::WINDOWS_1252,
            };
            Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).build(file))
        }
    };
    let mut records = Records {
        path: path.to_owned(),
        input,
        reader: ReaderBuilder::new().delimiter(dialect.delimiter).build(),
        buffer: vec![0; BLOCK],
        from: 0,
        until: 0,
        finished: false,
        line: 1,
        bytes: 0,
        given_up: 0,
        width: None,
        delimiter: dialect.delimiter,
        quoted_until: 0,
    };
    records.fill()?;
    if records.buffer[..records.until].starts_with(&[0xef, 0xbb, 0xbf]) {
        records.from = 3;
    }
    Ok(records)
}

impl Records {
    /// Decoded bytes read so far, for progress.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Says how many cells a record should have: one that runs over several lines and has another number has
    /// a quote that is not closed.
    pub fn set_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// Reads the next record; false at the end. Empty lines are no records.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, EventsError> {
        record.error = None;
        record.error_at = 0;
        record.cells = 0;
        record.text.resize(record.text.capacity().max(1024), 0);
        record.ends.resize(record.ends.capacity().max(32), 0);
        self.skip_blank_lines()?;
        record.line = self.line;
        let (mut out, mut ends, mut used) = (0, 0, 0);
        loop {
            let input = &self.buffer[self.from + used..self.until];
            if input.is_empty() && !self.finished {
                self.fill_keeping()?;
                continue;
            }
            let (result, read, wrote, ended) =
                self.reader.read_record(input, &mut record.text[out..], &mut record.ends[ends..]);
            used += read;
            out += wrote;
            ends += ended;
            match result {
                ReadRecordResult::InputEmpty => {
                    // The reader asks for more even after the end, and then finishes the last record.
                }
                ReadRecordResult::OutputFull if out < MAX_RECORD => {
                    let larger = (record.text.len() * 2).min(MAX_RECORD + 4096);
                    record.text.resize(larger, 0);
                }
                ReadRecordResult::OutputFull => {
                    record.ends[ends.min(MAX_COLUMNS - 1)] = out;
                    return self.give_up(record, ends + 1, RecordError::CellTooLarge);
                }
                ReadRecordResult::OutputEndsFull if ends < MAX_COLUMNS => {
                    record.ends.resize(record.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return self.give_up(record, ends, RecordError::TooManyCells);
                }
                ReadRecordResult::Record => {
                    let raw = &self.buffer[self.from..self.from + used];
                    if self.runs_on(raw, ends) {
                        return self.give_up(record, ends, RecordError::UnclosedQuote);
                    }
                    self.advance(used);
                    record.cells = ends;
                    if let Some((error, at)) = check(&record.text[..out], &record.ends[..ends]) {
                        record.error = Some(error);
                        record.error_at = at;
                    }
                    return Ok(true);
                }
                ReadRecordResult::End => {
                    self.advance(used);
                    return Ok(false);
                }
            }
        }
    }

    /// Takes the next whole lines as they lie, where no rule of quoting concerns them; false where one does, or nothing
    /// is left. Then [`Self::read`] knows more.
    pub fn lines(&mut self, lines: &mut Lines) -> Result<bool, EventsError> {
        if self.bytes < self.quoted_until {
            return Ok(false);
        }
        let text = &mut lines.text;
        text.clear();
        text.extend_from_slice(&self.buffer[self.from..self.until]);
        let wanted = LINES.saturating_sub(text.len()) as u64;
        if wanted > 0 && !self.finished {
            let read = self.input.by_ref().take(wanted).read_to_end(text);
            let read = read.map_err(|error| failed(&self.path, error))?;
            self.finished = (read as u64) < wanted;
        }
        let mut end =
            if self.finished { text.len() } else { memchr::memrchr(b'\n', text).map_or(0, |at| at + 1) };
        let mut ends = line_ends(&text[..end]);
        if ends > MOST_LINES {
            end = memchr::memchr_iter(b'\n', text).nth(MOST_LINES as usize - 1).map_or(end, |at| at + 1);
            ends = MOST_LINES;
        }
        let plain = is_plain(&text[..end]);
        if !plain {
            self.quoted_until = self.bytes + end as u64;
        }
        let (taken, ends) = if plain { (end, ends) } else { (0, 0) };
        // The rest is read on from here.
        let rest = &text[taken..];
        if self.buffer.len() < rest.len() {
            self.buffer.resize(rest.len(), 0);
        }
        self.buffer[..rest.len()].copy_from_slice(rest);
        (self.from, self.until) = (0, rest.len());
        text.truncate(taken);
        (lines.first, lines.delimiter) = (self.line, self.delimiter);
        self.line += ends;
        self.bytes += taken as u64;
        Ok(taken > 0)
    }

    /// Whether a record holds line breaks that an unclosed quote has swallowed: the file ends within the quote,
    /// the quote closes in the middle of a cell, or the record does not have the cells that it should.
    fn runs_on(&self, raw: &[u8], cells: usize) -> bool {
        let content = raw.strip_suffix(b"\n").unwrap_or(raw);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if !content.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return false;
        }
        self.width.is_some_and(|width| width != cells) || has_open_quote(raw, self.delimiter)
    }

    /// Reports a record without end, and resumes at the line after the one where it began.
    fn give_up(&mut self, record: &mut Record, ends: usize, error: RecordError) -> Result<bool, EventsError> {
        self.given_up += 1;
        if self.given_up > MOST_GIVEN_UP {
            return Err(UserError::new(
                Kind::Unprocessable,
                "broken_quoting",
                format!(
                    "More than {MOST_GIVEN_UP} rows are larger than 1 MiB or have a quote that is never closed."
                ),
            )
            .at(format!("line {}", record.line))
            .remedy("Close the quotes, or choose another delimiter.")
            .into());
        }
        record.cells = ends;
        record.error = Some(error);
        record.error_at = ends.saturating_sub(1);
        self.reader.reset();
        loop {
            let rest = &self.buffer[self.from..self.until];
            if let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                let pair = rest[end] == b'\r' && rest.get(end + 1) == Some(&b'\n');
                self.advance(end + 1 + usize::from(pair));
                return Ok(true);
            }
            if self.finished {
                self.advance(self.until - self.from);
                return Ok(true);
            }
            // The line itself is too long to keep: what was seen of it can go.
            self.bytes += (self.until - self.from) as u64;
            self.from = self.until;
            self.fill()?;
        }
    }

    fn skip_blank_lines(&mut self) -> Result<(), EventsError> {
        loop {
            while self.from < self.until && matches!(self.buffer[self.from], b'\n' | b'\r') {
                self.advance(1);
            }
            if self.from < self.until || self.finished {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Moves on, counting lines.
    fn advance(&mut self, bytes: usize) {
        let passed = &self.buffer[self.from..self.from + bytes];
        let next = self.buffer[..self.until].get(self.from + bytes);
        // A line ends with a line feed, a carriage return, or both.
        let ends = passed.iter().enumerate().filter(|&(at, &byte)| match byte {
            b'\n' => true,
            b'\r' => passed.get(at + 1).or(next) != Some(&b'\n'),
            _ => false,
        });
        self.line += ends.count() as u64;
        self.bytes += bytes as u64;
        self.from += bytes;
    }

    /// Reads more once all before `from` can go.
    fn fill(&mut self) -> Result<(), EventsError> {
        self.buffer.copy_within(self.from..self.until, 0);
        self.until -= self.from;
        self.from = 0;
        self.fill_keeping()
    }

    /// Reads more behind what is there, keeping the start of the current record.
    fn fill_keeping(&mut self) -> Result<(), EventsError> {
        if self.until == self.buffer.len() {
            if self.from > BLOCK / 2 {
                return self.fill();
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.until..]) {
                Ok(0) => self.finished = true,
                Ok(read) => self.until += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed(&self.path, error)),
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Record, open};
    use crate::csv::RecordError;
    use crate::csv::{Dialect, Encoding};

    fn read_all(bytes: &[u8], encoding: Encoding) -> Vec<(u64, Option<RecordError>, Vec<String>)> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let mut records = open(file.path(), Dialect { encoding, delimiter: b',' }).expect("opened");
        let mut record = Record::default();
        let mut all = Vec::new();
        while records.read(&mut record).expect("read") {
            let cells =
                record.iter().map(|cell| String::from_utf8_lossy(cell).chars().take(20).collect()).collect();
            all.push((record.line, record.error, cells));
        }
        all
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Option<RecordError>, Vec<String>) {
        (line, None, cells.iter().map(|&cell| cell.to_owned()).collect())
    }

    #[test]
    fn quotes_blank_lines_and_no_final_newline() {
        let all = read_all(b"\xef\xbb\xbfa,b\r\n\r\n\"x\ny\",\"say \"\"hi\"\"\"\n5\" pipe,z", Encoding::Utf8);
        assert_eq!(all, [row(1, &["a", "b"]), row(3, &["x\ny", "say \"hi\""]), row(5, &["5\" pipe", "z"])]);
    }

    #[test]
    fn an_unclosed_quote_costs_one_line() {
        let mut bytes = b"a,b\n\"open,1\n".to_vec();
        for _ in 0..200_000 {
            bytes.extend_from_slice(b"plain,1\n");
        }
        let all = read_all(&bytes, Encoding::Utf8);
        assert_eq!(all.len(), 200_002);
        assert_eq!((all[1].0, all[1].1), (2, Some(RecordError::UnclosedQuote)));
        assert_eq!(all[2], row(3, &["plain", "1"]));
        assert_eq!(all[200_001], row(200_002, &["plain", "1"]));
    }

    #[test]
    fn a_giant_line_costs_itself() {
        let mut bytes = b"a,b\nx,".to_vec();
        bytes.extend(std::iter::repeat_n(b'y', 5 << 20));
        bytes.extend_from_slice(b"\nplain,1\n");
        let all = read_all(&bytes, Encoding::Utf8);
        assert_eq!(all.len(), 3);
        assert_eq!(all[1].1, Some(RecordError::CellTooLarge));
        assert_eq!(all[2], row(3, &["plain", "1"]));
    }

    #[test]
    fn other_encodings() {
        let utf16: Vec<u8> =
            "\u{feff}n,\u{fc}\nM\u{fc}ller,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            read_all(&utf16, Encoding::Utf16Le),
            [row(1, &["n", "\u{fc}"]), row(2, &["M\u{fc}ller", "1"])]
        );
        assert_eq!(read_all(b"M\xfcller,1", Encoding::Latin1), [row(1, &["M\u{fc}ller", "1"])]);
        assert_eq!(read_all(b"ok,1\nM\xfcller,1\nok,2", Encoding::Utf8)[1].1, Some(RecordError::Encoding));
        assert_eq!(read_all(b"a\0b,1", Encoding::Utf8)[0].1, Some(RecordError::Nul));
    }
}
