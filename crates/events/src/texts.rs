//! What customers said, of all events with text.

use rayon::prelude::*;

use crate::links::Aliases;
use crate::segment::read_texts;
use crate::snapshot::SegmentRef;
use crate::tail::Tail;
use crate::{CustomerKey, EventsError, Store};

/// The text of one event. Several ids of one customer are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub customer: CustomerKey,
    /// Microseconds since 1970.
    pub time: i64,
    pub text: String,
    /// Order of the source that it is of.
    pub source: u32,
}

/// Reads all texts.
pub fn texts_of(
    store: &Store,
    segments: &[SegmentRef],
    tails: &[Tail],
    aliases: &Aliases,
) -> Result<Vec<Remark>, EventsError> {
    let told =
        |(source, customer, time, text)| Remark { customer: aliases.first_of(customer), time, text, source };
    let read = |segment: &SegmentRef| {
        let texts = read_texts(&store.segment(&segment.file))?;
        Ok(texts
            .into_iter()
            .map(|(customer, time, text)| (segment.source_order, customer, time, text))
            .collect())
    };
    let stored = segments.par_iter().map(read).collect::<Result<Vec<Vec<_>>, EventsError>>()?;
    let waiting = tails.iter().flat_map(|tail| tail.events.iter().map(|event| (tail.source_order, event)));
    let waiting =
        waiting.filter_map(|(source, event)| Some((source, event.customer, event.time, event.text.clone()?)));
    Ok(stored.into_iter().flatten().chain(waiting).map(told).collect())
}
