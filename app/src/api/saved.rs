//! Server functions of saved segments and views.

use contract::journeys as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, redirect, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn segments() -> Result<view::Segments, AppError> {
    let (services, actor) = context().await?;
    services::journeys::saved::segments(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn builder(query: view::ExploreQuery, id: Option<String>) -> Result<view::Builder, AppError> {
    let (services, actor) = context().await?;
    services::journeys::saved::builder(&services, &actor, query, id).await.map_err(refuse)
}

/// Saves a new segment, or the one of that id and version, and goes where its journeys are seen.
#[server(prefix = "/api", input = Form)]
pub async fn save_segment(
    #[server(default)] id: String,
    #[server(default)] version: i32,
    name: String,
    definition: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::journeys::saved::save_segment(&services, &actor, &id, version, &name, &definition)
        .await
        .map_err(refuse)?;
    let query = view::ExploreQuery { segment: Some(name.trim().to_owned()), ..Default::default() };
    redirect(&format!("/journeys{}", query.to_search()));
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_segment(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::journeys::saved::delete_segment(&services, &actor, &id, version).await.map_err(refuse)
}

/// Saves the question as a view, and goes on showing it.
#[server(prefix = "/api", input = Form)]
pub async fn save_view(
    name: String,
    search: String,
    #[server(default)] shared: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let search = services::journeys::saved::save_view(&services, &actor, &name, &search, shared == "yes")
        .await
        .map_err(refuse)?;
    redirect(&format!("/journeys{search}"));
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_view(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::journeys::saved::delete_view(&services, &actor, &id, version).await.map_err(refuse)
}
