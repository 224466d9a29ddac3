//! All reviews, and all actions.

use contract::drivers::DriversQuery;
use contract::reviews::{ActionInput, ReviewRow, ReviewsView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::actions::{ActionForm, Actions};
use crate::api::reviews::{SaveAction, StartReview, reviews};
use crate::components::export::{Export, TABLES, WORKBOOK};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, counted};

/// The reviews page.
#[component]
pub fn ReviewsPage() -> impl IntoView {
    let (start, save) = (Submission::to::<StartReview>(), Submission::to::<SaveAction>());
    // An action can be begun from a driver, which it then targets.
    let map = use_query_map();
    let given = move |name: &str| map.read().get(name).unwrap_or_default();
    view! {
        <Title text="Reviews"/>
        <header class="page-head"><h1>"Reviews and actions"</h1><div class="page-actions"><Export of="reviews" search="" kinds=vec![WORKBOOK, TABLES]/></div></header>
        <Refusal of=start/>
        <Refusal of=save/>
        <Toast of=save text="The action is saved."/>
        {loaded(move || save.done(), |_| reviews(), move |view: ReviewsView| {
            let first = ActionInput { target: given("target"), department: given("department"), ..ActionInput::default() };
            view! { <Inside view start save first/> }.into_any()
        })}
    }
}

#[component]
fn Inside(view: ReviewsView, start: Submission, save: Submission, first: ActionInput) -> impl IntoView {
    let ReviewsView { reviews, actions, choices, may_review } = view;
    let today = choices.today.clone();
    let may_act = !choices.departments.is_empty();
    let begun = !first.target.is_empty();
    let open = actions.iter().filter(|one| one.state.is_open()).count() as u64;
    let overdue = actions.iter().filter(|one| one.overdue).count() as u64;
    view! {
        <section class="section" aria-labelledby="actions-title">
            <h2 id="actions-title">"Actions"</h2>
            {if actions.is_empty() {
                view! { <Empty title="No action yet"><p>"An action says who changes what until when, and which contacts that should spare. Its effect is measured once it has run for eight weeks."</p><p><a class="button" href=format!("/drivers{}", DriversQuery::default().to_search())>"Look at the drivers"</a></p></Empty> }.into_any()
            } else {
                view! {
                    <p class="caption">{counted(open, "action is", "actions are")} " open" {(overdue > 0).then(|| format!(", {} overdue", count(overdue)))} "."</p>
                    <Actions rows=actions choices=choices.clone() save review=String::new()/>
                }.into_any()
            }}
            {may_act.then(|| view! {
                <details class="fold" open=begun>
                    <summary>"New action"</summary>
                    <ActionForm given=first choices save/>
                </details>
            })}
        </section>
        <section class="section" aria-labelledby="reviews-title">
            <h2 id="reviews-title">"Reviews"</h2>
            {if reviews.is_empty() {
                view! { <p class="caption">"No review was held yet. Its agenda is made from the drivers and the open actions of the day, and stays as it was."</p> }.into_any()
            } else {
                view! {
                    <div class="table-box" tabindex="0" role="region" aria-label="Reviews">
                        <table class="table">
                            <thead><tr><th>"Review"</th><th>"Day"</th><th>"Participants"</th><th class="number">"Actions"</th><th class="number">"Open"</th><th class="number">"Commitments"</th></tr></thead>
                            <tbody>{reviews.into_iter().map(|row| view! { <Line row/> }).collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
            {may_review.then(|| view! {
                <details class="fold">
                    <summary>"New review"</summary>
                    <Post to=start class="form">
                        <label class="field"><span>"Title"</span><input name="title" required maxlength="200" placeholder="Review of March"/></label>
                        <label class="field"><span>"Day"</span><input type="date" name="day" required value=today/></label>
                        <label class="field"><span>"Participants"</span><input name="participants" maxlength="200"/></label>
                        <p class="actions"><button class="button button-main" type="submit">"Make the agenda"</button></p>
                    </Post>
                </details>
            })}
        </section>
    }
}

#[component]
fn Line(row: ReviewRow) -> impl IntoView {
    let ReviewRow { id, title, day, participants, open_actions, actions, commitments } = row;
    view! {
        <tr>
            <th scope="row"><a href=format!("/reviews/{id}")>{title}</a></th>
            <td>{day}</td>
            <td>{participants}</td>
            <td class="number">{count(actions)}</td>
            <td class="number">{count(open_actions)}</td>
            <td class="number">{count(commitments)}</td>
        </tr>
    }
}
