//! Server functions of KPIs.

use contract::inventory as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, redirect, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn kpis() -> Result<view::KpisView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::kpis(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn kpi(id: String) -> Result<view::KpiView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::kpi(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn matrix() -> Result<view::MatrixView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::matrix(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_kpi(form: view::KpiInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let id = services::inventory::save_kpi(&services, &actor, form).await.map_err(refuse)?;
    redirect(&format!("/inventory/kpis/{id}"));
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_kpi(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_kpi(&services, &actor, &id, version).await.map_err(refuse)?;
    redirect("/inventory/kpis");
    Ok(())
}

/// Takes readings: lines of day, value and note.
#[server(prefix = "/api", input = Form)]
pub async fn read_kpi(id: String, lines: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::read(&services, &actor, &id, &lines).await.map(drop).map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_reading(id: String, day: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_reading(&services, &actor, &id, &day).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_link(form: view::LinkInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::save_link(&services, &actor, form).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_link(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_link(&services, &actor, &id, version).await.map_err(refuse)
}
