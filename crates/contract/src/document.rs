//! A report as a document: what it says in which order, whatever it is written on.

use serde::{Deserialize, Serialize};

use crate::chart::{Chart, Spark};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub title: String,
    /// The period, and what else it is of.
    pub subtitle: String,
    pub company: String,
    /// The day it was made, 2026-03-01.
    pub day: String,
    /// Who may read it, where that is not everyone.
    pub audience: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    Heading {
        text: String,
    },
    Text {
        text: String,
    },
    /// What explains, in small letters.
    Note {
        text: String,
    },
    Figures {
        figures: Vec<KeyFigure>,
    },
    Sentences {
        sentences: Vec<Saying>,
    },
    Table(Rows),
    Chart {
        chart: Chart,
        alt: String,
    },
}

impl Block {
    pub fn heading(text: impl Into<String>) -> Self {
        Self::Heading { text: text.into() }
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    pub fn note(text: impl Into<String>) -> Self {
        Self::Note { text: text.into() }
    }

    pub fn chart(chart: Chart) -> Self {
        Self::Chart { alt: chart.alt(), chart }
    }
}

/// A figure that is read first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyFigure {
    pub name: String,
    pub figure: String,
    /// How it moved, and whether that is good.
    pub change: String,
    pub good: Option<bool>,
    pub note: String,
    /// The figure by whole week, oldest first; empty where that is not known.
    pub weeks: Vec<f64>,
}

impl KeyFigure {
    /// Its weeks as a line within the text; none of fewer than two.
    pub fn spark(&self) -> Option<Chart> {
        let Self { name, weeks, .. } = self;
        (weeks.len() > 1).then(|| Chart::Spark(Spark { title: name.clone(), values: weeks.clone() }))
    }
}

/// A sentence made from figures, with the rule that made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saying {
    pub words: String,
    pub rule: String,
    pub good: Option<bool>,
}

/// A table as it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    pub caption: String,
    pub heads: Vec<Head>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub text: String,
    /// Numbers stand to the right.
    pub number: bool,
}

impl Rows {
    /// A table with these heads; those that begin with # are of numbers.
    pub fn of(caption: &str, heads: &[&str], rows: Vec<Vec<String>>) -> Block {
        let heads = heads
            .iter()
            .map(|head| Head { text: head.trim_start_matches('#').to_owned(), number: head.starts_with('#') });
        Block::Table(Self { caption: caption.to_owned(), heads: heads.collect(), rows })
    }
}
