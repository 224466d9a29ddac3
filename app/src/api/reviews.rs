//! Server functions of reviews and actions.

use contract::reviews as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, redirect, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn reviews() -> Result<view::ReviewsView, AppError> {
    let (services, actor) = context().await?;
    services::reviews::reviews(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn review(id: String) -> Result<view::ReviewView, AppError> {
    let (services, actor) = context().await?;
    services::reviews::review(&services, &actor, &id).await.map_err(refuse)
}

/// Makes a review with the figures of now, and opens it.
#[server(prefix = "/api", input = Form)]
pub async fn start_review(
    title: String,
    day: String,
    #[server(default)] participants: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let id = services::reviews::start(&services, &actor, &title, &day, &participants).await.map_err(refuse)?;
    redirect(&format!("/reviews/{id}"));
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn save_review(
    id: String,
    version: i32,
    title: String,
    day: String,
    #[server(default)] participants: String,
    #[server(default)] notes: String,
    #[server(default)] attended: Vec<String>,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let input = services::reviews::ReviewInput {
        id: &id,
        version,
        title: &title,
        day: &day,
        participants: &participants,
        notes: &notes,
        attended: &attended,
    };
    services::reviews::save(&services, &actor, input).await.map_err(refuse)
}

/// Adds an action, or changes the one of that id and version.
#[server(prefix = "/api", input = Form)]
pub async fn save_action(form: view::ActionInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::reviews::save_action(&services, &actor, form).await.map(drop).map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn commit(review: String, department: String, words: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::reviews::commit(&services, &actor, &review, &department, &words).await.map_err(refuse)
}
