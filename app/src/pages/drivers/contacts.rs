//! The contacts behind a figure, and why each was shared out so.

use contract::drivers::{ContactRow, DriversQuery, OpenedContacts};
use contract::journeys::Department;
use leptos::prelude::*;

use super::gaps::Keywords;
use crate::components::owner::{Owner, owner_of};
use crate::pages::journeys::customer::short;
use contract::format::{counted, percent};

/// The side panel.
#[component]
pub fn Contacts(opened: OpenedContacts, query: DriversQuery, departments: Vec<Department>) -> impl IntoView {
    let OpenedContacts { title, contacts, page, pages, keywords, rows } = opened;
    let close = format!("/drivers{}", query.closed().to_search());
    let turn = |to: u32, label: &'static str, on: bool| {
        let search = DriversQuery { page: to, ..query.clone() }.to_search();
        on.then(|| view! { <a class="button" href=format!("/drivers{search}")>{label}</a> })
    };
    view! {
        <aside class="panel" aria-label="Selection">
            <header><h2>{title}</h2><a class="button button-quiet" href=close>"Close"</a></header>
            <h3>{counted(contacts, "contact", "contacts")}</h3>
            <Keywords keywords/>
            <ul class="contacts">
                {rows.into_iter().map(|row| view! { <Contact row departments=departments.clone()/> }).collect_view()}
            </ul>
            <p class="actions">
                {turn(page.saturating_sub(1), "Earlier", page > 1)}
                <span>{(pages > 1).then(|| format!("Page {page} of {pages}"))}</span>
                {turn(page + 1, "More", page < pages)}
            </p>
        </aside>
    }
}

#[component]
fn Contact(row: ContactRow, departments: Vec<Department>) -> impl IntoView {
    let ContactRow { customer, time, touchpoint, reason, by_case, by_reason, open, text, shares, last_touch } =
        row;
    let left = 1.0 - shares.iter().map(|(.., part)| part).sum::<f64>();
    view! {
        <li>
            <p><a href=format!("/customers/{customer}")>{short(&customer)}</a> <span>{touchpoint}</span> <time>{time}</time></p>
            <ul class="shares">
                {shares.into_iter().map(|(name, department, part)| {
                    let (owner, colour) = owner_of(&departments, department);
                    view! { <li><strong>{percent(part)}</strong> " " {name} " " <Owner name=owner colour/></li> }
                }).collect_view()}
                {(left > 1e-9).then(|| view! { <li class="soft"><strong>{percent(left)}</strong> " not explained"</li> })}
            </ul>
            <p class="soft">
                {by_case.then_some("Linked by its case. ")}
                {by_reason.then_some("Decided by its reason, which is trusted. ")}
                {open.then_some("With an open case. ")}
                {last_touch.map(|name| format!("Last before it: {name}. "))}
                {(!reason.is_empty()).then(|| format!("Reason given: {reason}."))}
            </p>
            {text.map(|text| view! { <p class="said"><q>{text}</q></p> })}
        </li>
    }
}
