//! Server functions of the sources pages. Files themselves are uploaded by a route of the server.

use contract::sources as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, redirect, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn sources() -> Result<view::Sources, AppError> {
    let (services, actor) = context().await?;
    services::sources::sources(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn import(id: String) -> Result<view::ImportView, AppError> {
    let (services, actor) = context().await?;
    services::sources::import(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn preview(
    upload: String,
    format: String,
    encoding: String,
    delimiter: String,
    source: String,
    day_order: String,
    dry_run: String,
) -> Result<view::Preview, AppError> {
    let (services, actor) = context().await?;
    let wish = services::sources::PreviewWish {
        upload: &upload,
        format: &format,
        encoding: &encoding,
        delimiter: &delimiter,
        source: &source,
        day_order: &day_order,
        dry_run: &dry_run,
    };
    services::sources::preview(&services, &actor, wish).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn start_import(form: view::StartImport) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    if form.dry {
        let id = services::sources::start_dry(&services, &actor, form).await.map_err(refuse)?;
        redirect(&format!("/sources/dry-runs/{id}"));
    } else {
        let id = services::sources::start(&services, &actor, form).await.map_err(refuse)?;
        redirect(&format!("/sources/imports/{id}"));
    }
    Ok(())
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn dry_run(id: String) -> Result<view::DryRun, AppError> {
    let (services, actor) = context().await?;
    services::sources::dry_run(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn cancel_dry_run(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::sources::cancel_dry(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn cancel_import(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::sources::cancel(&services, &actor, &id).await.map_err(refuse)
}

/// What every log says of cases and of its own reasons.
#[server(prefix = "/api", input = Question, output = View)]
pub async fn log_rules() -> Result<view::LogRules, AppError> {
    let (services, actor) = context().await?;
    services::sources::log_rules(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_log_rule(form: view::LogRuleInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::sources::save_log_rule(&services, &actor, form).await.map_err(refuse)
}
