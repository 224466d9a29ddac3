//! Rows that are read ahead, so that they can be understood by all threads at once.

use crate::EventsError;
use crate::csv::{self, Lines, Record, Row};
use crate::formats::Rows;

/// Records of a chunk, and bytes of them.
const ROWS: usize = 8192;
const BYTES: usize = 8 << 20;
/// Room that a record may keep for the next one: a chunk of large ones must not stay large.
const KEPT: usize = 1 << 16;
/// Bytes of lines, or records, that one thread understands at a time.
const PIECE_BYTES: usize = 128 << 10;
const PIECE_ROWS: usize = 1024;

/// Some rows: whole lines as they lie, or records where the format or the quoting asks for it. Their room is used
/// again.
#[derive(Default)]
pub struct Chunk {
    lines: Option<Lines>,
    room: Lines,
    records: Vec<Record>,
    used: usize,
}

impl Chunk {
    /// Reads as many rows as fit; none at the end of the file.
    pub fn fill(&mut self, rows: &mut Rows) -> Result<(), EventsError> {
        self.used = 0;
        let mut lines = self.lines.take().unwrap_or_else(|| std::mem::take(&mut self.room));
        if rows.lines(&mut lines)? {
            self.lines = Some(lines);
            return Ok(());
        }
        self.room = lines;
        self.records
            .iter_mut()
            .filter(|record| record.room() > KEPT)
            .for_each(|record| *record = Record::default());
        let mut bytes = 0;
        while self.used < ROWS && bytes < BYTES {
            if self.used == self.records.len() {
                self.records.push(Record::default());
            }
            let record = &mut self.records[self.used];
            if !rows.read(record)? {
                break;
            }
            bytes += record.bytes();
            self.used += 1;
        }
        Ok(())
    }

    /// The rows in pieces, in order.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        match &self.lines {
            Some(lines) => lines.pieces(PIECE_BYTES).into_iter().map(Piece::Lines).collect(),
            None => self.records[..self.used].chunks(PIECE_ROWS).map(Piece::Records).collect(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_none() && self.used == 0
    }
}

/// Some rows of a chunk.
pub enum Piece<'t> {
    Lines(csv::Piece<'t>),
    Records(&'t [Record]),
}

impl<'t> Piece<'t> {
    /// Rows, at most.
    pub fn rows(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.lines(),
            Self::Records(records) => records.len(),
        }
    }

    /// Hands over each row, in order.
    pub fn each(&self, mut row: impl FnMut(Row<'t, '_>)) {
        match self {
            Self::Lines(lines) => lines.each(row),
            Self::Records(records) => records.iter().for_each(|record| row(record.row())),
        }
    }
}
