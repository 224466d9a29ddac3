//! The pages of sources.

use leptos::prelude::*;

use crate::components::frame::Signed;
use crate::components::tabs::{Tab, Tabs};

/// Which page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Logs,
    Links,
    Cases,
    Keys,
}

/// The row of links between them; what a role has no part in is left out.
#[component]
pub fn SourcesTabs(page: Page) -> impl IntoView {
    let may = use_context::<Signed>().map(|signed| signed.0.may);
    let sees = |allowed: fn(&contract::people::May) -> bool| may.as_ref().is_some_and(allowed);
    let tabs = [
        (Page::Logs, "Logs and imports", "/sources", true),
        (Page::Links, "Joined ids", "/sources/links", sees(|may| may.see_journeys && may.see_sources)),
        (Page::Cases, "Cases and reasons", "/sources/cases", sees(|may| may.edit_inventory)),
        (Page::Keys, "Keys for machines", "/sources/keys", sees(|may| may.manage_users)),
    ];
    let tabs: Vec<Tab> = tabs
        .into_iter()
        .filter(|(.., seen)| *seen)
        .map(|(one, label, href, _)| Tab {
            label: label.to_owned(),
            href: href.to_owned(),
            count: None,
            current: one == page,
        })
        .collect();
    (tabs.len() > 1).then(|| view! { <Tabs label="Sources" tabs/> })
}
