//! What a page shows of what it asks for: its shape while it comes, the view once it came, the problem where it
//! did not.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::notice::{Loading, Problem};
use crate::api::AppError;
use crate::api::wire::{Ask, Asking, Key, Parcel, load};

type Draw = Arc<dyn Fn(Parcel) -> AnyView + Send + Sync>;

/// Asks `fetch` whenever `source` changes and draws the answer; a refusal is drawn as a problem.
pub fn loaded<S, T, Answer>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Answer + Clone + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    S: Debug + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<T, AppError>> + Send + 'static,
{
    loaded_or(source, fetch, draw, |error| view! { <Problem error/> }.into_any())
}

/// The same, with a drawing of refusals.
pub fn loaded_or<S, T, Answer>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Answer + Clone + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
    refused: impl Fn(AppError) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    S: Debug + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let source = Box::new(move || Key::new(source()));
    let ask = Box::new(move |key: Key| -> Asking {
        match key.get::<S>() {
            Some(source) => {
                let answer = fetch(source);
                Box::pin(async move { Parcel::new(answer.await) })
            }
            // A key is made of a source right above.
            None => Box::pin(std::future::pending()),
        }
    });
    let draw = Arc::new(move |parcel: Parcel| match parcel.open::<T>() {
        Ok(view) => draw(view),
        Err(error) => refused(error),
    });
    shown(source, ask, draw)
}

/// The part that is the same for all pages.
fn shown(source: Box<dyn Fn() -> Key + Send + Sync>, ask: Ask, draw: Draw) -> AnyView {
    let found = load(source, ask);
    view! {
        <Transition fallback=|| view! { <Loading/> }>
            {move || {
                let draw = draw.clone();
                let drawn: Pin<Box<dyn Future<Output = AnyView> + Send>> =
                    Box::pin(async move { draw(found.await) });
                Suspend::new(drawn)
            }}
        </Transition>
    }
    .into_any()
}
