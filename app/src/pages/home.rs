//! The start page: where each role begins.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::components::frame::Signed;

/// Sends everyone to what they come for.
#[component]
pub fn Home() -> impl IntoView {
    let may = use_context::<Signed>().map(|signed| signed.0.may).unwrap_or_default();
    let path = match () {
        () if may.see_journeys => "/journeys",
        () if may.see_users => "/users",
        () => "/inventory",
    };
    view! { <Redirect path/> }
}
