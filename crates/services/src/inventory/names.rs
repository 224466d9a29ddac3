//! Departments, stages and channels.

use contract::UserError;
use contract::inventory::NamedKind;
use db::inventory::List;
use serde_json::json;

use super::{checked_name, taken};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services, cache};

fn list(kind: NamedKind) -> List {
    match kind {
        NamedKind::Department => List::Departments,
        NamedKind::Stage => List::Stages,
        NamedKind::Channel => List::Channels,
    }
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
    let added = db::inventory::add_name(&tx, list(kind), &name, parent).await;
    let id = added.map_err(|error| taken(error, kind.key(), &name))?;
    db::audit(&tx, &actor.audited(now), "add", kind.key(), &id, &json!({ "name": name })).await?;
    tx.commit().await?;
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
    let renamed = db::inventory::rename(&tx, list(kind), id, version, &name).await;
    renamed.map_err(|error| taken(error, kind.key(), &name))?;
    db::audit(&tx, &actor.audited(now), "change", kind.key(), id, &json!({ "name": name })).await?;
    tx.commit().await?;
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
    db::inventory::delete_name(&tx, list(kind), id, version).await?;
    db::audit(&tx, &actor.audited(now), "delete", kind.key(), id, &json!({})).await?;
    tx.commit().await?;
    Ok(())
}
