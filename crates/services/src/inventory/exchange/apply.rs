//! Applying an inventory file: all of it, or nothing.

use contract::inventory::InventoryImport;
use contract::{Kind, UserError};
use db::inventory::{Inventory, Reading};
use serde_json::json;

use super::plan::{Plan, first_problem, plan};
use super::read::read;
use crate::actor::{need, need_change};
use crate::compute::compute;
use crate::inventory::rows::{Change, Row};
use crate::inventory::rules::describe;
use crate::inventory::steps::{Done, record};
use crate::inventory::taken;
use crate::inventory::touchpoints::differences;
use crate::{Actor, ServiceError, Services, cache};

/// Largest inventory file.
const MOST_BYTES: usize = 20 << 20;

/// How a file is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Adds departments, stages and channels that are not there yet; else they are problems.
    pub new_names: bool,
    /// Takes the file's word where somebody changed a cell since it was written; else these are conflicts.
    pub overwrite: bool,
}

/// Whether the person may import an inventory at all.
pub fn may_import(actor: &Actor) -> Result<(), UserError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, "inventory")
}

pub fn allowed(actor: &Actor, bytes: &[u8]) -> Result<(), UserError> {
    may_import(actor)?;
    if bytes.len() > MOST_BYTES {
        return Err(UserError::new(Kind::TooLarge, "too_large", "An inventory file may have at most 20 MiB."));
    }
    Ok(())
}

async fn all_readings(services: &Services, inventory: &Inventory) -> Result<Vec<Reading>, ServiceError> {
    let ids: Vec<String> = inventory.kpis.iter().map(|kpi| kpi.id.clone()).collect();
    Ok(db::inventory::readings(&services.db, &ids).await?)
}

/// Says what a file would change, and changes nothing.
pub async fn dry_import(
    services: &Services,
    actor: &Actor,
    bytes: &[u8],
    options: Options,
) -> Result<InventoryImport, ServiceError> {
    allowed(actor, bytes)?;
    let (_, inventory) = cache::inventory(services).await?;
    let readings = all_readings(services, &inventory).await?;
    let (bytes, actor, now) = (bytes.to_vec(), actor.clone(), services.now());
    let planned = compute(services, move || {
        read(&bytes).map(|read| plan(&inventory, &readings, &actor, options, &read, now).report)
    });
    Ok(planned.await??)
}

/// Applies a file, unless it has problems or conflicts: then it says which.
pub async fn import_file(
    services: &Services,
    actor: &Actor,
    bytes: &[u8],
    options: Options,
) -> Result<InventoryImport, ServiceError> {
    allowed(actor, bytes)?;
    let bytes = bytes.to_vec();
    let read = compute(services, move || read(&bytes)).await??;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let readings = all_readings(services, &inventory).await?;
    let (standing, who) = (inventory.clone(), actor.clone());
    let plan = compute(services, move || plan(&standing, &readings, &who, options, &read, now)).await?;
    let mut report = plan.report.clone();
    if !report.problems.is_empty() || !report.conflicts.is_empty() {
        return Ok(report);
    }
    let done = write(&tx, &inventory, plan, now).await?;
    record(&tx, actor, now, &label(&report), done).await?;
    let details = json!({
        "touchpoints created": report.touchpoints_created.len(),
        "touchpoints changed": report.touchpoints_changed.len(),
        "rules created": report.rules_created,
        "readings changed": report.readings_changed,
    });
    db::audit(&tx, &actor.audited(now), "import", "inventory", "", &details).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    report.applied = true;
    Ok(report)
}

/// What a step of an import is called.
fn label(report: &InventoryImport) -> String {
    let touchpoints = report.touchpoints_created.len() + report.touchpoints_changed.len();
    let parts = [
        (touchpoints as u32, "touchpoints"),
        (report.rules_created, "rules"),
        (report.kpis_changed, "KPIs"),
        (report.links_changed, "KPI links"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| format!("{count} {noun}"))
        .collect();
    if parts.is_empty() {
        "Import of a file".to_owned()
    } else {
        format!("Import of a file ({})", parts.join(", "))
    }
}

/// Applies a CSV as the command line does.
pub async fn import_csv(
    services: &Services,
    actor: &Actor,
    text: &str,
) -> Result<InventoryImport, ServiceError> {
    import_whole(services, actor, text.as_bytes()).await
}

/// Applies a file as the command line does: new names are added, and what stands against it is an error.
pub async fn import_whole(
    services: &Services,
    actor: &Actor,
    bytes: &[u8],
) -> Result<InventoryImport, ServiceError> {
    let options = Options { new_names: true, overwrite: false };
    let report = import_file(services, actor, bytes, options).await?;
    if let Some(error) = first_problem(&report) {
        return Err(error.into());
    }
    if let Some(conflict) = report.conflicts.first() {
        let message = format!(
            "{} of \u{201c}{}\u{201d} was changed since the file was written: it is \u{201c}{}\u{201d} now, \u{201c}{}\u{201d} in the file.",
            conflict.column.label(),
            conflict.touchpoint,
            conflict.theirs,
            conflict.yours
        );
        return Err(UserError::new(Kind::Stale, "stale", message)
            .remedy("Export it again, or leave the column \u{201c}version\u{201d} out to overwrite.")
            .into());
    }
    Ok(report)
}

async fn write(
    tx: &db::Tx,
    inventory: &db::inventory::Inventory,
    plan: Plan,
    now: i64,
) -> Result<Vec<Done>, ServiceError> {
    use db::inventory as store;
    let Plan { names, touchpoints, experiences, rules, kpis, links, readings, report: _ } = plan;
    let mut done = Vec::new();
    for (list, id, name) in &names {
        store::add_name_as(tx, *list, id, name, None).await?;
    }
    let mut new = Vec::new();
    let mut changed = Vec::new();
    for (before, one) in touchpoints {
        let after = store::Touchpoint { reviewed_at: Some(now), ..one };
        let details = differences(inventory, before.as_ref(), &after);
        let action = if before.is_some() { "change" } else { "add" };
        let stored = store::Touchpoint { version: after.version + 1, ..after.clone() };
        let id = after.id.clone();
        if before.is_some() {
            changed.push(after);
        } else {
            new.push(after);
        }
        let rows = (before.map(Row::Touchpoint), Some(Row::Touchpoint(stored)));
        done.push(Done::of(&id, action, details, rows.0, rows.1));
    }
    let name = new.first().map(|one| one.name.clone()).unwrap_or_default();
    store::add_touchpoints(tx, &new, now).await.map_err(|error| taken(error, "touchpoint", &name))?;
    store::change_touchpoints(tx, &changed).await?;
    for (before, one) in experiences {
        match before {
            Some(_) => store::save_experience(tx, &one).await?,
            None => store::add_experience(tx, &one).await?,
        };
        let action = if before.is_some() { "change experience" } else { "add experience" };
        let details = json!({ "experience": one.name });
        let touchpoint = one.touchpoint_id.clone();
        let stored = store::Experience { version: one.version + 1, ..one };
        let rows = (before.map(Row::Experience), Some(Row::Experience(stored)));
        done.push(Done::of(&touchpoint, action, details, rows.0, rows.1));
    }
    for one in rules {
        store::add_rule(tx, &one).await?;
        let details = json!({ "rule": describe(&one) });
        let touchpoint = one.touchpoint_id.clone();
        let stored = store::Rule { version: 1, ..one };
        done.push(Done::of(&touchpoint, "add rule", details, None, Some(Row::Rule(stored))));
    }
    for (before, one) in kpis {
        match before {
            Some(_) => store::change_kpi(tx, &one).await?,
            None => {
                store::add_kpi(tx, &one, now).await?;
            }
        }
        let action = if before.is_some() { "change" } else { "add" };
        let (object_id, details) = (one.id.clone(), json!({ "name": one.name }));
        let stored = store::Kpi { version: one.version + 1, ..one };
        let change = Change { before: before.map(Row::Kpi), after: Some(Row::Kpi(stored)) };
        done.push(Done { action, noun: "kpi", object_id, details, change });
    }
    for (before, one) in links {
        match before {
            Some(_) => store::change_link(tx, &one).await?,
            None => {
                store::add_link(tx, &one).await?;
            }
        }
        let touchpoint = one.touchpoint_id.clone();
        let stored = store::Link { version: one.version + 1, ..one };
        let rows = (before.map(Row::Link), Some(Row::Link(stored)));
        done.push(Done::of(&touchpoint, "add KPI link", json!({}), rows.0, rows.1));
    }
    store::read(tx, &readings, now).await?;
    Ok(done)
}
