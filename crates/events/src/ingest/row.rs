//! One row: its cells become an event, or a problem that names line, column, value, reason and remedy.

use contract::sources::{Accepted, Quarantined};

use super::Job;
use super::chunk::Piece;
use super::digest::{Content, Digests};
use super::quarantine::Problem;
use super::understood::Understood;
use crate::Pseudonyms;
use crate::csv::{ColumnMap, MAX_CELL, Row};
use crate::segment::NewEvent;
use crate::time::{LastDay, TimeError, TimeFormat, parse_after};

/// Reads rows of one file.
pub struct RowReader<'a> {
    job: &'a Job<'a>,
    columns: &'a ColumnMap,
    header: &'a [String],
    format: TimeFormat,
    pseudonyms: &'a Pseudonyms,
    digests: Digests,
    /// Cells of a corrected quarantine file carry a mark where a spreadsheet would run them.
    unmark: bool,
}

/// What is used again from row to row.
#[derive(Default)]
struct Room {
    content: Vec<u8>,
    day: LastDay,
}

/// Rows of each kind that an import keeps to show.
pub(super) const EXAMPLES: usize = 10;

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

/// A cell as it was before it was marked for spreadsheets.
fn without_mark(cell: &[u8]) -> &[u8] {
    match cell {
        [b'\'', b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r', ..] => &cell[1..],
        _ => cell,
    }
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
        Self { job, columns, header, format, pseudonyms, digests: Digests::of(job.source, pseudonyms), unmark }
    }

    /// Says what each row of a piece is.
    pub fn understand<'t>(&self, piece: &Piece<'t>) -> Understood<'t> {
        let mut understood = Understood::new(piece.rows(), self.columns.attributes.len());
        let mut room = Room::default();
        piece.each(|row| match self.event(row, &mut room, &mut understood) {
            Ok((event, named)) => understood.push(event, named),
            Err(problem) => understood.refuse(*problem),
        });
        understood.finish();
        understood
    }

    /// An accepted row, to be shown.
    pub fn accepted(&self, row: Row<'_, '_>, time: i64) -> Accepted {
        let columns = self.columns;
        let optional = |column: Option<usize>| column.map(|column| shown(self.cell(row, column)));
        Accepted {
            line: row.line,
            customer: shown(self.cell(row, columns.customer)),
            time,
            activity: shown(self.cell(row, columns.activity)),
            case: optional(columns.case).unwrap_or_default(),
            reason: optional(columns.reason).unwrap_or_default(),
        }
    }

    /// What is wrong with a row whose id is stored with another content.
    pub fn conflict(&self, row: Row<'_, '_>) -> Problem {
        *self.problem(
            row,
            self.columns.id.unwrap_or(0),
            "id_conflict",
            "An event with this id is stored already and says something else.",
            "Give the event an id of its own, or leave it out.",
        )
    }

    #[inline]
    fn cell<'t>(&self, row: Row<'t, '_>, column: usize) -> &'t [u8] {
        let cell = row.cell(column).trim_ascii();
        if self.unmark { without_mark(cell) } else { cell }
    }

    /// The cell of a column that need not be there.
    #[inline]
    fn maybe<'t>(&self, row: Row<'t, '_>, column: Option<usize>) -> &'t [u8] {
        match column {
            Some(column) => self.cell(row, column),
            None => &[],
        }
    }

    fn problem(
        &self,
        row: Row<'_, '_>,
        column: usize,
        code: &'static str,
        reason: &str,
        remedy: &str,
    ) -> Box<Problem> {
        Box::new(Problem {
            line: row.line,
            column: self.header.get(column).cloned().unwrap_or_default(),
            value: shown(row.cell(column)),
            code,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        })
    }

    /// What the row says, checked; and whether it has an id of its own.
    fn event<'t>(
        &self,
        row: Row<'t, '_>,
        room: &mut Room,
        understood: &mut Understood<'t>,
    ) -> Result<(NewEvent, bool), Box<Problem>> {
        if let Some(error) = row.error {
            return Err(self.problem(row, row.error_at, error.code(), error.reason(), error.remedy()));
        }
        if row.cells() != self.header.len() {
            let reason =
                format!("The row has {} cells, the header names {} columns.", row.cells(), self.header.len());
            let column = row.cells().min(self.header.len().saturating_sub(1));
            return Err(self.problem(
                row,
                column,
                "ragged_row",
                &reason,
                "Quote cells that hold the delimiter or a line break, and fill in missing cells.",
            ));
        }
        let columns = self.columns;
        let required = |column: usize, code, what: &str| {
            let cell = self.cell(row, column);
            if cell.is_empty() {
                let reason = format!("The {what} is empty.");
                return Err(self.problem(
                    row,
                    column,
                    code,
                    &reason,
                    "Fill in the cell, or leave the row out.",
                ));
            }
            Ok(cell)
        };
        let name = |column: usize| {
            let cell = self.cell(row, column);
            if cell.len() > MAX_NAME {
                let reason = format!("The value is {} bytes long; at most {MAX_NAME} are kept.", cell.len());
                return Err(self.problem(
                    row,
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
        let time = self.time(row, required(columns.time, "bad_time", "time")?, &mut room.day)?;
        let number = |column: Option<usize>, scale: f64| -> Result<Option<i64>, Box<Problem>> {
            let Some(column) = column else { return Ok(None) };
            let cell = self.cell(row, column);
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
                        row,
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
                row,
                column,
                "bad_number",
                "The duration is negative.",
                "Write seconds, as in 12.5.",
            ));
        }
        let cost = number(columns.cost, 100.0)?;
        let text = self.maybe(row, columns.text);
        debug_assert!(text.len() <= MAX_CELL);
        let optional = |column: Option<usize>| match column {
            Some(column) => name(column),
            None => Ok(&[][..]),
        };
        let (case, reason) = (optional(columns.case)?, optional(columns.reason)?);
        let known_as = optional(columns.known_as)?;

        // Everything that is read decides whether two rows say the same.
        let customer = self.pseudonyms.of(customer);
        let content = Content { customer, time, activity, case, reason, text, duration, cost };
        let attribute = |(name, column): &'a (String, usize)| (name.as_str(), self.cell(row, *column));
        for (_, column) in &columns.attributes {
            name(*column)?;
        }
        let content =
            self.digests.content(&content, columns.attributes.iter().map(attribute), &mut room.content);
        let id = self.maybe(row, columns.id);
        let named = !id.is_empty();
        let key = if named { self.digests.id(id) } else { content };
        let event = NewEvent {
            customer,
            time,
            position: 0,
            key,
            content: content as i64,
            activity: understood.text(activity),
            case: understood.text(case),
            reason: understood.text(reason),
            text: understood.text(text),
            duration,
            cost,
        };
        for (_, column) in &columns.attributes {
            understood.attribute(self.cell(row, *column));
        }
        if !known_as.is_empty() {
            understood.known_as(customer, self.pseudonyms.of(known_as));
        }
        Ok((event, named))
    }

    fn time(&self, row: Row<'_, '_>, cell: &[u8], last: &mut LastDay) -> Result<i64, Box<Problem>> {
        let problem =
            |code, reason: &str, remedy: &str| Err(self.problem(row, self.columns.time, code, reason, remedy));
        let text = std::str::from_utf8(cell).unwrap_or_default();
        match parse_after(text, self.format, self.job.zone, last) {
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
