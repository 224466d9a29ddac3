//! The journeys page: the flow of customers across silos.

use contract::journeys::{ExploreQuery, Form, JourneysView, Shown, Unit};
use contract::{Kind, UserError};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::between::Between;
use super::compare::Compare;
use super::controls::Controls;
use super::customers::{OpenedPanel, WhatTheySay};
use super::funnel::Funnel;
use super::map::TransitionMap;
use super::marks::{Marks, Views};
use super::panel::Panel;
use super::table::Links;
use super::transitions::Transitions;
use super::variants::Variants;
use crate::api::journeys::explore;
use crate::api::refused;
use crate::charts::sankey::Sankey;
use crate::components::export::{CSV, Export, PNG, SVG, WORKBOOK};
use crate::components::live::live;
use crate::components::loaded::loaded_or;
use crate::components::notice::{Empty, Problem};
use crate::components::owner::Owner;
use crate::components::tabs::{Tab, Tabs};
use contract::format::{count, counted};

/// The journeys page.
#[component]
pub fn JourneysPage() -> impl IntoView {
    let map = use_query_map();
    let asked = Memo::new(move |_| -> Result<ExploreQuery, UserError> {
        let map = map.read();
        let pairs: Vec<(String, String)> =
            map.clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        ExploreQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    });
    let live = live();
    let answer = |(asked, _): (Result<ExploreQuery, UserError>, u64)| async move {
        match asked {
            Ok(query) => explore(query).await,
            Err(error) => Err(refused(error)),
        }
    };
    view! {
        <Title text="Journeys"/>
        {loaded_or(move || (asked.get(), live.news()), answer, move |view: JourneysView| { live.shows(view.version); view! { <Inside view/> }.into_any() }, |error| { let (href, word) = if error.0.kind == Kind::NotFound { ("/", "Go to the start page") } else { ("/journeys", "Start over") }; view! {
            <header class="page-head"><h1>"Journeys"</h1></header>
            <Problem error/>
            <p><a class="button" href=href>{word}</a></p>
        }.into_any() })}
    }
}

#[component]
fn Inside(view: JourneysView) -> impl IntoView {
    if !view.any_events {
        return view! {
            <header class="page-head"><h1>"Journeys"</h1></header>
            <Empty title="No events yet">
                <p>"Journeys are drawn from the logs of your channels. Import one to see where customers go."</p>
                <p><a class="button button-main" href="/sources">"Import a log"</a></p>
            </Empty>
        }
        .into_any();
    }
    let JourneysView {
        query,
        period,
        events,
        customers,
        hint,
        departments,
        sankey,
        selected,
        shown,
        opened,
        took_ms,
        segment_words,
        may_export,
        ..
    } = view.clone();
    let tabs = Form::ALL.map(|form| Tab {
        label: form.label().to_owned(),
        href: format!("/journeys{}", ExploreQuery { form, ..of_form(&query, form) }.to_search()),
        count: None,
        current: form == query.form,
    });
    let search = query.to_search();
    let drawn = sankey.as_ref().map(|sankey| sankey.journeys);
    let panel_query = query.clone();
    let opened_query = query.clone();
    let with_panel = selected.is_some() || opened.is_some();
    let navigate = use_navigate();
    let closed = format!("/journeys{}", query.unselected().to_search());
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && with_panel && !event.default_prevented() {
            navigate(&closed, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    let pictured = drawn.is_some() || matches!(query.form, Form::Funnel | Form::Between | Form::Variants);
    let none = drawn == Some(0) || customers == 0;
    view! {
        <header class="page-head">
            <h1>"Journeys"</h1>
            <p class="page-sub">
                {format!("{} to {}", period.from, period.to)} " · " {segment_words} " · "
                <abbr title=unit_help(query.unit)>{format!("unit {}", query.unit.key())}</abbr>
            </p>
            <div class="page-actions">
                <Views view=view.clone()/>
                {may_export.then(|| view! { <Export of="journeys" search=search.clone() kinds=if pictured { vec![WORKBOOK, CSV, SVG, PNG] } else { vec![WORKBOOK, CSV] }/> })}
            </div>
        </header>
        <Tabs label="Forms of the answer" tabs=tabs.into()/>
        <Controls view=view.clone()/>
        <Marks query=query.clone()/>
        <p class="caption" title=format!("Computed in {took_ms:.0} ms in {}", period.time_zone)>
            {drawn.map(|drawn| format!("{} in the flow, of ", counted(drawn, "journey", "journeys")))}
            {unit_counted(query.unit, customers)} " with " {counted(events, "event", "events")} " in the period."
        </p>
        {hint.clone().map(|error| match error.code.as_str() {
            // Nothing is wrong yet: the form waits for a choice.
            "no_steps" | "no_ends" | "no_other" | "anchor_needed" => view! { <p class="notice"><strong>{error.message}</strong> " " {error.remedy}</p> }.into_any(),
            // Sets the status where this runs on the server.
            _ => view! { <Problem error=refused(error)/> }.into_any(),
        })}
        <div class="stage" class:stage-with-panel=with_panel on:keydown=keys>
            <div class="stage-main">
                {if none {
                    view! { <Empty title="No journey matches"><p>{if query.unit == Unit::Case { "No event here has a case: count by customer or visit, or widen the period." } else { "Widen the period, choose another source, or look from another place." }}</p><p><a class="button" href="/journeys">"Start over"</a></p></Empty> }.into_any()
                } else {
                    let (query, departments) = (query.clone(), departments.clone());
                    match shown {
                        Shown::Transitions(transitions) => view! { <Transitions transitions query/> }.into_any(),
                        Shown::Variants(variants) => view! { <Variants variants query departments/> }.into_any(),
                        Shown::Funnel(funnel) => view! { <Funnel funnel query departments/> }.into_any(),
                        Shown::Between(between) => view! { <Between between query/> }.into_any(),
                        Shown::Map(map) => view! { <TransitionMap map query departments/> }.into_any(),
                        Shown::Compare(compare) => view! { <Compare compare=*compare query/> }.into_any(),
                        Shown::Nothing if query.form == Form::Table => sankey.map(|sankey| view! { <Links sankey query/> }).into_any(),
                        Shown::Nothing => view! { <Sankey view=view.clone()/> }.into_any(),
                    }
                }}
                {(!none && drawn.is_some()).then(|| view! { <Legend view=view.clone()/> })}
                {(!none && query.segment.is_some()).then(|| view! { <section class="section" aria-label="Words of the segment"><WhatTheySay query=query.unselected() label="What customers of this segment say"/></section> })}
            </div>
            {opened.map(|opened| view! { <OpenedPanel opened query=opened_query/> })}
            {selected.map(|behind| view! { <Panel behind query=panel_query departments=departments.clone()/> })}
        </div>
    }
    .into_any()
}

/// The question with nothing selected; other forms have other figures to select.
fn of_form(query: &ExploreQuery, form: Form) -> ExploreQuery {
    let drawn = |form| matches!(form, Form::Flow | Form::Table);
    if drawn(query.form) && drawn(form) { query.clone() } else { query.unselected() }
}

fn unit_help(unit: Unit) -> &'static str {
    match unit {
        Unit::Customer => {
            "Every figure counts customers: one customer's selected events in order are one journey."
        }
        Unit::Case => {
            "Every figure counts cases: a customer's selected events of one case in order are one journey. Events without a case are in none."
        }
        Unit::Visit => {
            "Every figure counts visits: a customer's selected events in order, until nothing happens for a while, are one journey."
        }
    }
}

fn unit_counted(unit: Unit, journeys: u64) -> String {
    match unit {
        Unit::Customer => counted(journeys, "customer", "customers"),
        Unit::Case => counted(journeys, "case", "cases"),
        Unit::Visit => counted(journeys, "visit", "visits"),
    }
}

/// The departments that are seen, by colour, and what the marks mean.
#[component]
fn Legend(view: JourneysView) -> impl IntoView {
    let JourneysView { sankey, departments, wide, .. } = view;
    let mut seen: Vec<u32> =
        sankey.iter().flat_map(|sankey| &sankey.nodes).filter_map(|node| node.department).collect();
    seen.sort_unstable();
    seen.dedup();
    view! {
        <ul class="legend" aria-label="Departments">
            {seen.into_iter().filter_map(|at| departments.get(at as usize).cloned()).map(|one| view! { <li><Owner name=Some(one.name) colour=Some(one.colour)/></li> }).collect_view()}
            {sankey.iter().flat_map(|sankey| &sankey.links).any(|link| link.open.is_some()).then(|| view! { <li><span class="legend-open" aria-hidden="true"></span>"Part of each flow whose customers have an open case"</li> })}
            <li><span class="legend-seam" aria-hidden="true"></span>"Seam: journeys change department"</li>
            {(wide.held > 0).then(|| view! { <li>{format!("{} nodes are drawn larger than their size, so that they can be hit", count(u64::from(wide.held)))}</li> })}
        </ul>
    }
}
