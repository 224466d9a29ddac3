//! Several segments of a source and bucket as one.

use super::read::{all_rows, read_identities};
use super::write::{Batch, NewEvent, write_batch};
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
    let mut batch = Batch::new(names.clone());
    let mut position = 0;
    for (rows, identities) in parts {
        // Within a segment, events of one instant keep the order of their positions.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&at| rows[at].1.position);
        for at in order {
            let (customer, row) = &rows[at];
            let (key, content) = identities[at];
            position += 1;
            let value =
                |name: &str| row.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            let attributes: Vec<u32> =
                names.iter().map(|name| value(name).map_or(0, |value| batch.text(value.as_bytes()))).collect();
            let mut text = |text: &Option<String>| text.as_ref().map_or(0, |text| batch.text(text.as_bytes()));
            let (case, reason, words) = (text(&row.case), text(&row.reason), text(&row.text));
            let event = NewEvent {
                customer: *customer,
                time: row.time,
                position,
                key,
                content,
                activity: batch.text(row.activity.as_bytes()),
                case,
                reason,
                text: words,
                duration: row.duration,
                cost: row.cost,
            };
            batch.push(event, &attributes);
        }
    }
    write_batch(store, name, &batch)
}
