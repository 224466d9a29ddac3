//! Following a link: the first administrator, or someone who was invited, chooses a password.

use contract::people::Invitation;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::people::{Accept, invitation};
use crate::components::loaded::loaded_or;
use crate::components::notice::Problem;
use crate::components::post::{Post, Refusal, Submission};

/// The form behind a link.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.read().get("token").unwrap_or_default();
    view! {
        <Title text="Welcome"/>
        <main class="door">
            {loaded_or(
                token,
                invitation,
                move |invitation| view! { <Inside invitation token=token()/> }.into_any(),
                |error| view! { <section class="door-box"><Problem error/><p><a href="/sign-in">"Sign in"</a></p></section> }.into_any(),
            )}
        </main>
    }
}

#[component]
fn Inside(invitation: Invitation, token: String) -> impl IntoView {
    let action = Submission::to::<Accept>();
    let Invitation { email, name, role, time_zone, time_zones } = invitation;
    let first_run = email.is_none();
    view! {
        <section class="door-box">
            <h1>{if first_run { "Set up Throughline".to_owned() } else { format!("Welcome, {}", name.unwrap_or_default()) }}</h1>
            <p class="lead">
                {if first_run {
                    "You become the administrator. Administrators add people and watch imports, but see no journeys: add a CX manager next, for yourself if you like.".to_owned()
                } else {
                    format!("You are invited as {}. {}", role.label(), role.purpose())
                }}
            </p>
            <Post to=action class="form">
                <input type="hidden" name="token" value=token/>
                {first_run.then(|| view! {
                    <label class="field"><span>"Company"</span><input name="company" required maxlength="200"/></label>
                    <label class="field">
                        <span>"Time zone"</span>
                        <select name="time_zone">
                            {time_zones.into_iter().map(|zone| { let chosen = zone == time_zone; view! { <option value=zone.clone() selected=chosen>{zone.clone()}</option> } }).collect_view()}
                        </select>
                        <small>"Days and weeks are cut in this zone."</small>
                    </label>
                    <label class="field"><span>"Your name"</span><input name="name" autocomplete="name" required maxlength="200"/></label>
                    <label class="field"><span>"E-mail"</span><input type="email" name="email" autocomplete="username" required/></label>
                })}
                {email.map(|email| view! { <label class="field"><span>"E-mail"</span><input type="email" autocomplete="username" value=email disabled/></label> })}
                <label class="field">
                    <span>"Password"</span>
                    <input type="password" name="password" autocomplete="new-password" minlength="12" required/>
                    <small>"At least 12 characters; a few words in a row are easy to remember."</small>
                </label>
                <Refusal of=action/>
                <button class="button button-main" type="submit" disabled=move || action.pending()>"Start"</button>
            </Post>
        </section>
    }
}
