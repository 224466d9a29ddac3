//! Times between stops, gathered by many threads and grouped by where they belong, for their quantiles.

use rayon::prelude::*;

use crate::journeys::tasks;
use crate::quantile::median_and_p95;

/// Whether the times between stops are measured, which takes longer than counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Times {
    Leave,
    #[default]
    Measure,
}

/// Times in microseconds, each with its cell. Merging moves no values.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    parts: Vec<Vec<(u32, i64)>>,
    own: Vec<(u32, i64)>,
}

impl Gaps {
    pub fn push(&mut self, cell: u32, gap: i64) {
        self.own.push((cell, gap));
    }

    pub fn merge(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.parts.push(other.own);
    }

    /// Median and 95th percentile of each of `cells` cells; none where it has no time.
    pub fn quantiles(mut self, cells: usize) -> Vec<Option<(f64, f64)>> {
        self.parts.push(std::mem::take(&mut self.own));
        let grouped: Vec<Grouped> = self.parts.into_par_iter().map(|part| Grouped::new(&part, cells)).collect();
        // A task takes some cells, and puts together what the parts have of each.
        let tasks = tasks(cells, 1);
        let quantiles = tasks.into_par_iter().flat_map_iter(|range| {
            let mut values = Vec::new();
            range
                .map(|cell| {
                    values.clear();
                    grouped.iter().for_each(|part| values.extend_from_slice(part.of(cell)));
                    median_and_p95(&mut values)
                })
                .collect::<Vec<_>>()
        });
        quantiles.collect()
    }
}

/// Values of one part, one contiguous run a cell.
struct Grouped {
    /// Cell `c` has the values `ends[c - 1]..ends[c]`.
    ends: Vec<u32>,
    values: Vec<i64>,
}

impl Grouped {
    fn new(part: &[(u32, i64)], cells: usize) -> Self {
        let mut ends = vec![0_u32; cells + 1];
        for &(cell, _) in part {
            ends[cell as usize + 1] += 1;
        }
        for cell in 0..cells {
            ends[cell + 1] += ends[cell];
        }
        // What is the run's beginning grows to its end while the run is filled.
        let mut values = vec![0; part.len()];
        for &(cell, gap) in part {
            let place = &mut ends[cell as usize];
            values[*place as usize] = gap;
            *place += 1;
        }
        Self { ends, values }
    }

    fn of(&self, cell: usize) -> &[i64] {
        let from = if cell == 0 { 0 } else { self.ends[cell - 1] };
        &self.values[from as usize..self.ends[cell] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Gaps;

    #[test]
    fn parts_are_one_whole() {
        let mut whole = Gaps::default();
        whole.push(2, 10);
        let mut other = Gaps::default();
        other.push(0, 5);
        other.push(2, 20);
        whole.merge(other);
        let found = whole.quantiles(4);
        assert_eq!(found, [Some((5.0, 5.0)), None, Some((15.0, 19.5)), None]);
    }
}
