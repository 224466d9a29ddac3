//! Times between stops, gathered by many threads and grouped by where they belong, for their quantiles.

use rayon::prelude::*;

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

    /// The same times, their cells numbered anew.
    pub fn renumbered(mut self, numbers: &[u32]) -> Self {
        for (cell, _) in self.parts.iter_mut().flatten().chain(&mut self.own) {
            *cell = numbers[*cell as usize];
        }
        self
    }

    /// Median and 95th percentile of each of `cells` cells; none where it has no time.
    pub fn quantiles(mut self, cells: usize) -> Vec<Option<(f64, f64)>> {
        self.parts.push(std::mem::take(&mut self.own));
        let mut counts = vec![0_usize; cells];
        for &(cell, _) in self.parts.iter().flatten() {
            counts[cell as usize] += 1;
        }
        // Each thread takes a range of cells with about as many values as the others'.
        let all: usize = counts.iter().sum();
        let share = all.div_ceil(rayon::current_num_threads()).max(1);
        let mut ranges = Vec::new();
        let (mut from, mut held) = (0, 0);
        for (cell, count) in counts.iter().enumerate() {
            held += count;
            if held >= share || cell + 1 == cells {
                ranges.push(from..cell + 1);
                (from, held) = (cell + 1, 0);
            }
        }
        let parts = &self.parts;
        let quantiles = ranges.into_par_iter().flat_map_iter(|range| {
            let mut grouped = Grouped::new(parts, &counts, range.clone());
            range.map(move |cell| median_and_p95(grouped.of(cell))).collect::<Vec<_>>()
        });
        quantiles.collect()
    }
}

/// The values of a range of cells, one contiguous run a cell.
struct Grouped {
    first: usize,
    end: Vec<usize>,
    values: Vec<i64>,
}

impl Grouped {
    fn new(parts: &[Vec<(u32, i64)>], counts: &[usize], range: std::ops::Range<usize>) -> Self {
        // `end` starts as each run's beginning and grows to its end while the run is filled.
        let mut end = Vec::with_capacity(range.len());
        let mut next = 0;
        for &count in &counts[range.clone()] {
            end.push(next);
            next += count;
        }
        let mut values = vec![0; next];
        for &(cell, gap) in parts.iter().flatten() {
            let cell = (cell as usize).wrapping_sub(range.start);
            if let Some(place) = end.get_mut(cell) {
                values[*place] = gap;
                *place += 1;
            }
        }
        Self { first: range.start, end, values }
    }

    fn of(&mut self, cell: usize) -> &mut [i64] {
        let cell = cell - self.first;
        let from = if cell == 0 { 0 } else { self.end[cell - 1] };
        &mut self.values[from..self.end[cell]]
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
