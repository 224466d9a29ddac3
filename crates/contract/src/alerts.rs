//! What people want to be told, what they were told, and reports that come by themselves.

use serde::{Deserialize, Serialize};

/// Kinds of rules: stable name, and as pages say it.
pub const ALERTS: [(&str, &str); 4] = [
    ("limit", "A figure passes a limit"),
    ("change", "A level changes"),
    ("quiet", "A log goes quiet"),
    ("overdue", "An action is due or overdue"),
];

/// How a notice goes by mail.
pub const MAILS: [(&str, &str); 3] =
    [("no", "No mail"), ("once", "At once"), ("weekly", "In the weekly digest")];

/// How often a report comes.
pub const CADENCES: [(&str, &str); 3] =
    [("daily", "Every day"), ("weekly", "Every Monday"), ("monthly", "On the first of the month")];

/// Reports that can come by themselves.
pub const SCHEDULED: [(&str, &str); 2] = [("summary", "Summary"), ("drivers", "Driver report")];

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertsView {
    /// The latest first.
    pub notices: Vec<NoticeRow>,
    pub rules: Vec<AlertRow>,
    pub schedules: Vec<ScheduleRow>,
    /// What a limit can be set for.
    pub figures: Vec<String>,
    /// Series whose level can be watched.
    pub series: Vec<String>,
    /// Departments whose report may be scheduled and whose people may be told, and people who may get it: id and name.
    pub departments: Vec<String>,
    pub people: Vec<(String, String)>,
    /// Whether a whole-company report can be had by this person.
    pub whole: bool,
    /// Whether the server can send mail.
    pub mail: bool,
    /// Letters to this person that could not be sent yet, the last reason, and the next try in seconds since 1970.
    pub waiting: Option<(u64, String, i64)>,
    /// Letters to this person that were given up in the last weeks, and the last reason.
    pub given_up: Option<(u64, String)>,
    pub may_schedule: bool,
    /// Own keys for reading by machines.
    pub keys: Vec<ReadKeyRow>,
}

/// Something that somebody was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    pub id: String,
    pub kind: String,
    pub title: String,
    pub words: String,
    pub path: String,
    /// Seconds since 1970.
    pub at: i64,
    pub read: bool,
}

/// A rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertRow {
    pub id: String,
    /// What it tells of, in words.
    pub words: String,
    /// The department whose people are told; without one, the person alone.
    pub department: Option<String>,
    pub may_remove: bool,
    pub mail: String,
    /// Whether its limit is passed now.
    pub beyond: bool,
    /// Whether the figure or series that it watches is there no more, renamed say.
    pub lost: bool,
}

/// A report that comes by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRow {
    pub id: String,
    pub report: String,
    /// The page that shows the same.
    pub path: String,
    pub cadence: String,
    /// Who gets it.
    pub to: String,
    /// Day on which it comes next, and on which it came last.
    pub next: String,
    pub last: Option<String>,
}

/// A key by which a machine reads reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadKeyRow {
    pub id: String,
    pub name: String,
    pub scope: String,
    pub at: i64,
    pub used_at: Option<i64>,
}

/// A rule as a form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertInput {
    pub kind: String,
    pub series: String,
    /// `above` or `below`.
    pub side: String,
    pub level: String,
    pub mail: String,
    /// Name of the department whose people are told; empty for oneself.
    pub department: String,
}

/// A schedule as a form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleInput {
    /// `summary`, or `drivers`.
    pub report: String,
    /// Name of a department, for its driver report.
    pub department: String,
    pub cadence: String,
    /// Ids of accounts.
    pub people: Vec<String>,
}
