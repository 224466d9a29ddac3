//! Step-Sankey: which node customers are at, step by step, before and after an anchor.
//!
//! A node is a (step, node) pair, so there are no cycles. Every column keeps its largest nodes, the rest
//! form Other, and journeys that end or start within the view flow to Ended or from Started: for every
//! node, in = out. Two passes over the journeys: the first counts nodes and decides which are kept
//! ([`levels`]), the second counts links ([`links`]). [`behind`] finds the customers of one node or link.

mod behind;
mod levels;
mod links;
mod request;

use crate::log::JourneyLog;
use crate::selection::{Projection, Selection};

pub use behind::{Behind, Selector, behind};
pub use levels::Column;
pub use links::Link;
pub use request::{Direction, MAX_STEPS, Occurrence, Request, SankeyError};

use levels::Levels;

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
pub fn sankey(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    request: &Request,
) -> Result<Sankey, SankeyError> {
    request.check(projection.nodes)?;
    let (levels, selected) = levels::count(log, projection, selection, request);
    let (columns, links) = links::count(log, projection, selection, &levels);
    Ok(Sankey { selected, journeys: levels.journeys(), columns, links, levels })
}
