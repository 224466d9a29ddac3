//! Segments: conditions on a journey's events, of which it must fulfil all or any.

use std::sync::Arc;

use crate::log::JourneyLog;

/// Which events a condition speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// Those of some classes.
    Classes(Vec<bool>),
    /// Those that are marked, one mark an event of the log.
    Marked(Arc<Vec<bool>>),
}

impl What {
    pub(crate) fn is(&self, class: &[u32], event: u32) -> bool {
        match self {
            Self::Classes(of) => of[class[event as usize] as usize],
            Self::Marked(marks) => marks[event as usize],
        }
    }
}

/// What a journey must fulfil.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// It has at least so many such events.
    Has { what: What, times: u32 },
    /// It has no such event.
    Never { what: What },
    /// After a `first` event comes a `then` event, not later than `within` microseconds after it.
    Then { first: What, then: What, within: Option<i64> },
    /// It has a `first` event, and no `then` event comes after any of them within that time.
    NotThen { first: What, then: What, within: Option<i64> },
    /// It has a `then` event, and no `first` event comes before any of them within that time.
    NotBefore { first: What, then: What, within: Option<i64> },
    /// The last of its events that say something, `of` them, is such.
    Latest { of: What, what: What },
    /// Its first event is such.
    Starts { what: What },
    /// Its last event is such.
    Ends { what: What },
    /// Its customer is one of these, one mark a customer of the log.
    Among { customers: Arc<Vec<bool>> },
}

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Join {
    /// All must be fulfilled.
    #[default]
    All,
    /// One is enough.
    Any,
}

/// Conditions; without any, every journey fulfils them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Segment {
    pub join: Join,
    pub conditions: Vec<Condition>,
}

impl Segment {
    /// Whether a journey, given by its events in order, belongs to the segment.
    pub(crate) fn holds(&self, log: &JourneyLog, class: &[u32], customer: usize, journey: &[u32]) -> bool {
        let mut conditions = self.conditions.iter();
        match self.join {
            Join::All => conditions.all(|one| one.holds(log, class, customer, journey)),
            Join::Any => {
                self.conditions.is_empty() || conditions.any(|one| one.holds(log, class, customer, journey))
            }
        }
    }
}

impl Condition {
    fn holds(&self, log: &JourneyLog, class: &[u32], customer: usize, journey: &[u32]) -> bool {
        let any = |what: &What| journey.iter().any(|&event| what.is(class, event));
        match self {
            Self::Has { what, times: 0 | 1 } => any(what),
            Self::Has { what, times } => {
                journey.iter().filter(|&&event| what.is(class, event)).nth(*times as usize - 1).is_some()
            }
            Self::Never { what } => !any(what),
            Self::Then { first, then, within } => followed(log, class, journey, (first, then), *within),
            Self::NotThen { first, then, within } => {
                any(first) && !followed(log, class, journey, (first, then), *within)
            }
            Self::NotBefore { first, then, within } => {
                any(then) && !followed(log, class, journey, (first, then), *within)
            }
            Self::Latest { of, what } => {
                let last = journey.iter().rev().find(|&&event| of.is(class, event));
                last.is_some_and(|&event| what.is(class, event))
            }
            Self::Starts { what } => journey.first().is_some_and(|&event| what.is(class, event)),
            Self::Among { customers } => customers[customer],
            Self::Ends { what } => journey.last().is_some_and(|&event| what.is(class, event)),
        }
    }
}

/// Whether an event of the second kind comes after one of the first, in time.
fn followed(
    log: &JourneyLog,
    class: &[u32],
    journey: &[u32],
    (first, then): (&What, &What),
    within: Option<i64>,
) -> bool {
    // The latest event of the first kind leaves the most time.
    let mut latest = None;
    for &event in journey {
        let time = log.times()[event as usize];
        if let Some(latest) = latest
            && then.is(class, event)
            && within.is_none_or(|within| time - latest <= within)
        {
            return true;
        }
        if first.is(class, event) {
            latest = Some(time);
        }
    }
    false
}
