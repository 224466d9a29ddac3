//! CSV of what a view shows. Cells that a spreadsheet would run as a formula are marked as text.

use std::io::Write as _;

use contract::table::{Cell, Table};

/// A table as CSV.
pub fn write(table: &Table) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let cell = |cell: &Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(words) | Cell::Day(words) => text(words),
        Cell::Number(value) => value.to_string(),
    };
    // Writing to memory does not fail, and every row has as many cells as the header.
    let _ = out.write_record(table.heads.iter().map(|head| text(head)));
    for row in &table.rows {
        let _ = out.write_record(row.iter().map(cell));
    }
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// All tables as CSV files in an archive, named after them, with what they are about in one more.
pub fn archive(tables: &[Table]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let mut put = |name: String, text: &str| {
        out.start_file(name, options)?;
        Ok::<_, zip::result::ZipError>(out.write_all(text.as_bytes())?)
    };
    for (number, table) in (1..).zip(tables) {
        let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '-' };
        let name: String = table.name.to_lowercase().chars().map(plain).collect();
        put(format!("{number:02}-{name}.csv"), &write(table))?;
    }
    let about = tables
        .iter()
        .flat_map(|table| &table.about)
        .map(|(name, value)| vec![Cell::text(name), Cell::text(value)]);
    let heads = vec!["about".to_owned(), "value".to_owned()];
    let about = Table { name: "About".into(), heads, rows: about.collect(), ..Table::default() };
    put("about.csv".to_owned(), &write(&about))?;
    Ok(out.finish()?.into_inner())
}

/// A CSV file with its cells marked where a spreadsheet would run them.
pub fn marked(path: &std::path::Path, out: impl std::io::Write) -> Result<(), csv::Error> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path)?;
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row)? {
        out.write_record(row.iter().map(|cell| text(&String::from_utf8_lossy(cell))))?;
    }
    Ok(out.flush()?)
}

/// Marks text that would be taken for a formula.
pub fn text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@import"), "'@import");
        assert_eq!(text("-5"), "-5");
        assert_eq!(text("plain"), "plain");
    }
}
