//! XLSX: the first sheet that holds something, its first row the names of the columns.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, Range, Reader as _, Xlsx, open_workbook_from_rs};
use contract::{Kind, UserError};

use super::listed::Listed;
use crate::EventsError;

/// Largest workbook, as it lies there: sheets are read whole.
const MOST_BYTES: u64 = 256 << 20;
/// Cells of a sheet.
const MOST_CELLS: usize = 100_000_000;

/// The rows of a sheet.
pub struct Rows {
    sheet: Range<Data>,
    columns: usize,
    at: usize,
    bytes: u64,
}

fn broken(reason: impl std::fmt::Display) -> EventsError {
    UserError::new(Kind::Unprocessable, "broken_workbook", format!("The workbook can't be read: {reason}."))
        .remedy("Open and save it again, or save the sheet as CSV.")
        .into()
}

impl Rows {
    /// Opens a workbook; the columns come first.
    pub fn open(path: &Path) -> Result<(Vec<String>, Self), EventsError> {
        let file = File::open(path).map_err(EventsError::io("opening", path))?;
        let bytes = file.metadata().map_err(EventsError::io("reading", path))?.len();
        if bytes > MOST_BYTES {
            return Err(UserError::new(Kind::TooLarge, "too_large", "A workbook may have at most 256 MiB.")
                .remedy("Save the sheet as CSV: it is read as a stream.")
                .into());
        }
        let read = || -> Result<Range<Data>, EventsError> {
            let mut book: Xlsx<_> = open_workbook_from_rs(BufReader::new(file)).map_err(broken)?;
            for name in book.sheet_names() {
                let sheet = book.worksheet_range(&name).map_err(broken)?;
                if !sheet.is_empty() {
                    return Ok(sheet);
                }
            }
            Err(UserError::new(Kind::Unprocessable, "empty_file", "No sheet holds anything.")
                .remedy("Choose a workbook with one event a row.")
                .into())
        };
        let sheet = catch_unwind(AssertUnwindSafe(read)).map_err(|_| broken("it contradicts itself"))??;
        let (rows, columns) = sheet.get_size();
        if rows.saturating_mul(columns) > MOST_CELLS {
            return Err(broken("the sheet has too many cells"));
        }
        let header: Vec<String> =
            sheet.rows().next().map(|row| row.iter().map(text).collect()).unwrap_or_default();
        // Columns without a name at the end are what a spreadsheet leaves behind.
        let columns = header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        Ok((header[..columns].to_vec(), Self { sheet, columns, at: 1, bytes }))
    }
}

impl Listed for Rows {
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, EventsError> {
        let first = self.sheet.start().map_or(0, |(row, _)| u64::from(row));
        while self.at < self.sheet.height() {
            let row = &self.sheet[self.at];
            self.at += 1;
            if row.iter().take(self.columns).all(|cell| matches!(cell, Data::Empty)) {
                continue;
            }
            cells.extend(row.iter().take(self.columns).map(text));
            return Ok(Some(first + self.at as u64));
        }
        Ok(None)
    }

    fn bytes(&self) -> u64 {
        (self.bytes as f64 * (self.at as f64 / self.sheet.height().max(1) as f64)) as u64
    }
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(at) if at.is_datetime() => {
            at.as_datetime().map_or_else(|| at.to_string(), |at| at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string())
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}
