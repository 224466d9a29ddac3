//! Quantiles of durations, by linear interpolation between closest ranks (Hyndman and Fan's type 7, the
//! default of R and NumPy).

/// Median and 95th percentile, in the unit of the values; `None` without values. Reorders its input.
pub fn median_and_p95(values: &mut [i64]) -> Option<(f64, f64)> {
    if values.is_empty() {
        return None;
    }
    let all = values.len();
    let (median, above) = quantile(values, all, 0, 0.5);
    // What is above the median's rank holds all that the higher quantile needs.
    let (p95, _) = quantile(&mut values[above..], all, above, 0.95);
    Some((median, p95))
}

/// The median of some numbers; none without any. Reorders its input.
pub fn median_of(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { (values[middle - 1] + upper) / 2.0 })
}

/// The quantile of `all` values of which `values` are those from rank `first` on; and the rank that it begins at.
fn quantile(values: &mut [i64], all: usize, first: usize, p: f64) -> (f64, usize) {
    let position = (all - 1) as f64 * p;
    let below = position.floor() as usize;
    let fraction = position - below as f64;
    let (_, &mut low, above) = values.select_nth_unstable(below - first);
    if fraction == 0.0 {
        return (low as f64, below);
    }
    // The rank above is the least of what lies right of the selected one.
    let high = above.iter().copied().min().unwrap_or(low);
    (low as f64 + (high as f64 - low as f64) * fraction, below)
}

#[cfg(test)]
mod tests {
    use super::{median_and_p95, median_of};

    #[test]
    fn interpolates_between_ranks() {
        assert_eq!(median_and_p95(&mut [4, 1, 3, 2]), Some((2.5, 3.8499999999999996)));
        assert_eq!(median_and_p95(&mut [7]), Some((7.0, 7.0)));
        assert_eq!(median_and_p95(&mut []), None);
        assert_eq!(median_of(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median_of(&mut [4.0, 1.0]), Some(2.5));
        assert_eq!(median_of(&mut []), None);
    }
}
