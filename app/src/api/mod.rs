//! Server functions, two lines each: who asks, and the use case. The only module that knows the server side.

pub mod alerts;
pub mod drivers;
mod error;
pub mod inventory;
pub mod journeys;
pub mod kpis;
pub mod machines;
pub mod palette;
pub mod people;
pub mod preferences;
pub mod reviews;
pub mod saved;
#[cfg(feature = "ssr")]
pub mod session;
pub mod sources;
pub mod summary;
pub mod trends;
pub mod wire;

pub use error::{AppError, refused};
