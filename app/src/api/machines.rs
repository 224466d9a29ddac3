//! Server functions of keys for machines, and of links between ids.

use contract::ingest as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn keys() -> Result<Vec<view::KeyRow>, AppError> {
    let (services, actor) = context().await?;
    services::sources::keys(&services, &actor).await.map_err(refuse)
}

/// Answers with the key, which is shown this once.
#[server(prefix = "/api", input = Form)]
pub async fn add_key(source: String, name: String) -> Result<String, AppError> {
    let (services, actor) = context().await?;
    services::sources::add_key(&services, &actor, &source, &name).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn revoke_key(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::sources::revoke_key(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn links() -> Result<view::Links, AppError> {
    let (services, actor) = context().await?;
    services::sources::links(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn undo_links(id: String, undone: bool) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::sources::undo_links(&services, &actor, &id, undone).await.map_err(refuse)
}
