//! The snapshot: all events of the manifest in memory, as a [`JourneyLog`] with its dictionaries.
//!
//! Immutable once built; a newer manifest makes a newer snapshot while the old one still answers.

use std::collections::HashMap;

use analytics::JourneyLog;
use parquet::data_type::ByteArray;
use rayon::prelude::*;

use crate::segment::{BUCKETS, read_attributes, read_columns};
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
#[derive(Debug, Default)]
pub struct Snapshot {
    pub log: JourneyLog,
    /// Pseudonym of each customer of the log, ascending.
    pub customers: Vec<CustomerKey>,
    /// What the log's activity codes mean, by (source, name).
    pub activities: Vec<Activity>,
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
    cases: u32,
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
        join(parts, segments)
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

/// Remembers the last few codes by the address of the bytes: the values of a dictionary page share theirs.
struct Recent {
    seen: Vec<(usize, usize, u32)>,
}

impl Recent {
    const SLOTS: usize = 1024;

    fn new() -> Self {
        Self { seen: vec![(0, 0, 0); Self::SLOTS] }
    }

    fn code(&mut self, value: &ByteArray, find: impl FnOnce(&[u8]) -> u32) -> u32 {
        let bytes = value.data();
        let (address, length) = (bytes.as_ptr() as usize, bytes.len());
        let slot = (address >> 2) % Self::SLOTS;
        let known = self.seen[slot];
        if (known.0, known.1) == (address, length) && length > 0 {
            return known.2;
        }
        let code = find(bytes);
        self.seen[slot] = (address, length, code);
        code
    }
}

impl Part {
    fn load(store: &Store, segments: &[SegmentRef], bucket: u32) -> Result<Self, EventsError> {
        let mut part = Self::default();
        let mut order: Vec<(CustomerKey, i64, u32, u32, i64, u32)> = Vec::new();
        let mut cases: Dictionary<Vec<u8>> = Dictionary::default();
        let (mut activity, mut case) = (Vec::new(), Vec::new());
        let mut attributes: Vec<(String, Dictionary<Vec<u8>>, Vec<u32>)> = Vec::new();
        for (rank, segment) in segments.iter().enumerate().filter(|(_, segment)| segment.bucket == bucket) {
            let path = store.segment(&segment.file);
            let columns = read_columns(&path)?;
            let base = order.len();
            for (at, &customer) in columns.customer.iter().enumerate() {
                let row = (base + at) as u32;
                order.push((
                    customer,
                    columns.time[at],
                    segment.source_order,
                    rank as u32,
                    columns.position[at],
                    row,
                ));
            }
            let mut recent = Recent::new();
            activity.extend(columns.activity.iter().map(|value| {
                recent.code(value, |bytes| part.activities.code((segment.source_order, bytes.to_vec())))
            }));
            let mut recent = Recent::new();
            case.extend(columns.case.iter().map(|value| {
                value.as_ref().map_or(0, |value| recent.code(value, |bytes| cases.code(bytes.to_vec()) + 1))
            }));
            let reasons = ("reason".to_owned(), columns.reason);
            let with_reasons = reasons.1.iter().any(Option::is_some).then_some(reasons);
            for (name, values) in with_reasons.into_iter().chain(read_attributes(&path)?) {
                let at = match attributes.iter().position(|(known, ..)| *known == name) {
                    Some(at) => at,
                    None => {
                        attributes.push((name, Dictionary::default(), Vec::new()));
                        attributes.len() - 1
                    }
                };
                let (_, dictionary, codes) = &mut attributes[at];
                codes.resize(base, 0);
                let mut recent = Recent::new();
                codes.extend(values.iter().map(|value| {
                    value
                        .as_ref()
                        .map_or(0, |value| recent.code(value, |bytes| dictionary.code(bytes.to_vec()) + 1))
                }));
            }
        }
        for (.., codes) in &mut attributes {
            codes.resize(order.len(), 0);
        }
        order.sort_unstable();
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
        part.cases = cases.keys.len() as u32;
        part.attributes = attributes
            .into_iter()
            .map(|(name, dictionary, codes)| {
                let sorted = order.iter().map(|&(.., row)| codes[row as usize]).collect();
                (name, dictionary, sorted)
            })
            .collect();
        Ok(part)
    }
}

/// Puts the buckets one behind the other and makes one dictionary of theirs.
fn join(parts: Vec<Part>, segments: &[SegmentRef]) -> Result<Snapshot, EventsError> {
    let source_of: HashMap<u32, &str> =
        segments.iter().map(|segment| (segment.source_order, segment.source.as_str())).collect();
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
        first_case += part.cases;
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
    let activities = activities.into_iter().map(|(source, name, _)| Activity { source, name }).collect();
    Ok(Snapshot { log, customers, activities, attributes })
}
