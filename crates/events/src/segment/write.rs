//! Writing segments so that they survive a power loss: a temporary name, fsync, rename, fsync of the folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use foldhash::fast::RandomState;
use parquet::basic::{Compression, ConvertedType, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use rayon::prelude::*;

use super::{ATTRIBUTE, BUCKETS, SegmentMeta, bucket_of};
use crate::store::sync_folder;
use crate::{CustomerKey, EventsError, Store};

/// Events that wait to be written, by bucket and column, with their text kept once each.
#[derive(Debug)]
pub struct Batch {
    parts: Vec<Part>,
    names: Vec<String>,
    texts: Vec<ByteArray>,
    codes: HashMap<Box<[u8]>, u32, RandomState>,
    bytes: usize,
}

/// The events of one bucket.
#[derive(Debug, Default)]
pub struct Part {
    customer: Vec<CustomerKey>,
    time: Vec<i64>,
    position: Vec<i64>,
    key: Vec<u128>,
    content: Vec<i64>,
    /// Activity, case, reason and text.
    texts: [Vec<u32>; 4],
    duration: Vec<Option<i64>>,
    cost: Vec<Option<i64>>,
    /// By name.
    attributes: Vec<Vec<u32>>,
}

/// One event to write. Text is given as codes of [`Batch::text`], 0 for none.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent {
    pub customer: CustomerKey,
    pub time: i64,
    /// Row of the file.
    pub position: i64,
    pub key: u128,
    pub content: i64,
    pub activity: u32,
    pub case: u32,
    pub reason: u32,
    pub text: u32,
    /// Microseconds.
    pub duration: Option<i64>,
    /// Cents.
    pub cost: Option<i64>,
}

/// One event to write, with its text as it is.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub customer: CustomerKey,
    pub time: i64,
    pub position: i64,
    pub key: u128,
    pub content: i64,
    pub activity: &'a str,
    pub case: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub text: Option<&'a str>,
    pub duration: Option<i64>,
    pub cost: Option<i64>,
    /// Name and value.
    pub attributes: &'a [(String, String)],
}

impl Part {
    /// Adds an event of the bucket with its attributes, in the order of the names.
    pub fn push(&mut self, event: NewEvent, attributes: impl Iterator<Item = u32>) {
        self.customer.push(event.customer);
        self.time.push(event.time);
        self.position.push(event.position);
        self.key.push(event.key);
        self.content.push(event.content);
        let texts = [event.activity, event.case, event.reason, event.text];
        for (column, code) in self.texts.iter_mut().zip(texts) {
            column.push(code);
        }
        self.duration.push(event.duration);
        self.cost.push(event.cost);
        for (column, code) in self.attributes.iter_mut().zip(attributes) {
            column.push(code);
        }
    }
}

impl Batch {
    /// An empty batch whose events have these attributes.
    pub fn new(names: Vec<String>) -> Self {
        let part = || Part { attributes: vec![Vec::new(); names.len()], ..Part::default() };
        let parts = (0..BUCKETS).map(|_| part()).collect();
        Self { parts, names, texts: vec![ByteArray::default()], codes: HashMap::default(), bytes: 0 }
    }

    /// The code of a text; the empty text is 0, which stands for none.
    pub fn text(&mut self, bytes: &[u8]) -> u32 {
        if bytes.is_empty() {
            return 0;
        }
        if let Some(&code) = self.codes.get(bytes) {
            return code;
        }
        let code = self.texts.len() as u32;
        self.texts.push(ByteArray::from(bytes.to_vec()));
        self.codes.insert(bytes.into(), code);
        self.bytes += 2 * bytes.len();
        code
    }

    /// Adds an event with all its text.
    pub fn push(&mut self, told: Told<'_>) {
        let mut text = |text: Option<&str>| text.map_or(0, |text| self.text(text.as_bytes()));
        let event = NewEvent {
            customer: told.customer,
            time: told.time,
            position: told.position,
            key: told.key,
            content: told.content,
            activity: text(Some(told.activity)),
            case: text(told.case),
            reason: text(told.reason),
            text: text(told.text),
            duration: told.duration,
            cost: told.cost,
        };
        let value = |name: &String| told.attributes.iter().find(|(known, _)| known == name);
        let names = std::mem::take(&mut self.names);
        let attributes: Vec<u32> =
            names.iter().map(|name| value(name).map_or(0, |(_, value)| self.text(value.as_bytes()))).collect();
        self.names = names;
        self.parts[bucket_of(told.customer) as usize].push(event, attributes.into_iter());
    }

    /// Its buckets.
    pub fn parts(&mut self) -> &mut [Part] {
        &mut self.parts
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.time.len()).sum()
    }

    /// Bytes of text held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Instants of the first and the last event.
    pub fn span(&self) -> Option<(i64, i64)> {
        let times = || self.parts.iter().flat_map(|part| &part.time);
        Some((*times().min()?, *times().max()?))
    }
}

/// Writes a batch as one segment a bucket, named `NAME-BUCKET.parquet`. All of it is on disk when this
/// returns, and none of it counts before the manifest names it.
pub fn write_batch(store: &Store, name: &str, batch: &Batch) -> Result<Vec<SegmentMeta>, EventsError> {
    let schema = schema(&batch.names).map_err(EventsError::segment(&store.segments()))?;
    let encoded = (0..).zip(&batch.parts).filter(|(_, part)| !part.time.is_empty()).collect::<Vec<_>>();
    let written = encoded.into_par_iter().map(|(bucket, part)| {
        let file = format!("{name}-{bucket:02}.parquet");
        let path = store.segment(&file);
        let bytes = encode(schema.clone(), &batch.texts, part).map_err(EventsError::segment(&path))?;
        let meta = SegmentMeta {
            file,
            bucket,
            events: part.time.len() as u64,
            bytes: bytes.len() as u64,
            min_time: part.time.iter().min().copied().unwrap_or(0),
            max_time: part.time.iter().max().copied().unwrap_or(0),
        };
        // Only what is being encoded is held in memory.
        let temporary = path.with_extension("tmp");
        let mut out = File::create(&temporary).map_err(EventsError::io("creating", &temporary))?;
        out.write_all(&bytes).map_err(EventsError::io("writing", &temporary))?;
        Ok((meta, out, temporary))
    });
    let written = written.collect::<Result<Vec<(SegmentMeta, File, PathBuf)>, EventsError>>()?;
    let mut segments = Vec::with_capacity(written.len());
    for (meta, out, temporary) in written {
        out.sync_all().map_err(EventsError::io("syncing", &temporary))?;
        drop(out);
        fs::rename(&temporary, store.segment(&meta.file)).map_err(EventsError::io("renaming", &temporary))?;
        segments.push(meta);
    }
    sync_folder(&store.segments())?;
    Ok(segments)
}

fn schema(attributes: &[String]) -> Result<TypePtr, ParquetError> {
    let number = |name: &str, repetition| {
        Type::primitive_type_builder(name, Physical::INT64).with_repetition(repetition).build()
    };
    let text = |name: &str, repetition| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(repetition)
            .with_logical_type(Some(LogicalType::String))
            .with_converted_type(ConvertedType::UTF8)
            .build()
    };
    let time = Type::primitive_type_builder("time", Physical::INT64)
        .with_repetition(Repetition::REQUIRED)
        .with_converted_type(ConvertedType::TIMESTAMP_MICROS)
        .build()?;
    let mut fields = vec![
        number("customer.high", Repetition::REQUIRED)?,
        number("customer.low", Repetition::REQUIRED)?,
        time,
        number("position", Repetition::REQUIRED)?,
        number("key.high", Repetition::REQUIRED)?,
        number("key.low", Repetition::REQUIRED)?,
        number("content", Repetition::REQUIRED)?,
        text("activity", Repetition::REQUIRED)?,
        text("case", Repetition::OPTIONAL)?,
        text("reason", Repetition::OPTIONAL)?,
        text("text", Repetition::OPTIONAL)?,
        number("duration", Repetition::OPTIONAL)?,
        number("cost", Repetition::OPTIONAL)?,
    ];
    for name in attributes {
        fields.push(text(&format!("{ATTRIBUTE}{name}"), Repetition::OPTIONAL)?);
    }
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder("event").with_fields(fields).build()?))
}

/// Columns of numbers that look random, and so can't be made smaller.
const RANDOM: [&str; 5] = ["customer.high", "customer.low", "key.high", "key.low", "content"];

fn encode(schema: TypePtr, words: &[ByteArray], part: &Part) -> Result<Vec<u8>, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None);
    for name in RANDOM {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_compression(ColumnPath::from(name), Compression::UNCOMPRESSED);
    }
    for name in ["time", "position"] {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_compression(ColumnPath::from(name), Compression::UNCOMPRESSED)
            .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
    }
    for name in ["text", "duration", "cost"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    let order = sorted(part);
    let mut writer =
        SerializedFileWriter::new(Vec::with_capacity(64 * order.len()), schema, Arc::new(properties.build()))?;
    let mut group = writer.next_row_group()?;
    let mut values = Vec::with_capacity(order.len());
    wide(&mut group, &order, &mut values, |at| part.customer[at].0)?;
    numbers(&mut group, &order, &mut values, |at| part.time[at])?;
    numbers(&mut group, &order, &mut values, |at| part.position[at])?;
    wide(&mut group, &order, &mut values, |at| part.key[at])?;
    numbers(&mut group, &order, &mut values, |at| part.content[at])?;
    let [activity, others @ ..] = &part.texts;
    let activities: Vec<ByteArray> =
        order.iter().map(|&at| words[activity[at as usize] as usize].clone()).collect();
    column::<ByteArrayType>(&mut group, &activities, None)?;
    for codes in others {
        texts(&mut group, words, &order, codes)?;
    }
    maybe_numbers(&mut group, &order, &part.duration)?;
    maybe_numbers(&mut group, &order, &part.cost)?;
    for codes in &part.attributes {
        texts(&mut group, words, &order, codes)?;
    }
    group.close()?;
    writer.into_inner()
}

/// Rows by customer, time and position.
fn sorted(part: &Part) -> Vec<u32> {
    // The first half of a pseudonym tells almost all customers apart, and events come in the order of their positions.
    let mut order: Vec<(u64, i64, u32)> =
        (0..).zip(&part.customer).map(|(at, key)| ((key.0 >> 64) as u64, part.time[at as usize], at)).collect();
    order.sort_unstable();
    let customer = |at: u32| part.customer[at as usize];
    if !order.is_sorted_by_key(|&(.., at)| customer(at)) || !part.position.is_sorted() {
        order.sort_unstable_by_key(|&(_, time, at)| (customer(at), time, part.position[at as usize]));
    }
    order.into_iter().map(|(.., at)| at).collect()
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn column<T: parquet::data_type::DataType>(
    group: &mut Group<'_>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns than the batch".into()));
    };
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()
}

fn numbers(
    group: &mut Group<'_>,
    order: &[u32],
    values: &mut Vec<i64>,
    value: impl Fn(usize) -> i64,
) -> Result<(), ParquetError> {
    values.clear();
    values.extend(order.iter().map(|&at| value(at as usize)));
    column::<Int64Type>(group, values, None)
}

/// A number of sixteen bytes, as two columns.
fn wide(
    group: &mut Group<'_>,
    order: &[u32],
    values: &mut Vec<i64>,
    value: impl Fn(usize) -> u128,
) -> Result<(), ParquetError> {
    numbers(group, order, values, |at| (value(at) >> 64) as i64)?;
    numbers(group, order, values, |at| value(at) as i64)
}

fn maybe_numbers(group: &mut Group<'_>, order: &[u32], column_of: &[Option<i64>]) -> Result<(), ParquetError> {
    let present: Vec<i16> = order.iter().map(|&at| i16::from(column_of[at as usize].is_some())).collect();
    let values: Vec<i64> = order.iter().filter_map(|&at| column_of[at as usize]).collect();
    column::<Int64Type>(group, &values, Some(&present))
}

fn texts(group: &mut Group<'_>, words: &[ByteArray], order: &[u32], codes: &[u32]) -> Result<(), ParquetError> {
    let code = |at: &u32| codes[*at as usize];
    let present: Vec<i16> = order.iter().map(|at| i16::from(code(at) != 0)).collect();
    let values: Vec<ByteArray> =
        order.iter().map(code).filter(|&code| code != 0).map(|code| words[code as usize].clone()).collect();
    column::<ByteArrayType>(group, &values, Some(&present))
}
