//! Server functions of alerts, scheduled reports, and keys that read reports.

use contract::alerts as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn alerts() -> Result<view::AlertsView, AppError> {
    let (services, actor) = context().await?;
    services::alerts::alerts(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn add_alert(form: view::AlertInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::alerts::add_rule(&services, &actor, form).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_alert(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::alerts::delete_rule(&services, &actor, &id).await.map_err(refuse)
}

/// Marks a notice as read, or all without an id.
#[server(prefix = "/api", input = Form)]
pub async fn read_notices(#[server(default)] id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::alerts::read(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn add_schedule(form: view::ScheduleInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::alerts::schedule(&services, &actor, form).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn send_schedule(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::alerts::send_now(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_schedule(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::alerts::delete_schedule(&services, &actor, &id).await.map_err(refuse)
}

/// Answers with the key, which is shown this once.
#[server(prefix = "/api", input = Form)]
pub async fn add_read_key(name: String, #[server(default)] scope: Vec<String>) -> Result<String, AppError> {
    let (services, actor) = context().await?;
    services::keys::add(&services, &actor, &name, &scope).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn revoke_read_key(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::keys::revoke(&services, &actor, &id).await.map_err(refuse)
}
