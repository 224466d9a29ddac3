//! From the kernel's diagram to the view: ids, labels, seconds and shares.

use analytics::sankey::{Kind, Node, Sankey};
use contract::journeys::{ColumnView, LinkView, NodeKind, NodeView, SankeyView};

use super::nodes::Nodes;

pub fn seconds(micros: f64) -> f64 {
    micros / 1e6
}

pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Stable across questions: `STEP/n/LABEL`, `STEP/other`, `STEP/ended`, `STEP/started`.
pub fn id(nodes: &Nodes, step: i32, kind: Kind) -> String {
    match kind {
        Kind::Node(node) => format!("{step}/n/{}", nodes.label(node)),
        Kind::Other { .. } => format!("{step}/other"),
        Kind::Ended => format!("{step}/ended"),
        Kind::Started => format!("{step}/started"),
    }
}

pub fn label(nodes: &Nodes, kind: Kind) -> String {
    match kind {
        Kind::Node(node) => nodes.label(node).to_owned(),
        Kind::Other { nodes: 1 } => "Other (1 node)".to_owned(),
        Kind::Other { nodes } => format!("Other ({nodes} nodes)"),
        Kind::Ended => "Ended".to_owned(),
        Kind::Started => "Started".to_owned(),
    }
}

pub fn kind(kind: Kind) -> NodeKind {
    match kind {
        Kind::Node(_) => NodeKind::Node,
        Kind::Other { .. } => NodeKind::Other,
        Kind::Ended => NodeKind::Ended,
        Kind::Started => NodeKind::Started,
    }
}

pub fn department(nodes: &Nodes, kind: Kind) -> Option<u32> {
    match kind {
        Kind::Node(node) => nodes.department(node),
        _ => None,
    }
}

pub fn sankey(nodes: &Nodes, sankey: &Sankey) -> SankeyView {
    let columns = sankey.columns.iter().map(|of| ColumnView { step: of.step, journeys: of.journeys }).collect();
    let node = |step: i32, node: &Node| NodeView {
        id: id(nodes, step, node.kind),
        kind: kind(node.kind),
        step,
        label: label(nodes, node.kind),
        journeys: node.journeys,
        department: department(nodes, node.kind),
        holds: match node.kind {
            Kind::Other { nodes } => Some(nodes),
            _ => None,
        },
        repeats: node.repeats,
        starts: node.starts,
        ends: node.ends,
    };
    let all =
        sankey.columns.iter().flat_map(|column| column.nodes.iter().map(move |one| node(column.step, one)));
    let links = sankey.links.iter().map(|link| {
        let (from, to) = (&sankey.columns[link.column], &sankey.columns[link.column + 1]);
        let (source, target) = (&from.nodes[link.source], &to.nodes[link.target]);
        LinkView {
            source: id(nodes, from.step, source.kind),
            target: id(nodes, to.step, target.kind),
            journeys: link.journeys,
            share: share(link.journeys, source.journeys),
            median_seconds: link.time.map(|(median, _)| seconds(median)),
            p95_seconds: link.time.map(|(_, p95)| seconds(p95)),
            handoff_share: share(link.handoffs, link.journeys),
            open: None,
        }
    });
    SankeyView { journeys: sankey.journeys, columns, nodes: all.collect(), links: links.collect() }
}
