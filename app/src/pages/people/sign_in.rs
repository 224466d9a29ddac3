//! The door.

use contract::people::Door;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::people::{SignIn, SignInDemo, door};
use crate::components::loaded::loaded;
use crate::components::post::{Post, Refusal, Submission};

/// Sign-in by address and password, or by one click in the demo.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! {
        <Title text="Sign in"/>
        <main class="door">
            {loaded(|| (), |()| door(), move |door| view! { <Inside door/> }.into_any())}
        </main>
    }
}

#[component]
fn Inside(door: Door) -> impl IntoView {
    let action = Submission::to::<SignIn>();
    let demo = Submission::to::<SignInDemo>();
    let Door { company, needs_setup, demo_accounts } = door;
    view! {
        <section class="door-box">
            <svg class="door-motif" viewBox="0 0 240 60" aria-hidden="true">
                <path d="M20 4V56M75 4V56M130 4V56M185 4V56" class="empty-silo"/>
                <path d="M4 44C40 44 45 18 75 18S110 42 130 42S160 14 185 14S215 22 236 22" class="empty-line"/>
            </svg>
            <h1>"Throughline"</h1>
            <p class="lead">{company}</p>
            {needs_setup.then(|| view! {
                <div class="notice">
                    <p class="notice-what">"Nobody has an account yet."</p>
                    <p>"The console that started the server shows a link; it makes the first administrator."</p>
                </div>
            })}
            {(!demo_accounts.is_empty()).then(|| view! {
                <h2>"Look around as"</h2>
                <Post to=demo class="demo-accounts">
                    {demo_accounts.into_iter().map(|account| view! {
                        <button class="demo-account" type="submit" name="email" value=account.email>
                            <strong>{account.role.label()} {account.department.map(|name| format!(", {name}"))}</strong>
                            <span>{account.role.purpose()}</span>
                        </button>
                    }).collect_view()}
                </Post>
                <Refusal of=demo/>
                <h2>"Or sign in"</h2>
            })}
            <Post to=action class="form">
                <label class="field"><span>"E-mail"</span><input type="email" name="email" autocomplete="username" required/></label>
                <label class="field"><span>"Password"</span><input type="password" name="password" autocomplete="current-password" required/></label>
                <Refusal of=action/>
                <button class="button button-main" type="submit" disabled=move || action.pending()>"Sign in"</button>
            </Post>
        </section>
    }
}
