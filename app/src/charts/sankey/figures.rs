//! What a node or link is, in a sentence: for the line above the drawing, and for screen readers.

use contract::journeys::{NodeView, SankeyView};

use crate::charts::walk::Spot;
use contract::format::{count, counted, duration, percent};

/// How long a link takes.
pub fn taking((median, p95): (f64, f64)) -> String {
    format!("median {}, 95 % within {}", duration(median), duration(p95))
}

/// A spot's figures in a sentence.
pub fn figures(sankey: &SankeyView, spot: Spot) -> String {
    match spot {
        Spot::Node(at) => {
            let NodeView { label, journeys, starts, ends, holds, .. } = &sankey.nodes[at];
            let share = percent(*journeys as f64 / sankey.journeys.max(1) as f64);
            let mut text = format!(
                "{label}: {}, {share} of {}",
                counted(*journeys, "journey", "journeys"),
                count(sankey.journeys)
            );
            if *starts > 0 {
                text.push_str(&format!("; {} start here", count(*starts)));
            }
            if *ends > 0 {
                text.push_str(&format!("; {} end here", count(*ends)));
            }
            if holds.is_some() {
                text.push_str("; click to open");
            }
            text
        }
        Spot::Link(at) => {
            let link = &sankey.links[at];
            let name = |id: &str| {
                sankey.nodes.iter().find(|node| node.id == id).map_or("", |node| node.label.as_str())
            };
            let mut text = format!(
                "{} → {}: {}, {} of those at {}",
                name(&link.source),
                name(&link.target),
                counted(link.journeys, "journey", "journeys"),
                percent(link.share),
                name(&link.source)
            );
            if link.handoff_share > 0.0 {
                text.push_str(&format!("; {} change department", percent(link.handoff_share)));
            }
            if let Some(open) = link.open {
                text.push_str(&format!(
                    "; {} with an open case",
                    percent(open as f64 / link.journeys.max(1) as f64)
                ));
            }
            text
        }
    }
}
