//! The side panel: the figures of a node or link, what comes before and after, and the customers behind it.

use contract::journeys::{
    Behind, Department, ExploreQuery, NeighbourView, NodeKind, Rule, StepFilter, Towards,
};
use leptos::prelude::*;
use leptos_router::components::Form;

use super::customers::Customers;
use crate::components::owner::Owner;
use contract::format::{count, duration, percent};

/// The panel.
#[component]
pub fn Panel(behind: Behind, query: ExploreQuery, departments: Vec<Department>) -> impl IntoView {
    let Behind {
        title,
        kind,
        is_link,
        department,
        to_department,
        journeys,
        share,
        share_of,
        repeats,
        time_before,
        time_after,
        handoff_share,
        open_share,
        before,
        after,
        customers,
        page,
        pages,
        anchor,
        step,
        ..
    } = behind;
    let here = title.clone();
    let owner = |at: Option<u32>| {
        let one = at.and_then(|at| departments.get(at as usize));
        one.map(|one| view! { <Owner name=Some(one.name.clone()) colour=Some(one.colour)/> })
    };
    let close = format!("/journeys{}", query.unselected().to_search());
    let looks = anchor.map(|label| {
        let towards = |direction| {
            let asked =
                ExploreQuery { anchor: Some(label.clone()), direction, occurrence: None, ..query.redrawn() };
            format!("/journeys{}", asked.to_search())
        };
        (towards(Towards::Backward), towards(Towards::Forward), towards(Towards::Both))
    });
    let of = if is_link { "of the journeys at the node it leaves" } else { "of all journeys shown" };
    view! {
        <aside class="panel" aria-label="Selection">
            <header>
                <h2>{title}</h2>
                <a class="button button-quiet" href=close aria-label="Close the panel">"Close"</a>
            </header>
            <p class="panel-owners">{owner(department)} {is_link.then(|| owner(to_department))}</p>
            <dl class="facts">
                <div><dt>"Journeys"</dt><dd>{count(journeys)}</dd></div>
                <div><dt>"Share"</dt><dd title=format!("{} of {}", count(journeys), count(share_of))>{percent(share)}<small>{of}</small></dd></div>
                {time_before.map(|(median, p95)| view! { <div><dt>"Time from the step before"</dt><dd>{duration(median)}<small>"median; 95 % within " {duration(p95)}</small></dd></div> })}
                {time_after.map(|(median, p95)| view! { <div><dt>{if is_link { "Time between" } else { "Time to the next step" }}</dt><dd>{duration(median)}<small>"median; 95 % within " {duration(p95)}</small></dd></div> })}
                {handoff_share.map(|share| view! { <div><dt>"Changes department"</dt><dd>{percent(share)}</dd></div> })}
                {open_share.map(|share| view! { <div><dt>"With an open case"</dt><dd>{percent(share)}<small>"of these journeys, at that moment"</small></dd></div> })}
                {(repeats > 0).then(|| view! { <div><dt>"Immediate repeats folded in"</dt><dd>{count(repeats)}</dd></div> })}
            </dl>
            {looks.map(|(back, on, both)| view! {
                <p class="actions"><a class="button" href=back>"What came before"</a><a class="button" href=on>"What came after"</a><a class="button" href=both>"Both"</a></p>
            })}
            {(kind == NodeKind::Node && !is_link).then(|| view! { <OnTheSpot query=query.clone() label=here.clone() step/> })}
            {(kind == NodeKind::Node && !is_link).then(|| view! { <Neighbours title="Comes before" list=before departments=departments.clone() query=query.clone()/> <Neighbours title="Comes next" list=after departments=departments.clone() query=query.clone()/> })}
            <Customers journeys customers page pages query/>
        </aside>
    }
}

/// What can be done with a node where it stands: filters of its step, and rules of display.
#[component]
fn OnTheSpot(query: ExploreQuery, label: String, step: i32) -> impl IntoView {
    let plain = query.redrawn();
    let filtered = |there: bool| {
        let mut asked = plain.clone();
        asked.step_filters.push(StepFilter { step, node: label.clone(), there });
        format!("/journeys{}", asked.to_search())
    };
    let hidden = {
        let mut asked = plain.clone();
        asked.rules.push(Rule::Hide { node: label.clone() });
        format!("/journeys{}", asked.to_search())
    };
    let (only, not) = (filtered(true), filtered(false));
    let pairs = plain.pairs();
    view! {
        <details class="keep">
            <summary>"Filter, hide, rename or group"</summary>
            <p class="actions"><a class="button" href=only>"Only journeys here at this step"</a><a class="button" href=not>"Without them"</a><a class="button" href=hidden>"Hide the node"</a></p>
            <Form method="GET" action="/journeys" attr:class="form">
                {pairs.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <input type="hidden" name="call" value=label.clone()/>
                <label class="field"><span>"Call it"</span><input name="call_as" required maxlength="120" value=label/></label>
                <label class="field"><span>"Together with (optional)"</span><input name="call" list="nodes" placeholder="Another node"/></label>
                <button class="button" type="submit">"Apply"</button>
            </Form>
            <p class="help">"These change this view only, not the inventory, and can be undone above. Save the view to keep them."</p>
        </details>
    }
}

#[component]
fn Neighbours(
    title: &'static str,
    list: Vec<NeighbourView>,
    departments: Vec<Department>,
    query: ExploreQuery,
) -> impl IntoView {
    (!list.is_empty()).then(|| view! {
        <h3>{title}</h3>
        <ul class="neighbours">
            {list.into_iter().take(8).map(|one| {
                let colour = one.department.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
                let search = ExploreQuery { select: Some(one.id), select_to: None, page: 1, ..query.clone() }.to_search();
                view! {
                    <li>
                        <span class=format!("swatch {}", crate::components::owner::swatch(colour)) aria-hidden="true"></span>
                        <a href=format!("/journeys{search}")>{one.label}</a>
                        <span class="number">{count(one.journeys)} " · " {percent(one.share)}</span>
                    </li>
                }
            }).collect_view()}
        </ul>
    })
}
