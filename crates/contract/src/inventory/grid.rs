//! The grid of touchpoints: its columns, its rows, and changes of cells.

use serde::{Deserialize, Serialize};

use super::{DELIVERIES, Named, STARTERS};

/// A column of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Name,
    Owner,
    Stage,
    Channel,
    Delivery,
    StartedBy,
    Contact,
    Cost,
    Description,
    Expectation,
    Promise,
    Experiences,
    Rules,
    Kpis,
    Notes,
    Events,
    Trend,
    Customers,
    Share,
    Failures,
    ContactsAfter,
    LastEvent,
}

impl Column {
    /// All of them: first what people type, then what is counted.
    pub const ALL: [Self; 22] = [
        Self::Name,
        Self::Owner,
        Self::Stage,
        Self::Channel,
        Self::Delivery,
        Self::StartedBy,
        Self::Contact,
        Self::Cost,
        Self::Description,
        Self::Expectation,
        Self::Promise,
        Self::Experiences,
        Self::Rules,
        Self::Kpis,
        Self::Notes,
        Self::Events,
        Self::Trend,
        Self::Customers,
        Self::Share,
        Self::Failures,
        Self::ContactsAfter,
        Self::LastEvent,
    ];

    /// Stable name in addresses, files and proposals.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Owner => "owner",
            Self::Stage => "stage",
            Self::Channel => "channel",
            Self::Delivery => "delivery",
            Self::StartedBy => "started_by",
            Self::Contact => "contact",
            Self::Cost => "cost",
            Self::Description => "description",
            Self::Expectation => "expectation",
            Self::Promise => "promise",
            Self::Experiences => "experiences",
            Self::Rules => "rules",
            Self::Kpis => "kpis",
            Self::Notes => "notes",
            Self::Events => "events",
            Self::Trend => "trend",
            Self::Customers => "customers",
            Self::Share => "share",
            Self::Failures => "failures",
            Self::ContactsAfter => "contacts_after",
            Self::LastEvent => "last_event",
        }
    }

    /// The column of that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.key() == key)
    }

    /// Its head.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Touchpoint",
            Self::Owner => "Owner",
            Self::Stage => "Stage",
            Self::Channel => "Channel",
            Self::Delivery => "Delivery",
            Self::StartedBy => "Started by",
            Self::Contact => "Contact",
            Self::Cost => "Cost per contact",
            Self::Description => "Description",
            Self::Expectation => "Expectation",
            Self::Promise => "Promise",
            Self::Experiences => "Experiences",
            Self::Rules => "Rules",
            Self::Kpis => "KPIs",
            Self::Notes => "Notes",
            Self::Events => "Events",
            Self::Trend => "Trend",
            Self::Customers => "Customers",
            Self::Share => "Share of customers",
            Self::Failures => "Failures",
            Self::ContactsAfter => "Contacts after",
            Self::LastEvent => "Last event",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Name => "What the place is called where a customer meets the company.",
            Self::Owner => "The one department that answers for it.",
            Self::Stage => "The step of the customer's life with the company.",
            Self::Channel => "The way in which customer and company meet.",
            Self::Delivery => "Who does the work: in-house, outsourced, a partner, or nobody of ours.",
            Self::StartedBy => "Who begins the encounter: customer, company or a third party.",
            Self::Contact => {
                "Whether an event here is an assisted contact, such as a call. Driver reports explain these."
            }
            Self::Cost => "What one contact costs, in the company's currency.",
            Self::Description => "What happens here, in a sentence.",
            Self::Expectation => "What the customer expects here.",
            Self::Promise => "What the company promises here.",
            Self::Experiences => "Different things that a customer can live through here.",
            Self::Rules => "Mapping rules that recognise its events in the logs.",
            Self::Kpis => "KPIs that are linked to it.",
            Self::Notes => "Comments, and proposals that wait for the owner.",
            Self::Events => "Events in the period that its rules recognise.",
            Self::Trend => "Events through the period, from its beginning to its end.",
            Self::Customers => "Customers with at least one event here in the period.",
            Self::Share => "Share of all customers with events in the period who were here.",
            Self::Failures => "Share of its events that are experiences marked as failures.",
            Self::ContactsAfter => {
                "Contacts within 7 days after the same customer was here. It comes after; the driver report says what it causes."
            }
            Self::LastEvent => "Day of the latest event here.",
        }
    }

    /// Whether people type into it.
    pub fn is_typed(self) -> bool {
        self <= Self::Promise
    }

    /// Whether it holds numbers, which stand to the right and sort downwards first.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Cost
                | Self::Experiences
                | Self::Rules
                | Self::Kpis
                | Self::Notes
                | Self::Events
                | Self::Customers
                | Self::Share
                | Self::Failures
                | Self::ContactsAfter
        )
    }

    /// Width in pixels, unless a person chose another.
    pub fn width(self) -> u32 {
        match self {
            Self::Name => 204,
            Self::Description | Self::Expectation | Self::Promise => 220,
            Self::Owner => 142,
            Self::Stage | Self::Channel => 100,
            Self::Delivery | Self::StartedBy | Self::Trend => 112,
            Self::Contact => 84,
            Self::Rules | Self::Kpis | Self::Notes => 76,
            Self::Failures => 88,
            Self::LastEvent | Self::Experiences => 104,
            Self::Cost | Self::ContactsAfter | Self::Share => 124,
            Self::Events | Self::Customers => 100,
        }
    }

    /// The values that can be chosen, where there are few and fixed ones.
    pub fn fixed(self) -> Option<&'static [(&'static str, &'static str)]> {
        match self {
            Self::Delivery => Some(&DELIVERIES),
            Self::StartedBy => Some(&STARTERS),
            Self::Contact => Some(&[("yes", "yes"), ("no", "no")]),
            _ => None,
        }
    }
}

/// One touchpoint, as people typed it, with how much belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GridRow {
    pub id: String,
    pub version: i32,
    pub name: String,
    pub owner: String,
    /// Colour of the owner.
    pub colour: Option<u32>,
    pub stage: String,
    pub channel: String,
    pub delivery: String,
    pub started_by: String,
    pub contact: bool,
    /// In cents.
    pub cost: Option<i64>,
    pub description: String,
    pub expectation: String,
    pub promise: String,
    pub experiences: u32,
    pub rules: u32,
    pub kpis: u32,
    pub comments: u32,
    pub proposals: u32,
    pub may_edit: bool,
}

impl GridRow {
    /// A typed cell as it is typed, copied and pasted.
    pub fn text(&self, column: Column) -> String {
        match column {
            Column::Name => self.name.clone(),
            Column::Owner => self.owner.clone(),
            Column::Stage => self.stage.clone(),
            Column::Channel => self.channel.clone(),
            Column::Delivery => label_of(&DELIVERIES, &self.delivery),
            Column::StartedBy => label_of(&STARTERS, &self.started_by),
            Column::Contact => if self.contact { "yes" } else { "no" }.to_owned(),
            Column::Cost => self
                .cost
                .map(|cents| {
                    let sign = if cents < 0 { "-" } else { "" };
                    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
                })
                .unwrap_or_default(),
            Column::Description => self.description.clone(),
            Column::Expectation => self.expectation.clone(),
            Column::Promise => self.promise.clone(),
            _ => String::new(),
        }
    }
}

/// The label of a fixed value.
pub fn label_of(list: &[(&str, &str)], key: &str) -> String {
    list.iter()
        .find(|(known, _)| *known == key)
        .map_or_else(|| key.to_owned(), |(_, label)| (*label).to_owned())
}

/// What is counted of one touchpoint in the period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveFigures {
    pub events: u64,
    pub customers: u64,
    /// Of all customers with events in the period.
    pub share: f64,
    /// Failures among the events; none where there is no event.
    pub failures: Option<f64>,
    pub contacts_after: u64,
    /// Day of the latest event, as 2026-03-01 in the company's time.
    pub last: Option<String>,
    /// Events in parts of the period of equal length.
    pub parts: Vec<u32>,
}

/// What the person could undo and do again: a word for each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undoable {
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// A saved way to look at the grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridSaved {
    pub id: String,
    pub version: i32,
    pub name: String,
    /// Search part of its address.
    pub search: String,
    pub shared: bool,
    pub author: String,
    pub mine: bool,
}

/// The inventory page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GridView {
    pub rows: Vec<GridRow>,
    /// Figures of each row, for those who may see them.
    pub live: Vec<Option<LiveFigures>>,
    pub stages: Vec<Named>,
    pub channels: Vec<Named>,
    pub departments: Vec<Named>,
    /// Days of the period, and of all data.
    pub from: String,
    pub to: String,
    pub data_from: String,
    pub data_to: String,
    /// Different activities without a rule, their events and all events; absent for roles that see no journeys.
    pub unmapped: Option<(u32, u64, u64)>,
    /// Gaps that wait for somebody, over all work lists.
    pub gaps: u32,
    pub may_add: bool,
    pub may_import: bool,
    pub may_export: bool,
    pub may_propose: bool,
    pub history: Undoable,
    pub saved: Vec<GridSaved>,
    /// Own account, to tell one's own traces from others'.
    pub me: String,
    /// Grows with every change to the inventory.
    pub version: i64,
}

/// Changes of one row's cells: column, what stood there, what shall stand there. An id that begins with `new` is of a
/// row to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowEdit {
    pub id: String,
    pub cells: Vec<(Column, String, String)>,
}

/// One cell that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChange {
    pub touchpoint: String,
    pub column: Column,
    pub before: String,
    pub after: String,
    /// The owner decides about it.
    pub proposal: bool,
    pub new: bool,
}

/// A cell that somebody else changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellConflict {
    pub id: String,
    pub touchpoint: String,
    pub column: Column,
    pub before: String,
    pub yours: String,
    pub theirs: String,
    /// Who, and when in seconds since 1970.
    pub by: Option<(String, i64)>,
}

/// A value that can't stand in its cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellProblem {
    pub id: String,
    pub touchpoint: String,
    pub column: Column,
    pub value: String,
    pub message: String,
    pub remedy: Option<String>,
}

/// What became of changes, or would become of them: with a conflict or a problem, nothing is applied.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    pub applied: bool,
    /// The changed rows as they are now; all of them where something was applied.
    pub rows: Vec<GridRow>,
    pub removed: Vec<String>,
    /// The first of the changes, and how many there are.
    pub changes: Vec<CellChange>,
    pub changed: u32,
    pub created: u32,
    pub proposed: u32,
    pub conflicts: Vec<CellConflict>,
    pub problems: Vec<CellProblem>,
    pub history: Undoable,
    /// What was done, in a word: what undoing would undo.
    pub label: String,
}

/// Told to open pages: what changed, or where somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The version of the inventory, when one begins to listen.
    Now { version: i64 },
    /// These touchpoints were changed, added or removed by somebody.
    Changed { by: String, account: String, ids: Vec<String> },
    /// Somebody is at a touchpoint, or left.
    Here { account: String, name: String, at: Option<String> },
}
