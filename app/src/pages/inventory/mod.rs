//! The service inventory.

pub mod file;
pub mod gaps;
pub mod grid;
pub mod kpi;
pub mod kpis;
pub mod lists;
pub mod matrix;
pub mod tabs;
pub mod touchpoint;
pub mod unmapped;
