//! Second pass: how many journeys flow between neighbouring columns, how long that takes, and how many
//! change department on the way.

use std::ops::Range;

use super::Node;
use super::lanes::{Lane, blocks, fill};
use super::levels::{Column, Levels};
use super::request::Direction;
use crate::aggregate::{Aggregate, add_all, run};
use crate::gaps::{Gaps, Times};
use crate::journeys::{Basis, Node as Number, with_nodes};

/// Journeys that go from a node of one column to a node of the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Index of the column it leaves.
    pub column: usize,
    /// Index into that column's nodes.
    pub source: usize,
    /// Index into the next column's nodes.
    pub target: usize,
    /// Journeys.
    pub journeys: u64,
    /// Journeys whose events at the two ends belong to different departments.
    pub handoffs: u64,
    /// Median and 95th percentile of the time between, in microseconds; none at Ended and Started, and where
    /// times were not asked for.
    pub time: Option<(f64, f64)>,
}

/// Where the (source, target) table of each pair of columns begins in one long vector.
pub(super) struct Cells {
    base: Vec<usize>,
    width: Vec<usize>,
}

impl Cells {
    pub fn new(levels: &Levels) -> Self {
        let width: Vec<usize> = (0..levels.columns()).map(|column| levels.width(column)).collect();
        let mut base = vec![0];
        for pair in width.windows(2) {
            base.push(base[base.len() - 1] + pair[0] * pair[1]);
        }
        Self { base, width }
    }

    pub fn len(&self) -> usize {
        self.base[self.base.len() - 1]
    }

    pub fn at(&self, column: usize, source: u32, target: u32) -> usize {
        self.base[column] + source as usize * self.width[column + 1] + target as usize
    }
}

/// What is counted of a node or place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub journeys: u32,
    pub repeats: u32,
    /// Journeys of which this is the first stop, and the last.
    pub starts: u32,
    pub ends: u32,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.journeys += more.journeys;
        self.repeats += more.repeats;
        self.starts += more.starts;
        self.ends += more.ends;
    }
}

/// The counts of a diagram, whichever way they were made.
pub(super) struct Counted {
    /// For each cell, journeys in the lower half and those handed over in the upper.
    pub flows: Vec<u64>,
    tallies: Vec<Tally>,
    /// Where each column's tallies begin.
    base: Vec<usize>,
    time: Vec<Option<(f64, f64)>>,
}

impl Counted {
    pub fn empty(levels: &Levels, cells: &Cells) -> Self {
        let mut base = vec![0];
        for column in 0..levels.columns() {
            base.push(base[column] + levels.width(column));
        }
        let tallies = vec![Tally::default(); base[levels.columns()]];
        Self { flows: vec![0; cells.len()], tallies, base, time: vec![None; cells.len()] }
    }

    /// Both together, without times.
    pub fn sum(a: &Self, b: &Self) -> Self {
        let mut sum = Self {
            flows: a.flows.clone(),
            tallies: a.tallies.clone(),
            base: a.base.clone(),
            time: vec![None; a.time.len()],
        };
        add_all(&mut sum.flows, &b.flows);
        add_all(&mut sum.tallies, &b.tallies);
        sum
    }

    /// Journeys at a place.
    pub fn journeys_at(&self, column: usize, place: u32) -> u64 {
        u64::from(self.tallies[self.base[column] + place as usize].journeys)
    }

    /// Journeys of a cell.
    pub fn through(&self, cell: usize) -> u64 {
        self.flows[cell] & u64::from(u32::MAX)
    }

    pub fn tally(&mut self, column: usize, place: u32) -> &mut Tally {
        &mut self.tallies[self.base[column] + place as usize]
    }
}

/// A journey on its way: its stop, the bound of the journey ahead, and its place and owner a column before.
#[derive(Clone, Copy)]
struct Walker {
    at: u32,
    bound: u32,
    place: u32,
    owner: u32,
}

/// No column before: nothing flows in.
const NOWHERE: u32 = u32::MAX;

struct Flows<'a> {
    levels: &'a Levels,
    cells: &'a Cells,
    /// Owner of each node, where a node has one.
    owners: Option<&'a [u32]>,
    counted: Counted,
    gaps: Gaps,
    times: Times,
}

impl Flows<'_> {
    /// Walks from the anchor on, or back from it.
    fn walk<N: Number, const BACK: bool>(&mut self, basis: &Basis<'_>, nodes: &[N], walkers: &mut Vec<Walker>) {
        let (levels, anchor) = (self.levels, self.levels.request.anchor_column());
        let count = if BACK { anchor + 1 } else { levels.columns() - anchor };
        let folded = basis.journeys.folded();
        let plain = self.owners.is_some() && self.times == Times::Leave;
        for step in 0..count {
            let column = if BACK { anchor - step } else { anchor + step };
            let places = levels.places(column);
            let base = self.counted.base[column];
            let tallies = &mut self.counted.tallies[base..base + levels.width(column)];
            // The anchor's own column is counted on the way forward, if there is one.
            let again = BACK && step == 0 && levels.request.direction == Direction::Both;
            let first = if BACK { column } else { column.wrapping_sub(1) };
            let (stride, from) = match self.cells.width.get(first.wrapping_add(1)) {
                Some(&width) if step > 0 => (width, self.cells.base[first]),
                _ => (0, 0),
            };
            let mut kept = 0;
            for index in 0..walkers.len() {
                let Walker { at, bound, place: before, owner: owner_before } = walkers[index];
                let node = nodes[at as usize].at();
                let place = u32::from(places[node]);
                let owner = self.owners.map_or(0, |owners| owners[node]);
                let goes_on = if BACK { at > bound } else { at + 1 < bound };
                if !again {
                    let tally = &mut tallies[place as usize];
                    tally.journeys += 1;
                    if BACK {
                        tally.starts += u32::from(!goes_on);
                    } else {
                        tally.ends += u32::from(!goes_on);
                    }
                    if folded {
                        tally.repeats += basis.journeys.held(at as usize) - 1;
                    }
                }
                if step > 0 {
                    let (source, target) = if BACK { (place, before) } else { (before, place) };
                    let cell = from + source as usize * stride + target as usize;
                    let mut handed = owner != owner_before && owner != 0 && owner_before != 0;
                    if !plain {
                        let (out, into) = if BACK { (at, at + 1) } else { (at - 1, at) };
                        if self.owners.is_none() {
                            handed = basis.hands_over(out as usize, into as usize);
                        }
                        if self.times == Times::Measure {
                            self.gaps.push(cell as u32, basis.gap(out as usize, into as usize));
                        }
                    }
                    self.counted.flows[cell] += 1 | u64::from(handed) << 32;
                }
                let next = if BACK { at.wrapping_sub(1) } else { at + 1 };
                walkers[kept] = Walker { at: next, bound, place, owner };
                kept += usize::from(goes_on);
            }
            walkers.truncate(kept);
        }
    }

    /// What the walks do not see: the ends of the journeys whose anchor is at the other end.
    fn beside<N: Number>(&mut self, nodes: &[N], lanes: &[Lane]) {
        let anchor = self.levels.request.anchor_column();
        let places = self.levels.places(anchor);
        for lane in lanes {
            let tally = self.counted.tally(anchor, u32::from(places[nodes[lane.at as usize].at()]));
            match self.levels.request.direction {
                Direction::Forward | Direction::Both => tally.starts += u32::from(lane.at == lane.start),
                Direction::Backward => tally.ends += u32::from(lane.at + 1 == lane.end),
            }
        }
    }
}

impl Aggregate for Flows<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let (mut lanes, mut walkers) = (Vec::new(), Vec::new());
        let direction = self.levels.request.direction;
        with_nodes!(basis.journeys, nodes => {
            for block in blocks(journeys) {
                fill(basis.journeys, nodes, &self.levels.request, block, &mut lanes);
                self.beside(nodes, &lanes);
                let walker = |at: u32, bound: u32| Walker { at, bound, place: NOWHERE, owner: 0 };
                if direction != Direction::Backward {
                    walkers.clear();
                    walkers.extend(lanes.iter().map(|lane| walker(lane.at, lane.end)));
                    self.walk::<_, false>(basis, nodes, &mut walkers);
                }
                if direction != Direction::Forward {
                    walkers.clear();
                    walkers.extend(lanes.iter().map(|lane| walker(lane.at, lane.start)));
                    self.walk::<_, true>(basis, nodes, &mut walkers);
                }
            }
        });
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.counted.flows, &other.counted.flows);
        add_all(&mut self.counted.tallies, &other.counted.tallies);
        self.gaps.merge(other.gaps);
    }
}

pub(super) fn count(basis: &Basis<'_>, levels: &Levels) -> Counted {
    let cells = Cells::new(levels);
    let owners = basis.owner_of_node();
    let flows = run(basis, || Flows {
        levels,
        cells: &cells,
        owners: owners.as_deref(),
        counted: Counted::empty(levels, &cells),
        gaps: Gaps::default(),
        times: levels.request.times,
    });
    match levels.request.times {
        Times::Measure => Counted { time: flows.gaps.quantiles(cells.len()), ..flows.counted },
        Times::Leave => flows.counted,
    }
}

/// The columns and links of what was counted.
pub(super) fn shaped(levels: &Levels, counted: &Counted) -> (Vec<Column>, Vec<Link>) {
    let cells = Cells::new(levels);
    let Counted { flows, tallies, base, time } = counted;
    let mut columns = Vec::with_capacity(levels.columns());
    // Places without journeys (an empty Other, an Ended that nobody reaches) are left out of the column.
    let mut index_of = vec![usize::MAX; tallies.len()];
    for (column, step) in (0..levels.columns()).zip(levels.request.first_step()..) {
        let mut nodes = Vec::new();
        for place in 0..levels.width(column) as u32 {
            let at = base[column] + place as usize;
            let Tally { journeys, repeats, starts, ends } = tallies[at];
            if journeys > 0 {
                index_of[at] = nodes.len();
                nodes.push(Node {
                    kind: levels.kind(column, place),
                    journeys: u64::from(journeys),
                    repeats: u64::from(repeats),
                    starts: u64::from(starts),
                    ends: u64::from(ends),
                });
            }
        }
        let terminal = tallies[base[column] + levels.terminal(column) as usize].journeys;
        let there = nodes.iter().map(|node| node.journeys).sum::<u64>() - u64::from(terminal);
        columns.push(Column { step, journeys: there, nodes });
    }

    let mut links = Vec::new();
    for column in 0..levels.columns().saturating_sub(1) {
        for source in 0..levels.width(column) as u32 {
            for target in 0..levels.width(column + 1) as u32 {
                let cell = cells.at(column, source, target);
                let (journeys, handoffs) = (flows[cell] & u64::from(u32::MAX), flows[cell] >> 32);
                if journeys > 0 {
                    links.push(Link {
                        column,
                        source: index_of[base[column] + source as usize],
                        target: index_of[base[column + 1] + target as usize],
                        journeys,
                        handoffs,
                        time: time[cell],
                    });
                }
            }
        }
    }
    (columns, links)
}

/// Lets journeys that end flow to Ended, and those that start come from Started, where the view has room for it.
pub(super) fn close(levels: &Levels, counted: &mut Counted) {
    let cells = Cells::new(levels);
    let (anchor, columns) = (levels.request.anchor_column(), levels.columns());
    if levels.request.direction != Direction::Backward {
        for column in anchor..columns.saturating_sub(1) {
            let terminal = levels.terminal(column + 1);
            for place in 0..=levels.other(column) {
                let ends = counted.tally(column, place).ends;
                counted.flows[cells.at(column, place, terminal)] += u64::from(ends);
                counted.tally(column + 1, terminal).journeys += ends;
            }
        }
    }
    if levels.request.looks_back() {
        for column in 1..=anchor {
            let terminal = levels.terminal(column - 1);
            for place in 0..=levels.other(column) {
                let starts = counted.tally(column, place).starts;
                counted.flows[cells.at(column - 1, terminal, place)] += u64::from(starts);
                counted.tally(column - 1, terminal).journeys += starts;
            }
        }
    }
}
