//! Rows that a format gives as plain text, one by one, whatever they were made of.

use crate::EventsError;
use crate::csv::Record;

/// Rows of a sample, and letters of its cells.
pub const SAMPLE_ROWS: usize = 1_000;
const SAMPLE_CELL: usize = 1_000;

/// A source of rows. The number is that of the row in the file, from 1.
pub trait Listed: Send {
    /// Fills the cells; none at the end.
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, EventsError>;
    /// Reads a row into a record; `cells` is room for that. False at the end.
    fn read(&mut self, cells: &mut Vec<String>, record: &mut Record) -> Result<bool, EventsError> {
        cells.clear();
        let Some(number) = self.next(cells)? else { return Ok(false) };
        record.set(number, cells.iter().map(String::as_bytes));
        Ok(true)
    }
    /// Bytes read so far, for progress.
    fn bytes(&self) -> u64;
}

/// The first rows.
pub fn sample(rows: &mut dyn Listed) -> Result<Vec<Vec<String>>, EventsError> {
    let mut found = Vec::new();
    let mut cells = Vec::new();
    while found.len() < SAMPLE_ROWS {
        cells.clear();
        if rows.next(&mut cells)?.is_none() {
            break;
        }
        found.push(cells.iter().map(|cell| cell.chars().take(SAMPLE_CELL).collect()).collect());
    }
    Ok(found)
}
