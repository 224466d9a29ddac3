//! Server functions of the inventory pages.

use contract::inventory as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, redirect, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn inventory() -> Result<view::InventoryView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::inventory(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn touchpoint(id: String) -> Result<view::TouchpointView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::touchpoint(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_touchpoint(form: view::TouchpointInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let id = services::inventory::save_touchpoint(&services, &actor, form).await.map_err(refuse)?;
    redirect(&format!("/inventory/{id}"));
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_touchpoint(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_touchpoint(&services, &actor, &id, version).await.map_err(refuse)?;
    redirect("/inventory");
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn save_rule(form: view::RuleInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::save_rule(&services, &actor, form).await.map(drop).map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_rule(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_rule(&services, &actor, &id, version).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn move_rule(id: String, version: i32, first: bool) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::move_rule(&services, &actor, &id, version, first).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_experience(form: view::ExperienceInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::save_experience(&services, &actor, form).await.map(drop).map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_experience(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_experience(&services, &actor, &id, version).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn add_name(
    kind: view::NamedKind,
    name: String,
    #[server(default)] parent: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::add_name(&services, &actor, kind, &name, &parent).await.map(drop).map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn rename(kind: view::NamedKind, id: String, version: i32, name: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::rename(&services, &actor, kind, &id, version, &name).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_name(kind: view::NamedKind, id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_name(&services, &actor, kind, &id, version).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn unmapped() -> Result<view::Unmapped, AppError> {
    let (services, actor) = context().await?;
    services::inventory::unmapped(&services, &actor).await.map_err(refuse)
}

/// Answers with the new rule's id, by which it can be undone.
#[server(prefix = "/api", input = Form)]
pub async fn map_activity(
    source: String,
    activity: String,
    #[server(default)] touchpoint: String,
    #[server(default)] department_id: String,
) -> Result<String, AppError> {
    let (services, actor) = context().await?;
    let to = services::inventory::MapTo {
        source: &source,
        activity: &activity,
        touchpoint: &touchpoint,
        department_id: &department_id,
    };
    services::inventory::map_activity(&services, &actor, to).await.map_err(refuse)
}
