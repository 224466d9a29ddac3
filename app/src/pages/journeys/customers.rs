//! The journeys behind a figure, a page at a time.

use contract::journeys::{BehindCustomer, Condition, ExploreQuery, Opened, Segment};
use leptos::prelude::*;

use super::customer::short;
use crate::api::saved::SaveSegment;
use crate::components::format::{counted, instant};
use crate::components::post::{Post, Refusal, Submission};

/// The list with its way onward and back.
#[component]
pub fn Customers(
    journeys: u64,
    customers: Vec<BehindCustomer>,
    page: u32,
    pages: u32,
    query: ExploreQuery,
) -> impl IntoView {
    // A pair of nodes counts each time that a journey takes it.
    let each_time = query.select.as_deref().is_some_and(|select| select.starts_with("from/"));
    let turn = |to: u32, label: &'static str, on: bool| {
        let search = ExploreQuery { page: to, ..query.clone() }.to_search();
        on.then(|| view! { <a class="button" href=format!("/journeys{search}")>{label}</a> })
    };
    view! {
        <h3>{if each_time { counted(journeys, "time", "times") } else { counted(journeys, "journey", "journeys") }}</h3>
        {(journeys > 0).then(|| view! { <Keep query=query.clone()/> })}
        <ul class="customers">
            {customers.into_iter().map(|one| view! {
                <li><a href=format!("/customers/{}", one.id)>{short(&one.id)}</a> <span>{counted(u64::from(one.events), "event", "events")}</span> <time>{instant(one.at / 1_000_000)} " UTC"</time></li>
            }).collect_view()}
        </ul>
        <p class="actions">
            {turn(page.saturating_sub(1), "Earlier", page > 1)}
            <span>{(pages > 1).then(|| format!("Page {page} of {pages}"))}</span>
            {turn(page + 1, "More", page < pages)}
        </p>
    }
}

/// Keeps the customers behind a figure as a segment: whoever stands behind it whenever it is asked.
#[component]
fn Keep(query: ExploreQuery) -> impl IntoView {
    let save = Submission::to::<SaveSegment>();
    let question = ExploreQuery { page: 1, ..query }.to_search();
    let segment = Segment { conditions: vec![Condition::Behind { question }], ..Segment::default() };
    view! {
        <details class="keep">
            <summary>"Save these customers as a segment"</summary>
            <Refusal of=save/>
            <Post to=save class="inline-form">
                <input type="hidden" name="definition" value=segment.text()/>
                <input name="name" required maxlength="120" placeholder="Name of the segment" aria-label="Name of the segment"/>
                <button class="button" type="submit">"Save"</button>
            </Post>
        </details>
    }
}

/// The side panel of a figure of another form than the flow.
#[component]
pub fn OpenedPanel(opened: Opened, query: ExploreQuery) -> impl IntoView {
    let Opened { title, journeys, customers, page, pages } = opened;
    let close = format!("/journeys{}", query.unselected().to_search());
    view! {
        <aside class="panel" aria-label="Selection">
            <header><h2>{title}</h2><a class="button button-quiet" href=close>"Close"</a></header>
            <Customers journeys customers page pages query/>
        </aside>
    }
}
