//! One review: its agenda as it was, notes, actions and commitments.

use contract::reviews::{ActionInput, Agenda, CommitmentRow, ReviewView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::actions::{ActionForm, Actions};
use crate::api::reviews::{Commit, SaveAction, SaveReview, review};
use crate::components::export::{Export, PDF};
use crate::components::loaded::loaded;
use crate::components::owner::Owner;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, percent, rounded, whole_money};

/// The page of a review.
#[component]
pub fn ReviewPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let (save, act, commit) =
        (Submission::to::<SaveReview>(), Submission::to::<SaveAction>(), Submission::to::<Commit>());
    view! {
        <Title text="Review"/>
        <Refusal of=save/>
        <Refusal of=act/>
        <Refusal of=commit/>
        <Toast of=save text="The review is saved."/>
        <Toast of=act text="The action is saved."/>
        <Toast of=commit text="The commitment is recorded."/>
        {loaded(move || (id(), save.done(), act.done(), commit.done()), |(id, ..)| review(id), move |view: ReviewView| view! { <Inside view save act commit/> }.into_any())}
    }
}

#[component]
fn Inside(view: ReviewView, save: Submission, act: Submission, commit: Submission) -> impl IntoView {
    let ReviewView {
        id,
        version,
        title,
        day,
        participants,
        notes,
        author,
        agenda,
        actions,
        commitments,
        choices,
        attended,
        may_commit: own,
        may_change,
    } = view;
    let (own_id, of_notes) = (id.clone(), id.clone());
    let of_action = ActionInput { review: id.clone(), ..ActionInput::default() };
    let may_act = !choices.departments.is_empty();
    let may_commit = !own.is_empty();
    let present: Vec<String> =
        attended.iter().filter(|(_, here)| *here).map(|(name, _)| name.clone()).collect();
    let silent: Vec<String> = present
        .iter()
        .filter(|name| !commitments.iter().any(|one| one.department == **name))
        .cloned()
        .collect();
    let lines: Vec<String> = notes.lines().map(str::to_owned).collect();
    view! {
        <header class="page-head">
            <p class="crumb"><a href="/reviews">"Reviews"</a></p>
            <h1>{title.clone()}</h1>
            <p class="page-sub">{day.clone()} {(!participants.is_empty()).then(|| format!(" · {participants}"))} " · made by " {author}</p>
            <div class="page-actions"><Export of="review" search=format!("?id={id}") kinds=vec![PDF]/></div>
        </header>
        <Frozen agenda/>
        <section class="section" aria-labelledby="notes-title">
            <h2 id="notes-title">"Notes and decisions"</h2>
            {(!present.is_empty()).then(|| view! { <p class="soft">{format!("Departments that took part: {}.", present.join(", "))}</p> })}
            {if lines.is_empty() { view! { <p class="caption">"Nothing is noted yet."</p> }.into_any() } else { lines.into_iter().map(|line| view! { <p class="prose">{line}</p> }).collect_view().into_any() }}
            {may_change.then(|| view! {
                <details class="fold">
                    <summary>"Write"</summary>
                    <Post to=save class="form">
                        <input type="hidden" name="id" value=of_notes/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <label class="field"><span>"Title"</span><input name="title" required maxlength="200" value=title/></label>
                        <label class="field"><span>"Day"</span><input type="date" name="day" required value=day/></label>
                        <label class="field"><span>"Participants"</span><input name="participants" maxlength="200" value=participants/></label>
                        <fieldset class="fields fields-checks">
                            <legend>"Departments that took part"</legend>
                            {attended.into_iter().enumerate().map(|(at, (name, here))| view! {
                                <label class="check"><input type="checkbox" name=format!("attended[{at}]") value=name.clone() checked=here/>{name}</label>
                            }).collect_view()}
                        </fieldset>
                        <label class="field"><span>"Notes and decisions"</span><textarea name="notes" rows="8">{notes}</textarea></label>
                        <p class="actions"><button class="button button-main" type="submit">"Save"</button></p>
                    </Post>
                </details>
            })}
        </section>
        <section class="section" aria-labelledby="review-actions">
            <h2 id="review-actions">"Actions"</h2>
            {if actions.is_empty() { view! { <p class="caption">"No action came out of it yet."</p> }.into_any() } else { view! { <Actions rows=actions choices=choices.clone() save=act review=own_id/> }.into_any() }}
            {may_act.then(|| view! {
                <details class="fold">
                    <summary>"New action"</summary>
                    <ActionForm given=of_action choices save=act/>
                </details>
            })}
        </section>
        <section class="section" aria-labelledby="commitments-title">
            <h2 id="commitments-title">"Commitments"</h2>
            {if commitments.is_empty() { view! { <p class="caption">"No department has committed to anything yet."</p> }.into_any() } else {
                view! { <ul class="action-list">{commitments.into_iter().map(|CommitmentRow { department, colour, words, author, day }| view! {
                    <li class="commitment"><p><Owner name=Some(department) colour/> <span class="soft">{format!("{author}, {day}")}</span></p><p class="prose">{words}</p></li>
                }).collect_view()}</ul> }.into_any()
            }}
            {(!silent.is_empty()).then(|| view! { <p class="caption">{format!("Took part and committed to nothing yet: {}.", silent.join(", "))}</p> })}
            {may_commit.then(|| view! {
                <details class="fold">
                    <summary>"Commit"</summary>
                    <Post to=commit class="form" reset=()>
                        <input type="hidden" name="review" value=id/>
                        <label class="field"><span>"Department"</span><select name="department" required>{(own.len() > 1).then(|| view! { <option value="">"Choose"</option> })}{own.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}</select></label>
                        <label class="field"><span>"What it commits to"</span><textarea name="words" rows="3" required></textarea></label>
                        <p class="actions"><button class="button button-main" type="submit">"Record"</button></p>
                    </Post>
                </details>
            })}
        </section>
    }
}

/// The agenda: figures of the day on which it was made.
#[component]
fn Frozen(agenda: Agenda) -> impl IntoView {
    let Agenda { from, to, contacts, cost, elsewhere, drivers, actions } = agenda;
    let share = percent(elsewhere / contacts.max(1) as f64);
    view! {
        <section class="section" aria-labelledby="agenda-title">
            <h2 id="agenda-title">"Agenda"</h2>
            <p class="caption">{format!("Figures of {from} to {to}, as they were when the review was made: {} contacts, cost {}, {share} of them caused by other departments.", count(contacts), whole_money(cost))}</p>
            {if drivers.is_empty() { view! { <p class="caption">"There was no driver."</p> }.into_any() } else { view! {
                <div class="table-box" tabindex="0" role="region" aria-label="Drivers on the agenda">
                    <table class="table">
                        <thead><tr><th>"Driver"</th><th>"Department"</th><th class="number">"Excess contacts"</th><th class="number">"95 % interval"</th><th class="number">"Cost"</th></tr></thead>
                        <tbody>{drivers.into_iter().map(|one| view! {
                            <tr><th scope="row">{one.name}</th><td>{one.department}</td><td class="number">{rounded(one.excess)}</td><td class="number">{format!("{} to {}", rounded(one.low), rounded(one.high))}</td><td class="number">{whole_money(one.cost)}</td></tr>
                        }).collect_view()}</tbody>
                    </table>
                </div>
            }.into_any() }}
            {(!actions.is_empty()).then(|| view! {
                <h3>"Actions that were open"</h3>
                <ul class="neighbours">{actions.into_iter().map(|(title, department, due)| view! { <li><span>{title}</span> <span class="soft">{department} {due.map(|day| format!(", due {day}"))}</span></li> }).collect_view()}</ul>
            })}
        </section>
    }
}
