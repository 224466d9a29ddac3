//! What the server does by itself: files that appear in a source's inbox are imported, events that came one by one are
//! sealed into segments, small segments become large ones, and new events show in open pages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use analytics::LogError;
use contract::Kind;
use db::imports::Segment;
use events::{EventsError, SegmentRef};

use crate::sources::{NewImport, Remembered, import_now, segments_of};
use crate::{Actor, ServiceError, Services, cache, sources};

/// How often the server looks around when nothing calls it.
const PAUSE: Duration = Duration::from_secs(2);
/// A file that nobody wrote to for so long is taken for whole.
const SETTLED: Duration = Duration::from_secs(3);
/// Events in the tail, and seconds that the first of them waits, before they are sealed.
const SEAL_EVENTS: u64 = 20_000;
const SEAL_AFTER: i64 = 600;
/// Neighbouring segments of a source and bucket before they are made one, and events that these may have together.
const MOST_SEGMENTS: usize = 12;
const LARGE: i64 = 500_000;

/// Works until the process ends. What fails is logged, and tried again the next time.
pub async fn run(services: Services) {
    // A large file in an inbox keeps nothing else waiting.
    tokio::join!(read_inboxes(&services), tidy_up(&services));
}

async fn read_inboxes(services: &Services) {
    loop {
        tokio::time::sleep(PAUSE).await;
        told("reading inboxes", inboxes(services).await);
    }
}

async fn tidy_up(services: &Services) {
    loop {
        tokio::select! {
            () = services.changed.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
        for (what, done) in tidied(services, Pace::Usual).await {
            told(what, done);
        }
    }
}

fn told(what: &'static str, done: Result<(), ServiceError>) {
    if let Err(error) = done
        && !matches!(&error, ServiceError::User(refused) if refused.code == "import_running")
    {
        tracing::warn!(error = %error.into_user(), what, "work in the background failed");
    }
}

/// When waiting events and small segments are taken care of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Where there are many, or they have waited for long.
    Usual,
    /// Whatever there is.
    AtOnce,
}

/// Does each piece of work once, and tells what became of it.
pub async fn once(services: &Services, pace: Pace) -> [(&'static str, Result<(), ServiceError>); 4] {
    let read = ("reading inboxes", inboxes(services).await);
    let [sealed, merged, loaded] = tidied(services, pace).await;
    [read, sealed, merged, loaded]
}

async fn tidied(services: &Services, pace: Pace) -> [(&'static str, Result<(), ServiceError>); 3] {
    [
        ("sealing events", seal(services, pace).await),
        ("merging segments", compact(services, pace).await),
        ("loading new events", cache::refresh(services).await),
    ]
}

/// Imports what lies in the inbox of a source, as its last import was read; then the file is set aside.
async fn inboxes(services: &Services) -> Result<(), ServiceError> {
    let mut failed = Ok(());
    for source in db::imports::sources(&services.db).await? {
        let Some(inbox) = services.store.inbox(&source.name) else { continue };
        let Remembered { mapping: Some(mapping), zone, order, hints } = Remembered::of(&source) else {
            continue;
        };
        let settled = {
            let inbox = inbox.clone();
            tokio::task::spawn_blocking(move || settled(&inbox)).await?
        };
        let settled = match settled {
            Ok(settled) => settled,
            Err(error) => {
                failed = Err(error);
                continue;
            }
        };
        if settled.is_empty() {
            continue;
        }
        // While another import runs, files wait where they are.
        match services.store.lock() {
            Ok(free) => drop(free),
            Err(EventsError::Locked) => return failed,
            Err(error) => return Err(error.into()),
        }
        for path in settled {
            let new = NewImport { zone, order, hints, ..NewImport::of(&source.name, &path, mapping.clone()) };
            if services.later.is_waiting(&path) {
                continue;
            }
            let done = match sources::note_refused(services, &new).await {
                Ok(false) => import_now(services, &Actor::console(), new).await.map(drop),
                Ok(true) => {
                    if let Err(error) = set_aside(&inbox, &path, "failed") {
                        services.later.wait(path);
                        failed = Err(error);
                    }
                    continue;
                }
                Err(error) => Err(error),
            };
            let aside = match &done {
                Ok(_) => "done",
                // What is wrong with the file stays wrong; all else may be better the next time.
                Err(ServiceError::User(refused))
                    if matches!(refused.kind, Kind::Invalid | Kind::Unprocessable | Kind::TooLarge) =>
                {
                    "failed"
                }
                // Another import came first: nothing is wrong with the file.
                Err(ServiceError::User(refused)) if refused.code == "import_running" => return failed,
                Err(_) => {
                    services.later.wait(path);
                    failed = done;
                    continue;
                }
            };
            if let Err(error) = set_aside(&inbox, &path, aside) {
                services.later.wait(path);
                failed = Err(error);
                continue;
            }
            if let Err(error) = done {
                tracing::warn!(error = %error.into_user(), source = source.name, "a file of an inbox was not imported");
            }
        }
    }
    failed
}

/// Files that could not be read for a reason that may pass, and when each is tried again: one keeps no other waiting.
#[derive(Debug, Default)]
pub struct Later(Mutex<HashMap<PathBuf, Instant>>);

/// How long a file waits until it is tried again.
const AGAIN: Duration = Duration::from_secs(60);

impl Later {
    fn is_waiting(&self, path: &Path) -> bool {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|_, until| *until > Instant::now());
        files.contains_key(path)
    }

    fn wait(&self, path: PathBuf) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path, Instant::now() + AGAIN);
    }
}

/// Files of an inbox that nobody writes to any more, by name.
fn settled(inbox: &Path) -> Result<Vec<PathBuf>, ServiceError> {
    let failed = |source| ServiceError::Io { path: inbox.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(inbox).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let about = entry.metadata().map_err(failed)?;
        let unfinished = name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp");
        let old = about
            .modified()
            .is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > SETTLED));
        if about.is_file() && about.len() > 0 && !unfinished && old {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn set_aside(inbox: &Path, path: &Path, folder: &str) -> Result<(), ServiceError> {
    let failed = |source| ServiceError::Io { path: path.to_owned(), source };
    let folder = inbox.join(folder);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // A name may be as long as the system lets it: with more before it, it would be too long.
    let short: String = name.chars().rev().take(40).collect::<Vec<char>>().into_iter().rev().collect();
    std::fs::rename(path, folder.join(format!("{}-{short}", db::new_id()))).map_err(failed)
}

/// Seals the tail where it is long or old. Its events move from the database to segments in one transaction.
async fn seal(services: &Services, pace: Pace) -> Result<(), ServiceError> {
    let (waiting, since) = db::tail::waiting(&services.db).await?;
    let old = since.is_some_and(|since| services.now() - since > SEAL_AFTER);
    let pairs = db::links::waiting(&services.db).await?;
    let due = waiting > 0 && (pace == Pace::AtOnce || waiting >= SEAL_EVENTS || old);
    // Pairs of ids may come with events that are known already, and then wait alone.
    let of_pairs = pairs > 0 && (pace == Pace::AtOnce || pairs >= SEAL_EVENTS || waiting == 0);
    if !due && !of_pairs {
        return Ok(());
    }
    let _lock = services.store.lock()?;
    if !due {
        return sources::settle_pairs(services).await;
    }
    let sources = db::imports::sources(&services.db).await?;
    let rows = db::tail::all(&services.db).await?;
    for source in sources {
        let own: Vec<_> = rows.iter().filter(|row| row.source_id == source.id).cloned().collect();
        let Some(last) = own.last().map(|row| row.id.clone()) else { continue };
        let import = db::imports::sealing_account(&services.db, &source.id).await?;
        let Some(import) = import else { continue };
        let name = format!("{import}-s{}", db::new_id());
        let (store, count) = (services.store.clone(), own.len() as u64);
        let metas = tokio::task::spawn_blocking(move || {
            let events: Vec<_> = own.into_iter().filter_map(sources::tail_event).collect();
            // What can't be read must not be taken for sealed.
            if events.len() as u64 != count {
                return Err(EventsError::Log(LogError::Offsets { at: events.len() }));
            }
            events::seal(&store, &name, &events)
        })
        .await??;
        let tx = services.db.write().await?;
        if db::tail::remove(&tx, &source.id, &last).await? != count {
            // Someone else took them meanwhile; the segments stay without a name, and are swept away.
            continue;
        }
        db::imports::add_segments(&tx, &import, &segments_of(&source.id, &metas)).await?;
        tx.commit().await?;
    }
    sources::settle_pairs(services).await
}

/// Makes one segment of many small ones of a source and bucket, which come one after the other in the manifest: so events
/// of one instant keep their order. The old files go with the next sweep.
async fn compact(services: &Services, pace: Pace) -> Result<(), ServiceError> {
    let most = if pace == Pace::Usual { MOST_SEGMENTS } else { 1 };
    if runs(db::imports::segments(&services.db).await?, most).is_empty() {
        return Ok(());
    }
    let _lock = services.store.lock()?;
    let sources = db::imports::sources(&services.db).await?;
    for old in runs(db::imports::segments(&services.db).await?, most) {
        let (source_id, bucket) = (old[0].source_id.clone(), old[0].bucket);
        let Some(source) = sources.iter().find(|source| source.id == source_id) else { continue };
        let refs: Vec<SegmentRef> = old
            .iter()
            .map(|segment| SegmentRef {
                file: segment.file.clone(),
                bucket: bucket as u32,
                source: source.name.clone(),
                source_order: source.ordinal as u32,
            })
            .collect();
        let Some(import) = db::imports::import_of_segment(&services.db, &old[0].file).await? else { continue };
        let name = format!("{import}-c{}", db::new_id());
        let store = services.store.clone();
        let metas = tokio::task::spawn_blocking(move || events::compact(&store, &name, &refs)).await??;
        let files: Vec<String> = old.iter().map(|segment| segment.file.clone()).collect();
        let Some(merged) = segments_of(&source_id, &metas).into_iter().next() else { continue };
        let merged = Segment { ordinal: old[0].ordinal, ..merged };
        let tx = services.db.write().await?;
        if db::imports::replace_segments(&tx, &import, &files, &merged).await? {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Segments to be made one: more than `most` small neighbours of a source and bucket, of as many events together as are
/// held in memory easily.
fn runs(all: Vec<Segment>, most: usize) -> Vec<Vec<Segment>> {
    let mut groups: std::collections::BTreeMap<(String, i32), Vec<Segment>> = std::collections::BTreeMap::new();
    for segment in all {
        groups.entry((segment.source_id.clone(), segment.bucket)).or_default().push(segment);
    }
    let mut runs = Vec::new();
    for segments in groups.into_values() {
        let mut run: Vec<Segment> = Vec::new();
        let mut events = 0;
        for segment in segments {
            if events + segment.events > LARGE {
                runs.push(std::mem::take(&mut run));
                events = 0;
            }
            if segment.events < LARGE {
                events += segment.events;
                run.push(segment);
            }
        }
        runs.push(run);
    }
    runs.retain(|run| run.len() > most);
    runs
}

/// Whether an error only says that a file went away because segments were merged meanwhile.
pub fn is_gone(error: &ServiceError) -> bool {
    let gone = |source: &std::io::Error| source.kind() == std::io::ErrorKind::NotFound;
    matches!(error, ServiceError::Events(EventsError::Io { source, .. }) if gone(source))
}
