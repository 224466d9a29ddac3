//! KPIs: what is measured, by whom, at which touchpoints, and whether its owner controls it there.

use serde::{Deserialize, Serialize};

use super::Named;

/// Which way is better.
pub const DIRECTIONS: [(&str, &str); 2] = [("higher", "Higher is better"), ("lower", "Lower is better")];

/// Whose view a KPI takes.
pub const KINDS: [(&str, &str); 2] = [("outside_in", "Outside-in"), ("inside_out", "Inside-out")];

/// How far a KPI's owner controls it at a touchpoint.
pub const CONTROLS: [(&str, &str); 3] =
    [("controlled", "Controlled"), ("influenced", "Influenced"), ("not_controlled", "Not controlled")];

/// How readings come: typed, or computed from the events of a touchpoint, week by week.
pub const MEASURES: [(&str, &str); 5] = [
    ("", "Readings are typed"),
    ("count", "Events a week"),
    ("share", "Share of the touchpoint's events that are this experience"),
    ("repeat_rate", "Share of events after which the customer comes back within 7 days"),
    ("median_gap", "Median hours until the customer's next touchpoint"),
];

/// One KPI in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiRow {
    pub id: String,
    pub name: String,
    pub unit: String,
    pub kind: String,
    pub owner: Option<String>,
    pub colour: Option<u32>,
    pub target: Option<f64>,
    /// Day and value of the latest reading, and the change since the one before.
    pub latest: Option<(String, f64)>,
    pub change: Option<f64>,
    /// Whether the latest reading meets the target.
    pub met: Option<bool>,
    /// The latest readings, oldest first.
    pub series: Vec<f64>,
    pub computed: bool,
    /// Links that are controlled, influenced and not controlled.
    pub links: (u32, u32, u32),
}

/// The list of KPIs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpisView {
    pub kpis: Vec<KpiRow>,
    /// Departments with how many KPIs they own: inside-out, outside-in.
    pub balance: Vec<(Named, u32, u32)>,
    pub may_add: bool,
}

/// A value of a KPI on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadingRow {
    pub day: String,
    pub value: f64,
    pub note: String,
    pub author: String,
}

/// A KPI at a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    pub id: String,
    pub version: i32,
    pub kpi_id: String,
    pub kpi: String,
    pub touchpoint_id: String,
    pub touchpoint: String,
    /// Owner of the touchpoint, where a KPI's links are listed; owner of the KPI, where a touchpoint's are.
    pub owner: Option<String>,
    pub colour: Option<u32>,
    pub control: String,
    pub reason: String,
    pub may_change: bool,
}

/// One KPI with all that its page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiView {
    pub id: String,
    pub version: i32,
    pub name: String,
    pub definition: String,
    pub unit: String,
    pub direction: String,
    pub kind: String,
    pub target: Option<f64>,
    pub department_id: Option<String>,
    pub measure: String,
    /// Names of what it is computed from.
    pub touchpoint: String,
    pub experience: String,
    pub readings: Vec<ReadingRow>,
    pub links: Vec<LinkRow>,
    pub departments: Vec<Named>,
    /// Touchpoints and experiences to choose from.
    pub touchpoints: Vec<String>,
    pub experiences: Vec<String>,
    pub may_edit: bool,
    /// Roles that type readings and links of this KPI.
    pub may_read: bool,
}

/// What a person types about a KPI.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpiInput {
    /// Empty to create one.
    pub id: String,
    pub version: i32,
    pub name: String,
    #[serde(default)]
    pub definition: String,
    #[serde(default)]
    pub unit: String,
    pub direction: String,
    pub kind: String,
    #[serde(default)]
    pub target: String,
    #[serde(default)]
    pub department_id: String,
    #[serde(default)]
    pub measure: String,
    /// Names.
    #[serde(default)]
    pub touchpoint: String,
    #[serde(default)]
    pub experience: String,
}

/// What a person types about a KPI at a touchpoint; both by name, or by the id of the one whose page it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// Empty to create one.
    pub id: String,
    pub version: i32,
    #[serde(default)]
    pub kpi: String,
    #[serde(default)]
    pub touchpoint: String,
    pub control: String,
    #[serde(default)]
    pub reason: String,
}

/// KPIs by touchpoints, and departments by stages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatrixView {
    /// Ids and names of KPIs, and their owners' names and colours.
    pub kpis: Vec<(String, String, Option<String>, Option<u32>)>,
    pub touchpoints: Vec<MatrixRow>,
    pub stages: Vec<String>,
    pub departments: Vec<DepartmentRow>,
}

/// One touchpoint of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    pub id: String,
    pub name: String,
    pub owner: Option<String>,
    pub colour: Option<u32>,
    /// Control of each KPI here; empty where it is not linked.
    pub cells: Vec<String>,
}

/// One department of the matrix; the last one stands for nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentRow {
    pub name: Option<String>,
    pub colour: Option<u32>,
    /// Touchpoints in each stage, and those of them with a KPI; the last stage stands for none.
    pub cells: Vec<(u32, u32)>,
    /// KPIs that it owns: inside-out, outside-in.
    pub inside_out: u32,
    pub outside_in: u32,
}
