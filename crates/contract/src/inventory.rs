//! The service inventory: touchpoints with their owners, what can be experienced there, and the rules that
//! recognise them in events.

use serde::{Deserialize, Serialize};

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

/// One row of the inventory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TouchpointRow {
    pub id: String,
    pub name: String,
    pub stage: Option<String>,
    pub channel: Option<String>,
    pub department: Option<String>,
    /// Colour of the department.
    pub colour: Option<u32>,
    pub contact: bool,
    pub experiences: u32,
    pub rules: u32,
    /// Events that its rules recognise; absent for roles that see no journeys.
    pub events: Option<u64>,
    pub may_edit: bool,
}

/// The inventory page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InventoryView {
    pub touchpoints: Vec<TouchpointRow>,
    pub stages: Vec<Named>,
    pub channels: Vec<Named>,
    pub departments: Vec<Named>,
    /// Different activities without a rule, and their events; absent for roles that see no journeys.
    pub unmapped: Option<(u32, u64)>,
    pub events: Option<u64>,
    pub may_add: bool,
}

/// How a touchpoint is delivered.
pub const DELIVERIES: [(&str, &str); 4] =
    [("in_house", "In-house"), ("outsourced", "Outsourced"), ("partner", "Partner"), ("not_ours", "Not ours")];

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
    pub events: Option<u64>,
}

/// One change to something, as its history shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// Seconds since 1970.
    pub at: i64,
    pub by: String,
    pub action: String,
    pub details: Vec<String>,
}

/// One experience of a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperienceView {
    pub id: String,
    pub name: String,
    pub emotion: i32,
    pub failure: bool,
    pub events: Option<u64>,
    pub version: i32,
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
}
