//! Actions: their list, the form of one, and what became of the contacts that they target.

use contract::reviews::{ActionChoices, ActionInput, ActionRow, ActionState, EffectView};
use leptos::prelude::*;

use crate::components::help::Help;
use crate::components::owner::Owner;
use crate::components::post::{Post, Submission};
use contract::format::rounded;

/// The list, each with its form folded away for those who may change it.
#[component]
pub fn Actions(
    rows: Vec<ActionRow>,
    choices: ActionChoices,
    save: Submission,
    review: String,
) -> impl IntoView {
    view! {
        <ul class="action-list">
            {rows.into_iter().map(|row| view! { <Action row choices=choices.clone() save in_review=!review.is_empty()/> }).collect_view()}
        </ul>
    }
}

#[component]
fn Action(row: ActionRow, choices: ActionChoices, save: Submission, in_review: bool) -> impl IntoView {
    let ActionRow {
        id,
        version,
        title,
        department,
        colour,
        person,
        due,
        overdue,
        state,
        target,
        touchpoint_id,
        started,
        effect,
        review,
        may_change,
    } = row;
    let given = ActionInput {
        id,
        version,
        review: review.clone().map(|(id, _)| id).unwrap_or_default(),
        title: title.clone(),
        department: department.clone().unwrap_or_default(),
        person: person.clone(),
        due: due.clone().unwrap_or_default(),
        state: state.key().to_owned(),
        target: target.clone(),
        started: started.clone().unwrap_or_default(),
    };
    view! {
        <li class="action-row">
            <div>
                <h3>{title}</h3>
                <p><Owner name=department colour/> {(!person.is_empty()).then(|| view! { <span class="soft">{person}</span> })}</p>
            </div>
            <div>
                <p><span class=format!("badge badge-{}", state.key())>{state.label()}</span> {due.map(|day| view! { <span class:overdue=overdue>{if overdue { format!("was due {day}") } else { format!("due {day}") }}</span> })}</p>
                {(!target.is_empty()).then(|| view! { <p class="soft"><span>"Targets " {match touchpoint_id { Some(id) => view! { <a href=format!("/inventory/{id}")>{target}</a> }.into_any(), None => target.into_any() }} {started.map(|day| format!(", since {day}"))}</span></p> })}
                {review.filter(|_| !in_review).map(|(id, title)| view! { <p class="soft">"From " <a href=format!("/reviews/{id}")>{title}</a></p> })}
            </div>
            <div>{effect.map(|effect| view! { <Effect effect/> })}</div>
            {may_change.then(|| view! {
                <details class="fold action-change">
                    <summary>"Change"</summary>
                    <ActionForm given choices save/>
                </details>
            })}
        </li>
    }
}

/// What became of the targeted contacts, or that it is too early to say.
#[component]
fn Effect(effect: EffectView) -> impl IntoView {
    match effect {
        EffectView::TooEarly { before, after } => view! {
            <p class="soft">{format!("Too early for an effect: {before} whole weeks before and {after} after, of 8 each.")}</p>
        }
        .into_any(),
        EffectView::NoContacts => view! {
            <p class="soft">"No contact is shared out to what it targets: there is nothing to measure."</p>
        }
        .into_any(),
        EffectView::Measured { before, change: (value, low, high), others, level, slope } => {
            let sure = high < 0.0 || low > 0.0;
            let words = match (sure, value < 0.0) {
                (false, _) => "No change that is sure",
                (true, true) => "Fewer contacts",
                (true, false) => "More contacts",
            };
            view! {
                <p><strong>{words}</strong> {format!(": {} a week against the trend before ({} to {}), of {} a week.", rounded(value), rounded(low), rounded(high), rounded(before))}</p>
                <p class="soft">{format!("As a step at its start: {} ({} to {}); as a change of the trend: {} a week each week ({} to {}).", rounded(level.0), rounded(level.1), rounded(level.2), rounded(slope.0), rounded(slope.1), rounded(slope.2))}</p>
                <p class="soft">{format!("All other contacts: {} a week ({} to {}).", rounded(others.0), rounded(others.1), rounded(others.2))}</p>
            }
            .into_any()
        }
    }
}

/// The fields of an action.
#[component]
pub fn ActionForm(given: ActionInput, choices: ActionChoices, save: Submission) -> impl IntoView {
    let ActionInput { id, version, review, title, department, person, due, state, target, started } = given;
    let ActionChoices { departments, targets, today: _ } = choices;
    let new = id.is_empty();
    view! {
        <Post to=save class="form action-form">
            <input type="hidden" name="form[id]" value=id/>
            <input type="hidden" name="form[version]" value=version.to_string()/>
            <input type="hidden" name="form[review]" value=review/>
            <label class="field field-wide"><span>"What is to be done"</span><input name="form[title]" required maxlength="200" value=title/></label>
            <label class="field">
                <span>"Department"</span>
                <select name="form[department]" required>
                    {(department.is_empty() && departments.len() > 1).then(|| view! { <option value="">"Choose"</option> })}
                    {departments.into_iter().map(|name| { let here = name == department; view! { <option value=name.clone() selected=here>{name.clone()}</option> } }).collect_view()}
                </select>
            </label>
            <label class="field"><span>"Person"</span><input name="form[person]" maxlength="200" value=person/></label>
            <label class="field"><span>"Due"</span><input type="date" name="form[due]" value=due/></label>
            <label class="field">
                <span>"State"</span>
                <select name="form[state]">
                    {ActionState::ALL.map(|one| view! { <option value=one.key() selected=one.key() == state>{one.label()}</option> }).collect_view()}
                </select>
            </label>
            <label class="field">
                <span>"Targets contacts after"</span>
                <select name="form[target]">
                    <option value="">"Nothing in particular"</option>
                    {(!target.is_empty() && !targets.contains(&target)).then(|| view! { <option value=target.clone() selected=true>{format!("{target} (removed)")}</option> })}
                    {targets.into_iter().map(|name| { let here = name == target; view! { <option value=name.clone() selected=here>{name.clone()}</option> } }).collect_view()}
                </select>
            </label>
            <label class="field"><span>"Took effect on"</span><input type="date" name="form[started]" value=started/></label>
            <p class="actions"><button class="button button-main" type="submit">{if new { "Add the action" } else { "Save" }}</button> {new.then(|| view! { <Help id="help-effect" term="Took effect on">"The day from which customers meet the change. From eight whole weeks before and after it on, its effect is measured: weekly contacts as level and trend before and after, beside all other contacts."</Help> })}</p>
        </Post>
    }
}
