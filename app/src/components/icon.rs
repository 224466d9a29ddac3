//! Icons of the sprite that ships with the product.

use leptos::prelude::*;

/// An icon beside text that says the same: hidden from screen readers.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" width="16" height="16">
            <use href=format!("/pkg/icons.svg#{name}")></use>
        </svg>
    }
}
