//! The event store: reads logs, keeps events in immutable Parquet segments, and builds the in-memory
//! [`Snapshot`] that every analysis runs on.
//!
//! The SQL manifest says which segments exist; this crate is told, and never looks for itself. No HTTP, no
//! database, no rights here.

mod columns;
pub mod csv;
mod error;
pub mod formats;
mod history;
pub mod ingest;
mod links;
mod merge;
mod pseudonym;
mod segment;
mod snapshot;
mod store;
mod tail;
mod texts;
pub mod time;

pub use columns::{keep, kept};
pub use error::EventsError;
pub use history::{StoredEvent, history_of};
pub use ingest::{Identities, quarantine_events, read_pairs};
pub use links::{Aliases, Pair, read_links, write_links};
pub use pseudonym::{CustomerKey, Pseudonyms};
pub use segment::{BUCKETS, SegmentMeta, compact};
pub use snapshot::{Activity, Attribute, SegmentRef, Snapshot};
pub use store::{ImportLock, Store};
pub use tail::{Reader, Refused, Tail, TailEvent, seal};
pub use texts::{Remark, texts_of};
