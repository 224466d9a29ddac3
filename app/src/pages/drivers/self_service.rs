//! What customers do by themselves, and whether that was enough.

use contract::drivers::SelfServiceRow;
use contract::journeys::Department;
use leptos::prelude::*;

use crate::components::help::Help;
use crate::components::owner::{Owner, owner_of};
use contract::format::{count, percent};

/// Rows shown before the rest is folded away.
const SHOWN: usize = 10;

/// Visits and their containment.
#[component]
pub fn SelfService(rows: Vec<SelfServiceRow>, departments: Vec<Department>) -> impl IntoView {
    (!rows.is_empty()).then(move || {
        let more = rows.len().saturating_sub(SHOWN);
        view! {
            <section class="section" aria-labelledby="self-title">
                <h2 id="self-title">"Self-service " <Help id="help-self" term="Containment">"A visit is contained where no contact comes within 24 hours after it. Events of one touchpoint less than half an hour apart are one visit."</Help></h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Self-service">
                    <table class="table">
                        <thead><tr><th>"Touchpoint"</th><th>"Department"</th><th class="number">"Visits"</th><th class="number">"Contained"</th><th class="number">"Followed by a contact"</th></tr></thead>
                        <tbody>
                            {rows.into_iter().take(SHOWN).map(|SelfServiceRow { name, touchpoint_id, department, visits, contained }| {
                                let (owner, colour) = owner_of(&departments, department);
                                view! {
                                    <tr>
                                        <th scope="row"><a href=format!("/inventory/{touchpoint_id}")>{name}</a></th>
                                        <td><Owner name=owner colour/></td>
                                        <td class="number">{count(visits)}</td>
                                        <td class="number">{percent(contained as f64 / visits.max(1) as f64)}</td>
                                        <td class="number">{count(visits - contained)}</td>
                                    </tr>
                                }
                            }).collect_view()}
                        </tbody>
                    </table>
                </div>
                {(more > 0).then(|| view! { <p class="caption">{format!("{more} more with fewer visits.")}</p> })}
            </section>
        }
    })
}
