//! A department by its colour and name.

use contract::journeys::Department;
use leptos::prelude::*;

/// Class of a department's colour: the palette has ten, and beyond that a pattern marks the next ten.
pub fn swatch(colour: Option<u32>) -> String {
    match colour {
        Some(colour) if colour < 10 => format!("dept-{colour}"),
        Some(colour) => format!("dept-{} dept-patterned", colour % 10),
        None => "dept-none".to_owned(),
    }
}

/// Name and colour of the department of that number.
pub fn owner_of(departments: &[Department], at: Option<u32>) -> (Option<String>, Option<u32>) {
    let found = at.and_then(|at| departments.get(at as usize));
    (found.map(|one| one.name.clone()), found.map(|one| one.colour))
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
