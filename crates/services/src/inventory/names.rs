//! Departments, stages and channels.

use contract::inventory::{Column, NamedKind};
use contract::{Kind, UserError};
use db::inventory::{Inventory, List, Name};
use serde_json::json;

use super::{checked_name, free, taken};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services, cache};

fn list(kind: NamedKind) -> List {
    match kind {
        NamedKind::Department => List::Departments,
        NamedKind::Stage => List::Stages,
        NamedKind::Channel => List::Channels,
    }
}

fn all(inventory: &Inventory, kind: NamedKind) -> &[Name] {
    match kind {
        NamedKind::Department => &inventory.departments,
        NamedKind::Stage => &inventory.stages,
        NamedKind::Channel => &inventory.channels,
    }
}

/// Refuses a name that another of its kind has, but for capital letters.
fn free_name(inventory: &Inventory, kind: NamedKind, own: &str, name: &str) -> Result<(), UserError> {
    free(all(inventory, kind).iter().map(|one| (one.id.as_str(), one.name.as_str())), own, kind.key(), name)
}

/// Adds a name. A department may stand below another.
pub async fn add_name(
    services: &Services,
    actor: &Actor,
    kind: NamedKind,
    name: &str,
    parent: &str,
) -> Result<String, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, kind.key())?;
    let name = checked_name(name, "name")?;
    let parent = Some(parent).filter(|parent| !parent.is_empty() && kind == NamedKind::Department);
    if let Some(parent) = parent {
        let (_, inventory) = cache::inventory(services).await?;
        if !inventory.departments.iter().any(|one| one.id == parent) {
            return Err(UserError::not_found("department").at("parent").into());
        }
    }
    let now = services.now();
    let tx = services.db.write().await?;
    free_name(&db::inventory::load_in(&tx).await?, kind, "", &name)?;
    let added = db::inventory::add_name(&tx, list(kind), &name, parent).await;
    let id = added.map_err(|error| taken(error, kind.key(), &name))?;
    db::audit(&tx, &actor.audited(now), "add", kind.key(), &id, &json!({ "name": name })).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    Ok(id)
}

/// Renames.
pub async fn rename(
    services: &Services,
    actor: &Actor,
    kind: NamedKind,
    id: &str,
    version: i32,
    name: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, kind.key())?;
    let name = checked_name(name, "name")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    free_name(&inventory, kind, id, &name)?;
    if let Some(old) = all(&inventory, kind).iter().find(|one| one.id == id) {
        let column = match kind {
            NamedKind::Department => Column::Owner,
            NamedKind::Stage => Column::Stage,
            NamedKind::Channel => Column::Channel,
        };
        db::notes::rename_in_proposals(&tx, column.key(), &old.name, &name).await?;
    }
    let renamed = db::inventory::rename(&tx, list(kind), id, version, &name).await;
    renamed.map_err(|error| taken(error, kind.key(), &name))?;
    db::audit(&tx, &actor.audited(now), "change", kind.key(), id, &json!({ "name": name })).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    Ok(())
}

/// Puts a department below another, or below none. The head of the one above then answers for it too.
pub async fn put_below(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
    parent: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, "department")?;
    let parent = Some(parent).filter(|parent| !parent.is_empty());
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let find = |id: &str| inventory.departments.iter().find(|one| one.id == id);
    let one = find(id).ok_or_else(|| UserError::not_found("department"))?;
    let mut above = parent;
    while let Some(next) = above {
        if next == id {
            let message = format!("\u{201c}{}\u{201d} would stand below itself.", one.name);
            return Err(UserError::new(Kind::Unprocessable, "cycle", message)
                .at("parent")
                .remedy("Choose a department that is not below it.")
                .into());
        }
        let known = find(next).ok_or_else(|| UserError::not_found("department").at("parent"))?;
        above = known.parent_id.as_deref();
    }
    db::inventory::put_below(&tx, id, version, parent).await?;
    let name = parent.and_then(find).map(|one| one.name.clone());
    let details = json!({ "name": one.name, "below": name });
    db::audit(&tx, &actor.audited(now), "change", "department", id, &details).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    Ok(())
}

/// Removes a name that nothing uses.
pub async fn delete_name(
    services: &Services,
    actor: &Actor,
    kind: NamedKind,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, kind.key())?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let mut all = inventory.departments.iter().chain(&inventory.stages).chain(&inventory.channels);
    let name = all.find(|one| one.id == id).map(|one| one.name.clone());
    // What it committed to would go with it, and reviews stay readable.
    if kind == NamedKind::Department && db::reviews::has_committed(&tx, id).await? {
        return Err(UserError::new(
            Kind::Conflict,
            "has_committed",
            "Reviews hold what this department committed to.",
        )
        .at("department")
        .remedy("Rename the department instead.")
        .into());
    }
    if kind == NamedKind::Department {
        db::alerts::delete_rules_of(&tx, id).await?;
    }
    db::inventory::delete_name(&tx, list(kind), id, version).await?;
    db::audit(&tx, &actor.audited(now), "delete", kind.key(), id, &json!({ "name": name })).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    Ok(())
}
