//! One touchpoint: its page and its changes.

use contract::UserError;
use contract::inventory::{
    ChangeView, DELIVERIES, ExperienceView, RuleView, STARTERS, TouchpointInput, TouchpointView,
};
use db::inventory::{Inventory, Touchpoint};
use serde_json::{Value, json};

use super::rules::describe;
use super::{Figures, checked_name, invalid, named, taken};
use crate::actor::{need, need_change};
use crate::mapping::Mapped;
use crate::{Actor, ServiceError, Services, cache};

/// Changes shown.
const HISTORY: u64 = 50;
/// Activities suggested.
const SUGGESTED: usize = 2000;

/// A touchpoint with all that its page shows; an empty id gives the form of a new one.
pub async fn touchpoint(services: &Services, actor: &Actor, id: &str) -> Result<TouchpointView, ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    let figures = Figures::load(services, actor).await?;
    let inventory = &figures.inventory;
    let known = if id.is_empty() {
        need(actor.may().edit_own_inventory, "page")?;
        None
    } else {
        let at = inventory.touchpoints.iter().position(|one| one.id == id);
        Some(at.ok_or_else(|| UserError::not_found("touchpoint"))?)
    };
    let one = known.map_or_else(|| fresh(actor), |at| inventory.touchpoints[at].clone());
    let visible = known.is_some_and(|_| actor.owns_or_reads(one.department_id.as_deref()));
    let events = known.and_then(|at| figures.of_touchpoint(actor, at));
    let counted = |of: fn(&Mapped) -> &[u64], at: usize| {
        figures.data.as_ref().filter(|_| visible).map(|data| of(&data.mapped)[at])
    };
    let experiences = inventory
        .experiences
        .iter()
        .enumerate()
        .filter(|(_, of)| of.touchpoint_id == one.id)
        .map(|(at, of)| ExperienceView {
            id: of.id.clone(),
            name: of.name.clone(),
            emotion: of.emotion,
            failure: of.failure,
            events: counted(|mapped| &mapped.by_experience, at),
            version: of.version,
        })
        .collect();
    let rules = inventory
        .rules
        .iter()
        .enumerate()
        .filter(|(_, of)| of.touchpoint_id == one.id)
        .map(|(at, of)| RuleView {
            id: of.id.clone(),
            position: at as u32 + 1,
            source: of.source.clone(),
            matching: of.matching.clone(),
            activity: of.activity.clone(),
            condition: of.condition.clone(),
            experience: of
                .experience_id
                .as_ref()
                .and_then(|id| inventory.experiences.iter().find(|known| known.id == *id))
                .map(|known| known.name.clone()),
            experience_id: of.experience_id.clone(),
            events: counted(|mapped| &mapped.by_rule, at),
            version: of.version,
        })
        .collect();
    let (activities, sources) = match &figures.data {
        Some(data) if actor.may().edit_own_inventory => {
            let activities = data.snapshot.activities.iter().take(SUGGESTED);
            let mut sources: Vec<String> =
                data.snapshot.activities.iter().map(|one| one.source.clone()).collect();
            sources.dedup();
            (activities.map(|one| (one.source.clone(), one.name.clone())).collect(), sources)
        }
        _ => (Vec::new(), Vec::new()),
    };
    let changes = if known.is_some() { changes(services, inventory, &one.id).await? } else { Vec::new() };
    Ok(TouchpointView {
        may_edit: if known.is_some() { actor.owns(one.department_id.as_deref()) } else { true },
        id: one.id,
        version: one.version,
        name: one.name,
        description: one.description,
        stage_id: one.stage_id,
        channel_id: one.channel_id,
        department_id: one.department_id,
        delivery: one.delivery,
        started_by: one.started_by,
        contact: one.contact,
        cost_per_contact: one.cost_per_contact,
        experiences,
        rules,
        activities,
        sources,
        stages: named(inventory, &inventory.stages),
        channels: named(inventory, &inventory.channels),
        departments: named(inventory, &inventory.departments)
            .into_iter()
            .filter(|department| actor.owns(Some(&department.id)) || known.is_some())
            .collect(),
        changes,
        events,
    })
}

fn fresh(actor: &Actor) -> Touchpoint {
    Touchpoint {
        delivery: DELIVERIES[0].0.to_owned(),
        started_by: STARTERS[0].0.to_owned(),
        department_id: actor.scope().and_then(|own| own.first().cloned()),
        ..Touchpoint::default()
    }
}

async fn changes(
    services: &Services,
    inventory: &Inventory,
    id: &str,
) -> Result<Vec<ChangeView>, ServiceError> {
    let mut ids = vec![id.to_owned()];
    ids.extend(inventory.rules.iter().filter(|rule| rule.touchpoint_id == id).map(|rule| rule.id.clone()));
    ids.extend(inventory.experiences.iter().filter(|one| one.touchpoint_id == id).map(|one| one.id.clone()));
    let rows = db::history(&services.db, &ids, HISTORY).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
            let details = details.as_object().into_iter().flatten();
            ChangeView {
                at: row.at,
                by: row.actor,
                action: row.action,
                details: details.map(|(name, value)| format!("{name}: {}", plain(value))).collect(),
            }
        })
        .collect())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Array(pair) if pair.len() == 2 => format!("{} \u{2192} {}", plain(&pair[0]), plain(&pair[1])),
        other => other.to_string(),
    }
}

/// Creates or changes a touchpoint and returns its id.
pub async fn save_touchpoint(
    services: &Services,
    actor: &Actor,
    input: TouchpointInput,
) -> Result<String, ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    let (_, inventory) = cache::inventory(services).await?;
    let row = checked(&inventory, input)?;
    let before = inventory.touchpoints.iter().find(|one| one.id == row.id);
    if !row.id.is_empty() {
        let before = before.ok_or_else(|| UserError::not_found("touchpoint"))?;
        need_change(actor.owns(before.department_id.as_deref()), "touchpoint")?;
    }
    // Nobody gives a touchpoint to a department that they do not answer for.
    let moves = before.is_none_or(|before| before.department_id != row.department_id);
    if moves {
        need_change(actor.owns(row.department_id.as_deref()), "department's touchpoints")?;
    }
    let now = services.now();
    let tx = services.db.write().await?;
    let saved = db::inventory::save_touchpoint(&tx, &row, now).await;
    let id = saved.map_err(|error| taken(error, "touchpoint", &row.name))?;
    let details = differences(&inventory, before, &row);
    let action = if before.is_some() { "change" } else { "add" };
    db::audit(&tx, &actor.audited(now), action, "touchpoint", &id, &details).await?;
    tx.commit().await?;
    Ok(id)
}

fn differences(inventory: &Inventory, before: Option<&Touchpoint>, after: &Touchpoint) -> Value {
    let name = |id: &Option<String>| {
        let id = id.as_deref()?;
        let lists = [&inventory.stages, &inventory.channels, &inventory.departments];
        lists.into_iter().flatten().find(|one| one.id == id).map(|one| one.name.clone())
    };
    let fields = |one: &Touchpoint| {
        [
            ("name", json!(one.name)),
            ("description", json!(one.description)),
            ("stage", json!(name(&one.stage_id))),
            ("channel", json!(name(&one.channel_id))),
            ("department", json!(name(&one.department_id))),
            ("delivery", json!(one.delivery)),
            ("started by", json!(one.started_by)),
            ("contact", json!(one.contact)),
            ("cost per contact", json!(one.cost_per_contact.map(|cents| cents as f64 / 100.0))),
        ]
    };
    let mut changed = serde_json::Map::new();
    match before {
        Some(before) => {
            for ((field, old), (_, new)) in fields(before).into_iter().zip(fields(after)) {
                if old != new {
                    changed.insert(field.to_owned(), json!([old, new]));
                }
            }
        }
        None => {
            changed.insert("name".to_owned(), json!(after.name));
        }
    }
    Value::Object(changed)
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
    if description.chars().count() > 10_000 {
        return Err(invalid("description", "The description is longer than 10,000 letters."));
    }
    if !DELIVERIES.iter().any(|(key, _)| *key == delivery) {
        return Err(invalid("delivery", "There is no such kind of delivery."));
    }
    if !STARTERS.iter().any(|(key, _)| *key == started_by) {
        return Err(invalid("started_by", "There is no such starter of an encounter."));
    }
    Ok(Touchpoint {
        id,
        version,
        name: checked_name(&name, "name")?,
        description: description.trim().to_owned(),
        stage_id: chosen(&inventory.stages, stage_id, "stage")?,
        channel_id: chosen(&inventory.channels, channel_id, "channel")?,
        department_id: chosen(&inventory.departments, department_id, "department")?,
        delivery,
        started_by,
        contact: contact.is_some(),
        cost_per_contact: cents(&cost_per_contact)?,
    })
}

/// Reads an amount as typed; empty for none.
pub(super) fn cents(text: &str) -> Result<Option<i64>, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refused = || {
        invalid("cost_per_contact", format!("\u{201c}{text}\u{201d} is no amount."))
            .remedy("Write it with a point and no currency, as in 6.50.")
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return Err(refused());
    }
    let whole: i64 = whole.parse().map_err(|_| refused())?;
    let fraction: i64 = format!("{fraction:0<2}").parse().map_err(|_| refused())?;
    Ok(Some(whole * 100 + fraction))
}

/// Removes a touchpoint with its experiences and rules; its events become unmapped.
pub async fn delete_touchpoint(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    let (_, inventory) = cache::inventory(services).await?;
    let before = inventory.touchpoints.iter().find(|one| one.id == id);
    let before = before.ok_or_else(|| UserError::not_found("touchpoint"))?;
    need_change(actor.owns(before.department_id.as_deref()), "touchpoint")?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::inventory::delete_touchpoint(&tx, id, version).await?;
    let details = json!({
        "name": before.name,
        "experiences": inventory.experiences.iter().filter(|one| one.touchpoint_id == id).map(|one| one.name.clone()).collect::<Vec<_>>(),
        "rules": inventory.rules.iter().filter(|one| one.touchpoint_id == id).map(describe).collect::<Vec<_>>(),
    });
    db::audit(&tx, &actor.audited(now), "delete", "touchpoint", id, &details).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn amounts() {
        assert_eq!(cents("6.5"), Ok(Some(650)));
        assert_eq!(cents(" 12 "), Ok(Some(1200)));
        assert_eq!(cents(""), Ok(None));
        for bad in ["-1", "1.234", "1,5", "ten", "."] {
            assert!(cents(bad).is_err(), "{bad}");
        }
    }
}
