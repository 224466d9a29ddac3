//! The mapping rules of a touchpoint, each with a trial: what it would recognise, as it is written.

use contract::inventory::{
    ExperienceView, MATCHES, RuleExample, RuleInput, RuleTrial, RuleView, TouchpointView,
};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Actions;
use crate::api::AppError;
use crate::api::inventory::try_rule;
use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions};
use crate::components::confirm::Confirm;
use crate::components::notice::Problem;
use crate::components::post::Post;
use contract::format::{count, counted, instant};

#[component]
pub fn Rules(of: TouchpointView, actions: Actions, at: &'static str) -> impl IntoView {
    let TouchpointView { id, rules, experiences, activities, sources, may_edit, .. } = of;
    let none = rules.is_empty();
    let mut names: Vec<String> = activities.into_iter().map(|(_, name)| name).collect();
    names.sort();
    names.dedup();
    let list = if at == "page" { "activities" } else { "activities-panel" };
    let activities = Suggestions::new(list, names.into_iter().map(Suggestion::plain).collect());
    let sources = StoredValue::new(sources);
    view! {
        <Datalist list=activities/>
        {none.then(|| view! { <p class="help">"No rule yet: no event is recognised here."</p> })}
        <ol class="rules">
            {rules.into_iter().map(|rule| view! { <Line touchpoint=id.clone() rule experiences=experiences.clone() sources activities may_edit actions/> }).collect_view()}
        </ol>
        {may_edit.then(|| view! { <RuleForm rule=None touchpoint=id experiences sources activities actions/> })}
    }
}

#[component]
fn Line(
    touchpoint: String,
    rule: RuleView,
    experiences: Vec<ExperienceView>,
    sources: StoredValue<Vec<String>>,
    activities: Suggestions,
    may_edit: bool,
    actions: Actions,
) -> impl IntoView {
    let (rule_id, moved, events) = (rule.id.clone(), rule.id.clone(), rule.events);
    let (position, version) = (rule.position, rule.version);
    let source = if rule.source.is_empty() { "any source" } else { &rule.source };
    let matching = MATCHES.iter().find(|(key, _)| *key == rule.matching).map_or("", |(_, label)| label);
    let line = format!("{source} {matching} \u{201c}{}\u{201d}", rule.activity);
    view! {
        <li>
            <span class="rule-place" title="Place in the order of all rules">{position}</span>
            {if may_edit {
                view! { <RuleForm rule=Some(rule) touchpoint experiences sources activities actions/> }.into_any()
            } else {
                view! { <span>{line} {(!rule.condition.is_empty()).then(|| format!(" where {}", rule.condition))} {rule.experience.map(|name| format!(": {name}"))}</span> }.into_any()
            }}
            <span class="number">{events.map(|events| format!("{} events", count(events)))}</span>
            {may_edit.then(|| view! {
                <Post to=actions.move_rule>
                    <input type="hidden" name="id" value=moved/>
                    <input type="hidden" name="version" value=version.to_string()/>
                    <button class="button button-quiet" type="submit" name="first" value="true">"Try first"</button>
                </Post>
                <Confirm word="Remove" effect=events.map_or_else(|| "The rule goes.".to_owned(), |events| format!("The rule goes. {} that it recognises fall to the next rule, or to none.", counted(events, "event", "events")))>
                    <Post to=actions.delete_rule>
                        <input type="hidden" name="id" value=rule_id/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <button class="button button-danger" type="submit">"Remove the rule"</button>
                    </Post>
                </Confirm>
            })}
        </li>
    }
}

#[component]
fn RuleForm(
    rule: Option<RuleView>,
    touchpoint: String,
    experiences: Vec<ExperienceView>,
    sources: StoredValue<Vec<String>>,
    activities: Suggestions,
    actions: Actions,
) -> impl IntoView {
    let known = rule.is_some();
    let field = format!("activity-{}", rule.as_ref().map_or("new", |rule| rule.id.as_str()));
    let rule = rule.unwrap_or(RuleView {
        id: String::new(),
        position: 0,
        source: String::new(),
        matching: "exact".into(),
        activity: String::new(),
        condition: String::new(),
        experience_id: None,
        experience: None,
        events: None,
        version: 0,
    });
    // A source that has no events yet, or no longer, stays what the rule says.
    let mut offered = sources.get_value();
    if !rule.source.is_empty() && !offered.contains(&rule.source) {
        offered.push(rule.source.clone());
    }
    let place = NodeRef::<html::Div>::new();
    let trial = RwSignal::new(None::<Result<RuleTrial, AppError>>);
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let test = move |_| {
        let Some(form) = place.get_untracked().and_then(|place| place.query_selector("form").ok().flatten())
        else {
            return;
        };
        let value = |name: &str| -> String {
            let field = form.query_selector(&format!("[name=\"form[{name}]\"]")).ok().flatten();
            field.map(|field| event_value(&field)).unwrap_or_default()
        };
        let input = RuleInput {
            id: value("id"),
            version: value("version").parse().unwrap_or(0),
            touchpoint_id: value("touchpoint_id"),
            source: value("source"),
            matching: value("matching"),
            activity: value("activity"),
            condition: value("condition"),
            experience_id: value("experience_id"),
        };
        spawn_local(async move {
            let answer = try_rule(input).await;
            trial.try_set(Some(answer));
        });
    };
    view! {
        <div class="rule-box" node_ref=place>
            <Post to=actions.save_rule class="inline-form rule-form">
                <input type="hidden" name="form[id]" value=rule.id/>
                <input type="hidden" name="form[version]" value=rule.version.to_string()/>
                <input type="hidden" name="form[touchpoint_id]" value=touchpoint/>
                <select name="form[source]" aria-label="Source">
                    <option value="">"Any source"</option>
                    {offered.into_iter().map(|name| { let selected = name == rule.source; view! { <option value=name.clone() selected=selected>{name.clone()}</option> } }).collect_view()}
                </select>
                <select name="form[matching]" aria-label="How the activity is compared">
                    {MATCHES.into_iter().map(|(key, label)| view! { <option value=key selected=key == rule.matching>{label}</option> }).collect_view()}
                </select>
                <Combobox list=activities name="form[activity]" id=field value=rule.activity required=true placeholder="Activity" label="Activity"/>
                <input name="form[condition]" value=rule.condition placeholder="attribute=value" aria-label="Condition on attributes"/>
                <select name="form[experience_id]" aria-label="Experience">
                    <option value="">"No experience"</option>
                    {experiences.into_iter().map(|one| { let selected = Some(&one.id) == rule.experience_id.as_ref(); view! { <option value=one.id selected=selected>{one.name}</option> } }).collect_view()}
                </select>
                <span class="rule-buttons">
                    {move || live.get().then(|| view! { <button class="button button-quiet" type="button" on:click=test>"Test"</button> })}
                    <button class="button" type="submit">{if known { "Save" } else { "Add rule" }}</button>
                </span>
            </Post>
            <div role="status" aria-live="polite">
                {move || trial.get().map(|answer| match answer {
                    Ok(trial) => view! { <Trial trial/> }.into_any(),
                    Err(error) => view! { <Problem error/> }.into_any(),
                })}
            </div>
        </div>
    }
}

/// The value of a field or a list.
fn event_value(field: &web_sys::Element) -> String {
    use wasm_bindgen::JsCast as _;
    if let Some(field) = field.dyn_ref::<web_sys::HtmlInputElement>() {
        return field.value();
    }
    field.dyn_ref::<web_sys::HtmlSelectElement>().map(web_sys::HtmlSelectElement::value).unwrap_or_default()
}

#[component]
fn Trial(trial: RuleTrial) -> impl IntoView {
    let RuleTrial { recent, all, taken, examples } = trial;
    view! {
        <div class="trial">
            <p>
                <strong>{format!("It matches {} of the last 30 days", counted(recent, "event", "events"))}</strong>
                {format!(", {} in all.", count(all))}
                {(taken > 0).then(|| format!(" An earlier rule takes {} of them.", count(taken)))}
            </p>
            {(!examples.is_empty()).then(|| view! {
                <ul class="trial-list">
                    {examples.into_iter().map(|RuleExample { at, source, activity, attributes }| view! {
                        <li><time>{instant(at)} " UTC"</time> " " {source} ": " <strong>{activity}</strong> " " <small>{attributes.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")}</small></li>
                    }).collect_view()}
                </ul>
            })}
        </div>
    }
}
