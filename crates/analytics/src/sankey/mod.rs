//! Step-Sankey: which node customers are at, step by step, before and after an anchor.
//!
//! A node is a (step, node) pair, so there are no cycles. Every column keeps its largest nodes, the rest
//! form Other, and journeys that end or start within the view flow to Ended or from Started: for every
//! node, in = out. Journeys are walked column by column ([`lanes`]): once where all pairs of nodes can be
//! counted ([`pairs`]), else twice, first to decide which nodes are kept ([`levels`]), then for the links
//! ([`links`]). [`behind`] finds the customers of one node or link.

mod behind;
mod lanes;
mod levels;
mod links;
mod marks;
mod pairs;
mod request;

use crate::journeys::Basis;

pub use behind::{Behind, Selector, behind};
pub use levels::Column;
pub use links::Link;
pub use marks::marked;
pub use request::{Direction, MAX_STEPS, Occurrence, Request, SankeyError, StepFilter};

use levels::Levels;
use links::Counted;

/// The finished diagram.
#[derive(Debug, Clone)]
pub struct Sankey {
    /// Journeys that were selected, with the anchor or without.
    pub selected: u64,
    /// Journeys in the diagram: those that hold the anchor, or all.
    pub journeys: u64,
    /// One column a step, in order; nodes within a column by size, then Other, then Ended or Started.
    pub columns: Vec<Column>,
    /// Links between neighbouring columns, ordered by (column, source, target).
    pub links: Vec<Link>,
    levels: Levels,
}

/// What a node of the diagram stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A node of the projection.
    Node(u32),
    /// The nodes that were not kept, and how many they are.
    Other { nodes: u32 },
    /// Journeys that ended at the step before.
    Ended,
    /// Journeys that start at the step after.
    Started,
}

/// One node of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What it stands for.
    pub kind: Kind,
    /// Journeys that are at this node at this step.
    pub journeys: u64,
    /// Immediate repeats folded into it.
    pub repeats: u64,
    /// Journeys of which this is the first stop.
    pub starts: u64,
    /// Journeys of which this is the last stop.
    pub ends: u64,
}

/// Computes the diagram.
pub fn sankey(basis: &Basis<'_>, request: &Request) -> Result<Sankey, SankeyError> {
    request.check(basis.projection.nodes)?;
    let (levels, mut counted) = pairs::count(basis, request).unwrap_or_else(|| {
        let levels = levels::count(basis, request);
        let counted = links::count(basis, &levels);
        (levels, counted)
    });
    links::close(&levels, &mut counted);
    let (columns, links) = links::shaped(&levels, &counted);
    let selected = basis.journeys.len() as u64;
    Ok(Sankey { selected, journeys: levels.journeys(), columns, links, levels })
}

/// The diagram of two sets of journeys together, with the figures of each.
pub(crate) struct OfTwo {
    pub whole: Sankey,
    pub first: u64,
    pub second: u64,
    /// By column and node, and by link.
    pub nodes: Vec<Vec<(u64, u64)>>,
    pub links: Vec<(u64, u64)>,
}

/// Computes the diagram of two sets of journeys, with the nodes that are largest by their share of both.
pub(crate) fn sankey_of_two(
    first: &Basis<'_>,
    second: &Basis<'_>,
    request: &Request,
) -> Result<OfTwo, SankeyError> {
    request.check(first.projection.nodes)?;
    let levels = Levels::of_two(first, second, request);
    let mut counted = [links::count(first, &levels.0), links::count(second, &levels.0)];
    let (levels, of_first, of_second) = levels;
    counted.iter_mut().for_each(|of| links::close(&levels, of));
    let [a, b] = counted;
    let (columns, links) = links::shaped(&levels, &Counted::sum(&a, &b));
    let selected = (first.journeys.len() + second.journeys.len()) as u64;
    let whole = Sankey { selected, journeys: levels.journeys(), columns, links, levels };
    let places = whole.places();
    let nodes = places.iter().enumerate().map(|(column, places)| {
        let figures = |&place: &u32| (a.journeys_at(column, place), b.journeys_at(column, place));
        places.iter().map(figures).collect()
    });
    let cells = links::Cells::new(&whole.levels);
    let link = |link: &Link| {
        let cell =
            cells.at(link.column, places[link.column][link.source], places[link.column + 1][link.target]);
        (a.through(cell), b.through(cell))
    };
    let (nodes, links) = (nodes.collect(), whole.links.iter().map(link).collect());
    Ok(OfTwo { whole, first: of_first, second: of_second, nodes, links })
}

impl Sankey {
    /// For each column, the places of its nodes in the tables that were counted in.
    fn places(&self) -> Vec<Vec<u32>> {
        let of = |(column, of): (usize, &Column)| {
            (0..self.levels.width(column) as u32)
                .filter(|&place| of.nodes.iter().any(|node| node.kind == self.levels.kind(column, place)))
                .collect()
        };
        self.columns.iter().enumerate().map(of).collect()
    }
}
