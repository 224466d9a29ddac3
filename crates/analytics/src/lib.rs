//! The pure kernel: what journeys are, and every figure made from them.
//!
//! A [`JourneyLog`] holds events in columns. A [`Projection`] says which node each event becomes. A
//! [`Selection`] says which events and which journeys count. [`Journeys`] are what the three make together: one
//! column of nodes, kept as long as nothing of it changes. Every analysis reads a [`Basis`] and is a mergeable
//! aggregate over whole journeys (see [`aggregate`]), so journeys can be split over threads or machines in any way
//! without changing an answer. Definitions of the figures are in ARCHITECTURE.md.
//!
//! Not here: files, databases, clocks, serialisation, text. Names are integers; who shows them knows
//! what they stand for.

pub mod aggregate;
pub mod between;
pub mod change;
pub mod compare;
pub mod contained;
pub mod drivers;
pub mod effect;
pub mod followed;
pub mod funnel;
mod gaps;
pub mod journeys;
pub mod keywords;
pub mod layout;
pub mod log;
pub mod map;
pub mod measure;
pub mod normal;
pub mod open;
pub mod quantile;
pub mod sankey;
mod scan;
pub mod segment;
pub mod selection;
pub mod transitions;
pub mod usage;
pub mod variants;

pub use gaps::Times;
pub use journeys::{Basis, Journeys};
pub use log::{JourneyLog, LogError};
pub use selection::{Projection, Repeats, Selection, Unit};
