//! The pages, by area; one routed component a file.

pub mod home;
pub mod inventory;
pub mod journeys;
pub mod missing;
pub mod people;
pub mod sources;
