//! Contacts by the department that causes them, and the reasons that agents gave against the evidence.

use contract::drivers::{DriversView, Open, ReasonRow, SplitRow};
use leptos::prelude::*;

use super::page::{Opens, may_open};
use crate::components::help::Help;
use crate::components::owner::{Owner, swatch};
use contract::format::{count, counted, percent, rounded, whole_money};

/// All contacts, shared out so that the parts sum to the whole.
#[component]
pub fn Split(view: DriversView) -> impl IntoView {
    let all = may_open(&view);
    let DriversView { split, query, departments, totals, reports, may_open, .. } = view;
    let contacts = totals.contacts.max(1) as f64;
    let colour =
        move |row: &SplitRow| row.department.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
    let mut from = 0.0;
    let bars: Vec<_> = split
        .iter()
        .map(|row| {
            let width = row.contacts / contacts * 100.0;
            let class = if row.name.is_some() { swatch(colour(row)) } else { "split-rest".to_owned() };
            let start = from;
            from += width;
            view! { <rect class=class x=format!("{start:.3}") y="0" width=format!("{width:.3}") height="12"></rect> }
        })
        .collect();
    view! {
        <section class="section" aria-labelledby="split-title">
            <h2 id="split-title">"Whose they are " <Help id="help-split" term="Whose they are">"Each contact is one whole: its parts go to the drivers before it, and what nothing explains stays unexplained. All parts sum to all contacts."</Help></h2>
            <svg class="split-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>
            <div class="table-box" tabindex="0" role="region" aria-label="Contacts by department">
                <table class="table">
                    <thead><tr><th>"Department"</th><th class="number">"Contacts\u{2019} worth"</th><th class="number">"Share"</th><th class="number">"Cost"</th><th class="number">"In contacts"</th></tr></thead>
                    <tbody>
                        {split.into_iter().map(|row| {
                            let owner_colour = colour(&row);
                            let name = row.name.clone();
                            let open = match &name { Some(name) => Open::Department(name.clone()), None => Open::Unexplained };
                            let may = match &name { Some(name) => may_open && reports.contains(name), None => all };
                            view! {
                                <tr>
                                    <th scope="row">{match name { Some(name) => view! { <Owner name=Some(name) colour=owner_colour/> }.into_any(), None => "Not explained".into_any() }} {row.answers.then(|| view! { " " <span class="soft">"answers them"</span> })}</th>
                                    <td class="number">{rounded(row.contacts)}</td>
                                    <td class="number">{percent(row.contacts / contacts)}</td>
                                    <td class="number">{whole_money(row.cost)}</td>
                                    <td class="number"><Opens text=count(row.shared_in) open query=query.clone() may/></td>
                                </tr>
                            }
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// What agents wrote down, and what came before.
#[component]
pub fn Reasons(view: DriversView) -> impl IntoView {
    let may = may_open(&view);
    let DriversView { reasons, other_reasons, query, totals, departments: owners, .. } = view;
    let contacts = totals.contacts.max(1) as f64;
    (reasons.iter().any(|row| !row.reason.is_empty())).then(move || view! {
        <section class="section" aria-labelledby="reasons-title">
            <h2 id="reasons-title">"Reasons against evidence " <Help id="help-reasons" term="Reasons against evidence">"The reason is what was written down at the contact. The evidence is what the customer met before it. They decide nothing for each other, unless a log\u{2019}s reasons are trusted."</Help></h2>
            <p class="caption">{spread(&reasons)} {(other_reasons.0 > 0).then(|| format!(" {} more with {} are not listed.", counted(other_reasons.0, "reason", "reasons"), counted(other_reasons.1, "contact", "contacts")))} " " <a href="/drivers/reasons">"What each reason stands for"</a></p>
            <div class="table-box" tabindex="0" role="region" aria-label="Contact reasons">
                <table class="table">
                    <thead><tr><th>"Reason"</th><th class="number">"Contacts"</th><th class="number">"Share"</th><th class="number">"Cost"</th><th class="number">"Repeats"</th><th>"Stands for"</th><th class="number">"Evidence agrees"</th><th>"Evidence before them"</th></tr></thead>
                    <tbody>
                        {reasons.into_iter().map(|ReasonRow { reason, contacts: own, cost, repeats, evidence, unexplained, touchpoint, department, agrees, failure, open }| {
                            let evidence: Vec<String> = evidence.iter().take(3).map(|(name, part)| format!("{name} {}", percent(part / own.max(1) as f64))).collect();
                            let label = if reason.is_empty() { "No reason".to_owned() } else { reason.clone() };
                            view! {
                                <tr>
                                    <th scope="row">{label} {failure.then(|| view! { " " <span class="badge">"failure"</span> })} {open.filter(|open| *open > 0).map(|open| view! { <small class="soft">{format!(" {} with an open case", percent(open as f64 / own.max(1) as f64))}</small> })}</th>
                                    <td class="number"><Opens text=count(own) open=Open::Reason(reason) query=query.clone() may/></td>
                                    <td class="number">{percent(own as f64 / contacts)}</td>
                                    <td class="number">{whole_money(cost)}</td>
                                    <td class="number">{percent(repeats as f64 / own.max(1) as f64)}</td>
                                    <td>{touchpoint.map(|name| { let colour = department.and_then(|at| owners.get(at as usize)).map(|one| one.colour); view! { <Owner name=Some(name) colour/> } })}</td>
                                    <td class="number">{agrees.map(|part| percent(part / own.max(1) as f64))}</td>
                                    <td class="evidence">{evidence.join(", ")} {(!evidence.is_empty()).then_some(", ")} <span class="soft">{format!("not explained {}", percent(unexplained / own.max(1) as f64))}</span></td>
                                </tr>
                            }
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    })
}

/// Whether there are too few or too many reasons to tell contacts apart.
fn spread(reasons: &[ReasonRow]) -> String {
    let all: u64 = reasons.iter().map(|row| row.contacts).sum();
    let given = reasons.iter().filter(|row| !row.reason.is_empty()).count();
    let largest = reasons.iter().map(|row| row.contacts).max().unwrap_or(0);
    let rare = reasons.iter().filter(|row| row.contacts * 200 < all).count();
    if largest * 2 > all && given > 1 {
        format!(
            "One reason holds {} of all contacts: split it to learn more.",
            percent(largest as f64 / all.max(1) as f64)
        )
    } else if rare * 2 > given && given > 20 {
        format!("{} of {given} reasons are given in fewer than 1 of 200 contacts: join some.", rare)
    } else {
        format!("{} in use.", counted(given as u64, "reason is", "reasons are"))
    }
}
