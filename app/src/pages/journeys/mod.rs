//! Journeys, and one customer's history.

mod between;
pub mod compare;
mod controls;
pub mod customer;
mod customers;
mod funnel;
mod map;
mod marks;
pub mod page;
mod panel;
pub mod segments;
mod table;
mod transitions;
mod variants;
