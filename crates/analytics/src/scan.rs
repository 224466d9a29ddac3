//! Finding the stops of a few nodes in a long column.
//!
//! The comparisons of a run of stops are one straight line that a processor does many of at once, and give a bit for
//! each stop: a run that holds none of the nodes costs one branch, and one that does one more for each place.

use crate::journeys::Node;

/// Stops that are looked at together: as many as a word has bits.
const RUN: usize = u64::BITS as usize;

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
    let (runs, rest) = column.as_chunks::<RUN>();
    for (number, run) in runs.iter().enumerate() {
        let mut places = bits(&run.map(|node| u8::from(is(node))));
        while places != 0 {
            take(number * RUN + places.trailing_zeros() as usize);
            places &= places - 1;
        }
    }
    let from = column.len() - rest.len();
    rest.iter().enumerate().filter(|(_, node)| is(**node)).for_each(|(at, _)| take(from + at));
}

/// The bits of a word, from the lowest on, of which each was a byte of 0 or 1.
fn bits(bytes: &[u8; RUN]) -> u64 {
    // Of eight bytes, the product's highest byte is made of each one's only bit, moved to its place.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (words, _) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    if words.clone().fold(0, |any, word| any | word) == 0 {
        return 0;
    }
    words.rev().fold(0, |bits, word| bits << 8 | word.wrapping_mul(GATHER) >> 56)
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
