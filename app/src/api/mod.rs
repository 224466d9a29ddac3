//! Server functions, two lines each: who asks, and the use case. The only module that knows the server side.

mod error;
pub mod inventory;
pub mod journeys;
pub mod machines;
pub mod palette;
pub mod people;
pub mod preferences;
pub mod saved;
#[cfg(feature = "ssr")]
pub mod session;
pub mod sources;
pub mod wire;

pub use error::{AppError, refused};
