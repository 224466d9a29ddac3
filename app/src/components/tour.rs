//! The guided tour through the demo: how a symptom looks like a cause until the log that is missing comes in.

use leptos::prelude::*;

use super::post::{Post, Submission};
use crate::api::preferences::SetTour;

/// Where a step is, what it is called, what to see there.
struct Step {
    path: &'static str,
    title: &'static str,
    words: &'static str,
}

const STEPS: [Step; 7] = [
    Step {
        path: "/drivers",
        title: "Who causes the calls?",
        words: "Every contact is shared out over what the customer met before it. The headline is the part that other departments cause: the contact centre answers these calls, and can stop none of them.",
    },
    Step {
        path: "/drivers?open=risk&of=Order%20status%20page",
        title: "A suspect: the order status page",
        words: "Customers who look up their order call far more often afterwards. But read what they say: technician, appointment. The page knows nothing of either, and below, under \u{201c}What no log covers\u{201d}, the report says so.",
    },
    Step {
        path: "/sources",
        title: "Bring in the log that is missing",
        words: "The technicians\u{2019} visits are in no log. Save the dispatch log, drop it here, take \u{201c}dispatch\u{201d} as the name of the source, and import it. Then go on.",
    },
    Step {
        path: "/drivers",
        title: "The cause, and its symptom",
        words: "Now the visit that never came leads the list. The order status page is folded under it: outside the days after a missed visit, nobody calls because of it. Field service owns the visit, not the contact centre.",
    },
    Step {
        path: "/journeys?anchor=Call&direction=backward",
        title: "See it happen",
        words: "What came before the calls, step by step. A fine seam marks where a journey changes department. Click a link for the customers behind it, and one of them for the whole story.",
    },
    Step {
        path: "/inventory",
        title: "Everything has an owner",
        words: "Each touchpoint has a department, a promise, and KPIs with an owner who can control them, or can\u{2019}t. Double-click a cell to change it; click a name for all there is about it.",
    },
    Step {
        path: "/reviews",
        title: "Do something about it",
        words: "A review freezes the figures, names who does what by when, and shows eight weeks later whether the calls went down. That is the whole loop.",
    },
];

/// Path of a step; the start page after the last.
pub fn path_of(step: u8) -> Option<&'static str> {
    STEPS.get(usize::from(step).checked_sub(1)?).map(|step| step.path)
}

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
