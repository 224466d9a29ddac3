//! What raises the rate of contacts: each candidate's rate ratio of the same customers inside and outside of the time
//! after it, what that makes of contacts, which candidates are symptoms of others, and how contacts are shared out.
//!
//! Associations, with how sure they are: nothing here says why.

mod causes;
pub mod rates;
mod spans;
mod split;

use std::ops::Range;

use rayon::prelude::*;

use crate::compare::benjamini_hochberg;
use crate::log::JourneyLog;
use crate::segment::What;
use rates::{Excess, Rate, Sums};
use spans::Span;

pub use split::{Share, Shared, Split, split};

/// The candidate of a class that is none.
pub const NONE: u32 = u32::MAX;

/// The q-value below which a candidate is called significant.
pub const SIGNIFICANT: f64 = 0.05;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Class of each event.
    pub class: &'a [u32],
    /// Candidate of each class, or [`NONE`].
    pub candidate: &'a [u32],
    /// Number of candidates.
    pub candidates: u32,
    /// The events that are to be explained.
    pub outcome: What,
    /// Customers that count, one mark each; all where absent.
    pub customers: Option<&'a [bool]>,
    /// First instant that counts, and the first that no longer does; else those of the log.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// For how long after it a candidate may count, in microseconds.
    pub window: i64,
}

/// What was found about a candidate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Driver {
    /// Events in the period.
    pub occurrences: u64,
    /// Customers with time at risk.
    pub exposed: u64,
    /// Customers whose window after the first occurrence is looked at whole, and those of them with an outcome in it.
    pub first: u64,
    pub followed: u64,
    /// Exposed customers without other time: they tell nothing about the ratio.
    pub only_at_risk: u64,
    /// Share of windows of that same length with an outcome, of customers not exposed.
    pub base: Option<f64>,
    /// Outcomes in time at risk.
    pub inside: u64,
    pub rate: Option<Rate>,
    /// The ratio with the window before each occurrence left out of the other time.
    pub rate_without_before: Option<f64>,
    pub q: f64,
    pub excess: Option<Excess>,
    /// The candidate of which this one is a symptom, and the ratio outside of that one's time at risk.
    pub explained_by: Option<(u32, Option<Rate>)>,
}

impl Driver {
    /// Whether it raises the rate by more than chance.
    pub fn is_significant(&self) -> bool {
        self.q < SIGNIFICANT && self.rate.is_some_and(|rate| rate.ratio > 1.0)
    }

    /// Whether contacts are shared out to it.
    pub fn is_cause(&self) -> bool {
        self.is_significant() && self.explained_by.is_none()
    }

    /// Whether leaving out the time before its occurrences changes the ratio by more than a third.
    pub fn depends_on_before(&self) -> bool {
        match (self.rate, self.rate_without_before) {
            (Some(rate), Some(other)) => (other / rate.ratio).max(rate.ratio / other) > 4.0 / 3.0,
            _ => false,
        }
    }
}

/// All candidates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drivers {
    /// Outcomes in the period.
    pub outcomes: u64,
    /// Customers with an event in the period or before it.
    pub customers: u64,
    /// By number of the candidate.
    pub drivers: Vec<Driver>,
}

/// One customer's outcomes, exposures and observation. Its room is used again.
#[derive(Debug, Default)]
struct Life {
    /// Time that is looked at.
    bounds: Span,
    /// All outcomes of the period, with their events; and the times of those that are looked at.
    outcomes: Vec<(i64, u32)>,
    times: Vec<i64>,
    /// (candidate, time), sorted.
    exposures: Vec<(u32, i64)>,
}

impl<'a> Request<'a> {
    /// First instant that counts, and the first that no longer does.
    fn period(&self, log: &JourneyLog) -> Span {
        let (first, last) = log.span().unwrap_or((0, -1));
        self.from.unwrap_or(first)..self.until.unwrap_or(last.saturating_add(1))
    }

    /// Reads a customer; whether it has any event before the period's end.
    fn read(&self, log: &JourneyLog, period: &Span, customer: usize, life: &mut Life) -> bool {
        life.outcomes.clear();
        life.times.clear();
        life.exposures.clear();
        let events = log.of_customer(customer);
        let counts = self.customers.is_none_or(|customers| customers[customer]);
        let Some(&first) = log.times().get(events.start).filter(|_| counts && !events.is_empty()) else {
            return false;
        };
        if first >= period.end {
            return false;
        }
        // The first event itself counts in no rate: a customer begins with it.
        life.bounds = period.start.max(first.saturating_add(1))..period.end;
        for event in events {
            let time = log.times()[event];
            if time >= period.end {
                break;
            }
            let class = self.class[event];
            if time >= period.start && self.outcome.is(self.class, event as u32) {
                life.outcomes.push((time, event as u32));
                if time >= life.bounds.start {
                    life.times.push(time);
                }
            }
            let candidate = self.candidate[class as usize];
            if candidate != NONE && time.saturating_add(self.window) >= period.start {
                life.exposures.push((candidate, time));
            }
        }
        life.exposures.sort_unstable();
        true
    }
}

impl Life {
    /// Each candidate that the customer met, with when.
    fn met(&self) -> impl Iterator<Item = (u32, &[(u32, i64)])> {
        self.exposures.chunk_by(|one, other| one.0 == other.0).map(|same| (same[0].0, same))
    }

    /// Time at risk after a candidate's occurrences.
    fn at_risk(&self, risk: &mut Vec<Span>, same: &[(u32, i64)], window: i64) {
        spans::after(risk, same.iter().map(|&(_, time)| time), window, &self.bounds);
    }

    /// Whether an outcome comes within the window after the first occurrence that is looked at; none where that window is
    /// not looked at whole.
    fn after_first(&self, same: &[(u32, i64)], window: i64) -> Option<bool> {
        let first = same.iter().map(|&(_, time)| time).find(|time| time + 1 >= self.bounds.start)?;
        if first + window >= self.bounds.end {
            return None;
        }
        let after = self.times.partition_point(|&time| time <= first);
        Some(self.times.get(after).is_some_and(|&time| time <= first + window))
    }

    /// Instants at which a window of full length could begin, and those of them whose window has an outcome.
    fn windows(&self, hits: &mut Vec<Span>, window: i64) -> (i64, i64) {
        let starts = self.bounds.start..self.bounds.end.saturating_sub(window).max(self.bounds.start);
        spans::before(hits, self.times.iter().map(|time| time - 1), window - 1, &starts);
        (starts.end - starts.start, spans::length(hits))
    }
}

/// Stretches of one customer and candidate, whose room is used again.
#[derive(Default)]
struct Stretches {
    risk: Vec<Span>,
    before: Vec<Span>,
    left_out: Vec<Span>,
}

/// Sums over some customers.
struct Part {
    outcomes: u64,
    customers: u64,
    /// Windows of all customers: instants that begin one, and those with an outcome.
    windows: (f64, f64),
    candidates: Vec<Tally>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    occurrences: u64,
    exposed: u64,
    first: u64,
    followed: u64,
    only_at_risk: u64,
    inside: u64,
    sums: Sums,
    without_before: Sums,
    /// Windows of exposed customers.
    windows: (f64, f64),
}

impl Part {
    fn new(candidates: u32) -> Self {
        let candidates = vec![Tally::default(); candidates as usize];
        Self { outcomes: 0, customers: 0, windows: (0.0, 0.0), candidates }
    }

    fn push(&mut self, life: &Life, period: &Span, window: i64, stretches: &mut Stretches) {
        let Stretches { risk, before, left_out } = stretches;
        self.customers += 1;
        self.outcomes += life.outcomes.len() as u64;
        let (starts, hits) = life.windows(before, window);
        let windows = (starts as f64, hits as f64);
        self.windows.0 += windows.0;
        self.windows.1 += windows.1;
        let whole = (life.bounds.end - life.bounds.start).max(0);
        for (candidate, same) in life.met() {
            let tally = &mut self.candidates[candidate as usize];
            tally.occurrences += same.iter().filter(|(_, time)| period.contains(time)).count() as u64;
            life.at_risk(risk, same, window);
            let t1 = spans::length(risk);
            if t1 == 0 {
                continue;
            }
            let n1 = spans::count(&life.times, risk);
            let n0 = life.times.len() as u64 - n1;
            tally.exposed += 1;
            if let Some(hit) = life.after_first(same, window) {
                tally.first += 1;
                tally.followed += u64::from(hit);
            }
            tally.only_at_risk += u64::from(t1 == whole);
            tally.inside += n1;
            tally.sums += Sums::of(n1, n0, t1, whole - t1);
            tally.windows.0 += windows.0;
            tally.windows.1 += windows.1;
            spans::before(before, same.iter().map(|&(_, time)| time), window, &life.bounds);
            spans::without(left_out, before, risk);
            let t0 = whole - t1 - spans::length(left_out);
            tally.without_before += Sums::of(n1, n0 - spans::count(&life.times, left_out), t1, t0);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.outcomes += other.outcomes;
        self.customers += other.customers;
        self.windows.0 += other.windows.0;
        self.windows.1 += other.windows.1;
        for (tally, more) in self.candidates.iter_mut().zip(&other.candidates) {
            tally.occurrences += more.occurrences;
            tally.exposed += more.exposed;
            tally.first += more.first;
            tally.followed += more.followed;
            tally.only_at_risk += more.only_at_risk;
            tally.inside += more.inside;
            tally.sums += more.sums;
            tally.without_before += more.without_before;
            tally.windows.0 += more.windows.0;
            tally.windows.1 += more.windows.1;
        }
    }

    fn finish(self) -> Drivers {
        let Self { outcomes, customers, windows, candidates } = self;
        let drivers = candidates.into_iter().map(|tally| {
            let rate = tally.sums.rate();
            let (starts, hits) = (windows.0 - tally.windows.0, windows.1 - tally.windows.1);
            Driver {
                occurrences: tally.occurrences,
                exposed: tally.exposed,
                first: tally.first,
                followed: tally.followed,
                only_at_risk: tally.only_at_risk,
                base: (starts > 0.0).then(|| hits / starts),
                inside: tally.inside,
                rate,
                rate_without_before: tally.without_before.rate().map(|rate| rate.ratio),
                q: 1.0,
                excess: rate.map(|rate| rate.excess(tally.inside)),
                explained_by: None,
            }
        });
        Drivers { outcomes, customers, drivers: drivers.collect() }
    }
}

/// Customers a task.
const CHUNK: usize = 4096;

/// Works on all customers, some at a time; results come in order of customers, so that sums are always the same.
fn over<T: Send>(log: &JourneyLog, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let chunks = log.customers().div_ceil(CHUNK);
    let range = |chunk: usize| chunk * CHUNK..((chunk + 1) * CHUNK).min(log.customers());
    (0..chunks).into_par_iter().map(|chunk| work(range(chunk))).collect()
}

/// The sums of some customers.
fn part_of(log: &JourneyLog, request: &Request<'_>, period: &Span, customers: Range<usize>) -> Part {
    let mut part = Part::new(request.candidates);
    let (mut life, mut stretches) = (Life::default(), Stretches::default());
    for customer in customers {
        if request.read(log, period, customer, &mut life) {
            part.push(&life, period, request.window, &mut stretches);
        }
    }
    part
}

/// Judges all candidates.
pub fn drivers(log: &JourneyLog, request: &Request<'_>) -> Drivers {
    let period = request.period(log);
    let window = request.window.max(1);
    let request = Request { window, ..request.clone() };
    let parts = over(log, |customers| part_of(log, &request, &period, customers));
    let mut whole = Part::new(request.candidates);
    parts.iter().for_each(|part| whole.merge(part));
    let sums: Vec<Sums> = whole.candidates.iter().map(|tally| tally.sums).collect();
    let mut found = whole.finish();
    // What never occurred is no test.
    let tested: Vec<usize> = (0..found.drivers.len()).filter(|&at| found.drivers[at].rate.is_some()).collect();
    let p: Vec<f64> =
        tested.iter().map(|&at| found.drivers[at].rate.map_or(1.0, |rate| rate.p_value())).collect();
    for (&at, q) in tested.iter().zip(benjamini_hochberg(&p)) {
        found.drivers[at].q = q;
    }
    causes::explain(log, &request, &period, &sums, &mut found.drivers);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop, proptest};

    use super::{Driver, NONE, Part, Request, drivers, part_of};
    use crate::log::JourneyLog;
    use crate::segment::What;

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
    }

    fn same(one: &Driver, other: &Driver) -> bool {
        let counts = |of: &Driver| {
            (of.occurrences, of.exposed, of.first, of.followed, of.only_at_risk, of.inside, of.rate.is_some())
        };
        let both = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => near(one, other),
            (one, other) => one == other,
        };
        counts(one) == counts(other)
            && both(one.base, other.base)
            && both(one.rate.map(|rate| rate.ratio), other.rate.map(|rate| rate.ratio))
            && both(one.rate.map(|rate| rate.high), other.rate.map(|rate| rate.high))
            && both(one.rate_without_before, other.rate_without_before)
            && both(one.excess.map(|excess| excess.contacts), other.excess.map(|excess| excess.contacts))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// Customers may be split over threads or machines in any way, and their sums added in any order.
        #[test]
        fn merged_parts_equal_the_whole(
            lives in prop::collection::vec(prop::collection::vec((0_i64..60, 0_u32..4), 0..10), 1..14),
            cuts in prop::collection::vec(0_usize..14, 0..5),
            window in 1_i64..20,
        ) {
            let mut lives = lives;
            lives.iter_mut().for_each(|life| life.sort_unstable());
            let mut offsets = vec![0_u32];
            for life in &lives {
                offsets.push(offsets[offsets.len() - 1] + life.len() as u32);
            }
            let all: Vec<(i64, u32)> = lives.iter().flatten().copied().collect();
            let (times, class): (Vec<i64>, Vec<u32>) = all.iter().copied().unzip();
            let log = JourneyLog::new(offsets, times, class.clone(), vec![0; all.len()]).expect("a log");
            let request = Request {
                class: &class,
                candidate: &[NONE, 0, 1, 2],
                candidates: 3,
                outcome: What::Classes(vec![true, false, false, false]),
                customers: None,
                from: None,
                until: None,
                window,
            };
            let period = request.period(&log);
            let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(lives.len())).collect();
            ends.extend([0, lives.len()]);
            ends.sort_unstable();
            let mut merged = Part::new(3);
            for pair in ends.windows(2).rev() {
                merged.merge(&part_of(&log, &request, &period, pair[0]..pair[1]));
            }
            let (merged, whole) = (merged.finish(), drivers(&log, &request));
            assert_eq!((merged.outcomes, merged.customers), (whole.outcomes, whole.customers));
            for (one, other) in merged.drivers.iter().zip(&whole.drivers) {
                assert!(same(one, other), "{one:?} is not {other:?}");
            }
        }
    }
}
