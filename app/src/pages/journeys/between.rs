//! How long it takes from one node to another, as a distribution.

use contract::journeys::{BetweenView, ExploreQuery};
use leptos::prelude::*;

use contract::format::{count, counted, duration, percent};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 200.0;

/// The figures and their bars.
#[component]
pub fn Between(between: BetweenView, query: ExploreQuery) -> impl IntoView {
    let BetweenView { from, until, from_journeys, journeys, median_seconds, p95_seconds, bars } = between;
    let opened = move |what: &str| {
        let asked = ExploreQuery { select: Some(what.to_owned()), select_to: None, page: 1, ..query.clone() };
        format!("/journeys{}", asked.to_search())
    };
    let (all, with_first) = (opened("all"), opened("from/1"));
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(0).max(1) as f64;
    let width = WIDTH / bars.len().max(1) as f64;
    let last = bars.len().saturating_sub(1);
    let longest = bars.last().map_or(0.0, |bar| bar.0);
    let place = |seconds: f64| if longest > 0.0 { (seconds / longest * WIDTH).min(WIDTH) } else { 0.0 };
    let marks: Vec<(f64, &str)> = median_seconds
        .map(|seconds| (place(seconds), "median"))
        .into_iter()
        .chain(p95_seconds.map(|seconds| (place(seconds), "95 %")))
        .collect();
    let drawn = bars.iter().enumerate().map(|(at, (end, journeys))| {
        let height = *journeys as f64 / most * HEIGHT;
        let start = if at == 0 { 0.0 } else { bars[at - 1].0 };
        let upto = if at == last { format!("over {}", duration(start)) } else { format!("{} to {}", duration(start), duration(*end)) };
        view! {
            <a class="bar-of" href=opened(&format!("bar/{}", at + 1)) aria-label=format!("{upto}: {}", counted(*journeys, "journey", "journeys"))>
                <title>{format!("{upto}: {}", counted(*journeys, "journey", "journeys"))}</title>
                <rect class="bar-hit" x=format!("{:.1}", at as f64 * width) y="0" width=format!("{width:.1}") height=HEIGHT.to_string()></rect>
                <rect x=format!("{:.1}", at as f64 * width + 1.0) y=format!("{:.1}", HEIGHT - height) width=format!("{:.1}", width - 2.0) height=format!("{height:.1}")></rect>
            </a>
        }
    });
    view! {
        <dl class="facts facts-row">
            <div><dt>{format!("Journeys with {from}")}</dt><dd><a href=with_first>{count(from_journeys)}</a></dd></div>
            <div><dt>{format!("Then reach {until}")}</dt><dd><a href=all>{count(journeys)}</a> <small>{percent(journeys as f64 / from_journeys.max(1) as f64)}</small></dd></div>
            {median_seconds.map(|seconds| view! { <div><dt>"Median time"</dt><dd>{duration(seconds)}</dd></div> })}
            {p95_seconds.map(|seconds| view! { <div><dt>"95 % within"</dt><dd>{duration(seconds)}</dd></div> })}
        </dl>
        <figure class="distribution">
            <svg viewBox=format!("0 -16 {WIDTH} {}", HEIGHT + 40.0) role="img" aria-label=format!("Distribution of the time from {from} to {until}")>
                {drawn.collect_view()}
                <path class="axis" d=format!("M0 {HEIGHT}H{WIDTH}")></path>
                {marks.into_iter().map(|(x, label)| view! {
                    <g class="mark"><path d=format!("M{x:.1} 0V{HEIGHT}")></path><text x=format!("{:.1}", x + 4.0) y="-4">{label}</text></g>
                }).collect_view()}
                <text class="axis-label" x="0" y=(HEIGHT + 18.0).to_string()>"0"</text>
                <text class="axis-label axis-end" x=WIDTH.to_string() y=(HEIGHT + 18.0).to_string()>{format!("{} and more", duration(longest))}</text>
            </svg>
        </figure>
    }
}
