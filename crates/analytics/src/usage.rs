//! What happens at each place of the inventory: events, customers, failures, contacts that come after, and how that runs
//! over time.

use std::ops::Range;

use rayon::prelude::*;

use crate::aggregate::add_all;
use crate::journeys::tasks;
use crate::log::JourneyLog;

/// The place of a class that belongs to none.
pub const NOWHERE: u32 = u32::MAX;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Class of each event.
    pub class: &'a [u32],
    /// Place of each class, or [`NOWHERE`].
    pub place: &'a [u32],
    /// Number of places.
    pub places: u32,
    /// Classes whose events are failures, and those whose events are contacts.
    pub failing: &'a [bool],
    pub contact: &'a [bool],
    /// First instant that counts, and the first that no longer does, in microseconds.
    pub from: i64,
    pub until: i64,
    /// How long after an event a contact may come to count as after it, in microseconds.
    pub window: i64,
    /// Parts of equal length into which the period is divided.
    pub parts: u32,
}

/// One place's figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    pub events: u64,
    pub customers: u64,
    pub failures: u64,
    /// Contacts before which the same customer was here within the window, each counted once.
    pub contacts_after: u64,
    pub last: Option<i64>,
    /// Events in each part of the period.
    pub parts: Vec<u32>,
}

/// All places, and the customers that have any event in the period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    pub places: Vec<Usage>,
    pub customers: u64,
}

impl Used {
    fn empty(request: &Request<'_>) -> Self {
        let place = Usage { parts: vec![0; request.parts as usize], ..Usage::default() };
        Self { places: vec![place; request.places as usize], customers: 0 }
    }

    /// Takes in what other customers gave.
    pub fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        for (sum, more) in self.places.iter_mut().zip(&other.places) {
            let Usage { events, customers, failures, contacts_after, last, parts } = more;
            sum.events += events;
            sum.customers += customers;
            sum.failures += failures;
            sum.contacts_after += contacts_after;
            sum.last = sum.last.max(*last);
            add_all(&mut sum.parts, parts);
        }
    }
}

/// Counts over all customers, in parallel.
pub fn used(log: &JourneyLog, request: &Request<'_>) -> Used {
    let parts: Vec<Used> =
        tasks(log.customers(), 256).into_par_iter().map(|range| of_customers(log, request, range)).collect();
    let mut whole = Used::empty(request);
    for part in &parts {
        whole.merge(part);
    }
    whole
}

/// Counts over some customers; what these give merges to the whole.
pub fn of_customers(log: &JourneyLog, request: &Request<'_>, customers: Range<usize>) -> Used {
    let mut found = Used::empty(request);
    // When the customer was last at each place, and at which places at all.
    let mut last_at: Vec<i64> = vec![0; request.places as usize];
    let mut been: Vec<bool> = vec![false; request.places as usize];
    let mut places: Vec<u32> = Vec::new();
    let length = (request.until - request.from).max(1) as u128;
    for customer in customers {
        let range = log.of_customer(customer);
        let times = &log.times()[range.clone()];
        let start = times.partition_point(|&time| time < request.from);
        let end = times.partition_point(|&time| time < request.until);
        if start >= end {
            continue;
        }
        found.customers += 1;
        for at in range.start + start..range.start + end {
            let (time, class) = (log.times()[at], request.class[at] as usize);
            if request.contact[class] {
                for &place in &places {
                    let near = time - last_at[place as usize] <= request.window;
                    found.places[place as usize].contacts_after += u64::from(near);
                }
            }
            let place = request.place[class];
            if place == NOWHERE {
                continue;
            }
            let of = &mut found.places[place as usize];
            of.events += 1;
            of.failures += u64::from(request.failing[class]);
            of.last = of.last.max(Some(time));
            if let Some(part) = of.parts.get_mut(part_of(request, length, time)) {
                *part += 1;
            }
            if !std::mem::replace(&mut been[place as usize], true) {
                of.customers += 1;
                places.push(place);
            }
            last_at[place as usize] = time;
        }
        for place in places.drain(..) {
            been[place as usize] = false;
        }
    }
    found
}

fn part_of(request: &Request<'_>, length: u128, time: i64) -> usize {
    ((time - request.from) as u128 * u128::from(request.parts) / length) as usize
}
