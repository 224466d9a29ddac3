//! The event store: reads logs, keeps events in immutable Parquet segments, and builds the in-memory
//! [`Snapshot`] that every analysis runs on.
//!
//! The SQL manifest says which segments exist; this crate is told, and never looks for itself. No HTTP, no
//! database, no rights here.

pub mod csv;
mod error;
pub mod formats;
mod history;
pub mod ingest;
mod pseudonym;
mod segment;
mod snapshot;
mod store;
pub mod time;

pub use error::EventsError;
pub use history::{StoredEvent, history_of};
pub use pseudonym::{CustomerKey, Pseudonyms};
pub use segment::{BUCKETS, SegmentMeta};
pub use snapshot::{Activity, Attribute, SegmentRef, Snapshot};
pub use store::{ImportLock, Store};
