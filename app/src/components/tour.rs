//! The card of the guided tour.

use contract::tour::{STEPS, Step};
use leptos::prelude::*;

use super::post::{Post, Submission};
use crate::api::preferences::SetTour;

/// The card of the step that one is at.
#[component]
pub fn Tour(at: RwSignal<u8>) -> impl IntoView {
    let go = Submission::to::<SetTour>();
    Effect::new(move |_| {
        if let Some(step) = go.answer().and_then(|step| step.parse().ok()) {
            at.set(step);
        }
    });
    let to = move |step: u8, label: &'static str, main: bool| {
        let class = if main { "button button-main" } else { "button button-quiet" };
        view! { <button class=class type="submit" name="step" value=step.to_string() disabled=move || go.pending()>{label}</button> }
    };
    move || {
        let step = at.get();
        let Step { title, words, .. } = STEPS.get(usize::from(step).checked_sub(1)?)?;
        let last = usize::from(step) == STEPS.len();
        Some(view! {
            <aside class="tour" aria-label="Tour" aria-live="polite">
                <p class="tour-place">{format!("{step} of {}", STEPS.len())}</p>
                <h2>{*title}</h2>
                <p>{*words}</p>
                {(step == 3).then(|| view! { <p><a class="button" href="/demo/dispatch.csv" rel="external" download>"Save the dispatch log"</a></p> })}
                <Post to=go class="tour-ways">
                    {(step > 1).then(|| to(step - 1, "Back", false))}
                    {if last { to(0, "Done", true) } else { to(step + 1, "Next", true) }}
                    {(!last).then(|| to(0, "End the tour", false))}
                </Post>
            </aside>
        })
    }
}

/// The way into the tour.
#[component]
pub fn Begin(at: RwSignal<u8>) -> impl IntoView {
    let go = Submission::to::<SetTour>();
    Effect::new(move |_| {
        if let Some(step) = go.answer().and_then(|step| step.parse().ok()) {
            at.set(step);
        }
    });
    move || {
        (at.get() == 0).then(|| view! {
            <Post to=go class="tour-begin"><input type="hidden" name="step" value="1"/><button class="button-link" type="submit">"Take the tour"</button></Post>
        })
    }
}
