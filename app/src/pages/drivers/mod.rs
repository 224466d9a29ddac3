//! What causes contacts: for the company, and for each department.

mod contacts;
mod controls;
pub mod gaps;
mod list;
mod own;
pub mod page;
pub mod reasons;
mod self_service;
mod split;
mod tabs;
pub mod trends;
mod weeks;
