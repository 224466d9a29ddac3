//! Reviews across departments, and the actions that come out of them.

mod actions;
pub mod page;
pub mod review;
