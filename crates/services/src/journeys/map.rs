//! The transition map: arrows between nodes, as many as the chosen share asks for.

use analytics::Times;
use analytics::map::{Arrow, map as place};
use analytics::transitions::{measure, transitions};
use contract::journeys::{ExploreQuery, MapArrow, MapNode, MapView};

use super::Asked;
use super::draw::fit;
use super::shape::{seconds, share};

/// Distance between layers, at least and at most, and what they should fit into; size of a node, and room around.
const PITCH: (f64, f64) = (222.0, 260.0);
const FIT: f64 = 1000.0;
const WIDE: f64 = 150.0;
const HIGH: f64 = 34.0;
const MARGIN: f64 = 16.0;
/// Arrows that carry their figure in the drawing; the others tell it when pointed at.
const FIGURES: usize = 24;
/// Room for each node of the fullest layer.
const ROW: f64 = 58.0;

/// The map of the question's journeys.
pub fn map(asked: &Asked<'_>, query: &ExploreQuery) -> MapView {
    let basis = asked.basis();
    let mut found = transitions(&basis, Times::Leave);
    let wanted = f64::from(query.share) / 100.0;
    let rough = place(&found.transitions, wanted, 1.0);
    let mut of_layer = vec![0_u32; rough.layers];
    rough.places.iter().for_each(|node| of_layer[node.layer] += 1);
    let fullest = of_layer.iter().max().copied().unwrap_or(1).max(4);
    let breadth = f64::from(fullest) * ROW;
    let placed = place(&found.transitions, wanted, breadth);
    let mut kept: Vec<_> = placed.arrows.iter().map(|arrow| found.transitions[arrow.transition]).collect();
    measure(&basis, &mut kept);

    let nodes = asked.nodes();
    let mut stops = vec![0_u64; nodes.len()];
    let mut leaving = vec![0_u64; nodes.len()];
    for one in &found.transitions {
        stops[one.to as usize] += one.count;
        leaving[one.from as usize] += one.count;
    }
    let by_node = |list: &[(u32, u64)]| {
        let mut counts = vec![0_u64; nodes.len()];
        list.iter().for_each(|&(node, count)| counts[node as usize] += count);
        counts
    };
    let (starts, ends) = (by_node(&found.starts), by_node(&found.ends));
    // A journey comes by where it starts, and wherever a transition leads.
    stops.iter_mut().zip(&starts).for_each(|(stops, starts)| *stops += starts);
    let pitch = (FIT / placed.layers.saturating_sub(1).max(1) as f64).clamp(PITCH.0, PITCH.1);
    let x = |along: f64| MARGIN + WIDE / 2.0 + along * pitch;
    let mut written: Vec<(f64, f64)> = Vec::new();
    let of_places = placed.places.iter().map(|node| MapNode {
        label: nodes.label(node.node).to_owned(),
        department: nodes.department(node.node),
        stops: stops[node.node as usize],
        starts: starts[node.node as usize],
        ends: ends[node.node as usize],
        x: x(node.layer as f64) as f32,
        y: (node.middle + MARGIN) as f32,
        short: fit(nodes.label(node.node), WIDE - 18.0),
    });
    let arrows = placed.arrows.iter().zip(&kept).map(|(arrow, one)| {
        let points: Vec<(f64, f64)> =
            arrow.way.iter().map(|&(along, across)| (x(along), across + MARGIN)).collect();
        let (path, (label_x, label_y)) = line(arrow, &points);
        // The most frequent come first, and keep their figure where two would touch.
        let clear = |&(x, y): &(f64, f64)| (x - label_x).abs() > 44.0 || (y - label_y).abs() > 13.0;
        let figure = !arrow.back && written.len() < FIGURES && written.iter().all(clear);
        if figure {
            written.push((label_x, label_y));
        }
        MapArrow {
            figure,
            from: arrow.from as u32,
            to: arrow.to as u32,
            count: one.count,
            share: share(one.count, leaving[one.from as usize] + ends[one.from as usize]),
            median_seconds: one.time.map(|(median, _)| seconds(median)),
            path,
            back: arrow.back,
            x: label_x as f32,
            y: label_y as f32,
        }
    });
    let all_pairs = found.transitions.iter().filter(|one| one.from != one.to).count() as u32;
    let view = MapView {
        nodes: of_places.collect(),
        arrows: arrows.collect(),
        width: (x(placed.layers.saturating_sub(1) as f64) + WIDE / 2.0 + MARGIN + 30.0) as f32,
        height: (breadth + 2.0 * MARGIN) as f32,
        shown: placed.shown,
        all: placed.all,
        shown_pairs: placed.arrows.len() as u32,
        all_pairs,
    };
    found.transitions.clear();
    view
}

/// An arrow's line through its points, from the border of one node to that of the other, and the middle of it.
fn line(arrow: &Arrow, points: &[(f64, f64)]) -> (String, (f64, f64)) {
    let (mut points, last) = (points.to_vec(), points.len() - 1);
    let same_layer = (points[0].0 - points[last].0).abs() < 1.0;
    let out = if arrow.back && !same_layer { -1.0 } else { 1.0 };
    points[0].0 += out * WIDE / 2.0;
    points[last].0 += if same_layer { WIDE / 2.0 } else { -out * (WIDE / 2.0 + 7.0) };
    if same_layer {
        // Out to the side and back in, beside the layer.
        let ((x0, y0), (x1, y1)) = (points[0], points[last]);
        let bend = x0.max(x1) + 26.0;
        let middle = (bend - 6.0, f64::midpoint(y0, y1));
        return (
            format!("M{x0:.1} {y0:.1}C{bend:.1} {y0:.1} {bend:.1} {y1:.1} {:.1} {y1:.1}", x1 + 7.0),
            middle,
        );
    }
    // What runs against the stream passes beside what runs with it.
    let aside = if arrow.back { HIGH / 3.0 } else { 0.0 };
    points.iter_mut().for_each(|point| point.1 += aside);
    let mut path = format!("M{:.1} {:.1}", points[0].0, points[0].1);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let middle = f64::midpoint(x0, x1);
        path.push_str(&format!("C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}"));
    }
    let at = points.len() / 2;
    let (a, b) = (points[at - 1], points[at]);
    (path, (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)))
}
