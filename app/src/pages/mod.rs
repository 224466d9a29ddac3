//! The pages, by area; one routed component a file.

pub mod alerts;
pub mod drivers;
pub mod home;
pub mod inventory;
pub mod journeys;
pub mod missing;
pub mod people;
pub mod reviews;
pub mod sources;
pub mod summary;
