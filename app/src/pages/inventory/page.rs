//! The inventory page: every touchpoint with its owner.

use contract::inventory::{InventoryView, TouchpointRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::tabs::{InventoryTabs, Page};
use crate::api::inventory::inventory;
use crate::components::format::{count, counted, percent};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::owner::Owner;
use crate::components::upload::Upload;

/// The inventory page.
#[component]
pub fn InventoryPage() -> impl IntoView {
    view! {
        <Title text="Inventory"/>
        {loaded(|| (), |()| inventory(), move |inventory| view! { <Inside inventory/> }.into_any())}
    }
}

/// Whether a row holds the words that were typed.
fn holds(row: &TouchpointRow, words: &str) -> bool {
    let fields = [Some(&row.name), row.stage.as_ref(), row.channel.as_ref(), row.department.as_ref()];
    let text = fields.into_iter().flatten().map(|field| field.to_lowercase()).collect::<Vec<_>>().join(" ");
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[component]
fn Inside(inventory: InventoryView) -> impl IntoView {
    let InventoryView { touchpoints, unmapped, events, may_add, departments, .. } = inventory;
    let asked = use_query_map().read_untracked().get("q").unwrap_or_default();
    let words = RwSignal::new(asked.clone());
    let all = touchpoints.len();
    let most = touchpoints.iter().filter_map(|row| row.events).max().unwrap_or(0);
    let without_owner = touchpoints.iter().filter(|row| row.department.is_none()).count();
    let shown = touchpoints.clone();
    view! {
        <header class="page-head">
            <h1>"Inventory"</h1>
            <p class="page-sub">{format!("{} of {}", counted(all as u64, "touchpoint", "touchpoints"), counted(departments.len() as u64, "department", "departments"))} {(without_owner > 0).then(|| format!(", {without_owner} without an owner"))}</p>
            <div class="page-actions">
                <a class="button" href="/inventory/export.csv" rel="external" download>"Export CSV"</a>
                {(may_add && all > 0).then(|| view! { <a class="button button-main" href="/inventory/new">"Add a touchpoint"</a> })}
            </div>
        </header>
        <InventoryTabs page=Page::Touchpoints unmapped=unmapped.map(|(activities, _)| u64::from(activities))/>
        {unmapped.filter(|(activities, _)| *activities > 0).map(|(activities, unmapped_events)| view! {
            <p class="notice">
                {format!("{} without a rule: {} of {} events ({}) belong to no touchpoint. ", counted(u64::from(activities), "activity is", "activities are"), count(unmapped_events), count(events.unwrap_or(0)), percent(unmapped_events as f64 / events.unwrap_or(1).max(1) as f64))}
                <a href="/inventory/unmapped">"Map them"</a>
            </p>
        })}
        {if all == 0 {
            view! {
                <Empty title="No touchpoint yet">
                    <p>"A touchpoint is a place where a customer meets the company. Import a log and map its activities, add touchpoints by hand, or import an inventory file."</p>
                    {may_add.then(|| view! { <p class="actions"><a class="button button-main" href="/sources">"Import a log"</a> <a class="button" href="/inventory/new">"Add a touchpoint"</a></p> })}
                </Empty>
            }.into_any()
        } else {
            view! {
                <form class="field field-search" method="get" role="search">
                    <label class="visually-hidden" for="filter">"Filter touchpoints"</label>
                    <input id="filter" type="search" name="q" value=asked placeholder="Filter by name, stage, channel or department" on:input=move |event| words.set(event_target_value(&event))/>
                </form>
                <div class="table-box" tabindex="0" role="region" aria-label="Touchpoints">
                    <table class="table">
                        <thead><tr><th>"Touchpoint"</th><th>"Owner"</th><th>"Stage"</th><th>"Channel"</th><th class="number">"Events"</th><th class="number">"Experiences"</th><th class="number">"Rules"</th></tr></thead>
                        <tbody>
                            {move || shown.iter().filter(|row| holds(row, &words.read())).cloned().map(|row| line(row, most)).collect_view()}
                        </tbody>
                    </table>
                </div>
            }.into_any()
        }}
        {may_add.then(|| view! {
            <Upload
                action="/inventory/import"
                title="Import an inventory"
                help="A CSV as exported here, one row a mapping rule. All of it is applied, or nothing."
                accept=".csv,text/csv"
                button="Import"
                class="drop-small"
            />
        })}
    }
}

fn line(row: TouchpointRow, most: u64) -> impl IntoView {
    let TouchpointRow {
        id, name, stage, channel, department, colour, contact, experiences, rules, events, ..
    } = row;
    let bar = events.map_or(0.0, |events| events as f64 / most.max(1) as f64 * 100.0);
    view! {
        <tr>
            <th scope="row"><a href=format!("/inventory/{id}")>{name}</a> {contact.then(|| view! { " " <span class="badge">"contact"</span> })}</th>
            <td><Owner name=department colour/></td>
            <td>{stage}</td>
            <td>{channel}</td>
            <td class="number bar-cell">
                <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width=format!("{bar:.1}") height="10"></rect></svg>
                <span>{events.map(count)}</span>
            </td>
            <td class="number">{(experiences > 0).then_some(experiences)}</td>
            <td class="number">{(rules > 0).then_some(rules)}</td>
        </tr>
    }
}
