//! One customer's events in full, read from the segments of their bucket.

use crate::segment::{bucket_of, read_rows};
use crate::tail::Tail;
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

/// All events of a customer, in order. `ids` are the pseudonyms that the customer has, the one that stands for all first.
pub fn history_of(
    store: &Store,
    segments: &[SegmentRef],
    tails: &[Tail],
    ids: &[CustomerKey],
) -> Result<Vec<StoredEvent>, EventsError> {
    let mut found = Vec::new();
    for &customer in ids {
        let bucket = bucket_of(customer);
        for (rank, segment) in segments.iter().enumerate().filter(|(_, segment)| segment.bucket == bucket) {
            for row in read_rows(&store.segment(&segment.file), customer)? {
                let order = (row.time, segment.source_order, customer, rank, row.position);
                found.push((
                    order,
                    StoredEvent {
                        time: row.time,
                        source: segment.source.clone(),
                        activity: row.activity,
                        case: row.case,
                        reason: row.reason,
                        text: row.text,
                        duration: row.duration,
                        cost: row.cost,
                        attributes: row.attributes,
                    },
                ));
            }
        }
        for tail in tails {
            for (position, event) in (0..).zip(&tail.events).filter(|(_, event)| event.customer == customer) {
                let event = event.clone();
                let order = (event.time, tail.source_order, customer, usize::MAX, position);
                found.push((
                    order,
                    StoredEvent {
                        time: event.time,
                        source: tail.source.clone(),
                        activity: event.activity,
                        case: event.case,
                        reason: event.reason,
                        text: event.text,
                        duration: event.duration,
                        cost: event.cost,
                        attributes: event.attributes,
                    },
                ));
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    Ok(found.into_iter().map(|(_, event)| event).collect())
}
