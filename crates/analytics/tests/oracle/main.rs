//! The kernel against naive oracles on random logs.

mod compare;
mod funnel;
mod logs;
mod sankey;
mod segments;
mod transitions;
mod units;
