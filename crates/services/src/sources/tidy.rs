//! The lock of a data folder, and tidying up what imports and uploads left behind that came to no end.

use std::collections::HashSet;
use std::time::Duration;

use events::ingest::{Phase, Progress};
use events::{EventsError, ImportLock};

use super::jobs::Wait;
use super::uploads::sweep;
use crate::{ServiceError, Services};

/// Removes what imports left behind that never finished.
pub(super) async fn clean(services: &Services, lock: &ImportLock) -> Result<(), ServiceError> {
    // Imports that run or wait in this process are not interrupted.
    let alive: Vec<String> = services.jobs.all().into_iter().map(|(id, _)| id).collect();
    let tx = services.db.write().await?;
    db::imports::mark_interrupted(&tx, &alive, services.now()).await?;
    tx.commit().await?;
    let unfinished: HashSet<String> = db::imports::unfinished(&services.db).await?.into_iter().collect();
    let named = db::imports::segments(&services.db).await?.into_iter().map(|segment| segment.file).collect();
    let known = db::imports::ids(&services.db).await?.into_iter().collect();
    services.store.sweep(lock, &known, &unfinished, &named)?;
    let sets = db::links::all(&services.db).await?.into_iter().map(|set| set.file).collect();
    // Whoever joins ids by a file writes it before the manifest names it.
    let before = std::time::SystemTime::now() - Duration::from_secs(3600);
    Ok(services.store.sweep_links(lock, before, &sets)?)
}

/// At start: tidies up after a crash, unless another process imports right now.
pub async fn recover(services: &Services) -> Result<(), ServiceError> {
    match services.store.lock() {
        Ok(lock) => {
            clean(services, &lock).await?;
            sweep(services).await
        }
        Err(EventsError::Locked) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes the lock of the data folder, when its turn comes.
pub(super) async fn lock(
    services: &Services,
    progress: &Progress,
    wait: Wait,
) -> Result<ImportLock, ServiceError> {
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
