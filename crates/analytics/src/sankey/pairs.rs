//! Counting in one pass: all pairs of nodes, column by column, folded into the kept ones afterwards.
//!
//! For as many nodes as a table of their pairs is small enough for, and where a node says who owns it. Otherwise two
//! passes are needed ([`super::levels`], [`super::links`]).

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{Lane, blocks, fill};
use super::levels::Levels;
use super::links::{Cells, Counted, Tally};
use super::request::{Direction, Request};
use crate::aggregate::{Aggregate, add_all, run_in_any_order};
use crate::gaps::Times;
use crate::journeys::{Basis, Node as Number, with_nodes};

/// Cells of the table of pairs, at most: 16 MiB a task.
const MOST_CELLS: usize = 4 << 20;

struct Pairs<'a> {
    request: &'a Request,
    nodes: usize,
    /// For each column but the last: journeys by (node there, node in the next column).
    flows: Vec<u32>,
    /// Journeys by node of the anchor's column, and those of them that have no stop on the side that is not looked at.
    anchor: Vec<u32>,
    edge: Vec<u32>,
    /// Journeys that go on behind the last column, or began before the first, by node of that column.
    after: Vec<u32>,
    before: Vec<u32>,
    /// Folded repeats by (column, node).
    repeats: Vec<u32>,
    journeys: u64,
}

/// A journey on its way: its stop, and the bound of the journey ahead.
#[derive(Clone, Copy)]
struct Walker {
    at: u32,
    bound: u32,
}

impl Pairs<'_> {
    fn walk<N: Number, const BACK: bool>(&mut self, basis: &Basis<'_>, nodes: &[N], walkers: &mut Vec<Walker>) {
        let (anchor, columns, width) = (self.request.anchor_column(), self.request.columns(), self.nodes);
        let count = if BACK { anchor + 1 } else { columns - anchor };
        let folded = basis.journeys.folded();
        for step in 0..count {
            let column = if BACK { anchor - step } else { anchor + step };
            if folded && (step > 0 || !BACK || self.request.direction == Direction::Backward) {
                let repeats = &mut self.repeats[column * width..(column + 1) * width];
                for walker in walkers.iter() {
                    repeats[nodes[walker.at as usize].at()] += basis.journeys.held(walker.at as usize) - 1;
                }
            }
            let pair = if BACK { column } else { column.wrapping_sub(1) };
            let table: &mut [u32] = match step {
                0 => &mut [],
                _ => &mut self.flows[pair * width * width..(pair + 1) * width * width],
            };
            let mut kept = 0;
            for index in 0..walkers.len() {
                let Walker { at, bound } = walkers[index];
                if step > 0 {
                    let (from, to) = if BACK { (at, at + 1) } else { (at - 1, at) };
                    table[nodes[from as usize].at() * width + nodes[to as usize].at()] += 1;
                }
                let next = if BACK { at.wrapping_sub(1) } else { at + 1 };
                walkers[kept] = Walker { at: next, bound };
                kept += usize::from(if BACK { at > bound } else { next < bound });
            }
            if step + 1 == count {
                // In between, what flows out of a node says how many go on.
                let beyond = if BACK { &mut self.before } else { &mut self.after };
                for walker in &walkers[..kept] {
                    let last = if BACK { walker.at + 1 } else { walker.at - 1 };
                    beyond[nodes[last as usize].at()] += 1;
                }
            }
            walkers.truncate(kept);
        }
    }

    fn beside<N: Number>(&mut self, nodes: &[N], lanes: &[Lane]) {
        self.journeys += lanes.len() as u64;
        for lane in lanes {
            let node = nodes[lane.at as usize].at();
            self.anchor[node] += 1;
            self.edge[node] += u32::from(match self.request.direction {
                Direction::Forward | Direction::Both => lane.at == lane.start,
                Direction::Backward => lane.at + 1 == lane.end,
            });
        }
    }

    fn outflow(&self, column: usize, node: usize) -> u32 {
        if column + 1 == self.request.columns() {
            return self.after[node];
        }
        let row = (column * self.nodes + node) * self.nodes;
        self.flows[row..row + self.nodes].iter().sum()
    }

    /// Journeys that flow into each node of a column from the one before.
    fn inflow(&self, column: usize) -> Vec<u32> {
        let Some(before) = column.checked_sub(1) else { return self.before.clone() };
        let table = &self.flows[before * self.nodes * self.nodes..column * self.nodes * self.nodes];
        let mut inflow = vec![0; self.nodes];
        for row in table.chunks(self.nodes) {
            add_all(&mut inflow, row);
        }
        inflow
    }

    /// Each node's figures, column by column.
    fn tallies(&self) -> Vec<Tally> {
        (0..self.request.columns()).into_par_iter().flat_map_iter(|column| self.tallies_of(column)).collect()
    }

    fn tallies_of(&self, column: usize) -> Vec<Tally> {
        let anchor = self.request.anchor_column();
        let tally = |(node, inflow): (usize, u32)| {
            let outflow = self.outflow(column, node);
            let journeys = match column.cmp(&anchor) {
                std::cmp::Ordering::Less => outflow,
                std::cmp::Ordering::Equal => self.anchor[node],
                std::cmp::Ordering::Greater => inflow,
            };
            let (mut starts, mut ends) = (0, 0);
            if column <= anchor {
                let forward = self.request.direction == Direction::Forward;
                starts = if forward { self.edge[node] } else { journeys - inflow };
            }
            if column >= anchor {
                let backward = self.request.direction == Direction::Backward;
                ends = if backward { self.edge[node] } else { journeys - outflow };
            }
            let repeats = self.repeats.get(column * self.nodes + node).copied().unwrap_or(0);
            Tally { journeys, repeats, starts, ends }
        };
        self.inflow(column).into_iter().enumerate().map(tally).collect()
    }
}

impl Aggregate for Pairs<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let (mut lanes, mut walkers) = (Vec::new(), Vec::new());
        with_nodes!(basis.journeys, nodes => {
            for block in blocks(journeys) {
                fill(basis.journeys, nodes, self.request, block, &mut lanes);
                self.beside(nodes, &lanes);
                if self.request.direction != Direction::Backward {
                    walkers.clear();
                    walkers.extend(lanes.iter().map(|lane| Walker { at: lane.at, bound: lane.end }));
                    self.walk::<_, false>(basis, nodes, &mut walkers);
                }
                if self.request.direction != Direction::Forward {
                    walkers.clear();
                    walkers.extend(lanes.iter().map(|lane| Walker { at: lane.at, bound: lane.start }));
                    self.walk::<_, true>(basis, nodes, &mut walkers);
                }
            }
        });
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.flows, &other.flows);
        add_all(&mut self.anchor, &other.anchor);
        add_all(&mut self.edge, &other.edge);
        add_all(&mut self.after, &other.after);
        add_all(&mut self.before, &other.before);
        add_all(&mut self.repeats, &other.repeats);
        self.journeys += other.journeys;
    }
}

/// Counts the diagram in one pass; none where that takes two.
pub(super) fn count(basis: &Basis<'_>, request: &Request) -> Option<(Levels, Counted)> {
    let nodes = basis.projection.nodes as usize;
    let columns = request.columns();
    let cells = (columns - 1).checked_mul(nodes)?.checked_mul(nodes)?;
    if cells > MOST_CELLS || request.times == Times::Measure {
        return None;
    }
    let owners = basis.owner_of_node()?;
    let repeats = if basis.journeys.folded() { columns * nodes } else { 0 };
    let pairs = run_in_any_order(basis, || Pairs {
        request,
        nodes,
        flows: vec![0; cells],
        anchor: vec![0; nodes],
        edge: vec![0; nodes],
        after: vec![0; nodes],
        before: vec![0; nodes],
        repeats: vec![0; repeats],
        journeys: 0,
    });
    let of_node = pairs.tallies();
    let counts: Vec<u32> = of_node.iter().map(|tally| tally.journeys).collect();
    let levels = Levels::of(request, nodes, &counts, pairs.journeys);
    let cells = Cells::new(&levels);
    let mut counted = Counted::empty(&levels, &cells);
    for column in 0..columns {
        let places = levels.places(column);
        for (tally, &place) in of_node[column * nodes..].iter().zip(places) {
            *counted.tally(column, u32::from(place)) += *tally;
        }
    }
    let of_columns = (0..columns - 1).into_par_iter().map(|column| {
        let (places, next) = (levels.places(column), levels.places(column + 1));
        let first = cells.at(column, 0, 0);
        let mut folded = vec![0; cells.at(column, levels.width(column) as u32, 0) - first];
        for (source, row) in pairs.flows[column * nodes * nodes..].chunks(nodes).take(nodes).enumerate() {
            let out = owners[source];
            for (target, &journeys) in row.iter().enumerate().filter(|(_, journeys)| **journeys > 0) {
                let into = owners[target];
                let handed = out != into && out != 0 && into != 0;
                let cell = cells.at(column, u32::from(places[source]), u32::from(next[target]));
                let handoffs = if handed { u64::from(journeys) } else { 0 };
                folded[cell - first] += u64::from(journeys) | handoffs << 32;
            }
        }
        folded
    });
    counted.flows = of_columns.collect::<Vec<Vec<u64>>>().concat();
    Some((levels, counted))
}
