//! How figures move week by week, and when they moved to another level.

use serde::{Deserialize, Serialize};

use crate::format::apart;
use crate::journeys::{Department, Period};

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrendsView {
    pub period: Period,
    pub version: u64,
    pub any_events: bool,
    /// First days of the whole weeks.
    pub weeks: Vec<String>,
    /// Contacts on each day of the week, Monday first, against a mean day (1).
    pub weekdays: Vec<f64>,
    /// Those whose level changed last come first.
    pub rows: Vec<TrendRow>,
    pub departments: Vec<Department>,
}

/// What a series is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Of {
    Contacts,
    Driver,
    Reason,
    Touchpoint,
    Kpi,
}

impl Of {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Contacts, Self::Driver, Self::Reason, Self::Touchpoint, Self::Kpi];

    /// As pages say it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contacts => "All contacts",
            Self::Driver => "Driver",
            Self::Reason => "Reason",
            Self::Touchpoint => "Touchpoint",
            Self::Kpi => "KPI",
        }
    }
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrendRow {
    pub of: Of,
    pub name: String,
    /// What a KPI is read in; all others count, by week.
    pub unit: String,
    pub department: Option<u32>,
    /// By whole week, from the week of that place on.
    pub values: Vec<f64>,
    pub first: u32,
    pub changes: Vec<LevelChange>,
    pub path: Option<String>,
}

/// A change of level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelChange {
    /// Place of the first week at the new level, and its first day.
    pub at: u32,
    pub day: String,
    /// A week, on both sides.
    pub before: f64,
    pub after: f64,
    /// What happened around that day: a coincidence, which may mean something.
    pub near: Vec<String>,
}

impl LevelChange {
    /// `rose`, or `fell`.
    pub fn word(&self) -> &'static str {
        if self.after > self.before { "rose" } else { "fell" }
    }

    /// Both levels: `1.7 a week, 24 before`.
    pub fn levels(&self, of: Of, unit: &str) -> String {
        let (after, before) = apart(self.after, self.before);
        match (of, unit) {
            (Of::Kpi, "") => format!("{after}, {before} before"),
            (Of::Kpi, unit) => format!("{after} {unit}, {before} before"),
            _ => format!("{after} a week, {before} before"),
        }
    }
}
