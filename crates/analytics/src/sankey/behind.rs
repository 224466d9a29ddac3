//! The customers behind one node or link, and their whole flow through the diagram.

use super::Sankey;
use super::levels::{Levels, Path};
use super::links::Cells;
use crate::aggregate::{Aggregate, add_all, run};
use crate::log::JourneyLog;
use crate::quantile::median_and_p95;
use crate::selection::{Projection, Selection, Stop};

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
    path: Path,
}

impl Trail<'_> {
    fn passes(&self, path: &Path) -> Option<usize> {
        let at = self.column.checked_sub(path.column)?;
        let here = path.places.get(at) == Some(&self.place);
        let there = self.next.is_none_or(|next| path.places.get(at + 1) == Some(&next));
        (here && there).then_some(at)
    }
}

impl Aggregate for Trail<'_> {
    fn push(&mut self, customer: u32, stops: &[Stop]) {
        let mut path = std::mem::take(&mut self.path);
        if self.levels.trace(stops, &mut path)
            && let Some(at) = self.passes(&path)
        {
            let here = path.stop_at(at, stops);
            let beside = here
                .or_else(|| path.stop_at(at + 1, stops))
                .or_else(|| path.stop_at(at.wrapping_sub(1), stops));
            self.customers.push((customer, beside.map_or(0, |stop| stop.first)));
            if let Some(here) = here {
                let number = path.first_stop + at - usize::from(path.started);
                if let Some(before) = number.checked_sub(1).and_then(|before| stops.get(before)) {
                    self.since_previous.push(before.gap_to(here));
                }
                if let Some(after) = stops.get(number + 1) {
                    self.until_next.push(here.gap_to(after));
                }
            }
            for (column, pair) in (path.column..).zip(path.places.windows(2)) {
                self.through[self.cells.at(column, pair[0], pair[1])] += 1;
            }
        }
        self.path = path;
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.through, &other.through);
        self.customers.extend(other.customers);
        self.since_previous.extend(other.since_previous);
        self.until_next.extend(other.until_next);
    }
}

/// Finds who is behind a figure; none where the diagram has no such place.
pub fn behind(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    sankey: &Sankey,
    selector: Selector,
) -> Option<Behind> {
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
    // The driver hands over one stop beyond the limit, which the time after the last visible stop needs.
    let limit = sankey.levels.request.limit();
    let mut trail = run(log, projection, selection, limit, || Trail {
        levels: &sankey.levels,
        cells: &cells,
        column,
        place,
        next,
        through: vec![0; cells.len()],
        customers: Vec::new(),
        since_previous: Vec::new(),
        until_next: Vec::new(),
        path: Path::default(),
    });
    let place_of: Vec<Vec<u32>> = sankey
        .columns
        .iter()
        .enumerate()
        .map(|(column, of)| {
            (0..sankey.levels.width(column) as u32)
                .filter(|&place| of.nodes.iter().any(|node| node.kind == sankey.levels.kind(column, place)))
                .collect()
        })
        .collect();
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
