//! Logs: what is there, and how more gets in.

pub mod cases;
pub mod dry;
pub mod import;
pub mod keys;
pub mod links;
pub mod page;
mod tabs;
pub mod wizard;
