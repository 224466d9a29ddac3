//! XLSX: the first sheet that holds something, its first row the names of the columns.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use contract::{Kind, UserError};

use super::input::{is_workbook, is_workbook_in};
use super::listed::Listed;
use crate::EventsError;

/// Largest workbook, as it lies there: sheets are read whole.
const MOST_BYTES: u64 = 256 << 20;
/// Filled cells of a sheet, columns, and bytes of text.
const MOST_CELLS: usize = 20_000_000;
const MOST_ROOM: usize = 40_000_000;
const MOST_COLUMNS: usize = 1_000;
const MOST_TEXT: u64 = 1 << 30;

/// The rows of a sheet.
pub struct Rows {
    /// Number of the row in the sheet, and its cells.
    rows: std::vec::IntoIter<(u32, Vec<String>)>,
    columns: usize,
    all: usize,
    bytes: u64,
}

fn broken(reason: impl std::fmt::Display) -> EventsError {
    UserError::new(Kind::Unprocessable, "broken_workbook", format!("The workbook can't be read: {reason}."))
        .remedy("Open and save it again, or save the sheet as CSV.")
        .into()
}

/// The filled rows of the first sheet that has any.
fn filled(file: File) -> Result<Vec<(u32, Vec<String>)>, EventsError> {
    let mut book: Xlsx<_> = open_workbook_from_rs(BufReader::new(file)).map_err(broken)?;
    for name in book.sheet_names() {
        let rows = sheet(&mut book, &name, MOST_TEXT)?;
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Err(UserError::new(Kind::Unprocessable, "empty_file", "No sheet holds anything.")
        .remedy("Choose a workbook with one event a row.")
        .into())
}

/// The filled rows of a sheet. Cells come one by one, so that a sheet which says that it is large takes no more room than
/// what it holds.
fn sheet<R: Read + Seek>(
    book: &mut Xlsx<R>,
    name: &str,
    most_text: u64,
) -> Result<Vec<(u32, Vec<String>)>, EventsError> {
    let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
    let (mut count, mut bytes, mut room) = (0, 0, 0);
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let text = text(&Data::from(cell.get_value().clone()));
        if text.is_empty() {
            continue;
        }
        count += 1;
        bytes += text.len() as u64;
        // A row takes room up to its last cell.
        room += rows
            .last()
            .filter(|(last, _)| *last == row)
            .map_or(column as usize + 1, |(_, cells)| (column as usize + 1).saturating_sub(cells.len()));
        if column as usize >= MOST_COLUMNS || count > MOST_CELLS || room > MOST_ROOM || bytes > most_text {
            return Err(broken(format!(
                "it has more than {MOST_COLUMNS} columns, {MOST_CELLS} cells or {most_text} bytes of text"
            )));
        }
        if rows.last().is_none_or(|(last, _)| *last != row) {
            rows.push((row, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            if cells.len() <= column as usize {
                cells.resize(column as usize + 1, String::new());
            }
            cells[column as usize] = text;
        }
    }
    Ok(rows)
}

/// A sheet of a workbook: its name, and its filled rows by number from 0 on.
pub type Sheet = (String, Vec<(u32, Vec<String>)>);

/// Bytes of text of all sheets that are read at once: many cells may point at one long text.
const MOST_SMALL: u64 = 64 << 20;
/// Sheets that are read at once.
const MOST_SHEETS: usize = 8;

/// All sheets of a small workbook in memory.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, EventsError> {
    if !is_workbook_in(std::io::Cursor::new(bytes))? {
        return Err(broken("it is no workbook"));
    }
    let read = || {
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).map_err(broken)?;
        let names = book.sheet_names();
        if names.len() > MOST_SHEETS {
            return Err(broken(format!("it has more than {MOST_SHEETS} sheets")));
        }
        let mut left = MOST_SMALL;
        let mut found = Vec::new();
        for name in names {
            let rows = sheet(&mut book, &name, left)?;
            let bytes: usize = rows.iter().flat_map(|(_, cells)| cells).map(String::len).sum();
            left = left.saturating_sub(bytes as u64);
            found.push((name, rows));
        }
        Ok(found)
    };
    catch_unwind(AssertUnwindSafe(read)).map_err(|_| broken("it contradicts itself"))?
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
        if !is_workbook(path)? {
            return Err(broken("it is no workbook"));
        }
        let read = catch_unwind(AssertUnwindSafe(|| filled(file)));
        let rows = read.map_err(|_| broken("it contradicts itself"))??;
        let all = rows.len();
        let mut rows = rows.into_iter();
        let header = rows.next().map(|(_, cells)| cells).unwrap_or_default();
        let columns = header.len();
        Ok((header, Self { rows, columns, all, bytes }))
    }
}

impl Listed for Rows {
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, EventsError> {
        let Some((number, mut row)) = self.rows.next() else { return Ok(None) };
        row.resize(self.columns.max(row.len()), String::new());
        *cells = row;
        Ok(Some(u64::from(number) + 1))
    }

    fn bytes(&self) -> u64 {
        let read = self.all - self.rows.len();
        (self.bytes as f64 * (read as f64 / self.all.max(1) as f64)) as u64
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::SimpleFileOptions;

    use super::{Listed as _, Rows};
    use crate::EventsError;

    /// A workbook of one sheet, with the given cells as XML.
    fn book(cells: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut out = zip::ZipWriter::new(file.reopen().expect("a file"));
        let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
        for (name, text) in [
            ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned()),
            ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
            ("xl/workbook.xml", r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Log" sheetId="1" r:id="r1"/></sheets></workbook>"#.to_owned()),
            ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned()),
            ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#)),
        ] {
            out.start_file(name, SimpleFileOptions::default()).expect("a file");
            write!(out, "{head}{text}").expect("written");
        }
        out.finish().expect("written");
        file
    }

    fn text(place: &str, text: &str) -> String {
        format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    }

    #[test]
    fn the_first_row_names_the_columns() {
        let head =
            format!(r#"<row r="1">{}{}{}</row>"#, text("A1", "who"), text("B1", "what"), text("C1", "nr"));
        let row = format!(r#"<row r="3">{}<c r="C3"><v>7</v></c></row>"#, text("A3", "ann"));
        let (header, mut rows) = Rows::open(book(&format!("{head}{row}")).path()).expect("opened");
        assert_eq!(header, ["who", "what", "nr"]);
        let mut cells = Vec::new();
        assert_eq!(rows.next(&mut cells).expect("read"), Some(3));
        assert_eq!(cells, ["ann", "", "7"]);
        assert_eq!(rows.next(&mut cells).expect("read"), None);
    }

    #[test]
    fn a_sheet_that_claims_to_be_huge_takes_no_room() {
        let cells = format!(
            r#"<row r="1">{}</row><row r="1048576">{}</row>"#,
            text("A1", "who"),
            text("XFD1048576", "x")
        );
        assert!(matches!(Rows::open(book(&cells).path()), Err(EventsError::Input(_))));
        let tall = format!(
            r#"<row r="1">{}</row><row r="1048576">{}</row>"#,
            text("A1", "who"),
            text("A1048576", "x")
        );
        let (_, mut rows) = Rows::open(book(&tall).path()).expect("opened");
        assert_eq!(rows.next(&mut Vec::new()).expect("read"), Some(1_048_576));
    }
}
