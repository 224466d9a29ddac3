//! Forms that change something. Without JavaScript the browser posts them by itself; with it they are posted in
//! place, and the page goes on.
//!
//! The form's fields travel as they were typed: nothing of a form's type is compiled into the browser's half.

use contract::UserError;
use leptos::ev::SubmitEvent;
use leptos::form::form_data_from_event;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr, ServerFnUrlError};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response, UrlSearchParams};

use super::notice::Problem;
use crate::api::AppError;

/// Header by which an answer asks the page to go elsewhere.
const REDIRECT: &str = "serverfnredirect";

/// What became of a form.
#[derive(Clone, Copy)]
pub struct Submission {
    path: &'static str,
    pending: RwSignal<bool>,
    done: RwSignal<u32>,
    problem: RwSignal<Option<AppError>>,
    answer: RwSignal<Option<String>>,
}

impl Submission {
    /// Of forms that post to the server function `F`.
    pub fn to<F: ServerFn<Error = AppError>>() -> Self {
        // Posted without JavaScript, a refusal comes back in the page's address. Anyone can write an address, so
        // only its code is taken from there, and the words are ours.
        let refused = use_context::<ServerActionError>()
            .filter(|refused| refused.path() == F::PATH)
            .map(|refused| in_our_words(ServerFnUrlError::<AppError>::decode_err(refused.err())));
        Self {
            path: F::PATH,
            pending: RwSignal::new(false),
            done: RwSignal::new(0),
            problem: RwSignal::new(refused),
            answer: RwSignal::new(None),
        }
    }

    /// How often it went well.
    pub fn done(self) -> u32 {
        self.done.get()
    }

    /// Whether an answer is awaited.
    pub fn pending(self) -> bool {
        self.pending.get()
    }

    /// What the last success answered, where that is a text.
    pub fn answer(self) -> Option<String> {
        self.answer.get()
    }

    fn send(self, event: &SubmitEvent, go: impl Fn(&str) + 'static) {
        event.prevent_default();
        if self.pending.get_untracked() {
            return;
        }
        let Ok(fields) = form_data_from_event(event) else { return };
        // A button without a name is no field.
        fields.delete("");
        self.pending.set(true);
        let form = event.target().and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
        leptos::task::spawn_local(async move {
            let outcome = post(self.path, &fields).await;
            // The page may have gone meanwhile, and its signals with it.
            self.pending.try_set(false);
            match outcome {
                Ok(Answer { text, redirect }) => {
                    self.problem.try_set(None);
                    self.answer.try_set(text);
                    self.done.try_update(|done| *done += 1);
                    if let Some(form) = form.filter(|form| form.has_attribute("data-reset")) {
                        form.reset();
                    }
                    if let Some(path) = redirect {
                        go(&path);
                    }
                }
                Err(error) => {
                    self.problem.try_set(Some(error));
                }
            }
        });
    }
}

/// What a refusal's code means.
fn in_our_words(AppError(error): AppError) -> AppError {
    let plain = |message: &str, remedy: &str| {
        AppError(UserError::new(error.kind, error.code.clone(), message).remedy(remedy))
    };
    match error.code.as_str() {
        "wrong_password" => plain("The address or the password is wrong.", "Check both, and try again."),
        "too_many_attempts" | "busy" => plain("There were too many attempts lately.", "Wait five minutes."),
        "stale" => plain("Someone else changed this meanwhile.", "Repeat your change on what is shown now."),
        "name_taken" | "email_taken" => plain("This name or address is taken.", "Choose another."),
        "in_use" => plain("Something else still refers to it.", "Change or remove that first."),
        _ => plain("This was not accepted.", "Check what you entered, and try again."),
    }
}

struct Answer {
    text: Option<String>,
    redirect: Option<String>,
}

async fn post(path: &str, fields: &web_sys::FormData) -> Result<Answer, AppError> {
    let offline =
        |error: JsValue| AppError::from_server_fn_error(ServerFnErrorErr::Request(format!("{error:?}")));
    let body = UrlSearchParams::new_with_str_sequence_sequence(fields).map_err(offline)?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&body);
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await.map_err(offline)?;
    let response: Response = response.dyn_into().map_err(offline)?;
    let text = JsFuture::from(response.text().map_err(offline)?).await.map_err(offline)?;
    let text = text.as_string().unwrap_or_default();
    if !response.ok() {
        return Err(AppError::de(text.into_bytes().into()));
    }
    let headers = response.headers();
    let asked = headers.has(REDIRECT).unwrap_or(false);
    let redirect = if asked { headers.get("location").ok().flatten() } else { None };
    Ok(Answer { text: js_sys::JSON::parse(&text).ok().and_then(|value| value.as_string()), redirect })
}

/// A form that posts to a server function. With `reset`, its fields are emptied when that went well.
#[component]
pub fn Post(
    to: Submission,
    #[prop(optional)] class: &'static str,
    #[prop(optional)] reset: Option<()>,
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let send = move |event: SubmitEvent| {
        let navigate = navigate.clone();
        to.send(&event, move |path| navigate(path, NavigateOptions::default()));
    };
    view! {
        <form action=to.path method="post" class=class data-reset=reset.map(|()| "") on:submit=send>
            {children()}
        </form>
    }
}

/// Why a form was refused, if it was.
#[component]
pub fn Refusal(of: Submission) -> impl IntoView {
    move || of.problem.get().map(|error| view! { <Problem error/> })
}

/// Says for a while that a form went well.
#[component]
pub fn Toast(
    of: Submission,
    text: &'static str,
    #[prop(optional)] children: Option<ChildrenFn>,
) -> impl IntoView {
    const SHOWN: std::time::Duration = std::time::Duration::from_secs(8);
    let shown = RwSignal::new(0);
    Effect::new(move |_| {
        let done = of.done();
        if done > 0 {
            shown.set(done);
            set_timeout(
                move || {
                    if shown.try_get_untracked() == Some(done) {
                        shown.set(0);
                    }
                },
                SHOWN,
            );
        }
    });
    view! {
        <div role="status" aria-live="polite">
            {move || (shown.get() > 0).then(|| view! {
                <div class="toast">
                    <span>{text}</span>
                    {children.as_ref().map(|children| children())}
                    <button class="button button-quiet" type="button" aria-label="Close" on:click=move |_| shown.set(0)>"Close"</button>
                </div>
            })}
        </div>
    }
}
