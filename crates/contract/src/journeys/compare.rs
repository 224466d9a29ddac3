//! Two sets of journeys against each other, and the transition map.

use serde::{Deserialize, Serialize};

use super::view::{ColumnView, Drawing, JourneysView, NodeKind};

/// What the compared form shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CompareView {
    pub first: SideView,
    pub second: SideView,
    /// Customers in both sets: the more there are, the less the test of a difference is worth.
    pub shared_customers: u64,
    pub columns: Vec<ColumnView>,
    pub nodes: Vec<ComparedNode>,
    pub links: Vec<ComparedLink>,
    pub wide: Drawing,
    pub tall: Drawing,
    /// The two flows, where they are to stand side by side.
    pub sides: Option<Box<(JourneysView, JourneysView)>>,
}

/// One set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideView {
    /// What sets it apart, in words.
    pub name: String,
    /// Its journeys in the flow.
    pub journeys: u64,
}

/// A node in both sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedNode {
    pub id: String,
    pub kind: NodeKind,
    pub step: i32,
    pub label: String,
    pub department: Option<u32>,
    pub first: u64,
    pub second: u64,
    /// Of all journeys of the set, between 0 and 1.
    pub first_share: f64,
    pub second_share: f64,
}

/// A link in both sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedLink {
    pub source: String,
    pub target: String,
    pub first: u64,
    pub second: u64,
    /// Of all journeys of the set, between 0 and 1.
    pub first_share: f64,
    pub second_share: f64,
    /// Of the test that the shares are equal, corrected for the number of links.
    pub q: f64,
    /// Whether the difference is more than chance.
    pub significant: bool,
}

/// The transition map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MapView {
    pub nodes: Vec<MapNode>,
    pub arrows: Vec<MapArrow>,
    pub width: f32,
    pub height: f32,
    /// Times of the arrows that are shown, and of all.
    pub shown: u64,
    pub all: u64,
    /// Pairs of nodes that are shown, and all.
    pub shown_pairs: u32,
    pub all_pairs: u32,
}

/// A node of the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapNode {
    pub label: String,
    pub department: Option<u32>,
    /// Times that journeys come by, start and end here.
    pub stops: u64,
    pub starts: u64,
    pub ends: u64,
    /// Middle of the node.
    pub x: f32,
    pub y: f32,
    /// The label as far as it fits.
    pub short: String,
}

/// An arrow of the map, between nodes by their place in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapArrow {
    pub from: u32,
    pub to: u32,
    pub count: u64,
    /// Of what leaves the node, between 0 and 1.
    pub share: f64,
    pub median_seconds: Option<f64>,
    /// SVG path data.
    pub path: String,
    /// Whether it runs against the stream.
    pub back: bool,
    /// Whether its figure is written beside it, and where.
    pub figure: bool,
    pub x: f32,
    pub y: f32,
}
