//! A look at an uploaded file before it is read: what it is, how its columns could be mapped, its first rows.

use chrono_tz::Tz;
use contract::sources::{ColumnMapping, Preview, PreviewColumn, StartImport};
use contract::{Kind, UserError};
use events::csv::Encoding;
use events::formats::{self, Format, Hints, Sample};
use events::time::{self, DayOrder};

use super::remembered::Remembered;
use super::uploads::own_upload;
use crate::zones::{time_zones, zone};
use crate::{Actor, ServiceError, Services};

/// What a page asks for that is no file of a known source.
const NOTHING_KNOWN: &str = "-";

/// Rows of the preview.
const PREVIEWED: usize = 50;

/// What the person may decide before the file is read; empty means "detect".
#[derive(Debug, Clone, Default)]
pub struct PreviewWish<'a> {
    pub upload: &'a str,
    pub format: &'a str,
    pub encoding: &'a str,
    pub delimiter: &'a str,
    pub source: &'a str,
    pub day_order: &'a str,
    /// A dry run of the file, whose mapping is to be changed.
    pub dry_run: &'a str,
}

impl<'a> PreviewWish<'a> {
    /// What is not said here, as a form said it.
    fn or(self, form: &'a StartImport) -> Self {
        let either = |said: &'a str, before: &'a str| if said.is_empty() { before } else { said };
        Self {
            format: either(self.format, &form.format),
            encoding: either(self.encoding, &form.encoding),
            delimiter: either(self.delimiter, &form.delimiter),
            source: either(self.source, &form.source),
            day_order: either(self.day_order, &form.day_order),
            ..self
        }
    }
}

/// Looks at an uploaded file: what it is, how its columns could be mapped, and its first rows.
pub async fn preview(
    services: &Services,
    actor: &Actor,
    wish: PreviewWish<'_>,
) -> Result<Preview, ServiceError> {
    let upload = own_upload(services, actor, wish.upload).await?;
    let tried = super::dry::tried(services, actor, wish.dry_run, &upload.id);
    let wish = match &tried {
        // What was said for the dry run is where the person goes on; what the page asks anew comes first.
        Some(form) => wish.or(form),
        None => wish,
    };
    let workspace = db::workspace::get(&services.db).await?;
    let known = db::imports::sources(&services.db).await?;
    let (encoding, delimiter) = (encoding(wish.encoding)?, delimiter(wish.delimiter)?);
    let (order, format) = (day_order(wish.day_order)?, format(wish.format)?);
    let path = services.store.upload(&upload.id);
    let workspace_zone = zone(&workspace.time_zone).unwrap_or(Tz::UTC);
    let source = match wish.source {
        "" => source_name(&upload.file, &known),
        NOTHING_KNOWN => source_name(&upload.file, &[]),
        named => named.to_owned(),
    };
    let stored = known.iter().find(|known| known.name == source);
    let before = stored.map(Remembered::of).unwrap_or_default();
    let before = match &tried {
        Some(form) => Remembered { mapping: Some(super::jobs::mapping_of(form)), ..before },
        None => before,
    };
    let time_zone = tried
        .as_ref()
        .map(|form| form.time_zone.clone())
        .filter(|zone| !zone.is_empty())
        .or_else(|| stored.and_then(|source| source.time_zone.clone()))
        .unwrap_or(workspace.time_zone);
    let order = order.or(before.order);
    let hints = Hints {
        format,
        encoding: encoding.or(before.hints.encoding),
        delimiter: delimiter.or(before.hints.delimiter),
    };
    let look = move || {
        let sample = formats::look(&path, hints)?;
        Ok::<_, ServiceError>(Look::at(sample, &before, order, workspace_zone))
    };
    let Look { sample, mapping, detected, times, columns } = tokio::task::spawn_blocking(look).await??;
    let mut warnings = Vec::new();
    if !mapping.time.is_empty() && detected.read == 0 {
        warnings.push(format!("No value of \u{201c}{}\u{201d} could be read as a time.", mapping.time));
    }
    if encoding.is_none() && sample.dialect.encoding == Encoding::Latin1 {
        warnings.push(
            "The file is not UTF-8 and is read as Latin-1. Check the letters beyond a to z below.".to_owned(),
        );
    }
    // Who may not join ids is not offered to.
    let known_as = mapping.known_as.clone().filter(|_| actor.may().edit_inventory);
    let mapping = ColumnMapping { known_as, ..mapping };
    Ok(Preview {
        upload: upload.id,
        file: upload.file,
        bytes: sample.bytes,
        format: sample.format.key().to_owned(),
        encoding: sample.dialect.encoding.key().to_owned(),
        delimiter: sample.dialect.delimiter as char,
        columns,
        rows: sample
            .rows
            .iter()
            .take(PREVIEWED)
            .map(|row| row.iter().map(|cell| cell.chars().take(300).collect()).collect())
            .collect(),
        mapping,
        source,
        sources: known.into_iter().map(|source| source.name).collect(),
        time_zone,
        time_zones: time_zones(),
        zone_needed: detected.zone_needed,
        day_order_needed: detected.ambiguous_day,
        day_order: order.map_or("", DayOrder::key).to_owned(),
        times,
        warnings,
    })
}

/// What a look at a file's start shows; a matter of some milliseconds, so not for the threads that answer.
struct Look {
    sample: Sample,
    mapping: ColumnMapping,
    detected: time::Detected,
    times: Vec<(String, Option<String>)>,
    columns: Vec<PreviewColumn>,
}

impl Look {
    fn at(sample: Sample, before: &Remembered, order: Option<DayOrder>, zone: Tz) -> Self {
        // A file of another shape gets a fresh guess.
        let mapping = before.mapping_for(&sample.header).unwrap_or_else(|| sample.guess.clone());
        let at = sample.header.iter().position(|name| *name == mapping.time);
        let values = || sample.rows.iter().filter_map(move |row| row.get(at?)).map(String::as_str);
        let detected = time::detect(values().filter(|value| !value.trim().is_empty()), order);
        let times = values()
            .take(3)
            .map(|value| {
                let read = time::parse(value.trim(), detected.format, Some(zone)).ok();
                (value.to_owned(), read.map(|instant| time::local_text(instant, Tz::UTC)))
            })
            .collect();
        let columns = sample.header.iter().enumerate().map(|(at, name)| {
            let mut values: Vec<&str> = sample.rows.iter().map(|row| row[at].as_str()).collect();
            let empty = values.iter().filter(|value| value.trim().is_empty()).count() as u32;
            values.sort_unstable();
            values.dedup();
            PreviewColumn { name: name.clone(), distinct: values.len() as u32, empty }
        });
        let columns = columns.collect();
        Self { mapping, detected, times, columns, sample }
    }
}

/// Reads the name of a format, or empty for "detect".
pub(super) fn format(key: &str) -> Result<Option<Format>, UserError> {
    if key.is_empty() {
        return Ok(None);
    }
    Format::from_key(key).map(Some).ok_or_else(|| {
        UserError::new(
            Kind::Unprocessable,
            "unknown_format",
            format!("There is no format \u{201c}{key}\u{201d}."),
        )
        .at("format")
        .remedy("Use csv, jsonl, xes, ocel, parquet or xlsx.")
    })
}

/// Reads an order of day and month: `day` or `month` first, or empty for "detect".
pub(super) fn day_order(key: &str) -> Result<Option<DayOrder>, UserError> {
    if key.is_empty() {
        return Ok(None);
    }
    DayOrder::from_key(key).map(Some).ok_or_else(|| {
        UserError::new(
            Kind::Unprocessable,
            "unknown_day_order",
            format!("There is no order \u{201c}{key}\u{201d}."),
        )
        .at("order of day and month")
        .remedy("Use day or month.")
    })
}

/// The source that a file is likely of: the known one whose name it is but for numbers behind it, else one of its own name.
fn source_name(file: &str, known: &[db::imports::Source]) -> String {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).split('.').next().unwrap_or(file);
    let begins = |source: &&db::imports::Source| {
        let name = stem.to_lowercase();
        let rest = name.strip_prefix(&source.name.to_lowercase());
        // `web-2026-03` is of `web`; `website` and `web-shop` are not.
        rest.is_some_and(|rest| !rest.contains(char::is_alphabetic))
    };
    if let Some(source) = known.iter().filter(begins).max_by_key(|source| source.name.len()) {
        return source.name.clone();
    }
    if stem.is_empty() { "log".to_owned() } else { stem.to_owned() }
}

pub(super) fn encoding(key: &str) -> Result<Option<Encoding>, UserError> {
    if key.is_empty() {
        return Ok(None);
    }
    Encoding::from_key(key).map(Some).ok_or_else(|| {
        UserError::new(
            Kind::Unprocessable,
            "unknown_encoding",
            format!("There is no encoding \u{201c}{key}\u{201d}."),
        )
        .at("encoding")
        .remedy("Use utf-8, utf-16le, utf-16be or latin-1.")
    })
}

/// Reads a delimiter as pages and commands write it.
pub(super) fn delimiter(text: &str) -> Result<Option<u8>, UserError> {
    match text {
        "" => Ok(None),
        "tab" | "\t" => Ok(Some(b'\t')),
        text if text.len() == 1 && !text.contains(['"', '\n', '\r']) => Ok(Some(text.as_bytes()[0])),
        _ => Err(UserError::new(
            Kind::Unprocessable,
            "bad_delimiter",
            "The delimiter must be one ASCII character.",
        )
        .at("delimiter")),
    }
}
