//! What happens at each place, against counting place by place.

use analytics::usage::{NOWHERE, Request, Usage, of_customers, used};
use proptest::prelude::{ProptestConfig, proptest};
use proptest::{prop_assert, prop_assert_eq};

use crate::logs::{Log, NODES, columns, logs};

/// Nodes 0 and 1 are one place; 5 is none.
const PLACE: [u32; NODES as usize] = [0, 0, 1, 2, 3, NOWHERE];
const FAILING: [bool; NODES as usize] = [false, true, false, false, true, true];
const CONTACT: [bool; NODES as usize] = [false, false, false, true, false, false];
const PLACES: u32 = 4;
const PARTS: u32 = 3;

fn naive(log: &Log, from: i64, until: i64, window: i64, place: u32) -> Usage {
    let mut found = Usage { parts: vec![0; PARTS as usize], ..Usage::default() };
    for events in log {
        let events: Vec<(i64, u32)> =
            events.iter().copied().filter(|(time, _)| (from..until).contains(time)).collect();
        let here: Vec<usize> = (0..events.len()).filter(|&at| PLACE[events[at].1 as usize] == place).collect();
        found.customers += u64::from(!here.is_empty());
        for &at in &here {
            let (time, node) = events[at];
            found.events += 1;
            found.failures += u64::from(FAILING[node as usize]);
            found.last = found.last.max(Some(time));
            // Parts in exact fractions.
            let part = (0..i64::from(PARTS))
                .rev()
                .find(|part| (time - from) * i64::from(PARTS) >= part * (until - from));
            found.parts[part.expect("a part") as usize] += 1;
        }
        for (at, (time, node)) in events.iter().enumerate() {
            let before = here.iter().any(|&other| other < at && time - events[other].0 <= window);
            found.contacts_after += u64::from(CONTACT[*node as usize] && before);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_place_is_counted_as_by_hand(log in logs(), from in 0..20_i64, length in 1..40_i64, window in 0..15_i64) {
        let (columns, class) = columns(&log);
        let until = from + length;
        let request = Request {
            class: &class,
            place: &PLACE,
            places: PLACES,
            failing: &FAILING,
            contact: &CONTACT,
            from,
            until,
            window,
            parts: PARTS,
        };
        let whole = used(&columns, &request);
        for place in 0..PLACES {
            prop_assert_eq!(&whole.places[place as usize], &naive(&log, from, until, window, place), "place {}", place);
        }
        let there = log.iter().filter(|events| events.iter().any(|(time, _)| (from..until).contains(time)));
        prop_assert_eq!(whole.customers, there.count() as u64);
        // Parts merge to the whole, wherever they are cut.
        let cut = columns.customers() / 3;
        let mut merged = of_customers(&columns, &request, 0..cut);
        merged.merge(&of_customers(&columns, &request, cut..columns.customers()));
        prop_assert_eq!(&merged, &whole);
        let sums: u64 = whole.places.iter().map(|one| one.parts.iter().map(|&n| u64::from(n)).sum::<u64>()).sum();
        prop_assert!(sums == whole.places.iter().map(|one| one.events).sum::<u64>());
    }
}
