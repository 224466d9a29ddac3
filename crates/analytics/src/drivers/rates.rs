//! The Mantel-Haenszel rate ratio over customers, each compared with itself.

use crate::normal::{Z, two_sided};

/// Sums over customers. Those of parts add up to those of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Σ n1·T0/T.
    pub inside: f64,
    /// Σ n0·T1/T.
    pub outside: f64,
    /// Σ (n1 + n0)·T1·T0/T².
    pub spread: f64,
}

/// A rate ratio with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub ratio: f64,
    /// Ends of the interval of 95 %.
    pub low: f64,
    pub high: f64,
    /// Variance of the logarithm.
    pub variance: f64,
}

/// Contacts beyond what the same customers have otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    pub contacts: f64,
    pub low: f64,
    pub high: f64,
}

impl Sums {
    /// What one customer adds: outcomes and time inside and outside of the time at risk.
    pub fn of(n1: u64, n0: u64, t1: i64, t0: i64) -> Self {
        let (n1, n0, t1, t0) = (n1 as f64, n0 as f64, t1 as f64, t0 as f64);
        let t = t1 + t0;
        if t <= 0.0 || t1 <= 0.0 || t0 <= 0.0 {
            return Self::default();
        }
        Self { inside: n1 * t0 / t, outside: n0 * t1 / t, spread: (n1 + n0) * (t1 / t) * (t0 / t) }
    }

    /// The ratio, where there were outcomes inside and outside to tell it from.
    pub fn rate(&self) -> Option<Rate> {
        let Self { inside, outside, spread } = *self;
        if inside <= 0.0 || outside <= 0.0 {
            return None;
        }
        // Greenland and Robins (1985), for person-time.
        let variance = spread / (inside * outside);
        let (ratio, width) = (inside / outside, Z * variance.sqrt());
        let rate = Rate { ratio, low: ratio * (-width).exp(), high: ratio * width.exp(), variance };
        // Next to no time on a side tells nothing.
        (rate.low > 0.0 && rate.high.is_finite()).then_some(rate)
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, more: Self) {
        self.inside += more.inside;
        self.outside += more.outside;
        self.spread += more.spread;
    }
}

impl std::ops::SubAssign for Sums {
    fn sub_assign(&mut self, less: Self) {
        self.inside -= less.inside;
        self.outside -= less.outside;
        self.spread -= less.spread;
    }
}

impl Rate {
    /// How likely chance alone gives a ratio at least so far from 1.
    pub fn p_value(&self) -> f64 {
        if self.variance <= 0.0 {
            return 1.0;
        }
        two_sided(self.ratio.ln() / self.variance.sqrt())
    }

    /// Of `inside` outcomes in time at risk, those that the other time does not let expect.
    pub fn excess(&self, inside: u64) -> Excess {
        let expected = inside as f64 / self.ratio;
        let contacts = inside as f64 - expected;
        let width = Z * (expected + expected * expected * self.variance).sqrt();
        Excess { contacts, low: contacts - width, high: contacts + width }
    }
}

#[cfg(test)]
mod tests {
    use super::Sums;

    #[test]
    fn one_stratum_is_the_plain_ratio() {
        // 30 in 10 against 20 in 40: 6.0; variance of the logarithm 1/30 + 1/20.
        let sums = Sums::of(30, 20, 10, 40);
        let rate = sums.rate().expect("a rate");
        assert!((rate.ratio - 6.0).abs() < 1e-12);
        assert!((rate.variance - (1.0 / 30.0 + 1.0 / 20.0)).abs() < 1e-12, "{rate:?}");
        let excess = rate.excess(30);
        assert!((excess.contacts - 25.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_compare_is_no_rate() {
        assert_eq!(Sums::of(3, 0, 10, 0).rate(), None);
        assert_eq!(Sums::of(3, 0, 10, 10).rate(), None);
        assert_eq!(Sums::of(0, 3, 10, 10).rate(), None);
        assert_eq!(Sums::default().rate(), None);
    }
}
