//! Logs: which there are, what each import did, and stopping one.

mod cases;
mod dry;
pub(crate) mod freshness;
mod ingest;
mod jobs;
mod links;
mod preview;
mod remembered;
mod tidy;
mod uploads;

use std::path::PathBuf;

use contract::UserError;
use contract::sources::{Counts, ImportState, ImportView, SourceRow, Sources};
use db::imports::{Import, Source};
use events::ingest::first_rows;

pub use cases::{log_rules, save_log_rule};
pub use dry::{DryRuns, cancel_dry, dry_run, dry_run_now, start_dry};
pub use ingest::{Admitted, Arrived, Receiving, add_key, admit, event as tail_event, ingest, keys, revoke_key};
pub(crate) use jobs::note_refused;
pub(crate) use jobs::segments_of;
pub use jobs::{Jobs, NewImport, cancel_all, import_now, start};
pub use links::{link, links, undo_links};
pub(crate) use links::{pair_of, settle_pairs};
pub use preview::{PreviewWish, preview};
pub use remembered::{Remembered, remembered};
pub use tidy::recover;
pub use uploads::{begin_upload, finish_upload};

use crate::actor::need;
use crate::{Actor, ServiceError, Services};

/// Imports listed on the page.
const LISTED: u64 = 50;
/// Quarantined rows shown on the page; all can be downloaded.
const EXAMPLES: usize = 100;

/// Where files of a source are dropped, for those who may import any log; once an import has shown how it is read.
fn inbox(services: &Services, actor: &Actor, source: &Source) -> Option<String> {
    if !actor.may().import || actor.scope().is_some() || source.mapping.is_none() {
        return None;
    }
    Some(services.store.inbox(&source.name)?.display().to_string())
}

/// Department heads see the logs that they brought.
fn is_visible(actor: &Actor, source: &Source, imports: &[Import]) -> bool {
    let own = |import: &&Import| sees(actor, import);
    actor.scope().is_none() || imports.iter().filter(own).any(|import| import.source_id == source.id)
}

/// Names of the logs that a person sees.
pub(crate) async fn visible(services: &Services, actor: &Actor) -> Result<Vec<String>, ServiceError> {
    if !actor.may().see_sources {
        return Ok(Vec::new());
    }
    let known = db::imports::sources(&services.db).await?;
    let imports = db::imports::imports(&services.db, 10_000).await?;
    Ok(known.into_iter().filter(|one| is_visible(actor, one, &imports)).map(|one| one.name).collect())
}

/// The sources page.
pub async fn sources(services: &Services, actor: &Actor) -> Result<Sources, ServiceError> {
    need(actor.may().see_sources, "page")?;
    let workspace = db::workspace::get(&services.db).await?;
    let known = db::imports::sources(&services.db).await?;
    let segments = db::imports::segments(&services.db).await?;
    let imports = db::imports::imports(&services.db, 10_000).await?;
    let own = |import: &&Import| sees(actor, import);
    let visible = |source: &&Source| is_visible(actor, source, &imports);
    let quiet = freshness::quiet(services, actor).await?;
    let tail = db::tail::all(&services.db).await?;
    let waiting = |source: &Source| {
        let id = source.id.clone();
        tail.iter().filter(move |row| row.source_id == id).map(|row| row.at)
    };
    let rows = known
        .iter()
        .filter(visible)
        .map(|source| {
            let stored = || segments.iter().filter(|segment| segment.source_id == source.id);
            let done = || imports.iter().filter(own).filter(|import| import.source_id == source.id);
            SourceRow {
                name: source.name.clone(),
                events: stored().map(|segment| segment.events as u64).sum::<u64>()
                    + waiting(source).count() as u64,
                imports: done().count() as u32,
                first_event: stored().map(|segment| segment.min_time).chain(waiting(source)).min(),
                last_event: stored().map(|segment| segment.max_time).chain(waiting(source)).max(),
                last_import: done().map(|import| import.started_at).max(),
                quarantined: done().map(|import| import.quarantined as u64).sum(),
                quiet_since: quiet.get(&source.name).copied(),
                inbox: inbox(services, actor, source),
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
) -> Result<(PathBuf, String), ServiceError> {
    need(actor.may().import, "import")?;
    let view = import(services, actor, id).await?;
    if view.counts.quarantined == 0 {
        return Err(UserError::not_found("quarantined row").into());
    }
    Ok((services.store.quarantine(id), format!("quarantined-{}.csv", view.source)))
}

/// The log that the demo keeps back, for the tour.
pub fn demo_log(services: &Services, actor: &Actor) -> Result<PathBuf, ServiceError> {
    need(services.is_demo() && actor.may().import, "file")?;
    Ok(services.store.demo_log("dispatch.csv"))
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
        tokio::task::spawn_blocking(move || first_rows(&path, EXAMPLES)).await??
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

/// Asks an import to stop.
pub async fn cancel(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().import, "import")?;
    let import = import(services, actor, id).await?;
    if let Some(running) = services.jobs.get(&import.id) {
        running.progress.cancel();
    }
    Ok(())
}
