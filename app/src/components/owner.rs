//! A department by its colour and name.

use leptos::prelude::*;

/// Class of a department's colour: the palette has ten, and beyond that a pattern marks the next ten.
pub fn swatch(colour: Option<u32>) -> String {
    match colour {
        Some(colour) if colour < 10 => format!("dept-{colour}"),
        Some(colour) => format!("dept-{} dept-patterned", colour % 10),
        None => "dept-none".to_owned(),
    }
}

/// The department that owns something, or that nobody does.
#[component]
pub fn Owner(name: Option<String>, colour: Option<u32>) -> impl IntoView {
    view! {
        <span class="owner">
            <span class=format!("swatch {}", swatch(colour)) aria-hidden="true"></span>
            {name.unwrap_or_else(|| "No owner".to_owned())}
        </span>
    }
}
