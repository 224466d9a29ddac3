//! The pages of drivers.

use leptos::prelude::*;

use crate::components::frame::Signed;
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
    let journeys = use_context::<Signed>().is_some_and(|signed| signed.0.may.see_journeys);
    let tabs = [
        (Page::Report, "Causes", "/drivers", true),
        (Page::Trends, "Trends", "/drivers/trends", journeys),
        (Page::Reasons, "Contact reasons", "/drivers/reasons", true),
    ];
    let tabs = tabs.into_iter().filter(|(.., seen)| *seen).map(|(one, label, href, _)| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        current: one == page,
    });
    view! { <Tabs label="Drivers" tabs=tabs.collect()/> }
}
