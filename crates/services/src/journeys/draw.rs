//! The drawing: pixels for nodes and links, and which labels fit. Side by side for wide screens, from top to
//! bottom for narrow ones.

use analytics::layout::{Item, Room, Tie, layout};
use analytics::sankey::{Kind, Sankey};
use contract::journeys::{Drawing, DrawnLink, DrawnNode, NodeView, SankeyView};

/// Thickness of a node along the flow.
const NODE: f64 = 10.0;
/// Least length of a node across the flow, so that it can be hit.
const LEAST: f64 = 3.0;
/// Advance of an average letter of the label font (12 px), and of one that is surely wide enough.
const LETTER: f64 = 6.4;
/// Room of the share that is written behind a label, `>99.9 %` at its longest.
const SHARE: f64 = 7.5 * LETTER;
/// Height of a label's line.
const LINE: f64 = 15.0;

struct Frame {
    /// Length across the flow.
    breadth: f64,
    /// Distance between columns.
    pitch: f64,
    gap: f64,
    /// Room kept free before the first and behind the last column.
    before: f64,
    after: f64,
    labels: Labels,
}

/// Where labels stand.
enum Labels {
    /// Beside the node, as wide as the pitch allows.
    Beside,
    /// Above the node, as wide as the free space around it.
    Above,
}

/// Both drawings.
pub fn both(sankey: &Sankey, view: &SankeyView) -> (Drawing, Drawing) {
    let columns = sankey.columns.len().max(1) as f64;
    let fullest = sankey.columns.iter().map(|column| column.nodes.len()).max().unwrap_or(0) as f64;
    let wide = Frame {
        breadth: (fullest * 34.0).clamp(360.0, 4000.0),
        // Ten steps fit on 1,440 px beside the navigation; more scroll sideways.
        pitch: (1180.0 / columns).clamp(118.0, 260.0),
        gap: 14.0,
        before: 1.0,
        after: (1180.0 / columns).clamp(118.0, 260.0) - NODE - 4.0,
        labels: Labels::Beside,
    };
    let tall = Frame {
        breadth: (fullest * 9.0).clamp(340.0, 2400.0),
        pitch: 112.0,
        gap: 5.0,
        before: 24.0,
        after: 12.0,
        labels: Labels::Above,
    };
    (draw(sankey, view, &wide), draw(sankey, view, &tall))
}

fn draw(sankey: &Sankey, view: &SankeyView, frame: &Frame) -> Drawing {
    let rank = |kind: Kind| match kind {
        Kind::Node(_) => 0,
        Kind::Other { .. } => 1,
        Kind::Ended | Kind::Started => 2,
    };
    let items: Vec<Vec<Item>> = sankey
        .columns
        .iter()
        .map(|column| {
            column
                .nodes
                .iter()
                .map(|node| Item { value: node.journeys as f64, rank: rank(node.kind) })
                .collect()
        })
        .collect();
    let ties: Vec<Tie> = sankey
        .links
        .iter()
        .map(|link| Tie {
            column: link.column,
            source: link.source,
            target: link.target,
            value: link.journeys as f64,
        })
        .collect();
    let placed = layout(&items, &ties, Room { breadth: frame.breadth, gap: frame.gap, least: LEAST });
    let at = |column: usize| frame.before + column as f64 * frame.pitch;
    let mut nodes = Vec::new();
    let mut held = 0;
    let mut named = view.nodes.iter();
    for (column, spans) in placed.nodes.iter().enumerate() {
        let views: Vec<&NodeView> = named.by_ref().take(spans.len()).collect();
        let labels = match frame.labels {
            Labels::Beside => beside(spans, &views, frame.pitch - NODE - 10.0),
            Labels::Above => above(spans, &views, frame.breadth),
        };
        for ((span, view), label) in spans.iter().zip(&views).zip(labels) {
            held += u32::from(view.journeys as f64 * placed.scale < LEAST);
            nodes.push(DrawnNode {
                at: round(at(column)),
                start: round(span.start),
                length: round(span.length),
                label,
            });
        }
    }
    let links = placed
        .links
        .iter()
        .map(|ribbon| DrawnLink {
            source_start: round(ribbon.source.start),
            target_start: round(ribbon.target.start),
            thickness: round(ribbon.source.length),
        })
        .collect();
    let depth = at(sankey.columns.len().saturating_sub(1)) + NODE + frame.after;
    let (width, height) = match frame.labels {
        Labels::Beside => (depth, frame.breadth),
        Labels::Above => (frame.breadth, depth),
    };
    Drawing {
        width: round(width),
        height: round(height),
        columns: (0..sankey.columns.len()).map(|column| round(at(column))).collect(),
        nodes,
        links,
        held,
    }
}

/// Labels beside nodes: the larger node keeps its label where two would touch.
fn beside(spans: &[analytics::layout::Span], views: &[&NodeView], room: f64) -> Vec<String> {
    let mut labels = vec![String::new(); spans.len()];
    let mut taken: Vec<f64> = Vec::new();
    for at in by_size(views) {
        let centre = spans[at].start + spans[at].length / 2.0;
        if taken.iter().all(|other| (other - centre).abs() >= LINE) {
            taken.push(centre);
            labels[at] = fit(&views[at].label, room - SHARE);
        }
    }
    labels
}

/// Labels above nodes: as long as they stay clear of labels of larger nodes.
fn above(spans: &[analytics::layout::Span], views: &[&NodeView], breadth: f64) -> Vec<String> {
    let mut labels = vec![String::new(); spans.len()];
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for at in by_size(views) {
        let start = spans[at].start.min(breadth - 40.0).max(0.0);
        let next = taken.iter().map(|&(from, _)| from).filter(|&from| from >= start).fold(breadth, f64::min);
        let clear = taken.iter().all(|&(from, until)| until <= start || from > start);
        let label = fit(&views[at].label, next - start - 6.0 - SHARE);
        if clear && label.chars().count() >= 4.min(views[at].label.chars().count()) {
            let length = label.chars().count() as f64 * LETTER + SHARE + 6.0;
            taken.push((start, start + length));
            labels[at] = label;
        }
    }
    labels
}

fn by_size(views: &[&NodeView]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..views.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(views[at].journeys), at));
    order
}

/// The text, or its beginning, as far as it fits.
pub fn fit(text: &str, room: f64) -> String {
    let most = (room / LETTER).floor().max(0.0) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    if most < 2 {
        return String::new();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{}\u{2026}", start.trim_end())
}

fn round(value: f64) -> f32 {
    ((value * 100.0).round() / 100.0) as f32
}
