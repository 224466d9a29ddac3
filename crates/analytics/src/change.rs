//! When a weekly figure moved to another level: change points by PELT (Killick, Fearnhead, Eckley 2012) with the cost of a
//! normal mean and a penalty for every change.
//!
//! Counts are put on a scale where their noise has variance 1 (Anscombe's root); noise beyond that, and the noise of other
//! values, is estimated from successive differences, which a change of level hardly touches. A level lasts [`LEAST`] weeks
//! at least. The penalty is set so that fewer than one in twenty flat series shows any change (see the tests).

use crate::quantile::median_of;

/// Weeks that a level lasts at least.
pub const LEAST: usize = 3;
/// Weeks that a series needs before anything is said about it.
pub const FEWEST: usize = 8;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first place at the new level.
    pub at: usize,
    /// Means before and after, each up to the next change.
    pub before: f64,
    pub after: f64,
}

/// What kind of figures a series holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Counts,
    Values,
}

/// What every change costs, by the length of a series: more places to choose from find more by chance, and a noise that is
/// estimated from few values is often taken too small.
fn penalty(count: usize) -> f64 {
    let count = count as f64;
    2.5 * count.ln() + 30.0 / count.sqrt() - 2.0
}

/// Variance of the noise, from successive differences.
fn noise(values: &[f64]) -> f64 {
    let mut steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let Some(median) = median_of(&mut steps) else { return 0.0 };
    // Half of the differences of normal values lie within 0.6745 deviations, and a difference has twice the variance.
    (median / 0.6745).powi(2) / 2.0
}

/// All changes of level, in order.
pub fn changes(values: &[f64], scale: Scale) -> Vec<Change> {
    if values.len() < FEWEST || values.iter().any(|value| !value.is_finite()) {
        return Vec::new();
    }
    let scaled: Vec<f64> = match scale {
        Scale::Counts => values.iter().map(|value| 2.0 * (value.max(0.0) + 0.375).sqrt()).collect(),
        Scale::Values => values.to_vec(),
    };
    // About the mean, so that squares of large values do not drown what they differ by.
    let mean = scaled.iter().sum::<f64>() / scaled.len() as f64;
    let scaled: Vec<f64> = scaled.iter().map(|value| value - mean).collect();
    let spread = scaled.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let least = match scale {
        Scale::Counts => 1.0,
        // Values that hardly ever move have no noise to speak of: what they move by is measured against their range.
        Scale::Values => (spread * 1e-3).powi(2).max(mean.abs() * 1e-12).max(1e-200),
    };
    let variance = noise(&scaled).max(least);
    let mut sums = vec![(0.0, 0.0)];
    for value in &scaled {
        let (sum, squares) = sums[sums.len() - 1];
        sums.push((sum + value, squares + value * value));
    }
    let cost = |from: usize, until: usize| {
        let sum = sums[until].0 - sums[from].0;
        let squares = sums[until].1 - sums[from].1;
        (squares - sum * sum / (until - from) as f64).max(0.0) / variance
    };
    let count = scaled.len();
    let penalty = penalty(count);
    // Least cost of the series up to each place, and where its last level begins.
    let mut best = vec![(f64::INFINITY, 0_usize); count + 1];
    best[0] = (-penalty, 0);
    // Where a level may begin, and from which end on there is no need to look there any more.
    let mut starts = vec![(0_usize, usize::MAX)];
    for until in LEAST..=count {
        starts.retain(|&(_, needless)| until < needless);
        let of = |from: usize| best[from].0 + cost(from, until);
        let found =
            starts.iter().filter(|&&(from, _)| until - from >= LEAST).map(|&(from, _)| (of(from), from));
        let Some((least, from)) = found.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        let limit = least + penalty;
        // What is worse now by more than a change costs stays worse than a level that begins now, once that may end.
        for (from, needless) in &mut starts {
            if until - *from >= LEAST && of(*from) > limit {
                *needless = (*needless).min(until + LEAST);
            }
        }
        best[until] = (limit, from);
        starts.push((until, usize::MAX));
    }
    let mut ends = Vec::new();
    let mut until = count;
    while until > 0 {
        let from = best[until].1;
        ends.push(until);
        until = from;
    }
    ends.push(0);
    ends.reverse();
    let mean = |from: usize, until: usize| values[from..until].iter().sum::<f64>() / (until - from) as f64;
    ends.windows(3)
        .map(|three| Change { at: three[1], before: mean(three[0], three[1]), after: mean(three[1], three[2]) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Change, FEWEST, Scale, changes};

    /// Numbers that look random, the same each time.
    struct Random(u64);

    impl Random {
        fn uniform(&mut self) -> f64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            let (a, b) = (self.uniform().max(1e-300), self.uniform());
            (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        }

        fn poisson(&mut self, mean: f64) -> f64 {
            if mean > 60.0 {
                return (mean + mean.sqrt() * self.normal()).round().max(0.0);
            }
            let (limit, mut product, mut count) = ((-mean).exp(), 1.0, -1.0);
            while product > limit {
                product *= self.uniform();
                count += 1.0;
            }
            count
        }
    }

    const SERIES: usize = 200;

    /// Of flat series, one in twenty at most shows a change: counts with the noise of chance, counts with more, values.
    #[test]
    fn flat_series_are_left_alone() {
        for kind in 0..3 {
            let mut random = Random(0x9e37_79b9_7f4a_7c15 + kind);
            let mut alarms = 0;
            for _ in 0..SERIES {
                let (mean, weeks) =
                    (3.0 + 300.0 * random.uniform().powi(2), 20 + (60.0 * random.uniform()) as usize);
                let series: Vec<f64> = (0..weeks)
                    .map(|_| match kind {
                        0 => random.poisson(mean),
                        1 => {
                            let mean = mean * (1.0 + 0.15 * random.normal()).max(0.1);
                            random.poisson(mean)
                        }
                        _ => mean + 0.2 * mean * random.normal(),
                    })
                    .collect();
                let scale = if kind == 2 { Scale::Values } else { Scale::Counts };
                alarms += usize::from(!changes(&series, scale).is_empty());
            }
            assert!(alarms * 20 <= SERIES, "{alarms} of {SERIES} flat series of kind {kind} show a change");
        }
    }

    /// Planted shifts are found within two weeks of where they are in nine of ten series, and hardly any beside them.
    #[test]
    fn planted_shifts_are_found() {
        let mut random = Random(42);
        let (mut found, mut extra) = (0, 0);
        for _ in 0..SERIES {
            let mean = 40.0 + 300.0 * random.uniform();
            let weeks = 24 + (30.0 * random.uniform()) as usize;
            let at = 8 + ((weeks - 16) as f64 * random.uniform()) as usize;
            let times = 1.4 + 0.8 * random.uniform();
            let times = if random.uniform() < 0.5 { times } else { 1.0 / times };
            let series: Vec<f64> =
                (0..weeks).map(|week| random.poisson(if week < at { mean } else { mean * times })).collect();
            let all = changes(&series, Scale::Counts);
            let near = |change: &&Change| {
                change.at.abs_diff(at) <= 2 && (change.after > change.before) == (times > 1.0)
            };
            found += usize::from(all.iter().any(|change| near(&change)));
            extra += all.iter().filter(|change| !near(change)).count();
        }
        assert!(found * 10 >= SERIES * 9, "{found} of {SERIES} planted shifts were found");
        assert!(extra * 20 <= SERIES, "{extra} changes that nobody planted");
    }

    /// Every way to cut a short series is tried: none costs less than the one that is found.
    #[test]
    fn no_other_cut_costs_less() {
        let mut random = Random(7);
        for _ in 0..300 {
            let count = FEWEST + (random.uniform() * 8.0) as usize;
            let series: Vec<f64> = (0..count)
                .map(|at| random.normal() + if at % 7 < 3 { 4.0 * random.uniform() } else { 0.0 })
                .collect();
            let mean = series.iter().sum::<f64>() / count as f64;
            let scaled: Vec<f64> = series.iter().map(|value| value - mean).collect();
            let (variance, penalty) = (super::noise(&scaled), super::penalty(count));
            let cost = |cuts: &[usize]| {
                let ends: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).chain([count]).collect();
                if ends.windows(2).any(|pair| pair[1] - pair[0] < super::LEAST) {
                    return f64::INFINITY;
                }
                let part = |pair: &[usize]| {
                    let own = &scaled[pair[0]..pair[1]];
                    let level = own.iter().sum::<f64>() / own.len() as f64;
                    own.iter().map(|value| (value - level).powi(2)).sum::<f64>() / variance
                };
                ends.windows(2).map(part).sum::<f64>() + penalty * cuts.len() as f64
            };
            let best = (0..1_u32 << (count - 1))
                .map(|mask| (1..count).filter(|at| mask >> (at - 1) & 1 == 1).collect::<Vec<usize>>())
                .filter(|cuts| cuts.len() <= 4)
                .map(|cuts| cost(&cuts))
                .fold(f64::INFINITY, f64::min);
            let found: Vec<usize> = changes(&series, Scale::Values).iter().map(|change| change.at).collect();
            assert!(cost(&found) <= best + 1e-9, "{found:?} costs {} and not {best}: {series:?}", cost(&found));
        }
    }

    #[test]
    fn means_stand_on_both_sides() {
        let mut series = vec![10.0; 10];
        series.extend([30.0; 10]);
        assert_eq!(changes(&series, Scale::Counts), [Change { at: 10, before: 10.0, after: 30.0 }]);
        assert_eq!(changes(&series, Scale::Values), [Change { at: 10, before: 10.0, after: 30.0 }]);
        assert!(changes(&[5.0; 30], Scale::Values).is_empty());
        assert!(changes(&[70.1; 30], Scale::Values).is_empty());
        assert!(changes(&[1e9 + 0.1; 30], Scale::Values).is_empty());
        assert!(changes(&series[..FEWEST - 1], Scale::Counts).is_empty());
        assert!(changes(&[1.0, f64::NAN, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], Scale::Values).is_empty());
        assert!(changes(&[], Scale::Counts).is_empty());
    }
}
