//! The pages: Leptos components that render on the server first and come alive in the browser.
//!
//! Pages call server functions ([`api`]) and draw views of the contract. No rights, no computing, no SQL.

#![recursion_limit = "512"]

pub mod api;
mod app;
mod charts;
mod components;
mod pages;

pub use app::{App, Assets, shell};
