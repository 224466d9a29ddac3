//! One row: its cells become an event, or a problem that names line, column, value, reason and remedy.

use contract::sources::{Accepted, Quarantined};
use rayon::prelude::*;

use super::Job;
use super::identity::{Known, Relation, short};
use super::quarantine::Problem;
use crate::csv::{ColumnMap, MAX_CELL, Record};
use crate::segment::{Batch, NewEvent};
use crate::time::{TimeError, TimeFormat, parse};
use crate::{CustomerKey, Pseudonyms};

/// What became of a row.
pub enum Read {
    /// The instant of the new event.
    Accepted(i64),
    Duplicate,
    Refused(Problem),
}

/// Reads rows of one file.
pub struct RowReader<'a> {
    job: &'a Job<'a>,
    columns: &'a ColumnMap,
    header: &'a [String],
    format: TimeFormat,
    pseudonyms: &'a Pseudonyms,
    attributes: Vec<u32>,
    /// Cells of a corrected quarantine file carry a mark where a spreadsheet would run them.
    unmark: bool,
}

/// A row's checked cells.
pub struct Cells<'r> {
    customer: CustomerKey,
    time: i64,
    activity: &'r [u8],
    case: &'r [u8],
    reason: &'r [u8],
    text: &'r [u8],
    duration: Option<i64>,
    cost: Option<i64>,
    /// Hash of all that is read.
    content: u128,
    /// Hash of the row's own id, where it has one.
    id: Option<u128>,
}

/// All that an event says, whichever way it came.
pub struct Content<'a> {
    pub source: &'a str,
    pub customer: CustomerKey,
    pub time: i64,
    pub activity: &'a [u8],
    pub case: &'a [u8],
    pub reason: &'a [u8],
    pub text: &'a [u8],
    pub duration: Option<i64>,
    pub cost: Option<i64>,
}

impl Content<'_> {
    /// A digest of it, with the attributes by name; empty ones say nothing. `room` is used again from event to event.
    pub fn digest<'v>(
        &self,
        attributes: impl Iterator<Item = (&'v str, &'v [u8])>,
        room: &mut Vec<u8>,
    ) -> u128 {
        let Self { source, customer, time, activity, case, reason, text, duration, cost } = self;
        room.clear();
        let mut put = |part: &[u8]| {
            room.extend_from_slice(&(part.len() as u32).to_le_bytes());
            room.extend_from_slice(part);
        };
        put(source.as_bytes());
        put(&customer.0.to_be_bytes());
        put(&time.to_le_bytes());
        put(activity);
        put(case);
        put(reason);
        put(text);
        put(&duration.unwrap_or(i64::MIN).to_le_bytes());
        put(&cost.unwrap_or(i64::MIN).to_le_bytes());
        for (name, value) in attributes.filter(|(_, value)| !value.is_empty()) {
            put(name.as_bytes());
            put(value);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&blake3::hash(room).as_bytes()[..16]);
        u128::from_be_bytes(first)
    }
}

/// What tells an event apart by the id that its source gave it.
pub fn identity_of(source: &str, id: &[u8]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"id").update(source.as_bytes()).update(&[0]).update(id);
    short(&hasher)
}

/// Rows of each kind that an import keeps to show.
const EXAMPLES: usize = 10;

/// The first rows that were read, and the first that were refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examples {
    pub accepted: Vec<Accepted>,
    pub refused: Vec<Quarantined>,
}

/// A cell as a page shows it.
fn shown(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).chars().take(200).collect()
}

const DAY: i64 = 86_400_000_000;

/// Longest text kept of an activity, case or attribute value.
const MAX_NAME: usize = 4096;

impl<'a> RowReader<'a> {
    pub fn new(
        job: &'a Job<'a>,
        columns: &'a ColumnMap,
        header: &'a [String],
        format: TimeFormat,
        pseudonyms: &'a Pseudonyms,
    ) -> Self {
        let unmark = super::quarantine::is_download(header);
        Self { job, columns, header, format, pseudonyms, attributes: Vec::new(), unmark }
    }

    /// Says what each of some rows is, by all threads.
    pub fn understand<'r>(&self, records: &'r [Record]) -> Vec<Result<Cells<'r>, Problem>> {
        let understood =
            records.par_iter().with_min_len(256).map_init(Vec::new, |room, record| self.event(record, room));
        understood.collect()
    }

    /// Takes a row in that was understood, unless it is known.
    pub fn take(
        &mut self,
        record: &Record,
        cells: Result<Cells<'_>, Problem>,
        position: u64,
        batch: &mut Batch,
        known: &mut Known,
        examples: &mut Examples,
    ) -> Read {
        let read = self.judge(record, &cells, position, batch, known);
        match (&read, &cells) {
            (Read::Accepted(time), Ok(cells)) if examples.accepted.len() < EXAMPLES => {
                examples.accepted.push(Accepted {
                    line: record.line,
                    customer: shown(self.cell(record, self.columns.customer)),
                    time: *time,
                    activity: shown(cells.activity),
                    case: shown(cells.case),
                    reason: shown(cells.reason),
                });
            }
            (Read::Refused(problem), _) if examples.refused.len() < EXAMPLES => {
                examples.refused.push(Quarantined {
                    line: problem.line,
                    column: problem.column.clone(),
                    value: problem.value.clone(),
                    code: problem.code.to_owned(),
                    reason: problem.reason.clone(),
                });
            }
            _ => {}
        }
        read
    }

    fn judge(
        &mut self,
        record: &Record,
        cells: &Result<Cells<'_>, Problem>,
        position: u64,
        batch: &mut Batch,
        known: &mut Known,
    ) -> Read {
        match cells {
            Ok(cells) => {
                let (key, relation) = match cells.id {
                    Some(key) => (key, known.admit(key, cells.content as i64)),
                    None => known.admit_content(cells.content),
                };
                match relation {
                    Relation::New => {
                        // Only now is its text taken in: what is known already costs no memory.
                        let mut attributes = std::mem::take(&mut self.attributes);
                        attributes.clear();
                        let columns = &self.columns.attributes;
                        attributes
                            .extend(columns.iter().map(|(_, column)| batch.text(self.cell(record, *column))));
                        let event = NewEvent {
                            customer: cells.customer,
                            time: cells.time,
                            position: position as i64,
                            key,
                            content: cells.content as i64,
                            activity: batch.text(cells.activity),
                            case: batch.text(cells.case),
                            reason: batch.text(cells.reason),
                            text: batch.text(cells.text),
                            duration: cells.duration,
                            cost: cells.cost,
                        };
                        batch.push(event, &attributes);
                        self.attributes = attributes;
                        Read::Accepted(event.time)
                    }
                    Relation::Duplicate => Read::Duplicate,
                    Relation::Conflict => Read::Refused(self.problem(
                        record,
                        self.columns.id.unwrap_or(0),
                        "id_conflict",
                        "An event with this id is stored already and says something else.",
                        "Give the event an id of its own, or leave it out.",
                    )),
                }
            }
            Err(problem) => Read::Refused(problem.clone()),
        }
    }

    fn cell<'r>(&self, record: &'r Record, column: usize) -> &'r [u8] {
        let cell = record.cell(column).trim_ascii();
        match cell {
            [b'\'', b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r', ..] if self.unmark => &cell[1..],
            _ => cell,
        }
    }

    fn problem(
        &self,
        record: &Record,
        column: usize,
        code: &'static str,
        reason: &str,
        remedy: &str,
    ) -> Problem {
        Problem {
            line: record.line,
            column: self.header.get(column).cloned().unwrap_or_default(),
            value: String::from_utf8_lossy(record.cell(column)).chars().take(200).collect(),
            code,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// What the row says, checked.
    fn event<'r>(&self, record: &'r Record, room: &mut Vec<u8>) -> Result<Cells<'r>, Problem> {
        if let Some(error) = record.error {
            return Err(self.problem(record, record.error_at, error.code(), error.reason(), error.remedy()));
        }
        if record.len() != self.header.len() {
            let reason =
                format!("The row has {} cells, the header names {} columns.", record.len(), self.header.len());
            let column = record.len().min(self.header.len().saturating_sub(1));
            return Err(self.problem(
                record,
                column,
                "ragged_row",
                &reason,
                "Quote cells that hold the delimiter or a line break, and fill in missing cells.",
            ));
        }
        let columns = self.columns;
        let required = |column: usize, code, what: &str| {
            let cell = self.cell(record, column);
            if cell.is_empty() {
                let reason = format!("The {what} is empty.");
                return Err(self.problem(
                    record,
                    column,
                    code,
                    &reason,
                    "Fill in the cell, or leave the row out.",
                ));
            }
            Ok(cell)
        };
        let name = |column: usize| {
            let cell = self.cell(record, column);
            if cell.len() > MAX_NAME {
                let reason = format!("The value is {} bytes long; at most {MAX_NAME} are kept.", cell.len());
                return Err(self.problem(
                    record,
                    column,
                    "value_too_long",
                    &reason,
                    "Map long text as text, or shorten it.",
                ));
            }
            Ok(cell)
        };
        let customer = required(columns.customer, "missing_customer", "customer")?;
        let activity = required(columns.activity, "missing_activity", "activity")?;
        name(columns.activity)?;
        let time = self.time(record, required(columns.time, "bad_time", "time")?)?;
        let number = |column: Option<usize>, scale: f64| -> Result<Option<i64>, Problem> {
            let Some(column) = column else { return Ok(None) };
            let cell = self.cell(record, column);
            if cell.is_empty() {
                return Ok(None);
            }
            std::str::from_utf8(cell)
                .ok()
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|value| value.is_finite() && value.abs() < 1e12)
                .map(|value| Some((value * scale).round() as i64))
                .ok_or_else(|| {
                    self.problem(
                        record,
                        column,
                        "bad_number",
                        "The value is no number.",
                        "Write digits with a point, as in 12.50.",
                    )
                })
        };
        let duration = number(columns.duration, 1e6)?;
        if duration.is_some_and(|duration| duration < 0) {
            let column = columns.duration.unwrap_or(0);
            return Err(self.problem(
                record,
                column,
                "bad_number",
                "The duration is negative.",
                "Write seconds, as in 12.5.",
            ));
        }
        let cost = number(columns.cost, 100.0)?;
        let text = columns.text.map_or(&[][..], |column| self.cell(record, column));
        debug_assert!(text.len() <= MAX_CELL);
        let optional = |column: Option<usize>| column.map_or(Ok(&[][..]), name);
        let (case, reason) = (optional(columns.case)?, optional(columns.reason)?);

        // Everything that is read decides whether two rows say the same. The customer goes in as its
        // pseudonym: a hash of the id itself would let anyone who has the events guess ids and compare.
        let pseudonym = self.pseudonyms.of(customer);
        let mut attributes = Vec::with_capacity(columns.attributes.len());
        for (attribute, column) in &columns.attributes {
            attributes.push((attribute.as_str(), name(*column)?));
        }
        let content = Content {
            source: self.job.source,
            customer: pseudonym,
            time,
            activity,
            case,
            reason,
            text,
            duration,
            cost,
        }
        .digest(attributes.into_iter(), room);
        let id = columns.id.map_or(&[][..], |column| self.cell(record, column));
        let id = (!id.is_empty()).then(|| identity_of(self.job.source, id));
        Ok(Cells { customer: pseudonym, time, activity, case, reason, text, duration, cost, content, id })
    }

    fn time(&self, record: &Record, cell: &[u8]) -> Result<i64, Problem> {
        let problem = |code, reason: &str, remedy: &str| {
            Err(self.problem(record, self.columns.time, code, reason, remedy))
        };
        let text = std::str::from_utf8(cell).unwrap_or_default();
        match parse(text, self.format, self.job.zone) {
            Ok(instant) if instant <= self.job.now + DAY => Ok(instant),
            Ok(_) => problem(
                "time_out_of_range",
                "The time is more than 24 hours in the future.",
                "Correct the time, or check the time zone.",
            ),
            Err(TimeError::OutOfRange) => {
                problem("time_out_of_range", "The time is before 1970.", "Correct the time, or check its unit.")
            }
            Err(TimeError::Unreadable) => problem(
                "bad_time",
                "The value is no time in the format of the column.",
                "Write times like 2026-03-01 14:03:22, all in one format.",
            ),
            Err(TimeError::NoZone) => problem(
                "bad_time",
                "The time carries no zone, while others in the column do.",
                "Add a zone, as in 2026-03-01T14:03:22Z, or choose the zone of the file.",
            ),
            Err(TimeError::Twice) => problem(
                "ambiguous_local_time",
                "The clocks were set back: this local time happened twice.",
                "Write the time in UTC, or with its offset.",
            ),
            Err(TimeError::Skipped) => problem(
                "ambiguous_local_time",
                "The clocks were set forward: this local time never happened.",
                "Write the time in UTC, or with its offset.",
            ),
        }
    }
}
