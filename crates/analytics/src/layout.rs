//! Where the nodes and links of a step-Sankey stand: positions along one axis (the breadth), column by
//! column. The caller decides which way the axis runs, so the same layout serves a wide and a tall drawing.
//!
//! The method is that of d3-sankey (iterative relaxation towards the linked neighbours, then resolution of
//! collisions), with columns given by step, and with Other, Ended and Started kept below the rest.

/// What one node needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// Size in journeys.
    pub value: f64,
    /// Nodes of a higher rank stand after those of a lower one: 0 ordinary, 1 Other, 2 Ended or Started.
    pub rank: u8,
}

/// A link between a node of `column` and a node of the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tie {
    pub column: usize,
    pub source: usize,
    pub target: usize,
    pub value: f64,
}

/// The room there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Length of the axis.
    pub breadth: f64,
    /// Gap between nodes, where it fits.
    pub gap: f64,
    /// Least length of a node, so that it can be hit.
    pub least: f64,
}

/// A stretch of the axis.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Span {
    pub start: f64,
    pub length: f64,
}

impl Span {
    fn centre(&self) -> f64 {
        self.start + self.length / 2.0
    }
    fn end(&self) -> f64 {
        self.start + self.length
    }
}

/// A link's two ends on the axis.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ribbon {
    pub source: Span,
    pub target: Span,
}

/// Everything in its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Node positions, by column and node.
    pub nodes: Vec<Vec<Span>>,
    /// Link positions, in the order of the ties.
    pub links: Vec<Ribbon>,
    /// Length a journey takes.
    pub scale: f64,
}

const ROUNDS: u32 = 6;

/// Lays out the columns.
pub fn layout(columns: &[Vec<Item>], ties: &[Tie], room: Room) -> Layout {
    let scale = scale(columns, room);
    let gap = gap(columns, room, scale);
    let mut nodes: Vec<Vec<Span>> = columns
        .iter()
        .map(|items| {
            let mut next = 0.0;
            items
                .iter()
                .map(|item| {
                    let span = Span { start: next, length: (item.value * scale).max(room.least) };
                    next = span.end() + gap;
                    span
                })
                .collect()
        })
        .collect();
    for column in 0..columns.len() {
        settle(&columns[column], &mut nodes[column], room.breadth, gap);
    }
    for round in 0..ROUNDS {
        let pull = 0.99_f64.powi(round as i32);
        for column in (0..columns.len().saturating_sub(1)).rev() {
            relax(column, &mut nodes, ties, pull, Towards::Targets);
            settle(&columns[column], &mut nodes[column], room.breadth, gap);
        }
        for column in 1..columns.len() {
            relax(column, &mut nodes, ties, pull, Towards::Sources);
            settle(&columns[column], &mut nodes[column], room.breadth, gap);
        }
    }
    let links = attach(&nodes, ties, scale);
    Layout { nodes, links, scale }
}

/// The largest length a journey can take so that every column fits, least lengths included.
fn scale(columns: &[Vec<Item>], room: Room) -> f64 {
    columns
        .iter()
        .filter(|items| !items.is_empty())
        .map(|items| {
            let gaps = (items.len() - 1) as f64 * room.gap.min(room.breadth / (2.0 * items.len() as f64));
            let mut left = (room.breadth - gaps).max(1.0);
            let mut value: f64 = items.iter().map(|item| item.value).sum();
            let mut scale = if value > 0.0 { left / value } else { 0.0 };
            // Nodes held up to the least length leave less room for the others; a few rounds settle it.
            for _ in 0..4 {
                let (held, free): (Vec<&Item>, Vec<&Item>) =
                    items.iter().partition(|item| item.value * scale < room.least);
                left = (room.breadth - gaps - held.len() as f64 * room.least).max(1.0);
                value = free.iter().map(|item| item.value).sum();
                if value > 0.0 {
                    scale = scale.min(left / value);
                }
            }
            scale
        })
        .fold(f64::INFINITY, f64::min)
        .min(room.breadth)
}

/// The gap that fits the fullest column.
fn gap(columns: &[Vec<Item>], room: Room, scale: f64) -> f64 {
    columns
        .iter()
        .filter(|items| items.len() > 1)
        .map(|items| {
            let used: f64 = items.iter().map(|item| (item.value * scale).max(room.least)).sum();
            (room.breadth - used) / (items.len() - 1) as f64
        })
        .fold(room.gap, f64::min)
        .max(0.0)
}

#[derive(Clone, Copy)]
enum Towards {
    Sources,
    Targets,
}

/// Moves a column's nodes towards the mean position of what they are linked with.
fn relax(column: usize, nodes: &mut [Vec<Span>], ties: &[Tie], pull: f64, towards: Towards) {
    let mut sums = vec![(0.0, 0.0); nodes[column].len()];
    for tie in ties {
        let (own, other, there) = match towards {
            Towards::Sources if tie.column + 1 == column => (tie.target, tie.source, column - 1),
            Towards::Targets if tie.column == column => (tie.source, tie.target, column + 1),
            _ => continue,
        };
        sums[own].0 += nodes[there][other].centre() * tie.value;
        sums[own].1 += tie.value;
    }
    for (span, (sum, weight)) in nodes[column].iter_mut().zip(sums) {
        if weight > 0.0 {
            span.start += (sum / weight - span.centre()) * pull;
        }
    }
}

/// Orders a column by (rank, position), then pushes its nodes apart and into the room.
fn settle(items: &[Item], spans: &mut [Span], breadth: f64, gap: f64) {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by(|&a, &b| {
        items[a].rank.cmp(&items[b].rank).then(spans[a].centre().total_cmp(&spans[b].centre())).then(a.cmp(&b))
    });
    let mut least = 0.0;
    for &at in &order {
        // Ended and Started sink to the foot of the drawing.
        if items[at].rank == 2 {
            spans[at].start = breadth;
        }
        spans[at].start = spans[at].start.max(least);
        least = spans[at].end() + gap;
    }
    let mut most = breadth;
    for &at in order.iter().rev() {
        spans[at].start = spans[at].start.min(most - spans[at].length);
        most = spans[at].start - gap;
    }
    // A column that is too full by rounding is stacked from the top.
    if let Some(&first) = order.first()
        && spans[first].start < 0.0
    {
        let mut next = 0.0;
        for &at in &order {
            spans[at].start = next;
            next = spans[at].end() + gap;
        }
    }
}

/// Stacks the links at each end of each node, in the order of where they go, so that they don't cross there.
fn attach(nodes: &[Vec<Span>], ties: &[Tie], scale: f64) -> Vec<Ribbon> {
    let mut ribbons = vec![Ribbon::default(); ties.len()];
    let mut leaving: Vec<usize> = (0..ties.len()).collect();
    leaving.sort_by(|&a, &b| {
        let (a, b) = (&ties[a], &ties[b]);
        let (there_a, there_b) = (nodes[a.column + 1][a.target], nodes[b.column + 1][b.target]);
        (a.column, a.source)
            .cmp(&(b.column, b.source))
            .then(there_a.centre().total_cmp(&there_b.centre()))
            .then(a.target.cmp(&b.target))
    });
    let mut arriving: Vec<usize> = (0..ties.len()).collect();
    arriving.sort_by(|&a, &b| {
        let (a, b) = (&ties[a], &ties[b]);
        let (there_a, there_b) = (nodes[a.column][a.source], nodes[b.column][b.source]);
        (a.column, a.target)
            .cmp(&(b.column, b.target))
            .then(there_a.centre().total_cmp(&there_b.centre()))
            .then(a.source.cmp(&b.source))
    });
    for group in leaving.chunk_by(|&a, &b| (ties[a].column, ties[a].source) == (ties[b].column, ties[b].source))
    {
        let tie = &ties[group[0]];
        let mut at = first_edge(nodes[tie.column][tie.source], group, ties, scale);
        for &tie in group {
            ribbons[tie].source = Span { start: at, length: ties[tie].value * scale };
            at += ties[tie].value * scale;
        }
    }
    for group in
        arriving.chunk_by(|&a, &b| (ties[a].column, ties[a].target) == (ties[b].column, ties[b].target))
    {
        let tie = &ties[group[0]];
        let mut at = first_edge(nodes[tie.column + 1][tie.target], group, ties, scale);
        for &tie in group {
            ribbons[tie].target = Span { start: at, length: ties[tie].value * scale };
            at += ties[tie].value * scale;
        }
    }
    ribbons
}

/// Where the first link begins: the node's start, or centred on a node held up to the least length.
fn first_edge(node: Span, group: &[usize], ties: &[Tie], scale: f64) -> f64 {
    let total: f64 = group.iter().map(|&tie| ties[tie].value * scale).sum();
    let held = group.len() == 1 && total < node.length && node.length <= 3.0 + f64::EPSILON;
    if held { node.centre() - total / 2.0 } else { node.start }
}
