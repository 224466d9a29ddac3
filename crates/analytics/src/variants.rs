//! Variants: which sequences of nodes journeys are, and how many follow each.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use rayon::prelude::*;

use crate::aggregate::{Aggregate, run};
use crate::journeys::Basis;
use crate::quantile::median_and_p95;
use crate::selection::Totals;

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

/// Hands a hash on as it is: keys are hashes already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A journey's sequence of nodes, folded where asked for.
struct Sequence {
    loops: Loops,
    nodes: Vec<u32>,
}

impl Sequence {
    fn of(&mut self, basis: &Basis<'_>, journey: usize) -> &[u32] {
        self.nodes.clear();
        for stop in basis.journeys.stops(journey) {
            self.nodes.push(basis.journeys.node(stop));
            if self.loops == Loops::Collapse {
                fold_end(&mut self.nodes);
            }
        }
        &self.nodes
    }
}

/// Removes the last block of nodes where it repeats the one right before it, the shortest such block first.
fn fold_end(nodes: &mut Vec<u32>) {
    let folds = |nodes: &[u32], block: usize| {
        let end = nodes.len();
        // Most blocks differ in their last node already.
        2 * block <= end
            && nodes[end - 1] == nodes[end - 1 - block]
            && nodes[end - 2 * block..end - block] == nodes[end - block..]
    };
    while let Some(block) = (1..=LONGEST_LOOP).find(|&block| folds(nodes, block)) {
        nodes.truncate(nodes.len() - block);
    }
}

/// Spreads sequences over numbers (multiply and rotate, with the length mixed in at the end).
fn hashed(nodes: &[u32]) -> u64 {
    let mut hash = nodes.len() as u64;
    for &node in nodes {
        hash = (hash.rotate_left(23) ^ u64::from(node)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    hash ^ hash >> 29
}

/// (hash of the sequence, journey), in parts of the hash's range.
struct Hashes {
    sequence: Sequence,
    parts: Vec<Vec<(u64, u32)>>,
}

/// Parts of the range of hashes, each counted by one thread.
const PARTS: usize = 64;

impl Aggregate for Hashes {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        for journey in journeys {
            let hash = hashed(self.sequence.of(basis, journey));
            self.parts[(hash >> 58) as usize].push((hash, journey as u32));
        }
    }

    fn merge(&mut self, other: Self) {
        for (mine, more) in self.parts.iter_mut().zip(other.parts) {
            mine.extend(more);
        }
    }
}

/// Journeys of one sequence: how many, the first of them, and the next entry of the same hash.
struct Entry {
    count: u64,
    journey: u32,
    next: Option<u32>,
}

/// Counts the sequences of one part of the range of hashes. Journeys of one hash are compared with each other.
fn count(basis: &Basis<'_>, loops: Loops, part: &[(u64, u32)]) -> Vec<Entry> {
    let mut entry_of: HashMap<u64, u32, BuildHasherDefault<AsIs>> = HashMap::default();
    let mut entries: Vec<Entry> = Vec::new();
    let mut mine = Sequence { loops, nodes: Vec::new() };
    let mut known = Sequence { loops, nodes: Vec::new() };
    for &(hash, journey) in part {
        let next = entries.len() as u32;
        let head = *entry_of.entry(hash).or_insert(next);
        if head == next {
            entries.push(Entry { count: 1, journey, next: None });
            continue;
        }
        let nodes = mine.of(basis, journey as usize);
        let mut at = head;
        loop {
            let entry = &mut entries[at as usize];
            if nodes == known.of(basis, entry.journey as usize) {
                entry.count += 1;
                break;
            }
            match entry.next {
                Some(further) => at = further,
                None => {
                    entry.next = Some(next);
                    entries.push(Entry { count: 1, journey, next: None });
                    break;
                }
            }
        }
    }
    entries
}

/// Counts the variants; `most` of them are listed.
pub fn variants(basis: &Basis<'_>, loops: Loops, most: usize) -> Variants {
    let hashes = run(basis, || Hashes {
        sequence: Sequence { loops, nodes: Vec::new() },
        parts: vec![Vec::new(); PARTS],
    });
    let counted: Vec<Vec<Entry>> = hashes.parts.par_iter().map(|part| count(basis, loops, part)).collect();
    let different = counted.iter().map(|part| part.len() as u64).sum();
    let mut all: Vec<(u64, u32)> =
        counted.into_iter().flatten().map(|entry| (entry.count, entry.journey)).collect();
    // Only as many as are listed need their order, but all of the last one's size take part in it.
    if most < all.len() {
        let (_, &mut (least, _), _) = all.select_nth_unstable_by(most, |a, b| b.0.cmp(&a.0));
        all.retain(|&(count, _)| count >= least);
    }
    let sequence = |journey: u32| {
        let mut sequence = Sequence { loops, nodes: Vec::new() };
        sequence.of(basis, journey as usize).to_vec()
    };
    let mut listed: Vec<(u64, Vec<u32>)> =
        all.into_par_iter().map(|(count, journey)| (count, sequence(journey))).collect();
    listed.par_sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    listed.truncate(most);
    let mut durations = durations(basis, loops, &hashes.parts, &listed);
    let variants = listed
        .into_iter()
        .zip(&mut durations)
        .map(|((count, nodes), durations)| Variant {
            nodes,
            count,
            duration: median_and_p95(durations).unwrap_or((0.0, 0.0)),
        })
        .collect();
    Variants { selected: basis.journeys.selected(), different, variants }
}

/// For each listed variant, how long its journeys take.
fn durations(
    basis: &Basis<'_>,
    loops: Loops,
    parts: &[Vec<(u64, u32)>],
    listed: &[(u64, Vec<u32>)],
) -> Vec<Vec<i64>> {
    let mut wanted: HashMap<u64, Vec<usize>, BuildHasherDefault<AsIs>> = HashMap::default();
    for (at, (_, nodes)) in listed.iter().enumerate() {
        wanted.entry(hashed(nodes)).or_default().push(at);
    }
    let found: Vec<Vec<(usize, i64)>> = parts
        .par_iter()
        .map(|part| {
            let mut sequence = Sequence { loops, nodes: Vec::new() };
            let mut found = Vec::new();
            for &(hash, journey) in part {
                let Some(candidates) = wanted.get(&hash) else { continue };
                let nodes = sequence.of(basis, journey as usize);
                let Some(&at) = candidates.iter().find(|&&at| listed[at].1 == nodes) else { continue };
                let stops = basis.journeys.stops(journey as usize);
                found.push((at, basis.last(stops.end - 1) - basis.first(stops.start)));
            }
            found
        })
        .collect();
    let mut durations = vec![Vec::new(); listed.len()];
    for (at, duration) in found.into_iter().flatten() {
        durations[at].push(duration);
    }
    durations
}

struct Followers<'a> {
    sequence: Sequence,
    wanted: &'a [u32],
    customers: Vec<(u32, i64)>,
}

impl Aggregate for Followers<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        for journey in journeys {
            if self.sequence.of(basis, journey) == self.wanted {
                let start = basis.journeys.stops(journey).start;
                self.customers.push((basis.journeys.customer(journey), basis.first(start)));
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.customers.extend(other.customers);
    }
}

/// The journeys that are one variant: customer and instant of the first event. As many as it counts.
pub fn followers(basis: &Basis<'_>, loops: Loops, wanted: &[u32]) -> Vec<(u32, i64)> {
    let empty = || Followers { sequence: Sequence { loops, nodes: Vec::new() }, wanted, customers: Vec::new() };
    run(basis, empty).customers
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
