//! What the logs say about a touchpoint: its figures, what comes before and after, its activities.

use contract::inventory::{LiveFigures, TouchpointView};
use contract::journeys::encode;
use leptos::prelude::*;

use crate::pages::inventory::grid::trend;
use contract::format::{count, percent};

/// Headline figures over all data.
#[component]
pub fn Figures(of: TouchpointView) -> impl IntoView {
    of.live.filter(|live| live.events > 0).map(|live| {
        let LiveFigures { events, customers, share, failures, contacts_after, last, .. } = live.clone();
        view! {
            <dl class="facts facts-row">
                <div><dt>"Events"</dt><dd>{count(events)} {trend(&live)}</dd></div>
                <div><dt>"Customers"</dt><dd>{count(customers)} <small>{format!("{} of all", percent(share))}</small></dd></div>
                {failures.map(|share| view! { <div><dt>"Failures"</dt><dd>{percent(share)}</dd></div> })}
                <div><dt>"Contacts within 7 days after"</dt><dd>{count(contacts_after)}</dd></div>
                {last.map(|last| view! { <div><dt>"Last event"</dt><dd>{last}</dd></div> })}
            </dl>
        }
    })
}

/// Neighbours, and the activities that belong here.
#[component]
pub fn Around(of: TouchpointView) -> impl IntoView {
    let TouchpointView { name, before, after, mapped, .. } = of;
    let side = |title: &'static str, list: Vec<(String, u64)>, direction: &'static str, name: &str| {
        let link = format!("/journeys?direction={direction}&anchor={}", encode(name));
        (!list.is_empty()).then(|| view! {
            <div>
                <h3>{title}</h3>
                <ul class="neighbours">
                    {list.into_iter().map(|(label, times)| view! { <li><a href=link.clone()>{label}</a><span class="number">{count(times)}</span></li> }).collect_view()}
                </ul>
            </div>
        })
    };
    let any = !before.is_empty() || !after.is_empty() || !mapped.is_empty();
    any.then(|| view! {
        <section class="section">
            <h2>"In the logs"</h2>
            <div class="columns-even">
                {side("Right before", before, "backward", &name)}
                {side("Right after", after, "forward", &name)}
                {(!mapped.is_empty()).then(|| view! {
                    <div>
                        <h3>"Activities"</h3>
                        <ul class="neighbours">
                            {mapped.into_iter().map(|(source, activity, events)| view! { <li><span>{activity} " " <small>{source}</small></span><span class="number">{count(events)}</span></li> }).collect_view()}
                        </ul>
                    </div>
                })}
            </div>
        </section>
    })
}
