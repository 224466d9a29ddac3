//! The transition map: which transitions it keeps, and where its nodes stand.
//!
//! Nodes stand in layers, so that most arrows run one way (Sugiyama's scheme): arrows against the stream are found by
//! the greedy order of Eades, Lin and Smyth, layers by the longest way, and arrows over several layers pass through
//! places kept free for them. Order and position within the layers are those of the flow's drawing ([`crate::layout`]).

use crate::layout::{Item, Room, Tie, layout};
use crate::transitions::Transition;

/// A kept arrow, by numbers of the map's nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    pub from: usize,
    pub to: usize,
    /// Index into the transitions that it was made from.
    pub transition: usize,
    /// The points that it runs through, from node to node: along the stream and across it.
    pub way: Vec<(f64, f64)>,
    /// Whether it runs against the stream.
    pub back: bool,
}

/// A node in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Node of the projection.
    pub node: u32,
    /// Layer from 0, and the middle across the stream.
    pub layer: usize,
    pub middle: f64,
}

/// The map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    pub places: Vec<Place>,
    pub arrows: Vec<Arrow>,
    pub layers: usize,
    /// Times of the kept transitions, and of all.
    pub shown: u64,
    pub all: u64,
}

/// Arrows kept, at most: more can't be told apart.
const MOST_ARROWS: usize = 240;

/// Keeps the most frequent transitions (they come by count) until they are `share` of all, from 0 to 1, and places
/// them in a room of that breadth. Immediate repeats are no arrows.
pub fn map(transitions: &[Transition], share: f64, breadth: f64) -> Map {
    let moves = || transitions.iter().enumerate().filter(|(_, one)| one.from != one.to);
    let all: u64 = moves().map(|(_, one)| one.count).sum();
    let wanted = all as f64 * share.clamp(0.0, 1.0);
    let mut shown = 0;
    let kept: Vec<(usize, &Transition)> = moves()
        .take_while(|(_, one)| {
            let more = (shown as f64) < wanted;
            shown += if more { one.count } else { 0 };
            more
        })
        .take(MOST_ARROWS)
        .collect();
    let shown = kept.iter().map(|(_, one)| one.count).sum();
    let mut nodes: Vec<u32> = kept.iter().flat_map(|(_, one)| [one.from, one.to]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let at = |node: u32| nodes.partition_point(|&known| known < node);
    let arrows: Vec<(usize, usize, f64)> =
        kept.iter().map(|(_, one)| (at(one.from), at(one.to), one.count as f64)).collect();
    let order = stream(nodes.len(), &arrows);
    let with_stream: Vec<bool> = arrows.iter().map(|&(from, to, _)| order[from] < order[to]).collect();
    let layer = layers(nodes.len(), &arrows, &order);
    let placed = Placed::of(&layer, &arrows, breadth);
    let arrows =
        kept.iter().zip(&arrows).zip(with_stream).enumerate().map(|(number, ((kept, arrow), forward))| {
            let mut way: Vec<(f64, f64)> = placed.ways[number].clone();
            // Points run from the lower layer to the higher.
            if layer[arrow.0] > layer[arrow.1] {
                way.reverse();
            }
            Arrow { from: arrow.0, to: arrow.1, transition: kept.0, way, back: !forward }
        });
    Map {
        arrows: arrows.collect(),
        places: nodes
            .iter()
            .enumerate()
            .map(|(at, &node)| Place { node, layer: layer[at], middle: placed.middle[at] })
            .collect(),
        layers: layer.iter().max().map_or(0, |last| last + 1),
        shown,
        all,
    }
}

/// A place for each node in an order that few arrows, by weight, run against.
fn stream(nodes: usize, arrows: &[(usize, usize, f64)]) -> Vec<usize> {
    let mut left: Vec<bool> = vec![true; nodes];
    let (mut front, mut back) = (Vec::new(), Vec::new());
    while front.len() + back.len() < nodes {
        let mut out = vec![0.0; nodes];
        let mut into = vec![0.0; nodes];
        for &(from, to, weight) in arrows.iter().filter(|&&(from, to, _)| left[from] && left[to]) {
            out[from] += weight;
            into[to] += weight;
        }
        let candidates: Vec<usize> = (0..nodes).filter(|&node| left[node]).collect();
        let sink = candidates.iter().copied().find(|&node| out[node] == 0.0 && into[node] > 0.0);
        let source = candidates.iter().copied().find(|&node| into[node] == 0.0);
        let next = sink.or(source).or_else(|| {
            // What sends more than it gets comes first; ties by number.
            let gain = |node: usize| out[node] - into[node];
            candidates.into_iter().max_by(|&a, &b| gain(a).total_cmp(&gain(b)).then(b.cmp(&a)))
        });
        let Some(next) = next else { break };
        left[next] = false;
        if sink.is_some() { back.push(next) } else { front.push(next) }
    }
    let mut order = vec![0; nodes];
    for (place, node) in front.into_iter().chain(back.into_iter().rev()).enumerate() {
        order[node] = place;
    }
    order
}

/// Each node's layer: the longest way to it with the stream.
fn layers(nodes: usize, arrows: &[(usize, usize, f64)], order: &[usize]) -> Vec<usize> {
    let mut by_order: Vec<usize> = (0..nodes).collect();
    by_order.sort_unstable_by_key(|&node| order[node]);
    let mut layer = vec![0; nodes];
    for node in by_order {
        for &(from, to, _) in arrows {
            let (first, second) = if order[from] < order[to] { (from, to) } else { (to, from) };
            // Only arrows with the stream push a node on; the others find their way back.
            if first == node && order[from] < order[to] {
                layer[second] = layer[second].max(layer[first] + 1);
            }
        }
    }
    layer
}

struct Placed {
    middle: Vec<f64>,
    /// Of each arrow, the points from the lower layer to the higher.
    ways: Vec<Vec<(f64, f64)>>,
}

/// Size of a node across the stream, beside which a free place for an arrow is small.
const NODE: f64 = 1.0;
const FREE: f64 = 0.25;

impl Placed {
    fn of(layer: &[usize], arrows: &[(usize, usize, f64)], breadth: f64) -> Self {
        let count = layer.iter().max().map_or(0, |last| last + 1);
        let mut items: Vec<Vec<Item>> = vec![Vec::new(); count];
        let mut index = Vec::with_capacity(layer.len());
        for &at in layer {
            index.push(items[at].len());
            items[at].push(Item { value: NODE, rank: 0 });
        }
        let mut ties = Vec::new();
        // For each arrow, its places by layer.
        let mut passes: Vec<Vec<(usize, usize)>> = Vec::with_capacity(arrows.len());
        for &(from, to, weight) in arrows {
            let (low, high) = if layer[from] <= layer[to] { (from, to) } else { (to, from) };
            let mut pass = vec![(layer[low], index[low])];
            for (between, column) in items.iter_mut().enumerate().take(layer[high]).skip(layer[low] + 1) {
                pass.push((between, column.len()));
                column.push(Item { value: FREE, rank: 0 });
            }
            pass.push((layer[high], index[high]));
            for pair in pass.windows(2).filter(|pair| pair[0].0 < pair[1].0) {
                ties.push(Tie { column: pair[0].0, source: pair[0].1, target: pair[1].1, value: weight });
            }
            passes.push(pass);
        }
        let fullest = items.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64;
        let gap = (breadth / fullest * 0.35).min(26.0);
        let placed = layout(&items, &ties, Room { breadth, gap, least: 1.0 });
        let middle = |column: usize, at: usize| {
            let span = &placed.nodes[column][at];
            span.start + span.length / 2.0
        };
        Self {
            middle: layer.iter().zip(&index).map(|(&column, &at)| middle(column, at)).collect(),
            ways: passes
                .into_iter()
                .map(|pass| pass.into_iter().map(|(column, at)| (column as f64, middle(column, at))).collect())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::map;
    use crate::transitions::Transition;

    fn of(pairs: &[(u32, u32, u64)]) -> Vec<Transition> {
        let one =
            |&(from, to, count): &(u32, u32, u64)| Transition { from, to, count, handoffs: 0, time: None };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn a_chain_stands_in_its_order_and_its_way_back_runs_back() {
        let found = map(&of(&[(4, 2, 90), (2, 7, 80), (7, 4, 10), (7, 7, 500)]), 1.0, 400.0);
        assert_eq!((found.shown, found.all, found.layers), (180, 180, 3));
        let layer = |node: u32| found.places.iter().find(|place| place.node == node).map(|place| place.layer);
        assert_eq!((layer(4), layer(2), layer(7)), (Some(0), Some(1), Some(2)));
        let back: Vec<bool> = found.arrows.iter().map(|arrow| arrow.back).collect();
        assert_eq!(back, [false, false, true]);
        // The way back passes the layer between, and begins where it leaves.
        assert_eq!(found.arrows[2].way.len(), 3);
        assert_eq!(found.arrows[2].way[0].0, 2.0);
    }

    #[test]
    fn arrows_point_where_they_lead() {
        let found = map(&of(&[(1, 3, 100), (3, 4, 50), (4, 3, 40), (2, 1, 5)]), 1.0, 400.0);
        let layer = |at: usize| found.places[at].layer as f64;
        for arrow in &found.arrows {
            assert_eq!(arrow.way[0].0, layer(arrow.from), "{arrow:?}");
            assert_eq!(arrow.way[arrow.way.len() - 1].0, layer(arrow.to), "{arrow:?}");
        }
        // What nothing leads to comes first.
        assert_eq!(found.places.iter().find(|place| place.node == 2).map(|place| place.layer), Some(0));
    }

    #[test]
    fn the_share_says_how_much_is_kept() {
        let all = of(&[(0, 1, 60), (1, 2, 30), (2, 3, 9), (3, 0, 1)]);
        assert_eq!(map(&all, 0.5, 400.0).arrows.len(), 1);
        assert_eq!(map(&all, 0.9, 400.0).shown, 90);
        assert_eq!(map(&all, 1.0, 400.0).arrows.len(), 4);
        assert_eq!(map(&[], 1.0, 400.0).layers, 0);
    }
}
