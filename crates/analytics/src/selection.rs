//! Which events count, what they become, and which of them form one journey.

use crate::log::JourneyLog;
use crate::segment::Segment;

/// What events become. `class` has one entry an event; the other columns one entry a class.
///
/// A class is "this activity, recognised by that rule": it is computed once per version of the inventory,
/// and a level of view (touchpoint, channel, …) is then only a small table from class to node.
#[derive(Debug, Clone, Copy)]
pub struct Projection<'a> {
    /// Class of each event.
    pub class: &'a [u32],
    /// Node of each class, below `nodes`; [`HIDDEN`] for events that are left out.
    pub node: &'a [u32],
    /// Owning department of each class; 0 for nobody's.
    pub owner: &'a [u32],
    /// Number of different nodes.
    pub nodes: u32,
}

/// The node of a class whose events are not shown: journeys go on as if they were not there. Which journeys count, and
/// where one visit ends, does not depend on what is shown.
pub const HIDDEN: u32 = u32::MAX;

/// Whether immediate repeats of a node count once or each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Repeats {
    /// `A A B` is the journey `A B`.
    #[default]
    Collapse,
    /// `A A B` stays as it is.
    Keep,
}

/// Which events form one journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
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
    /// Journeys count only if they fulfil all of these, by their selected events.
    pub segments: Vec<Segment>,
    /// Folding of repeats.
    pub repeats: Repeats,
}

impl Selection {
    /// Whether every event of the log counts, and each customer is one journey.
    pub(crate) fn takes_all(&self) -> bool {
        let Self { unit, from, until, activities, touching, segments, repeats: _ } = self;
        *unit == Unit::Customer
            && (from, until, activities, touching) == (&None, &None, &None, &None)
            && segments.is_empty()
    }
}

/// Room that is used again from customer to customer.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Selected events as (case or visit, event).
    chosen: Vec<(u32, u32)>,
    journey: Vec<u32>,
}

/// Hands the events of each selected journey of a customer to `take`, in order of the first event.
pub(crate) fn journeys_of(
    log: &JourneyLog,
    projection: &Projection<'_>,
    selection: &Selection,
    customer: usize,
    scratch: &mut Scratch,
    mut take: impl FnMut(&[u32]),
) {
    let range = log.of_customer(customer);
    let times = &log.times()[range.clone()];
    // Events are sorted by time, so a period is one contiguous range.
    let start = selection.from.map_or(0, |from| times.partition_point(|&t| t < from));
    let end = selection.until.map_or(times.len(), |until| times.partition_point(|&t| t < until));
    if start >= end {
        return;
    }
    let first = range.start;
    let counts = |event: &usize| {
        selection.activities.as_ref().is_none_or(|mask| mask[log.activities()[*event] as usize])
    };
    let is_shown = |event: &u32| projection.node[projection.class[*event as usize] as usize] != HIDDEN;
    let counted = (first + start..first + end).filter(counts);
    let wanted = |journey: &[u32]| {
        let touches = selection.touching.as_ref().is_none_or(|touching| {
            journey.iter().any(|&event| touching[projection.class[event as usize] as usize])
        });
        touches
            && selection.segments.iter().all(|segment| segment.holds(log, projection.class, customer, journey))
    };
    let Scratch { chosen, journey } = scratch;
    journey.clear();
    chosen.clear();
    match selection.unit {
        Unit::Customer => {
            journey.extend(counted.map(|event| event as u32));
            if !journey.is_empty() && wanted(journey) {
                journey.retain(is_shown);
                if !journey.is_empty() {
                    take(journey);
                }
            }
            return;
        }
        Unit::Case => {
            let cases = log.cases();
            chosen.extend(counted.filter(|&event| cases[event] != 0).map(|event| (cases[event], event as u32)));
            chosen.sort_unstable();
        }
        Unit::Visit { gap } => {
            let (mut visit, mut last) = (0, None);
            for event in counted {
                let time = log.times()[event];
                if last.is_some_and(|last: i64| time - last > gap) {
                    visit += 1;
                }
                last = Some(time);
                chosen.push((visit, event as u32));
            }
        }
    }
    let mut journeys: Vec<&[(u32, u32)]> = chosen.chunk_by(|a, b| a.0 == b.0).collect();
    journeys.sort_unstable_by_key(|events| events[0].1);
    for events in journeys {
        journey.clear();
        journey.extend(events.iter().map(|&(_, event)| event));
        if wanted(journey) {
            journey.retain(is_shown);
            if !journey.is_empty() {
                take(journey);
            }
        }
    }
}

/// Number of selected events and of journeys, which every figure's caption shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events that count.
    pub events: u64,
    /// Journeys with at least one of them.
    pub journeys: u64,
}
