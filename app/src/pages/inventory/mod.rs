//! The service inventory.

pub mod lists;
pub mod page;
pub mod tabs;
pub mod touchpoint;
pub mod unmapped;
