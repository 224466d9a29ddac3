//! The time from one node to another: of each journey that has both, from its first event at the one to its first
//! event at the other after that.

use crate::aggregate::{Aggregate, run};
use crate::log::JourneyLog;
use crate::quantile::median_and_p95;
use crate::selection::{Projection, Repeats, Selection, Stop};

/// Bars of a distribution.
const BARS: usize = 24;

/// How long it takes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Between {
    /// Journeys that have the first node.
    pub from: u64,
    /// Journeys that have the second node after it.
    pub journeys: u64,
    /// Median and 95th percentile, in microseconds.
    pub time: Option<(f64, f64)>,
    /// Bars of equal width from 0 to the longest but for outliers: (upper end in microseconds, journeys). The last
    /// one takes all that is longer.
    pub bars: Vec<(i64, u64)>,
}

struct Gaps {
    nodes: (u32, u32),
    from: u64,
    gaps: Vec<i64>,
}

impl Aggregate for Gaps {
    fn push(&mut self, _customer: u32, stops: &[Stop]) {
        let Some(at) = stops.iter().position(|stop| stop.node == self.nodes.0) else { return };
        self.from += 1;
        if let Some(next) = stops[at + 1..].iter().find(|stop| stop.node == self.nodes.1) {
            self.gaps.push(next.first - stops[at].first);
        }
    }

    fn merge(&mut self, other: Self) {
        self.from += other.from;
        self.gaps.extend(other.gaps);
    }
}

/// Measures the time between two nodes.
pub fn between(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    nodes: (u32, u32),
) -> Between {
    let selection = Selection { repeats: Repeats::Keep, ..selection.clone() };
    let empty = || Gaps { nodes, from: 0, gaps: Vec::new() };
    let mut found = run(log, projection, &selection, usize::MAX, empty);
    let time = median_and_p95(&mut found.gaps);
    Between {
        from: found.from,
        journeys: found.gaps.len() as u64,
        time,
        bars: time.map_or_else(Vec::new, |(_, p95)| bars(&found.gaps, p95)),
    }
}

/// Bars up to a quarter beyond the 95th percentile; the last takes the rest.
fn bars(gaps: &[i64], p95: f64) -> Vec<(i64, u64)> {
    let width = ((p95 * 1.25 / BARS as f64).ceil() as i64).max(1);
    let mut bars: Vec<(i64, u64)> = (1..=BARS as i64).map(|bar| (bar * width, 0)).collect();
    for &gap in gaps {
        let bar = usize::try_from(gap / width).unwrap_or(0).min(BARS - 1);
        bars[bar].1 += 1;
    }
    bars
}
