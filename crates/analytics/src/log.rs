//! The events of all customers, in columns, sorted by (customer, time, source, position).
//!
//! Times are microseconds since 1970 in UTC. Everything else is a code into a dictionary that the owner of
//! the log keeps. The core columns take 16 bytes an event.

use std::ops::Range;

/// Immutable columns of events; customer `c` owns the events `offsets[c]..offsets[c + 1]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JourneyLog {
    offsets: Vec<u32>,
    time: Vec<i64>,
    activity: Vec<u32>,
    case: Vec<u32>,
    span: Option<(i64, i64)>,
}

/// Why columns do not form a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogError {
    /// The columns have different lengths.
    Ragged { time: usize, activity: usize, case: usize },
    /// Offsets must start at 0, never fall, and end at the number of events.
    Offsets { at: usize },
    /// A customer's events must be in order of time.
    Unsorted { event: usize },
    /// More events than a 32-bit offset can address.
    TooMany { events: usize },
}

impl JourneyLog {
    /// Takes finished columns. `case` 0 means "no case".
    pub fn new(
        offsets: Vec<u32>,
        time: Vec<i64>,
        activity: Vec<u32>,
        case: Vec<u32>,
    ) -> Result<Self, LogError> {
        if time.len() != activity.len() || time.len() != case.len() {
            return Err(LogError::Ragged { time: time.len(), activity: activity.len(), case: case.len() });
        }
        if time.len() > u32::MAX as usize {
            return Err(LogError::TooMany { events: time.len() });
        }
        if offsets.first().is_some_and(|&first| first != 0)
            || offsets.last().copied().unwrap_or(0) as usize != time.len()
        {
            return Err(LogError::Offsets { at: offsets.len().saturating_sub(1) });
        }
        if let Some(at) = offsets.windows(2).position(|pair| pair[0] > pair[1]) {
            return Err(LogError::Offsets { at });
        }
        let mut span: Option<(i64, i64)> = None;
        for pair in offsets.windows(2) {
            let (from, to) = (pair[0] as usize, pair[1] as usize);
            if let Some(at) = time[from..to].windows(2).position(|t| t[0] > t[1]) {
                return Err(LogError::Unsorted { event: from + at + 1 });
            }
            if let [first, .., last] | [first @ last] = time[from..to] {
                span = Some(span.map_or((first, last), |(least, most)| (least.min(first), most.max(last))));
            }
        }
        Ok(Self { offsets, time, activity, case, span })
    }

    /// Number of customers, those without events included.
    pub fn customers(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Number of events.
    pub fn events(&self) -> usize {
        self.time.len()
    }

    /// The events of one customer, as indexes into the columns.
    pub fn of_customer(&self, customer: usize) -> Range<usize> {
        self.offsets[customer] as usize..self.offsets[customer + 1] as usize
    }

    /// Instants in microseconds since 1970, UTC.
    pub fn times(&self) -> &[i64] {
        &self.time
    }

    /// Activity codes; a code stands for one activity of one source.
    pub fn activities(&self) -> &[u32] {
        &self.activity
    }

    /// Where each customer's events begin, and where the last one's end.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// Case codes, 0 for none.
    pub fn cases(&self) -> &[u32] {
        &self.case
    }

    /// The first and last instant of the whole log.
    pub fn span(&self) -> Option<(i64, i64)> {
        self.span
    }
}
