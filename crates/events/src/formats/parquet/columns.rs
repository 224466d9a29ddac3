//! Rows of a flat file, read column by column: several times as fast as one by one.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use std::fs::File;

use super::cell::{Meaning, put};
use crate::csv::Record;

/// Rows that are read at a time.
const ROWS: usize = 4_096;
/// Text of one column that is read at a time, about: where cells are long, rows are fewer.
const BYTES: usize = 4 << 20;

/// A flat file's rows.
pub struct Columns {
    file: SerializedFileReader<File>,
    meaning: Vec<Meaning>,
    /// The group of rows that is read next.
    group: usize,
    columns: Vec<Column>,
    /// Rows of the group that were not read yet.
    left: usize,
    /// Rows read at a time at present.
    at_once: usize,
    /// The row that is handed over next, of so many read.
    next: usize,
    read: usize,
}

/// One column of the group that is read, with the cells read last as text.
struct Column {
    about: ColumnDescPtr,
    meaning: Meaning,
    reader: ColumnReader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Whether a file's columns hold one value a row, or none.
pub fn is_flat(file: &SerializedFileReader<File>) -> bool {
    let schema = file.metadata().file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    fields.len() == schema.num_columns()
        && fields.iter().all(|field| field.is_primitive())
        && schema.columns().iter().all(|column| column.max_rep_level() == 0 && column.max_def_level() <= 1)
}

impl Columns {
    /// Of a file that is flat.
    pub fn new(file: SerializedFileReader<File>, meaning: Vec<Meaning>) -> Self {
        Self { file, meaning, group: 0, columns: Vec::new(), left: 0, at_once: ROWS, next: 0, read: 0 }
    }

    /// Makes the record that of the next row; false at the end.
    pub fn record(&mut self, number: u64, record: &mut Record) -> Result<bool, ParquetError> {
        if !self.ready()? {
            return Ok(false);
        }
        let at = self.next;
        record.set(number, self.columns.iter().map(|column| column.cell(at)));
        self.next += 1;
        Ok(true)
    }

    /// Sees to it that there is a row to hand over, unless there is none any more.
    fn ready(&mut self) -> Result<bool, ParquetError> {
        while self.next == self.read {
            if self.left == 0 {
                if self.group == self.file.num_row_groups() {
                    return Ok(false);
                }
                self.open()?;
                continue;
            }
            let most = self.at_once.min(self.left);
            let mut read = None;
            for column in &mut self.columns {
                let rows = column.read(most)?;
                if rows == 0 || read.is_some_and(|read| read != rows) {
                    return Err(ParquetError::General("its columns are not of one length".into()));
                }
                read = Some(rows);
            }
            self.read = read.unwrap_or(0);
            self.next = 0;
            self.left -= self.read;
            let most = self.columns.iter().map(|column| column.text.len()).max().unwrap_or(0);
            self.at_once = (BYTES * self.read / most.max(1)).clamp(1, ROWS);
        }
        Ok(true)
    }

    fn open(&mut self) -> Result<(), ParquetError> {
        let group = self.file.get_row_group(self.group)?;
        self.group += 1;
        self.left = usize::try_from(group.metadata().num_rows())
            .map_err(|_| ParquetError::General("it has less than no rows".into()))?;
        self.columns.clear();
        for (at, (about, meaning)) in
            group.metadata().schema_descr().columns().iter().zip(&self.meaning).enumerate()
        {
            self.columns.push(Column {
                about: about.clone(),
                meaning: *meaning,
                reader: group.get_column_reader(at)?,
                text: Vec::new(),
                ends: Vec::new(),
            });
        }
        Ok(())
    }
}

impl Column {
    fn cell(&self, at: usize) -> &[u8] {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[from..self.ends[at]]
    }

    /// Reads so many cells, or as many as there are.
    fn read(&mut self, most: usize) -> Result<usize, ParquetError> {
        let Self { about, meaning, reader, text, ends } = self;
        text.clear();
        ends.clear();
        let optional = about.max_def_level() == 1;
        let about = &*about;
        let mut cells = Cells { most, optional, text, ends };
        match reader {
            ColumnReader::BoolColumnReader(of) => {
                cells.of(of, |value, text| put(&Field::convert_bool(about, value), *meaning, text))
            }
            ColumnReader::Int32ColumnReader(of) => {
                cells.of(of, |value, text| put(&Field::convert_int32(about, value), *meaning, text))
            }
            ColumnReader::Int64ColumnReader(of) => {
                cells.of(of, |value, text| put(&Field::convert_int64(about, value), *meaning, text))
            }
            ColumnReader::Int96ColumnReader(of) => {
                cells.of(of, |value, text| put(&Field::convert_int96(about, value), *meaning, text))
            }
            ColumnReader::FloatColumnReader(of) => {
                cells.of(of, |value, text| put(&Field::convert_float(about, value), *meaning, text))
            }
            ColumnReader::DoubleColumnReader(of) => {
                cells.of(of, |value, text| put(&Field::convert_double(about, value), *meaning, text))
            }
            ColumnReader::ByteArrayColumnReader(of) if *meaning == Meaning::Text => {
                cells.of(of, |value: parquet::data_type::ByteArray, text| text.extend_from_slice(value.data()))
            }
            ColumnReader::ByteArrayColumnReader(of) => cells.of_fallible(of, |value, text| {
                put(&Field::convert_byte_array(about, value)?, *meaning, text);
                Ok(())
            }),
            ColumnReader::FixedLenByteArrayColumnReader(of) => cells.of_fallible(of, |value, text| {
                put(&Field::convert_byte_array(about, value.into())?, *meaning, text);
                Ok(())
            }),
        }
    }
}

/// Where the cells of a column go.
struct Cells<'a> {
    most: usize,
    optional: bool,
    text: &'a mut Vec<u8>,
    ends: &'a mut Vec<usize>,
}

impl Cells<'_> {
    fn of<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        mut write: impl FnMut(T::T, &mut Vec<u8>),
    ) -> Result<usize, ParquetError> {
        self.of_fallible(reader, |value, text| {
            write(value, text);
            Ok(())
        })
    }

    fn of_fallible<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        mut write: impl FnMut(T::T, &mut Vec<u8>) -> Result<(), ParquetError>,
    ) -> Result<usize, ParquetError> {
        let mut values: Vec<T::T> = Vec::with_capacity(self.most);
        let mut present: Vec<i16> = Vec::with_capacity(if self.optional { self.most } else { 0 });
        let (rows, ..) =
            reader.read_records(self.most, self.optional.then_some(&mut present), None, &mut values)?;
        let mut values = values.into_iter();
        for row in 0..rows {
            if !self.optional || present.get(row) == Some(&1) {
                let value = values.next();
                write(value.ok_or_else(|| ParquetError::General("a value is missing".into()))?, self.text)?;
            }
            self.ends.push(self.text.len());
        }
        Ok(rows)
    }
}
