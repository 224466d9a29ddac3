//! A mark that explains a term, by the browser's own popover: it needs no JavaScript.

use leptos::prelude::*;

/// A question mark that opens an explanation. `id` is unique on the page.
#[component]
pub fn Help(id: &'static str, term: &'static str, children: Children) -> impl IntoView {
    view! {
        <span class="help-mark">
            <button type="button" class="help-button" popovertarget=id aria-label=format!("What is meant by \u{201c}{term}\u{201d}?")>"?"</button>
            <span id=id popover="auto" class="help-text" role="note">
                <strong>{term}</strong>
                <span>{children()}</span>
            </span>
        </span>
    }
}
