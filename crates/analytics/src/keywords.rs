//! Words that a group of texts uses more often than the rest: log-odds with an informative Dirichlet prior (Monroe,
//! Colaresi and Quinn, 2008), each word counted once a text.
//!
//! The prior is the words of all texts together, of the weight of [`PRIOR`] words: it keeps rare words from standing out.

/// Words that the prior weighs.
pub const PRIOR: f64 = 500.0;

/// A word of the group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keyword {
    pub word: u32,
    /// Texts of the group, and of the rest, that hold it.
    pub inside: u64,
    pub outside: u64,
    /// Standard score of the log-odds ratio.
    pub z: f64,
}

/// Scores every word of the group, the most telling first. Each text gives its words once each, and whether it belongs
/// to the group; `words` is the number of different ones.
pub fn keywords<'a>(texts: impl Iterator<Item = (&'a [u32], bool)>, words: usize) -> Vec<Keyword> {
    let mut counts = vec![[0_u64; 2]; words];
    for (text, inside) in texts {
        for &word in text {
            counts[word as usize][usize::from(!inside)] += 1;
        }
    }
    let sums = counts.iter().fold([0.0; 2], |sums, of| [sums[0] + of[0] as f64, sums[1] + of[1] as f64]);
    let all = sums[0] + sums[1];
    let score = |[inside, outside]: [u64; 2]| {
        let (y1, y2) = (inside as f64, outside as f64);
        let prior = PRIOR * (y1 + y2) / all;
        let odds = |y: f64, n: f64| ((y + prior) / (n + PRIOR - y - prior)).ln();
        let delta = odds(y1, sums[0]) - odds(y2, sums[1]);
        delta / (1.0 / (y1 + prior) + 1.0 / (y2 + prior)).sqrt()
    };
    let mut found: Vec<Keyword> = (0..)
        .zip(&counts)
        .filter(|(_, of)| of[0] > 0)
        .map(|(word, &of)| Keyword { word, inside: of[0], outside: of[1], z: score(of) })
        // A single word that all texts consist of has no odds.
        .filter(|one| one.z.is_finite())
        .collect();
    found.sort_by(|a, b| b.z.total_cmp(&a.z).then(a.word.cmp(&b.word)));
    found
}

#[cfg(test)]
mod tests {
    use super::keywords;

    #[test]
    fn scores_are_those_of_the_formula() {
        // Word 0 in 8 of 10 texts of the group and 2 of 90 others; word 1 in all.
        let texts = (0..100).map(|at| {
            let telling = if at < 10 { at < 8 } else { at < 12 };
            (if telling { &[0, 1][..] } else { &[1][..] }, at < 10)
        });
        let found = keywords(texts, 2);
        // By hand: prior 500·10/110 and 500·100/110; odds (8+45.45)/(18+500-53.45), (2+45.45)/(92+500-47.45).
        let prior: f64 = 500.0 * 10.0 / 110.0;
        let delta = ((8.0 + prior) / (518.0 - 8.0 - prior)).ln() - ((2.0 + prior) / (592.0 - 2.0 - prior)).ln();
        let z = delta / (1.0 / (8.0 + prior) + 1.0 / (2.0 + prior)).sqrt();
        assert_eq!((found[0].word, found[0].inside, found[0].outside), (0, 8, 2));
        assert!((found[0].z - z).abs() < 1e-12, "{found:?}");
        assert!(found[1].z < 0.0);
    }

    #[test]
    fn nothing_is_no_word() {
        assert_eq!(keywords(std::iter::empty(), 0), []);
        assert_eq!(keywords(std::iter::empty(), 3), []);
        assert_eq!(keywords([(&[0][..], true)].into_iter(), 1), []);
    }
}
