//! Dry runs: a file is read through as an import would read it, and nothing of it is kept. What it showed is held in
//! memory for as long as someone may look at it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use contract::sources::{Counts, DryRun, ImportState, StartImport};
use contract::{Kind, UserError};
use events::ingest::Outcome;

use super::jobs::{NewImport, Place, Reading, Wait, check, read, wanted};
use crate::actor::need;
use crate::{Actor, ServiceError, Services};

/// Dry runs of this process: those that run, and the last that ended.
#[derive(Default)]
pub struct DryRuns(Mutex<VecDeque<Known>>);

/// Dry runs that run or wait at once, and those remembered.
const AT_ONCE: usize = 8;
const REMEMBERED: usize = 64;

#[derive(Clone)]
struct Known {
    id: String,
    account_id: Option<String>,
    file: String,
    bytes: u64,
    form: StartImport,
    seconds: f64,
    ended: Option<Result<Outcome, UserError>>,
}

impl DryRuns {
    fn get(&self, id: &str) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|one| one.id == id).cloned()
    }

    fn add(&self, new: Known) -> Result<(), UserError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().filter(|one| one.ended.is_none()).count() >= AT_ONCE {
            return Err(UserError::new(Kind::TooMany, "busy", "Too many files are being read at once.")
                .remedy("Wait until one of them is through."));
        }
        if known.len() >= REMEMBERED
            && let Some(oldest) = known.iter().position(|one| one.ended.is_some())
        {
            known.remove(oldest);
        }
        known.push_back(new);
        Ok(())
    }

    fn end(&self, id: &str, seconds: f64, ended: Result<Outcome, UserError>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.iter_mut().find(|one| one.id == id) {
            one.seconds = seconds;
            one.ended = Some(ended);
        }
    }
}

/// Reads an uploaded file through in the background, keeps nothing, and returns the dry run's id.
pub async fn start_dry(services: &Services, actor: &Actor, form: StartImport) -> Result<String, ServiceError> {
    let new = wanted(services, actor, form.clone()).await?;
    let bytes = check(&new).await?;
    let id = db::new_id();
    services.dry_runs.add(Known {
        id: id.clone(),
        account_id: actor.account_id.clone(),
        file: new.file.clone(),
        bytes,
        form: StartImport { dry: false, ..form },
        seconds: 0.0,
        ended: None,
    })?;
    let place = services.jobs.place(&id, &new);
    let (services, named) = (services.clone(), id.clone());
    tokio::spawn(async move { through(&services, &named, &new, place).await });
    Ok(id)
}

/// Reads a file through, and waits for the end: for the command line.
pub async fn dry_run_now(services: &Services, actor: &Actor, new: NewImport) -> Result<Outcome, ServiceError> {
    need(actor.may().import, "import")?;
    check(&new).await?;
    let id = db::new_id();
    let place = services.jobs.place(&id, &new);
    outcome(services, &id, &new, &place, Wait::No).await
}

async fn through(services: &Services, id: &str, new: &NewImport, place: Place) {
    let began = std::time::Instant::now();
    let ended = outcome(services, id, new, &place, Wait::ForOthers).await.map_err(ServiceError::into_user);
    services.dry_runs.end(id, began.elapsed().as_secs_f64(), ended);
    drop(place);
}

async fn outcome(
    services: &Services,
    id: &str,
    new: &NewImport,
    place: &Place,
    wait: Wait,
) -> Result<Outcome, ServiceError> {
    let known = db::imports::sources(&services.db).await?;
    let source = known.iter().find(|source| source.name == new.source.trim());
    let source_id = source.map_or("", |source| source.id.as_str());
    let reading = Reading { import: id, source_id, new, dry: true };
    let (outcome, lock) = read(services, reading, wait, place.progress.clone()).await?;
    drop(lock);
    Ok(outcome)
}

/// How a dry run stands, for the person who began it.
pub async fn dry_run(services: &Services, actor: &Actor, id: &str) -> Result<DryRun, ServiceError> {
    need(actor.may().import, "page")?;
    let known = own(services, actor, id)?;
    let Known { id, file, bytes, form, seconds, ended, .. } = known;
    let running = services.jobs.get(&id).filter(|_| ended.is_none());
    let mut view = DryRun {
        id,
        state: ImportState::Running,
        counts: Counts::default(),
        bytes,
        bytes_read: 0,
        rate: 0.0,
        phase: String::new(),
        error: None,
        reasons: Vec::new(),
        accepted: Vec::new(),
        refused: Vec::new(),
        pairs: 0,
        file,
        form,
    };
    let mut passed = seconds;
    match ended {
        None => {
            if let Some(running) = running {
                view.counts = running.progress.counts();
                view.bytes_read = running.progress.bytes();
                view.phase = running.progress.current().label().to_owned();
                passed = running.began.elapsed().as_secs_f64();
            }
        }
        Some(Ok(outcome)) => {
            view.state = ImportState::Done;
            view.counts = outcome.counts;
            view.bytes_read = bytes;
            view.reasons = outcome.reasons;
            view.accepted = outcome.examples.accepted;
            view.refused = outcome.examples.refused;
            view.pairs = outcome.pairs.len() as u64;
        }
        Some(Err(error)) if error.code == "cancelled" => view.state = ImportState::Cancelled,
        Some(Err(error)) => {
            view.state = ImportState::Failed;
            view.error = Some(error);
        }
    }
    view.rate = view.counts.received as f64 / passed.max(0.001);
    Ok(view)
}

/// Asks a dry run to stop.
pub async fn cancel_dry(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().import, "page")?;
    let known = own(services, actor, id)?;
    if let Some(running) = services.jobs.get(&known.id) {
        running.progress.cancel();
    }
    Ok(())
}

/// What the form of a dry run of that upload said, where there is one.
pub(super) fn tried(services: &Services, actor: &Actor, id: &str, upload: &str) -> Option<StartImport> {
    let known = own(services, actor, id).ok()?;
    (known.form.upload == upload).then_some(known.form)
}

fn own(services: &Services, actor: &Actor, id: &str) -> Result<Known, UserError> {
    let known = services.dry_runs.get(id).filter(|known| known.account_id == actor.account_id);
    known.ok_or_else(|| UserError::not_found("dry run").remedy("Choose the file again, and try it once more."))
}
