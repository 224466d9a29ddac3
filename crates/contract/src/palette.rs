//! What the command palette finds.

use serde::{Deserialize, Serialize};

/// Somewhere to go, or something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub label: String,
    /// What it is: page, action, touchpoint, department.
    pub kind: String,
    pub path: String,
    /// Colour of the owning department.
    pub department: Option<u32>,
}
