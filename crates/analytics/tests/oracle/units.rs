//! Journeys of customers, of cases and of visits: each is the customers' figure of a log that was cut up by hand.

use std::collections::BTreeMap;

use analytics::transitions::transitions;
use analytics::{Selection, Times, Unit};
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert_eq, proptest};

use crate::logs::{Ground, Log, columns, columns_with_cases, logs};

/// A log and a case for each of its events.
fn logs_with_cases() -> impl Strategy<Value = (Log, Vec<u32>)> {
    logs().prop_flat_map(|log| {
        let events: usize = log.iter().map(Vec::len).sum();
        (proptest::strategy::Just(log), prop::collection::vec(0..4_u32, events))
    })
}

fn same(
    cut: &Log,
    whole: (analytics::JourneyLog, Vec<u32>),
    unit: Unit,
) -> Result<(), proptest::test_runner::TestCaseError> {
    let by_hand = Ground::of(columns(cut), &Selection::default());
    let expected = transitions(&by_hand.basis(), Times::Measure);
    let whole = Ground::of(whole, &Selection { unit, ..Selection::default() });
    let found = transitions(&whole.basis(), Times::Measure);
    prop_assert_eq!(found.selected, expected.selected);
    prop_assert_eq!(
        (found.transitions, found.starts, found.ends),
        (expected.transitions, expected.starts, expected.ends)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn cases_are_cut_out((log, cases) in logs_with_cases()) {
        let mut cut = Log::new();
        let mut at = 0;
        for events in &log {
            let mut by_case: BTreeMap<u32, Vec<(i64, u32)>> = BTreeMap::new();
            for event in events {
                if cases[at] != 0 {
                    by_case.entry(cases[at]).or_default().push(*event);
                }
                at += 1;
            }
            cut.extend(by_case.into_values());
        }
        same(&cut, columns_with_cases(&log, cases), Unit::Case)?;
    }

    #[test]
    fn visits_end_where_nothing_happens(log in logs(), gap in 0..12_i64) {
        let mut cut = Log::new();
        for events in &log {
            let mut last = None;
            for event in events {
                if last.is_none_or(|last: i64| event.0 - last > gap) {
                    cut.push(Vec::new());
                }
                last = Some(event.0);
                if let Some(visit) = cut.last_mut() {
                    visit.push(*event);
                }
            }
        }
        same(&cut, columns(&log), Unit::Visit { gap })?;
    }
}
