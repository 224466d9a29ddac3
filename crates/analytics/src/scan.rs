//! Finding the stops of a few nodes in a long column.
//!
//! Most runs of stops hold none of them, and finding that out takes no branch a stop: the comparisons of a run are
//! one straight line that a processor does many of at once.

use crate::journeys::Node;

/// Stops that are looked at together, and those of them where something was found.
const RUN: usize = 64;
const SHORT: usize = 16;

/// Nodes that are compared with each stop; more of them are looked up in a table.
const FEW: usize = 4;

/// Nodes that are looked for.
pub(crate) struct Wanted<N> {
    few: Vec<N>,
    /// For each node, whether it is one of them.
    is: Vec<bool>,
}

impl<N: Node> Wanted<N> {
    /// One node.
    pub fn one(node: u32) -> Self {
        Self { few: vec![N::of(node)], is: Vec::new() }
    }

    /// All nodes that are marked.
    pub fn marked(is: Vec<bool>) -> Self {
        let mut few: Vec<N> = (0..).zip(&is).filter(|(_, is)| **is).map(|(node, _)| N::of(node)).collect();
        let is = if few.len() > FEW { is } else { Vec::new() };
        few.truncate(FEW);
        Self { few, is }
    }

    /// Calls `take` with each place of the column at which one of the nodes stands, in order.
    pub fn places(&self, column: &[N], mut take: impl FnMut(usize)) {
        match *self.few {
            _ if !self.is.is_empty() => {
                let places = column.iter().enumerate().filter(|(_, node)| self.is[node.at()]);
                places.for_each(|(place, _)| take(place));
            }
            [] => {}
            [one] => compared(column, [one], take),
            [one, ref others @ ..] => {
                let mut all = [one; FEW];
                all[1..=others.len()].copy_from_slice(others);
                compared(column, all, take);
            }
        }
    }
}

fn compared<N: Node, const MANY: usize>(column: &[N], wanted: [N; MANY], mut take: impl FnMut(usize)) {
    let is = |node: N| wanted.iter().fold(false, |found, &one| found | (node == one));
    let holds = |part: &[N]| part.iter().fold(false, |found, &node| found | is(node));
    for (number, run) in column.chunks(RUN).enumerate() {
        if !holds(run) {
            continue;
        }
        for (at, short) in run.chunks(SHORT).enumerate().filter(|(_, short)| holds(short)) {
            let from = number * RUN + at * SHORT;
            short.iter().enumerate().filter(|(_, node)| is(**node)).for_each(|(within, _)| take(from + within));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::Wanted;

    proptest! {
        #[test]
        fn every_place_is_found_in_order(
            column in prop::collection::vec(0_u16..9, 0..300),
            is in prop::collection::vec(any::<bool>(), 9),
        ) {
            let expected: Vec<usize> = (0..column.len()).filter(|&at| is[usize::from(column[at])]).collect();
            let mut found = Vec::new();
            Wanted::marked(is).places(&column, |place| found.push(place));
            assert_eq!(found, expected);
            let expected: Vec<usize> = (0..column.len()).filter(|&at| column[at] == 3).collect();
            let mut found = Vec::new();
            Wanted::one(3).places(&column, |place| found.push(place));
            assert_eq!(found, expected);
        }
    }
}
