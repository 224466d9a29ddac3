//! How every analysis runs: an aggregate takes whole journeys, a run of them at a time, partial aggregates merge, and
//! the order of merging never changes an answer.
//!
//! The driver here splits journeys over the threads of this machine. A distributed engine can do the
//! same over files, since no aggregate sees two customers at once.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::journeys::{Basis, tasks};

/// A partial result over some journeys.
pub trait Aggregate: Send + Sized {
    /// Takes in whole journeys, by their numbers.
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>);
    /// Takes in what another part of the journeys gave. Parts come in order of journeys, but in [`run_in_any_order`].
    fn merge(&mut self, other: Self);
}

/// Runs an aggregate over all selected journeys, in parallel.
pub fn run<A: Aggregate>(basis: &Basis<'_>, empty: impl Fn() -> A + Sync) -> A {
    let parts: Vec<A> = tasks(basis.journeys.len(), 256)
        .into_par_iter()
        .map(|journeys| {
            let mut part = empty();
            part.push(basis, journeys);
            part
        })
        .collect();
    merged(parts.into_iter(), empty)
}

/// Runs an aggregate as [`run`] does, with one part a thread: for aggregates with large tables, of which every part costs
/// time. Parts hold journeys from anywhere and come in any order.
pub fn run_in_any_order<A: Aggregate>(basis: &Basis<'_>, empty: impl Fn() -> A + Sync) -> A {
    let tasks = tasks(basis.journeys.len(), 256);
    let next = AtomicUsize::new(0);
    let part = |_| {
        let mut part: Option<A> = None;
        while let Some(journeys) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            part.get_or_insert_with(&empty).push(basis, journeys.clone());
        }
        part
    };
    let parts: Vec<Option<A>> =
        (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(part).collect();
    merged(parts.into_iter().flatten(), empty)
}

fn merged<A: Aggregate>(mut parts: impl Iterator<Item = A>, empty: impl FnOnce() -> A) -> A {
    let mut whole = parts.next().unwrap_or_else(empty);
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
