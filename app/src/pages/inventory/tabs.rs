//! The pages of the inventory beside each other.

use leptos::prelude::*;

use crate::components::frame::Signed;
use crate::components::tabs::{Tab, Tabs};
use contract::format::count;

/// Which of them is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Touchpoints,
    Gaps,
    Kpis,
    Matrix,
    Unmapped,
    Lists,
}

/// The row of links; `unmapped` is the number of activities without a rule, `gaps` of what waits on work lists, where
/// known.
#[component]
pub fn InventoryTabs(
    page: Page,
    #[prop(optional_no_strip)] unmapped: Option<u64>,
    #[prop(optional_no_strip)] gaps: Option<u64>,
) -> impl IntoView {
    let may = use_context::<Signed>().map(|signed| signed.0.may).unwrap_or_default();
    let tab = |label: &str, href: &str, of: Page, number: Option<u64>| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: number.map(count),
        current: of == page,
    };
    let mut tabs = vec![
        tab("Touchpoints", "/inventory", Page::Touchpoints, None),
        tab("Gaps", "/inventory/gaps", Page::Gaps, gaps),
    ];
    if may.see_kpis {
        tabs.push(tab("KPIs", "/inventory/kpis", Page::Kpis, None));
        tabs.push(tab("Matrix", "/inventory/matrix", Page::Matrix, None));
    }
    if may.see_journeys && may.edit_own_inventory {
        tabs.push(tab("Activities without a rule", "/inventory/unmapped", Page::Unmapped, unmapped));
    }
    tabs.push(tab("Departments, stages, channels", "/inventory/lists", Page::Lists, None));
    view! { <Tabs label="Inventory" tabs/> }
}
