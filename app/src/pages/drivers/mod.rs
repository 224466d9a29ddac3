//! What causes contacts: for the company, and for each department.

mod contacts;
mod controls;
mod gaps;
mod list;
mod own;
pub mod page;
mod split;
mod weeks;
