//! Views of one subject beside each other, as links: they work without JavaScript and have addresses.

use leptos::prelude::*;

/// One view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub label: String,
    pub href: String,
    /// A number worth knowing before one goes there.
    pub count: Option<String>,
    pub current: bool,
}

/// The row of links.
#[component]
pub fn Tabs(#[prop(into)] label: String, tabs: Vec<Tab>) -> impl IntoView {
    view! {
        <nav class="tabs" aria-label=label>
            {tabs.into_iter().map(|Tab { label, href, count, current }| view! {
                <a href=href aria-current=current.then_some("page")>{label} {count.map(|count| view! { " " <span class="tabs-count">{count}</span> })}</a>
            }).collect_view()}
        </nav>
    }
}
