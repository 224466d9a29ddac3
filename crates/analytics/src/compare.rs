//! Two sets of journeys in one flow: the same columns and nodes, the share of each set on every link, and which
//! differences are more than chance.
//!
//! A link's share is its journeys over all journeys of the set in the diagram. The test is that of two proportions
//! with a pooled variance, two-sided; where a count that chance lets expect is small, Fisher's exact test takes its
//! place. q-values by Benjamini and Hochberg (1995) over all links of the diagram. It takes the two sets for independent: customers in both make it say less than it could.

use crate::journeys::Basis;
use crate::normal::two_sided;
use crate::sankey::{Request, Sankey, SankeyError, sankey_of_two};

/// A link in both sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Journeys of the first and of the second set.
    pub first: u64,
    pub second: u64,
    /// Standard score of the second share against the first.
    pub z: f64,
    pub q: f64,
}

/// The flow of both.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Columns, nodes and links of the two sets together.
    pub whole: Sankey,
    /// Journeys of each set in the diagram.
    pub first: u64,
    pub second: u64,
    /// Journeys of each set at every node, column by column.
    pub nodes: Vec<Vec<(u64, u64)>>,
    /// In the order of the links.
    pub links: Vec<Difference>,
}

/// The q-value below which a difference is called significant.
pub const SIGNIFICANT: f64 = 0.01;

/// Compares two sets of journeys of one log and projection.
pub fn compare(first: &Basis<'_>, second: &Basis<'_>, request: &Request) -> Result<Compared, SankeyError> {
    let of_two = sankey_of_two(first, second, request)?;
    let (n1, n2) = (of_two.first, of_two.second);
    let z: Vec<f64> = of_two.links.iter().map(|&(a, b)| z_score((a, n1), (b, n2))).collect();
    let p: Vec<f64> = of_two.links.iter().zip(&z).map(|(&(a, b), &z)| p_value((a, n1), (b, n2), z)).collect();
    let q = benjamini_hochberg(&p);
    let counts = of_two.links.iter().zip(z.iter().zip(&q));
    Ok(Compared {
        whole: of_two.whole,
        first: n1,
        second: n2,
        nodes: of_two.nodes,
        links: counts.map(|(&(first, second), (&z, &q))| Difference { first, second, z, q }).collect(),
    })
}

/// The standard score of the second proportion against the first; 0 where there is nothing to tell apart.
fn z_score((a, n1): (u64, u64), (b, n2): (u64, u64)) -> f64 {
    if n1 == 0 || n2 == 0 {
        return 0.0;
    }
    let (a, n1, b, n2) = (a as f64, n1 as f64, b as f64, n2 as f64);
    let pooled = (a + b) / (n1 + n2);
    let variance = pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2);
    if variance <= 0.0 { 0.0 } else { (b / n2 - a / n1) / variance.sqrt() }
}

/// Least count that chance lets expect in each of the four fields for the normal approximation to hold.
const EXPECTED: f64 = 10.0;

/// How likely chance gives at least such a difference.
fn p_value((a, n1): (u64, u64), (b, n2): (u64, u64), z: f64) -> f64 {
    let (all, hits) = ((n1 + n2) as f64, (a + b) as f64);
    if n1 == 0 || n2 == 0 {
        return 1.0;
    }
    let least = n1.min(n2) as f64 * hits.min(all - hits) / all;
    if least >= EXPECTED {
        return two_sided(z);
    }
    exact(a, n1, b, n2)
}

/// Fisher's exact test, two-sided: all tables with the same sums that are no likelier than this one.
fn exact(a: u64, n1: u64, b: u64, n2: u64) -> f64 {
    let factorial = |n: u64| libm::lgamma(n as f64 + 1.0);
    let choose = |n: u64, k: u64| factorial(n) - factorial(k) - factorial(n - k);
    let hits = a + b;
    let of_all = choose(n1 + n2, hits);
    let likelihood = |a: u64| (choose(n1, a) + choose(n2, hits - a) - of_all).exp();
    let here = likelihood(a);
    let tables = hits.saturating_sub(n2)..=hits.min(n1);
    // Equal but for rounding counts as no likelier.
    tables.map(likelihood).filter(|&one| one <= here * (1.0 + 1e-7)).sum::<f64>().min(1.0)
}

/// The least false discovery rate at which each test would be called significant.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_unstable_by(|&a, &b| p[b].total_cmp(&p[a]).then(a.cmp(&b)));
    let mut q = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (from_last, at) in order.into_iter().enumerate() {
        let rank = p.len() - from_last;
        least = least.min(p[at] * p.len() as f64 / rank as f64);
        q[at] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::{benjamini_hochberg, exact, p_value, z_score};

    #[test]
    fn q_values_are_those_of_r() {
        // p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH")
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in q.iter().zip([0.02, 0.04, 0.04, 0.02]) {
            assert!((found - expected).abs() < 1e-12, "{q:?}");
        }
    }

    #[test]
    fn rare_links_are_tested_exactly() {
        // fisher.test(matrix(c(1, 19, 0, 2000), 2))$p.value, and the tea tasting's
        assert!((p_value((1, 20), (0, 2000), 10.0) - 20.0 / 2020.0).abs() < 1e-9);
        assert!((exact(3, 4, 1, 4) - 0.485_714_285_7).abs() < 1e-9);
        assert_eq!(p_value((0, 5), (0, 0), 0.0), 1.0);
    }

    #[test]
    fn scores() {
        // prop.test(c(30, 50), c(100, 100), correct = FALSE): X-squared 8.3333
        assert!((z_score((30, 100), (50, 100)).powi(2) - 8.333_333_333).abs() < 1e-6);
        assert_eq!(z_score((0, 0), (5, 9)), 0.0);
        assert_eq!(z_score((9, 9), (5, 5)), 0.0);
    }
}
