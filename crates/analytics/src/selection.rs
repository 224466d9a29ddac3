//! Which events count, what they become, and the journeys made of them.
//!
//! A journey is a customer's selected events in order, all of them or those of one case or visit, each turned into a node; immediate repeats of a
//! node fold into one stop unless they are kept.

use crate::aggregate::{Aggregate, add_all, run};
use crate::log::JourneyLog;

/// What events become. `class` has one entry an event; the other columns one entry a class.
///
/// A class is "this activity, recognised by that rule": it is computed once per version of the inventory,
/// and a level of view (touchpoint, channel, …) is then only a small table from class to node.
#[derive(Debug, Clone, Copy)]
pub struct Projection<'a> {
    /// Class of each event.
    pub class: &'a [u32],
    /// Node of each class, below `nodes`.
    pub node: &'a [u32],
    /// Owning department of each class; 0 for nobody's.
    pub owner: &'a [u32],
    /// Number of different nodes.
    pub nodes: u32,
}

/// Whether immediate repeats of a node count once or each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeats {
    /// `A A B` is the journey `A B`.
    #[default]
    Collapse,
    /// `A A B` stays as it is.
    Keep,
}

/// Which events form one journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// All of a customer's.
    #[default]
    Customer,
    /// A customer's events of one case; events without a case are in no journey.
    Case,
    /// Until the customer does nothing for longer than `gap` microseconds.
    Visit { gap: i64 },
}

/// Which events and journeys count.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// What a journey is.
    pub unit: Unit,
    /// First instant that counts, in microseconds.
    pub from: Option<i64>,
    /// First instant that no longer counts.
    pub until: Option<i64>,
    /// Activities that count, by code; all where absent.
    pub activities: Option<Vec<bool>>,
    /// Journeys count only if one of their selected events is of such a class; all where absent.
    pub touching: Option<Vec<bool>>,
    /// Folding of repeats.
    pub repeats: Repeats,
}

/// One stop of a journey: a node, once or several times in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The node.
    pub node: u32,
    /// Owner at the first event of the stop.
    pub owner_in: u32,
    /// Owner at the last event of the stop.
    pub owner_out: u32,
    /// Instant of the first event.
    pub first: i64,
    /// Instant of the last event.
    pub last: i64,
    /// Number of events folded into the stop, at least 1.
    pub events: u32,
}

impl Stop {
    /// Time from leaving this stop to reaching the next one: last event here to first event there.
    pub fn gap_to(&self, next: &Self) -> i64 {
        next.first - self.last
    }

    /// Whether the department changes on the way; what nobody owns is not handed over.
    pub fn hands_over_to(&self, next: &Self) -> bool {
        self.owner_out != next.owner_in && self.owner_out != 0 && next.owner_in != 0
    }
}

/// Room that is used again from customer to customer.
#[derive(Debug, Default)]
pub struct Scratch {
    stops: Vec<Stop>,
    /// Selected events as (case, place among the customer's events).
    events: Vec<(u32, u32)>,
}

/// The columns of one customer's events.
struct Events<'a> {
    times: &'a [i64],
    classes: &'a [u32],
    activities: &'a [u32],
}

impl Events<'_> {
    fn counts(&self, selection: &Selection, at: usize) -> bool {
        selection.activities.as_ref().is_none_or(|mask| mask[self.activities[at] as usize])
    }

    fn touches(&self, selection: &Selection, mut places: impl Iterator<Item = usize>) -> bool {
        match &selection.touching {
            Some(touching) => places.any(|at| touching[self.classes[at] as usize]),
            None => true,
        }
    }
}

/// Hands each selected journey of a customer to `take`, in order of the first event. At most `limit` stops are
/// needed by the caller; one more tells it that the journey goes on.
pub fn journeys_of(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    customer: usize,
    limit: usize,
    scratch: &mut Scratch,
    mut take: impl FnMut(&[Stop]),
) {
    let range = log.of_customer(customer);
    let times = &log.times()[range.clone()];
    // Events are sorted by time, so a period is one contiguous range.
    let start = selection.from.map_or(0, |from| times.partition_point(|&t| t < from));
    let end = selection.until.map_or(times.len(), |until| times.partition_point(|&t| t < until));
    if start >= end {
        return;
    }
    let events = Events {
        times,
        classes: &projection.class[range.clone()],
        activities: &log.activities()[range.clone()],
    };
    let Scratch { stops, events: chosen } = scratch;
    let counted = (start..end).filter(|&at| events.counts(selection, at));
    if selection.unit == Unit::Customer {
        if events.touches(selection, counted.clone()) {
            fill(&events, projection, selection.repeats, counted, limit, stops);
            if !stops.is_empty() {
                take(stops);
            }
        }
        return;
    }
    chosen.clear();
    match selection.unit {
        Unit::Case => {
            let cases = &log.cases()[range];
            chosen.extend(counted.filter(|&at| cases[at] != 0).map(|at| (cases[at], at as u32)));
            chosen.sort_unstable();
        }
        Unit::Customer | Unit::Visit { .. } => {
            let gap = if let Unit::Visit { gap } = selection.unit { gap } else { i64::MAX };
            let (mut visit, mut last) = (0, None);
            for at in counted {
                if last.is_some_and(|last: i64| times[at] - last > gap) {
                    visit += 1;
                }
                last = Some(times[at]);
                chosen.push((visit, at as u32));
            }
        }
    }
    let mut journeys: Vec<&[(u32, u32)]> = chosen.chunk_by(|a, b| a.0 == b.0).collect();
    journeys.sort_unstable_by_key(|journey| journey[0].1);
    for journey in journeys {
        let places = journey.iter().map(|&(_, at)| at as usize);
        if events.touches(selection, places.clone()) {
            fill(&events, projection, selection.repeats, places, limit, stops);
            take(stops);
        }
    }
}

/// Turns a journey's events into stops.
fn fill(
    events: &Events<'_>,
    projection: &Projection<'_>,
    repeats: Repeats,
    places: impl Iterator<Item = usize>,
    limit: usize,
    stops: &mut Vec<Stop>,
) {
    stops.clear();
    for at in places {
        let class = events.classes[at] as usize;
        let (node, owner, time) = (projection.node[class], projection.owner[class], events.times[at]);
        match stops.last_mut() {
            Some(stop) if stop.node == node && repeats == Repeats::Collapse => {
                stop.last = time;
                stop.owner_out = owner;
                stop.events += 1;
            }
            _ => {
                // One stop more than the limit tells the caller that the journey goes on, and lets the
                // repeats of the last stop that is needed be counted in full.
                if stops.len() > limit {
                    return;
                }
                stops.push(Stop {
                    node,
                    owner_in: owner,
                    owner_out: owner,
                    first: time,
                    last: time,
                    events: 1,
                });
            }
        }
    }
}

/// What a selection holds, without making journeys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Events that count.
    pub events: u64,
    /// Journeys with at least one of them.
    pub journeys: u64,
    /// Events that count, by class.
    pub by_class: Vec<u64>,
}

/// Counts what a selection holds. `classes` is the number of classes.
pub fn coverage(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    classes: usize,
) -> Coverage {
    struct Sum(Coverage);
    impl Aggregate for Sum {
        fn push(&mut self, _customer: u32, stops: &[Stop]) {
            self.0.journeys += 1;
            for stop in stops {
                self.0.events += u64::from(stop.events);
                self.0.by_class[stop.node as usize] += u64::from(stop.events);
            }
        }
        fn merge(&mut self, other: Self) {
            self.0.events += other.0.events;
            self.0.journeys += other.0.journeys;
            add_all(&mut self.0.by_class, &other.0.by_class);
        }
    }
    // Each class is its own node here, and folding repeats keeps the number of stops small.
    let own: Vec<u32> = (0..classes as u32).collect();
    let by_class = Projection { node: &own, nodes: classes as u32, ..*projection };
    let selection = Selection { repeats: Repeats::Collapse, ..selection.clone() };
    let empty = || Sum(Coverage { by_class: vec![0; classes], ..Coverage::default() });
    run(log, &by_class, &selection, usize::MAX, empty).0
}

/// Number of selected events and of journeys, which every figure's caption shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events that count.
    pub events: u64,
    /// Journeys with at least one of them.
    pub journeys: u64,
}
