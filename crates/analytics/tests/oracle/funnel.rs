//! Funnels and the time between two nodes.

use analytics::between::{behind as behind_bar, between};
use analytics::funnel::{Part, Request, behind, funnel};
use analytics::{Repeats, Selection};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert_eq, proptest};

use crate::logs::{Ground, NODES, columns, logs};

fn requests() -> impl Strategy<Value = Request> {
    let step = prop::collection::vec(proptest::bool::weighted(0.3), NODES as usize);
    let window = prop::option::of(0..30_i64);
    (prop::collection::vec(step, 1..5), window).prop_map(|(steps, window)| Request { steps, window })
}

/// Steps reached from here on, trying every way.
fn furthest(events: &[(i64, u32)], request: &Request, step: usize, start: Option<i64>) -> usize {
    let Some(wanted) = request.steps.get(step) else { return step };
    let mut best = step;
    for (at, &(time, node)) in events.iter().enumerate() {
        let start = start.unwrap_or(time);
        if wanted[node as usize] && request.window.is_none_or(|window| time - start <= window) {
            best = best.max(furthest(&events[at + 1..], request, step + 1, Some(start)));
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn funnels_equal_the_oracle_and_open(log in logs(), request in requests(), keep in any::<bool>()) {
        // Whether repeats are folded must make no difference.
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let found = funnel(&ground.basis(), &request);
        let reached: Vec<usize> = log.iter().map(|events| furthest(events, &request, 0, None)).collect();
        for (step, figures) in found.steps.iter().enumerate() {
            let expected = reached.iter().filter(|&&reach| reach > step).count() as u64;
            prop_assert_eq!(figures.journeys, expected);
            let opened = behind(&ground.basis(), &request, Part::Reached(step));
            prop_assert_eq!(opened.len() as u64, expected);
            let left = behind(&ground.basis(), &request, Part::Left(step));
            let onward = found.steps.get(step + 1).map_or(0, |next| next.journeys);
            prop_assert_eq!(left.len() as u64, expected - onward);
        }
    }

    #[test]
    fn time_between_equals_the_oracle(log in logs(), a in 0..NODES, b in 0..NODES, keep in any::<bool>()) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let found = between(&ground.basis(), (a, b));
        for (bar, (_, journeys)) in found.bars.iter().enumerate() {
            prop_assert_eq!(behind_bar(&ground.basis(), (a, b), Some(bar)).len() as u64, *journeys);
        }
        let mut gaps = Vec::new();
        let mut from = 0;
        for events in &log {
            if let Some(at) = events.iter().position(|event| event.1 == a) {
                from += 1;
                if let Some(next) = events[at + 1..].iter().find(|event| event.1 == b) {
                    gaps.push(next.0 - events[at].0);
                }
            }
        }
        prop_assert_eq!((found.from, found.journeys), (from, gaps.len() as u64));
        prop_assert_eq!(found.bars.iter().map(|bar| bar.1).sum::<u64>(), gaps.len() as u64);
        gaps.sort_unstable();
        if let Some((median, _)) = found.time {
            let middle = (gaps.len() - 1) as f64 / 2.0;
            let expected = (gaps[middle.floor() as usize] + gaps[middle.ceil() as usize]) as f64 / 2.0;
            prop_assert_eq!(median, expected);
        }
    }
}
