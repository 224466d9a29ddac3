//! Weekly measures and neighbours, against counting by hand.

use analytics::measure::{Request, Week, neighbours, weekly};
use analytics::usage::NOWHERE;
use proptest::prelude::{ProptestConfig, proptest};
use proptest::prop_assert_eq;

use crate::logs::{Log, NODES, columns, logs};

/// Nodes 0 and 1 are one place, of which 1 is chosen; 5 is none.
const PLACE: [u32; NODES as usize] = [0, 0, 1, 2, 3, NOWHERE];
const CHOSEN: [bool; NODES as usize] = [false, true, true, true, true, true];
const WEEKS: [i64; 3] = [5, 12, 20];
const UNTIL: i64 = 33;
const WINDOW: i64 = 6;

fn by_hand(log: &Log) -> Vec<Week> {
    let mut weeks = vec![Week::default(); WEEKS.len()];
    for events in log {
        for (at, &(time, node)) in events.iter().enumerate() {
            let week = WEEKS.iter().rposition(|&start| start <= time);
            let Some(week) = week.filter(|_| PLACE[node as usize] == 0 && time < UNTIL) else { continue };
            weeks[week].events += 1;
            if !CHOSEN[node as usize] {
                continue;
            }
            weeks[week].chosen += 1;
            let rest = &events[at + 1..];
            let again = rest.iter().find(|(_, next)| PLACE[*next as usize] == 0 && CHOSEN[*next as usize]);
            weeks[week].repeated += u64::from(again.is_some_and(|(next, _)| next - time <= WINDOW));
            let other = rest.iter().find(|(_, next)| ![0, NOWHERE].contains(&PLACE[*next as usize]));
            weeks[week].gaps.extend(other.map(|(next, _)| next - time));
        }
    }
    weeks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn weeks_and_neighbours_are_as_by_hand(log in logs()) {
        let (columns, class) = columns(&log);
        let request = Request {
            class: &class,
            place: &PLACE,
            of: 0,
            chosen: &CHOSEN,
            weeks: &WEEKS,
            until: UNTIL,
            window: WINDOW,
        };
        let (mut found, mut wanted) = (weekly(&columns, &request), by_hand(&log));
        for week in found.iter_mut().chain(&mut wanted) {
            week.gaps.sort_unstable();
        }
        prop_assert_eq!(found, wanted);

        let (before, after) = neighbours(&columns, &class, &PLACE, 4, 0);
        let (mut came, mut went) = (vec![0; 4], vec![0; 4]);
        for events in &log {
            let mut places: Vec<u32> =
                events.iter().map(|(_, node)| PLACE[*node as usize]).filter(|&place| place != NOWHERE).collect();
            places.dedup();
            for pair in places.windows(2) {
                if pair[1] == 0 {
                    came[pair[0] as usize] += 1;
                }
                if pair[0] == 0 {
                    went[pair[1] as usize] += 1;
                }
            }
        }
        prop_assert_eq!((before, after), (came, went));
    }
}
