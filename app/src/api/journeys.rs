//! Server functions of the journeys and customer pages.

use contract::journeys as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn explore(query: view::ExploreQuery) -> Result<view::JourneysView, AppError> {
    let (services, actor) = context().await?;
    services::journeys::explore(&services, &actor, query).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn flow(query: view::ExploreQuery) -> Result<view::Flow, AppError> {
    let (services, actor) = context().await?;
    services::journeys::flow(&services, &actor, query).await.map_err(refuse)
}

/// What the customers behind the selected figure talk about.
#[server(prefix = "/api", input = Question, output = View)]
pub async fn said(query: view::ExploreQuery) -> Result<contract::drivers::Said, AppError> {
    let (services, actor) = context().await?;
    services::journeys::said(&services, &actor, query).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn customer(id: String) -> Result<view::CustomerView, AppError> {
    let (services, actor) = context().await?;
    services::journeys::customer(&services, &actor, id).await.map_err(refuse)
}
