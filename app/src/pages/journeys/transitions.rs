//! Transitions: which node directly follows which, how often.

use contract::journeys::{ExploreQuery, NodeCount, TransitionsView};
use leptos::prelude::*;

use contract::format::{count, duration, percent};

/// Rows shown; the CSV has all.
const MOST: usize = 200;

/// The table, with where journeys start and end.
#[component]
pub fn Transitions(transitions: TransitionsView, query: ExploreQuery) -> impl IntoView {
    let TransitionsView { transitions, starts, ends, .. } = transitions;
    let all: u64 = transitions.iter().map(|one| one.count).sum();
    let different = transitions.len();
    let (of_starts, of_ends) = (query.clone(), query.clone());
    let opened = move |from: &str, to: &str| {
        let asked = ExploreQuery {
            select: Some(format!("from/{from}")),
            select_to: Some(to.to_owned()),
            page: 1,
            ..query.clone()
        };
        format!("/journeys{}", asked.to_search())
    };
    view! {
        <p class="caption">{format!("{} transitions between {} pairs of nodes.", count(all), count(different as u64))} {(different > MOST).then(|| format!(" The {MOST} most frequent pairs are listed."))}</p>
        <div class="columns-main">
            <div class="table-box" tabindex="0" role="region" aria-label="Transitions">
                <table class="table">
                    <thead><tr><th>"From"</th><th>"To"</th><th class="number">"Times"</th><th class="number">"Share"</th><th class="number">"Median time"</th><th class="number">"95th percentile"</th><th class="number">"Changes department"</th></tr></thead>
                    <tbody>
                        {transitions.into_iter().take(MOST).map(|one| view! {
                            <tr>
                                <td>{one.from.clone()}</td>
                                <td>{one.to.clone()}</td>
                                <td class="number"><a href=opened(&one.from, &one.to)>{count(one.count)}</a></td>
                                <td class="number">{percent(one.count as f64 / all.max(1) as f64)}</td>
                                <td class="number">{duration(one.median_seconds)}</td>
                                <td class="number">{duration(one.p95_seconds)}</td>
                                <td class="number">{(one.handoff_share > 0.0).then(|| percent(one.handoff_share))}</td>
                            </tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
            <div>
                <Ends title="Journeys start at" what="start" list=starts query=of_starts/>
                <Ends title="Journeys end at" what="end" list=ends query=of_ends/>
            </div>
        </div>
    }
}

/// Nodes that are listed before the rest is folded away.
const SHOWN: usize = 12;

#[component]
fn Ends(title: &'static str, what: &'static str, list: Vec<NodeCount>, query: ExploreQuery) -> impl IntoView {
    let all: u64 = list.iter().map(|one| one.count).sum();
    let mut list = list;
    let rest = list.split_off(list.len().min(SHOWN));
    let many = rest.len();
    let lines = move |list: Vec<NodeCount>| {
        view! {
            <ul class="neighbours">
                {list.into_iter().map(|one| {
                    let asked = ExploreQuery { select: Some(format!("{what}/{}", one.node)), select_to: None, page: 1, ..query.clone() };
                    view! {
                        <li><span>{one.node}</span> <span class="number"><a href=format!("/journeys{}", asked.to_search())>{count(one.count)}</a> " · " {percent(one.count as f64 / all.max(1) as f64)}</span></li>
                    }
                }).collect_view()}
            </ul>
        }
    };
    view! {
        <h2>{title}</h2>
        {lines(list)}
        {(many > 0).then(|| view! { <details><summary>{format!("{many} more")}</summary>{lines(rest)}</details> })}
    }
}
