//! The KPIs of a touchpoint, and how far their owners control them here.

use contract::inventory::{CONTROLS, LinkRow, TouchpointView};
use leptos::prelude::*;

use super::Actions;
use crate::components::owner::Owner;
use crate::components::post::Post;
use crate::pages::inventory::kpi::Control;

#[component]
pub fn Links(of: TouchpointView, actions: Actions) -> impl IntoView {
    let TouchpointView { id, links, kpis, .. } = of;
    let none = links.is_empty();
    view! {
        {none.then(|| view! { <p class="help">"No KPI is linked to this touchpoint: nobody measures how well it goes."</p> })}
        <ul class="links">
            {links.into_iter().map(|link| {
                let LinkRow { id, version, kpi_id, kpi, owner, colour, control, reason, may_change, .. } = link;
                view! {
                    <li>
                        <a href=format!("/inventory/kpis/{kpi_id}")>{kpi}</a>
                        <Owner name=owner colour/>
                        <Control control/>
                        <span class="links-reason">{reason}</span>
                        {may_change.then(|| view! {
                            <Post to=actions.delete_link>
                                <input type="hidden" name="id" value=id/>
                                <input type="hidden" name="version" value=version.to_string()/>
                                <button class="button button-quiet" type="submit">"Remove"</button>
                            </Post>
                        })}
                    </li>
                }
            }).collect_view()}
        </ul>
        {(!kpis.is_empty()).then(|| view! {
            <Post to=actions.save_link class="inline-form" reset=()>
                <input type="hidden" name="form[id]" value=""/>
                <input type="hidden" name="form[version]" value="0"/>
                <input type="hidden" name="form[touchpoint]" value=id/>
                <select name="form[kpi]" required aria-label="KPI">
                    <option value="">"KPI\u{2026}"</option>
                    {kpis.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}
                </select>
                <select name="form[control]" aria-label="How far its owner controls it here">
                    {CONTROLS.into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}
                </select>
                <input name="form[reason]" maxlength="1000" placeholder="Why" aria-label="Why"/>
                <button class="button" type="submit">"Link"</button>
            </Post>
        })}
    }
}
