//! Reading CSV files as companies have them: any delimiter, encoding and quoting, with every row that can't
//! be used named and kept.

mod detect;
mod mapping;
mod records;

pub use detect::{Dialect, Encoding, Sample, read_header, sample};
pub use mapping::{ColumnMap, Mapping};
pub use records::{MAX_CELL, Record, RecordError, Records, open};
