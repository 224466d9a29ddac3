//! Transitions and variants.

use std::collections::BTreeMap;

use analytics::transitions::{Figure, behind, transitions};
use analytics::variants::{Loops, followers, variants};
use analytics::{Repeats, Selection, Times};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

use crate::logs::{Ground, OWNERS, columns, journey, logs};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn transitions_equal_the_oracle(log in logs(), keep in any::<bool>(), from in 0..40_i64, length in 0..40_i64) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let selection = Selection { from: Some(from), until: Some(from + length), repeats, ..Selection::default() };
        let ground = Ground::of(columns(&log), &selection);
        let found = transitions(&ground.basis(), Times::Measure);
        let counted = transitions(&ground.basis(), Times::Leave);
        let bare = |of: &[analytics::transitions::Transition]| -> Vec<_> {
            of.iter().map(|one| (one.from, one.to, one.count, one.handoffs)).collect()
        };
        prop_assert_eq!(bare(&found.transitions), bare(&counted.transitions));
        prop_assert_eq!((&found.starts, &found.ends), (&counted.starts, &counted.ends));
        for one in &found.transitions {
            let opened = behind(&ground.basis(), Figure::Pair(one.from, one.to));
            prop_assert_eq!(opened.len() as u64, one.count);
        }
        for &(node, count) in &found.starts {
            prop_assert_eq!(behind(&ground.basis(), Figure::Start(node)).len() as u64, count);
        }
        for &(node, count) in &found.ends {
            prop_assert_eq!(behind(&ground.basis(), Figure::End(node)).len() as u64, count);
        }
        let mut expected: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
        let (mut journeys, mut events) = (0, 0);
        let mut starts: BTreeMap<u32, u64> = BTreeMap::new();
        for customer in &log {
            let within: Vec<(i64, u32)> =
                customer.iter().copied().filter(|(time, _)| (from..from + length).contains(time)).collect();
            let stops = journey(&within, repeats);
            journeys += u64::from(!stops.is_empty());
            events += within.len() as u64;
            if let Some(first) = stops.first() {
                *starts.entry(first.0).or_default() += 1;
            }
            for pair in stops.windows(2) {
                let (a, b) = (pair[0].0, pair[1].0);
                let (owner_a, owner_b) = (OWNERS[a as usize], OWNERS[b as usize]);
                let handed = owner_a != owner_b && owner_a != 0 && owner_b != 0;
                let entry = expected.entry((a, b)).or_default();
                entry.0 += 1;
                entry.1 += u64::from(handed);
            }
        }
        let got: BTreeMap<(u32, u32), (u64, u64)> =
            found.transitions.iter().map(|one| ((one.from, one.to), (one.count, one.handoffs))).collect();
        prop_assert_eq!(got, expected);
        prop_assert_eq!((found.selected.journeys, found.selected.events), (journeys, events));
        prop_assert_eq!(found.starts.into_iter().collect::<BTreeMap<_, _>>(), starts);
    }

    #[test]
    fn variants_equal_the_oracle_and_open(log in logs(), keep in any::<bool>()) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let found = variants(&ground.basis(), Loops::Keep, usize::MAX);
        let mut expected: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for events in &log {
            let nodes: Vec<u32> = journey(events, repeats).iter().map(|stop| stop.0).collect();
            if !nodes.is_empty() {
                *expected.entry(nodes).or_default() += 1;
            }
        }
        prop_assert_eq!(found.different, expected.len() as u64);
        prop_assert_eq!(found.variants.iter().map(|one| one.count).sum::<u64>(), found.selected.journeys);
        for one in &found.variants {
            prop_assert_eq!(expected.get(&one.nodes), Some(&one.count));
            let opened = followers(&ground.basis(), Loops::Keep, &one.nodes);
            prop_assert_eq!(opened.len() as u64, one.count);
        }
        // The same pairs of nodes in variants and transitions.
        let pairs: u64 = found.variants.iter().map(|one| one.count * (one.nodes.len() as u64 - 1)).sum();
        let counted: u64 = transitions(&ground.basis(), Times::Leave).transitions.iter().map(|one| one.count).sum();
        prop_assert_eq!(pairs, counted);
    }

    #[test]
    fn collapsed_loops_are_no_new_journeys(log in logs()) {
        let ground = Ground::of(columns(&log), &Selection::default());
        let kept = variants(&ground.basis(), Loops::Keep, usize::MAX);
        let folded = variants(&ground.basis(), Loops::Collapse, usize::MAX);
        prop_assert_eq!(folded.selected, kept.selected);
        assert!(folded.different <= kept.different);
        for one in &folded.variants {
            for block in 1..=one.nodes.len() / 2 {
                let again = one.nodes.windows(2 * block).any(|pair| pair[..block] == pair[block..]);
                assert!(!again || block > 8, "{:?}", one.nodes);
            }
        }
    }
}
