//! The answers: a Sankey with its drawing, transitions, who is behind a figure, and one customer's history.

use serde::{Deserialize, Serialize};

use super::compare::{CompareView, MapView};
use super::query::ExploreQuery;
use super::saved::SavedView;

/// Everything the journeys page shows for one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JourneysView {
    pub query: ExploreQuery,
    pub period: Period,
    /// Events and customers within period, source and rights.
    pub events: u64,
    pub customers: u64,
    /// The figures of a form other than the flow.
    pub shown: Shown,
    /// The journeys behind a figure of such a form.
    pub opened: Option<Opened>,
    /// Absent where the question can't be drawn, or another form was asked for; `hint` says why.
    pub sankey: Option<SankeyView>,
    pub hint: Option<crate::UserError>,
    /// The same nodes and links in place: side by side, and top to bottom for narrow screens.
    pub wide: Drawing,
    pub tall: Drawing,
    pub departments: Vec<Department>,
    /// Nodes to choose an anchor from, by number of events.
    pub anchors: Vec<Choice>,
    pub sources: Vec<String>,
    /// Names of the saved segments.
    pub segments: Vec<String>,
    /// Which journeys count, in words.
    pub segment_words: String,
    pub views: Vec<SavedView>,
    /// Whether a log says what opens a case.
    pub has_cases: bool,
    pub may_export: bool,
    pub selected: Option<Behind>,
    /// Version of the events that the figures are made of.
    pub version: u64,
    /// Any events at all, in scope or not: tells "nothing imported" from "nothing matches".
    pub any_events: bool,
    /// Time the server took to compute this, in milliseconds.
    pub took_ms: f64,
}

/// The figures of a form other than the flow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Shown {
    #[default]
    Nothing,
    Transitions(TransitionsView),
    Variants(VariantsView),
    Funnel(FunnelView),
    Between(BetweenView),
    Map(MapView),
    Compare(Box<CompareView>),
}

/// What `query variants --json` prints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VariantsView {
    pub journeys: u64,
    /// Different variants, of which the list may hold the first thousands.
    pub different: u64,
    pub variants: Vec<VariantView>,
}

/// One sequence of nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantView {
    pub nodes: Vec<String>,
    pub count: u64,
    /// Of all journeys, between 0 and 1.
    pub share: f64,
    /// Of all journeys, this variant and all larger ones together.
    pub covered: f64,
    pub median_seconds: f64,
    /// Department of each node.
    pub departments: Vec<Option<u32>>,
}

/// What `query funnel --json` prints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FunnelView {
    pub journeys: u64,
    pub steps: Vec<FunnelStep>,
}

/// One step of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunnelStep {
    pub node: String,
    pub department: Option<u32>,
    pub journeys: u64,
    /// Of those at the step before; of all journeys for the first.
    pub share: f64,
    /// Reached this step and not the next.
    pub left: u64,
    pub median_seconds: Option<f64>,
    pub p95_seconds: Option<f64>,
}

/// The time from one node to another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BetweenView {
    pub from: String,
    pub until: String,
    /// Journeys with the first node, and with the second after it.
    pub from_journeys: u64,
    pub journeys: u64,
    pub median_seconds: Option<f64>,
    pub p95_seconds: Option<f64>,
    /// (upper end in seconds, journeys).
    pub bars: Vec<(f64, u64)>,
}

/// The journeys behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub title: String,
    pub journeys: u64,
    pub customers: Vec<BehindCustomer>,
    pub page: u32,
    pub pages: u32,
}

/// The days that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First and last day, as `2026-03-01`; the data's own where not chosen.
    pub from: String,
    pub to: String,
    /// First and last day with data.
    pub data_from: String,
    pub data_to: String,
    pub time_zone: String,
}

/// Something to choose, with its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub label: String,
    pub department: Option<u32>,
    pub events: u64,
}

/// A department as charts colour it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    pub name: String,
    /// Place in the fixed palette; from 10 on, the same colours with a pattern.
    pub colour: u32,
}

/// The Sankey's figures. This is what `query sankey --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SankeyView {
    pub journeys: u64,
    pub columns: Vec<ColumnView>,
    pub nodes: Vec<NodeView>,
    pub links: Vec<LinkView>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnView {
    pub step: i32,
    pub journeys: u64,
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Node,
    Other,
    Ended,
    Started,
}

/// One node of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    pub id: String,
    pub kind: NodeKind,
    pub step: i32,
    pub label: String,
    pub journeys: u64,
    /// Index into the view's departments; none for nodes of several or no departments.
    pub department: Option<u32>,
    /// How many nodes Other holds.
    pub holds: Option<u32>,
    /// Immediate repeats folded into it.
    pub repeats: u64,
    /// Journeys that start and end here.
    pub starts: u64,
    pub ends: u64,
}

/// Journeys between two nodes of neighbouring steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkView {
    pub source: String,
    pub target: String,
    pub journeys: u64,
    /// Of the journeys at the node it leaves, between 0 and 1.
    pub share: f64,
    pub median_seconds: Option<f64>,
    pub p95_seconds: Option<f64>,
    /// Share of its journeys that change department, between 0 and 1.
    pub handoff_share: f64,
    /// Journeys whose customer had an open case when they reached the node that the link leaves; where it was asked for,
    /// and a log says what opens a case.
    pub open: Option<u64>,
}

/// Where nodes and links stand, in pixels. Same order as the view's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    pub width: f32,
    pub height: f32,
    /// Position of each column's nodes along the direction of flow.
    pub columns: Vec<f32>,
    pub nodes: Vec<DrawnNode>,
    pub links: Vec<DrawnLink>,
    /// Nodes drawn larger than their size, so that they can be hit.
    pub held: u32,
}

/// A node in its place: `at` along the flow, `start` and `length` across it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DrawnNode {
    pub at: f32,
    pub start: f32,
    pub length: f32,
    /// Text that fits beside it without touching another label; empty where none does.
    pub label: String,
}

/// A link in its place, across the flow at both ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DrawnLink {
    pub source_start: f32,
    pub target_start: f32,
    pub thickness: f32,
}

/// For a node or link: how many of its journeys flow through each link of the drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    pub journeys: u64,
    /// In the order of the view's links.
    pub through: Vec<u64>,
    /// Median and 95th percentile of the seconds to the next stop; for a link, of the time that it takes.
    pub seconds: Option<(f64, f64)>,
}

/// What the side panel shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Behind {
    pub title: String,
    pub kind: NodeKind,
    pub is_link: bool,
    pub department: Option<u32>,
    pub to_department: Option<u32>,
    pub step: i32,
    pub journeys: u64,
    /// Share of the journeys at that step, or at the node that the link leaves; between 0 and 1.
    pub share: f64,
    pub share_of: u64,
    pub repeats: u64,
    /// Time from the stop before, to the stop after; for a link, `time_after` is the time it takes.
    pub time_before: Option<(f64, f64)>,
    pub time_after: Option<(f64, f64)>,
    pub handoff_share: Option<f64>,
    /// Share of the journeys whose customer had an open case then, where a log says what opens one.
    pub open_share: Option<f64>,
    pub before: Vec<NeighbourView>,
    pub after: Vec<NeighbourView>,
    pub flow: Flow,
    /// One page of the customers.
    pub customers: Vec<BehindCustomer>,
    pub page: u32,
    pub pages: u32,
    /// Label to anchor at, where it is an ordinary node.
    pub anchor: Option<String>,
}

/// What comes next to a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighbourView {
    pub id: String,
    pub label: String,
    pub department: Option<u32>,
    pub journeys: u64,
    /// Of the node's journeys, between 0 and 1.
    pub share: f64,
}

/// A customer behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BehindCustomer {
    /// Pseudonym.
    pub id: String,
    pub events: u32,
    /// When they reached the place, microseconds since 1970.
    pub at: i64,
}

/// One customer's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerView {
    pub id: String,
    /// Ids that are this one customer's.
    pub ids: u32,
    pub events: Vec<CustomerEvent>,
    /// All events, of which the list may hold the first thousands.
    pub total: u64,
    pub departments: Vec<Department>,
    pub time_zone: String,
}

/// One event of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerEvent {
    /// Microseconds since 1970.
    pub at: i64,
    /// The instant in the company's time zone, `2026-03-01 14:03:22`.
    pub local: String,
    pub source: String,
    pub activity: String,
    pub touchpoint: Option<String>,
    pub experience: Option<String>,
    pub failure: bool,
    pub department: Option<u32>,
    pub channel: Option<String>,
    pub stage: Option<String>,
    pub case: Option<String>,
    pub reason: Option<String>,
    pub text: Option<String>,
    pub duration_seconds: Option<f64>,
    /// In cents.
    pub cost: Option<i64>,
    pub attributes: Vec<(String, String)>,
}

/// What `query transitions --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransitionsView {
    pub journeys: u64,
    pub events: u64,
    pub transitions: Vec<TransitionView>,
    pub starts: Vec<NodeCount>,
    pub ends: Vec<NodeCount>,
}

/// `to` directly follows `from`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransitionView {
    pub from: String,
    pub to: String,
    pub count: u64,
    pub median_seconds: f64,
    pub p95_seconds: f64,
    pub handoff_share: f64,
}

/// Journeys at a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCount {
    pub node: String,
    pub count: u64,
}

impl Drawing {
    /// Thickness of nodes along the flow.
    pub const NODE: f32 = 10.0;

    /// A link's outline as SVG path data; `downward` where the flow runs from top to bottom.
    pub fn ribbon(&self, source: &DrawnNode, target: &DrawnNode, link: &DrawnLink, downward: bool) -> String {
        self.ribbon_part(source, target, link, 1.0, downward)
    }

    /// The outline of a part of a link, as of its thickness, between 0 and 1.
    pub fn ribbon_part(
        &self,
        source: &DrawnNode,
        target: &DrawnNode,
        link: &DrawnLink,
        part: f32,
        downward: bool,
    ) -> String {
        let (from, to) = (source.at + Self::NODE, target.at);
        let middle = f32::midpoint(from, to);
        let thickness = (link.thickness * part).max(0.5);
        let (a, b) = (link.source_start, link.target_start);
        let (c, d) = (b + thickness, a + thickness);
        if downward {
            format!(
                "M{a:.1} {from:.1}C{a:.1} {middle:.1} {b:.1} {middle:.1} {b:.1} {to:.1}L{c:.1} {to:.1}C{c:.1} {middle:.1} {d:.1} {middle:.1} {d:.1} {from:.1}Z"
            )
        } else {
            format!(
                "M{from:.1} {a:.1}C{middle:.1} {a:.1} {middle:.1} {b:.1} {to:.1} {b:.1}L{to:.1} {c:.1}C{middle:.1} {c:.1} {middle:.1} {d:.1} {from:.1} {d:.1}Z"
            )
        }
    }
}
