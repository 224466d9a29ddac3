//! How every analysis runs: an aggregate takes whole journeys one by one, partial aggregates merge, and
//! the order of merging never changes an answer.
//!
//! The driver here splits customers over the threads of this machine. A distributed engine can do the
//! same over files, since no aggregate sees two customers at once.

use rayon::prelude::*;

use crate::log::JourneyLog;
use crate::selection::{Projection, Scratch, Selection, Stop, journeys_of};

/// A partial result over some journeys.
pub trait Aggregate: Send + Sized {
    /// Takes one journey in; it has at least one stop.
    fn push(&mut self, customer: u32, journey: &[Stop]);
    /// Takes in what another part of the customers gave. Parts come in order of customers.
    fn merge(&mut self, other: Self);
}

/// Customers a task: small enough that two cores finish together, large enough to hide the merging.
const TASKS_PER_THREAD: usize = 4;

/// Runs an aggregate over all selected journeys, in parallel. `limit` is the number of stops that it looks
/// at from the start of a journey ([`usize::MAX`] for all).
pub fn run<A: Aggregate>(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    limit: usize,
    empty: impl Fn() -> A + Sync,
) -> A {
    let customers = log.customers();
    let tasks = (rayon::current_num_threads() * TASKS_PER_THREAD).max(1);
    let chunk = customers.div_ceil(tasks).max(256);
    let parts: Vec<A> = (0..customers.div_ceil(chunk))
        .into_par_iter()
        .map(|task| {
            let mut part = empty();
            let mut scratch = Scratch::default();
            for customer in task * chunk..((task + 1) * chunk).min(customers) {
                let take = |stops: &[Stop]| part.push(customer as u32, stops);
                journeys_of(log, projection, selection, customer, limit, &mut scratch, take);
            }
            part
        })
        .collect();
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_else(&empty);
    for part in parts {
        whole.merge(part);
    }
    whole
}

/// Adds the numbers of one vector to another's, place by place.
pub(crate) fn add_all<T: Copy + std::ops::AddAssign>(into: &mut [T], from: &[T]) {
    for (sum, more) in into.iter_mut().zip(from) {
        *sum += *more;
    }
}
