//! The summary: what a chief executive reads in two minutes.

use serde::{Deserialize, Serialize};

use crate::format::{percent, rounded, whole_money};
use crate::journeys::{Department, Period, encode};
use crate::reviews::ActionRow;
use crate::{Kind, UserError};

/// What the summary is of. All of it is in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SummaryQuery {
    /// First and last day that count; where absent, the latest whole weeks, thirteen at most and half of all.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Name of a saved segment that customers must belong to.
    pub segment: Option<String>,
}

impl SummaryQuery {
    /// As a URL's search part, with its question mark; empty where all is as by default.
    pub fn to_search(&self) -> String {
        let pairs = [("from", &self.from), ("to", &self.to), ("segment", &self.segment)];
        let given = pairs.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        let pairs: Vec<String> = given.map(|(name, text)| format!("{name}={}", encode(text))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// Reads name-value pairs, already decoded. Unknown names are refused.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, UserError> {
        let mut query = Self::default();
        for (name, value) in pairs {
            let text = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            match name {
                "from" => query.from = text(),
                "to" => query.to = text(),
                "segment" => query.segment = text(),
                "" if value.is_empty() => {}
                other => {
                    let message = format!("There is no filter \u{201c}{other}\u{201d}.");
                    return Err(UserError::new(Kind::Invalid, "unknown_filter", message)
                        .at(other)
                        .remedy("Filters are: from, to, segment."));
                }
            }
        }
        Ok(query)
    }
}

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryView {
    pub query: SummaryQuery,
    pub company: String,
    pub period: Period,
    /// First and last day of the period before, where the data reach so far back.
    pub before: Option<(String, String)>,
    pub version: u64,
    pub any_events: bool,
    /// Why there is no figure, where there is none.
    pub hint: Option<UserError>,
    pub headlines: Vec<Headline>,
    /// What changed, in sentences, each with the rule that made it.
    pub sentences: Vec<Sentence>,
    pub drivers: Vec<CostlyDriver>,
    pub heat: Heat,
    pub departments: Vec<Department>,
    pub standing: Vec<Standing>,
    pub segments: Vec<String>,
    /// Departments whose report this person may read.
    pub reports: Vec<String>,
    pub took_ms: f64,
}

/// One figure with how it moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    pub name: String,
    /// What it means.
    pub meaning: String,
    pub figure: Figure,
    /// The same figure in the period before.
    pub before: Option<f64>,
    /// Whole weeks of the period: a part, and what it is a part of (1 where it is none).
    pub weeks: Vec<(f64, f64)>,
    pub less_is_better: bool,
    /// What it is made of, in words.
    pub note: String,
    /// The page that it comes from.
    pub path: String,
}

impl Headline {
    /// How it moved against the period before, in words, and whether that is better.
    pub fn change(&self) -> Option<(String, Option<bool>)> {
        let (now, before) = (self.figure.value()?, self.before.filter(|before| *before > 0.0)?);
        let points = matches!(self.figure, Figure::Share(_));
        let moved = if points { (now - before) * 100.0 } else { (now / before - 1.0) * 100.0 };
        let (sign, better) = match moved {
            same if same.abs() < 0.5 => ("\u{b1}", None),
            less if less < 0.0 => ("\u{2212}", Some(self.less_is_better)),
            _ => ("+", Some(!self.less_is_better)),
        };
        let unit = if points { "points" } else { "%" };
        Some((format!("{sign}{:.0} {unit} against the period before", moved.abs()), better))
    }
}

impl Standing {
    /// Whether nothing is known of it yet.
    pub fn is_empty(&self) -> bool {
        self.attended + self.committed + self.open + self.done == 0
    }

    /// Actions done by their day, of those that had one.
    pub fn on_time_words(&self) -> String {
        let (on_time, of) = self.on_time;
        if of == 0 { String::new() } else { format!("{on_time} of {of}") }
    }
}

/// A figure as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Figure {
    Number(f64),
    Share(f64),
    /// Cents.
    Money(f64),
    /// Nothing to make it from.
    Unknown,
}

impl Figure {
    /// As it is read.
    pub fn written(self) -> String {
        match self {
            Self::Number(value) => rounded(value),
            Self::Share(value) => percent(value),
            Self::Money(value) => whole_money(value),
            Self::Unknown => "\u{2013}".to_owned(),
        }
    }

    /// Its value, where it has one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Number(value) | Self::Share(value) | Self::Money(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

/// A sentence made from figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    pub words: String,
    /// When it is written.
    pub rule: String,
    pub path: String,
    /// Whether it is good news, bad news, or neither.
    pub good: Option<bool>,
}

/// A driver among the costliest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostlyDriver {
    pub name: String,
    pub touchpoint_id: String,
    pub department: Option<u32>,
    /// Contacts' worth and cost in the period, and the cost in the period before.
    pub contacts: f64,
    pub cost: f64,
    pub cost_before: Option<f64>,
    pub weeks: Vec<f64>,
    /// The latest action on it.
    pub action: Option<ActionRow>,
    pub path: Option<String>,
}

/// Cost of contacts by stage and department that cause them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    pub stages: Vec<String>,
    /// Names of departments with a part, and the places of their colours.
    pub departments: Vec<(String, Option<u32>)>,
    /// By department and stage: contacts' worth and cost.
    pub cells: Vec<Vec<(f64, f64)>>,
    /// What nothing explains.
    pub unexplained: (f64, f64),
}

/// What a department committed to, and how far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub department: String,
    pub colour: Option<u32>,
    /// Reviews that it took part in, and in which it committed to something, of all reviews.
    pub attended: u64,
    pub committed: u64,
    pub reviews: u64,
    /// Its actions: still open, of these overdue, and done; of those done that had a day, which were done by it.
    pub open: u64,
    pub overdue: u64,
    pub done: u64,
    pub on_time: (u64, u64),
    /// Its latest words.
    pub words: Option<String>,
}
