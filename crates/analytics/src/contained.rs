//! Containment of self-service: visits after which nobody had to ask a person.

use crate::log::JourneyLog;

/// Events nearer than this belong to one visit, in microseconds: half an hour.
const VISIT: i64 = 30 * 60 * 1_000_000;
/// A visit is contained where no contact comes within so long after it: a day.
const AFTER: i64 = 24 * 60 * 60 * 1_000_000;

/// Visits to one touchpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contained {
    pub visits: u64,
    /// Those without a contact in the day after.
    pub contained: u64,
}

/// Visits and their containment by touchpoint. `touchpoint` is what each class is of, by class; `contact` says which
/// classes are contacts. Only visits that end within the period count, and whose day after is in the data.
pub fn contained(
    log: &JourneyLog,
    class: &[u32],
    touchpoint: &[Option<u32>],
    contact: &[bool],
    touchpoints: usize,
    period: (i64, i64),
    customers: Option<&[bool]>,
) -> Vec<Contained> {
    let mut found = vec![Contained::default(); touchpoints];
    let Some((_, last)) = log.span() else { return found };
    let times = log.times();
    let mut contacts: Vec<i64> = Vec::new();
    // The end of the visit that goes on, by touchpoint; and which go on.
    let mut ends: Vec<Option<i64>> = vec![None; touchpoints];
    let mut going: Vec<u32> = Vec::new();
    for customer in (0..log.customers()).filter(|&at| customers.is_none_or(|chosen| chosen[at])) {
        let events = log.of_customer(customer);
        contacts.clear();
        contacts.extend(events.clone().filter(|&at| contact[class[at] as usize]).map(|at| times[at]));
        let mut finish = |at: u32, end: i64| {
            if end < period.0 || end >= period.1 || end + AFTER > last {
                return;
            }
            let next = contacts.partition_point(|&time| time <= end);
            let asked = contacts.get(next).is_some_and(|&time| time - end <= AFTER);
            let one = &mut found[at as usize];
            one.visits += 1;
            one.contained += u64::from(!asked);
        };
        for event in events {
            let Some(at) = touchpoint[class[event] as usize] else { continue };
            match &mut ends[at as usize] {
                Some(end) if times[event] - *end <= VISIT => *end = times[event],
                Some(end) => finish(at, std::mem::replace(end, times[event])),
                end => {
                    *end = Some(times[event]);
                    going.push(at);
                }
            }
        }
        for at in going.drain(..) {
            if let Some(end) = ends[at as usize].take() {
                finish(at, end);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::{AFTER, Contained, VISIT, contained};
    use crate::log::JourneyLog;

    /// Touchpoint 0 is the contact; times are in quarters of an hour.
    fn naive(lives: &[Vec<(i64, u32)>], period: (i64, i64), last: i64) -> Vec<Contained> {
        (0..3_u32)
            .map(|touchpoint| {
                let mut found = Contained::default();
                for life in lives {
                    let met: Vec<i64> =
                        life.iter().filter(|event| event.1 == touchpoint).map(|event| event.0).collect();
                    for (at, &end) in met.iter().enumerate() {
                        let goes_on = met.get(at + 1).is_some_and(|next| next - end <= VISIT);
                        if goes_on || end < period.0 || end >= period.1 || end + AFTER > last {
                            continue;
                        }
                        let asked = life.iter().any(|&(time, of)| of == 0 && time > end && time <= end + AFTER);
                        found.visits += 1;
                        found.contained += u64::from(!asked);
                    }
                }
                found
            })
            .collect()
    }

    proptest! {
        #[test]
        fn visits_are_counted_as_a_naive_reader_does(
            lives in prop::collection::vec(prop::collection::vec((0_i64..400, 0_u32..3), 0..30), 1..6),
            from in 0_i64..100,
        ) {
            const STEP: i64 = VISIT / 2;
            let mut lives = lives;
            for life in &mut lives {
                life.iter_mut().for_each(|event| event.0 *= STEP);
                life.sort_unstable();
            }
            let mut offsets = vec![0_u32];
            for life in &lives {
                offsets.push(offsets[offsets.len() - 1] + life.len() as u32);
            }
            let all: Vec<(i64, u32)> = lives.iter().flatten().copied().collect();
            let (times, class): (Vec<i64>, Vec<u32>) = all.iter().copied().unzip();
            let log = JourneyLog::new(offsets, times, class.clone(), vec![0; all.len()]).expect("a log");
            let period = (from * STEP, 350 * STEP);
            let last = log.span().map_or(0, |(_, last)| last);
            let of: Vec<Option<u32>> = (0..3).map(Some).collect();
            let found = contained(&log, &class, &of, &[true, false, false], 3, period, None);
            assert_eq!(found, naive(&lives, period, last));
        }
    }
}
