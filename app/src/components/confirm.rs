//! A removal that asks first. It opens in place and needs no JavaScript.

use leptos::prelude::*;

/// A quiet word that opens a question, and the form that does it.
#[component]
pub fn Confirm(
    word: &'static str,
    /// What will happen.
    #[prop(into)]
    effect: String,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="confirm">
            <summary class="button button-quiet">{word}</summary>
            <div class="confirm-box">
                <p>{effect}</p>
                {children()}
            </div>
        </details>
    }
}
