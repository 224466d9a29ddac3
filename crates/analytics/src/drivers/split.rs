//! Every contact shared out over its causes, so that the parts sum to the whole; beside it what the last touch alone
//! would say.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::spans::{self, Span};
use super::{Driver, Life, NONE, Request, over};
use crate::log::JourneyLog;

/// Part of a contact that is one candidate's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub candidate: u32,
    pub part: f64,
}

/// One contact, shared out. What the shares leave is unexplained.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// Event of the log.
    pub event: u32,
    pub customer: u32,
    pub shares: Vec<Share>,
    /// Whether a case links it to its cause.
    pub by_case: bool,
    /// The candidate met last within the window.
    pub last: Option<u32>,
}

/// All contacts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Split {
    /// In order of customers and time.
    pub contacts: Vec<Shared>,
}

/// Shares every outcome of the period out. `failing` says which candidates are failing experiences, to which a contact
/// of the same case goes whole.
pub fn split(log: &JourneyLog, request: &Request<'_>, drivers: &[Driver], failing: &[bool]) -> Split {
    let period = request.period(log);
    let request = Request { window: request.window.max(1), ..request.clone() };
    // How much of the rate at risk each cause adds, in parts of the rate otherwise.
    let added: Vec<f64> = drivers
        .iter()
        .map(|driver| if driver.is_cause() { driver.rate.map_or(0.0, |rate| rate.ratio - 1.0) } else { 0.0 })
        .collect();
    let parts = over(log, |customers| {
        let mut contacts = Vec::new();
        let mut life = Life::default();
        for customer in customers {
            if request.read(log, &period, customer, &mut life) && !life.outcomes.is_empty() {
                share(log, &request, customer as u32, &life, &added, failing, &mut contacts);
            }
        }
        contacts
    });
    Split { contacts: parts.into_iter().flatten().collect() }
}

fn share(
    log: &JourneyLog,
    request: &Request<'_>,
    customer: u32,
    life: &Life,
    added: &[f64],
    failing: &[bool],
    contacts: &mut Vec<Shared>,
) {
    let risks: Vec<(u32, Vec<Span>)> = life
        .met()
        .filter(|&(candidate, _)| added[candidate as usize] > 0.0)
        .map(|(candidate, same)| {
            let mut risk = Vec::new();
            life.at_risk(&mut risk, same, request.window);
            (candidate, risk)
        })
        .collect();
    // By time; of one instant, the first candidate comes last and counts.
    let mut by_time: Vec<(i64, Reverse<u32>)> =
        life.exposures.iter().map(|&(candidate, met)| (met, Reverse(candidate))).collect();
    by_time.sort_unstable();
    let cases = of_cases(log, request, customer, failing);
    for &(time, event) in &life.outcomes {
        let before = by_time.partition_point(|&(met, _)| met < time).checked_sub(1).map(|at| by_time[at]);
        let last = before.filter(|&(met, _)| time - met <= request.window).map(|(_, candidate)| candidate.0);
        let case = log.cases()[event as usize];
        let linked = cases.get(&case).filter(|&&(_, met)| met < event);
        if let Some(&(candidate, _)) = linked {
            let shares = vec![Share { candidate, part: 1.0 }];
            contacts.push(Shared { event, customer, shares, by_case: true, last });
            continue;
        }
        let causes = risks.iter().filter(|(_, risk)| spans::contain(risk, time));
        let mut shares: Vec<Share> =
            causes.map(|&(candidate, _)| Share { candidate, part: added[candidate as usize] }).collect();
        let whole = 1.0 + shares.iter().map(|share| share.part).sum::<f64>();
        shares.iter_mut().for_each(|share| share.part /= whole);
        contacts.push(Shared { event, customer, shares, by_case: false, last });
    }
}

/// The first event of each of a customer's cases that was a failing experience, with its candidate.
fn of_cases(
    log: &JourneyLog,
    request: &Request<'_>,
    customer: u32,
    failing: &[bool],
) -> HashMap<u32, (u32, u32)> {
    let mut cases = HashMap::new();
    for event in log.of_customer(customer as usize) {
        let case = log.cases()[event];
        let candidate = request.candidate[request.class[event] as usize];
        if case != 0 && candidate != NONE && failing[candidate as usize] {
            cases.entry(case).or_insert((candidate, event as u32));
        }
    }
    cases
}
