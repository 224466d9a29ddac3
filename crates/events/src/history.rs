//! One customer's events in full, read from the segments of their bucket.

use crate::segment::{bucket_of, read_rows};
use crate::{CustomerKey, EventsError, SegmentRef, Store};

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Microseconds since 1970.
    pub time: i64,
    pub source: String,
    pub activity: String,
    pub case: Option<String>,
    pub reason: Option<String>,
    pub text: Option<String>,
    /// Microseconds.
    pub duration: Option<i64>,
    /// Cents.
    pub cost: Option<i64>,
    pub attributes: Vec<(String, String)>,
}

/// All events of a customer, in order.
pub fn history_of(
    store: &Store,
    segments: &[SegmentRef],
    customer: CustomerKey,
) -> Result<Vec<StoredEvent>, EventsError> {
    let bucket = bucket_of(customer);
    let mut found = Vec::new();
    for (rank, segment) in segments.iter().enumerate().filter(|(_, segment)| segment.bucket == bucket) {
        for row in read_rows(&store.segment(&segment.file), customer)? {
            found.push(((row.time, segment.source_order, rank, row.position), segment.source.clone(), row));
        }
    }
    found.sort_by_key(|(order, ..)| *order);
    Ok(found
        .into_iter()
        .map(|(_, source, row)| StoredEvent {
            time: row.time,
            source,
            activity: row.activity,
            case: row.case,
            reason: row.reason,
            text: row.text,
            duration: row.duration,
            cost: row.cost,
            attributes: row.attributes,
        })
        .collect())
}
