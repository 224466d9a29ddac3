//! Parquet: one row an event, one column a cell. Columns within columns are kept as text.
//!
//! A file that says of itself what is not so is refused, or ends where it can't be read any more; it never takes the
//! server down.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use chrono::{DateTime, SecondsFormat};
use contract::{Kind, UserError};
use parquet::basic::{LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};

use super::footer;
use super::listed::Listed;
use crate::EventsError;

/// Columns that are read.
const MOST_COLUMNS: usize = 1_000;
/// Largest stretch of rows that is held in memory while it is read.
const MOST_GROUP: i64 = 2 << 30;

/// What a number in a column of times means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Plain,
    /// Nanoseconds since 1970, which the reader of rows hands over as a number.
    Nanos,
}

/// The rows of a file.
pub struct Rows {
    rows: RowIter<'static>,
    meaning: Vec<Meaning>,
    number: u64,
    all: u64,
    bytes: u64,
}

fn broken(reason: impl std::fmt::Display) -> EventsError {
    UserError::new(Kind::Unprocessable, "broken_parquet", format!("The Parquet file can't be read: {reason}."))
        .remedy("Write it again; Parquet files must be whole.")
        .into()
}

/// A library that panics at a forged file must not end more than the file.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, EventsError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(error)),
        Err(_) => Err(broken("it contradicts itself")),
    }
}

impl Rows {
    /// Opens a file; its columns come first.
    pub fn open(path: &Path) -> Result<(Vec<String>, Self), EventsError> {
        let file = File::open(path).map_err(EventsError::io("opening", path))?;
        let bytes = file.metadata().map_err(EventsError::io("reading", path))?.len();
        // Before the library believes what the file says of itself.
        footer::check(&file).map_err(broken)?;
        let (header, meaning, all, rows) = guarded(|| {
            let reader = SerializedFileReader::new(file)?;
            let about = reader.metadata().file_metadata();
            let fields = about.schema().get_fields();
            let header: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
            let meaning: Vec<Meaning> = fields
                .iter()
                .map(|field| match field.get_basic_info().logical_type_ref() {
                    Some(LogicalType::Timestamp(stamp)) if stamp.unit == TimeUnit::NANOS => Meaning::Nanos,
                    _ => Meaning::Plain,
                })
                .collect();
            let all = u64::try_from(about.num_rows()).unwrap_or(0);
            for group in reader.metadata().row_groups() {
                if group.num_rows() < 0 || group.total_byte_size() < 0 || group.total_byte_size() > MOST_GROUP {
                    return Err(ParquetError::General("a group of rows is too large".into()));
                }
            }
            Ok((header, meaning, all, RowIter::from_file_into(Box::new(reader))))
        })?;
        if header.is_empty() || header.len() > MOST_COLUMNS {
            return Err(broken(format!("it has {} columns", header.len())));
        }
        Ok((header, Self { rows, meaning, number: 0, all, bytes }))
    }
}

impl Listed for Rows {
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, EventsError> {
        let rows = &mut self.rows;
        let Some(row) = guarded(|| rows.next().transpose())? else { return Ok(None) };
        self.number += 1;
        fill(&row, &self.meaning, cells);
        Ok(Some(self.number))
    }

    fn bytes(&self) -> u64 {
        // Rows are about alike.
        if self.all == 0 { 0 } else { (self.bytes as f64 * (self.number as f64 / self.all as f64)) as u64 }
    }
}

fn fill(row: &Row, meaning: &[Meaning], cells: &mut Vec<String>) {
    for ((_, field), meaning) in row.get_column_iter().zip(meaning) {
        cells.push(text(field, *meaning));
    }
}

fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(|| micros.to_string(), |at| at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn text(field: &Field, meaning: Meaning) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Long(nanos) if meaning == Meaning::Nanos => instant(nanos / 1000),
        Field::TimestampMillis(millis) => instant(millis.saturating_mul(1000)),
        Field::TimestampMicros(micros) => instant(*micros),
        Field::Date(days) => DateTime::from_timestamp(i64::from(*days) * 86_400, 0)
            .map_or_else(|| days.to_string(), |at| at.format("%Y-%m-%d").to_string()),
        Field::Double(value) => value.to_string(),
        Field::Float(value) => value.to_string(),
        other => {
            let text = other.to_string();
            text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(str::to_owned).unwrap_or(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::{Listed as _, Rows};
    use crate::EventsError;

    fn written() -> Vec<u8> {
        let schema = "message log { required binary who (UTF8); required int64 at (TIMESTAMP_MICROS); optional int64 amount; }";
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).expect("a writer");
        let mut group = writer.next_row_group().expect("a group");
        let names: Vec<ByteArray> = ["ann", "bob"].map(ByteArray::from).into();
        let mut column = group.next_column().expect("a column").expect("a column");
        column.typed::<ByteArrayType>().write_batch(&names, None, None).expect("written");
        column.close().expect("closed");
        let mut column = group.next_column().expect("a column").expect("a column");
        let times = [1_772_373_802_000_000, 1_772_373_802_500_000];
        column.typed::<Int64Type>().write_batch(&times, None, None).expect("written");
        column.close().expect("closed");
        let mut column = group.next_column().expect("a column").expect("a column");
        column.typed::<Int64Type>().write_batch(&[7], Some(&[1, 0]), None).expect("written");
        column.close().expect("closed");
        group.close().expect("closed");
        writer.into_inner().expect("written")
    }

    fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, EventsError> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let (_, mut rows) = Rows::open(file.path())?;
        let mut all = Vec::new();
        let mut cells = Vec::new();
        while rows.next(&mut cells)?.is_some() {
            all.push(std::mem::take(&mut cells));
        }
        Ok(all)
    }

    #[test]
    fn times_and_absent_cells_are_text() {
        let found = rows(&written()).expect("read");
        assert_eq!(found[0], ["ann", "2026-03-01T14:03:22.000000Z", "7"]);
        assert_eq!(found[1], ["bob", "2026-03-01T14:03:22.500000Z", ""]);
    }

    #[test]
    fn forged_and_cut_files_are_refused() {
        let whole = written();
        for cut in [4, 20, whole.len() / 2, whole.len() - 9] {
            assert!(rows(&whole[..cut]).is_err(), "{cut}");
        }
        // Every byte of the part that describes the rest, wrong once: an error or rows, never the end of the process.
        for at in (0..whole.len()).rev().take(400) {
            let mut forged = whole.clone();
            forged[at] ^= 0x55;
            let _ = rows(&forged);
        }
    }
}
