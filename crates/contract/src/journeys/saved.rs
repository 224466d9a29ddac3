//! Segments and views that people saved, and the builder of segments.

use serde::{Deserialize, Serialize};

use super::choices::Level;
use super::query::ExploreQuery;
use super::segment::Segment;

/// A saved segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRow {
    pub id: String,
    pub version: i32,
    pub name: String,
    pub author: String,
    pub segment: Segment,
    pub may_change: bool,
}

/// The list of segments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments {
    pub segments: Vec<SegmentRow>,
}

/// What the builder of segments shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Builder {
    /// The conditions so far, within the period and unit of the question.
    pub query: ExploreQuery,
    /// The saved segment that is changed, if one is.
    pub saved: Option<SegmentRow>,
    /// Journeys that fulfil them, of all.
    pub matching: u64,
    pub all: u64,
    /// Each condition alone: in words, and the journeys that fulfil it.
    pub conditions: Vec<(String, u64)>,
    /// Labels by level, and values by attribute, to choose from.
    pub labels: Vec<(Level, Vec<String>)>,
    pub attributes: Vec<(String, Vec<String>)>,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub id: String,
    pub version: i32,
    pub name: String,
    /// The search part of its URL.
    pub search: String,
    pub shared: bool,
    pub author: String,
    pub mine: bool,
}
