//! Open cases: from the event that opens one to the event that closes it, or to the end of the data.

use std::collections::HashMap;

use crate::log::JourneyLog;

/// What an event does to its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    #[default]
    Nothing,
    Opens,
    Closes,
}

/// When each customer had a case open: spans without overlap, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenCases {
    /// Customer `c` owns the spans `offsets[c]..offsets[c + 1]`.
    offsets: Vec<u32>,
    /// From the opening on, to the closing: `from < time <= until` is open.
    spans: Vec<(i64, i64)>,
}

/// Follows every case through its customer's events. `turn` is by activity code. Events without a case belong to one that
/// the customer has as a whole.
pub fn open_cases(log: &JourneyLog, turn: &[Turn]) -> OpenCases {
    let (activities, cases, times) = (log.activities(), log.cases(), log.times());
    let end = log.span().map_or(0, |(_, last)| last + 1);
    let mut found = OpenCases { offsets: vec![0], spans: Vec::new() };
    let mut since: HashMap<u32, i64> = HashMap::new();
    let mut own: Vec<(i64, i64)> = Vec::new();
    for customer in 0..log.customers() {
        for event in log.of_customer(customer) {
            match turn.get(activities[event] as usize).copied().unwrap_or_default() {
                Turn::Nothing => {}
                Turn::Opens => {
                    since.entry(cases[event]).or_insert(times[event]);
                }
                Turn::Closes => own.extend(since.remove(&cases[event]).map(|from| (from, times[event]))),
            }
        }
        own.extend(since.drain().map(|(_, from)| (from, end)));
        own.sort_unstable();
        for (from, until) in own.drain(..) {
            let start = found.offsets[customer] as usize;
            match found.spans[start..].last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => found.spans.push((from, until)),
            }
        }
        found.offsets.push(found.spans.len() as u32);
    }
    found
}

impl OpenCases {
    fn of(&self, customer: usize) -> &[(i64, i64)] {
        match self.offsets.get(customer..customer + 2) {
            Some(&[from, to]) => &self.spans[from as usize..to as usize],
            _ => &[],
        }
    }

    /// Whether the customer had a case open, opened before this instant.
    pub fn is_open(&self, customer: usize, time: i64) -> bool {
        let spans = self.of(customer);
        let after = spans.partition_point(|&(from, _)| from < time);
        after > 0 && time <= spans[after - 1].1
    }

    /// Share of the customers' time with a case open: of each from its first event on, within the period. Of some
    /// customers, where these are given.
    pub fn share_of_time(
        &self,
        log: &JourneyLog,
        customers: Option<&[bool]>,
        from: i64,
        until: i64,
    ) -> Option<f64> {
        let (mut open, mut all) = (0.0, 0.0);
        for customer in 0..log.customers() {
            let events = log.of_customer(customer);
            if events.is_empty() || customers.is_some_and(|chosen| !chosen[customer]) {
                continue;
            }
            let from = from.max(log.times()[events.start]);
            if from >= until {
                continue;
            }
            all += (until - from) as f64;
            let within = |&(begin, end): &(i64, i64)| (end.min(until) - begin.max(from)).max(0) as f64;
            open += self.of(customer).iter().map(within).sum::<f64>();
        }
        (all > 0.0).then(|| open / all)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::{Turn, open_cases};
    use crate::log::JourneyLog;

    const TURNS: [Turn; 3] = [Turn::Nothing, Turn::Opens, Turn::Closes];

    /// Instant by instant: a case is open after an opening that no closing came after.
    fn naive(events: &[(i64, u32, u32)], time: i64, end: i64) -> bool {
        (0..3).any(|case| {
            let mut open_since: Option<i64> = None;
            let mut held = false;
            for &(at, activity, _) in events.iter().filter(|event| event.2 == case) {
                match (TURNS[activity as usize], open_since) {
                    (Turn::Opens, None) => open_since = Some(at),
                    (Turn::Closes, Some(from)) => {
                        held |= from < time && time <= at;
                        open_since = None;
                    }
                    _ => {}
                }
            }
            held || open_since.is_some_and(|from| from < time && time <= end)
        })
    }

    proptest! {
        #[test]
        fn cases_are_open_as_a_naive_reader_says(
            lives in prop::collection::vec(prop::collection::vec((0_i64..20, 0_u32..3, 0_u32..3), 0..12), 1..5),
            from in 0_i64..20,
            length in 1_i64..20,
        ) {
            let mut lives = lives;
            lives.iter_mut().for_each(|life| life.sort_by_key(|event| event.0));
            let mut offsets = vec![0_u32];
            for life in &lives {
                offsets.push(offsets[offsets.len() - 1] + life.len() as u32);
            }
            let all: Vec<(i64, u32, u32)> = lives.iter().flatten().copied().collect();
            let log = JourneyLog::new(
                offsets,
                all.iter().map(|event| event.0).collect(),
                all.iter().map(|event| event.1).collect(),
                all.iter().map(|event| event.2).collect(),
            )
            .expect("a log");
            let end = log.span().map_or(0, |(_, last)| last + 1);
            let open = open_cases(&log, &TURNS);
            let (mut held, mut whole) = (0_i64, 0_i64);
            for (customer, life) in lives.iter().enumerate() {
                for time in -1..25 {
                    assert_eq!(open.is_open(customer, time), naive(life, time, end), "customer {customer} at {time}");
                }
                let Some(first) = life.first().map(|event| event.0) else { continue };
                // An instant stands for the time up to it.
                for time in from.max(first) + 1..=from + length {
                    whole += 1;
                    held += i64::from(naive(life, time, end));
                }
            }
            let share = open.share_of_time(&log, None, from, from + length);
            assert_eq!(share.is_some(), whole > 0);
            if let Some(share) = share {
                assert!((share - held as f64 / whole as f64).abs() < 1e-12, "{share} of {held}/{whole}");
            }
        }
    }
}
