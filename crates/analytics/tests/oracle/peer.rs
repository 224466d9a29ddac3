//! The kernel against another implementation: the directly-follows graph of the crate `process_mining`.

use std::collections::{BTreeMap, BTreeSet};

use analytics::transitions::transitions;
use analytics::{Repeats, Selection, Times};
use process_mining::EventLog;
use process_mining::core::event_data::case_centric::{Event, Trace};
use process_mining::discovery::case_centric::dfg::discover_dfg;
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

use crate::logs::{Ground, columns, logs};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn transitions_are_the_directly_follows_graph(log in logs()) {
        let trace = |events: &Vec<(i64, u32)>| Trace {
            events: events.iter().map(|(_, node)| Event::new(node.to_string())).collect(),
            ..Trace::default()
        };
        let graph = EventLog { traces: log.iter().map(trace).collect(), ..EventLog::default() };
        let graph = discover_dfg(&graph);
        let node = |name: &str| name.parse::<u32>().expect("a number");
        let expected: BTreeMap<(u32, u32), u64> = graph
            .directly_follows_relations
            .iter()
            .map(|((from, to), &count)| ((node(from), node(to)), u64::from(count)))
            .collect();

        let keep = Selection { repeats: Repeats::Keep, ..Selection::default() };
        let ground = Ground::of(columns(&log), &keep);
        let found = transitions(&ground.basis(), Times::Leave);
        let counted: BTreeMap<(u32, u32), u64> =
            found.transitions.iter().map(|one| ((one.from, one.to), one.count)).collect();
        prop_assert_eq!(counted, expected);
        let names = |ends: &[(u32, u64)]| ends.iter().map(|(node, _)| node.to_string()).collect::<BTreeSet<_>>();
        prop_assert_eq!(names(&found.starts), graph.start_activities.into_iter().collect());
        prop_assert_eq!(names(&found.ends), graph.end_activities.into_iter().collect());
        let events: u64 = graph.activities.values().map(|&count| u64::from(count)).sum();
        prop_assert_eq!(found.selected.events, events);
    }
}
