//! Events that come one by one or in batches over HTTP, the keys that let them in, and links between ids.

use serde::{Deserialize, Serialize};

use crate::sources::Counts;

/// What became of a batch: `received = accepted + duplicate + quarantined`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingested {
    #[serde(flatten)]
    pub counts: Counts,
    /// Why events were quarantined, the first hundred.
    pub problems: Vec<Problem>,
}

/// Why one event was quarantined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Place in the batch, from 0.
    pub index: u64,
    pub code: String,
    /// The field.
    pub place: String,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

/// A key that lets events into one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    pub id: String,
    pub name: String,
    pub source: String,
    /// Seconds since 1970.
    pub created: i64,
    pub used: Option<i64>,
    pub revoked: bool,
}

/// A set of links between ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    pub id: String,
    pub name: String,
    /// The source whose events name the pairs; none for a file of links.
    pub source: Option<String>,
    /// Rows of the file, and pairs of different ids in them.
    pub received: u64,
    pub pairs: u64,
    /// Ids that it joined to others which no older set had joined.
    pub joined: u64,
    pub author: String,
    /// Seconds since 1970.
    pub created: i64,
    pub undone: bool,
}

/// The page of joined ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    pub sets: Vec<LinkRow>,
    /// Ids that are joined, and the customers that they make; of those with events too.
    pub ids: u64,
    pub customers: u64,
    pub joined_with_events: u64,
    /// Ids of the customer who has most.
    pub most_ids: u64,
    pub may_link: bool,
}
