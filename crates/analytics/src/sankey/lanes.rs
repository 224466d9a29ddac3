//! Which stop of each journey stands at the anchor's column, and the walk from there, column by column.
//!
//! All journeys of a block take a step before any takes the next: the tables that one column counts in are small
//! and stay close to the processor, and journeys that are over drop out of the block.

use std::ops::Range;

use super::request::{Direction, Occurrence, Request};
use crate::journeys::{Journeys, Node};
use crate::scan::Wanted;

/// Journeys a block: their stops fit into the second level of memory.
pub(super) const BLOCK: usize = 4096;

/// One journey's place: a stop, and the bounds of the journey around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    /// The stop that stands at the anchor's column.
    pub at: u32,
    pub start: u32,
    pub end: u32,
    pub journey: u32,
}

/// Fills `lanes` with the journeys of a range that are in the diagram.
pub(super) fn fill<N: Node>(
    journeys: &Journeys,
    nodes: &[N],
    request: &Request,
    range: Range<usize>,
    lanes: &mut Vec<Lane>,
) {
    anchored(journeys, nodes, request, range, lanes);
    for filter in &request.filters {
        let from_anchor =
            i64::from(filter.step) - i64::from(request.first_step()) - request.anchor_column() as i64;
        lanes.retain(|lane| {
            let stop = i64::from(lane.at) + from_anchor;
            let visible = (i64::from(lane.start)..i64::from(lane.end)).contains(&stop);
            (visible && filter.nodes[nodes[stop as usize].at()]) == filter.there
        });
    }
}

/// Fills `lanes` with the journeys of a range that hold the anchor.
fn anchored<N: Node>(
    journeys: &Journeys,
    nodes: &[N],
    request: &Request,
    range: Range<usize>,
    lanes: &mut Vec<Lane>,
) {
    lanes.clear();
    let offsets = &journeys.offsets()[range.start..=range.end];
    let Some((anchor, occurrence)) = request.anchor else {
        let backward = request.direction == Direction::Backward;
        lanes.extend((range.start as u32..).zip(offsets.windows(2)).map(|(journey, bounds)| {
            let (start, end) = (bounds[0], bounds[1]);
            Lane { at: if backward { end - 1 } else { start }, start, end, journey }
        }));
        return;
    };
    let first = offsets[0] as usize;
    let column = &nodes[first..offsets[offsets.len() - 1] as usize];
    let mut journey = 0;
    Wanted::<N>::one(anchor).places(column, |place| {
        let at = (first + place) as u32;
        while offsets[journey + 1] <= at {
            journey += 1;
        }
        let lane = Lane {
            at,
            start: offsets[journey],
            end: offsets[journey + 1],
            journey: (range.start + journey) as u32,
        };
        match lanes.last_mut() {
            Some(known) if known.journey == lane.journey => {
                if occurrence == Occurrence::Last {
                    *known = lane;
                }
            }
            _ => lanes.push(lane),
        }
    });
}

/// Splits a range of journeys into blocks.
pub(super) fn blocks(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(BLOCK).map(move |start| start..(start + BLOCK).min(end))
}
