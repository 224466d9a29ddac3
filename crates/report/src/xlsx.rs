//! Workbooks: cells with their types, a fixed head, columns as wide as what they hold. A text stays a text, whatever it
//! begins with.

use contract::table::{Cell, Table};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

/// Letters that a cell of a workbook can hold; the format has no room for more.
const LONGEST: usize = 32_767;
/// Widest column, in letters.
const WIDEST: usize = 60;

/// Writes a workbook of these sheets, and one that says what they are of.
pub fn workbook(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (bold, plain) = (Format::new().set_bold(), Format::new());
    let dated = Format::new().set_num_format("yyyy-mm-dd");
    for table in tables {
        let sheet = book.add_worksheet();
        sheet.set_name(&table.name)?;
        sheet.set_freeze_panes(1, 1)?;
        let mut widths: Vec<usize> = table.heads.iter().map(|head| head.chars().count()).collect();
        for (column, head) in (0_u16..).zip(&table.heads) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        for (row, cells) in (1_u32..).zip(&table.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                let wide = match cell {
                    Cell::Empty => 0,
                    Cell::Text(text) => {
                        let text: String = text.chars().take(LONGEST).collect();
                        let wide = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
                        sheet.write_string_with_format(row, column, text, &plain)?;
                        wide
                    }
                    Cell::Day(day) => {
                        match ExcelDateTime::parse_from_str(day) {
                            Ok(date) => sheet.write_datetime_with_format(row, column, &date, &dated)?,
                            Err(_) => sheet.write_string_with_format(row, column, day, &plain)?,
                        };
                        day.len()
                    }
                    Cell::Number(value) => {
                        sheet.write_number(row, column, *value)?;
                        value.to_string().len()
                    }
                };
                if let Some(width) = widths.get_mut(usize::from(column)) {
                    *width = (*width).max(wide);
                }
            }
        }
        for (column, width) in (0_u16..).zip(widths) {
            sheet.set_column_width(column, (width.min(WIDEST) + 2) as f64)?;
        }
        if !table.rows.is_empty() {
            let last = table.heads.len().saturating_sub(1) as u16;
            sheet.autofilter(0, 0, table.rows.len() as u32, last)?;
        }
    }
    let about: Vec<&(String, String)> = tables.iter().flat_map(|table| &table.about).collect();
    if !about.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name("About")?;
        for (row, (name, value)) in (0_u32..).zip(about) {
            sheet.write_string_with_format(row, 0, name, &bold)?;
            sheet.write_string(row, 1, value)?;
        }
        sheet.set_column_width(0, 16)?;
        sheet.set_column_width(1, 40)?;
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
    use contract::table::{Cell, Table};

    use super::workbook;

    #[test]
    fn what_is_written_is_read_and_formulas_are_text() {
        let table = Table {
            name: "Touchpoints".into(),
            heads: vec!["name".into(), "cost".into(), "note".into()],
            rows: vec![
                vec![Cell::text("=1+1"), Cell::number(Some(6.5)), Cell::text("")],
                vec![Cell::text("two\nlines"), Cell::number(None), Cell::text("007")],
                vec![Cell::day("2026-03-01"), Cell::day(""), Cell::day("soon")],
            ],
            about: vec![("Company".into(), "=cmd()".into())],
        };
        let bytes = workbook(&[table]).expect("written");
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("opened");
        assert_eq!(book.sheet_names(), ["Touchpoints", "About"]);
        let sheet = book.worksheet_range("Touchpoints").expect("a sheet");
        assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("=1+1".into())));
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::Float(6.5)));
        assert_eq!(sheet.get_value((2, 0)), Some(&Data::String("two\nlines".into())));
        // A day is a day, to be sorted and added to.
        let Some(Data::DateTime(day)) = sheet.get_value((3, 0)) else { panic!("no day") };
        assert_eq!(day.as_f64(), 46_082.0);
        assert_eq!(sheet.get_value((3, 2)), Some(&Data::String("soon".into())));
        assert_eq!(sheet.get_value((2, 2)), Some(&Data::String("007".into())));
    }
}
