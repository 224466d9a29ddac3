//! The service inventory.

pub mod lists;
pub mod page;
pub mod touchpoint;
pub mod unmapped;
