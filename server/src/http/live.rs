//! What is new, told to open pages as it happens: the version of the events that figures are made of.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use app::api::session::actor_of;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use contract::inventory::News as Told;
use services::streams::News;
use tokio::sync::broadcast::error::RecvError;

use super::Site;
use super::files::Failure;

/// How long one stream lasts: then the page asks again, and its rights are looked at anew.
const LASTS: Duration = Duration::from_secs(600);

/// `GET /live`: an event whenever there are new ones.
pub async fn live(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let open = site.services.listening(&actor, News::Events)?;
    let versions = site.services.live();
    let until = tokio::time::Instant::now() + LASTS;
    let stream =
        futures_util::stream::unfold((versions, true, open), move |(mut versions, first, open)| async move {
            if !first && tokio::time::timeout_at(until, versions.changed()).await.ok()?.is_err() {
                return None;
            }
            let version = *versions.borrow_and_update();
            let event = Event::default().event("version").data(version.to_string());
            Some((Ok::<_, Infallible>(event), (versions, false, open)))
        });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}

/// `GET /inventory/live`: who changes what in the inventory, and who is where.
pub async fn inventory(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let open = site.services.listening(&actor, News::Inventory)?;
    let (now, told) = site.services.inventory_news(&actor).await?;
    let until = tokio::time::Instant::now() + LASTS;
    let waiting: VecDeque<Told> = now.into();
    let begin = (waiting, told, open);
    let stream = futures_util::stream::unfold(begin, move |(mut waiting, mut told, open)| async move {
        let news = match waiting.pop_front() {
            Some(news) => news,
            None => match tokio::time::timeout_at(until, told.recv()).await.ok()? {
                Ok(news) => news,
                // A page that fell behind asks for everything.
                Err(RecvError::Lagged(_)) => {
                    Told::Changed { by: String::new(), account: String::new(), ids: Vec::new() }
                }
                Err(RecvError::Closed) => return None,
            },
        };
        let event = Event::default().event("news").json_data(&news).ok()?;
        Some((Ok::<_, Infallible>(event), (waiting, told, open)))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}
