//! Variants: which sequences of nodes journeys are, and how many follow each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::aggregate::{Aggregate, run};
use crate::log::JourneyLog;
use crate::quantile::median_and_p95;
use crate::selection::{Projection, Selection, Stop, Totals};

/// Longest loop that is folded, in nodes.
const LONGEST_LOOP: usize = 8;

/// Whether a block of nodes that is repeated at once counts once or each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Loops {
    /// `A B A B C` stays as it is.
    #[default]
    Keep,
    /// `A B A B C` is the variant `A B C`.
    Collapse,
}

/// One sequence of nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub nodes: Vec<u32>,
    /// Journeys that are this sequence.
    pub count: u64,
    /// Median and 95th percentile of their time from first to last event, in microseconds.
    pub duration: (f64, f64),
}

/// The most frequent variants.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variants {
    pub selected: Totals,
    /// Number of different variants, those not listed included.
    pub different: u64,
    /// By count, ties by nodes.
    pub variants: Vec<Variant>,
}

struct Counts {
    loops: Loops,
    selected: Totals,
    durations: HashMap<Vec<u32>, Vec<i64>>,
    nodes: Vec<u32>,
}

impl Aggregate for Counts {
    fn push(&mut self, _customer: u32, stops: &[Stop]) {
        self.selected.journeys += 1;
        self.selected.events += stops.iter().map(|stop| u64::from(stop.events)).sum::<u64>();
        let mut nodes = std::mem::take(&mut self.nodes);
        sequence(stops, self.loops, &mut nodes);
        let duration = stops[stops.len() - 1].last - stops[0].first;
        match self.durations.get_mut(&nodes) {
            Some(durations) => durations.push(duration),
            None => {
                self.durations.insert(nodes.clone(), vec![duration]);
            }
        }
        self.nodes = nodes;
    }

    fn merge(&mut self, other: Self) {
        self.selected.journeys += other.selected.journeys;
        self.selected.events += other.selected.events;
        for (nodes, durations) in other.durations {
            match self.durations.entry(nodes) {
                Entry::Occupied(mut known) => known.get_mut().extend(durations),
                Entry::Vacant(free) => {
                    free.insert(durations);
                }
            }
        }
    }
}

/// A journey's nodes.
fn sequence(stops: &[Stop], loops: Loops, nodes: &mut Vec<u32>) {
    nodes.clear();
    for stop in stops {
        nodes.push(stop.node);
        if loops == Loops::Collapse {
            fold_end(nodes);
        }
    }
}

/// Removes the last block of nodes where it repeats the one right before it, the shortest such block first.
fn fold_end(nodes: &mut Vec<u32>) {
    let folds = |nodes: &[u32], block: usize| {
        let end = nodes.len();
        2 * block <= end && nodes[end - 2 * block..end - block] == nodes[end - block..]
    };
    while let Some(block) = (1..=LONGEST_LOOP).find(|&block| folds(nodes, block)) {
        nodes.truncate(nodes.len() - block);
    }
}

/// Counts the variants; `most` of them are listed.
pub fn variants(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    loops: Loops,
    most: usize,
) -> Variants {
    let empty = || Counts { loops, selected: Totals::default(), durations: HashMap::new(), nodes: Vec::new() };
    let counts = run(log, projection, selection, usize::MAX, empty);
    let different = counts.durations.len() as u64;
    let mut all: Vec<(Vec<u32>, Vec<i64>)> = counts.durations.into_iter().collect();
    all.sort_unstable_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    all.truncate(most);
    let variants = all
        .into_iter()
        .map(|(nodes, mut durations)| Variant {
            nodes,
            count: durations.len() as u64,
            duration: median_and_p95(&mut durations).unwrap_or((0.0, 0.0)),
        })
        .collect();
    Variants { selected: counts.selected, different, variants }
}

struct Followers<'a> {
    loops: Loops,
    wanted: &'a [u32],
    nodes: Vec<u32>,
    customers: Vec<(u32, i64)>,
}

impl Aggregate for Followers<'_> {
    fn push(&mut self, customer: u32, stops: &[Stop]) {
        let mut nodes = std::mem::take(&mut self.nodes);
        sequence(stops, self.loops, &mut nodes);
        if nodes == self.wanted {
            self.customers.push((customer, stops[0].first));
        }
        self.nodes = nodes;
    }

    fn merge(&mut self, other: Self) {
        self.customers.extend(other.customers);
    }
}

/// The journeys that are one variant: customer and instant of the first event. As many as it counts.
pub fn followers(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    loops: Loops,
    wanted: &[u32],
) -> Vec<(u32, i64)> {
    let empty = || Followers { loops, wanted, nodes: Vec::new(), customers: Vec::new() };
    run(log, projection, selection, usize::MAX, empty).customers
}

#[cfg(test)]
mod tests {
    use super::fold_end;

    #[test]
    fn loops_fold() {
        let fold = |nodes: &[u32]| {
            let mut folded = Vec::new();
            for &node in nodes {
                folded.push(node);
                fold_end(&mut folded);
            }
            folded
        };
        assert_eq!(fold(&[1, 2, 1, 2, 3]), [1, 2, 3]);
        assert_eq!(fold(&[1, 2, 3, 1, 2, 3, 1, 2, 3]), [1, 2, 3]);
        assert_eq!(fold(&[1, 2, 1, 3]), [1, 2, 1, 3]);
        assert_eq!(fold(&[1, 1, 1]), [1]);
    }
}
