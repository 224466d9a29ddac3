//! Transitions: how often one node directly follows another, and where journeys start and end.
//!
//! Without folding of repeats this is the directly-follows graph of process-mining tools.

use std::collections::HashMap;

use crate::aggregate::{Aggregate, add_all, run};
use crate::gaps::{Gaps, Times};
use crate::log::JourneyLog;
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
    /// Median and 95th percentile of the time between, in microseconds, where times were asked for.
    pub time: Option<(f64, f64)>,
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
    times: Times,
    selected: Totals,
    /// Times and handoffs of each pair: in a plain table, or by numbers that a map gives out.
    dense: Vec<(u32, u32)>,
    sparse: HashMap<u64, (u32, u64, u64)>,
    gaps: Gaps,
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
            let key = pair[0].node as usize * self.nodes + pair[1].node as usize;
            let handed = pair[0].hands_over_to(&pair[1]);
            let cell = if self.dense.is_empty() {
                let next = self.sparse.len() as u32;
                let entry = self.sparse.entry(key as u64).or_insert((next, 0, 0));
                entry.1 += 1;
                entry.2 += u64::from(handed);
                entry.0
            } else {
                let entry = &mut self.dense[key];
                entry.0 += 1;
                entry.1 += u32::from(handed);
                key as u32
            };
            if self.times == Times::Measure {
                self.gaps.push(cell, pair[0].gap_to(&pair[1]));
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.selected.journeys += other.selected.journeys;
        self.selected.events += other.selected.events;
        for (mine, more) in self.dense.iter_mut().zip(&other.dense) {
            mine.0 += more.0;
            mine.1 += more.1;
        }
        let mut renumbered = vec![0; other.sparse.len()];
        for (key, (number, count, handoffs)) in other.sparse {
            let next = self.sparse.len() as u32;
            let entry = self.sparse.entry(key).or_insert((next, 0, 0));
            entry.1 += count;
            entry.2 += handoffs;
            renumbered[number as usize] = entry.0;
        }
        let gaps = if renumbered.is_empty() { other.gaps } else { other.gaps.renumbered(&renumbered) };
        self.gaps.merge(gaps);
        add_all(&mut self.starts, &other.starts);
        add_all(&mut self.ends, &other.ends);
    }
}

/// Counts the transitions.
pub fn transitions(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    times: Times,
) -> Transitions {
    let nodes = projection.nodes as usize;
    let dense = if nodes <= DENSE_NODES { nodes * nodes } else { 0 };
    let pairs = run(log, projection, selection, usize::MAX, || Pairs {
        nodes,
        times,
        dense: vec![(0, 0); dense],
        starts: vec![0; nodes],
        ends: vec![0; nodes],
        ..Pairs::default()
    });
    // (key, cell, times, handoffs)
    let counted: Vec<(u64, u32, u64, u64)> = if pairs.dense.is_empty() {
        pairs.sparse.into_iter().map(|(key, (cell, count, handoffs))| (key, cell, count, handoffs)).collect()
    } else {
        let cells = (0..).zip(&pairs.dense).filter(|(_, entry)| entry.0 > 0);
        cells.map(|(cell, entry)| (u64::from(cell), cell, u64::from(entry.0), u64::from(entry.1))).collect()
    };
    let cells = counted.iter().map(|&(_, cell, ..)| cell as usize + 1).max().unwrap_or(0);
    let time = if times == Times::Measure { pairs.gaps.quantiles(cells) } else { vec![None; cells] };
    let mut transitions: Vec<Transition> = counted
        .into_iter()
        .map(|(key, cell, count, handoffs)| Transition {
            from: (key / nodes as u64) as u32,
            to: (key % nodes as u64) as u32,
            count,
            handoffs,
            time: time[cell as usize],
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
