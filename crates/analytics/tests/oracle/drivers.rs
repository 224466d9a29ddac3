//! Drivers, instant by instant.

use analytics::JourneyLog;
use analytics::drivers::rates::Sums;
use analytics::drivers::{Driver, NONE, Request, drivers, split};
use analytics::segment::What;
use proptest::prelude::{ProptestConfig, prop, prop_assert, prop_assert_eq, proptest};

use crate::logs::{Log, NODES, columns, columns_with_cases, logs};

/// Node 0 is the outcome, each other a candidate.
const CANDIDATE: [u32; NODES as usize] = [NONE, 0, 1, 2, 3, 4];
const CANDIDATES: usize = NODES as usize - 1;

fn request(class: &[u32], from: i64, until: i64, window: i64) -> Request<'_> {
    Request {
        class,
        candidate: &CANDIDATE,
        candidates: CANDIDATES as u32,
        outcome: What::Classes((0..NODES).map(|node| node == 0).collect()),
        customers: None,
        from: Some(from),
        until: Some(until),
        window,
    }
}

/// A customer, instant by instant.
struct Instants {
    /// Which instants are looked at, at risk of each candidate, and shortly before one.
    seen: Vec<bool>,
    risk: Vec<Vec<bool>>,
    before: Vec<Vec<bool>>,
    /// Outcomes at each.
    outcomes: Vec<u64>,
}

fn instants(events: &[(i64, u32)], from: i64, until: i64, window: i64) -> Option<Instants> {
    let first = events.first()?.0;
    let seen: Vec<bool> = (0..until).map(|at| at >= from && at > first).collect();
    let of = |candidate: usize, near: &dyn Fn(i64, i64) -> bool| -> Vec<bool> {
        let met = |at: i64| {
            events.iter().any(|&(time, node)| node as usize == candidate + 1 && time < until && near(time, at))
        };
        (0..until).map(met).collect()
    };
    Some(Instants {
        risk: (0..CANDIDATES).map(|one| of(one, &|time, at| time < at && at <= time + window)).collect(),
        before: (0..CANDIDATES).map(|one| of(one, &|time, at| time - window <= at && at <= time)).collect(),
        outcomes: (0..until)
            .map(|at| events.iter().filter(|&&(time, node)| time == at && node == 0).count() as u64)
            .collect(),
        seen,
    })
}

/// Sums of one customer over the instants that `counts` lets count.
fn sums(of: &Instants, candidate: usize, counts: impl Fn(usize) -> bool) -> (Sums, u64, bool) {
    let (mut n, mut t) = ([0; 2], [0; 2]);
    for at in (0..of.seen.len()).filter(|&at| of.seen[at] && counts(at)) {
        let side = usize::from(!of.risk[candidate][at]);
        n[side] += of.outcomes[at];
        t[side] += 1;
    }
    let (n1, n0, t1, t0) = (n[0] as f64, n[1] as f64, t[0] as f64, t[1] as f64);
    let mut sums = Sums::default();
    if t[0] > 0 && t[1] > 0 {
        let all = t1 + t0;
        sums =
            Sums { inside: n1 * t0 / all, outside: n0 * t1 / all, spread: (n1 + n0) * t1 * t0 / (all * all) };
    }
    (sums, n[0], t[0] > 0)
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}

fn ratio(sums: &Sums) -> Option<f64> {
    (sums.inside > 1e-12 && sums.outside > 1e-12).then(|| sums.inside / sums.outside)
}

fn same_ratio(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => near(found, expected),
        (None, None) => true,
        _ => false,
    }
}

fn total(log: &Log, from: i64, until: i64, window: i64, of: impl Fn(&Instants) -> Sums) -> Sums {
    let mut whole = Sums::default();
    for events in log {
        if let Some(instants) = instants(events, from, until, window) {
            whole += of(&instants);
        }
    }
    whole
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn drivers_equal_the_oracle(log in logs(), from in 0..20_i64, length in 1..40_i64, window in 1..15_i64) {
        let until = from + length;
        let (journeys, class) = columns(&log);
        let found = drivers(&journeys, &request(&class, from, until, window));
        let outcomes: usize = log
            .iter()
            .map(|events| events.iter().filter(|&&(time, node)| node == 0 && (from..until).contains(&time)).count())
            .sum();
        prop_assert_eq!(found.outcomes, outcomes as u64);
        for (candidate, driver) in found.drivers.iter().enumerate() {
            let (mut inside, mut exposed, mut only_at_risk, mut occurrences) = (0, 0, 0, 0);
            let (mut first, mut followed) = (0, 0);
            let (mut starts, mut hits) = (0_u64, 0_u64);
            for events in &log {
                let Some(of) = instants(events, from, until, window) else { continue };
                let (_, n1, at_risk) = sums(&of, candidate, |_| true);
                inside += n1;
                exposed += u64::from(at_risk);
                let other = (0..of.seen.len()).any(|at| of.seen[at] && !of.risk[candidate][at]);
                only_at_risk += u64::from(at_risk && !other);
                let met = |&&(time, node): &&(i64, u32)| node as usize == candidate + 1 && time < until;
                occurrences += events.iter().filter(met).filter(|(time, _)| *time >= from).count() as u64;
                // The window after the first occurrence that begins where the customer is looked at.
                let looked_at = |time: i64| time + 1 >= from && time + 1 > events[0].0;
                if let Some(&(time, _)) = events.iter().filter(met).find(|(time, _)| looked_at(*time))
                    && time + window < until
                {
                    first += 1;
                    followed += u64::from((time + 1..=time + window).any(|at| of.outcomes[at as usize] > 0));
                }
                if at_risk {
                    continue;
                }
                for start in (0..of.seen.len()).filter(|&at| of.seen[at] && at as i64 + window < until) {
                    starts += 1;
                    hits += u64::from((start + 1..=start + window as usize).any(|at| of.outcomes[at] > 0));
                }
            }
            prop_assert_eq!((driver.inside, driver.exposed), (inside, exposed));
            prop_assert_eq!((driver.first, driver.followed), (first, followed));
            prop_assert_eq!((driver.only_at_risk, driver.occurrences), (only_at_risk, occurrences));
            prop_assert!(same_ratio(driver.base, (starts > 0).then(|| hits as f64 / starts as f64)));
            let plain = total(&log, from, until, window, |of| sums(of, candidate, |_| true).0);
            prop_assert!(same_ratio(driver.rate.map(|rate| rate.ratio), ratio(&plain)));
            if let Some(rate) = driver.rate {
                prop_assert!(near(rate.variance, plain.spread / (plain.inside * plain.outside)));
                prop_assert!(rate.low <= rate.ratio && rate.ratio <= rate.high);
                // Excess: contacts in time at risk less those that the ratio lets expect, ± 1.96·√(E + E²·Var(log RR)).
                let excess = driver.excess.expect("an excess");
                let expected = inside as f64 / rate.ratio;
                let wide = 1.96 * (expected + expected * expected * rate.variance).sqrt();
                prop_assert!(near(excess.contacts, inside as f64 - expected));
                prop_assert!((excess.low - (excess.contacts - wide)).abs() <= 1e-3 * wide.max(1.0));
                prop_assert!((excess.high - (excess.contacts + wide)).abs() <= 1e-3 * wide.max(1.0));
            }
            let kept = |of: &Instants, at: usize| of.risk[candidate][at] || !of.before[candidate][at];
            let without = total(&log, from, until, window, |of| sums(of, candidate, |at| kept(of, at)).0);
            prop_assert!(same_ratio(driver.rate_without_before, ratio(&without)));
            prop_assert!((0.0..=1.0).contains(&driver.q));
            // What explains it: its ratio outside of that one's time at risk, counted anew.
            if let Some((cause, left)) = driver.explained_by {
                let outside = total(&log, from, until, window, |of| {
                    sums(of, candidate, |at| !of.risk[cause as usize][at]).0
                });
                let gone = left.is_none_or(|left| {
                    left.low <= 1.0 || left.ratio.ln() < driver.rate.map_or(0.0, |rate| rate.ratio.ln()) / 2.0
                });
                prop_assert!(found.drivers[cause as usize].explained_by.is_none());
                prop_assert!(gone);
                prop_assert!(same_ratio(left.map(|left| left.ratio), ratio(&outside)));
            }
        }
    }

    #[test]
    fn every_contact_is_shared_out_whole(
        log in logs(),
        window in 1..15_i64,
        cases in prop::collection::vec(0..4_u32, 400),
        ratios in prop::collection::vec(0.2..9.0_f64, CANDIDATES),
    ) {
        let events: usize = log.iter().map(Vec::len).sum();
        let cases: Vec<u32> = (0..events).map(|at| cases[at % cases.len()]).collect();
        let (journeys, class): (JourneyLog, _) = columns_with_cases(&log, cases);
        let asked = request(&class, 0, 40, window);
        // As if these ratios had been found.
        let judged: Vec<Driver> = drivers(&journeys, &asked)
            .drivers
            .into_iter()
            .zip(&ratios)
            .map(|(driver, &ratio)| Driver {
                rate: Some(analytics::drivers::rates::Rate { ratio, low: ratio, high: ratio, variance: 0.1 }),
                q: if ratio > 6.0 { 0.2 } else { 0.001 },
                explained_by: None,
                ..driver
            })
            .collect();
        let failing = [false, true, false, false, true];
        let found = split(&journeys, &asked, &judged, &failing);
        let mut at = 0;
        for (customer, events) in log.iter().enumerate() {
            let first = journeys.of_customer(customer).start;
            for (place, &(time, _)) in events.iter().enumerate().filter(|(_, (_, node))| *node == 0) {
                let shared = &found.contacts[at];
                at += 1;
                prop_assert_eq!((shared.event as usize, shared.customer as usize), (first + place, customer));
                let case = journeys.cases()[first + place];
                let linked = (0..place).find(|&other| {
                    let node = events[other].1;
                    case != 0 && journeys.cases()[first + other] == case && node != 0 && failing[node as usize - 1]
                });
                let recent = |candidate: usize| {
                    let near = |&(met, node): &(i64, u32)| {
                        node as usize == candidate + 1 && met < time && time <= met + window
                    };
                    // The first event counts in no rate, and neither does what is of its instant.
                    time > events[0].0 && events.iter().any(near)
                };
                let mut expected: Vec<(u32, f64)> = Vec::new();
                match linked {
                    Some(other) => expected.push((events[other].1 - 1, 1.0)),
                    None => {
                        let causes: Vec<usize> = (0..CANDIDATES)
                            .filter(|&one| judged[one].is_cause() && recent(one))
                            .collect();
                        let whole = 1.0 + causes.iter().map(|&one| ratios[one] - 1.0).sum::<f64>();
                        expected.extend(causes.iter().map(|&one| (one as u32, (ratios[one] - 1.0) / whole)));
                    }
                }
                prop_assert_eq!(shared.by_case, linked.is_some());
                prop_assert_eq!(shared.shares.len(), expected.len());
                for (share, (candidate, part)) in shared.shares.iter().zip(&expected) {
                    prop_assert_eq!(share.candidate, *candidate);
                    prop_assert!(near(share.part, *part));
                }
                let given: f64 = shared.shares.iter().map(|share| share.part).sum();
                prop_assert!(given <= 1.0 + 1e-12);
                let last = shared.last.map(|one| one + 1);
                let latest = events.iter().filter(|(met, node)| *node != 0 && *met < time && time <= met + window);
                prop_assert_eq!(last.is_some(), latest.clone().count() > 0);
                if let Some(last) = last {
                    let most = latest.clone().map(|(met, _)| *met).max();
                    prop_assert!(latest.clone().any(|&(met, node)| Some(met) == most && node == last));
                }
            }
        }
        prop_assert_eq!(at, found.contacts.len());
    }
}
