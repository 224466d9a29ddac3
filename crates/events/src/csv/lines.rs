//! Whole lines of a CSV file that need no rules of quoting: what almost all of a log consists of. They are taken as
//! they lie and taken apart by all threads, several times as fast as record by record.

use memchr::{memchr, memchr_iter, memchr2_iter, memchr3_iter};

use super::problem::RecordError;
use super::records::{MAX_CELL, MAX_COLUMNS};

/// A record's cells, wherever they lie.
#[derive(Clone, Copy)]
pub struct Row<'t, 'e> {
    pub(super) text: &'t [u8],
    pub(super) ends: &'e [usize],
    /// Bytes between one cell's end and the next one's start.
    pub(super) gap: usize,
    /// Line of the file at which it starts, from 1.
    pub line: u64,
    /// Set where the record as a whole can't be used; cells may then be cut short.
    pub error: Option<RecordError>,
    /// The cell that the error is about.
    pub error_at: usize,
}

impl<'t> Row<'t, '_> {
    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.ends.len()
    }

    /// A cell's bytes; UTF-8 unless `error` says otherwise.
    #[inline]
    pub fn cell(&self, at: usize) -> &'t [u8] {
        let Some(&end) = self.ends.get(at) else { return &[] };
        let from = if at == 0 { 0 } else { self.ends[at - 1] + self.gap };
        &self.text[from..end]
    }
}

/// Some whole lines.
#[derive(Default)]
pub struct Lines {
    pub(super) text: Vec<u8>,
    /// Line of the file at which they start.
    pub(super) first: u64,
    pub(super) delimiter: u8,
}

/// Whether text can be taken apart at line ends and delimiters alone: no quotes, no NUL, no line ends of old, and all
/// of it readable.
pub(super) fn is_plain(text: &[u8]) -> bool {
    memchr3_iter(b'"', 0, b'\r', text).all(|at| text[at..].starts_with(b"\r\n"))
        && std::str::from_utf8(text).is_ok()
}

/// Line ends in a text.
pub(super) fn line_ends(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

impl Lines {
    /// Bytes of them.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The lines in pieces of at least `bytes`.
    pub fn pieces(&self, bytes: usize) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let (mut from, mut line) = (0, self.first);
        while from < self.text.len() {
            let least = (from + bytes).min(self.text.len());
            let until = memchr(b'\n', &self.text[least..]).map_or(self.text.len(), |end| least + end + 1);
            let text = &self.text[from..until];
            let ends = line_ends(text);
            pieces.push(Piece { text, line, ends, delimiter: self.delimiter });
            line += ends;
            from = until;
        }
        pieces
    }
}

/// Some of the lines.
#[derive(Clone, Copy)]
pub struct Piece<'t> {
    text: &'t [u8],
    /// Line of the file at which it starts, and line ends in it.
    line: u64,
    ends: u64,
    delimiter: u8,
}

impl<'t> Piece<'t> {
    /// Lines, be they empty or not; the last one of a file may have no end.
    pub fn lines(&self) -> usize {
        self.ends as usize + 1
    }

    /// Hands over each line that is not empty, in order.
    pub fn each(&self, mut row: impl FnMut(Row<'t, '_>)) {
        let mut ends: Vec<usize> = Vec::with_capacity(32);
        let (mut start, mut line) = (0, self.line);
        let mut finish = |start: usize, end: usize, line: u64, ends: &mut Vec<usize>| {
            let text = &self.text[start..end];
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if !text.is_empty() {
                ends.push(text.len());
                row(judged(text, ends, line));
            }
            ends.clear();
        };
        for at in memchr2_iter(self.delimiter, b'\n', self.text) {
            if self.text[at] == b'\n' {
                finish(start, at, line, &mut ends);
                start = at + 1;
                line += 1;
            } else {
                ends.push(at - start);
            }
        }
        if start < self.text.len() {
            finish(start, self.text.len(), line, &mut ends);
        }
    }
}

fn judged<'t, 'e>(text: &'t [u8], ends: &'e [usize], line: u64) -> Row<'t, 'e> {
    let row = Row { text, ends, gap: 1, line, error: None, error_at: 0 };
    if ends.len() > MAX_COLUMNS {
        return Row { error: Some(RecordError::TooManyCells), error_at: MAX_COLUMNS, ..row };
    }
    if text.len() > MAX_CELL
        && let Some(at) = (0..ends.len()).find(|&at| row.cell(at).len() > MAX_CELL)
    {
        return Row { error: Some(RecordError::CellTooLarge), error_at: at, ..row };
    }
    row
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::{ProptestConfig, any, prop, prop_oneof, proptest};
    use proptest::strategy::Just;

    use super::{Lines, Row};
    use crate::csv::{Dialect, Encoding, Record, RecordError, Records, open};

    type Read = (u64, Option<RecordError>, usize, Vec<Vec<u8>>);

    fn read_of(row: Row<'_, '_>) -> Read {
        (row.line, row.error, row.error_at, (0..row.cells()).map(|at| row.cell(at).to_vec()).collect())
    }

    fn opened(bytes: &[u8]) -> Records {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        open(file.path(), Dialect { encoding: Encoding::Utf8, delimiter: b',' }).expect("opened")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Taken as they lie or record by record: the rows are the same.
        #[test]
        fn lines_are_what_records_are(
            parts in prop::collection::vec(
                prop_oneof![
                    6 => Just(&b"plain"[..]), 6 => Just(&b","[..]), 5 => Just(&b"\n"[..]), 2 => Just(&b"\r\n"[..]),
                    1 => Just(&b"\r"[..]), 1 => Just(&b"\""[..]), 1 => Just(&b" "[..]), 1 => Just(&b"\0"[..]),
                    1 => Just("\u{fc}".as_bytes()), 1 => Just(&b"\xff"[..]),
                ],
                0..60,
            ),
            quotes in any::<bool>(),
            bytes_of_a_piece in 1_usize..40,
        ) {
            let kept = parts.iter().filter(|part| quotes || !matches!(part, [b'"' | 0 | 0xff] | [b'\r']));
            let bytes: Vec<u8> = kept.flat_map(|part| part.iter().copied()).collect();
            let mut expected = Vec::new();
            let (mut one_by_one, mut record) = (opened(&bytes), Record::default());
            while one_by_one.read(&mut record).expect("read") {
                expected.push(read_of(record.row()));
            }
            let mut found = Vec::new();
            let (mut records, mut lines) = (opened(&bytes), Lines::default());
            let mut taken = 0;
            loop {
                if records.lines(&mut lines).expect("read") {
                    taken += 1;
                    for piece in lines.pieces(bytes_of_a_piece) {
                        piece.each(|row| found.push(read_of(row)));
                    }
                } else if records.read(&mut record).expect("read") {
                    found.push(read_of(record.row()));
                } else {
                    break;
                }
            }
            assert_eq!(found, expected);
            assert!(quotes || bytes.is_empty() || taken > 0, "nothing was taken as it lies");
            assert_eq!(records.bytes(), one_by_one.bytes());
        }
    }
}
