//! Funnels: how far journeys come through ordered steps, within a window.
//!
//! Other events are allowed between the steps. A journey counts once, at the furthest step that it reaches from
//! any start that works. Repeats of a node are never folded here, since a later start leaves more of the window.

use crate::aggregate::{Aggregate, add_all, run};
use crate::log::JourneyLog;
use crate::quantile::median_and_p95;
use crate::selection::{Projection, Repeats, Selection, Stop, Totals};

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

/// How far a journey comes, and when it reached each step on the way that got it there first.
struct Walk {
    /// For each step: instants of the steps up to it, on the way with the latest start.
    ways: Vec<Vec<i64>>,
    furthest: Vec<i64>,
}

impl Walk {
    fn new(steps: usize) -> Self {
        Self { ways: vec![Vec::with_capacity(steps); steps], furthest: Vec::with_capacity(steps) }
    }

    /// Steps reached; `furthest` then holds their instants.
    fn reach(&mut self, request: &Request, stops: &[Stop]) -> usize {
        self.furthest.clear();
        for way in &mut self.ways {
            way.clear();
        }
        let last = request.steps.len() - 1;
        for stop in stops {
            // From the last step down, so that one event is not two steps at once.
            for step in (0..=last).rev() {
                if !request.steps[step][stop.node as usize] {
                    continue;
                }
                if step == 0 {
                    self.ways[0].clear();
                    self.ways[0].push(stop.first);
                } else {
                    let (before, from) = self.ways.split_at_mut(step);
                    let Some(&start) = before[step - 1].first() else { continue };
                    if request.window.is_some_and(|window| stop.first - start > window) {
                        continue;
                    }
                    // The latest start leaves the most of the window: it replaces an earlier one.
                    from[0].clone_from(&before[step - 1]);
                    from[0].push(stop.first);
                }
                if step + 1 > self.furthest.len() {
                    self.furthest.clone_from(&self.ways[step]);
                }
            }
            if self.furthest.len() == last + 1 {
                break;
            }
        }
        self.furthest.len()
    }
}

struct Counts<'a> {
    request: &'a Request,
    selected: Totals,
    reached: Vec<u64>,
    gaps: Vec<Vec<i64>>,
    walk: Walk,
}

impl Aggregate for Counts<'_> {
    fn push(&mut self, _customer: u32, stops: &[Stop]) {
        self.selected.journeys += 1;
        self.selected.events += stops.len() as u64;
        let reached = self.walk.reach(self.request, stops);
        for step in 0..reached {
            self.reached[step] += 1;
            if step > 0 {
                self.gaps[step].push(self.walk.furthest[step] - self.walk.furthest[step - 1]);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.selected.journeys += other.selected.journeys;
        self.selected.events += other.selected.events;
        add_all(&mut self.reached, &other.reached);
        for (gaps, more) in self.gaps.iter_mut().zip(other.gaps) {
            gaps.extend(more);
        }
    }
}

/// Counts a funnel. A request without steps gives none.
pub fn funnel(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    request: &Request,
) -> Funnel {
    let steps = request.steps.len();
    if steps == 0 {
        return Funnel::default();
    }
    let selection = Selection { repeats: Repeats::Keep, ..selection.clone() };
    let counts = run(log, projection, &selection, usize::MAX, || Counts {
        request,
        selected: Totals::default(),
        reached: vec![0; steps],
        gaps: vec![Vec::new(); steps],
        walk: Walk::new(steps),
    });
    let figures = counts.reached.into_iter().zip(counts.gaps);
    let steps =
        figures.map(|(journeys, mut gaps)| Step { journeys, time: median_and_p95(&mut gaps) }).collect();
    Funnel { selected: counts.selected, steps }
}

/// Which journeys of a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that reach a step, from 0.
    Reached(usize),
    /// Those that reach a step and not the next.
    Left(usize),
}

struct Behind<'a> {
    request: &'a Request,
    part: Part,
    walk: Walk,
    customers: Vec<(u32, i64)>,
}

impl Aggregate for Behind<'_> {
    fn push(&mut self, customer: u32, stops: &[Stop]) {
        let reached = self.walk.reach(self.request, stops);
        let (step, meant) = match self.part {
            Part::Reached(step) => (step, reached > step),
            Part::Left(step) => (step, reached == step + 1),
        };
        if meant {
            self.customers.push((customer, self.walk.furthest[step]));
        }
    }

    fn merge(&mut self, other: Self) {
        self.customers.extend(other.customers);
    }
}

/// The journeys of a part: customer and instant of the step. As many as the figure says.
pub fn behind(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    request: &Request,
    part: Part,
) -> Vec<(u32, i64)> {
    let steps = request.steps.len();
    if steps == 0 {
        return Vec::new();
    }
    let selection = Selection { repeats: Repeats::Keep, ..selection.clone() };
    let empty = || Behind { request, part, walk: Walk::new(steps), customers: Vec::new() };
    run(log, projection, &selection, usize::MAX, empty).customers
}
