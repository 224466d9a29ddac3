//! Journeys, and one customer's history.

mod between;
mod controls;
pub mod customer;
mod customers;
mod funnel;
pub mod page;
mod panel;
mod table;
mod transitions;
mod variants;
