//! The journeys behind a figure, a page at a time.

use contract::journeys::{BehindCustomer, ExploreQuery, Opened};
use leptos::prelude::*;

use super::customer::short;
use crate::components::format::{counted, instant};

/// The list with its way onward and back.
#[component]
pub fn Customers(
    journeys: u64,
    customers: Vec<BehindCustomer>,
    page: u32,
    pages: u32,
    query: ExploreQuery,
) -> impl IntoView {
    let turn = |to: u32, label: &'static str, on: bool| {
        let search = ExploreQuery { page: to, ..query.clone() }.to_search();
        on.then(|| view! { <a class="button" href=format!("/journeys{search}")>{label}</a> })
    };
    view! {
        <h3>{counted(journeys, "journey", "journeys")}</h3>
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
