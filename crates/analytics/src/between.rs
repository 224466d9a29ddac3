//! The time from one node to another: of each journey that has both, from its first event at the one to its first
//! event at the other after that.

use std::ops::Range;

use crate::aggregate::{Aggregate, run};
use crate::journeys::Basis;
use crate::quantile::median_and_p95;

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
    /// Journey, instant of its first event at the first node, and time from there to the second.
    found: Vec<(u32, i64, i64)>,
}

impl Aggregate for Gaps {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        for journey in journeys {
            let mut stops = basis.journeys.stops(journey);
            let Some(at) = stops.find(|&stop| basis.journeys.node(stop) == self.nodes.0) else { continue };
            self.from += 1;
            let first = basis.first(at);
            // Further events of the stop itself count where both ends are one node.
            let next = if self.nodes.0 == self.nodes.1 && basis.journeys.held(at) > 1 {
                basis.journeys.events(at).nth(1).map(|event| basis.log.times()[event])
            } else {
                stops.find(|&stop| basis.journeys.node(stop) == self.nodes.1).map(|stop| basis.first(stop))
            };
            if let Some(next) = next {
                self.found.push((journey as u32, first, next - first));
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.from += other.from;
        self.found.extend(other.found);
    }
}

fn gaps(basis: &Basis<'_>, nodes: (u32, u32)) -> Gaps {
    run(basis, || Gaps { nodes, from: 0, found: Vec::new() })
}

/// Measures the time between two nodes.
pub fn between(basis: &Basis<'_>, nodes: (u32, u32)) -> Between {
    let found = gaps(basis, nodes);
    let mut gaps: Vec<i64> = found.found.iter().map(|&(_, _, gap)| gap).collect();
    let time = median_and_p95(&mut gaps);
    Between {
        from: found.from,
        journeys: gaps.len() as u64,
        time,
        bars: time.map_or_else(Vec::new, |(_, p95)| bars(&gaps, p95)),
    }
}

/// The journeys behind a bar (its place from 0), or behind them all: customer and instant of the first node.
pub fn behind(basis: &Basis<'_>, nodes: (u32, u32), bar: Option<usize>) -> Vec<(u32, i64)> {
    let found = gaps(basis, nodes).found;
    let mut gaps: Vec<i64> = found.iter().map(|&(_, _, gap)| gap).collect();
    let Some((_, p95)) = median_and_p95(&mut gaps) else { return Vec::new() };
    let width = width(p95);
    found
        .into_iter()
        .filter(|&(_, _, gap)| bar.is_none_or(|bar| bar_of(gap, width) == bar))
        .map(|(journey, at, _)| (basis.journeys.customer(journey as usize), at))
        .collect()
}

/// Bars reach a quarter beyond the 95th percentile.
fn width(p95: f64) -> i64 {
    ((p95 * 1.25 / BARS as f64).ceil() as i64).max(1)
}

/// The last bar takes what is longer.
fn bar_of(gap: i64, width: i64) -> usize {
    usize::try_from(gap / width).unwrap_or(0).min(BARS - 1)
}

fn bars(gaps: &[i64], p95: f64) -> Vec<(i64, u64)> {
    let width = width(p95);
    let mut bars: Vec<(i64, u64)> = (1..=BARS as i64).map(|bar| (bar * width, 0)).collect();
    for &gap in gaps {
        bars[bar_of(gap, width)].1 += 1;
    }
    bars
}
