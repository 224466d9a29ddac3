//! The head of a department's report: what its touchpoints cause, where that lands, and what others cause for it.

use contract::drivers::{DriversQuery, Landing, Open, OwnView, WeekRow};
use contract::journeys::Department;
use leptos::prelude::*;

use super::page::Opens;
use crate::components::owner::{Owner, owner_of};
use crate::components::spark::Trend;
use contract::format::{count, counted, percent, rounded, whole_money};

/// Headline figures and where they land.
#[component]
pub fn Own(
    own: OwnView,
    query: DriversQuery,
    departments: Vec<Department>,
    contacts: u64,
    /// Of the report: those that the period cuts are left out of trends.
    weeks: Vec<WeekRow>,
    may_open: bool,
) -> impl IntoView {
    let OwnView {
        name,
        touchpoints,
        without_data,
        list,
        caused,
        cost,
        cost_elsewhere,
        weeks: worth,
        shared_in,
        lands,
        from_others,
        actions,
        ..
    } = own;
    let whole: Vec<f64> =
        worth.into_iter().zip(&weeks).filter(|(_, week)| !week.partial).map(|(worth, _)| worth).collect();
    let answers = !from_others.is_empty();
    let for_us: f64 = from_others.iter().map(|row| row.contacts).sum();
    view! {
        <dl class="facts facts-row facts-wide">
            <div class="fact-main">
                <dt>{format!("Contacts that {name} causes")}</dt>
                <dd>{rounded(caused)}</dd>
                <dd class="fact-note">{format!("contacts\u{2019} worth, {} of all; in ", percent(caused / contacts.max(1) as f64))} <Opens text=counted(shared_in, "contact", "contacts") open=Open::Department(name) query may=may_open/></dd>
                <dd><Trend values=whole less_is_better=true/></dd>
            </div>
            <div><dt>"What they cost others"</dt><dd>{whole_money(cost_elsewhere)}</dd><dd class="fact-note">{format!("of {} in all", whole_money(cost))}</dd></div>
            <div><dt>"Touchpoints"</dt><dd>{count(touchpoints)}</dd><dd class="fact-note">{if without_data == 0 { "all with data".to_owned() } else { format!("{} without data in any log", count(without_data)) }}</dd></div>
            {answers.then(|| view! { <div><dt>"What others cause here"</dt><dd>{rounded(for_us)}</dd><dd class="fact-note">"contacts\u{2019} worth answered here"</dd></div> })}
        </dl>
        {(!list.is_empty()).then(|| view! {
            <details class="fold">
                <summary>"Touchpoints of this department"</summary>
                <ul class="neighbours">
                    {list.into_iter().map(|(name, id, events)| view! { <li><a href=format!("/inventory/{id}")>{name}</a> <span class="number">{if events == 0 { "no data".to_owned() } else { counted(events, "event", "events") }}</span></li> }).collect_view()}
                </ul>
            </details>
        })}
        <div class="columns-even">
            {(!lands.is_empty()).then(|| view! { <Landings title="Where they land" rows=lands departments=departments.clone()/> })}
            {answers.then(|| view! { <Landings title="What others cause here" rows=from_others departments/> })}
            <section>
                <h2>"Open actions"</h2>
                {if actions.is_empty() {
                    view! { <p class="caption">"None. " <a href="/reviews">"All reviews and actions"</a></p> }.into_any()
                } else {
                    view! {
                        <ul class="neighbours">
                            {actions.into_iter().map(|action| view! { <li><span class="landing"><a href="/reviews">{action.title}</a> <span class="soft">{action.person}</span></span> <span class:overdue=action.overdue>{action.due.map(|day| if action.overdue { format!("was due {day}") } else { format!("due {day}") })}</span></li> }).collect_view()}
                        </ul>
                    }.into_any()
                }}
            </section>
        </div>
    }
}

/// Places that are listed.
const LANDINGS: usize = 12;

#[component]
fn Landings(title: &'static str, rows: Vec<Landing>, departments: Vec<Department>) -> impl IntoView {
    let many = rows.len().saturating_sub(LANDINGS);
    view! {
        <section>
            <h2>{title}</h2>
            {(many > 0).then(|| view! { <p class="caption">{format!("The {LANDINGS} largest; {many} more are small.")}</p> })}
            <ul class="neighbours">
                {rows.into_iter().take(LANDINGS).map(|Landing { name, department, contacts, cost }| {
                    let (owner, colour) = owner_of(&departments, department);
                    view! { <li><span class="landing">{name} <Owner name=owner colour/></span> <span class="number">{rounded(contacts)} <span class="soft">{format!(" cost {}", whole_money(cost))}</span></span></li> }
                }).collect_view()}
            </ul>
        </section>
    }
}
