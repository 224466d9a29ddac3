//! The frame of every page behind the door: navigation, who is signed in, and the page itself.

use contract::Kind;
use contract::people::Me;
use leptos::prelude::*;
use leptos_router::components::{A, Outlet, Redirect};
use wasm_bindgen::JsCast as _;

use super::icon::Icon;
use super::loaded::loaded_or;
use super::notice::Problem;
use super::palette::Palette;
use super::post::{Post, Submission};
use super::tour::{Begin, Tour};
use crate::api::people::{SignOut, me};
use crate::api::preferences::{SetRail, SetTheme, theme};
use contract::format::counted;

/// Who is signed in, for the pages within.
#[derive(Clone)]
pub struct Signed(pub Me);

/// The frame.
#[component]
pub fn Frame() -> impl IntoView {
    loaded_or(
        || (),
        |()| me(),
        |me: Me| {
            provide_context(Signed(me.clone()));
            view! { <Inside me/> }.into_any()
        },
        |error| match error.0.kind {
            Kind::SignedOut => view! { <Redirect path="/sign-in"/> }.into_any(),
            _ => view! { <main class="page"><Problem error/></main> }.into_any(),
        },
    )
}

#[component]
fn Inside(me: Me) -> impl IntoView {
    let Me { name, role, department, company, demo, may, tour, due, unread, .. } = me;
    let tour = RwSignal::new(tour);
    // It begins with an import, and ends with a review.
    let may_tour = demo && may.import && may.edit_inventory;
    let sign_out = Submission::to::<SignOut>();
    close_menus();
    let place = department.unwrap_or_else(|| company.clone());
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <header class="rail">
                <a class="wordmark" href="/" aria-label="Throughline, start page">
                    <svg viewBox="0 0 28 20" width="28" height="20" aria-hidden="true">
                        <path d="M7 2V18M14 2V18M21 2V18" class="wordmark-silo"/>
                        <path d="M1 14C5 14 4 6 9 6S12 14 16 14S19 5 27 5" class="wordmark-line"/>
                    </svg>
                    <span>"Throughline"</span>
                </a>
                <Palette/>
                <nav aria-label="Main">
                    {may.see_drivers.then(|| view! { <A href="/summary"><Icon name="gauge"/><span>"Summary"</span></A> })}
                    {may.see_journeys.then(|| view! { <A href="/journeys"><Icon name="route"/><span>"Journeys"</span></A> })}
                    {may.see_drivers.then(|| view! { <A href="/drivers"><Icon name="split"/><span>"Drivers"</span></A> })}
                    {may.see_drivers.then(|| view! { <A href="/reviews"><Icon name="calendar-check"/><span>"Reviews"</span> {(due > 0).then(|| view! { <span class="rail-due" title=counted(due, "action is due within a week or overdue", "actions are due within a week or overdue") aria-label=counted(due, "action is due", "actions are due")>{due}</span> })}</A> })}
                    {(may.see_drivers || may.see_inventory).then(|| view! { <A href="/alerts"><Icon name="bell"/><span>"Alerts"</span> {(unread > 0).then(|| view! { <span class="rail-due" title=counted(unread, "new notice", "new notices") aria-label=counted(unread, "new notice", "new notices")>{unread}</span> })}</A> })}
                    {may.see_inventory.then(|| view! { <A href="/inventory"><Icon name="table"/><span>"Inventory"</span></A> })}
                    {may.see_sources.then(|| view! { <A href="/sources"><Icon name="database"/><span>"Sources"</span></A> })}
                    {may.see_users.then(|| view! { <A href="/users"><Icon name="users"/><span>"Users"</span></A> })}
                </nav>
                <div class="rail-foot">
                    <div class="rail-preferences"><ThemeSwitch/><RailSwitch/></div>
                    <p class="who">
                        <strong>{name}</strong>
                        <span>{role.label()} ", " {place}</span>
                    </p>
                    <Post to=sign_out>
                        <button class="button button-quiet" type="submit"><Icon name="log-out"/><span>"Sign out"</span></button>
                    </Post>
                </div>
            </header>
            <main id="content" class="page" tabindex="-1">
                {demo.then(|| view! { <div class="banner"><span>"Demo: made-up customers of a made-up company, on this machine only."</span> {may_tour.then(|| view! { <Begin at=tour/> })}</div> })}
                <Outlet/>
                {may_tour.then(|| view! { <Tour at=tour/> })}
            </main>
        </div>
    }
}

/// Menus that are open close on Escape, and when one goes on elsewhere.
fn close_menus() {
    let close = |keep: Option<&web_sys::Element>| -> Option<web_sys::Element> {
        let open = document().query_selector_all("details.menu[open], details.confirm[open]").ok()?;
        let all = (0..open.length()).filter_map(|at| open.get(at)?.dyn_into::<web_sys::Element>().ok());
        let mut closed = None;
        for menu in all.filter(|menu| keep.is_none_or(|keep| !menu.contains(Some(keep)))) {
            // An open menu has the attribute.
            let _ = menu.remove_attribute("open");
            closed = Some(menu);
        }
        closed
    };
    let pressed = window_event_listener(leptos::ev::mousedown, move |event| {
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        close(on.as_ref());
    });
    let typed = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape"
            && let Some(menu) = close(None)
            && let Some(word) = menu.query_selector("summary").ok().flatten()
            && let Some(word) = word.dyn_ref::<web_sys::HtmlElement>()
        {
            event.prevent_default();
            // Without focus, the keys go on from where they were.
            let _ = word.focus();
        }
    });
    on_cleanup(move || {
        pressed.remove();
        typed.remove();
    });
}

/// Sets an attribute of the document's root, which the style follows.
fn mark_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // A root element always takes attributes.
        let _ = root.set_attribute(name, value);
    }
}

/// The navigation with words, or with icons alone.
#[component]
fn RailSwitch() -> impl IntoView {
    let action = Submission::to::<SetRail>();
    let option = |key: &'static str, label: &'static str| {
        view! {
            <button class=format!("button button-quiet rail-{key}") type="submit" name="rail" value=key aria-label=label title=label on:click=move |_| mark_root("data-rail", key)>
                <Icon name="panel-left"/>
            </button>
        }
    };
    view! {
        <Post to=action class="rail-switch">
            {option("narrow", "Navigation with icons alone")}
            {option("wide", "Navigation with words")}
        </Post>
    }
}

/// Light, dark, or as the system has it.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let action = Submission::to::<SetTheme>();
    let chosen = theme();
    let option = move |key: &'static str, label: &'static str, icon: &'static str| {
        let pressed = chosen == key;
        view! {
            <button class="button button-quiet" type="submit" name="theme" value=key aria-label=label title=label data-chosen=pressed.to_string() on:click=move |_| mark_root("data-theme", key)>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <Post to=action class="theme-switch">
            {option("light", "Light theme", "sun")}
            {option("dark", "Dark theme", "moon")}
            {option("system", "Theme of the system", "monitor")}
        </Post>
    }
}
