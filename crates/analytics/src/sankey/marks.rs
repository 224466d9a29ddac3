//! How many journeys of each link are marked at the instant at which they reach the node that they leave.

use std::ops::Range;

use super::Sankey;
use super::lanes::{blocks, fill};
use super::levels::Levels;
use super::links::Cells;
use crate::aggregate::{Aggregate, add_all, run};
use crate::journeys::{Basis, with_nodes};

struct Marks<'a, F> {
    levels: &'a Levels,
    cells: &'a Cells,
    /// Whether a customer is marked at an instant.
    is_marked: &'a F,
    through: Vec<u32>,
}

impl<F: Fn(u32, i64) -> bool + Sync> Aggregate for Marks<'_, F> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let (mut lanes, mut places) = (Vec::new(), Vec::new());
        with_nodes!(basis.journeys, nodes => {
            for block in blocks(journeys) {
                fill(basis.journeys, nodes, &self.levels.request, block, &mut lanes);
                for lane in &lanes {
                    let way = self.levels.trace(nodes, lane, &mut places);
                    let customer = basis.journeys.customer(lane.journey as usize);
                    for (at, pair) in places.windows(2).enumerate() {
                        let instant = way.beside(at).map_or(0, |stop| basis.first(stop as usize));
                        if (self.is_marked)(customer, instant) {
                            self.through[self.cells.at(way.column + at, pair[0], pair[1])] += 1;
                        }
                    }
                }
            }
        });
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.through, &other.through);
    }
}

/// For each link of the diagram, in its order: how many of its journeys are marked. As many as [`super::behind`] lists of
/// that link with a marked instant.
pub fn marked(basis: &Basis<'_>, sankey: &Sankey, is_marked: impl Fn(u32, i64) -> bool + Sync) -> Vec<u64> {
    let cells = Cells::new(&sankey.levels);
    let marks = run(basis, || Marks {
        levels: &sankey.levels,
        cells: &cells,
        is_marked: &is_marked,
        through: vec![0; cells.len()],
    });
    let place_of = sankey.places();
    let through = sankey.links.iter().map(|link| {
        let source = place_of[link.column][link.source];
        let target = place_of[link.column + 1][link.target];
        u64::from(marks.through[cells.at(link.column, source, target)])
    });
    through.collect()
}
