//! One touchpoint: what it is, what happens there, who measures it, what people say about it. As a page of its own, and
//! beside the grid.

mod around;
mod experiences;
mod form;
mod history;
mod links;
mod rules;
mod talk;

use contract::inventory::TouchpointView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::inventory::{
    AddSample, Comment, Decide, DeleteComment, DeleteExperience, DeleteRule, DeleteSample, DeleteTouchpoint,
    LookAt, MoveRule, Propose, Restore, SaveExperience, SaveRule, SaveTouchpoint, Withdraw, touchpoint,
};
use crate::api::kpis::{DeleteLink, SaveLink};
use crate::components::loaded::loaded;
use crate::components::post::{Post, Refusal, Submission, Toast};
use around::{Around, Figures};
use contract::format::{count, counted};
use experiences::Experiences;
use form::Form;
use history::History;
use links::Links;
use rules::Rules;
use talk::{Comments, Proposals};

pub use talk::Proposal;

/// All that can be sent from here.
#[derive(Clone, Copy)]
struct Actions {
    save: Submission,
    delete: Submission,
    save_rule: Submission,
    delete_rule: Submission,
    move_rule: Submission,
    save_experience: Submission,
    delete_experience: Submission,
    add_sample: Submission,
    delete_sample: Submission,
    save_link: Submission,
    delete_link: Submission,
    comment: Submission,
    delete_comment: Submission,
    propose: Submission,
    decide: Submission,
    withdraw: Submission,
    restore: Submission,
    look_at: Submission,
}

impl Actions {
    fn new() -> Self {
        Self {
            save: Submission::to::<SaveTouchpoint>(),
            delete: Submission::to::<DeleteTouchpoint>(),
            save_rule: Submission::to::<SaveRule>(),
            delete_rule: Submission::to::<DeleteRule>(),
            move_rule: Submission::to::<MoveRule>(),
            save_experience: Submission::to::<SaveExperience>(),
            delete_experience: Submission::to::<DeleteExperience>(),
            add_sample: Submission::to::<AddSample>(),
            delete_sample: Submission::to::<DeleteSample>(),
            save_link: Submission::to::<SaveLink>(),
            delete_link: Submission::to::<DeleteLink>(),
            comment: Submission::to::<Comment>(),
            delete_comment: Submission::to::<DeleteComment>(),
            propose: Submission::to::<Propose>(),
            decide: Submission::to::<Decide>(),
            withdraw: Submission::to::<Withdraw>(),
            restore: Submission::to::<Restore>(),
            look_at: Submission::to::<LookAt>(),
        }
    }

    fn all(self) -> [Submission; 18] {
        let Self {
            save,
            delete,
            save_rule,
            delete_rule,
            move_rule,
            save_experience,
            delete_experience,
            add_sample,
            delete_sample,
            save_link,
            delete_link,
            comment,
            delete_comment,
            propose,
            decide,
            withdraw,
            restore,
            look_at,
        } = self;
        [
            save,
            delete,
            save_rule,
            delete_rule,
            move_rule,
            save_experience,
            delete_experience,
            add_sample,
            delete_sample,
            save_link,
            delete_link,
            comment,
            delete_comment,
            propose,
            decide,
            withdraw,
            restore,
            look_at,
        ]
    }

    /// Grows with everything that went well.
    fn version(self) -> u32 {
        self.all().into_iter().map(Submission::done).sum()
    }
}

#[component]
fn Told(actions: Actions) -> impl IntoView {
    view! {
        <Toast of=actions.save text="Saved."/>
        <Toast of=actions.save_rule text="The rule is saved. Every journey follows it from now on."/>
        <Toast of=actions.save_experience text="The experience is saved."/>
        <Toast of=actions.delete_rule text="The rule is removed."/>
        <Toast of=actions.delete_experience text="The experience is removed."/>
        <Toast of=actions.propose text="Proposed. The owner decides."/>
        <Toast of=actions.decide text="Decided."/>
        <Toast of=actions.restore text="It is as it was."/>
        <Toast of=actions.look_at text="Noted: it is still right."/>
        <Toast of=actions.comment text="The comment is written."/>
        <Toast of=actions.save_link text="The link is saved."/>
        {actions.all().into_iter().map(|of| view! { <Refusal of/> }).collect_view()}
    }
}

/// The touchpoint page, or the form of a new one.
#[component]
pub fn TouchpointPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let actions = Actions::new();
    view! {
        <Told actions/>
        {loaded(move || (id(), actions.version()), |(id, _)| touchpoint(id), move |touchpoint| view! { <Whole touchpoint actions/> }.into_any())}
    }
}

#[component]
fn Whole(touchpoint: TouchpointView, actions: Actions) -> impl IntoView {
    let fresh = touchpoint.id.is_empty();
    let title = if fresh { "New touchpoint".to_owned() } else { touchpoint.name.clone() };
    let (name, events) = (touchpoint.name.clone(), touchpoint.events);
    view! {
        <Title text=title.clone()/>
        <header class="page-head">
            <p class="crumb"><a href="/inventory">"Inventory"</a></p>
            <h1>{title}</h1>
            <p class="page-sub">{events.map(|events| counted(events, "event", "events"))}</p>
            <div class="page-actions">
                {(!fresh && events.is_some_and(|events| events > 0)).then(|| view! {
                    <a class="button" href=format!("/journeys?direction=both&anchor={}", contract::journeys::encode(&name))>"See journeys through it"</a>
                })}
            </div>
        </header>
        <Detail touchpoint actions at="page"/>
    }
}

/// The touchpoint beside the grid. `changed` is told its id, so that the grid shows what was changed here.
#[component]
pub fn Beside(id: String, changed: Callback<String>, close: Callback<()>) -> impl IntoView {
    let actions = Actions::new();
    let told = id.clone();
    Effect::new(move |before: Option<u32>| {
        let version = actions.version();
        if before.is_some_and(|before| before != version) {
            changed.run(told.clone());
        }
        if actions.delete.done() > 0 {
            close.run(());
        }
        version
    });
    view! {
        <Told actions/>
        {loaded(move || (id.clone(), actions.version()), |(id, _)| touchpoint(id), move |touchpoint: TouchpointView| {
            let (id, name) = (touchpoint.id.clone(), touchpoint.name.clone());
            let events = touchpoint.events;
            view! {
                <header>
                    <h2>{name}</h2>
                    <button type="button" class="button button-quiet" aria-label="Close the touchpoint" on:click=move |_| close.run(())>"Close"</button>
                </header>
                <p class="panel-links"><a href=format!("/inventory/{id}")>"Open as a page"</a> {events.map(|events| format!(" · {} events", count(events)))}</p>
                <Detail touchpoint actions at="panel"/>
            }.into_any()
        })}
    }
}

/// Everything about a touchpoint. `at` makes ids unique where page and panel both could be shown.
#[component]
fn Detail(touchpoint: TouchpointView, actions: Actions, at: &'static str) -> impl IntoView {
    let one = StoredValue::new(touchpoint.clone());
    let fresh = touchpoint.id.is_empty();
    let TouchpointView { id, version, may_edit, .. } = touchpoint;
    let (delete_id, look_id) = (id.clone(), id.clone());
    view! {
        <div class=format!("detail detail-{at}")>
            {(!fresh).then(|| view! { <Figures of=one.get_value()/> })}
            <Proposals of=one.get_value() actions/>
            <Form one=one.get_value() actions/>
            {(!fresh).then(|| view! {
                <section class="section">
                    <h2>"Experiences"</h2>
                    <p class="help">"The different things that a customer can live through here, from worst to best."</p>
                    <Experiences of=one.get_value() actions/>
                </section>
                <section class="section">
                    <h2>"Mapping rules"</h2>
                    <p class="help">"Which events belong here. Rules are tried in their order over the whole inventory; the first that matches wins."</p>
                    <Rules of=one.get_value() actions at/>
                </section>
                <Around of=one.get_value()/>
                <section class="section">
                    <h2>"KPIs"</h2>
                    <Links of=one.get_value() actions/>
                </section>
                <section class="section">
                    <h2>"Comments"</h2>
                    <Comments of=one.get_value() actions/>
                </section>
                <section class="section">
                    <h2>"History"</h2>
                    <History changes=one.with_value(|one| one.changes.clone()) latest=one.with_value(|one| one.latest.clone()) actions/>
                </section>
                {may_edit.then(|| view! {
                    <div class="detail-foot">
                        <Post to=actions.look_at>
                            <input type="hidden" name="id" value=look_id.clone()/>
                            <button class="button" type="submit">"It is still right"</button>
                        </Post>
                        <details class="danger">
                            <summary>"Remove this touchpoint"</summary>
                            <p>"Its experiences, rules and KPI links go with it; its events become unmapped. You can undo it on the inventory page."</p>
                            <Post to=actions.delete>
                                <input type="hidden" name="id" value=delete_id.clone()/>
                                <input type="hidden" name="version" value=version.to_string()/>
                                <button class="button button-danger" type="submit">"Remove"</button>
                            </Post>
                        </details>
                    </div>
                })}
            })}
        </div>
    }
}
