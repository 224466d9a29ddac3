//! Segments: immutable Parquet files, one a bucket of customers, sorted by (customer, time, position).
//!
//! A reader of another kind finds ordinary columns: customer and key as two numbers each, time as a timestamp,
//! activity and the rest as text, each attribute as a column `attr.NAME`. Columns without a value are left out.

mod coded;
mod compact;
mod read;
mod write;

pub use coded::Coded;
pub use compact::compact;
pub use read::{read_attributes, read_columns, read_identities, read_rows, read_texts};
pub use write::{Batch, NewEvent, Told, write_batch};
pub(crate) use write::{got, put};

use crate::CustomerKey;

/// Customers are spread over so many files by their pseudonym. Fixed for all time: segments of different
/// imports fit together bucket by bucket.
pub const BUCKETS: u32 = 16;

/// The bucket of a customer.
pub fn bucket_of(customer: CustomerKey) -> u32 {
    (customer.0 >> 124) as u32 % BUCKETS
}

/// What the manifest records of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentMeta {
    pub file: String,
    pub bucket: u32,
    pub events: u64,
    pub bytes: u64,
    /// Microseconds since 1970.
    pub min_time: i64,
    pub max_time: i64,
}

/// Column of the digests of what events say; absent where each is the lower half of its event's key.
const CONTENT: &str = "content";

/// Prefix of the columns that hold attributes.
const ATTRIBUTE: &str = "attr.";
