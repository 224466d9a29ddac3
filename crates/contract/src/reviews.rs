//! Reviews across departments, their actions, and what became of these.

use serde::{Deserialize, Serialize};

/// How far an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum ActionState {
    #[default]
    Open,
    Started,
    Done,
    Dropped,
}

impl ActionState {
    /// All states, in order.
    pub const ALL: [Self; 4] = [Self::Open, Self::Started, Self::Done, Self::Dropped];

    /// Stable name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Started => "started",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// As pages say it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Started => "Under way",
            Self::Done => "Done",
            Self::Dropped => "Dropped",
        }
    }

    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Started)
    }
}

/// All reviews and actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewsView {
    pub reviews: Vec<ReviewRow>,
    pub actions: Vec<ActionRow>,
    pub choices: ActionChoices,
    pub may_review: bool,
}

/// What an action can be given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionChoices {
    /// Departments that this person may give actions to.
    pub departments: Vec<String>,
    /// What it can target: touchpoints and experiences by name.
    pub targets: Vec<String>,
    /// Today, as `2026-03-01`.
    pub today: String,
}

/// One review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewRow {
    pub id: String,
    pub title: String,
    pub day: String,
    pub participants: String,
    pub open_actions: u64,
    pub actions: u64,
    pub commitments: u64,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionRow {
    pub id: String,
    pub version: i32,
    pub title: String,
    pub department: Option<String>,
    /// Place of the department's colour.
    pub colour: Option<u32>,
    pub person: String,
    pub due: Option<String>,
    pub overdue: bool,
    pub state: ActionState,
    pub target: String,
    pub touchpoint_id: Option<String>,
    pub started: Option<String>,
    pub effect: Option<EffectView>,
    /// Id and title of the review that it came out of.
    pub review: Option<(String, String)>,
    pub may_change: bool,
}

/// What became of the contacts that an action targets, a week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum EffectView {
    /// Whole weeks with data before and after its start; too few on a side.
    TooEarly { before: u32, after: u32 },
    /// Contacts' worth a week before it, and the mean difference from the trend after it with its interval of 95 %;
    /// beside it the same of all other contacts. The difference as a step at the start, and as a change of the trend
    /// from week to week.
    Measured {
        before: f64,
        change: (f64, f64, f64),
        others: (f64, f64, f64),
        level: (f64, f64, f64),
        slope: (f64, f64, f64),
    },
    /// No contact is shared out to what it targets.
    NoContacts,
}

/// One review as it is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewView {
    pub id: String,
    pub version: i32,
    pub title: String,
    pub day: String,
    pub participants: String,
    pub notes: String,
    pub author: String,
    pub agenda: Agenda,
    pub actions: Vec<ActionRow>,
    pub commitments: Vec<CommitmentRow>,
    pub choices: ActionChoices,
    /// All departments, and whether each took part.
    pub attended: Vec<(String, bool)>,
    /// Departments that this person may commit for.
    pub may_commit: Vec<String>,
    pub may_change: bool,
}

/// The figures of a review, as they were when it was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Agenda {
    pub from: String,
    pub to: String,
    pub contacts: u64,
    /// Cents.
    pub cost: f64,
    /// Contacts' worth that other departments cause.
    pub elsewhere: f64,
    pub drivers: Vec<AgendaDriver>,
    /// Actions that were open: title, department, day due.
    pub actions: Vec<(String, Option<String>, Option<String>)>,
}

/// A driver on an agenda.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgendaDriver {
    pub name: String,
    pub department: Option<String>,
    pub excess: f64,
    pub low: f64,
    pub high: f64,
    pub cost: f64,
}

/// What a department committed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommitmentRow {
    pub department: String,
    pub colour: Option<u32>,
    pub words: String,
    pub author: String,
    /// Day of it.
    pub day: String,
}

/// What a form says of an action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActionInput {
    /// Empty for a new one.
    pub id: String,
    pub version: i32,
    pub review: String,
    pub title: String,
    pub department: String,
    pub person: String,
    pub due: String,
    pub state: String,
    pub target: String,
    pub started: String,
}
