//! Second pass: how many journeys flow between neighbouring columns, how long that takes, and how many
//! change department on the way.

use super::Node;
use super::levels::{Column, Levels, Path};
use crate::aggregate::{Aggregate, add_all, run};
use crate::gaps::{Gaps, Times};
use crate::log::JourneyLog;
use crate::selection::{Projection, Selection, Stop};

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

#[derive(Clone, Copy, Default)]
struct Tally {
    journeys: u64,
    repeats: u64,
    starts: u64,
    ends: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.journeys += more.journeys;
        self.repeats += more.repeats;
        self.starts += more.starts;
        self.ends += more.ends;
    }
}

struct Flows<'a> {
    levels: &'a Levels,
    cells: &'a Cells,
    node_base: &'a [usize],
    journeys: Vec<u32>,
    handoffs: Vec<u32>,
    gaps: Gaps,
    times: Times,
    tallies: Vec<Tally>,
    path: Path,
}

impl Aggregate for Flows<'_> {
    fn push(&mut self, _customer: u32, stops: &[Stop]) {
        let mut path = std::mem::take(&mut self.path);
        if self.levels.trace(stops, &mut path) {
            for (index, (column, &place)) in (path.column..).zip(&path.places).enumerate() {
                let here = path.stop_at(index, stops);
                let tally = &mut self.tallies[self.node_base[column] + place as usize];
                tally.journeys += 1;
                if let Some(stop) = here {
                    tally.repeats += u64::from(stop.events - 1);
                    let at = path.first_stop + index - usize::from(path.started);
                    tally.starts += u64::from(at == 0);
                    tally.ends += u64::from(at + 1 == stops.len());
                }
                let Some(&next) = path.places.get(index + 1) else {
                    continue;
                };
                let cell = self.cells.at(column, place, next);
                self.journeys[cell] += 1;
                if let (Some(here), Some(there)) = (here, path.stop_at(index + 1, stops)) {
                    self.handoffs[cell] += u32::from(here.hands_over_to(there));
                    if self.times == Times::Measure {
                        self.gaps.push(cell as u32, here.gap_to(there));
                    }
                }
            }
        }
        self.path = path;
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.journeys, &other.journeys);
        add_all(&mut self.handoffs, &other.handoffs);
        add_all(&mut self.tallies, &other.tallies);
        self.gaps.merge(other.gaps);
    }
}

pub(super) fn count(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    levels: &Levels,
) -> (Vec<Column>, Vec<Link>) {
    let cells = Cells::new(levels);
    let mut node_base = vec![0];
    for column in 0..levels.columns() {
        node_base.push(node_base[column] + levels.width(column));
    }
    let all_nodes = node_base[levels.columns()];
    let flows = run(log, projection, selection, levels.request.limit(), || Flows {
        levels,
        cells: &cells,
        node_base: &node_base,
        journeys: vec![0; cells.len()],
        handoffs: vec![0; cells.len()],
        gaps: Gaps::default(),
        times: levels.request.times,
        tallies: vec![Tally::default(); all_nodes],
        path: Path::default(),
    });
    let Flows { gaps, journeys, handoffs, tallies, times, .. } = flows;
    let time = if times == Times::Measure { gaps.quantiles(cells.len()) } else { vec![None; cells.len()] };

    let mut columns = Vec::with_capacity(levels.columns());
    // Places without journeys (an empty Other, an Ended that nobody reaches) are left out of the column.
    let mut index_of = vec![usize::MAX; all_nodes];
    for (column, step) in (0..levels.columns()).zip(levels.request.first_step()..) {
        let mut nodes = Vec::new();
        for place in 0..levels.width(column) as u32 {
            let at = node_base[column] + place as usize;
            let Tally { journeys: here, repeats, starts, ends } = tallies[at];
            if here > 0 {
                index_of[at] = nodes.len();
                nodes.push(Node { kind: levels.kind(column, place), journeys: here, repeats, starts, ends });
            }
        }
        let terminal = tallies[node_base[column] + levels.terminal(column) as usize].journeys;
        let there = nodes.iter().map(|node| node.journeys).sum::<u64>() - terminal;
        columns.push(Column { step, journeys: there, nodes });
    }

    let mut links = Vec::new();
    for column in 0..levels.columns().saturating_sub(1) {
        for source in 0..levels.width(column) as u32 {
            for target in 0..levels.width(column + 1) as u32 {
                let cell = cells.at(column, source, target);
                if journeys[cell] > 0 {
                    links.push(Link {
                        column,
                        source: index_of[node_base[column] + source as usize],
                        target: index_of[node_base[column + 1] + target as usize],
                        journeys: u64::from(journeys[cell]),
                        handoffs: u64::from(handoffs[cell]),
                        time: time[cell],
                    });
                }
            }
        }
    }
    (columns, links)
}
