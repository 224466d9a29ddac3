//! The head of a department's report: what its touchpoints cause, where that lands, and what others cause for it.

use contract::drivers::{DriversQuery, Landing, Open, OwnView};
use contract::journeys::Department;
use leptos::prelude::*;

use super::page::Opens;
use crate::components::owner::{Owner, owner_of};
use contract::format::{count, counted, percent, rounded, whole_money};

/// Headline figures and where they land.
#[component]
pub fn Own(own: OwnView, query: DriversQuery, departments: Vec<Department>, contacts: u64) -> impl IntoView {
    let OwnView {
        name, touchpoints, without_data, caused, cost, shared_in, lands, from_others, actions, ..
    } = own;
    let answers = !from_others.is_empty();
    let for_us: f64 = from_others.iter().map(|row| row.contacts).sum();
    view! {
        <dl class="facts facts-row facts-wide">
            <div class="fact-main">
                <dt>{format!("Contacts that {name} causes")}</dt>
                <dd>{rounded(caused)}</dd>
                <dd class="fact-note">{format!("contacts\u{2019} worth, {} of all; in ", percent(caused / contacts.max(1) as f64))} <Opens text=counted(shared_in, "contact", "contacts") open=Open::Department(name) query may=true/></dd>
            </div>
            <div><dt>"What they cost"</dt><dd>{whole_money(cost)}</dd></div>
            <div><dt>"Touchpoints"</dt><dd>{count(touchpoints)}</dd><dd class="fact-note">{if without_data == 0 { "all with data".to_owned() } else { format!("{} without data in any log", count(without_data)) }}</dd></div>
            {answers.then(|| view! { <div><dt>"What others cause here"</dt><dd>{rounded(for_us)}</dd><dd class="fact-note">"contacts\u{2019} worth answered here"</dd></div> })}
        </dl>
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

#[component]
fn Landings(title: &'static str, rows: Vec<Landing>, departments: Vec<Department>) -> impl IntoView {
    view! {
        <section>
            <h2>{title}</h2>
            <ul class="neighbours">
                {rows.into_iter().take(12).map(|Landing { name, department, contacts, cost }| {
                    let (owner, colour) = owner_of(&departments, department);
                    view! { <li><span class="landing">{name} <Owner name=owner colour/></span> <span class="number">{rounded(contacts)} <span class="soft">{format!(" cost {}", whole_money(cost))}</span></span></li> }
                }).collect_view()}
            </ul>
        </section>
    }
}
