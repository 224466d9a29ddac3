//! A table that leaves the product as a sheet of a workbook.

use serde::{Deserialize, Serialize};

/// One sheet: heads, and rows of as many cells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// What the table is of: company, filter, day. Stands in a sheet of its own.
    pub about: Vec<(String, String)>,
}

/// One cell, with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// A day, as `2026-03-01`.
    Day(String),
}

impl Cell {
    /// A text; empty for none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A day; empty for none.
    pub fn day(day: impl Into<String>) -> Self {
        let day = day.into();
        if day.is_empty() { Self::Empty } else { Self::Day(day) }
    }

    /// A number, where there is one.
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }
}
