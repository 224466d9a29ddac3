//! One import: rows of a file become events in segments; what can't be used is quarantined; what is known
//! already is counted as duplicate. received = accepted + duplicate + quarantined, always.
//!
//! Nothing counts before the caller records the returned segments in the manifest, all in one transaction.
//! An import that is killed leaves files that no manifest names, which the next one sweeps away.

mod chunk;
mod digest;
mod identity;
mod keys;
mod pairs;
mod progress;
mod quarantine;
mod row;
mod understood;

use std::path::Path;
use std::thread::{Scope, ScopedJoinHandle};

use chrono_tz::Tz;
use contract::sources::{ColumnMapping, Counts, Reason};
use contract::{Kind, UserError};
use rayon::prelude::*;

use crate::csv::Mapping;
use crate::formats::{Hints, Sample, open};
use crate::links::Pair;
use crate::segment::{Batch, write_batch};
use crate::{EventsError, ImportLock, SegmentMeta, SegmentRef, Store};
use chunk::Chunk;

pub(crate) use digest::{Content, Digests};
pub use identity::{Identities, Known};
pub use pairs::read_pairs;
pub use progress::{Phase, Progress};
pub use quarantine::{first_rows, quarantine_events};
pub use row::Examples;

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
    /// Ids that events name beside their customer's, each pair once.
    pub pairs: Vec<Pair>,
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
    let reader = row::RowReader::new(job, &columns, &header, detected.format, &pseudonyms);
    let mut quarantine = quarantine::Writer::new((!job.dry).then(|| store.quarantine(job.import)), &header);
    let mut counts = Counts::default();
    let mut examples = Examples::default();
    let mut pairs = Pairs::default();
    std::thread::scope(|scope| {
        let mut keeping = Keeping::new(scope, store, job);
        let fresh = || Batch::with_room(names.clone(), BATCH);
        let mut batch = fresh();
        let (mut current, mut next) = (Chunk::default(), Chunk::default());
        current.fill(&mut records)?;
        while !current.is_empty() {
            let pieces = current.pieces();
            // The next rows are read while these are understood.
            let (read, mut understood) = rayon::join(
                || next.fill(&mut records),
                || pieces.par_iter().map(|piece| reader.understand(piece)).collect::<Vec<_>>(),
            );
            let found = known.admit(&understood);
            let mut found = found.as_slice();
            for (at, (piece, understood)) in (0..).zip(pieces.iter().zip(&mut understood)) {
                let own;
                (own, found) = found.split_at(found.partition_point(|&(piece, ..)| piece <= at));
                understood.settle(own, &mut counts);
                pairs.extend(understood.pairs());
                understood.report(piece, &reader, &mut quarantine, &mut examples)?;
            }
            understood::push(&understood, &mut batch);
            if batch.len() >= BATCH || batch.bytes() >= BATCH_BYTES {
                batch = keeping.keep(batch)?.unwrap_or_else(fresh);
            }
            // What went wrong in reading on comes after the rows before it.
            read?;
            progress.update(&counts, records.bytes());
            if progress.is_cancelled() {
                return Err(EventsError::Cancelled);
            }
            drop(understood);
            drop(pieces);
            std::mem::swap(&mut current, &mut next);
        }
        progress.phase(Phase::Writing);
        keeping.keep(batch)?;
        let (segments, span) = keeping.finish()?;
        let reasons = quarantine.finish()?;
        let (first_event, last_event) = span.unzip();
        Ok(Outcome { counts, segments, reasons, first_event, last_event, examples, pairs: pairs.finish() })
    })
}

/// Pairs of ids, of which the same ones come again and again.
#[derive(Default)]
struct Pairs {
    all: Vec<Pair>,
    /// How many were left when each was there once.
    once: usize,
}

impl Pairs {
    fn extend(&mut self, more: impl Iterator<Item = Pair>) {
        self.all.extend(more);
        if self.all.len() > 1 << 20 && self.all.len() > 2 * self.once {
            self.tidy();
        }
    }

    fn tidy(&mut self) {
        self.all.par_sort_unstable();
        self.all.dedup();
        self.once = self.all.len();
    }

    fn finish(mut self) -> Vec<Pair> {
        self.tidy();
        self.all
    }
}

/// Instants of the first and the last event.
type Span = (i64, i64);

/// The segments of a batch, and the batch emptied.
type Written = (Vec<SegmentMeta>, Batch);

/// Writes batches in a thread of their own, one at a time, while the next is read.
struct Keeping<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    store: &'e Store,
    job: &'e Job<'e>,
    writing: Option<ScopedJoinHandle<'s, Result<Written, EventsError>>>,
    batches: usize,
    segments: Vec<SegmentMeta>,
    span: Option<Span>,
}

impl<'s, 'e> Keeping<'s, 'e> {
    fn new(scope: &'s Scope<'s, 'e>, store: &'e Store, job: &'e Job<'e>) -> Self {
        Self { scope, store, job, writing: None, batches: 0, segments: Vec::new(), span: None }
    }

    /// Writes a batch once the one before it is written, unless it was only to be looked at. Gives back an emptied one,
    /// whose room is there already.
    fn keep(&mut self, mut batch: Batch) -> Result<Option<Batch>, EventsError> {
        let Some((first, last)) = batch.span() else { return Ok(None) };
        let (known_first, known_last) = self.span.unwrap_or((first, last));
        self.span = Some((first.min(known_first), last.max(known_last)));
        if self.job.dry {
            batch.clear();
            return Ok(Some(batch));
        }
        let spare = self.wait()?;
        let (store, name) = (self.store, format!("{}-{}", self.job.import, self.batches));
        self.batches += 1;
        self.writing = Some(self.scope.spawn(move || {
            let segments = write_batch(store, &name, &batch)?;
            batch.clear();
            Ok((segments, batch))
        }));
        Ok(spare)
    }

    fn wait(&mut self) -> Result<Option<Batch>, EventsError> {
        let Some(writing) = self.writing.take() else { return Ok(None) };
        let written = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (segments, batch) = written?;
        self.segments.extend(segments);
        Ok(Some(batch))
    }

    /// All that was written, and from when to when it is.
    fn finish(mut self) -> Result<(Vec<SegmentMeta>, Option<Span>), EventsError> {
        self.wait()?;
        Ok((self.segments, self.span))
    }
}
