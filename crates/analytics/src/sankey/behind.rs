//! The customers behind one node or link, and their whole flow through the diagram.

use std::ops::Range;

use super::Sankey;
use super::lanes::{blocks, fill};
use super::levels::{Levels, Way};
use super::links::Cells;
use crate::aggregate::{Aggregate, add_all, run};
use crate::journeys::{Basis, with_nodes};
use crate::quantile::median_and_p95;

/// One node or one link of a diagram, by its place in [`Sankey::columns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// A node.
    Node { column: usize, node: usize },
    /// A link between a node of a column and a node of the next.
    Link { column: usize, source: usize, target: usize },
}

/// What stands behind a node or link.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Customers in order of their number, with the instant at which they reached the place (or, at
    /// Started and Ended, the stop beside it). As many as the figure says.
    pub customers: Vec<(u32, i64)>,
    /// For each link of the diagram, in its order: how many of these journeys flow through it.
    pub through: Vec<u64>,
    /// Median and 95th percentile of the time from the stop before, in microseconds.
    pub since_previous: Option<(f64, f64)>,
    /// The same to the stop after.
    pub until_next: Option<(f64, f64)>,
}

struct Trail<'a> {
    levels: &'a Levels,
    cells: &'a Cells,
    /// (column, place) to pass, and the place in the next column where a link is meant.
    column: usize,
    place: u32,
    next: Option<u32>,
    through: Vec<u32>,
    customers: Vec<(u32, i64)>,
    since_previous: Vec<i64>,
    until_next: Vec<i64>,
}

impl Trail<'_> {
    fn passes(&self, way: Way, places: &[u32]) -> Option<usize> {
        let at = self.column.checked_sub(way.column)?;
        let here = places.get(at) == Some(&self.place);
        let there = self.next.is_none_or(|next| places.get(at + 1) == Some(&next));
        (here && there).then_some(at)
    }
}

impl Aggregate for Trail<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let (mut lanes, mut places) = (Vec::new(), Vec::new());
        with_nodes!(basis.journeys, nodes => {
            for block in blocks(journeys) {
                fill(basis.journeys, nodes, &self.levels.request, block, &mut lanes);
                for lane in &lanes {
                    let way = self.levels.trace(nodes, lane, &mut places);
                    let Some(at) = self.passes(way, &places) else { continue };
                    let here = way.stop_at(at);
                    let instant = way.beside(at).map_or(0, |stop| basis.first(stop as usize));
                    self.customers.push((basis.journeys.customer(lane.journey as usize), instant));
                    if let Some(here) = here {
                        let stop = here as usize;
                        if here > lane.start {
                            self.since_previous.push(basis.gap(stop - 1, stop));
                        }
                        if here + 1 < lane.end {
                            self.until_next.push(basis.gap(stop, stop + 1));
                        }
                    }
                    for (column, pair) in (way.column..).zip(places.windows(2)) {
                        self.through[self.cells.at(column, pair[0], pair[1])] += 1;
                    }
                }
            }
        });
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.through, &other.through);
        self.customers.extend(other.customers);
        self.since_previous.extend(other.since_previous);
        self.until_next.extend(other.until_next);
    }
}

/// Finds who is behind a figure; none where the diagram has no such place.
pub fn behind(basis: &Basis<'_>, sankey: &Sankey, selector: Selector) -> Option<Behind> {
    let place = |column: usize, node: usize| {
        let kind = sankey.columns.get(column)?.nodes.get(node)?.kind;
        (0..sankey.levels.width(column) as u32).find(|&place| sankey.levels.kind(column, place) == kind)
    };
    let (column, place, next) = match selector {
        Selector::Node { column, node } => (column, place(column, node)?, None),
        Selector::Link { column, source, target } => {
            (column, place(column, source)?, Some(place(column + 1, target)?))
        }
    };
    let cells = Cells::new(&sankey.levels);
    let mut trail = run(basis, || Trail {
        levels: &sankey.levels,
        cells: &cells,
        column,
        place,
        next,
        through: vec![0; cells.len()],
        customers: Vec::new(),
        since_previous: Vec::new(),
        until_next: Vec::new(),
    });
    let place_of = sankey.places();
    let through = sankey
        .links
        .iter()
        .map(|link| {
            let source = place_of[link.column][link.source];
            let target = place_of[link.column + 1][link.target];
            u64::from(trail.through[cells.at(link.column, source, target)])
        })
        .collect();
    Some(Behind {
        customers: std::mem::take(&mut trail.customers),
        through,
        since_previous: median_and_p95(&mut trail.since_previous),
        until_next: median_and_p95(&mut trail.until_next),
    })
}
