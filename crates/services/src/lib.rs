//! Use cases: authorise, load, compute, shape. Every function takes the [`Actor`] first after the services,
//! and answers with views of the contract or a [`ServiceError`].
//!
//! Rights are checked here and nowhere else; pages only hide what would be refused.

mod actor;
mod cache;
mod clock;
mod error;
pub mod inventory;
pub mod journeys;
mod mapping;
pub mod people;
pub mod sources;
mod tokens;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use actor::Actor;
pub use clock::Clock;
pub use error::ServiceError;

/// Everything that use cases work with; cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub(crate) db: db::Db,
    pub(crate) store: events::Store,
    pub(crate) clock: Clock,
    pub(crate) demo: bool,
    pub(crate) cache: Arc<cache::Cache>,
    pub(crate) jobs: Arc<sources::Jobs>,
    pub(crate) attempts: Arc<people::Attempts>,
    data_dir: PathBuf,
}

impl Services {
    /// Puts the parts together. `demo` offers one-click accounts.
    pub fn new(db: db::Db, store: events::Store, data_dir: &Path, clock: Clock, demo: bool) -> Self {
        Self {
            db,
            store,
            clock,
            demo,
            cache: Arc::default(),
            jobs: Arc::default(),
            attempts: Arc::default(),
            data_dir: data_dir.to_owned(),
        }
    }

    /// The folder that holds everything.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
