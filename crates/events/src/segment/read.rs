//! Reading segments back, column by column. A stored file that doesn't hold what it should is an error,
//! never a panic.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::coded::{self, Coded};
use super::{ATTRIBUTE, CONTENT};
use crate::{CustomerKey, EventsError};

/// The columns that every analysis needs.
#[derive(Debug, Default)]
pub struct Columns {
    pub customer: Vec<CustomerKey>,
    pub time: Vec<i64>,
    pub activity: Coded,
    pub case: Coded,
    pub reason: Coded,
}

/// Everything about the rows of one customer.
#[derive(Debug, Clone)]
pub struct Row {
    pub time: i64,
    pub position: i64,
    pub activity: String,
    pub case: Option<String>,
    pub reason: Option<String>,
    pub text: Option<String>,
    pub duration: Option<i64>,
    pub cost: Option<i64>,
    pub attributes: Vec<(String, String)>,
}

struct Segment<'a> {
    path: &'a Path,
    reader: SerializedFileReader<File>,
    rows: usize,
}

impl<'a> Segment<'a> {
    fn open(path: &'a Path) -> Result<Self, EventsError> {
        let file = File::open(path).map_err(EventsError::io("opening", path))?;
        let reader = SerializedFileReader::new(file).map_err(EventsError::segment(path))?;
        let rows = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
        Ok(Self { path, reader, rows })
    }

    fn column(&self, name: &str) -> Result<Option<usize>, EventsError> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        Ok((0..schema.num_columns()).find(|&at| schema.column(at).name() == name))
    }

    fn attributes(&self) -> Vec<(usize, String)> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        (0..schema.num_columns())
            .filter_map(|at| Some((at, schema.column(at).name().strip_prefix(ATTRIBUTE)?.to_owned())))
            .collect()
    }

    /// All values of a column and, for an optional one, which rows have one.
    fn values<T: DataType>(&self, column: usize) -> Result<(Vec<T::T>, Vec<i16>), EventsError> {
        let mut values = Vec::with_capacity(self.rows);
        let mut present = Vec::new();
        let failed = EventsError::segment(self.path);
        let read = || -> Result<(), ParquetError> {
            for group in 0..self.reader.num_row_groups() {
                let group = self.reader.get_row_group(group)?;
                let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
                let optional = group.metadata().column(column).column_descr().max_def_level() > 0;
                let reader = group.get_column_reader(column)?;
                let mut reader = parquet::column::reader::get_typed_column_reader::<T>(reader);
                let mut done = 0;
                while done < rows {
                    let levels = optional.then_some(&mut present);
                    let (read, _, _) = reader.read_records(rows - done, levels, None, &mut values)?;
                    if read == 0 {
                        return Err(ParquetError::EOF(format!("column {column} is short")));
                    }
                    done += read;
                }
            }
            Ok(())
        };
        let mut read = read;
        read().map_err(failed)?;
        Ok((values, present))
    }

    fn required<T: DataType>(&self, name: &str) -> Result<Vec<T::T>, EventsError> {
        let Some(column) = self.column(name)? else {
            let missing = ParquetError::General(format!("there is no column {name}"));
            return Err(EventsError::segment(self.path)(missing));
        };
        let (values, _) = self.values::<T>(column)?;
        Ok(values)
    }

    fn optional_at<T: DataType>(&self, column: usize) -> Result<Vec<Option<T::T>>, EventsError> {
        let (values, present) = self.values::<T>(column)?;
        let mut values = values.into_iter();
        Ok(present.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
    }

    fn optional<T: DataType>(&self, name: &str) -> Result<Vec<Option<T::T>>, EventsError> {
        match self.column(name)? {
            Some(column) => self.optional_at::<T>(column),
            None => Ok(vec![None; self.rows]),
        }
    }

    /// A column of text; one that the segment does not have is empty.
    fn coded(&self, name: &str) -> Result<Coded, EventsError> {
        match self.column(name)? {
            Some(column) => self.coded_at(column),
            None => Ok(Coded { words: Vec::new(), codes: vec![0; self.rows] }),
        }
    }

    fn coded_at(&self, column: usize) -> Result<Coded, EventsError> {
        let failed = EventsError::segment(self.path);
        let read = || -> Result<Option<Coded>, ParquetError> {
            if self.reader.num_row_groups() != 1 {
                return Ok(None);
            }
            let group = self.reader.get_row_group(0)?;
            let optional = group.metadata().column(column).column_descr().max_def_level() > 0;
            coded::read(group.get_column_page_reader(column)?, self.rows, optional)
        };
        if let Some(coded) = read().map_err(failed)? {
            return Ok(coded);
        }
        // Every value as a word of its own.
        let (words, present) = self.values::<ByteArrayType>(column)?;
        let mut next = 0;
        let mut code = |level: &i16| {
            next += u32::from(*level > 0);
            if *level > 0 { next } else { 0 }
        };
        let codes = if present.is_empty() {
            (1..=words.len() as u32).collect()
        } else {
            present.iter().map(&mut code).collect()
        };
        Ok(Coded { words, codes })
    }

    fn keys(&self, name: &str) -> Result<Vec<u128>, EventsError> {
        let high = self.required::<Int64Type>(&format!("{name}.high"))?;
        let low = self.required::<Int64Type>(&format!("{name}.low"))?;
        let wide = |(high, low): (i64, i64)| u128::from(high as u64) << 64 | u128::from(low as u64);
        Ok(high.into_iter().zip(low).map(wide).collect())
    }
}

/// Reads the columns that every analysis needs.
pub fn read_columns(path: &Path) -> Result<Columns, EventsError> {
    let segment = Segment::open(path)?;
    Ok(Columns {
        customer: segment.keys("customer")?.into_iter().map(CustomerKey).collect(),
        time: segment.required::<Int64Type>("time")?,
        activity: segment.coded("activity")?,
        case: segment.coded("case")?,
        reason: segment.coded("reason")?,
    })
}

/// Reads the attribute columns by name.
pub fn read_attributes(path: &Path) -> Result<Vec<(String, Coded)>, EventsError> {
    let segment = Segment::open(path)?;
    segment.attributes().into_iter().map(|(column, name)| Ok((name, segment.coded_at(column)?))).collect()
}

/// Reads what tells events apart: (key, content) of each row.
pub fn read_identities(path: &Path) -> Result<Vec<(u128, i64)>, EventsError> {
    let segment = Segment::open(path)?;
    let keys = segment.keys("key")?;
    if segment.column(CONTENT)?.is_none() {
        return Ok(keys.into_iter().map(|key| (key, key as i64)).collect());
    }
    let contents = segment.required::<Int64Type>(CONTENT)?;
    Ok(keys.into_iter().zip(contents).collect())
}

/// Reads what customers said: customer, time and text of the rows that have one.
pub fn read_texts(path: &Path) -> Result<Vec<(CustomerKey, i64, String)>, EventsError> {
    let segment = Segment::open(path)?;
    let texts = segment.optional::<ByteArrayType>("text")?;
    if texts.iter().all(Option::is_none) {
        return Ok(Vec::new());
    }
    let (customers, times) = (segment.keys("customer")?, segment.required::<Int64Type>("time")?);
    let rows = customers.into_iter().zip(times).zip(texts);
    let told = rows.filter_map(|((customer, time), text)| {
        Some((CustomerKey(customer), time, String::from_utf8_lossy(text?.data()).into_owned()))
    });
    Ok(told.collect())
}

/// Reads all about all customers, in the order in which the segment lists them.
pub fn all_rows(path: &Path) -> Result<Vec<(CustomerKey, Row)>, EventsError> {
    let segment = Segment::open(path)?;
    let customers = segment.keys("customer")?;
    let rows = rows(&segment, path, 0..customers.len())?;
    Ok(customers.into_iter().map(CustomerKey).zip(rows).collect())
}

/// Reads all about one customer.
pub fn read_rows(path: &Path, customer: CustomerKey) -> Result<Vec<Row>, EventsError> {
    let segment = Segment::open(path)?;
    // Rows are sorted by customer, so theirs are one range.
    let customers = segment.keys("customer")?;
    let from = customers.partition_point(|&key| key < customer.0);
    let until = customers.partition_point(|&key| key <= customer.0);
    if from == until {
        return Ok(Vec::new());
    }
    rows(&segment, path, from..until)
}

fn rows(segment: &Segment<'_>, path: &Path, range: Range<usize>) -> Result<Vec<Row>, EventsError> {
    let time = segment.required::<Int64Type>("time")?;
    let position = segment.required::<Int64Type>("position")?;
    let activity = segment.required::<ByteArrayType>("activity")?;
    let case = segment.optional::<ByteArrayType>("case")?;
    let reason = segment.optional::<ByteArrayType>("reason")?;
    let text = segment.optional::<ByteArrayType>("text")?;
    let duration = segment.optional::<Int64Type>("duration")?;
    let cost = segment.optional::<Int64Type>("cost")?;
    let attributes = read_attributes(path)?;
    let owned = |bytes: &ByteArray| String::from_utf8_lossy(bytes.data()).into_owned();
    Ok(range
        .map(|at| Row {
            time: time[at],
            position: position[at],
            activity: owned(&activity[at]),
            case: case[at].as_ref().map(owned),
            reason: reason[at].as_ref().map(owned),
            text: text[at].as_ref().map(owned),
            duration: duration[at],
            cost: cost[at],
            attributes: attributes
                .iter()
                .filter_map(|(name, values)| Some((name.clone(), owned(values.value(at)?))))
                .collect(),
        })
        .collect())
}
