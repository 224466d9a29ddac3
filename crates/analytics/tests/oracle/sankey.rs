//! Sankeys: same figures as the oracle, every node balances, and what is displayed is what opens.

use std::collections::BTreeMap;

use analytics::sankey::{Direction, Kind, Occurrence, Request, Sankey, Selector, StepFilter, behind, sankey};
use analytics::{Repeats, Selection, Times};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use crate::logs::{Ground, Log, NODES, columns, journey, logs};

fn requests() -> impl Strategy<Value = Request> {
    let direction = prop_oneof![Just(Direction::Forward), Just(Direction::Backward), Just(Direction::Both)];
    let occurrence = prop_oneof![Just(Occurrence::First), Just(Occurrence::Last)];
    let anchor = prop::option::of((0..NODES, occurrence));
    let opened = prop::collection::vec((-4..5_i32, 1..5_u32), 0..2);
    let filter = (-4..5_i32, prop::collection::vec(any::<bool>(), NODES as usize), any::<bool>());
    let filter = filter.prop_map(|(step, nodes, there)| StepFilter { step, nodes, there });
    let filters = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(filter, 1..3)];
    (direction, anchor, 1..6_u32, 1..5_u32, opened, filters).prop_map(
        |(direction, anchor, steps, top, opened, filters)| {
            let anchor =
                if direction == Direction::Both { anchor.or(Some((0, Occurrence::First))) } else { anchor };
            Request { direction, anchor, steps, top, opened, filters, times: Times::Measure }
        },
    )
}

/// Labelled stops by step, as the definitions say: a plain map from step to what stands there.
fn steps_of(stops: &[(u32, i64, i64)], request: &Request) -> Option<BTreeMap<i32, String>> {
    if stops.is_empty() {
        return None;
    }
    let at = match (request.anchor, request.direction) {
        (Some((node, Occurrence::First)), _) => stops.iter().position(|stop| stop.0 == node)?,
        (Some((node, Occurrence::Last)), _) => stops.iter().rposition(|stop| stop.0 == node)?,
        (None, Direction::Backward) => stops.len() - 1,
        (None, _) => 0,
    } as i32;
    let n = request.steps as i32;
    let (first, last, shift) = match request.direction {
        Direction::Forward => (1, n, 1),
        Direction::Backward => (-n, 0, 0),
        Direction::Both => (-n, n, 0),
    };
    let passes = request.filters.iter().all(|filter| {
        let stop = usize::try_from(filter.step - shift + at).ok().and_then(|stop| stops.get(stop));
        stop.is_some_and(|stop| filter.nodes[stop.0 as usize]) == filter.there
    });
    if !passes {
        return None;
    }
    let mut steps = BTreeMap::new();
    for step in first..=last {
        let stop = step - shift + at;
        if stop >= 0 && (stop as usize) < stops.len() {
            steps.insert(step, stops[stop as usize].0.to_string());
        } else if stop == -1 {
            steps.insert(step, "started".to_owned());
        } else if stop as usize == stops.len() && stop > 0 {
            steps.insert(step, "ended".to_owned());
        }
    }
    Some(steps)
}

/// (step of source, source, target) → journeys, by the definition.
fn oracle(log: &Log, request: &Request, repeats: Repeats) -> (u64, BTreeMap<(i32, String, String), u64>) {
    let journeys: Vec<BTreeMap<i32, String>> =
        log.iter().filter_map(|events| steps_of(&journey(events, repeats), request)).collect();
    let mut sizes: BTreeMap<i32, BTreeMap<String, u64>> = BTreeMap::new();
    for steps in &journeys {
        for (step, name) in steps {
            if name.parse::<u32>().is_ok() {
                *sizes.entry(*step).or_default().entry(name.clone()).or_default() += 1;
            }
        }
    }
    let mut kept: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for (step, sizes) in sizes {
        let mut order: Vec<(String, u64)> = sizes.into_iter().collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let top = request.opened.iter().rev().find(|(at, _)| *at == step).map_or(request.top, |(_, top)| *top);
        kept.insert(step, order.into_iter().take(top as usize).map(|(name, _)| name).collect());
    }
    let name = |step: i32, name: &String| match name.as_str() {
        "started" | "ended" => name.clone(),
        _ if kept[&step].contains(name) => name.clone(),
        _ => "other".to_owned(),
    };
    let mut links = BTreeMap::new();
    for steps in &journeys {
        for (step, here) in steps {
            if let Some(next) = steps.get(&(step + 1)) {
                *links.entry((*step, name(*step, here), name(step + 1, next))).or_default() += 1;
            }
        }
    }
    (journeys.len() as u64, links)
}

fn named(kind: Kind) -> String {
    match kind {
        Kind::Node(node) => node.to_string(),
        Kind::Other { .. } => "other".to_owned(),
        Kind::Ended => "ended".to_owned(),
        Kind::Started => "started".to_owned(),
    }
}

fn links(found: &Sankey) -> BTreeMap<(i32, String, String), u64> {
    let node = |column: usize, at: usize| named(found.columns[column].nodes[at].kind);
    found
        .links
        .iter()
        .map(|link| {
            let key = (
                found.columns[link.column].step,
                node(link.column, link.source),
                node(link.column + 1, link.target),
            );
            (key, link.journeys)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn sankey_equals_the_oracle_and_balances(log in logs(), request in requests(), keep in any::<bool>()) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let found = sankey(&ground.basis(), &request).expect("a diagram");
        let (journeys, expected) = oracle(&log, &request, repeats);
        prop_assert_eq!(found.journeys, journeys);
        prop_assert_eq!(links(&found), expected);
        let last = found.columns.len() - 1;
        for (column, of) in found.columns.iter().enumerate() {
            for (at, node) in of.nodes.iter().enumerate() {
                let flows = |wanted: &dyn Fn(&analytics::sankey::Link) -> bool| -> u64 {
                    found.links.iter().filter(|link| wanted(link)).map(|link| link.journeys).sum()
                };
                let in_flow = flows(&|link| link.column + 1 == column && link.target == at);
                let out_flow = flows(&|link| link.column == column && link.source == at);
                let anchor = match request.direction {
                    Direction::Forward => column == 0,
                    Direction::Backward => false,
                    Direction::Both => false,
                };
                // Every node but those at the edges of the view, and the ends themselves, has both sides.
                if column > 0 && node.kind != Kind::Started && !anchor {
                    prop_assert_eq!(in_flow, node.journeys, "in at {} {:?}", of.step, node.kind);
                }
                let onward = request.direction != Direction::Backward || of.step < 0;
                if column < last && node.kind != Kind::Ended && onward {
                    prop_assert_eq!(out_flow, node.journeys, "out at {} {:?}", of.step, node.kind);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// Leaving times out counts in one pass, measuring them in two: the same figures.
    #[test]
    fn one_pass_gives_what_two_give(log in logs(), request in requests(), keep in any::<bool>()) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let two = sankey(&ground.basis(), &request).expect("a diagram");
        let one = sankey(&ground.basis(), &Request { times: Times::Leave, ..request }).expect("a diagram");
        prop_assert_eq!(&one.columns, &two.columns);
        let bare = |found: &Sankey| -> Vec<_> {
            found.links.iter().map(|one| (one.column, one.source, one.target, one.journeys, one.handoffs)).collect()
        };
        prop_assert_eq!(bare(&one), bare(&two));
        for (column, of) in one.columns.iter().enumerate() {
            for node in &of.nodes {
                prop_assert!(node.starts <= node.journeys && node.ends <= node.journeys, "{column} {node:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn backward_is_forward_of_the_reversed_journey(log in logs(), steps in 1..6_u32, top in 1..5_u32) {
        let reversed: Log = log
            .iter()
            .map(|events| events.iter().rev().map(|(time, node)| (-time, *node)).collect())
            .collect();
        let plain = Ground::of(columns(&log), &Selection::default());
        let mirrored = Ground::of(columns(&reversed), &Selection::default());
        let backward = Request { direction: Direction::Backward, anchor: None, steps, top, opened: vec![], filters: vec![], times: Times::Measure };
        let forward = Request { direction: Direction::Forward, steps: steps + 1, ..backward.clone() };
        let back = sankey(&plain.basis(), &backward).expect("a diagram");
        let front = sankey(&mirrored.basis(), &forward).expect("a diagram");
        // Step -k of the one is step k + 1 of the other, and links turn round.
        let turned: BTreeMap<(i32, String, String), u64> = links(&front)
            .into_iter()
            .map(|((step, from, to), journeys)| {
                let name = |name: String| if name == "ended" { "started".to_owned() } else { name };
                ((-step, name(to), name(from)), journeys)
            })
            .collect();
        prop_assert_eq!(links(&back), turned);
    }

    #[test]
    fn what_is_displayed_is_what_opens(log in logs(), request in requests()) {
        let ground = Ground::of(columns(&log), &Selection::default());
        let found = sankey(&ground.basis(), &request).expect("a diagram");
        for (column, of) in found.columns.iter().enumerate() {
            for (node, shown) in of.nodes.iter().enumerate() {
                let selector = Selector::Node { column, node };
                let opened = behind(&ground.basis(), &found, selector).expect("behind");
                prop_assert_eq!(opened.customers.len() as u64, shown.journeys);
                for (at, link) in found.links.iter().enumerate() {
                    prop_assert!(opened.through[at] <= link.journeys);
                    if link.column == column && link.source == node {
                        prop_assert_eq!(opened.through[at], link.journeys);
                    }
                }
            }
        }
        for link in &found.links {
            let selector = Selector::Link { column: link.column, source: link.source, target: link.target };
            let opened = behind(&ground.basis(), &found, selector).expect("behind");
            prop_assert_eq!(opened.customers.len() as u64, link.journeys);
        }
    }
}
