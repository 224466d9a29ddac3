//! The pure kernel: what journeys are, and every figure made from them.
//!
//! A [`JourneyLog`] holds events in columns. A [`Projection`] says which node each event becomes. A
//! [`Selection`] says which events and which journeys count. Every analysis is a mergeable aggregate over
//! whole journeys (see [`aggregate`]), so customers can be split over threads or machines in any way
//! without changing an answer. Definitions of the figures are in ARCHITECTURE.md.
//!
//! Not here: files, databases, clocks, serialisation, text. Names are integers; who shows them knows
//! what they stand for.

pub mod aggregate;
pub mod between;
pub mod funnel;
mod gaps;
pub mod layout;
pub mod log;
pub mod quantile;
pub mod sankey;
pub mod selection;
pub mod transitions;
pub mod variants;

pub use gaps::Times;
pub use log::{JourneyLog, LogError};
pub use selection::{Projection, Repeats, Selection, Unit};
