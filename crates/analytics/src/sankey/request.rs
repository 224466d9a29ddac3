//! What to draw.

use crate::gaps::Times;

/// Steps each way, at most.
pub const MAX_STEPS: u32 = 30;

/// Cells of the counting table (steps × nodes), at most: 128 MiB a thread.
const MAX_CELLS: u64 = 32 << 20;

/// Where to look from the anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the anchor, or the journey's start, onward: steps 1 to N.
    Forward,
    /// Up to the anchor, or the journey's end: steps -N to 0.
    Backward,
    /// Around the anchor: steps -N to N, the anchor at 0.
    Both,
}

/// Which occurrence of the anchor in a journey counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// The first.
    First,
    /// The last.
    Last,
}

/// A filter of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFilter {
    pub step: i32,
    /// The nodes meant.
    pub nodes: Vec<bool>,
    /// Whether journeys at one of them count, or all others.
    pub there: bool,
}

/// What to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to look.
    pub direction: Direction,
    /// The node to look from; without one, forward starts at the journey's start, backward at its end.
    pub anchor: Option<(u32, Occurrence)>,
    /// Steps each way, 1 to [`MAX_STEPS`].
    pub steps: u32,
    /// Nodes kept a column.
    pub top: u32,
    /// Other numbers of kept nodes, by step.
    pub opened: Vec<(i32, u32)>,
    /// Filters of single steps: journeys that do not pass them all are not in the diagram.
    pub filters: Vec<StepFilter>,
    /// Whether links carry the time that they take.
    pub times: Times,
}

/// Why a request can't be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SankeyError {
    /// Steps must be from 1 to `most`.
    Steps { asked: u32, most: u32 },
    /// Both ways needs an anchor to stand at.
    NoAnchor,
    /// Steps × nodes is over what memory allows.
    TooLarge { cells: u64, most: u64 },
}

impl Request {
    pub(super) fn check(&self, nodes: u32) -> Result<(), SankeyError> {
        if self.steps == 0 || self.steps > MAX_STEPS {
            return Err(SankeyError::Steps { asked: self.steps, most: MAX_STEPS });
        }
        if self.direction == Direction::Both && self.anchor.is_none() {
            return Err(SankeyError::NoAnchor);
        }
        let cells = self.columns() as u64 * u64::from(nodes);
        if cells > MAX_CELLS {
            return Err(SankeyError::TooLarge { cells, most: MAX_CELLS });
        }
        Ok(())
    }

    pub(super) fn columns(&self) -> usize {
        let steps = self.steps as usize;
        match self.direction {
            Direction::Forward => steps,
            Direction::Backward => steps + 1,
            Direction::Both => 2 * steps + 1,
        }
    }

    pub(super) fn first_step(&self) -> i32 {
        match self.direction {
            Direction::Forward => 1,
            Direction::Backward | Direction::Both => -(self.steps as i32),
        }
    }

    pub(super) fn top_at(&self, step: i32) -> usize {
        self.opened.iter().rev().find(|(at, _)| *at == step).map_or(self.top, |(_, top)| *top) as usize
    }

    /// The column of the anchor, or of the first stop, or of the last one.
    pub(super) fn anchor_column(&self) -> usize {
        match self.direction {
            Direction::Forward => 0,
            Direction::Backward | Direction::Both => self.steps as usize,
        }
    }

    pub(super) fn looks_back(&self) -> bool {
        self.direction != Direction::Forward
    }
}
