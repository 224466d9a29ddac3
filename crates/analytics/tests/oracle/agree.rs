//! The same figure is the same number in every form: flow, transitions, funnel, and what opens behind it.

use std::collections::BTreeMap;

use analytics::funnel::{Part, Request as Funnel, behind as behind_step, funnel};
use analytics::sankey::{Direction, Kind, Occurrence, Request, Selector, behind, sankey};
use analytics::transitions::transitions;
use analytics::{Repeats, Selection, Times};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

use crate::logs::{Ground, NODES, columns, logs};

fn flow(anchor: Option<u32>) -> Request {
    Request {
        direction: Direction::Forward,
        anchor: anchor.map(|node| (node, Occurrence::First)),
        // Longer than any of the journeys: then the flow shows all of each.
        steps: 20,
        top: NODES,
        opened: Vec::new(),
        filters: Vec::new(),
        times: Times::Leave,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_figure_is_the_same_in_every_form(log in logs(), keep in any::<bool>()) {
        let repeats = if keep { Repeats::Keep } else { Repeats::Collapse };
        let ground = Ground::of(columns(&log), &Selection { repeats, ..Selection::default() });
        let basis = ground.basis();
        let found = transitions(&basis, Times::Leave);
        let drawn = sankey(&basis, &flow(None)).expect("a flow");
        let node = |kind: Kind| match kind {
            Kind::Node(node) => Some(node),
            _ => None,
        };

        // Links of all steps together are the transitions; first and last stops are starts and ends.
        let mut pairs: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for link in &drawn.links {
            let (from, to) = (&drawn.columns[link.column], &drawn.columns[link.column + 1]);
            if let (Some(from), Some(to)) = (node(from.nodes[link.source].kind), node(to.nodes[link.target].kind)) {
                *pairs.entry((from, to)).or_default() += link.journeys;
            }
        }
        let counted: BTreeMap<(u32, u32), u64> =
            found.transitions.iter().map(|one| ((one.from, one.to), one.count)).collect();
        prop_assert_eq!(pairs, counted);
        let mut ends: BTreeMap<u32, u64> = BTreeMap::new();
        let mut starts: BTreeMap<u32, u64> = BTreeMap::new();
        for of in drawn.columns.iter().flat_map(|column| &column.nodes) {
            if let Some(at) = node(of.kind) {
                *ends.entry(at).or_default() += of.ends;
                *starts.entry(at).or_default() += of.starts;
            }
        }
        let listed = |list: &[(u32, u64)]| list.iter().copied().collect::<BTreeMap<u32, u64>>();
        ends.retain(|_, many| *many > 0);
        starts.retain(|_, many| *many > 0);
        prop_assert_eq!(ends, listed(&found.ends));
        prop_assert_eq!(starts, listed(&found.starts));

        // A journey that holds a node is in its flow, and reaches it in a funnel; as many open behind either.
        for anchor in 0..NODES {
            let of_it = sankey(&basis, &flow(Some(anchor))).expect("a flow");
            let step = |node: u32| (0..NODES).map(|other| other == node).collect::<Vec<bool>>();
            let request = Funnel { steps: vec![step(anchor)], window: None };
            let reached = funnel(&basis, &request).steps[0].journeys;
            prop_assert_eq!(reached, of_it.journeys);
            prop_assert_eq!(behind_step(&basis, &request, Part::Reached(0)).len() as u64, reached);
            if reached > 0 {
                let listed = behind(&basis, &of_it, Selector::Node { column: 0, node: 0 }).expect("a node");
                prop_assert_eq!(listed.customers.len() as u64, reached);
            }

            // Who reaches a second node in a funnel is who has it anywhere after the first.
            let then = (anchor + 1) % NODES;
            let request = Funnel { steps: vec![step(anchor), step(then)], window: None };
            let both = funnel(&basis, &request).steps[1].journeys;
            let after = log.iter().filter(|events| {
                let first = events.iter().position(|event| event.1 == anchor);
                first.is_some_and(|first| events[first..].iter().any(|event| event.1 == then))
            });
            prop_assert_eq!(both, after.count() as u64);
        }
    }
}
