//! Logs: where events come from, what an import did, and what a file looks like before it is read.

use serde::{Deserialize, Serialize};

/// One log, as the sources page lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    pub name: String,
    pub events: u64,
    pub imports: u32,
    /// Microseconds since 1970.
    pub first_event: Option<i64>,
    pub last_event: Option<i64>,
    /// Seconds since 1970.
    pub last_import: Option<i64>,
    pub quarantined: u64,
    /// When the last event came, where that is longer ago than the source's rhythm allows.
    pub quiet_since: Option<i64>,
    /// Folder whose files are imported by themselves, for those who may import.
    pub inbox: Option<String>,
}

/// What every log says of cases and of its own reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRules {
    pub rows: Vec<LogRuleRow>,
}

/// One log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRuleRow {
    pub id: String,
    pub name: String,
    pub version: i32,
    /// Activities with their events, most frequent first.
    pub activities: Vec<(String, u64)>,
    /// Those that open and close a case.
    pub opens: Vec<String>,
    pub closes: Vec<String>,
    /// Whether its reasons decide before the evidence does.
    pub trusted: bool,
    /// Language of its texts, as two letters; empty to be told from them.
    pub language: String,
    /// Events that carry a reason.
    pub with_reason: u64,
}

/// Languages that texts can be in: two letters, and name.
pub const LANGUAGES: [(&str, &str); 12] = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pt", "Portuguese"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("no", "Norwegian"),
    ("fi", "Finnish"),
    ("pl", "Polish"),
];

/// What a log says, as a form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRuleInput {
    pub id: String,
    pub version: i32,
    #[serde(default)]
    pub opens: Vec<String>,
    #[serde(default)]
    pub closes: Vec<String>,
    #[serde(default)]
    pub trusted: String,
    #[serde(default)]
    pub language: String,
}

/// The sources page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    pub sources: Vec<SourceRow>,
    pub imports: Vec<ImportView>,
    pub may_import: bool,
    pub time_zone: String,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    Running,
    Done,
    Cancelled,
    Failed,
    /// The process ended before the import did; nothing of it counts.
    Interrupted,
}

impl ImportState {
    /// Stable name in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Cancelled, Self::Failed, Self::Interrupted]
            .into_iter()
            .find(|state| state.key() == key)
    }
}

/// What an import did: `received = accepted + duplicate + quarantined`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub received: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub quarantined: u64,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    pub id: String,
    pub source: String,
    pub file: String,
    pub state: ImportState,
    pub counts: Counts,
    pub bytes: u64,
    pub bytes_read: u64,
    /// Rows a second, while it runs or on the whole.
    pub rate: f64,
    pub phase: String,
    /// Seconds since 1970.
    pub started: i64,
    pub finished: Option<i64>,
    pub by: Option<String>,
    pub error: Option<crate::UserError>,
    /// Reasons of quarantined rows with their number, most frequent first.
    pub reasons: Vec<Reason>,
    /// The first quarantined rows.
    pub examples: Vec<Quarantined>,
    /// Touchpoints, customers… that the import brought: journeys can be looked at.
    pub first_event: Option<i64>,
    pub last_event: Option<i64>,
}

/// Why rows were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub rows: u64,
    pub reason: String,
    pub remedy: String,
}

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    pub line: u64,
    pub column: String,
    pub value: String,
    pub code: String,
    pub reason: String,
}

/// One row that a dry run would take in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub line: u64,
    pub customer: String,
    /// Microseconds since 1970.
    pub time: i64,
    pub activity: String,
    pub case: String,
    pub reason: String,
}

/// A dry run: every row of the file is read and judged, none is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DryRun {
    pub id: String,
    pub state: ImportState,
    pub counts: Counts,
    pub bytes: u64,
    pub bytes_read: u64,
    /// Rows a second.
    pub rate: f64,
    pub phase: String,
    pub error: Option<crate::UserError>,
    /// Reasons of refused rows with their number, most frequent first.
    pub reasons: Vec<Reason>,
    pub accepted: Vec<Accepted>,
    pub refused: Vec<Quarantined>,
    /// Pairs of ids that events name, which an import would join.
    pub pairs: u64,
    pub file: String,
    /// What imports the file as it was read.
    pub form: StartImport,
}

/// What a file looks like before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub upload: String,
    pub file: String,
    pub bytes: u64,
    pub format: String,
    pub encoding: String,
    pub delimiter: char,
    pub columns: Vec<PreviewColumn>,
    pub rows: Vec<Vec<String>>,
    pub mapping: ColumnMapping,
    pub source: String,
    pub sources: Vec<String>,
    pub time_zone: String,
    pub time_zones: Vec<String>,
    /// The times of the sample carry no zone, so one must be chosen.
    pub zone_needed: bool,
    /// Day and month can't be told apart: which comes first must be said.
    pub day_order_needed: bool,
    /// What was said: `day`, `month` or nothing.
    pub day_order: String,
    /// Sample times read with the suggested format, as text in UTC, beside the raw text.
    pub times: Vec<(String, Option<String>)>,
    pub warnings: Vec<String>,
}

/// A column as the preview shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewColumn {
    pub name: String,
    /// Different values among the sampled rows.
    pub distinct: u32,
    pub empty: u32,
}

/// Which column holds what. Columns not named are not read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnMapping {
    pub customer: String,
    pub time: String,
    pub activity: String,
    pub id: Option<String>,
    pub case: Option<String>,
    pub reason: Option<String>,
    pub text: Option<String>,
    pub duration: Option<String>,
    pub cost: Option<String>,
    /// Another id of the same customer: both are one from then on.
    pub known_as: Option<String>,
    /// (attribute name, column).
    pub attributes: Vec<(String, String)>,
}

/// What the wizard sends to start an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartImport {
    pub upload: String,
    pub source: String,
    #[serde(default)]
    pub format: String,
    pub encoding: String,
    pub delimiter: String,
    pub time_zone: String,
    #[serde(default)]
    pub day_order: String,
    pub customer: String,
    pub time: String,
    pub activity: String,
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub case: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub duration: String,
    #[serde(default)]
    pub cost: String,
    #[serde(default)]
    pub known_as: String,
    /// Columns to keep as attributes under their own name.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// Reads and judges every row, and keeps none.
    #[serde(default)]
    pub dry: bool,
}
