//! Use cases: authorise, load, compute, shape. Every function takes the [`Actor`] first after the services,
//! and answers with views of the contract or a [`ServiceError`].
//!
//! Rights are checked here and nowhere else; pages only hide what would be refused.

mod actor;
pub mod alerts;
pub mod background;
mod cache;
mod clock;
pub mod company;
mod compute;
pub mod documents;
pub mod drivers;
mod error;
pub mod inventory;
pub mod journeys;
pub mod keys;
mod mapping;
pub mod palette;
pub mod people;
pub mod reviews;
pub mod sources;
pub mod streams;
pub mod summary;
mod tokens;
pub mod trends;
mod weeks;
pub mod zones;

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
    pub(crate) dry_runs: Arc<sources::DryRuns>,
    pub(crate) attempts: Arc<people::Attempts>,
    pub(crate) hashing: Arc<people::Hashing>,
    pub(crate) turns: Arc<compute::Turns>,
    pub(crate) receiving: Arc<sources::Receiving>,
    /// Rung where something changed that the background should look at.
    pub(crate) changed: Arc<tokio::sync::Notify>,
    /// Files of inboxes that are tried again later.
    pub(crate) later: Arc<background::Later>,
    /// Who is where in the inventory, and what open pages are told of it.
    pub(crate) desk: Arc<inventory::Desk>,
    /// Streams that open pages listen to.
    pub(crate) streams: Arc<streams::Open>,
    /// Inventory files that were looked at and not applied yet.
    pub(crate) held: Arc<inventory::Held>,
    /// When alerts were looked at last.
    pub(crate) alerts: Arc<alerts::Looked>,
    /// How often keys asked lately.
    pub(crate) rates: Arc<keys::Rates>,
    /// Whether letters can be sent.
    pub(crate) mail: bool,
    /// Version of the events in memory, for open pages.
    pub(crate) live: tokio::sync::watch::Sender<i64>,
}

impl Services {
    /// Puts the parts together. `demo` offers one-click accounts.
    pub fn new(db: db::Db, store: events::Store, clock: Clock, demo: bool) -> Self {
        Self {
            db,
            store,
            clock,
            demo,
            cache: Arc::default(),
            jobs: Arc::default(),
            later: Arc::default(),
            dry_runs: Arc::default(),
            attempts: Arc::default(),
            hashing: Arc::default(),
            turns: Arc::default(),
            receiving: Arc::default(),
            changed: Arc::default(),
            desk: Arc::default(),
            streams: Arc::default(),
            held: Arc::default(),
            alerts: Arc::default(),
            rates: Arc::default(),
            mail: false,
            live: tokio::sync::watch::channel(0).0,
        }
    }

    /// With a mail server that letters can be given to.
    #[must_use]
    pub fn with_mail(self) -> Self {
        Self { mail: true, ..self }
    }

    /// Whether one-click accounts are offered.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// Tells the version of the events that figures are made of, whenever there are newer ones.
    pub fn live(&self) -> tokio::sync::watch::Receiver<i64> {
        self.live.subscribe()
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
