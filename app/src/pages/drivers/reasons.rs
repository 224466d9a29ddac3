//! Contact reasons: the touchpoint that each stands for, whether it is a failure, and how often the evidence agrees.

use contract::drivers::{DriversQuery, Open, ReasonLine, ReasonsView};
use contract::journeys::Department;
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{DriversTabs, Page};
use crate::api::drivers::{SaveReason, reasons};
use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions};
use crate::components::export::{Export, TABLES, WORKBOOK};
use crate::components::frame::Signed;
use crate::components::help::Help;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::owner::{Owner, owner_of};
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, counted, percent, whole_money};

/// The page of reasons.
#[component]
pub fn ReasonsPage() -> impl IntoView {
    let save = Submission::to::<SaveReason>();
    view! {
        <Title text="Contact reasons"/>
        <header class="page-head"><h1>"Contact reasons"</h1><div class="page-actions"><Export of="reasons" search="" kinds=vec![WORKBOOK, TABLES]/></div></header>
        <DriversTabs page=Page::Reasons/>
        <Refusal of=save/>
        <Toast of=save text="Saved. Reports follow."/>
        {loaded(move || save.done(), |_| reasons(), move |view: ReasonsView| view! { <Inside view save/> }.into_any())}
    }
}

#[component]
fn Inside(view: ReasonsView, save: Submission) -> impl IntoView {
    let ReasonsView { rows, contacts, touchpoints, columns, trusted, departments, judged } = view;
    if rows.is_empty() {
        return view! {
            <Empty title="No contact carries a reason">
                <p>"Reasons are what agents note at the end of a contact. Map the column that holds them when you import the log of a contact channel."</p>
                <p><a class="button" href="/sources">"To the logs"</a></p>
            </Empty>
        }
        .into_any();
    }
    let unlinked: Vec<&ReasonLine> = rows.iter().filter(|row| row.touchpoint.is_none()).collect();
    let open: u64 = unlinked.iter().map(|row| row.contacts).sum();
    let of_all = |part: u64| percent(part as f64 / contacts.max(1) as f64);
    let hint = match unlinked.len() {
        0 => "Every reason is linked to the touchpoint that causes it.".to_owned(),
        left => format!(
            "{} with {} of all contacts {} linked to no touchpoint yet: nobody owns them.",
            counted(left as u64, "reason", "reasons"),
            of_all(open),
            if left == 1 { "is" } else { "are" },
        ),
    };
    let colour = |owner: &Option<String>| {
        owner.as_ref().and_then(|name| departments.iter().find(|one| one.name == *name)).map(|one| one.colour)
    };
    let all = touchpoints
        .iter()
        .map(|(name, owner)| Suggestion::of(name.clone(), owner.clone().unwrap_or_default(), colour(owner)));
    let list = Suggestions::new("touchpoints", all.collect());
    let may_trust = use_context::<Signed>().is_some_and(|signed| signed.0.may.edit_inventory);
    let with_evidence = judged && !columns.is_empty();
    let matrix = rows.clone();
    view! {
        <p class="lead">"A reason says why a customer got in touch, as the agent noted it. Linked to the touchpoint that causes it, it has an owner; the evidence shows whether the note can be believed."</p>
        <p class="caption">{hint} " " {if trusted.is_empty() { "Reasons decide nothing by themselves.".to_owned() } else { format!("Reasons of {} are trusted: they decide whose a contact is.", trusted.join(", ")) }} " " {may_trust.then(|| view! { <a href="/sources/cases">"Which logs are trusted"</a> })}</p>
        <Datalist list/>
        <div class="table-box" tabindex="0" role="region" aria-label="Contact reasons">
            <table class="table">
                <thead><tr>
                    <th>"Reason"</th><th class="number">"Contacts"</th><th class="number">"Share"</th><th class="number">"Cost"</th>
                    <th>"Owner"</th>
                    <th class="number">"Evidence agrees " <Help id="help-agrees" term="Evidence agrees">"The part of these contacts that goes to the linked touchpoint when every contact is shared out over what came before it."</Help></th>
                    <th>"Stands for"</th>
                </tr></thead>
                <tbody>{rows.into_iter().enumerate().map(|(place, row)| view! { <Line row place list save contacts departments=departments.clone()/> }).collect_view()}</tbody>
            </table>
        </div>
        {with_evidence.then(|| view! { <Matrix rows=matrix columns/> })}
    }
    .into_any()
}

#[component]
fn Line(
    row: ReasonLine,
    place: usize,
    list: Suggestions,
    save: Submission,
    contacts: u64,
    departments: Vec<Department>,
) -> impl IntoView {
    let ReasonLine {
        reason,
        contacts: own,
        cost,
        touchpoint,
        department,
        failure,
        version,
        may_change,
        agrees,
        ..
    } = row;
    let (owner, colour) = owner_of(&departments, department);
    let linked = touchpoint.clone().unwrap_or_default();
    let open = DriversQuery { open: Some(Open::Reason(reason.clone())), ..DriversQuery::default() }.to_search();
    // Contacts of the whole company open for those who see all of it.
    let may_open = use_context::<Signed>()
        .is_some_and(|signed| signed.0.may.see_journeys && signed.0.department.is_none());
    let label = format!("Touchpoint that causes {reason}");
    view! {
        <tr>
            <th scope="row">{reason.clone()} {(failure && !may_change).then(|| view! { " " <span class="badge">"failure"</span> })}</th>
            <td class="number">{if may_open { view! { <a href=format!("/drivers{open}")>{count(own)}</a> }.into_any() } else { count(own).into_any() }}</td>
            <td class="number">{percent(own as f64 / contacts.max(1) as f64)}</td>
            <td class="number">{whole_money(cost)}</td>
            <td>{touchpoint.is_some().then(|| view! { <Owner name=owner colour/> })}</td>
            <td class="number">{agrees.map(percent)}</td>
            <td>
                {if may_change {
                    view! {
                        <Post to=save class="inline-form">
                            <input type="hidden" name="form[reason]" value=reason.clone()/>
                            <input type="hidden" name="form[version]" value=version.to_string()/>
                            <Combobox list name="form[touchpoint]" id=format!("stands-{place}") label placeholder="No touchpoint yet" value=linked/>
                            <label class="check"><input type="checkbox" name="form[failure]" value="yes" checked=failure aria-label=format!("{reason} is a failure")/> "Failure"</label>
                            <button class="button" type="submit" aria-label=format!("Save {reason}")>"Save"</button>
                        </Post>
                    }.into_any()
                } else {
                    linked.into_any()
                }}
            </td>
        </tr>
    }
}

/// The shade of a share.
fn heat(share: f64) -> &'static str {
    match share {
        share if share < 0.05 => "",
        share if share < 0.15 => "heat-1",
        share if share < 0.3 => "heat-2",
        share if share < 0.5 => "heat-3",
        _ => "heat-4",
    }
}

/// What the evidence says of the contacts of each reason.
#[component]
fn Matrix(rows: Vec<ReasonLine>, columns: Vec<String>) -> impl IntoView {
    let heads = columns.clone();
    view! {
        <section class="section" aria-labelledby="matrix-title">
            <h2 id="matrix-title">"Reasons against evidence " <Help id="help-matrix" term="Reasons against evidence">"Each row shares out the contacts of a reason over the touchpoints that came before them. The framed cell is the touchpoint that the reason is linked to: where another is darker, the note is often wrong, or the link is."</Help></h2>
            <div class="table-box" tabindex="0" role="region" aria-label="Reasons against evidence">
                <table class="table heat">
                    <thead><tr><th>"Reason"</th>{heads.into_iter().map(|name| view! { <th class="number">{name}</th> }).collect_view()}<th class="number">"Elsewhere or not explained"</th></tr></thead>
                    <tbody>
                        {rows.into_iter().filter(|row| row.contacts > 0).map(|ReasonLine { reason, evidence, touchpoint, .. }| {
                            let rest = (1.0 - evidence.iter().sum::<f64>()).max(0.0);
                            view! {
                                <tr>
                                    <th scope="row">{reason}</th>
                                    {evidence.into_iter().zip(&columns).map(|(share, name)| {
                                        let linked = touchpoint.as_ref() == Some(name);
                                        view! { <td class=format!("number {}", heat(share)) class:heat-linked=linked>{(share >= 0.005).then(|| percent(share))}{linked.then(|| view! { <span class="visually-hidden">" linked"</span> })}</td> }
                                    }).collect_view()}
                                    <td class="number soft">{percent(rest)}</td>
                                </tr>
                            }
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}
