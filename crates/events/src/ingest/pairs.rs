//! Link files: two ids of one customer a row, as the logs write them.

use std::path::Path;

use contract::sources::ColumnMapping;
use contract::{Kind, UserError};

use crate::csv::Record;
use crate::formats::{Hints, look, open};
use crate::links::Pair;
use crate::{EventsError, Pseudonyms};

/// Rows that a link file may have.
const MOST_ROWS: u64 = 50_000_000;

/// Reads the first two columns of a file as pairs of ids: number of rows, and the pairs of different ids, sorted, each
/// once. Ids become pseudonyms at once.
pub fn read_pairs(path: &Path, pseudonyms: &Pseudonyms) -> Result<(u64, Vec<Pair>), EventsError> {
    let sample = look(path, Hints::default())?;
    if sample.header.len() < 2 {
        return Err(UserError::new(Kind::Unprocessable, "no_pairs", "The file has one column only.")
            .remedy("Give two columns of ids, after a line that names them.")
            .into());
    }
    let mut rows = open(path, &sample, &ColumnMapping::default())?;
    let mut record = Record::default();
    let (mut received, mut pairs) = (0, Vec::new());
    while rows.read(&mut record)? {
        received += 1;
        if received > MOST_ROWS {
            return Err(UserError::new(
                Kind::TooLarge,
                "too_large",
                format!("A link file may have {MOST_ROWS} rows."),
            )
            .remedy("Split it.")
            .into());
        }
        if record.error.is_some() {
            continue;
        }
        let (one, other) = (record.cell(0).trim_ascii(), record.cell(1).trim_ascii());
        if !one.is_empty() && !other.is_empty() && one != other {
            let (one, other) = (pseudonyms.of(one), pseudonyms.of(other));
            pairs.push((one.min(other), one.max(other)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    Ok((received, pairs))
}
