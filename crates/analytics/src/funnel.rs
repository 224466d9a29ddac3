//! Funnels: how far journeys come through ordered steps, within a window.
//!
//! Other events are allowed between the steps. A journey counts once, at the furthest step that it reaches from
//! any start that works. Folded repeats are looked at one by one, since a later start leaves more of the window.

use std::ops::Range;

use crate::aggregate::{Aggregate, add_all, run};
use crate::journeys::{Basis, Node, with_nodes};
use crate::quantile::median_and_p95;
use crate::scan::Wanted;
use crate::selection::Totals;

/// Most steps of a funnel.
pub const MAX_STEPS: usize = 12;

/// The steps, and how much time they may take together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// For each step, which nodes are it.
    pub steps: Vec<Vec<bool>>,
    /// From the first step to the last, both ends included, in microseconds; none for any time.
    pub window: Option<i64>,
}

/// One step's figures.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Step {
    /// Journeys that reach it.
    pub journeys: u64,
    /// Median and 95th percentile of the time from the step before, in microseconds.
    pub time: Option<(f64, f64)>,
}

/// All steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Funnel {
    pub selected: Totals,
    pub steps: Vec<Step>,
}

/// Events of the steps of one way through a funnel.
type Way = [u32; MAX_STEPS];

/// How far a journey comes, and at which event it reached each step on the way that got it there first.
struct Walk {
    /// For each node, the steps that it is, one bit each.
    is: Vec<u16>,
    steps: usize,
    window: Option<i64>,
    /// For each step: events of the steps up to it, on the way with the latest start; by bit in `begun`.
    ways: [Way; MAX_STEPS],
    furthest: Way,
}

impl Walk {
    fn new(request: &Request, nodes: usize) -> Self {
        let mut is = vec![0; nodes];
        for (step, of) in request.steps.iter().take(MAX_STEPS).enumerate() {
            for (bits, _) in is.iter_mut().zip(of).filter(|(_, is)| **is) {
                *bits |= 1_u16 << step;
            }
        }
        Self {
            is,
            steps: request.steps.len().min(MAX_STEPS),
            window: request.window,
            ways: [[0; MAX_STEPS]; MAX_STEPS],
            furthest: [0; MAX_STEPS],
        }
    }

    /// Steps reached from a first step on; `furthest` then holds their events.
    fn reach<N: Node>(&mut self, basis: &Basis<'_>, nodes: &[N], stops: Range<usize>) -> usize {
        let (from, nodes) = (stops.start, &nodes[stops]);
        let (mut begun, mut reached) = (0_u16, 0);
        for (at, node) in nodes.iter().enumerate() {
            // Only steps whose predecessor was reached can be taken, the first always.
            let is = self.is[node.at()];
            if is & (begun << 1 | 1) == 0 {
                continue;
            }
            for event in basis.journeys.events(from + at) {
                // From the last step down, so that one event is not two steps at once.
                let mut left = is & (begun << 1 | 1);
                while left != 0 {
                    let step = 15 - left.leading_zeros() as usize;
                    left ^= 1 << step;
                    if step > 0 {
                        // Times lie apart from nodes: they are looked up only where the window decides.
                        let since = |begin: u32| basis.log.times()[event] - basis.log.times()[begin as usize];
                        if self.window.is_some_and(|window| since(self.ways[step - 1][0]) > window) {
                            continue;
                        }
                        // The latest start leaves the most of the window: it replaces an earlier one.
                        let (before, after) = self.ways.split_at_mut(step);
                        after[0][..step].copy_from_slice(&before[step - 1][..step]);
                    }
                    self.ways[step][step] = event as u32;
                    begun |= 1 << step;
                    if step + 1 > reached {
                        self.furthest[..=step].copy_from_slice(&self.ways[step][..=step]);
                        reached = step + 1;
                    }
                }
                if reached == self.steps {
                    return reached;
                }
            }
        }
        reached
    }

    /// The instant at which the journey that was walked last reached a step.
    fn instant(&self, basis: &Basis<'_>, step: usize) -> i64 {
        basis.log.times()[self.furthest[step] as usize]
    }

    /// Calls `take` with each journey that reaches a step, and how many steps it reaches.
    fn all(&mut self, basis: &Basis<'_>, journeys: Range<usize>, mut take: impl FnMut(&Self, usize, usize)) {
        if journeys.is_empty() {
            return;
        }
        let stops = basis.journeys.stops(journeys.start).start..basis.journeys.stops(journeys.end - 1).end;
        let begins: Vec<bool> = self.is.iter().map(|is| is & 1 == 1).collect();
        with_nodes!(basis.journeys, nodes => {
            let (mut journey, mut end) = (journeys.start, basis.journeys.stops(journeys.start).end);
            let mut done = stops.start;
            Wanted::marked(begins).places(&nodes[stops.clone()], |place| {
                let start = stops.start + place;
                // A later start of a journey that was walked through.
                if start < done {
                    return;
                }
                while start >= end {
                    journey += 1;
                    end = basis.journeys.stops(journey).end;
                }
                done = end;
                let reached = self.reach(basis, nodes, start..end);
                take(self, journey, reached);
            });
        });
    }
}

struct Counts {
    reached: Vec<u64>,
    gaps: Vec<Vec<i64>>,
    walk: Walk,
}

impl Aggregate for Counts {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let Self { reached, gaps, walk } = self;
        walk.all(basis, journeys, |walk, _, steps| {
            for step in 0..steps {
                reached[step] += 1;
                if step > 0 {
                    gaps[step].push(walk.instant(basis, step) - walk.instant(basis, step - 1));
                }
            }
        });
    }

    fn merge(&mut self, other: Self) {
        add_all(&mut self.reached, &other.reached);
        for (gaps, more) in self.gaps.iter_mut().zip(other.gaps) {
            gaps.extend(more);
        }
    }
}

/// Counts a funnel of at most [`MAX_STEPS`] steps. A request without steps gives none.
pub fn funnel(basis: &Basis<'_>, request: &Request) -> Funnel {
    let steps = request.steps.len().min(MAX_STEPS);
    if steps == 0 {
        return Funnel::default();
    }
    let counts = run(basis, || Counts {
        reached: vec![0; steps],
        gaps: vec![Vec::new(); steps],
        walk: Walk::new(request, basis.projection.nodes as usize),
    });
    let figures = counts.reached.into_iter().zip(counts.gaps);
    let steps =
        figures.map(|(journeys, mut gaps)| Step { journeys, time: median_and_p95(&mut gaps) }).collect();
    Funnel { selected: basis.journeys.selected(), steps }
}

/// Which journeys of a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that reach a step, from 0.
    Reached(usize),
    /// Those that reach a step and not the next.
    Left(usize),
}

struct Behind {
    part: Part,
    walk: Walk,
    customers: Vec<(u32, i64)>,
}

impl Aggregate for Behind {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let Self { part, walk, customers } = self;
        walk.all(basis, journeys, |walk, journey, reached| {
            let (step, meant) = match *part {
                Part::Reached(step) => (step, reached > step),
                Part::Left(step) => (step, reached == step + 1),
            };
            if meant {
                customers.push((basis.journeys.customer(journey), walk.instant(basis, step)));
            }
        });
    }

    fn merge(&mut self, other: Self) {
        self.customers.extend(other.customers);
    }
}

/// The journeys of a part: customer and instant of the step. As many as the figure says.
pub fn behind(basis: &Basis<'_>, request: &Request, part: Part) -> Vec<(u32, i64)> {
    if request.steps.is_empty() {
        return Vec::new();
    }
    let nodes = basis.projection.nodes as usize;
    run(basis, || Behind { part, walk: Walk::new(request, nodes), customers: Vec::new() }).customers
}
