//! Exploring journeys: the question ([`ExploreQuery`]), which lives in the URL, and its answers.

mod choices;
mod compare;
mod query;
mod reading;
mod rules;
mod saved;
mod segment;
mod view;

pub use choices::{Form, Level, Occurrence, Towards, Unit};
pub use compare::{CompareView, ComparedLink, ComparedNode, MapArrow, MapNode, MapView, SideView};
pub use query::{ALL_JOURNEYS, ExploreQuery};
pub use reading::{encode, window_of};
pub use rules::{Rule, StepFilter};
pub use saved::{Builder, SavedView, SegmentRow, Segments};
pub use segment::{Attribute, Condition, Is, Join, KINDS, Segment, What, composed, offered};
pub use view::{
    Behind, BehindCustomer, BetweenView, Choice, ColumnView, CustomerEvent, CustomerView, Department, Drawing,
    DrawnLink, DrawnNode, Flow, FunnelStep, FunnelView, JourneysView, LinkView, NeighbourView, NodeCount,
    NodeKind, NodeView, Opened, Period, SankeyView, Shown, TransitionView, TransitionsView, VariantView,
    VariantsView,
};
