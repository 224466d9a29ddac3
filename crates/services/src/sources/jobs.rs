//! Imports as jobs: begun, run one at a time in a data folder, recorded, and tidied up after.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use contract::sources::{ColumnMapping, ImportState, ImportView, StartImport};
use contract::{Kind, UserError};
use db::imports::{Import, Segment};
use events::csv::Mapping;
use events::formats::Hints;
use events::ingest::{self, Job, Outcome, Progress};
use events::time::DayOrder;
use events::{EventsError, Identities, ImportLock, SegmentMeta, SegmentRef};

use super::links;
use super::preview::{day_order, delimiter, encoding, format};
use super::remembered::said;
use super::tidy::{clean, lock};
use super::uploads::{own_upload, remove_file};
use crate::actor::need;
use crate::zones::zone;
use crate::{Actor, ServiceError, Services, cache};

/// Imports that run in this process.
#[derive(Default)]
pub struct Jobs(Mutex<HashMap<String, Running>>);

#[derive(Clone)]
pub(super) struct Running {
    pub progress: Arc<Progress>,
    pub began: Instant,
    /// Name of the uploaded file that it reads, if it reads one.
    upload: Option<String>,
}

/// A place among the running imports, given up when the import is through, however it ends.
pub(super) struct Place {
    pub progress: Arc<Progress>,
    jobs: Arc<Jobs>,
    id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.jobs.remove(&self.id);
    }
}

impl Jobs {
    pub(super) fn get(&self, id: &str) -> Option<Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Counts a job among those that run.
    pub(super) fn place(self: &Arc<Self>, id: &str, new: &NewImport) -> Place {
        let progress: Arc<Progress> = Arc::default();
        let running = Running { progress: progress.clone(), began: Instant::now(), upload: new.upload.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), running);
        Place { progress, jobs: self.clone(), id: id.to_owned() }
    }

    fn remove(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub(super) fn all(&self) -> Vec<(String, Running)> {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().map(|(id, running)| (id.clone(), running.clone())).collect()
    }

    /// Uploaded files that imports read or wait to read.
    pub(super) fn files(&self) -> HashSet<String> {
        self.all().into_iter().filter_map(|(_, running)| running.upload).collect()
    }
}

/// What to import.
#[derive(Debug, Clone)]
pub struct NewImport {
    pub source: String,
    /// Name for people.
    pub file: String,
    pub path: std::path::PathBuf,
    /// Id of the uploaded file, where it is one: used up by the import.
    pub upload: Option<String>,
    pub mapping: ColumnMapping,
    pub zone: Option<Tz>,
    pub order: Option<DayOrder>,
    pub hints: Hints,
    /// Whether the next file of the source is read like this one, though it was read otherwise before. Not what somebody
    /// says who answers for one department alone.
    pub remembers: bool,
}

impl NewImport {
    /// A file of a source; what is not said about it is detected.
    pub fn of(source: &str, path: &Path, mapping: ColumnMapping) -> Self {
        Self {
            source: source.to_owned(),
            file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            path: path.to_owned(),
            upload: None,
            mapping,
            zone: None,
            order: None,
            hints: Hints::default(),
            remembers: true,
        }
    }
}

/// Starts the import of an uploaded file in the background and returns its id.
pub async fn start(services: &Services, actor: &Actor, form: StartImport) -> Result<String, ServiceError> {
    let new = wanted(services, actor, form).await?;
    let (import, place) = begin(services, actor, &new).await?;
    let (services, id) = (services.clone(), import.id.clone());
    tokio::spawn(async move {
        if let Err(error) = run(&services, import, place, &new, Wait::ForOthers).await {
            // The import's page shows it; this is for the log.
            tracing::warn!(error = %error.into_user(), "import ended without result");
        }
        if let Some(upload) = &new.upload
            && let Err(error) = remove_file(&services, upload).await
        {
            tracing::warn!(error = %error, "an uploaded file could not be removed");
        }
    });
    Ok(id)
}

/// What a form of the wizard asks for.
pub(super) async fn wanted(
    services: &Services,
    actor: &Actor,
    form: StartImport,
) -> Result<NewImport, ServiceError> {
    let upload = own_upload(services, actor, &form.upload).await?;
    if !form.known_as.is_empty() && !actor.may().edit_inventory {
        return Err(UserError::new(Kind::Forbidden, "forbidden", "Your role may not join ids.")
            .at("known_as")
            .remedy("Whose journeys are joined concerns everybody: leave the column out, or ask a CX manager.")
            .into());
    }
    Ok(NewImport {
        mapping: mapping_of(&form),
        source: form.source,
        file: upload.file,
        path: services.store.upload(&upload.id),
        upload: Some(upload.id),
        zone: if form.time_zone.is_empty() { None } else { Some(zone(&form.time_zone)?) },
        order: day_order(&form.day_order)?,
        hints: Hints {
            format: format(&form.format)?,
            encoding: encoding(&form.encoding)?,
            delimiter: delimiter(&form.delimiter)?,
        },
        remembers: actor.scope().is_none(),
    })
}

/// Which column holds what, as a form of the wizard says.
pub(super) fn mapping_of(form: &StartImport) -> ColumnMapping {
    let some = |column: &String| Some(column.clone()).filter(|column| !column.is_empty());
    let StartImport { customer, time, activity, id, case, reason, text, duration, cost, known_as, .. } = form;
    let mapped = [customer, time, activity, id, case, reason, text, duration, cost, known_as];
    let attributes = form.attributes.iter().filter(|column| !column.is_empty() && !mapped.contains(column));
    ColumnMapping {
        customer: customer.clone(),
        time: time.clone(),
        activity: activity.clone(),
        id: some(id),
        case: some(case),
        reason: some(reason),
        text: some(text),
        duration: some(duration),
        cost: some(cost),
        known_as: some(known_as),
        attributes: attributes.map(|column| (Mapping::attribute_name(column), column.clone())).collect(),
    }
}

/// Imports a file and waits for the end: for the command line and the demo.
pub async fn import_now(
    services: &Services,
    actor: &Actor,
    new: NewImport,
) -> Result<ImportView, ServiceError> {
    need(actor.may().import, "import")?;
    let (import, place) = begin(services, actor, &new).await?;
    let id = import.id.clone();
    run(services, import, place, &new, Wait::No).await?;
    super::import(services, actor, &id).await
}

fn job_of<'a>(import: &'a str, new: &'a NewImport, now: i64, dry: bool) -> Job<'a> {
    Job {
        import,
        path: &new.path,
        source: &new.source,
        hints: new.hints,
        mapping: &new.mapping,
        zone: new.zone,
        order: new.order,
        now,
        dry,
    }
}

/// Looks at the file, so that what is wrong with it or its mapping shows at once; then notes that the import
/// begins. An uploaded file is used up by that: a second start finds none.
async fn begin(services: &Services, actor: &Actor, new: &NewImport) -> Result<(Import, Place), ServiceError> {
    let bytes = check(new).await?;
    let name = new.source.trim();
    let now = services.now();
    let tx = services.db.write().await?;
    if let Some(upload) = &new.upload
        && !db::uploads::delete(&tx, upload).await?
    {
        return Err(UserError::new(Kind::Conflict, "import_begun", "This file is being imported already.")
            .remedy("Its import is listed under Sources.")
            .into());
    }
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
    let place = services.jobs.place(&import.id, new);
    db::imports::begin_import(&tx, &import).await?;
    let details = serde_json::json!({ "source": name, "file": new.file });
    db::audit(&tx, &actor.audited(now), "import", "import", &import.id, &details).await?;
    tx.commit().await?;
    Ok((import, place))
}

/// Notes what is wrong with a file, or a mapping for it, before anything of it is read: the file of an inbox has nobody
/// who waits for the answer. False where nothing is wrong.
pub(crate) async fn note_refused(services: &Services, new: &NewImport) -> Result<bool, ServiceError> {
    let Err(error) = check(new).await else { return Ok(false) };
    let ServiceError::User(error) = error else { return Err(error) };
    if !matches!(error.kind, Kind::Invalid | Kind::Unprocessable | Kind::TooLarge) {
        return Err(error.into());
    }
    let now = services.now();
    let tx = services.db.write().await?;
    let source = db::imports::ensure_source(&tx, new.source.trim(), now).await?;
    let import = Import {
        id: db::new_id(),
        source_id: source.id,
        file: new.file.clone(),
        state: ImportState::Failed.key().to_owned(),
        error: serde_json::to_string(&error).ok(),
        started_at: now,
        finished_at: Some(now),
        ..Import::default()
    };
    db::imports::begin_import(&tx, &import).await?;
    tx.commit().await?;
    Ok(true)
}

/// What is wrong with the source's name, the file or its mapping; else the file's size.
pub(super) async fn check(new: &NewImport) -> Result<u64, ServiceError> {
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
    let look = new.clone();
    tokio::task::spawn_blocking(move || {
        let sample = ingest::look(&job_of("", &look, i64::MAX / 2, false))?;
        Mapping::resolve(&look.mapping, &sample.header)?;
        Ok::<_, EventsError>(())
    })
    .await??;
    Ok(bytes)
}

/// Whether an import waits for its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Until other imports are done.
    ForOthers,
    No,
}

/// Does the work of an import that has begun, and records how it ended.
async fn run(
    services: &Services,
    import: Import,
    place: Place,
    new: &NewImport,
    wait: Wait,
) -> Result<(), ServiceError> {
    let reading = Reading { import: &import.id, source_id: &import.source_id, new, dry: false };
    let done = read(services, reading, wait, place.progress.clone()).await;
    let ended = Import { finished_at: Some(services.now()), ..import };
    let result = match done {
        Ok((outcome, lock)) => {
            let recorded = record(services, &ended, new, outcome).await;
            drop(lock);
            services.changed.notify_one();
            recorded
        }
        Err(error) => Err(error),
    };
    let Err(error) = result else { return Ok(()) };
    let cancelled = matches!(&error, ServiceError::User(error) if error.code == "cancelled");
    let error = error.into_user();
    let state = if cancelled { ImportState::Cancelled } else { ImportState::Failed };
    let failed = Import {
        state: state.key().to_owned(),
        error: serde_json::to_string(&error).ok().filter(|_| !cancelled),
        ..ended
    };
    // What made the import fail may make this fail too, for a while: the disk is full, the database busy. If it
    // stays so, the next import or start finds it interrupted.
    for pause in [0, 1, 5] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        match note(services, &failed).await {
            Ok(()) => break,
            Err(error) => {
                tracing::warn!(error = %error, import = failed.id, "the end of an import could not be noted")
            }
        }
    }
    drop(place);
    Err(error.into())
}

async fn note(services: &Services, ended: &Import) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    match db::imports::finish_import(&tx, ended, &[]).await {
        // Recorded after all: only the answer was lost.
        Err(db::DbError::NotFound { .. }) => Ok(()),
        other => {
            other?;
            Ok(tx.commit().await?)
        }
    }
}

/// A file to be read through.
pub(super) struct Reading<'a> {
    pub import: &'a str,
    /// Empty for a source that is not known yet.
    pub source_id: &'a str,
    pub new: &'a NewImport,
    pub dry: bool,
}

/// Reads a file through, when its turn comes. What it wrote counts once it is recorded, under the lock.
pub(super) async fn read(
    services: &Services,
    Reading { import, source_id, new, dry }: Reading<'_>,
    wait: Wait,
    progress: Arc<Progress>,
) -> Result<(Outcome, ImportLock), ServiceError> {
    let lock = lock(services, &progress, wait).await?;
    clean(services, &lock).await?;
    let stored: Vec<SegmentRef> = cache::segments(services)
        .await?
        .into_iter()
        .filter(|segment| segment.source == new.source.trim())
        .collect();
    let waiting: Vec<(u128, i64)> = db::tail::all(&services.db)
        .await?
        .into_iter()
        .filter(|row| row.source_id == source_id)
        .filter_map(super::tail_event)
        .map(|event| (event.key, event.content))
        .collect();
    let (store, id, mut new) = (services.store.clone(), import.to_owned(), new.clone());
    new.source = new.source.trim().to_owned();
    let now = services.now().saturating_mul(1_000_000);
    let (outcome, lock) = tokio::task::spawn_blocking(move || {
        let job = job_of(&id, &new, now, dry);
        let outcome = ingest::run(&store, &lock, &job, &stored, &waiting, &progress);
        (outcome, lock)
    })
    .await?;
    Ok((outcome?, lock))
}

async fn record(
    services: &Services,
    ended: &Import,
    new: &NewImport,
    outcome: Outcome,
) -> Result<(), ServiceError> {
    let Outcome { counts, segments, reasons, first_event, last_event, examples: _, pairs } = outcome;
    let json = |value: Result<String, serde_json::Error>| value.ok();
    let done = Import {
        state: ImportState::Done.key().to_owned(),
        received: counts.received as i64,
        accepted: counts.accepted as i64,
        duplicate: counts.duplicate as i64,
        quarantined: counts.quarantined as i64,
        reasons: json(serde_json::to_string(&reasons)).filter(|_| !reasons.is_empty()),
        first_event,
        last_event,
        ..ended.clone()
    };
    let segments = segments_of(&done.source_id, &segments);
    let mapping = json(serde_json::to_string(&new.mapping)).unwrap_or_default();
    let grown = links::grown(services, &done.source_id, pairs, counts.received).await?;
    let looked_at = new.clone();
    let said = tokio::task::spawn_blocking(move || said(&looked_at)).await?;
    let tx = services.db.write().await?;
    db::imports::finish_import(&tx, &done, &segments).await?;
    // What came over HTTP meanwhile and is in the file too counts once.
    if db::tail::waiting(&services.db).await?.0 > 0 {
        drop_from_tail(services, &tx, &done.source_id, &segments).await?;
    }
    if let Some(grown) = &grown {
        links::record(&tx, grown, services.now()).await?;
    }
    let zone = new.zone.map(|zone| zone.name());
    let known = db::imports::sources(&services.db).await?;
    let first = known.iter().all(|one| one.id != done.source_id || one.mapping.is_none());
    if new.remembers || first {
        db::imports::remember_mapping(&tx, &done.source_id, &mapping, zone, said.as_deref()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Written segments as the manifest lists them; their place in it is given when they are added.
pub(crate) fn segments_of(source_id: &str, metas: &[SegmentMeta]) -> Vec<Segment> {
    let segment = |meta: &SegmentMeta| Segment {
        source_id: source_id.to_owned(),
        ordinal: 0,
        file: meta.file.clone(),
        bucket: meta.bucket as i32,
        events: meta.events as i64,
        bytes: meta.bytes as i64,
        min_time: meta.min_time,
        max_time: meta.max_time,
    };
    metas.iter().map(segment).collect()
}

/// Removes events from a source's tail that new segments hold: those that came while the file was read.
async fn drop_from_tail(
    services: &Services,
    tx: &db::Tx,
    source_id: &str,
    segments: &[Segment],
) -> Result<(), ServiceError> {
    let (store, files) = (services.store.clone(), segments.iter().map(|one| one.file.clone()).collect());
    let stored = tokio::task::spawn_blocking(move || Identities::load(&store, files, None)).await??;
    let tail = db::tail::keys_in(tx, source_id).await?;
    let both: Vec<String> = tail
        .into_iter()
        .filter(|(_, key, content)| {
            let key = u128::from_str_radix(key, 16).ok();
            let content = u64::from_str_radix(content, 16).ok().map(|content| content as i64);
            // What says something else stays: nothing that was acknowledged is overwritten.
            key.and_then(|key| stored.content(key)).is_some_and(|said| Some(said) == content)
        })
        .map(|(id, ..)| id)
        .collect();
    Ok(db::tail::remove_ids(tx, &both).await?)
}

/// Asks every import of this process to stop, and waits until they have, for the end of the server.
pub async fn cancel_all(services: &Services) {
    for (_, running) in services.jobs.all() {
        running.progress.cancel();
    }
    while !services.jobs.all().is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
