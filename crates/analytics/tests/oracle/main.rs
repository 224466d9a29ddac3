//! The kernel against naive oracles on random logs.

mod agree;
mod compare;
mod drivers;
mod funnel;
mod logs;
mod measure;
mod peer;
mod sankey;
mod segments;
mod transitions;
mod units;
mod usage;
