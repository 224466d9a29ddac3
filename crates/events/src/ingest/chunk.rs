//! Rows that are read ahead, so that they can be understood by all threads at once.

use crate::EventsError;
use crate::csv::Record;
use crate::formats::Rows;

/// Rows of a chunk, and bytes of them.
const ROWS: usize = 8192;
const BYTES: usize = 8 << 20;
/// Room that a row may keep for the next one: a chunk of large rows must not stay large.
const KEPT: usize = 1 << 16;

/// Some rows. Their room is used again.
#[derive(Default)]
pub struct Chunk {
    records: Vec<Record>,
    used: usize,
}

impl Chunk {
    /// Reads as many rows as fit; none at the end of the file.
    pub fn fill(&mut self, rows: &mut Rows) -> Result<(), EventsError> {
        self.used = 0;
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

    /// The rows.
    pub fn records(&self) -> &[Record] {
        &self.records[..self.used]
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }
}
