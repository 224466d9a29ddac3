//! The same figures as the drawing, as a table.

use contract::journeys::{ExploreQuery, SankeyView};
use leptos::prelude::*;

use contract::format::{count, duration, percent};

/// Largest tables are cut here; the CSV has all rows.
const MOST: usize = 500;

/// One row a link.
#[component]
pub fn Links(sankey: SankeyView, query: ExploreQuery) -> impl IntoView {
    let label =
        |id: &str| sankey.nodes.iter().find(|node| node.id == id).map(|node| (node.step, node.label.clone()));
    let with_cases = sankey.links.iter().any(|link| link.open.is_some());
    let mut links = sankey.links.clone();
    let all = links.len();
    links.sort_by_key(|link| std::cmp::Reverse(link.journeys));
    links.truncate(MOST);
    let rows: Vec<_> = links
        .into_iter()
        .filter_map(|link| {
            let ((step, from), (_, to)) = (label(&link.source)?, label(&link.target)?);
            let selected = ExploreQuery {
                select: Some(link.source.clone()),
                select_to: Some(link.target.clone()),
                page: 1,
                ..query.clone()
            };
            Some((step, from, to, selected.to_search(), link))
        })
        .collect();
    view! {
        {(all > MOST).then(|| view! { <p class="help">{format!("The {MOST} largest of {all} links; the CSV has all.")}</p> })}
        <div class="table-box" tabindex="0" role="region" aria-label="Links of the diagram">
            <table class="table">
                <thead><tr><th class="number">"Step"</th><th>"From"</th><th>"To"</th><th class="number">"Journeys"</th><th class="number">"Share of from"</th><th class="number">"Median time"</th><th class="number">"95th percentile"</th><th class="number">"Changes department"</th>{with_cases.then(|| view! { <th class="number">"With an open case"</th> })}</tr></thead>
                <tbody>
                    {rows.into_iter().map(|(step, from, to, search, link)| view! {
                        <tr>
                            <td class="number">{step}</td>
                            <td>{from}</td>
                            <td>{to}</td>
                            <td class="number"><a href=format!("/journeys{search}")>{count(link.journeys)}</a></td>
                            <td class="number">{percent(link.share)}</td>
                            <td class="number">{link.median_seconds.map(duration)}</td>
                            <td class="number">{link.p95_seconds.map(duration)}</td>
                            <td class="number">{(link.handoff_share > 0.0).then(|| percent(link.handoff_share))}</td>
                            {link.open.map(|open| view! { <td class="number">{percent(open as f64 / link.journeys.max(1) as f64)}</td> })}
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}
