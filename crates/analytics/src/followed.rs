//! How often each node is followed by an outcome, such as a contact, within some time.

use std::ops::Range;

use crate::aggregate::{Aggregate, add_all, run};
use crate::journeys::{Basis, Node, with_nodes};

/// One node's figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// Events at the node.
    pub events: u64,
    /// Those after which an event of the outcome comes in the same journey within the window.
    pub followed: u64,
}

impl std::ops::AddAssign for Followed {
    fn add_assign(&mut self, more: Self) {
        self.events += more.events;
        self.followed += more.followed;
    }
}

struct Counts<'a> {
    outcome: &'a [bool],
    window: i64,
    nodes: Vec<Followed>,
}

impl Counts<'_> {
    /// Where every event is a stop of its own, one pass over two columns.
    fn plain<N: Node>(&mut self, basis: &Basis<'_>, nodes: &[N], journeys: Range<usize>) {
        let offsets = &basis.journeys.offsets()[journeys.start..=journeys.end];
        for bounds in offsets.windows(2) {
            let range = bounds[0] as usize..bounds[1] as usize;
            // Far ahead, so that nothing counts before the last outcome is met.
            let mut next = i64::MAX;
            for (&time, &node) in basis.log.times()[range.clone()].iter().zip(&nodes[range]).rev() {
                let of = &mut self.nodes[node.at()];
                of.events += 1;
                of.followed += u64::from(next.wrapping_sub(time) as u64 <= self.window as u64);
                if self.outcome[node.at()] {
                    next = time;
                }
            }
        }
    }
}

impl Aggregate for Counts<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        if basis.journeys.stops_are_events() {
            return with_nodes!(basis.journeys, nodes => self.plain(basis, nodes, journeys));
        }
        for journey in journeys {
            let mut next: Option<i64> = None;
            for stop in basis.journeys.stops(journey).rev() {
                let node = basis.journeys.node(stop) as usize;
                for event in basis.journeys.events(stop).rev() {
                    let time = basis.log.times()[event];
                    self.nodes[node].events += 1;
                    self.nodes[node].followed += u64::from(next.is_some_and(|next| next - time <= self.window));
                    if self.outcome[node] {
                        next = Some(time);
                    }
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.nodes, &other.nodes);
    }
}

/// Counts, for each node, its events and those that an outcome follows no later than `window` microseconds after.
pub fn followed(basis: &Basis<'_>, outcome: &[bool], window: i64) -> Vec<Followed> {
    let nodes = basis.projection.nodes as usize;
    let window = window.max(0);
    run(basis, || Counts { outcome, window, nodes: vec![Followed::default(); nodes] }).nodes
}
