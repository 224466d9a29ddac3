//! Transitions: how often one node directly follows another, and where journeys start and end.
//!
//! Without folding of repeats this is the directly-follows graph of process-mining tools.

use std::collections::HashMap;

use crate::aggregate::{Aggregate, add_all, run};
use crate::log::JourneyLog;
use crate::quantile::median_and_p95;
use crate::selection::{Projection, Selection, Stop, Totals};

/// Up to this many nodes the pairs are counted in a plain table, above it in a map.
const DENSE_NODES: usize = 1024;

/// `to` directly follows `from`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    pub from: u32,
    pub to: u32,
    /// Times, not journeys: a journey may do it often.
    pub count: u64,
    /// Times the department changed on the way.
    pub handoffs: u64,
    /// Median and 95th percentile of the time between, in microseconds.
    pub time: (f64, f64),
}

/// All transitions of the selected journeys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transitions {
    pub selected: Totals,
    /// By count, ties by node.
    pub transitions: Vec<Transition>,
    /// Journeys that start at a node, by count, ties by node.
    pub starts: Vec<(u32, u64)>,
    /// Journeys that end at a node, by count, ties by node.
    pub ends: Vec<(u32, u64)>,
}

#[derive(Default)]
struct Pairs {
    nodes: usize,
    selected: Totals,
    gaps: Vec<(u64, i64)>,
    handoffs: HashMap<u64, u64>,
    dense_handoffs: Vec<u32>,
    starts: Vec<u64>,
    ends: Vec<u64>,
}

impl Aggregate for Pairs {
    fn push(&mut self, _customer: u32, stops: &[Stop]) {
        self.selected.journeys += 1;
        self.selected.events += stops.iter().map(|stop| u64::from(stop.events)).sum::<u64>();
        self.starts[stops[0].node as usize] += 1;
        self.ends[stops[stops.len() - 1].node as usize] += 1;
        for pair in stops.windows(2) {
            let key = u64::from(pair[0].node) * self.nodes as u64 + u64::from(pair[1].node);
            self.gaps.push((key, pair[0].gap_to(&pair[1])));
            if pair[0].hands_over_to(&pair[1]) {
                if self.dense_handoffs.is_empty() {
                    *self.handoffs.entry(key).or_default() += 1;
                } else {
                    self.dense_handoffs[key as usize] += 1;
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.selected.journeys += other.selected.journeys;
        self.selected.events += other.selected.events;
        self.gaps.extend(other.gaps);
        for (key, count) in other.handoffs {
            *self.handoffs.entry(key).or_default() += count;
        }
        add_all(&mut self.dense_handoffs, &other.dense_handoffs);
        add_all(&mut self.starts, &other.starts);
        add_all(&mut self.ends, &other.ends);
    }
}

/// Counts the transitions.
pub fn transitions(log: &JourneyLog, projection: &Projection<'_>, selection: &Selection) -> Transitions {
    let nodes = projection.nodes as usize;
    let dense = if nodes <= DENSE_NODES { nodes * nodes } else { 0 };
    let mut pairs = run(log, projection, selection, usize::MAX, || Pairs {
        nodes,
        dense_handoffs: vec![0; dense],
        starts: vec![0; nodes],
        ends: vec![0; nodes],
        ..Pairs::default()
    });
    pairs.gaps.sort_unstable_by_key(|&(key, _)| key);
    let mut transitions: Vec<Transition> = pairs
        .gaps
        .chunk_by(|a, b| a.0 == b.0)
        .map(|run| {
            let key = run[0].0;
            let mut gaps: Vec<i64> = run.iter().map(|&(_, gap)| gap).collect();
            let handoffs = if pairs.dense_handoffs.is_empty() {
                pairs.handoffs.get(&key).copied().unwrap_or(0)
            } else {
                u64::from(pairs.dense_handoffs[key as usize])
            };
            Transition {
                from: (key / nodes as u64) as u32,
                to: (key % nodes as u64) as u32,
                count: run.len() as u64,
                handoffs,
                time: median_and_p95(&mut gaps).unwrap_or((0.0, 0.0)),
            }
        })
        .collect();
    transitions.sort_by_key(|t| (std::cmp::Reverse(t.count), t.from, t.to));
    Transitions {
        selected: pairs.selected,
        transitions,
        starts: ranked(&pairs.starts),
        ends: ranked(&pairs.ends),
    }
}

fn ranked(counts: &[u64]) -> Vec<(u32, u64)> {
    let mut ranked: Vec<(u32, u64)> =
        (0..).zip(counts.iter().copied()).filter(|&(_, count)| count > 0).collect();
    ranked.sort_by_key(|&(node, count)| (std::cmp::Reverse(count), node));
    ranked
}
