//! Little charts beside figures.

use leptos::prelude::*;

use contract::format::percent;

/// A line through values, without axes: the figures beside it say what it is.
#[component]
pub fn Spark(values: Vec<f64>, #[prop(optional)] from_zero: bool) -> impl IntoView {
    let top = values.iter().copied().fold(f64::MIN, f64::max);
    let bottom = if from_zero { 0.0 } else { values.iter().copied().fold(f64::MAX, f64::min) };
    let span = if top > bottom { top - bottom } else { 1.0 };
    let last = values.len().saturating_sub(1).max(1) as f64;
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            format!("{:.1},{:.1}", at as f64 / last * 94.0 + 1.0, 18.0 - (value - bottom) / span * 16.0)
        })
        .collect();
    let end = points.last().cloned().unwrap_or_default();
    let (x, y) = end.split_once(',').map(|(x, y)| (x.to_owned(), y.to_owned())).unwrap_or_default();
    view! {
        <svg class="spark" viewBox="0 0 96 20" width="96" height="20" aria-hidden="true">
            <polyline points=points.join(" ")></polyline>
            <circle cx=x cy=y r="1.8"></circle>
        </svg>
    }
}

/// How a weekly figure moves: a little line, and the latest four whole weeks against the four before.
#[component]
pub fn Trend(
    /// Of whole weeks, in order.
    values: Vec<f64>,
    /// Whether more of it is worse.
    #[prop(optional)]
    less_is_better: bool,
    /// Weighs each week: the figure is then a share.
    #[prop(optional)]
    of: Vec<f64>,
) -> impl IntoView {
    let shares: Vec<f64> = match of.is_empty() {
        true => values.clone(),
        // A week without anything to measure is no week at zero.
        false => values.iter().zip(&of).filter(|(_, of)| **of > 0.0).map(|(value, of)| value / of).collect(),
    };
    let change = change(&values, &of);
    (shares.len() >= 2).then(|| {
        let said = change.map(|change| {
            let class = match (change.abs() < 0.005, (change < 0.0) == less_is_better) {
                (true, _) => "trend-same",
                (_, true) => "trend-better",
                _ => "trend-worse",
            };
            let sign = if change > 0.0 { "+" } else if change < 0.0 { "\u{2212}" } else { "" };
            view! { <span class=class title="The latest four whole weeks against the four before">{format!("{sign}{} in 4 weeks", percent(change.abs()))}</span> }
        });
        view! { <span class="trend"><Spark values=shares/> {said}</span> }
    })
}

/// The latest four weeks against the four before, as a share of these; of the sums, where weeks are weighed.
fn change(values: &[f64], of: &[f64]) -> Option<f64> {
    let count = values.len();
    if count < 8 {
        return None;
    }
    let figure = |range: std::ops::Range<usize>| {
        let sum: f64 = values[range.clone()].iter().sum();
        let whole: f64 = if of.is_empty() { 1.0 } else { of[range].iter().sum() };
        (whole > 0.0).then(|| sum / whole)
    };
    let (before, now) = (figure(count - 8..count - 4)?, figure(count - 4..count)?);
    (before > 0.0).then(|| now / before - 1.0)
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn four_weeks_are_held_against_four() {
        let near = |found: Option<f64>, wanted: f64| found.is_some_and(|found| (found - wanted).abs() < 1e-12);
        assert_eq!(change(&[1.0; 7], &[]), None);
        assert!(near(change(&[9.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 1.0, 1.0], &[]), 0.5));
        // A share is of the sums, not a mean of shares.
        assert!(near(
            change(&[1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0], &[10.0, 10.0, 10.0, 10.0, 5.0, 5.0, 5.0, 5.0]),
            3.0
        ));
        assert_eq!(change(&[0.0; 8], &[]), None);
    }
}
