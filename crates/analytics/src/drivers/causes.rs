//! Which drivers are symptoms: their rate is high in all time, but not outside of the time at risk of another.

use super::rates::{Rate, Sums};
use super::spans::{self, Span};
use super::{Driver, Life, NONE, Request, over};
use crate::log::JourneyLog;

/// Finds for each significant driver the one that explains it.
pub fn explain(log: &JourneyLog, request: &Request<'_>, period: &Span, sums: &[Sums], drivers: &mut [Driver]) {
    let significant: Vec<usize> = (0..drivers.len()).filter(|&at| drivers[at].is_significant()).collect();
    if significant.len() < 2 {
        return;
    }
    let outside = outside(log, request, period, sums, &significant);
    // Who has the most contacts is asked first; a symptom explains nothing itself.
    let mut order: Vec<usize> = (0..significant.len()).collect();
    let excess = |at: usize| drivers[significant[at]].excess.map_or(0.0, |excess| excess.contacts);
    order.sort_by(|&a, &b| excess(b).total_cmp(&excess(a)).then(a.cmp(&b)));
    // The pairs in which the one vanishes outside of the other.
    let vanishes = |symptom: usize, cause: usize| {
        let own = drivers[significant[symptom]].rate?;
        let left = outside[cause * significant.len() + symptom].rate();
        let gone = left.is_none_or(|left| left.low <= 1.0 || left.ratio.ln() < own.ratio.ln() / 2.0);
        gone.then_some(left)
    };
    let left_log = |left: Option<Rate>| left.map_or(0.0, |left| left.ratio.ln());
    // Where each vanishes outside of the other, the one that keeps more of its own is the cause. What never is outside of
    // the other keeps all: nothing speaks against it.
    let kept = |at: usize, left: Option<Rate>| {
        let own = drivers[significant[at]].rate.map_or(1.0, |own| own.ratio.ln());
        left.map_or(1.0, |left| left.ratio.ln() / own)
    };
    let ratio = |at: usize| drivers[significant[at]].rate.map_or(0.0, |rate| rate.ratio);
    let is_cause_of = |cause: usize, symptom: usize| {
        let left = vanishes(symptom, cause)?;
        if let Some(back) = vanishes(cause, symptom) {
            let (own, other) = (kept(symptom, left), kept(cause, back));
            let order =
                own.total_cmp(&other).then(ratio(symptom).total_cmp(&ratio(cause))).then(cause.cmp(&symptom));
            if order.is_gt() {
                return None;
            }
        }
        Some(left)
    };
    let best = |symptom: usize, explained: &[Option<(usize, Option<Rate>)>]| {
        let causes = order.iter().filter(|&&cause| cause != symptom && explained[cause].is_none());
        let found = causes.filter_map(|&cause| Some((cause, is_cause_of(cause, symptom)?)));
        found.min_by(|one, other| left_log(one.1).total_cmp(&left_log(other.1)).then(one.0.cmp(&other.0)))
    };
    let mut explained: Vec<Option<(usize, Option<Rate>)>> = vec![None; significant.len()];
    // From the weakest on: what explains others last is what stands by itself.
    for &symptom in order.iter().rev() {
        explained[symptom] = best(symptom, &explained);
    }
    // What explains a symptom may have turned out to be one itself: then another must, or it is none.
    for &symptom in &order {
        if explained[symptom].is_some_and(|(cause, _)| explained[cause].is_some()) {
            explained[symptom] = best(symptom, &explained);
        }
    }
    for (&driver, explained) in significant.iter().zip(&explained) {
        drivers[driver].explained_by = explained.map(|(cause, left)| (significant[cause] as u32, left));
    }
}

/// The sums of each significant driver in the time outside of each other's: one row a cause, one column a symptom.
fn outside(
    log: &JourneyLog,
    request: &Request<'_>,
    period: &Span,
    sums: &[Sums],
    significant: &[usize],
) -> Vec<Sums> {
    let many = significant.len();
    let mut place = vec![NONE; request.candidates as usize];
    for (at, &candidate) in (0..).zip(significant) {
        place[candidate] = at;
    }
    let parts = over(log, |customers| {
        let mut change = vec![Sums::default(); many * many];
        let mut life = Life::default();
        let mut risks: Vec<(usize, Vec<Span>, Sums)> = Vec::new();
        let mut rest = Vec::new();
        for customer in customers {
            if !request.read(log, period, customer, &mut life) || life.bounds.start >= life.bounds.end {
                continue;
            }
            let whole = life.bounds.end - life.bounds.start;
            let all = life.times.len() as u64;
            risks.clear();
            for (candidate, same) in life.met().filter(|&(candidate, _)| place[candidate as usize] != NONE) {
                let mut risk = Vec::new();
                life.at_risk(&mut risk, same, request.window);
                let (t1, n1) = (spans::length(&risk), spans::count(&life.times, &risk));
                let own = Sums::of(n1, all - n1, t1, whole - t1);
                risks.push((place[candidate as usize] as usize, risk, own));
            }
            for (cause, of_cause, _) in &risks {
                let (left_out, lost) = (spans::length(of_cause), spans::count(&life.times, of_cause));
                for (symptom, risk, own) in &risks {
                    if cause == symptom {
                        continue;
                    }
                    // A customer without the cause adds what it adds anyway: only what changes is summed.
                    spans::without(&mut rest, risk, of_cause);
                    let (t1, n1) = (spans::length(&rest), spans::count(&life.times, &rest));
                    let sum = &mut change[cause * many + symptom];
                    *sum += Sums::of(n1, all - lost - n1, t1, whole - left_out - t1);
                    *sum -= *own;
                }
            }
        }
        change
    });
    let mut outside: Vec<Sums> = (0..many * many).map(|at| sums[significant[at % many]]).collect();
    for part in parts {
        for (sum, change) in outside.iter_mut().zip(part) {
            *sum += change;
        }
    }
    // Differences of sums may leave a trace where nothing is.
    for sum in &mut outside {
        for value in [&mut sum.inside, &mut sum.outside, &mut sum.spread] {
            if *value < 1e-9 {
                *value = 0.0;
            }
        }
    }
    outside
}
