//! The snapshot: all events of the manifest in memory, as a [`JourneyLog`] with its dictionaries.
//!
//! Immutable once built; a newer manifest makes a newer snapshot while the old one still answers.

use std::collections::HashMap;

use analytics::JourneyLog;
use rayon::prelude::*;

use crate::segment::{BUCKETS, Coded, bucket_of, read_attributes, read_columns};
use crate::tail::Tail;
use crate::{CustomerKey, EventsError, Store};

/// A segment that the manifest names, in the order in which segments were recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRef {
    pub file: String,
    pub bucket: u32,
    pub source: String,
    /// Decides between events of one instant.
    pub source_order: u32,
}

/// One activity of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub source: String,
    pub name: String,
    /// Decides between events of one instant.
    pub source_order: u32,
}

/// An attribute's values: one code an event, 0 for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    /// Text of code `i + 1`.
    pub values: Vec<String>,
    pub codes: Vec<u32>,
}

/// Everything in memory.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub log: JourneyLog,
    /// Pseudonym of each customer of the log, ascending.
    pub customers: Vec<CustomerKey>,
    /// What the log's activity codes mean, by (source, name).
    pub activities: Vec<Activity>,
    /// A hash of each case's text; code `i + 1` has the hash at `i`.
    pub cases: Vec<u64>,
    /// Attributes by name; a contact's reason is the attribute `reason`.
    pub attributes: Vec<Attribute>,
}

/// The events of one bucket, sorted, with dictionaries of its own.
#[derive(Default)]
struct Part {
    customers: Vec<CustomerKey>,
    /// Events of each customer.
    lengths: Vec<u32>,
    time: Vec<i64>,
    activity: Vec<u32>,
    case: Vec<u32>,
    activities: Dictionary<(u32, Vec<u8>)>,
    cases: Vec<u64>,
    attributes: Vec<(String, Dictionary<Vec<u8>>, Vec<u32>)>,
}

/// Rows of one bucket before they are sorted.
#[derive(Default)]
struct Rows {
    /// Customer, time, order of the source, and row. Rows come segment by segment as the manifest lists them, and within a
    /// segment in the order of their positions for a customer and instant.
    order: Vec<(CustomerKey, i64, u32, u32)>,
    activity: Vec<u32>,
    case: Vec<u32>,
    activities: Dictionary<(u32, Vec<u8>)>,
    cases: Dictionary<Vec<u8>>,
    attributes: Vec<(String, Dictionary<Vec<u8>>, Vec<u32>)>,
}

/// Codes in order of first appearance.
struct Dictionary<K> {
    codes: HashMap<K, u32>,
    keys: Vec<K>,
}

impl<K> Default for Dictionary<K> {
    fn default() -> Self {
        Self { codes: HashMap::new(), keys: Vec::new() }
    }
}

impl<K: Clone + Eq + std::hash::Hash> Dictionary<K> {
    fn code(&mut self, key: K) -> u32 {
        let next = self.keys.len() as u32;
        *self.codes.entry(key.clone()).or_insert_with(|| {
            self.keys.push(key);
            next
        })
    }
}

impl Snapshot {
    /// Reads all segments of a manifest.
    pub fn load(store: &Store, segments: &[SegmentRef]) -> Result<Self, EventsError> {
        let parts: Vec<Part> = (0..BUCKETS)
            .into_par_iter()
            .map(|bucket| Part::load(store, segments, bucket))
            .collect::<Result<_, _>>()?;
        join(parts, &sources(segments.iter().map(|one| (one.source_order, one.source.as_str()))))
    }

    /// The events of tails, by themselves.
    pub fn of_tails(tails: &[Tail]) -> Result<Self, EventsError> {
        let parts = (0..BUCKETS).into_par_iter().map(|bucket| {
            let mut rows = Rows::default();
            tails.iter().for_each(|tail| rows.take_tail(tail, bucket));
            rows.sorted()
        });
        join(parts.collect(), &sources(tails.iter().map(|one| (one.source_order, one.source.as_str()))))
    }

    /// The log's number for a pseudonym.
    pub fn customer(&self, key: CustomerKey) -> Option<usize> {
        self.customers.binary_search(&key).ok()
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let at = self.attributes.binary_search_by(|attribute| attribute.name.as_str().cmp(name)).ok()?;
        Some(&self.attributes[at])
    }
}

impl Part {
    fn load(store: &Store, segments: &[SegmentRef], bucket: u32) -> Result<Self, EventsError> {
        let mut rows = Rows::default();
        for segment in segments.iter().filter(|segment| segment.bucket == bucket) {
            rows.take_segment(store, segment)?;
        }
        Ok(rows.sorted())
    }
}

impl Rows {
    fn take_segment(&mut self, store: &Store, segment: &SegmentRef) -> Result<(), EventsError> {
        let path = store.segment(&segment.file);
        let columns = read_columns(&path)?;
        let base = self.order.len();
        for (at, &customer) in columns.customer.iter().enumerate() {
            let row = (base + at) as u32;
            self.order.push((customer, columns.time[at], segment.source_order, row));
        }
        self.activity.extend(
            recoded(&columns.activity, |word| self.activities.code((segment.source_order, word.to_vec())) + 1)
                .map(|code| code.saturating_sub(1)),
        );
        self.case.extend(recoded(&columns.case, |word| self.cases.code(word.to_vec()) + 1));
        let with_reasons = columns.reason.codes.iter().any(|&code| code != 0);
        let reasons = with_reasons.then_some((REASON.to_owned(), columns.reason));
        for (name, values) in reasons.into_iter().chain(read_attributes(&path)?) {
            let (dictionary, codes) = self.attribute(&name, base);
            // A name that a segment has twice keeps its first column.
            if codes.len() > base {
                continue;
            }
            codes.extend(recoded(&values, |word| dictionary.code(word.to_vec()) + 1));
        }
        Ok(())
    }

    fn take_tail(&mut self, tail: &Tail, bucket: u32) {
        for event in tail.events.iter().filter(|event| bucket_of(event.customer) == bucket) {
            let row = self.order.len();
            self.order.push((event.customer, event.time, tail.source_order, row as u32));
            self.activity.push(self.activities.code((tail.source_order, event.activity.clone().into_bytes())));
            let case = event.case.as_ref().map_or(0, |case| self.cases.code(case.clone().into_bytes()) + 1);
            self.case.push(case);
            let reason = event.reason.as_ref().map(|reason| (REASON, reason));
            let own = event.attributes.iter().map(|(name, value)| (name.as_str(), value));
            for (name, value) in reason.into_iter().chain(own) {
                let (dictionary, codes) = self.attribute(name, row);
                // A name that an event has twice keeps its first value.
                if codes.len() == row {
                    codes.push(dictionary.code(value.clone().into_bytes()) + 1);
                }
            }
        }
    }

    /// An attribute's dictionary, and its codes up to a row.
    fn attribute(&mut self, name: &str, rows: usize) -> (&mut Dictionary<Vec<u8>>, &mut Vec<u32>) {
        let at = match self.attributes.iter().position(|(known, ..)| known == name) {
            Some(at) => at,
            None => {
                self.attributes.push((name.to_owned(), Dictionary::default(), Vec::new()));
                self.attributes.len() - 1
            }
        };
        let (_, dictionary, codes) = &mut self.attributes[at];
        if codes.len() < rows {
            codes.resize(rows, 0);
        }
        (dictionary, codes)
    }

    fn sorted(self) -> Part {
        let Self { mut order, activity, case, activities, cases, attributes } = self;
        let mut part = Part { activities, ..Part::default() };
        // Segments are sorted already: their rows are runs that only need to be merged.
        order.sort();
        for &(customer, time, .., row) in &order {
            if part.customers.last() != Some(&customer) {
                part.customers.push(customer);
                part.lengths.push(0);
            }
            if let Some(length) = part.lengths.last_mut() {
                *length += 1;
            }
            part.time.push(time);
            part.activity.push(activity[row as usize]);
            part.case.push(case[row as usize]);
        }
        part.cases = cases.keys.iter().map(|text| hashed(text)).collect();
        part.attributes = attributes
            .into_iter()
            .map(|(name, dictionary, mut codes)| {
                codes.resize(order.len(), 0);
                let sorted = order.iter().map(|&(.., row)| codes[row as usize]).collect();
                (name, dictionary, sorted)
            })
            .collect();
        part
    }
}

/// A column's codes in another dictionary; 0 stays 0.
fn recoded<'c>(column: &'c Coded, mut code: impl FnMut(&[u8]) -> u32) -> impl Iterator<Item = u32> + 'c {
    let map: Vec<u32> = std::iter::once(0).chain(column.words.iter().map(|word| code(word.data()))).collect();
    column.codes.iter().map(move |&code| map[code as usize])
}

/// Name of the attribute that a contact's reason is.
const REASON: &str = "reason";

fn hashed(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(text).as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Names of sources by their order.
fn sources<'a>(all: impl Iterator<Item = (u32, &'a str)>) -> HashMap<u32, &'a str> {
    all.collect()
}

/// Puts the buckets one behind the other and makes one dictionary of theirs.
fn join(parts: Vec<Part>, source_of: &HashMap<u32, &str>) -> Result<Snapshot, EventsError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();

    // Codes ascend by (source, name), whatever order the files came in.
    let mut activities: Vec<(String, String, (u32, Vec<u8>))> = parts
        .iter()
        .flat_map(|part| &part.activities.keys)
        .map(|key| (source_of.get(&key.0).copied().unwrap_or_default().to_owned(), text(&key.1), key.clone()))
        .collect();
    activities.sort();
    activities.dedup();
    let code_of: HashMap<&(u32, Vec<u8>), u32> =
        activities.iter().enumerate().map(|(code, (.., key))| (key, code as u32)).collect();

    let mut names: Vec<String> =
        parts.iter().flat_map(|part| part.attributes.iter().map(|(name, ..)| name.clone())).collect();
    names.sort();
    names.dedup();

    let total: usize = parts.iter().map(|part| part.time.len()).sum();
    let mut customers = Vec::new();
    let mut offsets = vec![0_u32];
    let mut time = Vec::with_capacity(total);
    let mut activity = Vec::with_capacity(total);
    let mut case = Vec::with_capacity(total);
    let mut first_case = 0;
    let mut cases = Vec::new();
    for part in &parts {
        customers.extend_from_slice(&part.customers);
        for &length in &part.lengths {
            let next = offsets[offsets.len() - 1]
                .checked_add(length)
                .ok_or(EventsError::Log(analytics::LogError::TooMany { events: total }))?;
            offsets.push(next);
        }
        time.extend_from_slice(&part.time);
        let codes: Vec<u32> = part.activities.keys.iter().map(|key| code_of[key]).collect();
        activity.extend(part.activity.iter().map(|&code| codes[code as usize]));
        // Customers of different buckets share no case: their numbers only need to differ.
        case.extend(part.case.iter().map(|&code| if code == 0 { 0 } else { code + first_case }));
        first_case += part.cases.len() as u32;
        cases.extend_from_slice(&part.cases);
    }
    let attributes = names
        .into_iter()
        .map(|name| {
            let mut all: Dictionary<Vec<u8>> = Dictionary::default();
            let mut codes = Vec::with_capacity(total);
            for part in &parts {
                match part.attributes.iter().find(|(known, ..)| *known == name) {
                    Some((_, dictionary, own)) => {
                        let map: Vec<u32> = std::iter::once(0)
                            .chain(dictionary.keys.iter().map(|key| all.code(key.clone()) + 1))
                            .collect();
                        codes.extend(own.iter().map(|&code| map[code as usize]));
                    }
                    None => codes.resize(codes.len() + part.time.len(), 0),
                }
            }
            Attribute { name, values: all.keys.iter().map(|key| text(key)).collect(), codes }
        })
        .collect();
    let log = JourneyLog::new(offsets, time, activity, case).map_err(EventsError::Log)?;
    let activities = activities
        .into_iter()
        .map(|(source, name, (source_order, _))| Activity { source, name, source_order })
        .collect();
    Ok(Snapshot { log, customers, activities, cases, attributes })
}
