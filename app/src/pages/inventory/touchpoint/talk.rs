//! What people say about a touchpoint: comments, and changes that they propose.

use contract::inventory::{Column, CommentRow, ProposalRow, TouchpointView};
use leptos::prelude::*;

use super::Actions;
use crate::components::post::Post;
use contract::format::instant;

/// The comments, and a field for a new one.
#[component]
pub fn Comments(of: TouchpointView, actions: Actions) -> impl IntoView {
    let TouchpointView { id, comments, people, may_comment, .. } = of;
    let none = comments.is_empty();
    let names = people.iter().map(|name| format!("@{name}")).collect::<Vec<_>>().join(", ");
    view! {
        {none.then(|| view! { <p class="help">"No comment yet."</p> })}
        <ul class="comments">
            {comments.into_iter().map(|CommentRow { id, author, words, at, mine, .. }| view! {
                <li>
                    <p class="comments-who"><strong>{author}</strong> " " <time>{instant(at)} " UTC"</time>
                    {mine.then(|| view! {
                        <Post to=actions.delete_comment class="comments-remove">
                            <input type="hidden" name="id" value=id/>
                            <button class="button button-quiet" type="submit">"Remove"</button>
                        </Post>
                    })}</p>
                    <p class="comments-words">{words}</p>
                </li>
            }).collect_view()}
        </ul>
        {may_comment.then(|| view! {
            <Post to=actions.comment class="form form-comment" reset=()>
                <input type="hidden" name="touchpoint_id" value=id/>
                <label class="field field-wide"><span>"Comment"</span><textarea name="words" rows="2" maxlength="4000" required></textarea></label>
                <p class="help" title=names>"Somebody\u{2019}s name after an @ lets them find it among their mentions."</p>
                <p class="actions"><button class="button" type="submit">"Comment"</button></p>
            </Post>
        })}
    }
}

/// Words for what became of a proposal.
fn state(one: &ProposalRow) -> String {
    let answer = if one.answer.is_empty() { String::new() } else { format!(": {}", one.answer) };
    match one.state.as_str() {
        "open" => "waiting for the owner".to_owned(),
        "withdrawn" => "taken back".to_owned(),
        other => format!("{other} by {}{answer}", one.decided_by),
    }
}

/// One proposal, with what the person may do about it.
#[component]
pub fn Proposal(
    one: ProposalRow,
    decide: crate::components::post::Submission,
    withdraw: crate::components::post::Submission,
    #[prop(optional)] with_name: bool,
) -> impl IntoView {
    let said = state(&one);
    let open = one.state == "open";
    let ProposalRow {
        id,
        touchpoint_id,
        touchpoint,
        column,
        before,
        after,
        reason,
        author,
        at,
        may_decide,
        mine,
        ..
    } = one;
    let quoted =
        |text: String| if text.is_empty() { "nothing".to_owned() } else { format!("\u{201c}{text}\u{201d}") };
    let again = id.clone();
    view! {
        <li class="proposal">
            <p>
                {with_name.then(|| view! { <a href=format!("/inventory/{touchpoint_id}")>{touchpoint}</a> ": " })}
                <strong>{column.map_or("", Column::label)}</strong> " from " {quoted(before)} " to " <strong>{quoted(after)}</strong>
            </p>
            <p class="help">{author} ", " {instant(at)} " UTC. " {(!reason.is_empty()).then(|| format!("{reason} "))} {said}</p>
            {may_decide.then(|| view! {
                <Post to=decide class="inline-form">
                    <input type="hidden" name="id" value=id/>
                    <input name="answer" maxlength="4000" placeholder="Answer" aria-label="Answer to the proposal"/>
                    <button class="button button-main" type="submit" name="decision" value="accept">"Accept"</button>
                    <button class="button" type="submit" name="decision" value="decline">"Decline"</button>
                </Post>
            })}
            {(open && mine && !may_decide).then(|| view! {
                <Post to=withdraw>
                    <input type="hidden" name="id" value=again/>
                    <button class="button button-quiet" type="submit">"Take it back"</button>
                </Post>
            })}
        </li>
    }
}

/// The proposals for a touchpoint; and a form to propose, for those who may not change it.
#[component]
pub fn Proposals(of: TouchpointView, actions: Actions) -> impl IntoView {
    let TouchpointView { id, proposals, may_edit, may_propose, .. } = of;
    let typed = Column::ALL.into_iter().filter(|column| column.is_typed());
    let (open, decided): (Vec<ProposalRow>, Vec<ProposalRow>) =
        proposals.into_iter().partition(|one| one.state == "open");
    view! {
        {(!open.is_empty()).then(|| view! {
            <section class="section">
                <h2>"Proposed"</h2>
                <ul class="proposals">{open.into_iter().map(|one| view! { <Proposal one decide=actions.decide withdraw=actions.withdraw/> }).collect_view()}</ul>
            </section>
        })}
        {(!may_edit && may_propose).then(|| view! {
            <section class="section">
                <h2>"Propose a change"</h2>
                <Post to=actions.propose class="inline-form" reset=()>
                    <input type="hidden" name="touchpoint_id" value=id/>
                    <select name="column" aria-label="What to change">
                        {typed.map(|column| view! { <option value=column.key()>{column.label()}</option> }).collect_view()}
                    </select>
                    <input name="after" maxlength="10000" placeholder="What should stand there" aria-label="What should stand there"/>
                    <input name="reason" maxlength="4000" placeholder="Why" aria-label="Why"/>
                    <button class="button button-main" type="submit">"Propose"</button>
                </Post>
            </section>
        })}
        {(!decided.is_empty()).then(|| view! {
            <details class="decided">
                <summary>{format!("{} decided before", contract::format::counted(decided.len() as u64, "proposal", "proposals"))}</summary>
                <ul class="proposals">{decided.into_iter().map(|one| view! { <Proposal one decide=actions.decide withdraw=actions.withdraw/> }).collect_view()}</ul>
            </details>
        })}
    }
}
