//! The kernel against naive oracles on random logs.

mod funnel;
mod logs;
mod sankey;
mod transitions;
mod units;
