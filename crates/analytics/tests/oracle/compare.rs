//! Two sets of journeys against each other: figures by the definition, chance stays chance, and what was planted
//! is found.

use crate::logs::{Ground, Log, NODES, columns, logs};
use analytics::compare::{SIGNIFICANT, compare};
use analytics::sankey::{Direction, Kind, Request, sankey};
use analytics::{Selection, Times};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

/// Numbers that look random and are the same every time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % u64::from(bound)) as u32
    }
}

fn request() -> Request {
    Request {
        direction: Direction::Forward,
        anchor: None,
        steps: 6,
        top: 4,
        opened: Vec::new(),
        filters: Vec::new(),
        times: Times::Leave,
    }
}

/// Customers that walk about at random; `lured` percent of the steps go to node 3.
fn walkers(numbers: &mut Numbers, customers: u32, lured: u32) -> Log {
    (0..customers)
        .map(|_| {
            let length = 1 + numbers.below(8);
            (0..i64::from(length))
                .map(|time| (time, if numbers.below(100) < lured { 3 } else { numbers.below(NODES) }))
                .collect()
        })
        .collect()
}

/// Links whose difference is called significant.
fn significant(first: &Log, second: &Log) -> usize {
    let (first, second) =
        (Ground::of(columns(first), &Selection::default()), Ground::of(columns(second), &Selection::default()));
    let compared = compare(&first.basis(), &second.basis(), &request()).expect("a diagram");
    compared.links.iter().filter(|link| link.q < SIGNIFICANT).count()
}

#[test]
fn halves_of_the_same_show_nothing_and_a_planted_change_is_found() {
    let mut numbers = Numbers(20_261_123);
    let (mut quiet, mut found) = (0, 0);
    for _ in 0..200 {
        let (one, other) = (walkers(&mut numbers, 1000, 0), walkers(&mut numbers, 1000, 0));
        quiet += usize::from(significant(&one, &other) == 0);
        let changed = walkers(&mut numbers, 1000, 25);
        found += usize::from(significant(&one, &changed) > 0);
    }
    assert!(quiet >= 190, "nothing significant in {quiet} of 200 trials");
    assert!(found >= 190, "the planted change was found in {found} of 200 trials");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn each_side_keeps_its_figures(one in logs(), other in logs()) {
        let (first, second) =
            (Ground::of(columns(&one), &Selection::default()), Ground::of(columns(&other), &Selection::default()));
        let request = Request { top: NODES, ..request() };
        let compared = compare(&first.basis(), &second.basis(), &request).expect("a diagram");
        for (ground, side) in [(&first, 0), (&second, 1)] {
            let alone = sankey(&ground.basis(), &request).expect("a diagram");
            let of = |(a, b): (u64, u64)| if side == 0 { a } else { b };
            let mut expected: Vec<(i32, Kind, u64)> = Vec::new();
            for column in &alone.columns {
                expected.extend(column.nodes.iter().map(|node| (column.step, node.kind, node.journeys)));
            }
            let mut got = Vec::new();
            for (column, figures) in compared.whole.columns.iter().zip(&compared.nodes) {
                for (node, &both) in column.nodes.iter().zip(figures) {
                    if of(both) > 0 {
                        got.push((column.step, node.kind, of(both)));
                    }
                }
            }
            let key = |one: &(i32, Kind, u64)| format!("{one:?}");
            expected.sort_by_key(key);
            got.sort_by_key(key);
            prop_assert_eq!(got, expected);
            let flows: u64 = compared.links.iter().map(|link| of((link.first, link.second))).sum();
            prop_assert_eq!(flows, alone.links.iter().map(|link| link.journeys).sum::<u64>());
        }
    }
}
