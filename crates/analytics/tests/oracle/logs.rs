//! Random logs, and journeys made of them as plainly as possible.

use analytics::{Basis, JourneyLog, Journeys, Projection, Repeats, Selection};
use proptest::prelude::{Strategy, prop};

pub const NODES: u32 = 6;

/// Customers with their (time, node) events, sorted by time.
pub type Log = Vec<Vec<(i64, u32)>>;

pub fn logs() -> impl Strategy<Value = Log> {
    let event = (0..40_i64, 0..NODES);
    let customer = prop::collection::vec(event, 0..14).prop_map(|mut events| {
        // Stable, so that equal times keep their order as a file's rows do.
        events.sort_by_key(|(time, _)| *time);
        events
    });
    prop::collection::vec(customer, 0..25)
}

pub fn columns(log: &Log) -> (JourneyLog, Vec<u32>) {
    let mut offsets = vec![0];
    let (mut times, mut nodes) = (Vec::new(), Vec::new());
    for events in log {
        times.extend(events.iter().map(|(time, _)| *time));
        nodes.extend(events.iter().map(|(_, node)| *node));
        offsets.push(times.len() as u32);
    }
    let cases = vec![0; times.len()];
    (JourneyLog::new(offsets, times, nodes.clone(), cases).expect("a log"), nodes)
}

pub const OWN: [u32; NODES as usize] = [0, 1, 2, 3, 4, 5];
/// Nodes 0 and 1 belong together, 5 to nobody.
pub const OWNERS: [u32; NODES as usize] = [1, 1, 2, 3, 3, 0];

pub fn projection(class: &[u32]) -> Projection<'_> {
    Projection { class, node: &OWN, owner: &OWNERS, nodes: NODES }
}

/// A log with its journeys, to be read by an analysis.
pub struct Ground {
    pub log: JourneyLog,
    pub class: Vec<u32>,
    pub journeys: Journeys,
}

impl Ground {
    pub fn of((log, class): (JourneyLog, Vec<u32>), selection: &Selection) -> Self {
        let journeys = Journeys::of(&log, &projection(&class), selection);
        Self { log, class, journeys }
    }

    pub fn basis(&self) -> Basis<'_> {
        Basis { log: &self.log, projection: projection(&self.class), journeys: &self.journeys }
    }
}

/// A stop of the oracle: node, first and last time.
pub fn journey(events: &[(i64, u32)], repeats: Repeats) -> Vec<(u32, i64, i64)> {
    let mut stops: Vec<(u32, i64, i64)> = Vec::new();
    for &(time, node) in events {
        match stops.last_mut() {
            Some(last) if last.0 == node && repeats == Repeats::Collapse => last.2 = time,
            _ => stops.push((node, time, time)),
        }
    }
    stops
}

/// The same log in columns, with a case for each event (0 for none).
pub fn columns_with_cases(log: &Log, cases: Vec<u32>) -> (JourneyLog, Vec<u32>) {
    let (plain, nodes) = columns(log);
    let mut offsets = vec![0];
    for events in log {
        offsets.push(offsets[offsets.len() - 1] + events.len() as u32);
    }
    let log = JourneyLog::new(offsets, plain.times().to_vec(), nodes.clone(), cases).expect("a log");
    (log, nodes)
}
