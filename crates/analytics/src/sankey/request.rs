//! What to draw, and which part of a journey that makes visible.

use crate::gaps::Times;
use crate::selection::Stop;

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

/// The visible part of one journey: the stops `from..until`, the first of them at column `column`.
pub(super) struct Window {
    pub from: usize,
    pub until: usize,
    pub column: usize,
    /// The journey's true start is the first visible stop and a Started node fits before it.
    pub started: bool,
    /// The journey's true end is the last visible stop and an Ended node fits after it.
    pub ended: bool,
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

    /// Stops at the start of a journey that decide what is visible.
    pub(super) fn limit(&self) -> usize {
        match (self.direction, self.anchor) {
            (Direction::Forward, None) => self.steps as usize,
            _ => usize::MAX,
        }
    }

    /// The visible part of a journey; none where it lacks the anchor.
    pub(super) fn window(&self, stops: &[Stop]) -> Option<Window> {
        let steps = self.steps as usize;
        let at = match (self.anchor, self.direction) {
            (Some((node, Occurrence::First)), _) => stops.iter().position(|stop| stop.node == node)?,
            (Some((node, Occurrence::Last)), _) => stops.iter().rposition(|stop| stop.node == node)?,
            (None, Direction::Backward) => stops.len().checked_sub(1)?,
            (None, Direction::Forward | Direction::Both) => 0,
        };
        let before = at.min(steps);
        let after = stops.len() - at;
        let (from, until, column) = match self.direction {
            Direction::Forward => (at, at + after.min(steps), 0),
            Direction::Backward => (at - before, at + 1, steps - before),
            Direction::Both => (at - before, at + after.min(steps + 1), steps - before),
        };
        let last_column = column + (until - from) - 1;
        let looks_back = self.direction != Direction::Forward;
        let looks_on = self.direction != Direction::Backward;
        Some(Window {
            from,
            until,
            column,
            started: looks_back && from == 0 && column > 0,
            ended: looks_on && until == stops.len() && last_column + 1 < self.columns(),
        })
    }
}
