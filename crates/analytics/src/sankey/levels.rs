//! First pass: how many journeys are at each node at each step, and which nodes a column keeps.

use super::request::{Request, Window};
use super::{Kind, Node};
use crate::aggregate::{Aggregate, add_all, run};
use crate::log::JourneyLog;
use crate::selection::{Projection, Selection, Stop};

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
    place: Vec<u32>,
    nodes: usize,
    /// Nodes with journeys that a column does not keep.
    rest: Vec<u32>,
}

/// One journey's way through the diagram: places in the columns `column..`, Started and Ended included.
#[derive(Debug, Default)]
pub(super) struct Path {
    pub column: usize,
    pub places: Vec<u32>,
    /// Index of the stop that the first real place stands for.
    pub first_stop: usize,
    pub started: bool,
    pub ended: bool,
}

impl Path {
    /// The stop behind a place, or none for Started and Ended.
    pub fn stop_at<'a>(&self, index: usize, stops: &'a [Stop]) -> Option<&'a Stop> {
        let lead = usize::from(self.started);
        if index < lead || (self.ended && index + 1 == self.places.len()) {
            return None;
        }
        stops.get(self.first_stop + index - lead)
    }
}

struct Counts<'a> {
    request: &'a Request,
    nodes: usize,
    cells: Vec<u32>,
    journeys: u64,
    selected: u64,
}

impl Aggregate for Counts<'_> {
    fn push(&mut self, _customer: u32, stops: &[Stop]) {
        self.selected += 1;
        let Some(Window { from, until, column, .. }) = self.request.window(stops) else {
            return;
        };
        self.journeys += 1;
        for (at, stop) in (column..).zip(&stops[from..until]) {
            self.cells[at * self.nodes + stop.node as usize] += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.cells, &other.cells);
        self.journeys += other.journeys;
        self.selected += other.selected;
    }
}

pub(super) fn count(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    request: &Request,
) -> (Levels, u64) {
    let nodes = projection.nodes as usize;
    let columns = request.columns();
    let counts = run(log, projection, selection, request.limit(), || Counts {
        request,
        nodes,
        cells: vec![0; columns * nodes],
        journeys: 0,
        selected: 0,
    });
    let mut kept = Vec::with_capacity(columns);
    let mut rest = Vec::with_capacity(columns);
    let mut place = vec![0; columns * nodes];
    for (column, step) in (0..columns).zip(request.first_step()..) {
        let cells = &counts.cells[column * nodes..(column + 1) * nodes];
        let mut by_size: Vec<u32> = (0..nodes as u32).filter(|&node| cells[node as usize] > 0).collect();
        by_size.sort_unstable_by_key(|&node| (std::cmp::Reverse(cells[node as usize]), node));
        let top = request.top_at(step).min(by_size.len());
        rest.push((by_size.len() - top) as u32);
        let places = &mut place[column * nodes..(column + 1) * nodes];
        places.fill(top as u32);
        by_size.truncate(top);
        for (at, &node) in (0..).zip(&by_size) {
            places[node as usize] = at;
        }
        kept.push(by_size);
    }
    let levels = Levels { request: request.clone(), journeys: counts.journeys, kept, place, nodes, rest };
    (levels, counts.selected)
}

impl Levels {
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

    /// Fills `path` with the journey's way; false where the journey is not in the diagram.
    pub fn trace(&self, stops: &[Stop], path: &mut Path) -> bool {
        let Some(window) = self.request.window(stops) else {
            return false;
        };
        path.places.clear();
        path.first_stop = window.from;
        path.started = window.started;
        path.ended = window.ended;
        path.column = window.column - usize::from(window.started);
        if window.started {
            path.places.push(self.terminal(path.column));
        }
        for (column, stop) in (window.column..).zip(&stops[window.from..window.until]) {
            path.places.push(self.place[column * self.nodes + stop.node as usize]);
        }
        if window.ended {
            path.places.push(self.terminal(window.column + window.until - window.from));
        }
        true
    }
}
