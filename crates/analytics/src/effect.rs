//! What changed with an action: interrupted time series of weekly figures, as level and slope before and after
//! (segmented regression; Wagner and others, 2002), with intervals that allow for weeks that resemble their neighbours
//! (Newey and West, 1987).

use crate::normal::Z;

/// Fewest whole weeks on each side of the start: with fewer there is no figure.
pub const LEAST_WEEKS: usize = 8;

/// A figure with its interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What changed at the start, each a week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Step at the start.
    pub level: Estimate,
    /// Change of the trend, a week.
    pub slope: Estimate,
    /// Mean difference from the trend before, over the weeks after.
    pub mean: Estimate,
    /// Mean of the weeks before.
    pub before: f64,
}

const TERMS: usize = 4;
type Row = [f64; TERMS];
type Matrix = [Row; TERMS];

/// The effect from the point `start` of a series on; none where a side has fewer than [`LEAST_WEEKS`] points. Each point is
/// the number of a week and its figure; a week may be left out, and the trend runs on through it.
pub fn effect(points: &[(u32, f64)], start: usize) -> Option<Effect> {
    if start < LEAST_WEEKS || points.len() < start + LEAST_WEEKS {
        return None;
    }
    let first = f64::from(points[start].0);
    let row = |at: usize| -> Row {
        let week = f64::from(points[at].0);
        let after = at >= start;
        [1.0, week, f64::from(after), if after { week - first } else { 0.0 }]
    };
    let weeks: Vec<f64> = points.iter().map(|point| point.1).collect();
    let n = weeks.len();
    let mut squares: Matrix = [[0.0; TERMS]; TERMS];
    let mut products: Row = [0.0; TERMS];
    for (week, value) in weeks.iter().enumerate() {
        let x = row(week);
        add(&mut squares, &x, &x, 1.0);
        for (sum, term) in products.iter_mut().zip(x) {
            *sum += term * value;
        }
    }
    let inverse = inverted(squares)?;
    let beta = times(&inverse, &products);
    let residual: Vec<f64> =
        weeks.iter().enumerate().map(|(week, value)| value - dot(&row(week), &beta)).collect();
    // Sums of neighbouring residuals, with weights that fall with their distance.
    let lags = (4.0 * (n as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize;
    let mut middle: Matrix = [[0.0; TERMS]; TERMS];
    for week in 0..n {
        add(&mut middle, &row(week), &row(week), residual[week] * residual[week]);
        for lag in 1..=lags.min(week) {
            let weight = (1.0 - lag as f64 / (lags as f64 + 1.0)) * residual[week] * residual[week - lag];
            add(&mut middle, &row(week), &row(week - lag), weight);
            add(&mut middle, &row(week - lag), &row(week), weight);
        }
    }
    // As many weeks as terms would fit anything.
    let small = n as f64 / (n - TERMS) as f64;
    let estimate = |of: Row| {
        let direction = times(&inverse, &of);
        let variance = dot(&direction, &times(&middle, &direction)) * small;
        let (value, width) = (dot(&of, &beta), Z * variance.max(0.0).sqrt());
        Estimate { value, low: value - width, high: value + width }
    };
    let since = (start..n).map(|at| row(at)[3]).sum::<f64>() / (n - start) as f64;
    Some(Effect {
        level: estimate([0.0, 0.0, 1.0, 0.0]),
        slope: estimate([0.0, 0.0, 0.0, 1.0]),
        mean: estimate([0.0, 0.0, 1.0, since]),
        before: weeks[..start].iter().sum::<f64>() / start as f64,
    })
}

fn dot(a: &Row, b: &Row) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(matrix: &Matrix, row: &Row) -> Row {
    std::array::from_fn(|at| dot(&matrix[at], row))
}

fn add(sum: &mut Matrix, a: &Row, b: &Row, weight: f64) {
    for (row, a) in sum.iter_mut().zip(a) {
        for (cell, b) in row.iter_mut().zip(b) {
            *cell += weight * a * b;
        }
    }
}

/// By Gauss and Jordan, with the largest pivot first.
fn inverted(mut matrix: Matrix) -> Option<Matrix> {
    let mut inverse: Matrix = std::array::from_fn(|at| std::array::from_fn(|other| f64::from(at == other)));
    for column in 0..TERMS {
        let pivot =
            (column..TERMS).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        inverse.swap(column, pivot);
        let scale = matrix[column][column];
        for at in 0..TERMS {
            matrix[column][at] /= scale;
            inverse[column][at] /= scale;
        }
        for other in (0..TERMS).filter(|&other| other != column) {
            let factor = matrix[other][column];
            for at in 0..TERMS {
                matrix[other][at] -= factor * matrix[column][at];
                inverse[other][at] -= factor * inverse[column][at];
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::{Z, effect};

    fn numbered(weeks: &[f64]) -> Vec<(u32, f64)> {
        (0..).zip(weeks.iter().copied()).collect()
    }

    #[test]
    fn a_trend_that_runs_on_through_a_week_left_out_is_no_effect() {
        let mut points: Vec<(u32, f64)> = (0..24).map(|week| (week, 10.0 + 3.0 * f64::from(week))).collect();
        points.remove(11);
        let found = effect(&points, 11).expect("an effect");
        assert!(found.level.value.abs() < 1e-9 && found.mean.value.abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_step_without_noise_is_found_as_it_is() {
        let weeks: Vec<f64> =
            (0..20).map(|week| 50.0 + f64::from(week) - if week >= 10 { 12.0 } else { 0.0 }).collect();
        let found = effect(&numbered(&weeks), 10).expect("an effect");
        assert!((found.level.value + 12.0).abs() < 1e-9 && found.slope.value.abs() < 1e-9, "{found:?}");
        assert!((found.mean.value + 12.0).abs() < 1e-9 && (found.before - 54.5).abs() < 1e-9);
    }

    #[test]
    fn too_few_weeks_are_no_figure() {
        assert_eq!(effect(&numbered(&[1.0; 15]), 8), None);
        assert_eq!(effect(&numbered(&[1.0; 30]), 7), None);
        assert!(effect(&numbered(&[1.0; 16]), 8).is_some());
    }

    #[test]
    fn intervals_are_those_of_another_implementation() {
        // statsmodels OLS(...).fit(cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True})
        let weeks = [
            31.0, 28.0, 35.0, 33.0, 30.0, 36.0, 34.0, 32.0, 37.0, 35.0, 25.0, 22.0, 27.0, 21.0, 24.0, 20.0,
            23.0, 18.0, 22.0, 19.0,
        ];
        let found = effect(&numbered(&weeks), 10).expect("an effect");
        let near =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} against {expected}");
        near(found.level.value, -11.454_545_454_545);
        near((found.level.high - found.level.value) / Z, 0.758_958_497_679);
        near(found.slope.value, -1.151_515_151_515);
        near((found.slope.high - found.slope.value) / Z, 0.159_755_902_810);
    }
}
