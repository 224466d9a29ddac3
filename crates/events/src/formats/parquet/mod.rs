//! Parquet: one row an event, one column a cell. Columns within columns are kept as text.
//!
//! A file that says of itself what is not so is refused, or ends where it can't be read any more; it never takes the
//! server down.

mod cell;
mod columns;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use contract::{Kind, UserError};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;

use super::footer;
use super::listed::Listed;
use crate::EventsError;
use crate::csv::Record;
use cell::{Meaning, put};
use columns::{Columns, is_flat};

/// Columns that are read.
const MOST_COLUMNS: usize = 1_000;
/// Largest stretch of rows that is held in memory while it is read.
const MOST_GROUP: i64 = 2 << 30;

/// The rows of a file.
pub struct Rows {
    way: Way,
    number: u64,
    all: u64,
    bytes: u64,
    /// Used again from row to row.
    record: Record,
}

/// How rows are read.
enum Way {
    Flat(Box<Columns>),
    /// Columns within columns are put together by the library.
    Nested {
        rows: RowIter<'static>,
        meaning: Vec<Meaning>,
        text: Vec<u8>,
        ends: Vec<usize>,
    },
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
        Self::open_as(path, is_flat)
    }

    fn open_as(
        path: &Path,
        is_flat: impl FnOnce(&SerializedFileReader<File>) -> bool,
    ) -> Result<(Vec<String>, Self), EventsError> {
        let file = File::open(path).map_err(EventsError::io("opening", path))?;
        let bytes = file.metadata().map_err(EventsError::io("reading", path))?.len();
        // Before the library believes what the file says of itself.
        footer::check(&file).map_err(broken)?;
        let (header, all, way) = guarded(|| {
            let reader = SerializedFileReader::new(file)?;
            let about = reader.metadata().file_metadata();
            let fields = about.schema().get_fields();
            let header: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
            let meaning: Vec<Meaning> = fields.iter().map(|field| Meaning::of(field)).collect();
            let all = u64::try_from(about.num_rows()).unwrap_or(0);
            for group in reader.metadata().row_groups() {
                if group.num_rows() < 0 || group.total_byte_size() < 0 || group.total_byte_size() > MOST_GROUP {
                    return Err(ParquetError::General("a group of rows is too large".into()));
                }
            }
            let way = if is_flat(&reader) {
                Way::Flat(Box::new(Columns::new(reader, meaning)))
            } else {
                let rows = RowIter::from_file_into(Box::new(reader));
                Way::Nested { rows, meaning, text: Vec::new(), ends: Vec::new() }
            };
            Ok((header, all, way))
        })?;
        if header.is_empty() || header.len() > MOST_COLUMNS {
            return Err(broken(format!("it has {} columns", header.len())));
        }
        Ok((header, Self { way, number: 0, all, bytes, record: Record::default() }))
    }
}

impl Listed for Rows {
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, EventsError> {
        let mut record = std::mem::take(&mut self.record);
        let found = self.read(cells, &mut record)?;
        cells.clear();
        cells.extend(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()));
        let number = record.line;
        self.record = record;
        Ok(found.then_some(number))
    }

    fn read(&mut self, _: &mut Vec<String>, record: &mut Record) -> Result<bool, EventsError> {
        let number = self.number + 1;
        let found = match &mut self.way {
            Way::Flat(columns) => guarded(|| columns.record(number, record))?,
            Way::Nested { rows, meaning, text, ends } => match guarded(|| rows.next().transpose())? {
                Some(row) => {
                    text.clear();
                    ends.clear();
                    for ((_, field), meaning) in row.get_column_iter().zip(meaning) {
                        put(field, *meaning, text);
                        ends.push(text.len());
                    }
                    let mut from = 0;
                    record.set(
                        number,
                        ends.iter().map(|&end| {
                            let cell = &text[from..end];
                            from = end;
                            cell
                        }),
                    );
                    true
                }
                None => false,
            },
        };
        self.number += u64::from(found);
        Ok(found)
    }

    fn bytes(&self) -> u64 {
        // Rows are about alike.
        if self.all == 0 { 0 } else { (self.bytes as f64 * (self.number as f64 / self.all as f64)) as u64 }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use parquet::data_type::{
        BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
    };
    use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
    use parquet::schema::parser::parse_message_type;
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    use super::{Listed as _, Rows, is_flat};
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
        rows_by(bytes, true)
    }

    fn rows_by(bytes: &[u8], columns: bool) -> Result<Vec<Vec<String>>, EventsError> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let (_, mut rows) = Rows::open_as(file.path(), |file| columns && is_flat(file))?;
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
    fn times_without_a_zone_carry_none() {
        let schema = "message log { required int64 at (TIMESTAMP(MICROS,false)); required int64 then (TIMESTAMP(NANOS,true)); }";
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).expect("a writer");
        let mut group = writer.next_row_group().expect("a group");
        put_column::<Int64Type>(&mut group, &[1_772_373_802_000_000], None);
        put_column::<Int64Type>(&mut group, &[1_772_373_802_000_000_999], None);
        group.close().expect("closed");
        let found = rows(&writer.into_inner().expect("written")).expect("read");
        assert_eq!(found, [["2026-03-01T14:03:22.000000", "2026-03-01T14:03:22.000000Z"]]);
    }

    fn put_column<T: DataType>(
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        values: &[T::T],
        present: Option<&[i16]>,
    ) {
        let mut column = group.next_column().expect("a column").expect("a column");
        column.typed::<T>().write_batch(values, present, None).expect("written");
        column.close().expect("closed");
    }

    type Cells = (i64, i32, f64, f32, bool, String, Option<i64>);

    /// A file of all kinds of columns, in groups of so many rows.
    fn of_all_kinds(all: &[Cells], at_once: usize) -> Vec<u8> {
        let schema = "message log {
            required int64 micros (TIMESTAMP_MICROS); required int64 millis (TIMESTAMP(MILLIS,false));
            required int64 nanos (TIMESTAMP(NANOS,true)); required int64 whole; required int64 natural (UINT_64);
            required int32 day (DATE); required int32 small (INT_8); required int32 number;
            required double double; required float float; required boolean yes;
            required binary text (UTF8); required binary bytes; required int32 money (DECIMAL(9,2));
            optional int64 maybe; }";
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).expect("a writer");
        for rows in all.chunks(at_once) {
            let mut group = writer.next_row_group().expect("a group");
            let long: Vec<i64> = rows.iter().map(|row| row.0).collect();
            for _ in 0..5 {
                put_column::<Int64Type>(&mut group, &long, None);
            }
            let number: Vec<i32> = rows.iter().map(|row| row.1).collect();
            for _ in 0..3 {
                put_column::<Int32Type>(&mut group, &number, None);
            }
            put_column::<DoubleType>(&mut group, &rows.iter().map(|row| row.2).collect::<Vec<_>>(), None);
            put_column::<FloatType>(&mut group, &rows.iter().map(|row| row.3).collect::<Vec<_>>(), None);
            put_column::<BoolType>(&mut group, &rows.iter().map(|row| row.4).collect::<Vec<_>>(), None);
            let text: Vec<ByteArray> = rows.iter().map(|row| row.5.as_str().into()).collect();
            for _ in 0..2 {
                put_column::<ByteArrayType>(&mut group, &text, None);
            }
            put_column::<Int32Type>(&mut group, &number, None);
            let present: Vec<i16> = rows.iter().map(|row| i16::from(row.6.is_some())).collect();
            let values: Vec<i64> = rows.iter().filter_map(|row| row.6).collect();
            put_column::<Int64Type>(&mut group, &values, Some(&present));
            group.close().expect("closed");
        }
        writer.into_inner().expect("written")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Column by column or row by row: the cells are the same.
        #[test]
        fn columns_say_what_rows_say(
            all in prop::collection::vec(
                (
                    any::<i64>(), any::<i32>(), any::<f64>(), any::<f32>(), any::<bool>(), "[a-z\u{fc} ]{0,12}",
                    any::<Option<i64>>(),
                ),
                1..60,
            ),
            at_once in 1_usize..40,
        ) {
            let bytes = of_all_kinds(&all, at_once);
            let found = rows_by(&bytes, true).expect("read");
            assert_eq!(found.len(), all.len());
            assert_eq!(found, rows_by(&bytes, false).expect("read"));
        }
    }

    #[test]
    fn many_rows_and_long_cells_are_read_in_stretches() {
        let cell = |at: usize| (at as i64, 1, 0.5, 0.5, true, "x".repeat(at % 7 * 300), None);
        let all: Vec<Cells> = (0..20_000).map(cell).collect();
        let found = rows(&of_all_kinds(&all, 9_000)).expect("read");
        assert_eq!(found.len(), all.len());
        assert!(found.iter().zip(&all).all(|(row, cells)| row[3] == cells.0.to_string() && row[11] == cells.5));
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
