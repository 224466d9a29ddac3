//! What stands where content can't: errors, empty states, and the shape of what is still coming.

use leptos::prelude::*;

use crate::api::AppError;

/// What happened, why, and what to do.
#[component]
pub fn Problem(error: AppError) -> impl IntoView {
    let AppError(error) = error;
    view! {
        <div class="notice notice-problem" role="alert">
            <p class="notice-what">{error.message}</p>
            {error.place.map(|place| view! { <p class="notice-where">"At: " {place}</p> })}
            {error.remedy.map(|remedy| view! { <p>{remedy}</p> })}
        </div>
    }
}

/// Nothing here yet: says why, and offers the one thing to do.
#[component]
pub fn Empty(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <div class="empty">
            <svg class="empty-motif" viewBox="0 0 240 60" aria-hidden="true">
                <path d="M20 4V56M75 4V56M130 4V56M185 4V56" class="empty-silo"/>
                <path d="M4 44C40 44 45 18 75 18S110 42 130 42S160 14 185 14S215 22 236 22" class="empty-line"/>
            </svg>
            <h2>{title}</h2>
            {children()}
        </div>
    }
}

/// The shape of what comes.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <div class="loading" aria-busy="true" aria-label="Loading">
            <span></span>
            <span></span>
            <span></span>
        </div>
    }
}
