//! Activities without a rule, by volume, and "map to…" in one gesture.

use contract::inventory::{Unmapped, UnmappedRow};
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{InventoryTabs, Page};
use crate::api::inventory::{DeleteRule, MapActivity, unmapped};
use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, counted, percent};

/// The list of activities without a rule.
#[component]
pub fn UnmappedPage() -> impl IntoView {
    let map = Submission::to::<MapActivity>();
    let undo = Submission::to::<DeleteRule>();
    view! {
        <Title text="Activities without a rule"/>
        <Toast of=map text="Mapped. Every journey shows it from now on.">
            <Post to=undo>
                <input type="hidden" name="id" value=move || map.answer()/>
                <input type="hidden" name="version" value="1"/>
                <button class="button" type="submit">"Undo"</button>
            </Post>
        </Toast>
        <Toast of=undo text="Undone. The activity is without a rule again."/>
        <Refusal of=map/>
        <Refusal of=undo/>
        {loaded(move || (map.done(), undo.done()), |_| unmapped(), move |unmapped| view! { <Inside unmapped map/> }.into_any())}
    }
}

#[component]
fn Inside(unmapped: Unmapped, map: Submission) -> impl IntoView {
    let Unmapped { rows, events, all_events, touchpoints, departments, may_map } = unmapped;
    let none = rows.is_empty();
    let colour = |name: &str| departments.iter().find(|one| one.name == name).map(|one| one.position);
    let touchpoints = touchpoints
        .into_iter()
        .map(|(_, name, department)| {
            let colour = colour(&department);
            Suggestion::of(name, department, colour)
        })
        .collect();
    let touchpoints = Suggestions::new("touchpoints", touchpoints);
    let departments = StoredValue::new(departments);
    view! {
        <header class="page-head">
            <h1>"Activities without a rule"</h1>
            <p class="page-sub">{format!("{}, {} of {} events ({})", counted(rows.len() as u64, "activity", "activities"), count(events), count(all_events), percent(events as f64 / all_events.max(1) as f64))}</p>
        </header>
        <InventoryTabs page=Page::Unmapped unmapped=Some(rows.len() as u64)/>
        {if none {
            if all_events == 0 {
                view! { <Empty title="No events yet"><p>"Import a log: its activities are listed here until a rule says where they belong."</p><p><a class="button button-main" href="/sources">"Import a log"</a></p></Empty> }.into_any()
            } else {
                view! { <Empty title="Every event belongs to a touchpoint"><p><a class="button" href="/inventory">"Back to the inventory"</a></p></Empty> }.into_any()
            }
        } else {
            view! {
                <p class="help">"Type to search the touchpoints, or type the name of a new one. The rule that is made matches this activity of this source exactly; it can be refined on the touchpoint's page."</p>
                <Datalist list=touchpoints/>
                <div class="table-box" tabindex="0" role="region" aria-label="Activities without a rule">
                    <table class="table">
                        <thead><tr><th>"Activity"</th><th>"Source"</th><th class="number">"Events"</th><th class="number">"Customers"</th><th>"Map to"</th></tr></thead>
                        <tbody>{rows.into_iter().enumerate().map(|(place, row)| view! { <Line row map place touchpoints departments may_map/> }).collect_view()}</tbody>
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
    place: usize,
    touchpoints: Suggestions,
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
                        <Combobox list=touchpoints name="touchpoint" id=format!("touchpoint-{place}") label=format!("Touchpoint for {what}") placeholder="New, of the same name"/>
                        <select name="department_id" aria-label=format!("Owner, if {what} becomes a new touchpoint")>
                            <option value="">"Owner, if new"</option>
                            {departments.with_value(|all| all.iter().map(|one| view! { <option value=one.id.clone()>{one.name.clone()}</option> }).collect_view())}
                        </select>
                        <button class="button" type="submit">"Map"</button>
                    </Post>
                })}
            </td>
        </tr>
    }
}
