//! Server functions of the inventory pages.

use contract::inventory as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, redirect, refuse};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn grid(from: String, to: String) -> Result<view::GridView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::grid(&services, &actor, &from, &to).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn lists() -> Result<view::ListsView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::lists(&services, &actor).await.map_err(refuse)
}

/// The rows of some touchpoints as they are now.
#[server(prefix = "/api", input = Question, output = View)]
pub async fn rows(ids: Vec<String>) -> Result<Vec<view::GridRow>, AppError> {
    let (services, actor) = context().await?;
    services::inventory::rows_of(&services, &actor, &ids).await.map_err(refuse)
}

/// Changes cells; with `dry`, says what that would come to. A paste may be large, so this takes more than a form.
#[server(prefix = "/api", endpoint = "edit_cells", input = Question, output = View)]
pub async fn edit_cells(edits: Vec<view::RowEdit>, dry: bool) -> Result<view::Edited, AppError> {
    let (services, actor) = context().await?;
    services::inventory::edit(&services, &actor, edits, dry).await.map_err(refuse)
}

/// Undoes one's own latest step, or does again what was undone.
#[server(prefix = "/api", input = Question, output = View)]
pub async fn undo_step(again: bool) -> Result<view::Edited, AppError> {
    let (services, actor) = context().await?;
    let done = match again {
        true => services::inventory::redo(&services, &actor).await,
        false => services::inventory::undo(&services, &actor).await,
    };
    done.map_err(refuse)
}

/// The same by a form, for pages without JavaScript.
#[server(prefix = "/api", input = Form)]
pub async fn undo(#[server(default)] again: String) -> Result<(), AppError> {
    undo_step(again == "yes").await.map(drop)
}

#[server(prefix = "/api", input = Form)]
pub async fn restore(id: String, latest: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::restore(&services, &actor, &id, &latest).await.map_err(refuse)
}

/// Says where in the inventory the person is.
#[server(prefix = "/api", input = Question, output = View)]
pub async fn be_at(place: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::be_at(&services, &actor, &place).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_grid(
    name: String,
    search: String,
    #[server(default)] shared: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::save_grid(&services, &actor, &name, &search, shared == "yes").await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_grid(id: String, version: i32) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_grid(&services, &actor, &id, version).await.map_err(refuse)
}

/// Fills an empty inventory with what most companies of a kind have.
#[server(prefix = "/api", input = Form)]
pub async fn begin_with(starter: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::begin_with(&services, &actor, &starter).await.map(drop).map_err(refuse)
}

/// Name of a file that was sent, and what it would change.
#[server(prefix = "/api", input = Question, output = View)]
pub async fn look_file(
    id: String,
    new_names: bool,
    overwrite: bool,
) -> Result<(String, view::InventoryImport), AppError> {
    let (services, actor) = context().await?;
    let options = services::inventory::Options { new_names, overwrite };
    services::inventory::look_held(&services, &actor, &id, options).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn apply_file(
    id: String,
    #[server(default)] new_names: String,
    #[server(default)] overwrite: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let options = services::inventory::Options { new_names: new_names == "yes", overwrite: overwrite == "yes" };
    let report = services::inventory::apply_held(&services, &actor, &id, options).await.map_err(refuse)?;
    // What stands against it since the look is on the page that the form came from.
    if report.applied {
        redirect("/inventory");
    }
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn look_at(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::look_at(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn try_rule(form: view::RuleInput) -> Result<view::RuleTrial, AppError> {
    let (services, actor) = context().await?;
    services::inventory::try_rule(&services, &actor, form).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn add_sample(
    experience_id: String,
    day: String,
    asked: u64,
    said: u64,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::add_sample(&services, &actor, &experience_id, &day, asked, said, &note)
        .await
        .map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_sample(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_sample(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn comment(touchpoint_id: String, words: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::comment(&services, &actor, &touchpoint_id, &words).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn delete_comment(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::delete_comment(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn propose(
    touchpoint_id: String,
    column: view::Column,
    #[server(default)] after: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::propose(&services, &actor, &touchpoint_id, column, &after, &reason)
        .await
        .map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn decide(id: String, decision: String, #[server(default)] answer: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::decide(&services, &actor, &id, decision == "accept", &answer).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn withdraw(id: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::withdraw(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn gaps() -> Result<view::GapsView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::gaps(&services, &actor).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn put_below(id: String, version: i32, #[server(default)] parent: String) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    services::inventory::put_below(&services, &actor, &id, version, &parent).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn touchpoint(id: String) -> Result<view::TouchpointView, AppError> {
    let (services, actor) = context().await?;
    services::inventory::touchpoint(&services, &actor, &id).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn save_touchpoint(form: view::TouchpointInput) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let new = form.id.is_empty();
    let id = services::inventory::save_touchpoint(&services, &actor, form).await.map_err(refuse)?;
    // A known one may be open beside the grid, which stays.
    if new {
        redirect(&format!("/inventory/{id}"));
    }
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
