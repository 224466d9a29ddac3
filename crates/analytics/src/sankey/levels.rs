//! First pass: how many journeys are at each node at each step, and which nodes a column keeps.

use std::ops::Range;

use super::lanes::{Lane, blocks, fill};
use super::request::{Direction, Request};
use super::{Kind, Node};
use crate::aggregate::{Aggregate, add_all, run};
use crate::journeys::{Basis, Node as Number, with_nodes};

/// One step of the diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The step: 1.. forward, negative before an anchor, 0 at it.
    pub step: i32,
    /// Journeys that have a node at this step (Ended and Started do not count).
    pub journeys: u64,
    /// By size, ties by node; then Other; then Ended or Started.
    pub nodes: Vec<Node>,
}

/// Which node is where in its column.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    pub request: Request,
    journeys: u64,
    /// A column's kept nodes, by size.
    kept: Vec<Vec<u32>>,
    /// For each (column, node): its place in the column, or the place of Other.
    place: Vec<u16>,
    nodes: usize,
    /// Nodes with journeys that a column does not keep.
    rest: Vec<u32>,
}

struct Counts<'a> {
    request: &'a Request,
    nodes: usize,
    cells: Vec<u32>,
    journeys: u64,
}

impl Counts<'_> {
    fn block<N: Number>(&mut self, nodes: &[N], lanes: &[Lane], room: &mut Vec<(u32, u32)>) {
        let anchor = self.request.anchor_column();
        self.journeys += lanes.len() as u64;
        let cells = self.cells.as_mut_slice();
        if self.request.direction != Direction::Backward {
            // (stop, end of the journey) of those that go on.
            room.clear();
            room.extend(lanes.iter().map(|lane| (lane.at, lane.end)));
            for column in anchor..self.request.columns() {
                let cells = &mut cells[column * self.nodes..(column + 1) * self.nodes];
                let mut kept = 0;
                for index in 0..room.len() {
                    let (at, end) = room[index];
                    cells[nodes[at as usize].at()] += 1;
                    room[kept] = (at + 1, end);
                    kept += usize::from(at + 1 < end);
                }
                room.truncate(kept);
            }
        }
        if self.request.looks_back() {
            // The anchor's own column was counted on the way forward, if there was one.
            let first = usize::from(self.request.direction == Direction::Both);
            room.clear();
            let before = |lane: &&Lane| lane.at >= lane.start + first as u32;
            room.extend(lanes.iter().filter(before).map(|lane| (lane.at - first as u32, lane.start)));
            for column in (0..=anchor - first).rev() {
                let cells = &mut cells[column * self.nodes..(column + 1) * self.nodes];
                let mut kept = 0;
                for index in 0..room.len() {
                    let (at, start) = room[index];
                    cells[nodes[at as usize].at()] += 1;
                    room[kept] = (at.wrapping_sub(1), start);
                    kept += usize::from(at > start);
                }
                room.truncate(kept);
            }
        }
    }
}

impl Aggregate for Counts<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let (mut lanes, mut room) = (Vec::new(), Vec::new());
        with_nodes!(basis.journeys, nodes => {
            for block in blocks(journeys) {
                fill(basis.journeys, nodes, self.request, block, &mut lanes);
                self.block(nodes, &lanes, &mut room);
            }
        });
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.cells, &other.cells);
        self.journeys += other.journeys;
    }
}

pub(super) fn count(basis: &Basis<'_>, request: &Request) -> Levels {
    let counts = at_each(basis, request);
    Levels::of(request, counts.nodes, &counts.cells, counts.journeys)
}

fn at_each<'a>(basis: &Basis<'_>, request: &'a Request) -> Counts<'a> {
    let nodes = basis.projection.nodes as usize;
    let columns = request.columns();
    run(basis, || Counts { request, nodes, cells: vec![0; columns * nodes], journeys: 0 })
}

impl Levels {
    /// Chooses the kept nodes by the journeys at each (column, node).
    pub fn of(request: &Request, nodes: usize, counts: &[u32], journeys: u64) -> Self {
        let columns = request.columns();
        let mut kept = Vec::with_capacity(columns);
        let mut rest = Vec::with_capacity(columns);
        let mut place = vec![0; columns * nodes];
        for (column, step) in (0..columns).zip(request.first_step()..) {
            let cells = &counts[column * nodes..(column + 1) * nodes];
            let mut by_size: Vec<u32> = (0..nodes as u32).filter(|&node| cells[node as usize] > 0).collect();
            by_size.sort_unstable_by_key(|&node| (std::cmp::Reverse(cells[node as usize]), node));
            let top = request.top_at(step).min(by_size.len());
            rest.push((by_size.len() - top) as u32);
            let places = &mut place[column * nodes..(column + 1) * nodes];
            places.fill(top as u16);
            by_size.truncate(top);
            for (at, &node) in (0..).zip(&by_size) {
                places[node as usize] = at;
            }
            kept.push(by_size);
        }
        Self { request: request.clone(), journeys, kept, place, nodes, rest }
    }

    /// Chooses the nodes that are largest by the mean of their shares in two sets of journeys; and says how many
    /// journeys of each are in the diagram.
    pub fn of_two(first: &Basis<'_>, second: &Basis<'_>, request: &Request) -> (Self, u64, u64) {
        let (a, b) = (at_each(first, request), at_each(second, request));
        let share = |count: u32, of: u64| f64::from(count) / of.max(1) as f64;
        let mean = |(&one, &other): (&u32, &u32)| {
            let mean = f64::midpoint(share(one, a.journeys), share(other, b.journeys));
            // What occurs at all stays more than nothing.
            if one + other == 0 { 0 } else { (mean * 2e9) as u32 + 1 }
        };
        let sizes: Vec<u32> = a.cells.iter().zip(&b.cells).map(mean).collect();
        (Self::of(request, a.nodes, &sizes, a.journeys + b.journeys), a.journeys, b.journeys)
    }

    pub fn journeys(&self) -> u64 {
        self.journeys
    }

    pub fn columns(&self) -> usize {
        self.kept.len()
    }

    /// Places in a column: the kept nodes, Other, and Ended or Started.
    pub fn width(&self, column: usize) -> usize {
        self.kept[column].len() + 2
    }

    /// The place of each node in a column.
    pub fn places(&self, column: usize) -> &[u16] {
        &self.place[column * self.nodes..(column + 1) * self.nodes]
    }

    pub fn other(&self, column: usize) -> u32 {
        self.kept[column].len() as u32
    }

    pub fn terminal(&self, column: usize) -> u32 {
        self.kept[column].len() as u32 + 1
    }

    pub fn kind(&self, column: usize, place: u32) -> Kind {
        match self.kept[column].get(place as usize) {
            Some(&node) => Kind::Node(node),
            None if place == self.other(column) => Kind::Other { nodes: self.rest[column] },
            // Started can only stand before the anchor, Ended only after it.
            None if (self.request.first_step() + column as i32) < 0 => Kind::Started,
            None => Kind::Ended,
        }
    }

    /// Fills `places` with a journey's way, Started and Ended included, and says at which column it begins and
    /// which stop stands at its first real place.
    pub fn trace<N: Number>(&self, nodes: &[N], lane: &Lane, places: &mut Vec<u32>) -> Way {
        let (anchor, columns) = (self.request.anchor_column(), self.columns());
        let back = if self.request.looks_back() { (lane.at - lane.start).min(anchor as u32) } else { 0 };
        let on = (lane.end - lane.at).min((columns - anchor) as u32);
        let (first, until) = (lane.at - back, lane.at + on);
        let column = anchor - back as usize;
        let started = self.request.looks_back() && first == lane.start && column > 0;
        places.clear();
        if started {
            places.push(self.terminal(column - 1));
        }
        for (column, stop) in (column..).zip(first..until) {
            places.push(u32::from(self.places(column)[nodes[stop as usize].at()]));
        }
        let next = column + (until - first) as usize;
        if until == lane.end && next < columns && self.request.direction != Direction::Backward {
            places.push(self.terminal(next));
        }
        Way { column: column - usize::from(started), first, until, started }
    }
}

/// Where a traced journey begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Column of the first place.
    pub column: usize,
    /// The visible stops.
    pub first: u32,
    pub until: u32,
    /// Whether the first place is Started.
    pub started: bool,
}

impl Way {
    /// The stop behind a place, or none for Started and Ended.
    pub fn stop_at(&self, index: usize) -> Option<u32> {
        let stop = (self.first + index as u32).checked_sub(u32::from(self.started))?;
        (stop >= self.first && stop < self.until && !(self.started && index == 0)).then_some(stop)
    }

    /// The stop behind a place; at Started and Ended the stop beside it.
    pub fn beside(&self, index: usize) -> Option<u32> {
        self.stop_at(index)
            .or_else(|| self.stop_at(index + 1))
            .or_else(|| index.checked_sub(1).and_then(|before| self.stop_at(before)))
    }
}
