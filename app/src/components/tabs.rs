//! Views of one subject beside each other, as links: they work without JavaScript and have addresses.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

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
    let row = NodeRef::<html::Nav>::new();
    // On a narrow screen the row scrolls: where one is comes first.
    Effect::new(move |_| {
        if let Some(row) = row.get()
            && let Some(here) = row.query_selector("[aria-current]").ok().flatten()
            && let Some(here) = here.dyn_ref::<web_sys::HtmlElement>()
        {
            row.set_scroll_left(here.offset_left() - row.offset_left() - 24);
        }
    });
    view! {
        <nav class="tabs" aria-label=label node_ref=row>
            {tabs.into_iter().map(|Tab { label, href, count, current }| view! {
                <a href=href aria-current=current.then_some("page")>{label} {count.map(|count| view! { " " <span class="tabs-count">{count}</span> })}</a>
            }).collect_view()}
        </nav>
    }
}
