//! Weeks of a period, from Monday on, in the company's time.

use chrono::{Datelike as _, Days, NaiveDate};
use chrono_tz::Tz;
use events::time::{local_day, start_of_day};

/// A week in microseconds.
pub const WEEK: i64 = 7 * 86_400_000_000;

/// The weeks that a period touches.
pub struct Weeks {
    /// First day and first instant of each.
    starts: Vec<(NaiveDate, i64)>,
    from: i64,
    until: i64,
}

impl Weeks {
    /// Those of a period of instants; `until` is the first that no longer counts.
    pub fn of(from: i64, until: i64, zone: Tz) -> Self {
        let mut starts = Vec::new();
        if until > from
            && let Ok(day) = NaiveDate::parse_from_str(&local_day(from, zone), "%Y-%m-%d")
        {
            let mut day = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
            while let Some(start) = start_of_day(day, zone).filter(|&start| start < until) {
                starts.push((day, start));
                day = day + Days::new(7);
            }
        }
        Self { starts, from, until }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The week of an instant of the period.
    pub fn at(&self, time: i64) -> usize {
        self.starts.partition_point(|&(_, start)| start <= time).saturating_sub(1)
    }

    /// Their first days.
    pub fn days(&self) -> impl Iterator<Item = String> + '_ {
        self.starts.iter().map(|(day, _)| day.to_string())
    }

    /// Their first instants.
    pub fn instants(&self) -> Vec<i64> {
        self.starts.iter().map(|&(_, start)| start).collect()
    }

    /// The first instant after a week.
    pub fn end(&self, at: usize) -> i64 {
        self.starts.get(at + 1).map_or(self.starts[at].1 + WEEK, |next| next.1)
    }

    /// Whether the period begins or ends within a week.
    pub fn is_partial(&self, at: usize) -> bool {
        self.starts[at].1 < self.from || self.end(at) > self.until
    }
}
