//! Transitions: which node directly follows which, how often.

use contract::journeys::{NodeCount, TransitionsView};
use leptos::prelude::*;

use crate::components::format::{count, duration, percent};

/// Rows shown; the CSV has all.
const MOST: usize = 500;

/// The table, with where journeys start and end.
#[component]
pub fn Transitions(transitions: TransitionsView) -> impl IntoView {
    let TransitionsView { transitions, starts, ends, .. } = transitions;
    let all: u64 = transitions.iter().map(|one| one.count).sum();
    let different = transitions.len();
    view! {
        <p class="caption">{format!("{} transitions between {} pairs of nodes.", count(all), count(different as u64))} {(different > MOST).then(|| format!(" The {MOST} most frequent pairs are listed."))}</p>
        <div class="columns-main">
            <div class="table-box" tabindex="0" role="region" aria-label="Transitions">
                <table class="table">
                    <thead><tr><th>"From"</th><th>"To"</th><th class="number">"Times"</th><th class="number">"Share"</th><th class="number">"Median time"</th><th class="number">"95th percentile"</th><th class="number">"Changes department"</th></tr></thead>
                    <tbody>
                        {transitions.into_iter().take(MOST).map(|one| view! {
                            <tr>
                                <td>{one.from}</td>
                                <td>{one.to}</td>
                                <td class="number">{count(one.count)}</td>
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
                <Ends title="Journeys start at" list=starts/>
                <Ends title="Journeys end at" list=ends/>
            </div>
        </div>
    }
}

#[component]
fn Ends(title: &'static str, list: Vec<NodeCount>) -> impl IntoView {
    let all: u64 = list.iter().map(|one| one.count).sum();
    view! {
        <h2>{title}</h2>
        <ul class="neighbours">
            {list.into_iter().take(12).map(|one| view! {
                <li><span>{one.node}</span> <span class="number">{count(one.count)} " · " {percent(one.count as f64 / all.max(1) as f64)}</span></li>
            }).collect_view()}
        </ul>
    }
}
