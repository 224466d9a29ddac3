//! Reading CSV files as companies have them: any delimiter, encoding and quoting, with every row that can't
//! be used named and kept.

mod detect;
mod lines;
mod mapping;
mod problem;
mod records;

pub use detect::{Dialect, Encoding, Sample, check_header, read_header, sample};
pub use lines::{Lines, Piece, Row};
pub use mapping::{ColumnMap, Mapping};
pub use problem::RecordError;
pub use records::{MAX_CELL, Record, Records, open};
