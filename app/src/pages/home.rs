//! The start page: where each role begins.

use contract::drivers::DriversQuery;
use contract::people::Role;
use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::components::frame::Signed;

/// Sends everyone to what they come for.
#[component]
pub fn Home() -> impl IntoView {
    let signed = use_context::<Signed>().map(|signed| (signed.0.may, signed.0.role, signed.0.department));
    let path = match signed {
        // A department head begins with what the own touchpoints cause.
        Some((may, Role::DepartmentHead, department)) if may.see_drivers => {
            format!("/drivers{}", DriversQuery { department, ..DriversQuery::default() }.to_search())
        }
        Some((_, Role::Executive, _)) => "/summary".to_owned(),
        Some((may, ..)) if may.see_journeys => "/journeys".to_owned(),
        Some((may, ..)) if may.see_users => "/users".to_owned(),
        _ => "/inventory".to_owned(),
    };
    view! { <Redirect path/> }
}
