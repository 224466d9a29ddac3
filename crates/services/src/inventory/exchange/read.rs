//! Reading an inventory file into rows of known columns: a CSV, or the sheets of a workbook.

use contract::{Kind, UserError};

use super::{COLUMNS, KPIS, LINKS, READINGS, unmarked};

/// Most rows: while they are applied, others wait to write.
const MOST_ROWS: usize = 20_000;

/// A row: its line in the file, and a cell for each known column.
pub type Line = (u64, Vec<String>);

/// What a file holds.
#[derive(Debug, Default)]
pub struct Read {
    pub touchpoints: Vec<Line>,
    pub kpis: Vec<Line>,
    pub links: Vec<Line>,
    pub readings: Vec<Line>,
}

/// Reads a file: a workbook by its first bytes, else a CSV in UTF-8.
pub fn read(bytes: &[u8]) -> Result<Read, UserError> {
    let read = if bytes.starts_with(b"PK\x03\x04") { workbook(bytes)? } else { csv(bytes)? };
    let rows = read.touchpoints.len() + read.kpis.len() + read.links.len() + read.readings.len();
    if rows > MOST_ROWS {
        return Err(UserError::new(
            Kind::TooLarge,
            "too_many_rows",
            format!("The file has {rows} rows; at most {MOST_ROWS} are taken at once."),
        )
        .remedy("Split the file."));
    }
    Ok(read)
}

fn csv(bytes: &[u8]) -> Result<Read, UserError> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        UserError::new(Kind::Unprocessable, "bad_encoding", "The inventory file is not UTF-8.")
            .remedy("Save it as CSV in UTF-8, or as a workbook.")
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    // Spreadsheets of many countries write semicolons.
    let count = |delimiter: char| head.matches(delimiter).count();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|&delimiter| (count(delimiter), delimiter == ','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.map_or(b',', |delimiter| delimiter as u8))
        .from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
    let places = places(&header, &COLUMNS, "an inventory", "line 1")?;
    let mut touchpoints = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        touchpoints.push((line, cells(&places, &COLUMNS, |at| record.get(at).map(unmarked))));
        if touchpoints.len() > MOST_ROWS {
            break;
        }
    }
    Ok(Read { touchpoints, ..Read::default() })
}

fn workbook(bytes: &[u8]) -> Result<Read, UserError> {
    let sheets = events::formats::sheets(bytes).map_err(|error| match error {
        events::EventsError::Input(error) => error,
        other => UserError::new(Kind::Unprocessable, "broken_workbook", other.to_string()),
    })?;
    let mut read = Read::default();
    let mut known = false;
    for (name, rows) in sheets {
        let (columns, into): (&[&str], &mut Vec<Line>) = match name.as_str() {
            name if name.eq_ignore_ascii_case(KPIS.0) => (&KPIS.1, &mut read.kpis),
            name if name.eq_ignore_ascii_case(LINKS.0) => (&LINKS.1, &mut read.links),
            name if name.eq_ignore_ascii_case(READINGS.0) => (&READINGS.1, &mut read.readings),
            name if name.eq_ignore_ascii_case("About") => continue,
            // The sheet of touchpoints, or the only one of a workbook that somebody made.
            _ if !known => {
                known = true;
                (&COLUMNS, &mut read.touchpoints)
            }
            other => {
                return Err(UserError::new(
                    Kind::Unprocessable,
                    "unknown_sheet",
                    format!("There is no sheet \u{201c}{other}\u{201d} in an inventory."),
                )
                .remedy(format!("Sheets are: Touchpoints, {}, {}, {}.", KPIS.0, LINKS.0, READINGS.0)));
            }
        };
        let mut rows = rows.into_iter();
        let Some((_, header)) = rows.next() else { continue };
        let place = format!("sheet {name}, row 1");
        let places = places(&header, columns, "this sheet", &place)?;
        for (number, row) in rows {
            into.push((u64::from(number) + 1, cells(&places, columns, |at| row.get(at).map(String::as_str))));
        }
    }
    Ok(read)
}

fn cells<'a>(
    places: &[Option<usize>],
    columns: &[&str],
    cell: impl Fn(usize) -> Option<&'a str>,
) -> Vec<String> {
    let one = |(place, column): (&Option<usize>, &&str)| {
        let cell = place.and_then(&cell).unwrap_or_default();
        // An activity is compared letter by letter, blanks at its ends included.
        if *column == "activity" { cell } else { cell.trim() }.to_owned()
    };
    places.iter().zip(columns).map(one).collect()
}

/// Why a record is no row.
fn unreadable(error: csv::Error) -> UserError {
    let line = error.position().map_or(0, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("The row has {len} cells, the header names {expected_len} columns.")
        }
        csv::ErrorKind::Utf8 { .. } => "The row is not UTF-8.".to_owned(),
        _ => "The row can't be read.".to_owned(),
    };
    UserError::new(Kind::Unprocessable, "bad_csv", message)
        .at(format!("line {line}"))
        .remedy("Save the file as CSV in UTF-8, with commas.")
}

/// Where each known column is; unknown columns are refused.
fn places(
    header: &[String],
    columns: &[&str],
    what: &str,
    place: &str,
) -> Result<Vec<Option<usize>>, UserError> {
    let names: Vec<&str> = header.iter().map(|name| name.trim()).collect();
    if let Some(unknown) = names.iter().find(|name| !columns.contains(name)) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "unknown_column",
            format!("There is no column \u{201c}{unknown}\u{201d} in {what}."),
        )
        .at(place)
        .remedy(format!("Columns are: {}.", columns.join(", "))));
    }
    if let Some(twice) = columns.iter().find(|column| names.iter().filter(|name| name == column).count() > 1) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "duplicate_header",
            format!("Two columns are named \u{201c}{twice}\u{201d}."),
        )
        .at(place));
    }
    if !names.contains(&columns[0]) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "missing_header",
            format!("There is no column \u{201c}{}\u{201d}. Columns found: {}.", columns[0], names.join(", ")),
        )
        .at(place));
    }
    Ok(columns.iter().map(|column| names.iter().position(|name| name == column)).collect())
}
