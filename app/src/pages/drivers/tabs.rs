//! The pages of drivers.

use leptos::prelude::*;

use crate::components::tabs::{Tab, Tabs};

/// Which page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Report,
    Trends,
    Reasons,
}

/// The row of links between them.
#[component]
pub fn DriversTabs(page: Page) -> impl IntoView {
    let tabs = [
        (Page::Report, "Causes", "/drivers"),
        (Page::Trends, "Trends", "/drivers/trends"),
        (Page::Reasons, "Contact reasons", "/drivers/reasons"),
    ];
    let tabs = tabs.into_iter().map(|(one, label, href)| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        current: one == page,
    });
    view! { <Tabs label="Drivers" tabs=tabs.collect()/> }
}
