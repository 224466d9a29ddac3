//! A place to drop a file. The form works without JavaScript; with it, a bar shows how far the file has come.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::combobox::submit_around;
use contract::format::{bytes, percent};

/// Where an upload stands.
#[derive(Clone, PartialEq)]
enum Stand {
    Idle,
    Sending { sent: f64, all: f64 },
    Refused(String),
}

/// A form with one file for a route that answers with a redirect.
#[component]
pub fn Upload(
    action: &'static str,
    title: &'static str,
    help: &'static str,
    accept: &'static str,
    button: &'static str,
    #[prop(optional)] class: &'static str,
    /// Sends the file as soon as it is chosen or dropped.
    #[prop(optional)]
    at_once: bool,
) -> impl IntoView {
    let stand = RwSignal::new(Stand::Idle);
    let over = RwSignal::new(false);
    let running = StoredValue::new(None::<SendWrapper<web_sys::XmlHttpRequest>>);
    let navigate = use_navigate();
    let send = move |event: SubmitEvent| {
        let Ok(fields) = leptos::form::form_data_from_event(&event) else { return };
        let Ok(request) = web_sys::XmlHttpRequest::new() else { return };
        if request.open("POST", action).is_err() {
            return;
        }
        event.prevent_default();
        stand.set(Stand::Sending { sent: 0.0, all: 0.0 });
        watch(&request, action, stand, navigate.clone());
        if request.send_with_opt_form_data(Some(&fields)).is_err() {
            stand.set(Stand::Refused("The file can't be read.".to_owned()));
        }
        running.set_value(Some(SendWrapper::new(request)));
    };
    let cancel = move |_| {
        if let Some(request) = running.try_update_value(Option::take).flatten() {
            // Ending what has ended does nothing.
            let _ = request.abort();
        }
        stand.set(Stand::Idle);
    };
    let choose = move |event: leptos::ev::Event| {
        over.set(false);
        if at_once {
            submit_around(&event);
        }
    };
    view! {
        <form
            class=format!("drop {class}")
            class:drop-over=move || over.get()
            method="post"
            action=action
            enctype="multipart/form-data"
            on:submit=send
        >
            <label on:dragenter=move |_| over.set(true) on:dragleave=move |_| over.set(false)>
                <strong>{title}</strong>
                <span>{help}</span>
                <input type="file" name="file" accept=accept required on:change=choose/>
            </label>
            <button class="button button-main" type="submit">{button}</button>
            <div class="drop-stand" role="status" aria-live="polite">
                {move || match stand.get() {
                    Stand::Idle => ().into_any(),
                    Stand::Sending { sent, all } => {
                        let share = if all > 0.0 { sent / all } else { 0.0 };
                        view! {
                            <progress max="1" value=share.to_string() aria-label="Sending the file"></progress>
                            <p>{format!("{} of {} sent, {}", bytes(sent as u64), bytes(all as u64), percent(share))} " " <button class="button button-quiet" type="button" on:click=cancel>"Cancel"</button></p>
                        }.into_any()
                    }
                    Stand::Refused(why) => view! { <p class="notice notice-problem" role="alert">{why}</p> }.into_any(),
                }}
            </div>
        </form>
    }
}

fn watch(
    request: &web_sys::XmlHttpRequest,
    action: &'static str,
    stand: RwSignal<Stand>,
    navigate: impl Fn(&str, NavigateOptions) + Clone + 'static,
) {
    if let Ok(upload) = request.upload() {
        let progress = Closure::<dyn Fn(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
            stand.try_set(Stand::Sending { sent: event.loaded(), all: event.total() });
        });
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        // Lives as long as the page: an upload is rare, and the browser holds on to it.
        progress.forget();
    }
    let ended = request.clone();
    let done = Closure::once_into_js(move || {
        let text = ended.response_text().ok().flatten().unwrap_or_default();
        let path = web_sys::Url::new(&ended.response_url()).map(|url| url.pathname() + &url.search());
        let kind = ended.get_response_header("content-type").ok().flatten().unwrap_or_default();
        let is_page = kind.starts_with("text/html");
        let why = match (ended.status().unwrap_or(0), path) {
            // A page says what is wrong with a file better than a line could; what takes the file is no page.
            (status, Ok(path)) if status > 0 && path != action && (is_page || status < 300) => {
                return navigate(&path, NavigateOptions::default());
            }
            (0, _) => "The server can't be reached. Send the file again.".to_owned(),
            (401, _) => {
                "You are not signed in any more. Sign in again in another tab, then send the file again."
                    .to_owned()
            }
            (413, _) => "The file is larger than this server takes.".to_owned(),
            (status, _) if is_page || text.is_empty() => {
                format!(
                    "The server didn't take the file (error {status}). Send it again, or ask who runs the server."
                )
            }
            _ => text,
        };
        stand.try_set(Stand::Refused(why));
    });
    request.set_onloadend(Some(done.unchecked_ref()));
}
