//! Files of what a page shows.

use leptos::prelude::*;

use super::frame::Signed;

/// A kind of file, and how the menu calls it.
pub type Kind = (&'static str, &'static str);

pub const PDF: Kind = ("pdf", "Document (PDF)");
pub const WORKBOOK: Kind = ("xlsx", "Workbook (XLSX)");
pub const CSV: Kind = ("csv", "Table (CSV)");
pub const TABLES: Kind = ("zip", "All tables (CSV, packed)");
pub const SVG: Kind = ("svg", "Picture (SVG)");
pub const PNG: Kind = ("png", "Picture (PNG)");

/// A picture beside a page's first one: its shape, and what it shows.
pub type Picture = (&'static str, &'static str);

/// A menu of the files of a page; `search` is the page's own, with its question mark.
/// Nothing for those whose role takes no figures away.
#[component]
pub fn Export(
    of: &'static str,
    #[prop(into)] search: String,
    kinds: Vec<Kind>,
    #[prop(optional)] pictures: Vec<Picture>,
) -> impl IntoView {
    let signed = use_context::<Signed>();
    if !signed.is_some_and(|signed| signed.0.may.export_reports || signed.0.may.export) {
        return ().into_any();
    }
    let separator = if search.is_empty() { "?" } else { "&" };
    let more = pictures.into_iter().flat_map(|(shape, shows)| [(shape, shows, "svg"), (shape, shows, "png")]);
    let more = more.map(|(shape, shows, kind)| {
        let href = format!("/export/{of}.{kind}{search}{separator}part={shape}");
        view! { <li><a href=href rel="external" download>{format!("{shows} ({})", kind.to_uppercase())}</a></li> }
    });
    let more = more.collect_view();
    view! {
        <details class="menu">
            <summary class="button">"Export"</summary>
            <div class="menu-box menu-small">
                <ul class="menu-list">
                    {kinds.into_iter().map(|(kind, label)| view! {
                        <li><a href=format!("/export/{of}.{kind}{search}") rel="external" download>{label}</a></li>
                    }).collect_view()}
                    {more}
                </ul>
            </div>
        </details>
    }
    .into_any()
}
