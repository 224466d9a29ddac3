//! What a cell shows.

use contract::inventory::{Column, GridRow, LiveFigures};
use leptos::prelude::*;

use super::lines::Rows;
use crate::components::owner::swatch;
use crate::components::spark::Spark;
use contract::format::{count, counted, money, percent};

/// A counted cell as text for a spreadsheet.
pub fn plain(rows: &Rows, at: usize, column: Column) -> String {
    let Some(row) = rows.rows.get(at) else { return String::new() };
    let live = rows.live.get(at).and_then(Option::as_ref);
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    match column {
        Column::Experiences => row.experiences.to_string(),
        Column::Rules => row.rules.to_string(),
        Column::Kpis => row.kpis.to_string(),
        Column::Notes => (row.comments + row.proposals).to_string(),
        Column::Events => number(live.map(|live| live.events as f64)),
        Column::Customers => number(live.map(|live| live.customers as f64)),
        Column::Share => number(live.map(|live| live.share)),
        Column::Failures => number(live.and_then(|live| live.failures)),
        Column::ContactsAfter => number(live.map(|live| live.contacts_after as f64)),
        Column::LastEvent => live.and_then(|live| live.last.clone()).unwrap_or_default(),
        Column::Trend => live
            .map(|live| live.parts.iter().map(u32::to_string).collect::<Vec<_>>().join(" "))
            .unwrap_or_default(),
        other => row.text(other),
    }
}

fn some(number: u32) -> Option<String> {
    (number > 0).then(|| count(u64::from(number)))
}

/// What stands in a cell. `most` is the largest number of events, by which bars are drawn.
pub fn content(row: &GridRow, live: Option<&LiveFigures>, column: Column, most: u64) -> AnyView {
    match column {
        Column::Name => {
            let contact = row.contact.then(|| view! { " " <span class="badge">"contact"</span> });
            view! { <a href=format!("/inventory/{}", row.id) tabindex="-1">{row.name.clone()}</a> {contact} }
                .into_any()
        }
        Column::Owner => {
            let name = if row.owner.is_empty() { "No owner".to_owned() } else { row.owner.clone() };
            let class = if row.owner.is_empty() { "owner owner-none" } else { "owner" };
            view! { <span class=class><span class=format!("swatch {}", swatch(row.colour)) aria-hidden="true"></span>{name}</span> }.into_any()
        }
        Column::Cost => row.cost.map(money).into_any(),
        Column::Contact => row.contact.then_some("yes").into_any(),
        Column::Experiences => some(row.experiences).into_any(),
        Column::Rules => some(row.rules).into_any(),
        Column::Kpis => some(row.kpis).into_any(),
        Column::Notes => {
            let proposed = (row.proposals > 0).then(|| {
                let label = counted(u64::from(row.proposals), "proposal waits", "proposals wait");
                view! { <span class="badge badge-wait" title=label.clone() aria-label=label>{row.proposals}</span> " " }
            });
            view! { {proposed} {some(row.comments)} }.into_any()
        }
        Column::Events => {
            let events = live.map(|live| live.events);
            let bar = events.map_or(0.0, |events| events as f64 / most.max(1) as f64 * 100.0);
            view! {
                <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width=format!("{bar:.1}") height="10"></rect></svg>
                <span>{events.map(count)}</span>
            }
            .into_any()
        }
        Column::Trend => live.map(trend).into_any(),
        Column::Customers => live.map(|live| count(live.customers)).into_any(),
        Column::Share => live.filter(|live| live.events > 0).map(|live| percent(live.share)).into_any(),
        Column::Failures => live.and_then(|live| live.failures).map(percent).into_any(),
        Column::ContactsAfter => {
            live.filter(|live| live.events > 0).map(|live| count(live.contacts_after)).into_any()
        }
        Column::LastEvent => live.and_then(|live| live.last.clone()).into_any(),
        typed => row.text(typed).into_any(),
    }
}

/// A little line of the events through the period.
pub fn trend(live: &LiveFigures) -> AnyView {
    let most = live.parts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return ().into_any();
    }
    let values: Vec<f64> = live.parts.iter().map(|&part| f64::from(part)).collect();
    view! { <Spark values from_zero=true/> }.into_any()
}
