//! Logs: what is there, and how more gets in.

pub mod import;
pub mod page;
pub mod wizard;
