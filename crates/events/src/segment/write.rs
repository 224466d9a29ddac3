//! Writing segments so that they survive a power loss: a temporary name, fsync, rename, fsync of the folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::sync::Arc;

use bytes::Bytes;
use foldhash::fast::RandomState;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use rayon::prelude::*;

use super::{ATTRIBUTE, BUCKETS, SegmentMeta, bucket_of};
use crate::store::sync_folder;
use crate::{CustomerKey, EventsError, Store};

/// Events that wait to be written, with their text kept once each.
#[derive(Debug, Default)]
pub struct Batch {
    events: Vec<NewEvent>,
    attributes: Vec<u32>,
    names: Vec<String>,
    texts: Vec<ByteArray>,
    codes: HashMap<Box<[u8]>, u32, RandomState>,
    bytes: usize,
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

impl Batch {
    /// An empty batch whose events have these attributes.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, texts: vec![ByteArray::default()], ..Self::default() }
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

    /// Adds an event with its attributes, in the order of the names.
    pub fn push(&mut self, event: NewEvent, attributes: &[u32]) {
        debug_assert_eq!(attributes.len(), self.names.len());
        self.events.push(event);
        self.attributes.extend_from_slice(attributes);
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Bytes of text held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// Writes a batch as one segment a bucket, named `NAME-BUCKET.parquet`. All of it is on disk when this
/// returns, and none of it counts before the manifest names it.
pub fn write_batch(store: &Store, name: &str, batch: &Batch) -> Result<Vec<SegmentMeta>, EventsError> {
    let mut order: Vec<(CustomerKey, i64, i64, u32)> =
        (0..).zip(&batch.events).map(|(at, event)| (event.customer, event.time, event.position, at)).collect();
    // Buckets are the first bits of the pseudonym, so that this is their order too.
    order.par_sort_unstable();
    let buckets = (0..BUCKETS).into_par_iter().filter_map(|bucket| {
        let from = order.partition_point(|&(customer, ..)| bucket_of(customer) < bucket);
        let until = order.partition_point(|&(customer, ..)| bucket_of(customer) <= bucket);
        (from < until).then(|| {
            let file = format!("{name}-{bucket:02}.parquet");
            let own: Vec<u32> = order[from..until].iter().map(|&(.., at)| at).collect();
            write_segment(store, file, bucket, batch, &own)
        })
    });
    let segments = buckets.collect::<Result<Vec<SegmentMeta>, EventsError>>()?;
    sync_folder(&store.segments())?;
    Ok(segments)
}

fn write_segment(
    store: &Store,
    file: String,
    bucket: u32,
    batch: &Batch,
    order: &[u32],
) -> Result<SegmentMeta, EventsError> {
    let path = store.segment(&file);
    let temporary = path.with_extension("tmp");
    let out = File::create(&temporary).map_err(EventsError::io("creating", &temporary))?;
    let schema = schema(&batch.names).map_err(EventsError::segment(&temporary))?;
    let out = write_columns(out, schema, batch, order).map_err(EventsError::segment(&temporary))?;
    out.sync_all().map_err(EventsError::io("syncing", &temporary))?;
    let bytes = out.metadata().map_err(EventsError::io("reading", &temporary))?.len();
    drop(out);
    fs::rename(&temporary, &path).map_err(EventsError::io("renaming", &temporary))?;
    let times = || order.iter().map(|&at| batch.events[at as usize].time);
    Ok(SegmentMeta {
        file,
        bucket,
        events: order.len() as u64,
        bytes,
        min_time: times().min().unwrap_or(0),
        max_time: times().max().unwrap_or(0),
    })
}

fn schema(attributes: &[String]) -> Result<TypePtr, ParquetError> {
    let fixed = |name: &str| {
        Type::primitive_type_builder(name, Physical::FIXED_LEN_BYTE_ARRAY)
            .with_length(16)
            .with_repetition(Repetition::REQUIRED)
            .build()
    };
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
        fixed("customer")?,
        time,
        number("position", Repetition::REQUIRED)?,
        fixed("key")?,
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

fn write_columns(out: File, schema: TypePtr, batch: &Batch, order: &[u32]) -> Result<File, ParquetError> {
    let mut properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    for plain in ["customer", "time", "position", "key", "content", "text", "duration", "cost"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(plain), false);
    }
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
    let mut group = writer.next_row_group()?;
    let event = |at: u32| &batch.events[at as usize];

    fixed(&mut group, order, |at| event(at).customer.0)?;
    numbers(&mut group, order, |at| event(at).time)?;
    numbers(&mut group, order, |at| event(at).position)?;
    fixed(&mut group, order, |at| event(at).key)?;
    numbers(&mut group, order, |at| event(at).content)?;
    let activities: Vec<ByteArray> =
        order.iter().map(|&at| batch.texts[event(at).activity as usize].clone()).collect();
    column::<ByteArrayType>(&mut group, &activities, None)?;
    texts(&mut group, batch, order, |at| event(at).case)?;
    texts(&mut group, batch, order, |at| event(at).reason)?;
    texts(&mut group, batch, order, |at| event(at).text)?;
    maybe_numbers(&mut group, order, |at| event(at).duration)?;
    maybe_numbers(&mut group, order, |at| event(at).cost)?;
    let width = batch.names.len();
    for name in 0..width {
        texts(&mut group, batch, order, |at| batch.attributes[at as usize * width + name])?;
    }
    group.close()?;
    writer.into_inner()
}

type Group<'a> = SerializedRowGroupWriter<'a, File>;

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

fn numbers(group: &mut Group<'_>, order: &[u32], value: impl Fn(u32) -> i64) -> Result<(), ParquetError> {
    let values: Vec<i64> = order.iter().map(|&at| value(at)).collect();
    column::<Int64Type>(group, &values, None)
}

fn maybe_numbers(
    group: &mut Group<'_>,
    order: &[u32],
    value: impl Fn(u32) -> Option<i64>,
) -> Result<(), ParquetError> {
    let present: Vec<i16> = order.iter().map(|&at| i16::from(value(at).is_some())).collect();
    let values: Vec<i64> = order.iter().filter_map(|&at| value(at)).collect();
    column::<Int64Type>(group, &values, Some(&present))
}

fn fixed(group: &mut Group<'_>, order: &[u32], value: impl Fn(u32) -> u128) -> Result<(), ParquetError> {
    // All values lie in one piece of memory, of which each is a part.
    let all: Vec<u8> = order.iter().flat_map(|&at| value(at).to_be_bytes()).collect();
    let all = Bytes::from(all);
    let values: Vec<FixedLenByteArray> =
        (0..order.len()).map(|at| ByteArray::from(all.slice(at * 16..(at + 1) * 16)).into()).collect();
    column::<FixedLenByteArrayType>(group, &values, None)
}

fn texts(
    group: &mut Group<'_>,
    batch: &Batch,
    order: &[u32],
    code: impl Fn(u32) -> u32,
) -> Result<(), ParquetError> {
    let present: Vec<i16> = order.iter().map(|&at| i16::from(code(at) != 0)).collect();
    let values: Vec<ByteArray> =
        order.iter().filter(|&&at| code(at) != 0).map(|&at| batch.texts[code(at) as usize].clone()).collect();
    column::<ByteArrayType>(group, &values, Some(&present))
}
