//! The page that does not exist.

use contract::UserError;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::refused;
use crate::components::notice::Empty;

/// Says so, and offers the way back.
#[component]
pub fn Missing() -> impl IntoView {
    // Sets the status where this runs on the server.
    let _ = refused(UserError::not_found("page"));
    view! {
        <Title text="No such page"/>
        <main class="page">
            <Empty title="There is no such page">
                <p>"The address may be mistyped, or the thing was removed."</p>
                <p><a class="button" href="/">"Go to the start page"</a></p>
            </Empty>
        </main>
    }
}
