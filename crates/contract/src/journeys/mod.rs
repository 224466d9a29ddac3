//! Exploring journeys: the question ([`ExploreQuery`]), which lives in the URL, and its answers.

mod choices;
mod query;
mod reading;
mod view;

pub use choices::{Form, Level, Occurrence, Towards, Unit};
pub use query::ExploreQuery;
pub use reading::{encode, window_of};
pub use view::{
    Behind, BehindCustomer, BetweenView, Choice, ColumnView, CustomerEvent, CustomerView, Department, Drawing,
    DrawnLink, DrawnNode, Flow, FunnelStep, FunnelView, JourneysView, LinkView, NeighbourView, NodeCount,
    NodeKind, NodeView, Opened, Period, SankeyView, Shown, TransitionView, TransitionsView, VariantView,
    VariantsView,
};
