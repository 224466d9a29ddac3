//! The database: SeaORM entities, which never leave this crate, and queries that all start from the
//! workspace. Reads go to a pool of readers, writes through [`Db::write`] in one transaction each.
//!
//! Who may do what is decided in services, not here.

pub mod alerts;
mod audit;
mod connection;
mod error;
pub mod imports;
pub mod inventory;
pub mod links;
pub mod notes;
pub mod people;
pub mod read_keys;
pub mod reviews;
pub mod saved;
pub mod steps;
pub mod tail;
pub mod uploads;
pub mod workspace;

pub use audit::{Actor, AuditRow, Entry, audit, audit_all, entries_of, entry_in, history, newest_change};
pub use connection::{Db, Tx, connect};
pub use error::DbError;

/// A new id, ascending with time.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
