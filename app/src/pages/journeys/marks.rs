//! What the figures depend on beside the controls: conditions, rules of display and filters of steps, each with the
//! way to undo it; and the views that people saved.

use contract::journeys::{ExploreQuery, Form, JourneysView, SavedView};
use leptos::prelude::*;

use crate::api::saved::{DeleteView, SaveView};
use crate::components::post::{Post, Refusal, Submission, Toast};

/// One chip a thing that can be undone. Nothing where there is none.
#[component]
pub fn Marks(query: ExploreQuery) -> impl IntoView {
    let mut marks: Vec<(&'static str, String, ExploreQuery)> = Vec::new();
    for (at, condition) in query.filter.conditions.iter().enumerate() {
        let mut without = query.redrawn();
        without.filter.conditions.remove(at);
        marks.push(("Only journeys that ", condition.words(), without));
    }
    for (at, rule) in query.rules.iter().enumerate() {
        let mut without = query.redrawn();
        without.rules.remove(at);
        marks.push(("", rule.words(), without));
    }
    // Steps are columns of a flow: where there are none, nothing is left out by them.
    let steps = matches!(query.form, Form::Flow | Form::Table | Form::Compare);
    for (at, filter) in query.step_filters.iter().enumerate().filter(|_| steps) {
        let mut without = query.redrawn();
        without.step_filters.remove(at);
        marks.push(("Only where ", filter.words(), without));
    }
    (!marks.is_empty()).then(|| view! {
        <ul class="marks" aria-label="Filters and rules of display">
            {marks.into_iter().map(|(lead, words, without)| view! {
                <li class="mark-chip"><span>{lead} {words.clone()}</span> <a href=format!("/journeys{}", without.to_search()) aria-label=format!("Undo: {lead}{words}")>"Undo"</a></li>
            }).collect_view()}
        </ul>
    })
}

/// The saved views, and a form to save this one.
#[component]
pub fn Views(view: JourneysView) -> impl IntoView {
    let JourneysView { query, views, .. } = view;
    let save = Submission::to::<SaveView>();
    let delete = Submission::to::<DeleteView>();
    let search = query.unselected().to_search();
    let (mine, shared): (Vec<SavedView>, Vec<SavedView>) = views.into_iter().partition(|one| one.mine);
    let line = move |one: SavedView| {
        view! {
            <li>
                <a href=format!("/journeys{}", one.search)>{one.name.clone()}</a>
                <span class="menu-note">{if one.mine { if one.shared { "shared".to_owned() } else { String::new() } } else { one.author }}</span>
                {one.mine.then(|| view! {
                    <Post to=delete>
                        <input type="hidden" name="id" value=one.id/>
                        <input type="hidden" name="version" value=one.version.to_string()/>
                        <button class="button button-quiet" type="submit" aria-label=format!("Remove view {}", one.name)>"Remove"</button>
                    </Post>
                })}
            </li>
        }
    };
    view! {
        <details class="menu">
            <summary class="button">"Views"</summary>
            <div class="menu-box">
                <Refusal of=save/>
                <Refusal of=delete/>
                {mine.is_empty().then(|| view! { <p class="help">"A view keeps all that you see here under a name. Its figures stay live."</p> })}
                {(!mine.is_empty()).then(|| view! { <h3>"Yours"</h3> <ul class="menu-list">{mine.into_iter().map(line).collect_view()}</ul> })}
                {(!shared.is_empty()).then(|| view! { <h3>"Shared with you"</h3> <ul class="menu-list">{shared.into_iter().map(line).collect_view()}</ul> })}
                <h3>"Save this view"</h3>
                <Post to=save class="form">
                    <input type="hidden" name="search" value=search/>
                    <label class="field"><span>"Name"</span><input name="name" required maxlength="120"/></label>
                    <label class="check"><input type="checkbox" name="shared" value="yes"/>"Others see it too, with their own rights"</label>
                    <button class="button button-main" type="submit">"Save"</button>
                </Post>
            </div>
        </details>
        <Toast of=save text="The view is saved."/>
    }
}
