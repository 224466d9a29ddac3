//! Changing one touchpoint: by its form, removing it, saying that it is still right.

use contract::inventory::{Column, DELIVERIES, STARTERS, TouchpointInput};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Kpi, Reason, Touchpoint};
use serde_json::{Value, json};

use super::cells::{Names, cents, prose};
use super::rows::{Change, Row};
use super::rules::describe;
use super::steps::{Done, record};
use super::{checked_name, invalid, taken};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services};

/// Creates or changes a touchpoint and returns its id.
pub async fn save_touchpoint(
    services: &Services,
    actor: &Actor,
    input: TouchpointInput,
) -> Result<String, ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    need_change(actor.may().edit_own_inventory, "touchpoint")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let row = Touchpoint { reviewed_at: Some(now), ..checked(&inventory, input)? };
    let before = inventory.touchpoints.iter().find(|one| one.id == row.id);
    if !row.id.is_empty() {
        let before = before.ok_or_else(|| UserError::not_found("touchpoint"))?;
        need_change(actor.owns(before.department_id.as_deref()), "touchpoint")?;
        if before.version != row.version {
            return Err(stale(&inventory, actor, before, &row).into());
        }
    }
    // Nobody gives a touchpoint to a department that they do not answer for.
    let moves = before.is_none_or(|before| before.department_id != row.department_id);
    if moves {
        need_change(actor.owns(row.department_id.as_deref()), "department's touchpoints")?;
    }
    let same = |one: &&Touchpoint| one.id != row.id && one.name.to_lowercase() == row.name.to_lowercase();
    if let Some(double) = inventory.touchpoints.iter().find(same) {
        let message = format!("There is a touchpoint \u{201c}{}\u{201d} already.", double.name);
        return Err(UserError::new(Kind::Conflict, "name_taken", message)
            .at("name")
            .remedy("Choose another name, or use the one that is there.")
            .into());
    }
    let saved = db::inventory::save_touchpoint(&tx, &row, now).await;
    let id = saved.map_err(|error| taken(error, "touchpoint", &row.name))?;
    let details = differences(&inventory, before, &row);
    let action = if before.is_some() { "change" } else { "add" };
    let label =
        if before.is_some() { format!("Change of {}", row.name) } else { format!("Adding {}", row.name) };
    let after = Touchpoint { id: id.clone(), version: row.version.saturating_add(1), ..row };
    let before = before.cloned().map(Row::Touchpoint);
    let done = Done::of(&id, action, details, before, Some(Row::Touchpoint(after)));
    record(&tx, actor, now, &label, vec![done]).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&id));
    Ok(id)
}

/// Somebody else saved first: says what they wrote beside what this person wrote.
fn stale(inventory: &Inventory, actor: &Actor, theirs: &Touchpoint, yours: &Touchpoint) -> UserError {
    let names = Names::of(inventory);
    let (theirs_row, yours_row) = (names.row(actor, theirs), names.row(actor, yours));
    let differing: Vec<String> = Column::ALL
        .into_iter()
        .filter(|column| column.is_typed())
        .filter_map(|column| {
            let (theirs, yours) = (theirs_row.text(column), yours_row.text(column));
            let quoted = |text: String| {
                if text.is_empty() { "nothing".to_owned() } else { format!("\u{201c}{text}\u{201d}") }
            };
            (theirs != yours)
                .then(|| format!("{}: theirs {}, yours {}", column.label(), quoted(theirs), quoted(yours)))
        })
        .collect();
    let message = format!(
        "This touchpoint was changed by someone else (version {}; you started from {}). {}.",
        theirs.version,
        yours.version,
        if differing.is_empty() { "Both wrote the same".to_owned() } else { differing.join("; ") }
    );
    UserError::new(Kind::Stale, "stale", message)
        .remedy("Load the page again, and change what should still be another way.")
}

/// What each field is called in the history.
const FIELDS: [(Column, &str); 11] = [
    (Column::Name, "name"),
    (Column::Description, "description"),
    (Column::Stage, "stage"),
    (Column::Channel, "channel"),
    (Column::Owner, "department"),
    (Column::Delivery, "delivery"),
    (Column::StartedBy, "started by"),
    (Column::Contact, "contact"),
    (Column::Cost, "cost per contact"),
    (Column::Expectation, "expectation"),
    (Column::Promise, "promise"),
];

/// The word for a column in the history.
pub fn field_of(column: Column) -> &'static str {
    FIELDS.iter().find(|(of, _)| *of == column).map_or("", |(_, word)| word)
}

/// What differs between two versions of a touchpoint, in words.
pub fn differences(inventory: &Inventory, before: Option<&Touchpoint>, after: &Touchpoint) -> Value {
    let Some(before) = before else { return json!({ "name": after.name }) };
    let name = |id: &Option<String>| {
        let id = id.as_deref()?;
        let lists = [&inventory.stages, &inventory.channels, &inventory.departments];
        lists.into_iter().flatten().find(|one| one.id == id).map(|one| one.name.clone())
    };
    let value = |one: &Touchpoint, column: Column| match column {
        Column::Name => json!(one.name),
        Column::Description => json!(one.description),
        Column::Stage => json!(name(&one.stage_id)),
        Column::Channel => json!(name(&one.channel_id)),
        Column::Owner => json!(name(&one.department_id)),
        Column::Delivery => json!(one.delivery),
        Column::StartedBy => json!(one.started_by),
        Column::Contact => json!(one.contact),
        Column::Cost => json!(one.cost_per_contact.map(|cents| cents as f64 / 100.0)),
        Column::Expectation => json!(one.expectation),
        Column::Promise => json!(one.promise),
        _ => Value::Null,
    };
    // Ids are compared before names are looked up: many rows change at once.
    let differs = |column: Column| match column {
        Column::Stage => before.stage_id != after.stage_id,
        Column::Channel => before.channel_id != after.channel_id,
        Column::Owner => before.department_id != after.department_id,
        _ => value(before, column) != value(after, column),
    };
    let changed = FIELDS.into_iter().filter(|(column, _)| differs(*column));
    let changed =
        changed.map(|(column, word)| (word.to_owned(), json!([value(before, column), value(after, column)])));
    Value::Object(changed.collect())
}

fn checked(inventory: &Inventory, input: TouchpointInput) -> Result<Touchpoint, UserError> {
    let TouchpointInput {
        id,
        version,
        name,
        description,
        stage_id,
        channel_id,
        department_id,
        delivery,
        started_by,
        contact,
        cost_per_contact,
        expectation,
        promise,
    } = input;
    let chosen = |list: &[db::inventory::Name], id: String, noun: &str| {
        if id.is_empty() {
            return Ok(None);
        }
        match list.iter().any(|one| one.id == id) {
            true => Ok(Some(id)),
            false => Err(UserError::not_found(noun).at(noun)),
        }
    };
    if !DELIVERIES.iter().any(|(key, _)| *key == delivery) {
        return Err(invalid("delivery", "There is no such kind of delivery."));
    }
    if !STARTERS.iter().any(|(key, _)| *key == started_by) {
        return Err(invalid("started_by", "There is no such starter of an encounter."));
    }
    Ok(Touchpoint {
        version: if id.is_empty() { 0 } else { version },
        id,
        name: checked_name(&name, "name")?,
        description: prose(Column::Description, &description)?,
        stage_id: chosen(&inventory.stages, stage_id, "stage")?,
        channel_id: chosen(&inventory.channels, channel_id, "channel")?,
        department_id: chosen(&inventory.departments, department_id, "department")?,
        delivery,
        started_by,
        contact: contact.is_some(),
        cost_per_contact: cents(&cost_per_contact)?,
        expectation: prose(Column::Expectation, &expectation)?,
        promise: prose(Column::Promise, &promise)?,
        reviewed_at: None,
    })
}

/// Removes a touchpoint with its experiences, rules and KPI links; its events become unmapped.
pub async fn delete_touchpoint(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let before = inventory.touchpoints.iter().find(|one| one.id == id);
    let before = before.ok_or_else(|| UserError::not_found("touchpoint"))?;
    need_change(actor.owns(before.department_id.as_deref()), "touchpoint")?;
    let experiences = || inventory.experiences.iter().filter(|one| one.touchpoint_id == id);
    let rules = || inventory.rules.iter().filter(|one| one.touchpoint_id == id);
    let links = || inventory.links.iter().filter(|one| one.touchpoint_id == id);
    let kpis = detached(&tx, &inventory, |kpi| kpi.touchpoint_id.as_deref() == Some(id)).await?;
    // What belongs to it first: undoing goes backwards, and puts the touchpoint back before it.
    let mut done: Vec<Done> = kpis;
    done.extend(unlinked(&tx, &inventory, id).await?);
    db::inventory::delete_touchpoint(&tx, id, version).await?;
    let mut gone = |row: Row, details: Value| {
        done.push(Done::of(id, "delete with touchpoint", details, Some(row), None));
    };
    links().for_each(|one| gone(Row::Link(one.clone()), json!({})));
    rules().for_each(|one| gone(Row::Rule(one.clone()), json!({ "rule": describe(one) })));
    experiences().for_each(|one| gone(Row::Experience(one.clone()), json!({ "experience": one.name })));
    let details = json!({
        "name": before.name,
        "experiences": experiences().map(|one| one.name.clone()).collect::<Vec<_>>(),
        "rules": rules().map(describe).collect::<Vec<_>>(),
    });
    done.push(Done::of(id, "delete", details, Some(Row::Touchpoint(before.clone())), None));
    record(&tx, actor, now, &format!("Removing {}", before.name), done).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[id.to_owned()]);
    Ok(())
}

/// KPIs that are computed from what will go are computed from nothing: changed and noted, so that undoing brings it back.
pub async fn detached(
    tx: &db::Tx,
    inventory: &Inventory,
    wanted: impl Fn(&Kpi) -> bool,
) -> Result<Vec<Done>, ServiceError> {
    let mut done = Vec::new();
    for kpi in inventory.kpis.iter().filter(|kpi| wanted(kpi)) {
        let without = Kpi { measure: String::new(), touchpoint_id: None, experience_id: None, ..kpi.clone() };
        db::inventory::change_kpi(tx, &without).await?;
        let after = Kpi { version: kpi.version.saturating_add(1), ..without };
        let change = Change { before: Some(Row::Kpi(kpi.clone())), after: Some(Row::Kpi(after)) };
        let details = json!({ "name": kpi.name, "computed from": Value::Null });
        done.push(Done { action: "change", noun: "kpi", object_id: kpi.id.clone(), details, change });
    }
    Ok(done)
}

/// Contact reasons that stand for a touchpoint that will go stand for none, likewise.
async fn unlinked(tx: &db::Tx, inventory: &Inventory, id: &str) -> Result<Vec<Done>, ServiceError> {
    let mut done = Vec::new();
    for reason in inventory.reasons.iter().filter(|reason| reason.touchpoint_id.as_deref() == Some(id)) {
        let without = Reason { touchpoint_id: None, ..reason.clone() };
        db::inventory::save_reason(tx, &without).await?;
        let after = Reason { version: reason.version.saturating_add(1), ..without };
        let rows = (Some(Row::Reason(reason.clone())), Some(Row::Reason(after)));
        done.push(Done::of(id, "unlink reason", json!({ "reason": reason.name }), rows.0, rows.1));
    }
    Ok(done)
}

/// Says that a touchpoint was looked at and is still right.
pub async fn look_at(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let one = inventory.touchpoints.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| UserError::not_found("touchpoint"))?;
    need_change(actor.owns(one.department_id.as_deref()), "touchpoint")?;
    let seen = Touchpoint { reviewed_at: Some(now), ..one.clone() };
    db::inventory::change_touchpoints(&tx, &[seen]).await?;
    db::audit(&tx, &actor.audited(now), "look at", "touchpoint", id, &json!({})).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[id.to_owned()]);
    Ok(())
}
