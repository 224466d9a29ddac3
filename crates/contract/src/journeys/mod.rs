//! Exploring journeys: the question ([`ExploreQuery`]), which lives in the URL, and its answers.

mod query;
mod view;

pub use query::{ExploreQuery, Level, Occurrence, Towards, encode};
pub use view::{
    Behind, BehindCustomer, Choice, ColumnView, CustomerEvent, CustomerView, Department, Drawing, DrawnLink,
    DrawnNode, Flow, JourneysView, LinkView, NeighbourView, NodeCount, NodeKind, NodeView, Period, SankeyView,
    TransitionView, TransitionsView,
};
