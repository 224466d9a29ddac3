//! Walking a Sankey with the arrow keys: from a node along its largest link, from a link to its end, and
//! among neighbours across the flow.

/// A node or link, by its place in the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Node(usize),
    Link(usize),
}

impl Spot {
    /// Name of its element.
    pub fn id(self) -> String {
        match self {
            Self::Node(at) => format!("n{at}"),
            Self::Link(at) => format!("l{at}"),
        }
    }
}

/// A key, as seen from the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Onward,
    Back,
    Next,
    Previous,
}

/// Where a key leads. `nodes` are (column position, position across), `ends` the nodes of each link, `sizes`
/// the journeys of each link.
pub fn step(
    from: Spot,
    key: Key,
    nodes: &[(f32, f32)],
    ends: &[(usize, usize)],
    sizes: &[u64],
) -> Option<Spot> {
    match (from, key) {
        (Spot::Node(node), Key::Onward) => largest(ends, sizes, |(source, _)| source == node),
        (Spot::Node(node), Key::Back) => largest(ends, sizes, |(_, target)| target == node),
        (Spot::Link(link), Key::Onward) => Some(Spot::Node(ends[link].1)),
        (Spot::Link(link), Key::Back) => Some(Spot::Node(ends[link].0)),
        (Spot::Node(node), Key::Next | Key::Previous) => {
            let mut column: Vec<usize> = (0..nodes.len()).filter(|&at| nodes[at].0 == nodes[node].0).collect();
            column.sort_by(|&a, &b| nodes[a].1.total_cmp(&nodes[b].1));
            beside(&column, node, key).map(Spot::Node)
        }
        (Spot::Link(link), Key::Next | Key::Previous) => {
            let mut siblings: Vec<usize> = (0..ends.len()).filter(|&at| ends[at].0 == ends[link].0).collect();
            siblings.sort_by(|&a, &b| nodes[ends[a].1].1.total_cmp(&nodes[ends[b].1].1));
            beside(&siblings, link, key).map(Spot::Link)
        }
    }
}

fn largest(ends: &[(usize, usize)], sizes: &[u64], wanted: impl Fn((usize, usize)) -> bool) -> Option<Spot> {
    let links = (0..ends.len()).filter(|&at| wanted(ends[at]));
    links.max_by_key(|&at| (sizes[at], std::cmp::Reverse(at))).map(Spot::Link)
}

fn beside(order: &[usize], from: usize, key: Key) -> Option<usize> {
    let at = order.iter().position(|&one| one == from)?;
    match key {
        Key::Next => order.get(at + 1),
        _ => order.get(at.checked_sub(1)?),
    }
    .copied()
}

#[cfg(test)]
mod tests {
    use super::{Key, Spot, step};

    #[test]
    fn keys_walk_the_flow() {
        let nodes = [(0.0, 0.0), (0.0, 50.0), (1.0, 0.0), (1.0, 50.0)];
        let ends = [(0, 2), (0, 3), (1, 3)];
        let sizes = [5, 9, 1];
        let go = |from, key| step(from, key, &nodes, &ends, &sizes);
        assert_eq!(go(Spot::Node(0), Key::Onward), Some(Spot::Link(1)));
        assert_eq!(go(Spot::Link(1), Key::Onward), Some(Spot::Node(3)));
        assert_eq!(go(Spot::Node(3), Key::Back), Some(Spot::Link(1)));
        assert_eq!(go(Spot::Link(1), Key::Previous), Some(Spot::Link(0)));
        assert_eq!(go(Spot::Node(2), Key::Next), Some(Spot::Node(3)));
        assert_eq!(go(Spot::Node(2), Key::Onward), None);
        assert_eq!(go(Spot::Node(0), Key::Previous), None);
    }
}
