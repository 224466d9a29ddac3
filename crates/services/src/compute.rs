//! Heavy computations: off the threads that answer, and only a few at a time, so that many questions at once
//! wait or are told to, instead of filling the memory.

use std::sync::Arc;
use std::time::Duration;

use contract::{Kind, UserError};
use tokio::sync::Semaphore;

use crate::{ServiceError, Services};

/// Questions computed at once. Each uses all cores: more at once would only make all of them wait.
const AT_ONCE: usize = 2;
/// How long a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Turns for computing.
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Runs a computation when its turn comes.
pub async fn compute<T: Send + 'static>(
    services: &Services,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let turn = tokio::time::timeout(PATIENCE, services.turns.0.clone().acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        return Err(UserError::new(
            Kind::Unavailable,
            "busy",
            "Too many questions are being answered right now.",
        )
        .remedy("Try again in a moment.")
        .into());
    };
    Ok(tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    })
    .await?)
}
