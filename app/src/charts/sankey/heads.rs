//! The heads of the columns: which step, how many journeys are still there, and folding Other again.

use contract::journeys::{Drawing, ExploreQuery, SankeyView, Towards};
use leptos::prelude::*;

use super::{HEAD, Run};
use contract::format::count;

/// What each column is, how many journeys are still there, and folding it again where Other was opened.
pub fn heads(query: &ExploreQuery, run: Run, drawing: &Drawing, sankey: &SankeyView) -> impl IntoView {
    sankey
        .columns
        .iter()
        .zip(&drawing.columns)
        .map(|(column, &at)| {
            let step = column.step;
            let name = match (step, query.direction) {
                (0, _) if query.anchor.is_some() => "At".to_owned(),
                (0, _) => "End".to_owned(),
                (step, _) if step < 0 => format!("{} before", -step),
                (step, Towards::Both) => format!("{step} after"),
                (step, _) => format!("Step {step}"),
            };
            let fold = query.opened.iter().any(|(opened, _)| *opened == step).then(|| {
                let opened = query.opened.iter().copied().filter(|(at, _)| *at != step).collect();
                format!("/journeys{}", ExploreQuery { opened, ..query.unselected() }.to_search())
            });
            let (x, y) = match run {
                Run::Across => (at, 14.0),
                Run::Down => (0.0, HEAD + at - 18.0),
            };
            view! {
                <g class="head"><text x=x.to_string() y=y.to_string()>
                    <tspan class="head-step">{name}</tspan>
                    {match run {
                        Run::Across => view! { <tspan class="head-count" x=x.to_string() dy="15">{count(column.journeys)}</tspan> }.into_any(),
                        Run::Down => view! { <tspan class="head-count" dx="6">{count(column.journeys)}</tspan> }.into_any(),
                    }}
                    {fold.map(|href| view! { <a class="head-fold" href=href><tspan dx="6">"fold"</tspan></a> })}
                </text></g>
            }
        })
        .collect_view()
}
