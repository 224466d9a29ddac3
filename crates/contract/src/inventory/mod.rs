//! The service inventory: touchpoints with their owners, what can be experienced there, and the rules that
//! recognise them in events.

mod grid;
mod kpis;
mod work;

use serde::{Deserialize, Serialize};

pub use grid::{
    CellChange, CellConflict, CellProblem, Column, Edited, GridRow, GridSaved, GridView, LiveFigures, News,
    RowEdit, Undoable, label_of,
};
pub use kpis::{
    CONTROLS, DIRECTIONS, DepartmentRow, KINDS, KpiInput, KpiRow, KpiView, KpisView, LinkInput, LinkRow,
    MEASURES, MatrixRow, MatrixView, ReadingRow,
};
pub use work::{
    CommentRow, Coverage, FileProblem, GapItem, GapList, GapsView, ProposalRow, RuleExample, RuleTrial,
};

/// Something with a name to choose from: a department, stage or channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
    /// Place among its kind; a department's place is also its colour.
    pub position: u32,
    pub version: i32,
    /// Touchpoints that use it.
    pub touchpoints: u32,
    /// Departments only: the department above.
    pub parent: Option<String>,
}

/// Which list of names is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedKind {
    Department,
    Stage,
    Channel,
}

impl NamedKind {
    /// Stable name in URLs and audit rows.
    pub fn key(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Stage => "stage",
            Self::Channel => "channel",
        }
    }
}

/// The names that touchpoints choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListsView {
    pub stages: Vec<Named>,
    pub channels: Vec<Named>,
    pub departments: Vec<Named>,
    pub may_edit: bool,
}

/// How a touchpoint is delivered.
pub const DELIVERIES: [(&str, &str); 4] =
    [("in_house", "In-house"), ("outsourced", "Outsourced"), ("partner", "Partner"), ("not_ours", "Not ours")];

/// Inventories to begin from.
pub const STARTER_INVENTORIES: [(&str, &str); 4] =
    [("telecom", "Telecom"), ("bank", "Bank"), ("retail", "Retail"), ("public", "Public service")];

/// Who starts an encounter at a touchpoint.
pub const STARTERS: [(&str, &str); 3] =
    [("customer", "Customer"), ("company", "Company"), ("third_party", "Third party")];

/// How a rule compares the activity.
pub const MATCHES: [(&str, &str); 3] =
    [("exact", "is exactly"), ("prefix", "begins with"), ("regex", "matches the regular expression")];

/// One touchpoint with everything that its page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TouchpointView {
    pub id: String,
    pub version: i32,
    pub name: String,
    pub description: String,
    pub stage_id: Option<String>,
    pub channel_id: Option<String>,
    pub department_id: Option<String>,
    pub delivery: String,
    pub started_by: String,
    pub contact: bool,
    /// In cents of the company's currency.
    pub cost_per_contact: Option<i64>,
    pub experiences: Vec<ExperienceView>,
    pub rules: Vec<RuleView>,
    pub may_edit: bool,
    /// Activities seen in the logs, for suggestions.
    pub activities: Vec<(String, String)>,
    pub sources: Vec<String>,
    pub stages: Vec<Named>,
    pub channels: Vec<Named>,
    pub departments: Vec<Named>,
    pub changes: Vec<ChangeView>,
    /// The newest change, which the page shows: what is restored must not go over a newer one unseen.
    pub latest: String,
    pub events: Option<u64>,
    pub expectation: String,
    pub promise: String,
    /// When somebody last changed it, or said that it is still right; seconds since 1970.
    pub reviewed_at: Option<i64>,
    pub live: Option<LiveFigures>,
    pub links: Vec<LinkRow>,
    /// Names of KPIs, to link.
    pub kpis: Vec<String>,
    /// Touchpoints that come right before and right after it, with how often; none for roles that see no journeys.
    pub before: Vec<(String, u64)>,
    pub after: Vec<(String, u64)>,
    /// Mapped activities: source, name, events.
    pub mapped: Vec<(String, String, u64)>,
    pub comments: Vec<CommentRow>,
    pub proposals: Vec<ProposalRow>,
    /// Names of people that a comment can mention.
    pub people: Vec<String>,
    pub may_comment: bool,
    pub may_propose: bool,
    /// Share of events that keep the promise, among those that keep or break it.
    pub kept: Option<f64>,
}

/// One change to something, as its history shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// By which it is put back; absent where it can't be.
    pub id: Option<String>,
    /// Seconds since 1970.
    pub at: i64,
    pub by: String,
    pub action: String,
    pub details: Vec<String>,
}

/// One experience of a touchpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperienceView {
    pub id: String,
    pub name: String,
    pub emotion: i32,
    pub failure: bool,
    /// `kept`, `broken`, or nothing.
    pub promise: String,
    pub events: Option<u64>,
    /// Share of the touchpoint's events, or of those asked where no rule recognises it.
    pub share: Option<f64>,
    /// People asked, and those who said so; the latest sample.
    pub sample: Option<SampleView>,
    pub version: i32,
}

/// So many of those asked said that they had an experience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleView {
    pub id: String,
    pub day: String,
    pub asked: u64,
    pub said: u64,
    pub note: String,
    pub author: String,
}

/// One mapping rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleView {
    pub id: String,
    /// Place in the order in which rules are tried.
    pub position: u32,
    /// Empty for any source.
    pub source: String,
    pub matching: String,
    pub activity: String,
    /// `attribute=value&…`.
    pub condition: String,
    pub experience_id: Option<String>,
    pub experience: Option<String>,
    pub events: Option<u64>,
    pub version: i32,
}

/// What a person types about a touchpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TouchpointInput {
    /// Empty to create one.
    pub id: String,
    pub version: i32,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub stage_id: String,
    #[serde(default)]
    pub channel_id: String,
    #[serde(default)]
    pub department_id: String,
    pub delivery: String,
    pub started_by: String,
    /// A checkbox: absent when off.
    #[serde(default)]
    pub contact: Option<String>,
    /// As typed, in units of the currency.
    #[serde(default)]
    pub cost_per_contact: String,
    #[serde(default)]
    pub expectation: String,
    #[serde(default)]
    pub promise: String,
}

/// What a person types about a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// Empty to create one.
    pub id: String,
    pub version: i32,
    pub touchpoint_id: String,
    #[serde(default)]
    pub source: String,
    pub matching: String,
    pub activity: String,
    #[serde(default)]
    pub condition: String,
    #[serde(default)]
    pub experience_id: String,
}

/// What a person types about an experience.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperienceInput {
    /// Empty to create one.
    pub id: String,
    pub version: i32,
    pub touchpoint_id: String,
    pub name: String,
    pub emotion: i32,
    #[serde(default)]
    pub failure: Option<String>,
    #[serde(default)]
    pub promise: String,
}

/// An activity without a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmappedRow {
    pub source: String,
    pub activity: String,
    pub events: u64,
    pub customers: u64,
}

/// The list of activities without a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmapped {
    pub rows: Vec<UnmappedRow>,
    pub events: u64,
    pub all_events: u64,
    /// Touchpoints that the person may map to: (id, name, department).
    pub touchpoints: Vec<(String, String, String)>,
    pub departments: Vec<Named>,
    pub may_map: bool,
}

/// What an import of an inventory would do, or did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryImport {
    pub touchpoints_created: Vec<String>,
    pub touchpoints_changed: Vec<String>,
    pub experiences_created: u32,
    pub rules_created: u32,
    pub rules_unchanged: u32,
    pub departments_created: Vec<String>,
    pub stages_created: Vec<String>,
    pub channels_created: Vec<String>,
    /// Links of KPIs that are new or changed, and KPIs that are.
    pub links_changed: u32,
    pub kpis_changed: u32,
    pub readings_changed: u32,
    /// Cells that change, the first of them, and how many.
    pub changes: Vec<CellChange>,
    pub changed: u32,
    /// Cells that somebody changed since the file was written.
    pub conflicts: Vec<CellConflict>,
    pub problems: Vec<FileProblem>,
    /// Whether it was applied.
    pub applied: bool,
}

impl InventoryImport {
    /// Whether applying it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.touchpoints_created.is_empty()
            && self.changed == 0
            && self.experiences_created == 0
            && self.rules_created == 0
            && self.links_changed == 0
            && self.kpis_changed == 0
            && self.readings_changed == 0
    }
}
