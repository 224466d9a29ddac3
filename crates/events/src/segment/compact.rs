//! Several segments of a source and bucket as one.

use super::read::{all_rows, read_identities};
use super::write::{Batch, Told, write_batch};
use crate::snapshot::SegmentRef;
use crate::{EventsError, SegmentMeta, Store};

/// Writes the events of some segments, in their order, as one named `NAME-BUCKET.parquet`. Nothing of it counts before
/// the manifest names it.
pub fn compact(store: &Store, name: &str, segments: &[SegmentRef]) -> Result<Vec<SegmentMeta>, EventsError> {
    let mut names: Vec<String> = Vec::new();
    let mut parts = Vec::with_capacity(segments.len());
    for segment in segments {
        let path = store.segment(&segment.file);
        let rows = all_rows(&path)?;
        let identities = read_identities(&path)?;
        for (_, row) in &rows {
            for (name, _) in &row.attributes {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        parts.push((rows, identities));
    }
    names.sort();
    let mut batch = Batch::new(names);
    let mut position = 0;
    for (rows, identities) in parts {
        // Within a segment, events of one instant keep the order of their positions.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&at| rows[at].1.position);
        for at in order {
            let (customer, row) = &rows[at];
            let (key, content) = identities[at];
            position += 1;
            batch.push(Told {
                customer: *customer,
                time: row.time,
                position,
                key,
                content,
                activity: &row.activity,
                case: row.case.as_deref(),
                reason: row.reason.as_deref(),
                text: row.text.as_deref(),
                duration: row.duration,
                cost: row.cost,
                attributes: &row.attributes,
            });
        }
    }
    write_batch(store, name, &batch)
}
