//! What a touchpoint is, as a form.

use contract::inventory::{DELIVERIES, Named, STARTERS, TouchpointView};
use leptos::prelude::*;

use super::Actions;
use crate::components::escape::escaped;
use crate::components::post::Post;
use contract::format::money;

fn options(list: Vec<Named>, chosen: Option<String>, none: &'static str) -> impl IntoView {
    view! {
        <option value="">{none}</option>
        {list.into_iter().map(|one| { let selected = Some(&one.id) == chosen.as_ref(); view! { <option value=one.id selected=selected>{one.name}</option> } }).collect_view()}
    }
}

#[component]
pub fn Form(one: TouchpointView, actions: Actions) -> impl IntoView {
    let TouchpointView {
        id,
        version,
        name,
        description,
        stage_id,
        channel_id,
        department_id,
        delivery,
        started_by,
        contact,
        cost_per_contact,
        expectation,
        promise,
        stages,
        channels,
        departments,
        may_edit,
        ..
    } = one;
    let fixed = |list: &'static [(&'static str, &'static str)], chosen: String| {
        list.iter()
            .map(|(key, label)| view! { <option value=*key selected=*key == chosen>{*label}</option> })
            .collect_view()
    };
    view! {
        <Post to=actions.save class="form">
            <fieldset class="fields" disabled=!may_edit>
                <input type="hidden" name="form[id]" value=id/>
                <input type="hidden" name="form[version]" value=version.to_string()/>
                <label class="field"><span>"Name"</span><input name="form[name]" value=name required maxlength="120"/></label>
                <label class="field"><span>"Owner"</span><select name="form[department_id]">{options(departments, department_id, "No owner")}</select></label>
                <label class="field"><span>"Stage"</span><select name="form[stage_id]">{options(stages, stage_id, "No stage")}</select></label>
                <label class="field"><span>"Channel"</span><select name="form[channel_id]">{options(channels, channel_id, "No channel")}</select></label>
                <label class="field"><span>"Delivery"</span><select name="form[delivery]">{fixed(&DELIVERIES, delivery)}</select></label>
                <label class="field"><span>"Started by"</span><select name="form[started_by]">{fixed(&STARTERS, started_by)}</select></label>
                <label class="field"><span>"Cost per contact"</span><input name="form[cost_per_contact]" inputmode="decimal" value=cost_per_contact.map(money).unwrap_or_default()/></label>
                <label class="check"><input type="checkbox" name="form[contact]" value="1" checked=contact/>"Counts as an assisted contact"</label>
                <label class="field field-wide"><span>"Description"</span><textarea name="form[description]" rows="2" maxlength="10000" inner_html=escaped(&description)></textarea></label>
                <label class="field field-half"><span>"What the customer expects"</span><textarea name="form[expectation]" rows="2" maxlength="10000" inner_html=escaped(&expectation)></textarea></label>
                <label class="field field-half"><span>"What is promised"</span><textarea name="form[promise]" rows="2" maxlength="10000" inner_html=escaped(&promise)></textarea></label>
            </fieldset>
            {may_edit.then(|| view! { <p class="actions"><button class="button button-main" type="submit" disabled=move || actions.save.pending()>"Save"</button></p> })}
        </Post>
    }
}
