//! Activities without a rule, by volume, and "map to…" in one gesture.

use contract::inventory::{Unmapped, UnmappedRow};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::inventory::{DeleteRule, MapActivity, unmapped};
use crate::api::wire::load;
use crate::components::format::{count, percent};
use crate::components::notice::{Empty, Loading, Problem};
use crate::components::post::{Post, Refusal, Submission, Toast};

/// The list of activities without a rule.
#[component]
pub fn UnmappedPage() -> impl IntoView {
    let map = Submission::to::<MapActivity>();
    let undo = Submission::to::<DeleteRule>();
    let found = load(move || (map.done(), undo.done()), |_| unmapped());
    view! {
        <Title text="Activities without a rule"/>
        <Toast of=map text="Mapped. Every journey shows it from now on.">
            <Post to=undo>
                <input type="hidden" name="id" value=move || map.answer()/>
                <button class="button" type="submit">"Undo"</button>
            </Post>
        </Toast>
        <Toast of=undo text="Undone. The activity is without a rule again."/>
        <Refusal of=map/>
        <Refusal of=undo/>
        <Transition fallback=|| view! { <Loading/> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(unmapped) => view! { <Inside unmapped map/> }.into_any(),
                    Err(error) => view! { <Problem error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Inside(unmapped: Unmapped, map: Submission) -> impl IntoView {
    let Unmapped { rows, events, all_events, touchpoints, departments, may_map } = unmapped;
    let none = rows.is_empty();
    let touchpoints = StoredValue::new(touchpoints);
    let departments = StoredValue::new(departments);
    view! {
        <header class="page-head">
            <h1>"Activities without a rule"</h1>
            <p class="page-sub">{format!("{} activities, {} of {} events ({})", rows.len(), count(events), count(all_events), percent(events as f64 / all_events.max(1) as f64))}</p>
        </header>
        {if none {
            view! { <Empty title="Every event belongs to a touchpoint"><p><a class="button" href="/inventory">"Back to the inventory"</a></p></Empty> }.into_any()
        } else {
            view! {
                <div class="table-box" tabindex="0" role="region" aria-label="Activities without a rule">
                    <table class="table">
                        <thead><tr><th>"Activity"</th><th>"Source"</th><th class="number">"Events"</th><th class="number">"Customers"</th><th>"Map to"</th></tr></thead>
                        <tbody>{rows.into_iter().map(|row| view! { <Line row map touchpoints departments may_map/> }).collect_view()}</tbody>
                    </table>
                </div>
            }.into_any()
        }}
    }
}

#[component]
fn Line(
    row: UnmappedRow,
    map: Submission,
    touchpoints: StoredValue<Vec<(String, String, String)>>,
    departments: StoredValue<Vec<contract::inventory::Named>>,
    may_map: bool,
) -> impl IntoView {
    let UnmappedRow { source, activity, events, customers } = row;
    let what = activity.clone();
    view! {
        <tr>
            <th scope="row">{activity.clone()}</th>
            <td>{source.clone()}</td>
            <td class="number">{count(events)}</td>
            <td class="number">{count(customers)}</td>
            <td>
                {may_map.then(|| view! {
                    <Post to=map class="inline-form">
                        <input type="hidden" name="source" value=source/>
                        <input type="hidden" name="activity" value=activity/>
                        <select name="touchpoint_id" aria-label=format!("Touchpoint for {what}")>
                            <option value="">"New touchpoint of the same name"</option>
                            {touchpoints.with_value(|all| all.iter().map(|(id, name, department)| view! { <option value=id.clone()>{format!("{name} ({department})")}</option> }).collect_view())}
                        </select>
                        <select name="department_id" aria-label=format!("Owner, if {what} becomes a new touchpoint")>
                            <option value="">"Owner of a new one…"</option>
                            {departments.with_value(|all| all.iter().map(|one| view! { <option value=one.id.clone()>{one.name.clone()}</option> }).collect_view())}
                        </select>
                        <button class="button" type="submit">"Map"</button>
                    </Post>
                })}
            </td>
        </tr>
    }
}
