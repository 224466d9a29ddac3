//! Measures of one place, week by week, and what comes right before and right after it.

use std::ops::Range;

use rayon::prelude::*;

use crate::aggregate::add_all;
use crate::journeys::tasks;
use crate::log::JourneyLog;
use crate::usage::NOWHERE;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Class of each event.
    pub class: &'a [u32],
    /// Place of each class, or [`NOWHERE`].
    pub place: &'a [u32],
    /// The place that is measured.
    pub of: u32,
    /// Classes whose events are measured; all of the place's, or those of one experience.
    pub chosen: &'a [bool],
    /// First instant of each week, ascending, and the first instant after the last.
    pub weeks: &'a [i64],
    pub until: i64,
    /// How soon a customer comes back to count as a repeat, in microseconds.
    pub window: i64,
}

/// One week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week {
    /// Events at the place, and those that are chosen.
    pub events: u64,
    pub chosen: u64,
    /// Chosen events after which the same customer has another one within the window.
    pub repeated: u64,
    /// Times from chosen events to the customer's next event at another place, in microseconds, in no order.
    pub gaps: Vec<i64>,
}

/// Measures all weeks, in parallel.
pub fn weekly(log: &JourneyLog, request: &Request<'_>) -> Vec<Week> {
    let parts: Vec<Vec<Week>> =
        tasks(log.customers(), 256).into_par_iter().map(|range| of_customers(log, request, range)).collect();
    let mut whole = vec![Week::default(); request.weeks.len()];
    for part in parts {
        for (sum, more) in whole.iter_mut().zip(part) {
            let Week { events, chosen, repeated, gaps } = more;
            sum.events += events;
            sum.chosen += chosen;
            sum.repeated += repeated;
            sum.gaps.extend(gaps);
        }
    }
    whole
}

fn of_customers(log: &JourneyLog, request: &Request<'_>, customers: Range<usize>) -> Vec<Week> {
    let mut weeks = vec![Week::default(); request.weeks.len()];
    for customer in customers {
        // From the last event to the first, so that what comes after is known.
        let (mut next_chosen, mut next_elsewhere) = (None::<i64>, None::<i64>);
        for at in log.of_customer(customer).rev() {
            let (time, class) = (log.times()[at], request.class[at] as usize);
            let place = request.place[class];
            if place != request.of {
                if place != NOWHERE {
                    next_elsewhere = Some(time);
                }
                continue;
            }
            let chosen = request.chosen[class];
            let week = request.weeks.partition_point(|&start| start <= time);
            if week > 0 && time < request.until {
                let week = &mut weeks[week - 1];
                week.events += 1;
                if chosen {
                    week.chosen += 1;
                    week.repeated += u64::from(next_chosen.is_some_and(|next| next - time <= request.window));
                    week.gaps.extend(next_elsewhere.map(|next| next - time));
                }
            }
            if chosen {
                next_chosen = Some(time);
            }
        }
    }
    weeks
}

/// For each place, how often it comes right before a stay at `of`, and how often right after one. Events at no place are
/// passed over; repeats at `of` are one stay.
pub fn neighbours(
    log: &JourneyLog,
    class: &[u32],
    place: &[u32],
    places: u32,
    of: u32,
) -> (Vec<u64>, Vec<u64>) {
    let none = || vec![0_u64; places as usize];
    let parts: Vec<(Vec<u64>, Vec<u64>)> = tasks(log.customers(), 256)
        .into_par_iter()
        .map(|range| {
            let (mut before, mut after) = (none(), none());
            for customer in range {
                let mut last = NOWHERE;
                for at in log.of_customer(customer) {
                    let here = place[class[at] as usize];
                    if here == NOWHERE || here == last {
                        continue;
                    }
                    if here == of && last != NOWHERE {
                        before[last as usize] += 1;
                    }
                    if last == of && here != of {
                        after[here as usize] += 1;
                    }
                    last = here;
                }
            }
            (before, after)
        })
        .collect();
    let (mut before, mut after) = (none(), none());
    for (more_before, more_after) in parts {
        add_all(&mut before, &more_before);
        add_all(&mut after, &more_after);
    }
    (before, after)
}
