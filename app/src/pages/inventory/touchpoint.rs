//! One touchpoint: what it is, what can be experienced there, and the rules that recognise it.

use contract::inventory::{DELIVERIES, ExperienceView, MATCHES, Named, RuleView, STARTERS, TouchpointView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::inventory::{
    DeleteExperience, DeleteRule, DeleteTouchpoint, MoveRule, SaveExperience, SaveRule, SaveTouchpoint,
    touchpoint,
};
use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions};
use crate::components::confirm::Confirm;
use crate::components::escape::escaped;
use crate::components::format::{count, counted, instant, money, percent};
use crate::components::loaded::loaded;
use crate::components::post::{Post, Refusal, Submission, Toast};

#[derive(Clone, Copy)]
struct Actions {
    save: Submission,
    delete: Submission,
    save_rule: Submission,
    delete_rule: Submission,
    move_rule: Submission,
    save_experience: Submission,
    delete_experience: Submission,
}

/// The touchpoint page, or the form of a new one.
#[component]
pub fn TouchpointPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let actions = Actions {
        save: Submission::to::<SaveTouchpoint>(),
        delete: Submission::to::<DeleteTouchpoint>(),
        save_rule: Submission::to::<SaveRule>(),
        delete_rule: Submission::to::<DeleteRule>(),
        move_rule: Submission::to::<MoveRule>(),
        save_experience: Submission::to::<SaveExperience>(),
        delete_experience: Submission::to::<DeleteExperience>(),
    };
    let version = move || {
        let Actions { save, delete: _, save_rule, delete_rule, move_rule, save_experience, delete_experience } =
            actions;
        (
            save.done() + save_rule.done() + delete_rule.done(),
            move_rule.done() + save_experience.done() + delete_experience.done(),
        )
    };
    view! {
        <Toast of=actions.save text="Saved."/>
        <Toast of=actions.save_rule text="The rule is saved. Every journey follows it from now on."/>
        <Toast of=actions.save_experience text="The experience is added."/>
        <Toast of=actions.delete_rule text="The rule is removed."/>
        <Toast of=actions.delete_experience text="The experience is removed."/>
        <Refusal of=actions.save/>
        <Refusal of=actions.delete/>
        <Refusal of=actions.save_rule/>
        <Refusal of=actions.delete_rule/>
        <Refusal of=actions.move_rule/>
        <Refusal of=actions.save_experience/>
        <Refusal of=actions.delete_experience/>
        {loaded(move || (id(), version()), |(id, _)| touchpoint(id), move |touchpoint| view! { <Inside touchpoint actions/> }.into_any())}
    }
}

#[component]
fn Inside(touchpoint: TouchpointView, actions: Actions) -> impl IntoView {
    let one = touchpoint.clone();
    let fresh = one.id.is_empty();
    let title = if fresh { "New touchpoint".to_owned() } else { one.name.clone() };
    let TouchpointView { id, version, experiences, rules, changes, may_edit, events, name, .. } = touchpoint;
    let lists = StoredValue::new(one.clone());
    let mut names: Vec<String> = one.activities.iter().map(|(_, name)| name.clone()).collect();
    names.sort();
    names.dedup();
    let activities = Suggestions::new("activities", names.into_iter().map(Suggestion::plain).collect());
    view! {
        <Title text=title.clone()/>
        <header class="page-head">
            <p class="crumb"><a href="/inventory">"Inventory"</a></p>
            <h1>{title}</h1>
            <p class="page-sub">{events.map(|events| format!("{} events", count(events)))}</p>
            <div class="page-actions">
                {(!fresh && events.is_some_and(|events| events > 0)).then(|| view! {
                    <a class="button" href=format!("/journeys?direction=both&anchor={}", contract::journeys::encode(&name))>"See journeys through it"</a>
                })}
            </div>
        </header>
        <Form one may_edit actions/>
        {(!fresh).then(|| view! {
            <section class="section">
                <h2>"Experiences"</h2>
                <p class="help">"The different things that a customer can live through here, from worst to best."</p>
                <Experiences id=id.clone() experiences=experiences.clone() events may_edit actions/>
            </section>
            <section class="section">
                <h2>"Mapping rules"</h2>
                <p class="help">"Which events belong here. Rules are tried in their order over the whole inventory; the first that matches wins."</p>
                <Rules id=id.clone() rules experiences lists activities may_edit actions/>
            </section>
            <section class="section">
                <h2>"History"</h2>
                {changes.is_empty().then(|| view! { <p class="help">"No change yet."</p> })}
                <ul class="history">
                    {changes.into_iter().map(|change| view! { <li><span class="history-when">{instant(change.at)} " UTC"</span> <strong>{change.by}</strong> " " {change.action} " " {change.details.join("; ")}</li> }).collect_view()}
                </ul>
            </section>
            {may_edit.then(|| view! {
                <details class="danger">
                    <summary>"Remove this touchpoint"</summary>
                    <p>"Its experiences and rules go with it; its events become unmapped."</p>
                    <Post to=actions.delete>
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <button class="button button-danger" type="submit">"Remove"</button>
                    </Post>
                </details>
            })}
        })}
    }
}

/// An emotion with its sign: -2 to +2.
fn signed(emotion: i32) -> String {
    if emotion == 0 { "0".to_owned() } else { format!("{emotion:+}") }
}

fn options(list: Vec<Named>, chosen: Option<String>, none: &'static str) -> impl IntoView {
    view! {
        <option value="">{none}</option>
        {list.into_iter().map(|one| { let selected = Some(&one.id) == chosen.as_ref(); view! { <option value=one.id selected=selected>{one.name}</option> } }).collect_view()}
    }
}

#[component]
fn Form(one: TouchpointView, may_edit: bool, actions: Actions) -> impl IntoView {
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
        stages,
        channels,
        departments,
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
            </fieldset>
            {may_edit.then(|| view! { <p class="actions"><button class="button button-main" type="submit" disabled=move || actions.save.pending()>"Save"</button></p> })}
        </Post>
    }
}

#[component]
fn Experiences(
    id: String,
    experiences: Vec<ExperienceView>,
    events: Option<u64>,
    may_edit: bool,
    actions: Actions,
) -> impl IntoView {
    let all = events.unwrap_or(0);
    let mut experiences = experiences;
    experiences.sort_by_key(|one| one.emotion);
    view! {
        <ul class="experiences">
            {experiences.into_iter().map(|one| {
                let ExperienceView { id, name, emotion, failure, events, version } = one;
                view! {
                    <li>
                        <span class=format!("emotion emotion-{emotion}")>{signed(emotion)}</span>
                        <strong>{name}</strong>
                        {failure.then(|| view! { <span class="badge badge-bad">"failure"</span> })}
                        <span class="number">{events.map(|events| format!("{} events, {} of this touchpoint's", count(events), percent(events as f64 / all.max(1) as f64)))}</span>
                        {may_edit.then(|| view! {
                            <Confirm word="Remove" effect="The experience goes, and its rules with it. Their events stay; other rules may recognise them, or none.">
                                <Post to=actions.delete_experience>
                                    <input type="hidden" name="id" value=id/>
                                    <input type="hidden" name="version" value=version.to_string()/>
                                    <button class="button button-danger" type="submit">"Remove the experience"</button>
                                </Post>
                            </Confirm>
                        })}
                    </li>
                }
            }).collect_view()}
        </ul>
        {may_edit.then(|| view! {
            <Post to=actions.save_experience class="inline-form">
                <input type="hidden" name="form[id]" value=""/>
                <input type="hidden" name="form[version]" value="0"/>
                <input type="hidden" name="form[touchpoint_id]" value=id/>
                <input name="form[name]" required maxlength="120" placeholder="New experience" aria-label="Name of a new experience"/>
                <select name="form[emotion]" aria-label="Emotion, from -2 to 2">
                    {(-2..=2).map(|value: i32| view! { <option value=value.to_string() selected=value == 0>{signed(value)}</option> }).collect_view()}
                </select>
                <label class="check"><input type="checkbox" name="form[failure]" value="1"/>"Failure"</label>
                <button class="button" type="submit">"Add"</button>
            </Post>
        })}
    }
}

#[component]
fn RuleForm(
    rule: Option<RuleView>,
    touchpoint: String,
    experiences: Vec<ExperienceView>,
    lists: StoredValue<TouchpointView>,
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
    view! {
        <Post to=actions.save_rule class="inline-form rule-form">
            <input type="hidden" name="form[id]" value=rule.id/>
            <input type="hidden" name="form[version]" value=rule.version.to_string()/>
            <input type="hidden" name="form[touchpoint_id]" value=touchpoint/>
            <select name="form[source]" aria-label="Source">
                <option value="">"Any source"</option>
                {lists.with_value(|one| one.sources.iter().map(|name| view! { <option value=name.clone() selected=*name == rule.source>{name.clone()}</option> }).collect_view())}
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
            <button class="button" type="submit">{if known { "Save" } else { "Add rule" }}</button>
        </Post>
    }
}

#[component]
fn Rules(
    id: String,
    rules: Vec<RuleView>,
    experiences: Vec<ExperienceView>,
    lists: StoredValue<TouchpointView>,
    activities: Suggestions,
    may_edit: bool,
    actions: Actions,
) -> impl IntoView {
    let none = rules.is_empty();
    view! {
        <Datalist list=activities/>
        {none.then(|| view! { <p class="help">"No rule yet: no event is recognised here."</p> })}
        <ol class="rules">
            {rules.into_iter().map(|rule| {
                let (rule_id, moved, events) = (rule.id.clone(), rule.id.clone(), rule.events);
                let (position, version) = (rule.position, rule.version);
                let line = format!("{} {} \u{201c}{}\u{201d}", if rule.source.is_empty() { "any source" } else { &rule.source }, MATCHES.iter().find(|(key, _)| *key == rule.matching).map_or("", |(_, label)| label), rule.activity);
                view! {
                    <li>
                        <span class="rule-place" title="Place in the order of all rules">{position}</span>
                        {if may_edit {
                            view! { <RuleForm rule=Some(rule) touchpoint=id.clone() experiences=experiences.clone() lists activities actions/> }.into_any()
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
            }).collect_view()}
        </ol>
        {may_edit.then(|| view! { <RuleForm rule=None touchpoint=id experiences lists activities actions/> })}
    }
}
