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
use parquet::schema::types::{ColumnDescPtr, ColumnPath, SchemaDescriptor, Type, TypePtr};
use rayon::prelude::*;

use super::coded::{self, Chunk, chunk};
use super::{ATTRIBUTE, BUCKETS, CONTENT, SegmentMeta, bucket_of};
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

/// The events of one bucket. A column stays empty until something is in it, and holds nothing from its end on.
#[derive(Debug, Default)]
pub struct Part {
    customer: Vec<CustomerKey>,
    time: Vec<i64>,
    position: Vec<i64>,
    key: Vec<u128>,
    /// What differs between the digest of what an event says and the lower half of its key.
    content: Vec<i64>,
    activity: Vec<u32>,
    /// Case, reason and text.
    texts: [Vec<u32>; 3],
    duration: Vec<Option<i64>>,
    cost: Vec<Option<i64>>,
    /// By name.
    attributes: Vec<Vec<u32>>,
}

/// Adds a value to a column that has so many, unless both are nothing.
pub(crate) fn put<T: Copy + Default + PartialEq>(column: &mut Vec<T>, at: usize, value: T) {
    if column.is_empty() && value == T::default() {
        return;
    }
    column.resize(at, T::default());
    column.push(value);
}

/// A value of a column.
pub(crate) fn got<T: Copy + Default>(column: &[T], at: u32) -> T {
    column.get(at as usize).copied().unwrap_or_default()
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
        let NewEvent { customer, time, position, key, content, activity, case, reason, text, duration, cost } =
            event;
        let at = self.time.len();
        self.customer.push(customer);
        self.time.push(time);
        self.position.push(position);
        self.key.push(key);
        put(&mut self.content, at, content ^ key as i64);
        self.activity.push(activity);
        for (column, code) in self.texts.iter_mut().zip([case, reason, text]) {
            put(column, at, code);
        }
        put(&mut self.duration, at, duration);
        put(&mut self.cost, at, cost);
        for (column, code) in self.attributes.iter_mut().zip(attributes) {
            put(column, at, code);
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

    /// An empty batch with room for so many events, spread over its buckets.
    pub fn with_room(names: Vec<String>, events: usize) -> Self {
        let mut batch = Self::new(names);
        // Buckets differ a little in size.
        let room = events / BUCKETS as usize * 17 / 16;
        for Part { customer, time, position, key, activity, .. } in &mut batch.parts {
            customer.reserve(room);
            key.reserve(room);
            activity.reserve(room);
            time.reserve(room);
            position.reserve(room);
        }
        batch
    }

    /// Takes all events and texts out, and keeps the room of the columns.
    pub fn clear(&mut self) {
        for part in &mut self.parts {
            let Part { customer, time, position, key, content, activity, texts, duration, cost, attributes } =
                part;
            customer.clear();
            time.clear();
            position.clear();
            key.clear();
            content.clear();
            activity.clear();
            duration.clear();
            cost.clear();
            texts.iter_mut().chain(attributes).for_each(Vec::clear);
        }
        self.texts.truncate(1);
        self.codes.clear();
        self.bytes = 0;
    }

    /// The code of a text that was given one; the empty text has 0.
    pub fn known(&self, bytes: &[u8]) -> Option<u32> {
        if bytes.is_empty() { Some(0) } else { self.codes.get(bytes).copied() }
    }

    /// The code of a text; the empty text is 0, which stands for none.
    pub fn text(&mut self, bytes: &[u8]) -> u32 {
        if let Some(code) = self.known(bytes) {
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
    let columns = Columns::of(&batch.parts, batch.names.len());
    let encoded = (0..).zip(&batch.parts).filter(|(_, part)| !part.time.is_empty()).collect::<Vec<_>>();
    let written = encoded.into_par_iter().map(|(bucket, part)| {
        let file = format!("{name}-{bucket:02}.parquet");
        let path = store.segment(&file);
        let bytes = encode(&batch.texts, part, &columns, &batch.names).map_err(EventsError::segment(&path))?;
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

/// Which columns a batch has something in: all its segments have the same.
struct Columns {
    content: bool,
    /// Case, reason and text.
    texts: [bool; 3],
    duration: bool,
    cost: bool,
    attributes: Vec<bool>,
}

impl Columns {
    fn of(parts: &[Part], attributes: usize) -> Self {
        let any = |has: &dyn Fn(&Part) -> bool| parts.iter().any(has);
        Self {
            content: any(&|part| !part.content.is_empty()),
            texts: [0, 1, 2].map(|at: usize| any(&|part| !part.texts[at].is_empty())),
            duration: any(&|part| !part.duration.is_empty()),
            cost: any(&|part| !part.cost.is_empty()),
            attributes: (0..attributes).map(|at| any(&|part| !part.attributes[at].is_empty())).collect(),
        }
    }
}

fn schema(columns: &Columns, attributes: &[String]) -> Result<TypePtr, ParquetError> {
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
    ];
    if columns.content {
        fields.push(number(CONTENT, Repetition::REQUIRED)?);
    }
    fields.push(text("activity", Repetition::REQUIRED)?);
    for (name, has) in TEXTS.iter().zip(columns.texts) {
        if has {
            fields.push(text(name, Repetition::OPTIONAL)?);
        }
    }
    for (name, has) in [("duration", columns.duration), ("cost", columns.cost)] {
        if has {
            fields.push(number(name, Repetition::OPTIONAL)?);
        }
    }
    for (name, has) in attributes.iter().zip(&columns.attributes) {
        if *has {
            fields.push(text(&format!("{ATTRIBUTE}{name}"), Repetition::OPTIONAL)?);
        }
    }
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder("event").with_fields(fields).build()?))
}

const TEXTS: [&str; 3] = ["case", "reason", "text"];

fn encode(
    words: &[ByteArray],
    part: &Part,
    has: &Columns,
    attributes: &[String],
) -> Result<Vec<u8>, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None);
    // It looks random, and so can't be made smaller.
    properties = properties.set_column_compression(ColumnPath::from(CONTENT), Compression::UNCOMPRESSED);
    for name in ["time", "position"] {
        properties = properties
            .set_column_compression(ColumnPath::from(name), Compression::UNCOMPRESSED)
            .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
    }
    let order = sorted(part);
    let schema = schema(has, attributes)?;
    let columns = SchemaDescriptor::new(schema.clone());
    let text_columns = (0..columns.num_columns())
        .map(|at| columns.column(at))
        .filter(|column| column.physical_type() == Physical::BYTE_ARRAY);
    let properties = Arc::new(properties.build());
    let mut writer = SerializedFileWriter::new(Vec::with_capacity(64 * order.len()), schema, properties)?;
    let mut group = writer.next_row_group()?;
    let mut values = Vec::with_capacity(order.len());
    let pair = |at: usize| [columns.column(at), columns.column(at + 1)];
    wide(&mut group, pair(0), &order, &mut values, |at| part.customer[at as usize].0)?;
    numbers(&mut group, &order, &mut values, |at| part.time[at as usize])?;
    numbers(&mut group, &order, &mut values, |at| part.position[at as usize])?;
    wide(&mut group, pair(4), &order, &mut values, |at| part.key[at as usize])?;
    if has.content {
        let content = |at: u32| got(&part.content, at) ^ part.key[at as usize] as i64;
        numbers(&mut group, &order, &mut values, content)?;
    }
    // Numbers stand between the texts of the event and those of its attributes.
    let (texts_of_event, texts_of_attributes) = (&part.texts, &part.attributes);
    let mut text_columns = text_columns;
    let mut text = |group: &mut Group<'_>, codes: &[u32]| match text_columns.next() {
        Some(column) => texts(group, column, words, &order, codes),
        None => Ok(()),
    };
    text(&mut group, &part.activity)?;
    for (codes, _) in texts_of_event.iter().zip(has.texts).filter(|(_, has)| *has) {
        text(&mut group, codes)?;
    }
    for (column, _) in
        [(&part.duration, has.duration), (&part.cost, has.cost)].into_iter().filter(|(_, has)| *has)
    {
        maybe_numbers(&mut group, &order, column)?;
    }
    for (codes, _) in texts_of_attributes.iter().zip(&has.attributes).filter(|(_, has)| **has) {
        text(&mut group, codes)?;
    }
    group.close()?;
    writer.into_inner()
}

/// Rows by customer, time and position.
fn sorted(part: &Part) -> Vec<u32> {
    let customer = |at: u32| part.customer[at as usize];
    // The first half of a pseudonym tells almost all customers apart, and logs are in order of time mostly: then rows
    // by customer are all that is needed.
    let mut order = by_customer(&part.customer);
    let place = |&at: &u32| (customer(at), part.time[at as usize], part.position[at as usize]);
    if !order.is_sorted_by_key(place) {
        order.sort_unstable_by_key(place);
    }
    order
}

/// Rows by the first half of their customer's pseudonym, in order within it. Pseudonyms of a bucket are spread evenly: so
/// many heaps that each holds a few rows come close to the order without a comparison.
fn by_customer(customers: &[CustomerKey]) -> Vec<u32> {
    let half = |key: &CustomerKey| (key.0 >> 64) as u64;
    let bits = customers.len().max(16).ilog2() - 3;
    let heap = |half: u64| (half << BUCKETS.ilog2() >> (64 - bits)) as usize;
    let mut ends = vec![0_u32; (1 << bits) + 1];
    for key in customers {
        ends[heap(half(key)) + 1] += 1;
    }
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    let mut order = vec![(0, 0); customers.len()];
    for (at, key) in (0..).zip(customers) {
        let half = half(key);
        let end = &mut ends[heap(half)];
        order[*end as usize] = (half, at);
        *end += 1;
    }
    let mut from = 0;
    for &until in &ends[..1 << bits] {
        order[from..until as usize].sort_unstable();
        from = until as usize;
    }
    order.into_iter().map(|(_, at)| at).collect()
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
    value: impl Fn(u32) -> i64,
) -> Result<(), ParquetError> {
    values.clear();
    values.extend(order.iter().map(|&at| value(at)));
    column::<Int64Type>(group, values, None)
}

/// Numbers of sixteen bytes without a pattern, as two columns.
fn wide(
    group: &mut Group<'_>,
    [high, low]: [ColumnDescPtr; 2],
    order: &[u32],
    values: &mut Vec<i64>,
    value: impl Fn(u32) -> u128,
) -> Result<(), ParquetError> {
    let mut append = |column, values: &[i64]| {
        let Chunk { bytes, close } = coded::numbers(column, values)?;
        group.append_column(&bytes, close)
    };
    values.clear();
    values.extend(order.iter().map(|&at| (value(at) >> 64) as i64));
    append(high, values)?;
    values.clear();
    values.extend(order.iter().map(|&at| value(at) as i64));
    append(low, values)
}

fn maybe_numbers(group: &mut Group<'_>, order: &[u32], numbers: &[Option<i64>]) -> Result<(), ParquetError> {
    let present: Vec<i16> = order.iter().map(|&at| i16::from(got(numbers, at).is_some())).collect();
    let values: Vec<i64> = order.iter().filter_map(|&at| got(numbers, at)).collect();
    column::<Int64Type>(group, &values, Some(&present))
}

fn texts(
    group: &mut Group<'_>,
    of: ColumnDescPtr,
    words: &[ByteArray],
    order: &[u32],
    codes: &[u32],
) -> Result<(), ParquetError> {
    let code = |at: &u32| got(codes, *at);
    let optional = of.max_def_level() > 0;
    if let Some(Chunk { bytes, close }) = chunk(of, words, order.iter().map(code), order.len())? {
        return group.append_column(&bytes, close);
    }
    let present: Vec<i16> = order.iter().map(|at| i16::from(code(at) != 0)).collect();
    let values: Vec<ByteArray> = order
        .iter()
        .map(code)
        .filter(|&code| !optional || code != 0)
        .map(|code| words[code as usize].clone())
        .collect();
    column::<ByteArrayType>(group, &values, optional.then_some(&present))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::{Batch, Columns, Told, by_customer, encode};
    use crate::CustomerKey;

    fn filled(mut batch: Batch, word: &str, text: Option<&str>, cost: Option<i64>) -> Vec<Vec<u8>> {
        let attributes = [("channel".to_owned(), word.to_owned())];
        for at in 0..40_u32 {
            let customer = CustomerKey(u128::from(at.wrapping_mul(0x9e37_79b9)) << 96);
            batch.push(Told {
                customer,
                time: i64::from(at),
                position: i64::from(at),
                key: u128::from(at),
                content: i64::from(at % 2),
                activity: word,
                case: None,
                reason: None,
                text,
                duration: None,
                cost,
                attributes: &attributes,
            });
        }
        let columns = Columns::of(&batch.parts, batch.names.len());
        let parts = batch.parts.iter().filter(|part| !part.time.is_empty());
        parts.map(|part| encode(&batch.texts, part, &columns, &batch.names).expect("written")).collect()
    }

    /// Nothing of what was in a batch before it was emptied is left in it.
    #[test]
    fn an_emptied_batch_is_a_new_one() {
        let names = || vec!["channel".to_owned()];
        let mut used = Batch::new(names());
        used.push(Told {
            customer: CustomerKey(7),
            time: 1,
            position: 1,
            key: 3,
            content: 4,
            activity: "before",
            case: Some("a case"),
            reason: Some("a reason"),
            text: Some("a text"),
            duration: Some(5),
            cost: Some(6),
            attributes: &[("channel".to_owned(), "phone".to_owned())],
        });
        used.clear();
        assert!(used.is_empty() && used.bytes() == 0 && used.known(b"before").is_none());
        assert_eq!(filled(used, "web", None, Some(2)), filled(Batch::new(names()), "web", None, Some(2)));
    }

    proptest! {
        /// Heaps and all: rows by the first half of the pseudonym, in order within it.
        #[test]
        fn rows_come_by_customer(halves in prop::collection::vec((0_u64..40, 0_u64..3), 0..400)) {
            // Some share their first half, as pseudonyms of one bucket may.
            let spread = |half: u64| (half.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4) | 5 << 60;
            let keys: Vec<CustomerKey> = halves
                .iter()
                .map(|&(high, low)| CustomerKey(u128::from(spread(high)) << 64 | u128::from(low)))
                .collect();
            let mut expected: Vec<u32> = (0..keys.len() as u32).collect();
            expected.sort_by_key(|&at| (keys[at as usize].0 >> 64, at));
            assert_eq!(by_customer(&keys), expected);
        }
    }
}
