//! Logs get in: a look at the file, the import as a job with progress, and what became of it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use contract::sources::{
    ColumnMapping, Counts, ImportState, ImportView, Preview, PreviewColumn, SourceRow, Sources, StartImport,
};
use contract::{Kind, UserError};
use db::imports::{Import, Segment, Source, Upload};
use events::csv::{Encoding, Mapping, sample};
use events::ingest::{self, Job, Outcome, Phase, Progress};
use events::{EventsError, ImportLock, SegmentRef, time};

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// Imports listed on the page.
const LISTED: u64 = 50;
/// Quarantined rows shown on the page; all can be downloaded.
const EXAMPLES: usize = 100;
/// Rows of the preview.
const PREVIEWED: usize = 50;
/// An uploaded file that nobody imports is removed after so long (seconds).
const FORGOTTEN: i64 = 86_400;

/// Imports that run in this process.
#[derive(Default)]
pub struct Jobs(Mutex<HashMap<String, Running>>);

#[derive(Clone)]
struct Running {
    progress: Arc<Progress>,
    began: Instant,
}

impl Jobs {
    fn get(&self, id: &str) -> Option<Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn insert(&self, id: &str, running: Running) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), running);
    }

    fn remove(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn all(&self) -> Vec<Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// What to import.
#[derive(Debug, Clone)]
pub struct NewImport {
    pub source: String,
    /// Name for people.
    pub file: String,
    pub path: std::path::PathBuf,
    pub mapping: ColumnMapping,
    pub zone: Option<Tz>,
    pub encoding: Option<Encoding>,
    pub delimiter: Option<u8>,
}

/// All zone names.
pub fn time_zones() -> Vec<String> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect()
}

/// Reads a zone's name.
pub fn zone(name: &str) -> Result<Tz, UserError> {
    name.parse().map_err(|_| {
        UserError::new(
            Kind::Unprocessable,
            "unknown_time_zone",
            format!("There is no time zone \u{201c}{name}\u{201d}."),
        )
        .at("time zone")
        .remedy("Use a name like Europe/Berlin, or UTC.")
    })
}

/// The sources page.
pub async fn sources(services: &Services, actor: &Actor) -> Result<Sources, ServiceError> {
    need(actor.may().see_sources, "page")?;
    let workspace = db::workspace::get(&services.db).await?;
    let known = db::imports::sources(&services.db).await?;
    let segments = db::imports::segments(&services.db).await?;
    let imports = db::imports::imports(&services.db, 10_000).await?;
    let own = |import: &&Import| sees(actor, import);
    let rows = known
        .iter()
        .map(|source| {
            let stored = || segments.iter().filter(|segment| segment.source_id == source.id);
            let done = || imports.iter().filter(|import| import.source_id == source.id);
            SourceRow {
                name: source.name.clone(),
                events: stored().map(|segment| segment.events as u64).sum(),
                imports: done().count() as u32,
                first_event: stored().map(|segment| segment.min_time).min(),
                last_event: stored().map(|segment| segment.max_time).max(),
                last_import: done().map(|import| import.started_at).max(),
                quarantined: done().map(|import| import.quarantined as u64).sum(),
            }
        })
        .collect();
    let mut listed = Vec::new();
    for import in imports.iter().filter(own).take(LISTED as usize) {
        listed.push(view(services, import, &known, Detail::Line).await?);
    }
    Ok(Sources {
        sources: rows,
        imports: listed,
        may_import: actor.may().import,
        time_zone: workspace.time_zone,
    })
}

/// Department heads see their own imports; administrators see the state of all.
fn sees(actor: &Actor, import: &Import) -> bool {
    actor.scope().is_none() || (actor.account_id.is_some() && import.account_id == actor.account_id)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Line,
    /// With quarantined rows.
    Full,
}

/// One import with its quarantined rows.
pub async fn import(services: &Services, actor: &Actor, id: &str) -> Result<ImportView, ServiceError> {
    need(actor.may().see_sources, "import")?;
    let import = db::imports::import(&services.db, id).await?;
    let import = import.filter(|import| sees(actor, import)).ok_or_else(|| UserError::not_found("import"))?;
    let known = db::imports::sources(&services.db).await?;
    // Administrators see how an import went, not what customers' rows hold.
    let detail = if actor.may().import { Detail::Full } else { Detail::Line };
    view(services, &import, &known, detail).await
}

/// Path and name of an import's quarantined rows.
pub async fn quarantine(
    services: &Services,
    actor: &Actor,
    id: &str,
) -> Result<(std::path::PathBuf, String), ServiceError> {
    need(actor.may().import, "import")?;
    let view = import(services, actor, id).await?;
    if view.counts.quarantined == 0 {
        return Err(UserError::not_found("quarantined row").into());
    }
    Ok((services.store.quarantine(id), format!("quarantined-{}.csv", view.source)))
}

async fn view(
    services: &Services,
    import: &Import,
    known: &[Source],
    detail: Detail,
) -> Result<ImportView, ServiceError> {
    let source = known.iter().find(|source| source.id == import.source_id);
    let by = match &import.account_id {
        Some(id) => db::people::by_id(&services.db, id).await?.map(|account| account.name),
        None => None,
    };
    let state = ImportState::from_key(&import.state).unwrap_or(ImportState::Failed);
    let stored = Counts {
        received: import.received as u64,
        accepted: import.accepted as u64,
        duplicate: import.duplicate as u64,
        quarantined: import.quarantined as u64,
    };
    let running = services.jobs.get(&import.id).filter(|_| state == ImportState::Running);
    let (counts, bytes_read, phase, seconds) = match &running {
        Some(running) => (
            running.progress.counts(),
            running.progress.bytes(),
            running.progress.current().label(),
            running.began.elapsed().as_secs_f64(),
        ),
        None => {
            let seconds = import.finished_at.map_or(0, |end| end - import.started_at).max(1);
            (stored, import.bytes as u64, "", seconds as f64)
        }
    };
    let examples = if detail == Detail::Full && import.quarantined > 0 {
        let path = services.store.quarantine(&import.id);
        tokio::task::spawn_blocking(move || ingest::first_rows(&path, EXAMPLES)).await??
    } else {
        Vec::new()
    };
    Ok(ImportView {
        id: import.id.clone(),
        source: source.map(|source| source.name.clone()).unwrap_or_default(),
        file: import.file.clone(),
        state,
        counts,
        bytes: import.bytes as u64,
        bytes_read,
        rate: counts.received as f64 / seconds.max(0.001),
        phase: phase.to_owned(),
        started: import.started_at,
        finished: import.finished_at,
        by,
        error: import.error.as_deref().and_then(|json| serde_json::from_str(json).ok()),
        reasons: import.reasons.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default(),
        examples,
        first_event: import.first_event,
        last_event: import.last_event,
    })
}

/// Where to put a file that is being uploaded, and its id.
pub async fn begin_upload(
    services: &Services,
    actor: &Actor,
) -> Result<(String, std::path::PathBuf), ServiceError> {
    need(actor.may().import, "page")?;
    forget_uploads(services).await?;
    let id = db::new_id();
    let path = services.store.upload(&id);
    Ok((id, path))
}

/// Notes an uploaded file.
pub async fn finish_upload(
    services: &Services,
    actor: &Actor,
    id: &str,
    file: &str,
    bytes: u64,
) -> Result<(), ServiceError> {
    need(actor.may().import, "page")?;
    let account_id = actor.account_id.clone().ok_or_else(|| UserError::not_found("account"))?;
    let file: String = file.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let upload =
        Upload { id: id.to_owned(), account_id, file, bytes: bytes as i64, created_at: services.now() };
    let tx = services.db.write().await?;
    db::imports::add_upload(&tx, &upload).await?;
    tx.commit().await?;
    Ok(())
}

async fn forget_uploads(services: &Services) -> Result<(), ServiceError> {
    for upload in db::imports::old_uploads(&services.db, services.now() - FORGOTTEN).await? {
        remove_upload(services, &upload.id).await?;
    }
    Ok(())
}

async fn remove_upload(services: &Services, id: &str) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    db::imports::delete_upload(&tx, id).await?;
    tx.commit().await?;
    let path = services.store.upload(id);
    match tokio::fs::remove_file(&path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ServiceError::Io { path, source: error })
        }
        _ => Ok(()),
    }
}

async fn own_upload(services: &Services, actor: &Actor, id: &str) -> Result<Upload, ServiceError> {
    need(actor.may().import, "page")?;
    let upload = db::imports::upload(&services.db, id).await?;
    let own = upload.filter(|upload| Some(&upload.account_id) == actor.account_id.as_ref());
    Ok(own.ok_or_else(|| {
        UserError::not_found("uploaded file").remedy("Choose the file again: uploads are kept for a day.")
    })?)
}

/// What the person may decide before the file is read; empty means "detect".
#[derive(Debug, Clone, Default)]
pub struct PreviewWish<'a> {
    pub upload: &'a str,
    pub encoding: &'a str,
    pub delimiter: &'a str,
    pub source: &'a str,
}

/// Looks at an uploaded file: what it is, how its columns could be mapped, and its first rows.
pub async fn preview(
    services: &Services,
    actor: &Actor,
    wish: PreviewWish<'_>,
) -> Result<Preview, ServiceError> {
    let upload = own_upload(services, actor, wish.upload).await?;
    let workspace = db::workspace::get(&services.db).await?;
    let known = db::imports::sources(&services.db).await?;
    let (encoding, delimiter) = (encoding(wish.encoding)?, delimiter(wish.delimiter)?);
    let path = services.store.upload(&upload.id);
    let sample = tokio::task::spawn_blocking(move || sample(&path, encoding, delimiter)).await??;
    let source = if wish.source.is_empty() { source_name(&upload.file) } else { wish.source.to_owned() };
    let remembered = known.iter().find(|known| known.name == source).and_then(|source| {
        let mapping: ColumnMapping = serde_json::from_str(source.mapping.as_deref()?).ok()?;
        // A file of another shape gets a fresh guess.
        Mapping::resolve(&mapping, &sample.header).ok()?;
        Some((mapping, source.time_zone.clone()))
    });
    let mapping = remembered
        .as_ref()
        .map_or_else(|| Mapping::guess(&sample.header, &sample.rows), |(mapping, _)| mapping.clone());
    let mut warnings = Vec::new();
    let at = sample.header.iter().position(|name| *name == mapping.time);
    let values = || sample.rows.iter().filter_map(move |row| row.get(at?)).map(String::as_str);
    let detected = time::detect(values().filter(|value| !value.trim().is_empty()));
    if at.is_some() && detected.read == 0 {
        warnings.push(format!("No value of \u{201c}{}\u{201d} could be read as a time.", mapping.time));
    }
    if detected.ambiguous_day {
        warnings.push("Day and month can't be told apart; read as day/month.".to_owned());
    }
    let workspace_zone = zone(&workspace.time_zone).unwrap_or(Tz::UTC);
    let times = values()
        .take(3)
        .map(|value| {
            let read = time::parse(value.trim(), detected.format, Some(workspace_zone)).ok();
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
    let time_zone = remembered.as_ref().and_then(|(_, zone)| zone.clone()).unwrap_or(workspace.time_zone);
    Ok(Preview {
        upload: upload.id,
        file: upload.file,
        bytes: sample.bytes,
        encoding: sample.dialect.encoding.key().to_owned(),
        delimiter: sample.dialect.delimiter as char,
        columns: columns.collect(),
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
        times,
        warnings,
    })
}

fn source_name(file: &str) -> String {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).split('.').next().unwrap_or(file);
    if stem.is_empty() { "log".to_owned() } else { stem.to_owned() }
}

fn encoding(key: &str) -> Result<Option<Encoding>, UserError> {
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

fn delimiter(text: &str) -> Result<Option<u8>, UserError> {
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

/// Starts the import of an uploaded file in the background and returns its id.
pub async fn start(services: &Services, actor: &Actor, form: StartImport) -> Result<String, ServiceError> {
    let StartImport {
        upload,
        source,
        encoding: encoding_key,
        delimiter: delimiter_text,
        time_zone,
        customer,
        time,
        activity,
        id,
        case,
        reason,
        text,
        duration,
        cost,
        attributes,
    } = form;
    let upload = own_upload(services, actor, &upload).await?;
    let some = |column: String| Some(column).filter(|column| !column.is_empty());
    let mapped = [&customer, &time, &activity, &id, &case, &reason, &text, &duration, &cost].map(Clone::clone);
    let attributes = attributes
        .into_iter()
        .filter(|column| !column.is_empty() && !mapped.contains(column))
        .map(|column| (Mapping::attribute_name(&column), column))
        .collect();
    let mapping = ColumnMapping {
        customer,
        time,
        activity,
        id: some(id),
        case: some(case),
        reason: some(reason),
        text: some(text),
        duration: some(duration),
        cost: some(cost),
        attributes,
    };
    let new = NewImport {
        source,
        file: upload.file.clone(),
        path: services.store.upload(&upload.id),
        mapping,
        zone: if time_zone.is_empty() { None } else { Some(zone(&time_zone)?) },
        encoding: encoding(&encoding_key)?,
        delimiter: delimiter(&delimiter_text)?,
    };
    // What is wrong with the mapping shows at once, not in the background.
    let look = new.clone();
    tokio::task::spawn_blocking(move || {
        let job = job_of("", &look, i64::MAX / 2);
        let sample = ingest::look(&job)?;
        Mapping::resolve(&look.mapping, &sample.header)?;
        Ok::<_, EventsError>(())
    })
    .await??;
    let import = begin(services, actor, &new).await?;
    let (services, id, upload) = (services.clone(), import.id.clone(), upload.id);
    tokio::spawn(async move {
        if let Err(error) = run(&services, import, new, Wait::ForOthers).await {
            // The import's page shows it; this is for the log.
            tracing::warn!(error = %error.into_user(), "import ended without result");
        }
        if let Err(error) = remove_upload(&services, &upload).await {
            tracing::warn!(error = %error, "an uploaded file could not be removed");
        }
    });
    Ok(id)
}

/// Imports a file and waits for the end: for the command line and the demo.
pub async fn import_now(
    services: &Services,
    actor: &Actor,
    new: NewImport,
) -> Result<ImportView, ServiceError> {
    need(actor.may().import, "page")?;
    let import = begin(services, actor, &new).await?;
    let id = import.id.clone();
    run(services, import, new, Wait::No).await?;
    self::import(services, actor, &id).await
}

fn job_of<'a>(import: &'a str, new: &'a NewImport, now: i64) -> Job<'a> {
    Job {
        import,
        path: &new.path,
        source: &new.source,
        encoding: new.encoding,
        delimiter: new.delimiter,
        mapping: &new.mapping,
        zone: new.zone,
        now,
    }
}

async fn begin(services: &Services, actor: &Actor, new: &NewImport) -> Result<Import, ServiceError> {
    let name = new.source.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "bad_source",
            "The source needs a name of at most 100 letters.",
        )
        .at("source")
        .remedy("Name it after the channel: web, ivr, billing.")
        .into());
    }
    let bytes = tokio::fs::metadata(&new.path)
        .await
        .map_err(|source| ServiceError::Io { path: new.path.clone(), source })?
        .len();
    let now = services.now();
    let tx = services.db.write().await?;
    let source = db::imports::ensure_source(&tx, name, now).await?;
    let import = Import {
        id: db::new_id(),
        source_id: source.id,
        account_id: actor.account_id.clone(),
        file: new.file.clone(),
        state: ImportState::Running.key().to_owned(),
        bytes: bytes as i64,
        started_at: now,
        ..Import::default()
    };
    // Known to be running before anyone can see it, so that nobody takes it for interrupted.
    let running = Running { progress: Arc::default(), began: Instant::now() };
    services.jobs.insert(&import.id, running);
    db::imports::begin_import(&tx, &import).await?;
    let details = serde_json::json!({ "source": name, "file": new.file });
    db::audit(&tx, &actor.audited(now), "import", "import", &import.id, &details).await?;
    tx.commit().await?;
    Ok(import)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// Until other imports are done.
    ForOthers,
    No,
}

/// Does the work of an import that has begun, and records how it ended.
async fn run(services: &Services, import: Import, new: NewImport, wait: Wait) -> Result<(), ServiceError> {
    let done = work(services, &import, &new, wait).await;
    let ended = Import { finished_at: Some(services.now()), ..import.clone() };
    let result = match done {
        Ok((outcome, lock)) => {
            let recorded = record(services, &ended, &new, &outcome).await;
            drop(lock);
            recorded
        }
        Err(error) => Err(error),
    };
    let result = match result {
        Ok(()) => Ok(()),
        Err(error) => {
            let cancelled = matches!(&error, ServiceError::User(error) if error.code == "cancelled");
            let error = error.into_user();
            let state = if cancelled { ImportState::Cancelled } else { ImportState::Failed };
            let failed = Import {
                state: state.key().to_owned(),
                error: serde_json::to_string(&error).ok().filter(|_| !cancelled),
                ..ended
            };
            let tx = services.db.write().await?;
            db::imports::finish_import(&tx, &failed, &[]).await?;
            tx.commit().await?;
            Err(error.into())
        }
    };
    services.jobs.remove(&import.id);
    result
}

async fn work(
    services: &Services,
    import: &Import,
    new: &NewImport,
    wait: Wait,
) -> Result<(Outcome, ImportLock), ServiceError> {
    let progress = services.jobs.get(&import.id).map(|running| running.progress).unwrap_or_default();
    let lock = lock(services, &progress, wait).await?;
    clean(services, &lock, Some(&import.id)).await?;
    let stored: Vec<SegmentRef> = cache::segments(services)
        .await?
        .into_iter()
        .filter(|segment| segment.source == new.source.trim())
        .collect();
    let (store, id, mut new) = (services.store.clone(), import.id.clone(), new.clone());
    new.source = new.source.trim().to_owned();
    let now = services.now().saturating_mul(1_000_000);
    let (outcome, lock) = tokio::task::spawn_blocking(move || {
        let outcome = ingest::run(&store, &lock, &job_of(&id, &new, now), &stored, &progress);
        (outcome, lock)
    })
    .await?;
    Ok((outcome?, lock))
}

async fn lock(services: &Services, progress: &Progress, wait: Wait) -> Result<ImportLock, ServiceError> {
    loop {
        match services.store.lock() {
            Err(EventsError::Locked) if wait == Wait::ForOthers => {
                progress.phase(Phase::Waiting);
                if progress.is_cancelled() {
                    return Err(EventsError::Cancelled.into());
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            other => return Ok(other?),
        }
    }
}

/// Removes what imports left behind that never finished.
async fn clean(services: &Services, lock: &ImportLock, own: Option<&str>) -> Result<(), ServiceError> {
    let named = db::imports::segments(&services.db).await?.into_iter().map(|segment| segment.file).collect();
    services.store.sweep(lock, &named)?;
    let tx = services.db.write().await?;
    // Imports that wait in this process are not interrupted: they hold no lock yet, but a place in the jobs.
    let waiting = services.jobs.all().len() > 1;
    if !waiting {
        db::imports::mark_interrupted(&tx, own, services.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// At start: tidies up after a crash, unless another process imports right now.
pub async fn recover(services: &Services) -> Result<(), ServiceError> {
    match services.store.lock() {
        Ok(lock) => clean(services, &lock, None).await,
        Err(EventsError::Locked) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn record(
    services: &Services,
    ended: &Import,
    new: &NewImport,
    outcome: &Outcome,
) -> Result<(), ServiceError> {
    let Outcome { counts, segments, reasons, first_event, last_event, dialect: _ } = outcome;
    let json = |value: Result<String, serde_json::Error>| value.ok();
    let done = Import {
        state: ImportState::Done.key().to_owned(),
        received: counts.received as i64,
        accepted: counts.accepted as i64,
        duplicate: counts.duplicate as i64,
        quarantined: counts.quarantined as i64,
        reasons: json(serde_json::to_string(reasons)).filter(|_| !reasons.is_empty()),
        first_event: *first_event,
        last_event: *last_event,
        ..ended.clone()
    };
    let segments: Vec<Segment> = segments
        .iter()
        .map(|meta| Segment {
            source_id: done.source_id.clone(),
            ordinal: 0,
            file: meta.file.clone(),
            bucket: meta.bucket as i32,
            events: meta.events as i64,
            bytes: meta.bytes as i64,
            min_time: meta.min_time,
            max_time: meta.max_time,
        })
        .collect();
    let mapping = json(serde_json::to_string(&new.mapping)).unwrap_or_default();
    let tx = services.db.write().await?;
    db::imports::finish_import(&tx, &done, &segments).await?;
    db::imports::remember_mapping(&tx, &done.source_id, &mapping, new.zone.map(|zone| zone.name())).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks an import to stop.
pub async fn cancel(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().import, "import")?;
    let import = import(services, actor, id).await?;
    if let Some(running) = services.jobs.get(&import.id) {
        running.progress.cancel();
    }
    Ok(())
}

/// Asks every import of this process to stop, for the end of the server.
pub fn cancel_all(services: &Services) {
    for running in services.jobs.all() {
        running.progress.cancel();
    }
}

/// A file's name for people.
pub fn display_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
