//! `throughline import`.

use contract::sources::{ColumnMapping, Counts, ImportView, Reason};
use contract::{Kind, UserError};
use events::csv::{Encoding, Mapping};
use events::formats::{self, Format, Hints};
use events::ingest::Outcome;
use events::time::{self, DayOrder};
use services::sources::{self, NewImport, Remembered};
use services::{Actor, ServiceError, Services, zones};

use super::say;
use crate::cli;
use crate::open::open;

/// Imports files one after the other.
pub async fn run(options: cli::Import) -> Result<(), ServiceError> {
    let cli::Import {
        files,
        place,
        source,
        format,
        map,
        time_zone,
        encoding,
        delimiter,
        day_order,
        dry_run,
        json,
    } = options;
    for file in &files {
        if !file.is_file() {
            return Err(UserError::new(
                Kind::Invalid,
                "no_such_file",
                format!("There is no file {}.", file.display()),
            )
            .remedy("Check the path.")
            .into());
        }
    }
    let mapping = map.as_deref().map(Mapping::parse).transpose()?;
    let zone = time_zone.as_deref().map(zones::zone).transpose()?;
    let encoding = match encoding.as_deref() {
        Some(key) => Some(Encoding::from_key(key).ok_or_else(|| {
            UserError::new(
                Kind::Invalid,
                "unknown_encoding",
                format!("There is no encoding \u{201c}{key}\u{201d}."),
            )
            .remedy("Use utf-8, utf-16le, utf-16be or latin-1.")
        })?),
        None => None,
    };
    let delimiter = match delimiter.as_deref() {
        None => None,
        Some("tab" | "\t") => Some(b'\t'),
        Some(one) if one.len() == 1 => Some(one.as_bytes()[0]),
        Some(_) => {
            return Err(UserError::new(
                Kind::Invalid,
                "bad_delimiter",
                "The delimiter must be one ASCII character, or tab.",
            )
            .into());
        }
    };
    let order = day_order.map(|order| match order {
        cli::DayOrder::Day => DayOrder::DayFirst,
        cli::DayOrder::Month => DayOrder::MonthFirst,
    });
    let format = format.map(|format| match format {
        cli::Format::Csv => Format::Csv,
        cli::Format::Jsonl => Format::Jsonl,
        cli::Format::Xes => Format::Xes,
        cli::Format::Ocel => Format::Ocel,
        cli::Format::Parquet => Format::Parquet,
        cli::Format::Xlsx => Format::Xlsx,
    });
    let hints = Hints { format, encoding, delimiter };
    let services = open(&place, false).await?;
    sources::recover(&services).await?;
    for path in files {
        // What is not said is as it was for the last file of the source.
        let before = sources::remembered(&services, &source).await?;
        let hints = Hints {
            format: hints.format,
            encoding: hints.encoding.or(before.hints.encoding),
            delimiter: hints.delimiter.or(before.hints.delimiter),
        };
        let mapping = match &mapping {
            Some(mapping) => mapping.clone(),
            None => mapping_of(&path, hints, &before)?,
        };
        let (zone, order) = (zone.or(before.zone), order.or(before.order));
        let new = NewImport { zone, order, hints, ..NewImport::of(&source, &path, mapping) };
        if dry_run {
            let file = new.file.clone();
            show(&file, &sources::dry_run_now(&services, &Actor::console(), new).await?, json);
            continue;
        }
        let done = import(&services, new).await?;
        if json {
            say(&serde_json::to_string(&done).unwrap_or_default());
        } else {
            report(&done);
        }
    }
    Ok(())
}

/// The mapping of the source's last import where it fits the file, else a guess.
fn mapping_of(
    path: &std::path::Path,
    hints: Hints,
    before: &Remembered,
) -> Result<ColumnMapping, ServiceError> {
    let sample = formats::look(path, hints)?;
    if let Some(known) = before.mapping_for(&sample.header) {
        eprintln!("reading columns as for the last file of this source; say otherwise with --map");
        return Ok(known);
    }
    let mapping = sample.guess;
    eprintln!(
        "reading customer from \u{201c}{}\u{201d}, time from \u{201c}{}\u{201d}, activity from \u{201c}{}\u{201d}; say otherwise with --map",
        mapping.customer, mapping.time, mapping.activity
    );
    Ok(mapping)
}

/// Imports one file, showing progress on a terminal.
pub async fn import(services: &Services, new: NewImport) -> Result<ImportView, ServiceError> {
    sources::import_now(services, &Actor::console(), new).await
}

fn report(done: &ImportView) {
    tally(&done.file, &done.counts, &done.reasons);
}

fn tally(file: &str, counts: &Counts, reasons: &[Reason]) {
    say(&format!(
        "{file}: received {} = accepted {} + duplicate {} + quarantined {}",
        counts.received, counts.accepted, counts.duplicate, counts.quarantined
    ));
    for reason in reasons {
        say(&format!("  {} {}: {} {}", reason.rows, reason.code, reason.reason, reason.remedy));
    }
}

/// What an import would do.
fn show(file: &str, outcome: &Outcome, json: bool) {
    let Outcome { counts, reasons, examples, pairs, .. } = outcome;
    if json {
        let all = serde_json::json!({
            "file": file,
            "counts": counts,
            "reasons": reasons,
            "accepted": examples.accepted,
            "refused": examples.refused,
            "pairs": pairs.len(),
        });
        say(&all.to_string());
        return;
    }
    tally(file, counts, reasons);
    say("Nothing was kept: this was a dry run.");
    if !pairs.is_empty() {
        say(&format!(
            "  Pairs of ids that events name: {}. An import joins those that are not joined yet.",
            pairs.len()
        ));
    }
    for row in &examples.accepted {
        let time = time::local_text(row.time, chrono_tz::Tz::UTC);
        say(&format!("  line {} taken in: {} {time} {}", row.line, row.customer, row.activity));
    }
    for row in &examples.refused {
        say(&format!(
            "  line {} refused: {} \u{201c}{}\u{201d}: {}",
            row.line, row.column, row.value, row.reason
        ));
    }
}
