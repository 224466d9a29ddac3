//! Server functions of driver reports.

use contract::drivers as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn drivers(query: view::DriversQuery) -> Result<view::DriversView, AppError> {
    let (services, actor) = context().await?;
    services::drivers::report(&services, &actor, query).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn reasons() -> Result<view::ReasonsView, AppError> {
    let (services, actor) = context().await?;
    services::drivers::reasons(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_reason(form: view::ReasonInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::drivers::save_reason(&services, &actor, form).await.map_err(refuse)
}
