//! Segments and followers against plain loops.

use std::sync::Arc;

use analytics::followed::followed;
use analytics::segment::{Condition, Join, Segment, What};
use analytics::{Repeats, Selection};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

use crate::logs::{Ground, Log, NODES, columns, logs};

/// A condition in the oracle's words: nodes as sets.
#[derive(Debug, Clone)]
enum Said {
    Has(Vec<bool>, u32),
    Never(Vec<bool>),
    Then(Vec<bool>, Vec<bool>, Option<i64>),
    NotThen(Vec<bool>, Vec<bool>, Option<i64>),
    NotBefore(Vec<bool>, Vec<bool>, Option<i64>),
    Latest(Vec<bool>, Vec<bool>),
    Starts(Vec<bool>),
    Ends(Vec<bool>),
}

fn said() -> impl Strategy<Value = Said> {
    let set = || prop::collection::vec(proptest::bool::weighted(0.3), NODES as usize);
    let within = || prop::option::of(0..15_i64);
    prop_oneof![
        (set(), 1..4_u32).prop_map(|(set, times)| Said::Has(set, times)),
        set().prop_map(Said::Never),
        (set(), set(), within()).prop_map(|(a, b, within)| Said::Then(a, b, within)),
        (set(), set(), within()).prop_map(|(a, b, within)| Said::NotThen(a, b, within)),
        (set(), set(), within()).prop_map(|(a, b, within)| Said::NotBefore(a, b, within)),
        (set(), set()).prop_map(|(of, what)| Said::Latest(of, what)),
        set().prop_map(Said::Starts),
        set().prop_map(Said::Ends),
    ]
}

fn then(events: &[(i64, u32)], a: &[bool], b: &[bool], within: Option<i64>) -> bool {
    (0..events.len()).any(|first| {
        (first + 1..events.len()).any(|second| {
            let gap = events[second].0 - events[first].0;
            a[events[first].1 as usize]
                && b[events[second].1 as usize]
                && within.is_none_or(|within| gap <= within)
        })
    })
}

fn holds(events: &[(i64, u32)], said: &Said) -> bool {
    let count = |set: &[bool]| events.iter().filter(|event| set[event.1 as usize]).count();
    match said {
        Said::Has(set, times) => count(set) >= *times as usize,
        Said::Never(set) => count(set) == 0,
        Said::Then(a, b, within) => then(events, a, b, *within),
        Said::NotThen(a, b, within) => count(a) > 0 && !then(events, a, b, *within),
        Said::NotBefore(a, b, within) => {
            let late = |at: usize| {
                (0..at).any(|before| {
                    a[events[before].1 as usize]
                        && within.is_none_or(|within| events[at].0 - events[before].0 <= within)
                })
            };
            let thens: Vec<usize> = (0..events.len()).filter(|&at| b[events[at].1 as usize]).collect();
            !thens.is_empty() && !thens.into_iter().any(late)
        }
        Said::Latest(of, what) => {
            let mut latest = false;
            for event in events {
                if of[event.1 as usize] {
                    latest = what[event.1 as usize];
                }
            }
            latest
        }
        Said::Starts(set) => events.first().is_some_and(|event| set[event.1 as usize]),
        Said::Ends(set) => events.last().is_some_and(|event| set[event.1 as usize]),
    }
}

/// The kernel's condition; events by class, or by marks, which must make no difference.
fn condition(said: &Said, nodes: &[u32], marked: bool) -> Condition {
    let what = |set: &[bool]| match marked {
        true => What::Marked(Arc::new(nodes.iter().map(|&node| set[node as usize]).collect())),
        false => What::Classes(set.to_vec()),
    };
    match said {
        Said::Has(set, times) => Condition::Has { what: what(set), times: *times },
        Said::Never(set) => Condition::Never { what: what(set) },
        Said::Then(a, b, within) => Condition::Then { first: what(a), then: what(b), within: *within },
        Said::NotThen(a, b, within) => Condition::NotThen { first: what(a), then: what(b), within: *within },
        Said::NotBefore(a, b, within) => {
            Condition::NotBefore { first: what(a), then: what(b), within: *within }
        }
        Said::Latest(of, set) => Condition::Latest { of: what(of), what: what(set) },
        Said::Starts(set) => Condition::Starts { what: what(set) },
        Said::Ends(set) => Condition::Ends { what: what(set) },
    }
}

fn customers(log: &Log, segment: Segment) -> Vec<u32> {
    let selection = Selection { segments: vec![segment], ..Selection::default() };
    let ground = Ground::of(columns(log), &selection);
    (0..ground.journeys.len()).map(|journey| ground.journeys.customer(journey)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn segments_equal_the_oracle(
        log in logs(),
        said in prop::collection::vec(said(), 1..4),
        any_of in any::<bool>(),
        marked in any::<bool>(),
    ) {
        let (_, nodes) = columns(&log);
        let join = if any_of { Join::Any } else { Join::All };
        let conditions = said.iter().map(|one| condition(one, &nodes, marked)).collect();
        let found = customers(&log, Segment { join, conditions });
        let expected: Vec<u32> = (0..)
            .zip(&log)
            .filter(|(_, events)| !events.is_empty())
            .filter(|(_, events)| {
                let mut all = said.iter().map(|one| holds(events, one));
                if any_of { all.any(|one| one) } else { all.all(|one| one) }
            })
            .map(|(customer, _)| customer)
            .collect();
        prop_assert_eq!(found, expected);
    }

    /// Node 0 is a look-up, 1 a contact, 2 the app: passed 0, then 1 within a day, never 2.
    #[test]
    fn looked_up_then_called_and_never_used_the_app(log in logs(), day in 1..20_i64) {
        let only = |node: usize| What::Classes((0..NODES as usize).map(|other| other == node).collect());
        let conditions = vec![
            Condition::Then { first: only(0), then: only(1), within: Some(day) },
            Condition::Never { what: only(2) },
        ];
        let found = customers(&log, Segment { join: Join::All, conditions });
        let mut expected = Vec::new();
        for (customer, events) in (0..).zip(&log) {
            let mut called = false;
            for (at, (looked, node)) in events.iter().enumerate() {
                for (called_at, then) in &events[at + 1..] {
                    called |= *node == 0 && *then == 1 && called_at - looked <= day;
                }
            }
            if called && events.iter().all(|(_, node)| *node != 2) {
                expected.push(customer);
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn followers_equal_the_oracle(
        log in logs(),
        outcome in prop::collection::vec(proptest::bool::weighted(0.3), NODES as usize),
        window in 0..20_i64,
        keep in any::<bool>(),
    ) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let found = followed(&ground.basis(), &outcome, window);
        for node in 0..NODES {
            let (mut all, mut hit) = (0, 0);
            for events in &log {
                for (at, event) in events.iter().enumerate().filter(|(_, event)| event.1 == node) {
                    all += 1;
                    let soon = |later: &(i64, u32)| outcome[later.1 as usize] && later.0 - event.0 <= window;
                    hit += u64::from(events[at + 1..].iter().any(soon));
                }
            }
            let of = found[node as usize];
            prop_assert_eq!((of.events, of.followed), (all, hit));
        }
    }
}
