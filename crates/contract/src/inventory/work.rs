//! Work on the inventory: gaps that wait for somebody, proposals, comments.

use serde::{Deserialize, Serialize};

use super::grid::Column;

/// One thing on a work list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapItem {
    pub label: String,
    /// Where it is mended.
    pub path: String,
    pub owner: Option<String>,
    pub colour: Option<u32>,
    /// What tells more: days, who claims it, which source.
    pub note: String,
    pub events: Option<u64>,
}

/// One work list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapList {
    /// Stable, for addresses.
    pub key: String,
    pub title: String,
    pub help: String,
    pub items: Vec<GapItem>,
}

/// Shares of touchpoints and of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub touchpoints: u32,
    /// With an owner, with a KPI, with data, with all three.
    pub owned: u32,
    pub measured: u32,
    pub logged: u32,
    pub covered: u32,
    /// Events in all, and those at touchpoints with all three; absent for roles that see no journeys.
    pub events: Option<(u64, u64)>,
}

/// The page of gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapsView {
    pub lists: Vec<GapList>,
    pub coverage: Coverage,
    /// Proposals that this person decides about, and comments that mention them.
    pub proposals: Vec<ProposalRow>,
    pub mentions: Vec<CommentRow>,
}

/// A proposed value of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRow {
    pub id: String,
    pub touchpoint_id: String,
    pub touchpoint: String,
    pub column: Option<Column>,
    pub before: String,
    pub after: String,
    pub reason: String,
    pub author: String,
    /// Seconds since 1970.
    pub at: i64,
    pub state: String,
    pub decided_by: String,
    pub answer: String,
    pub may_decide: bool,
    pub mine: bool,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentRow {
    pub id: String,
    pub touchpoint_id: String,
    pub touchpoint: String,
    pub author: String,
    pub words: String,
    /// Seconds since 1970.
    pub at: i64,
    pub mine: bool,
}

/// What a rule would recognise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrial {
    /// Events of the last 30 days of data, and of all data.
    pub recent: u64,
    pub all: u64,
    /// Of all: those that an earlier rule takes.
    pub taken: u64,
    /// A few of the latest.
    pub examples: Vec<RuleExample>,
}

/// An event that a rule would recognise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleExample {
    /// Seconds since 1970.
    pub at: i64,
    pub source: String,
    pub activity: String,
    pub attributes: Vec<(String, String)>,
}

/// What of an inventory file can't be applied, or what stands against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProblem {
    /// Line of a CSV, row of a workbook.
    pub line: u64,
    pub column: String,
    pub message: String,
    pub remedy: Option<String>,
}
