//! What crosses the wire between browser, server and command line: queries, views and errors.
//!
//! Plain data with serde, and nothing that could fail: no I/O, no rules, no formatting. Numbers are raw
//! (seconds, cents, counts, shares between 0 and 1); pages turn them into text.

pub mod alerts;
pub mod chart;
pub mod document;
pub mod drivers;
pub mod error;
pub mod format;
pub mod ingest;
pub mod inventory;
pub mod journeys;
pub mod palette;
pub mod people;
pub mod reports;
pub mod reviews;
pub mod sources;
pub mod summary;
pub mod table;
pub mod tour;
pub mod trends;

pub use error::{Kind, UserError};
