//! One import: rows of a file become events in segments; what can't be used is quarantined; what is known
//! already is counted as duplicate. received = accepted + duplicate + quarantined, always.
//!
//! Nothing counts before the caller records the returned segments in the manifest, all in one transaction.
//! An import that is killed leaves files that no manifest names, which the next one sweeps away.

mod chunk;
mod identity;
mod pairs;
mod progress;
mod quarantine;
mod row;

use std::path::Path;

use chrono_tz::Tz;
use contract::sources::{ColumnMapping, Counts, Reason};
use contract::{Kind, UserError};

use crate::csv::Mapping;
use crate::formats::{Hints, Sample, open};
use crate::segment::{Batch, write_batch};
use crate::{EventsError, ImportLock, SegmentMeta, SegmentRef, Store};
use chunk::Chunk;

pub use identity::{Identities, Known};
pub use pairs::read_pairs;
pub use progress::{Phase, Progress};
pub use quarantine::{first_rows, quarantine_events};
pub use row::Examples;
pub(crate) use row::{Content, identity_of};

/// What to read, and how.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// Names the segments and the quarantine file; unique for all time.
    pub import: &'a str,
    pub path: &'a Path,
    pub source: &'a str,
    /// What is known about the file; the rest is detected.
    pub hints: Hints,
    pub mapping: &'a ColumnMapping,
    /// For times that carry no zone.
    pub zone: Option<Tz>,
    /// For times in which day and month could be either.
    pub order: Option<crate::time::DayOrder>,
    /// Microseconds since 1970; events more than a day later are refused.
    pub now: i64,
    /// Reads and judges every row, and keeps none.
    pub dry: bool,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub counts: Counts,
    /// To be recorded in the manifest.
    pub segments: Vec<SegmentMeta>,
    /// Reasons of quarantined rows, most frequent first.
    pub reasons: Vec<Reason>,
    pub first_event: Option<i64>,
    pub last_event: Option<i64>,
    pub examples: Examples,
}

/// Events held in memory before they are written.
const BATCH: usize = 1_000_000;
/// Text held in memory before it is written.
const BATCH_BYTES: usize = 128 << 20;

/// Reads a file's start as [`run`] would.
pub fn look(job: &Job<'_>) -> Result<Sample, EventsError> {
    crate::formats::look(job.path, job.hints)
}

/// Reads the file. `stored` are the segments that the manifest names for this source, `waiting` the identities of its
/// events that no segment has taken in yet: key and digest.
pub fn run(
    store: &Store,
    _lock: &ImportLock,
    job: &Job<'_>,
    stored: &[SegmentRef],
    waiting: &[(u128, i64)],
    progress: &Progress,
) -> Result<Outcome, EventsError> {
    let sample = look(job)?;
    let columns = Mapping::resolve(job.mapping, &sample.header)?;
    let times =
        sample.rows.iter().map(|row| row[columns.time].as_str()).filter(|value| !value.trim().is_empty());
    let detected = crate::time::detect(times, job.order);
    if detected.ambiguous_day {
        return Err(UserError::new(
            Kind::Unprocessable,
            "ambiguous_day",
            format!("In column \u{201c}{}\u{201d}, day and month can't be told apart.", job.mapping.time),
        )
        .at("order of day and month")
        .remedy("Say which comes first: --day-order day, or --day-order month.")
        .into());
    }
    if detected.zone_needed && job.zone.is_none() {
        return Err(UserError::new(
            Kind::Unprocessable,
            "time_zone_needed",
            format!("The times in column \u{201c}{}\u{201d} carry no time zone.", job.mapping.time),
        )
        .at("time zone")
        .remedy("Say in which zone they are: --time-zone Europe/Berlin, or UTC.")
        .into());
    }
    progress.phase(Phase::Comparing);
    let mut known = Known::load(store, stored, waiting, progress)?;

    progress.phase(Phase::Reading);
    let pseudonyms = store.pseudonyms()?;
    let mut records = open(job.path, &sample, job.mapping)?;
    let header = sample.header;
    let names: Vec<String> = columns.attributes.iter().map(|(name, _)| name.clone()).collect();
    let mut reader = row::RowReader::new(job, &columns, &header, detected.format, &pseudonyms);
    let mut quarantine = quarantine::Writer::new((!job.dry).then(|| store.quarantine(job.import)), &header);
    let mut batch = Batch::new(names.clone());
    let mut segments = Vec::new();
    let mut counts = Counts::default();
    let mut examples = Examples::default();
    let (mut first_event, mut last_event) = (None, None);
    let (mut current, mut next) = (Chunk::default(), Chunk::default());
    current.fill(&mut records)?;
    while !current.is_empty() {
        // The next rows are read while these are understood.
        let (read, understood) =
            rayon::join(|| next.fill(&mut records), || reader.understand(current.records()));
        for (record, cells) in current.records().iter().zip(understood) {
            counts.received += 1;
            match reader.take(record, cells, counts.received, &mut batch, &mut known, &mut examples) {
                row::Read::Accepted(time) => {
                    counts.accepted += 1;
                    first_event = Some(first_event.map_or(time, |first: i64| first.min(time)));
                    last_event = Some(last_event.map_or(time, |last: i64| last.max(time)));
                }
                row::Read::Duplicate => counts.duplicate += 1,
                row::Read::Refused(problem) => {
                    counts.quarantined += 1;
                    quarantine.write(record, &problem)?;
                }
            }
            if batch.len() >= BATCH || batch.bytes() >= BATCH_BYTES {
                keep(store, job, &batch, &mut segments, progress)?;
                batch = Batch::new(names.clone());
                progress.phase(Phase::Reading);
            }
        }
        // What went wrong in reading on comes after the rows before it.
        read?;
        progress.update(&counts, records.bytes());
        if progress.is_cancelled() {
            return Err(EventsError::Cancelled);
        }
        std::mem::swap(&mut current, &mut next);
    }
    progress.update(&counts, records.bytes());
    keep(store, job, &batch, &mut segments, progress)?;
    let reasons = quarantine.finish()?;
    Ok(Outcome { counts, segments, reasons, first_event, last_event, examples })
}

/// Writes what was read so far, unless it was only to be looked at.
fn keep(
    store: &Store,
    job: &Job<'_>,
    batch: &Batch,
    segments: &mut Vec<SegmentMeta>,
    progress: &Progress,
) -> Result<(), EventsError> {
    if job.dry || batch.is_empty() {
        return Ok(());
    }
    progress.phase(Phase::Writing);
    segments.extend(write_batch(store, &format!("{}-{}", job.import, segments.len()), batch)?);
    Ok(())
}
