//! The journeys behind a figure, a page at a time.

use contract::drivers::Said;
use contract::journeys::{BehindCustomer, Condition, ExploreQuery, Form, Opened, Segment};
use leptos::prelude::*;

use super::customer::short;
use crate::api::journeys::said;
use crate::api::saved::SaveSegment;
use crate::components::frame::Signed;
use crate::components::post::{Post, Refusal, Submission};
use crate::pages::drivers::gaps::Keywords;
use contract::format::{counted, instant};

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
    let each_time = query
        .select
        .as_deref()
        .is_some_and(|select| select.starts_with("from/") && query.form != Form::Between);
    let may_export = use_context::<Signed>().is_some_and(|signed| signed.0.may.export);
    let file = ExploreQuery { page: 1, ..query.clone() }.to_search();
    let turn = |to: u32, label: &'static str, on: bool| {
        let search = ExploreQuery { page: to, ..query.clone() }.to_search();
        on.then(|| view! { <a class="button" href=format!("/journeys{search}")>{label}</a> })
    };
    view! {
        <h3>{if each_time { counted(journeys, "time", "times") } else { counted(journeys, "journey", "journeys") }}</h3>
        {(journeys > 0).then(|| view! { <Keep query=query.clone()/> <WhatTheySay query=query.clone()/> })}
        {(journeys > 0 && may_export).then(|| view! {
            <p class="export-list">"As a file: " <a href=format!("/export/customers.xlsx{file}") rel="external" download>"workbook"</a> ", " <a href=format!("/export/customers.csv{file}") rel="external" download>"CSV"</a></p>
        })}
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

/// What these customers talk about more than the others of the question, asked for when it is opened.
#[component]
pub fn WhatTheySay(
    query: ExploreQuery,
    #[prop(default = "What they say")] label: &'static str,
) -> impl IntoView {
    let wanted = RwSignal::new(false);
    let query = StoredValue::new(query);
    view! {
        <details class="keep" on:toggle=move |_| wanted.set(true)>
            <summary>{label}</summary>
            {move || wanted.get().then(|| {
                let answer = LocalResource::new(move || said(query.get_value()));
                view! {
                    <Suspense fallback=|| view! { <p class="caption" role="status">"Reading their words\u{2026}"</p> }>
                        {move || Suspend::new(async move {
                            match answer.await {
                                Ok(said) => view! { <Words said/> }.into_any(),
                                Err(error) => view! { <p class="caption" role="alert">{error.to_string()}</p> }.into_any(),
                            }
                        })}
                    </Suspense>
                }
            })}
        </details>
    }
}

#[component]
fn Words(said: Said) -> impl IntoView {
    let Said { with_text, keywords, examples } = said;
    if with_text == 0 {
        return view! { <p class="caption">"No event of these customers carries text."</p> }.into_any();
    }
    let none = keywords.is_empty();
    view! {
        <p class="caption">{format!("Of {} with text, against the others of this question.", counted(with_text, "customer", "customers"))}</p>
        {none.then(|| view! { <p class="caption">"They say nothing more often than the others do."</p> })}
        <Keywords keywords/>
        {(!examples.is_empty()).then(|| view! { <h4>"Examples"</h4> <ul class="examples">{examples.into_iter().map(|text| view! { <li><q>{text}</q></li> }).collect_view()}</ul> })}
    }
    .into_any()
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
