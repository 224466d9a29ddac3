//! What can be chosen in a question, with stable names for URLs and words for people.

use serde::{Deserialize, Serialize};

/// What events become on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Touchpoint,
    Experience,
    Channel,
    Department,
    Stage,
    Activity,
}

impl Level {
    /// All levels, in the order in which pages list them.
    pub const ALL: [Self; 6] =
        [Self::Touchpoint, Self::Experience, Self::Channel, Self::Department, Self::Stage, Self::Activity];

    /// Stable name in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Touchpoint => "touchpoint",
            Self::Experience => "experience",
            Self::Channel => "channel",
            Self::Department => "department",
            Self::Stage => "stage",
            Self::Activity => "activity",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Touchpoint => "Touchpoint",
            Self::Experience => "Experience",
            Self::Channel => "Channel",
            Self::Department => "Department",
            Self::Stage => "Stage",
            Self::Activity => "Activity",
        }
    }
}

/// Where to look from the anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Towards {
    #[default]
    Forward,
    Backward,
    Both,
}

impl Towards {
    /// All directions.
    pub const ALL: [Self; 3] = [Self::Forward, Self::Backward, Self::Both];

    /// Stable name in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
            Self::Both => "both",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Forward => "Forward",
            Self::Backward => "Backward",
            Self::Both => "Both ways",
        }
    }
}

/// Which occurrence of the anchor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    First,
    Last,
}

impl Occurrence {
    /// Stable name in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

/// How the answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    #[default]
    Flow,
    /// The links of the flow.
    Table,
    Transitions,
    Variants,
    Funnel,
    /// The time between two nodes.
    Between,
    /// Nodes and arrows.
    Map,
    /// Two periods or segments against each other.
    Compare,
}

impl Form {
    /// All forms, in the order of their tabs.
    pub const ALL: [Self; 8] = [
        Self::Flow,
        Self::Table,
        Self::Compare,
        Self::Map,
        Self::Transitions,
        Self::Variants,
        Self::Funnel,
        Self::Between,
    ];

    /// Stable name in URLs.
    pub fn key(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Table => "table",
            Self::Transitions => "transitions",
            Self::Variants => "variants",
            Self::Funnel => "funnel",
            Self::Between => "between",
            Self::Map => "map",
            Self::Compare => "compare",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Flow => "Flow",
            Self::Table => "Table",
            Self::Transitions => "Transitions",
            Self::Variants => "Variants",
            Self::Funnel => "Funnel",
            Self::Between => "Time between",
            Self::Map => "Map",
            Self::Compare => "Compare",
        }
    }
}

/// Which events form one journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    #[default]
    Customer,
    Case,
    Visit,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Case, Self::Visit];

    /// Stable name in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Case => "case",
            Self::Visit => "visit",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Case => "Case",
            Self::Visit => "Visit",
        }
    }
}
