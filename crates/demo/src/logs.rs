//! The rows of the six logs, collected in memory and written in order of time.

use std::path::Path;

use chrono::DateTime;

/// One row: when, and its cells after the time.
type Row = (i64, Vec<String>);

/// Rows by log, in the order of [`crate::LOGS`].
#[derive(Debug, Default)]
pub struct Logs {
    rows: [Vec<Row>; 6],
}

/// Columns behind `time`, by log.
const COLUMNS: [&[&str]; 6] = [
    &["customer", "page", "device"],
    &["customer", "menu", "seconds"],
    &["contact", "customer", "channel", "wrap_up", "note", "handle_seconds"],
    &["customer", "event", "amount", "plan"],
    &["customer", "event", "campaign"],
    &["order", "customer", "event", "result"],
];

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Web,
    Ivr,
    Contact,
    Billing,
    Mail,
    Dispatch,
}

impl Logs {
    /// Adds a row at an instant, in seconds since 1970.
    pub fn add(&mut self, to: To, at: i64, cells: Vec<String>) {
        self.rows[to as usize].push((at, cells));
    }

    /// Writes each log as CSV.
    pub fn write(mut self, folder: &Path) -> std::io::Result<()> {
        for ((log, columns), rows) in crate::LOGS.iter().zip(COLUMNS).zip(&mut self.rows) {
            // Stable: rows of one instant stay in the order in which they were made.
            rows.sort_by_key(|(at, _)| *at);
            let mut out = csv::Writer::from_path(folder.join(format!("{}.csv", log.source)))?;
            out.write_record(std::iter::once("time").chain(columns.iter().copied()))?;
            for (at, cells) in rows.iter() {
                let time = DateTime::from_timestamp(*at, 0)
                    .unwrap_or_default()
                    .format("%Y-%m-%dT%H:%M:%SZ")
                    .to_string();
                out.write_record(std::iter::once(time.as_str()).chain(cells.iter().map(String::as_str)))?;
            }
            out.flush()?;
        }
        Ok(())
    }
}
