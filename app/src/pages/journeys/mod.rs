//! Journeys, and one customer's history.

mod controls;
pub mod customer;
pub mod page;
mod panel;
mod table;
