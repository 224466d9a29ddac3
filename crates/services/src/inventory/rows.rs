//! Rows of the inventory as a step keeps them: compared, put together, put back.

use contract::{Kind, UserError};
use db::Tx;
use db::inventory::{Experience, Inventory, Kpi, Link, Reason, Rule, Touchpoint};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Actor, ServiceError};

/// A row of the inventory, as it can be put back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "noun", content = "row", rename_all = "snake_case")]
pub enum Row {
    Touchpoint(Touchpoint),
    Experience(Experience),
    Rule(Rule),
    Kpi(Kpi),
    Link(Link),
    Reason(Reason),
}

/// What became of a row: added, changed or removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: Option<Row>,
    pub after: Option<Row>,
}

/// Whether something that somebody added since belongs to a row that shall go.
pub fn is_used(inventory: &Inventory, row: &Row) -> bool {
    match row {
        Row::Touchpoint(one) => {
            inventory.experiences.iter().any(|of| of.touchpoint_id == one.id)
                || inventory.rules.iter().any(|of| of.touchpoint_id == one.id)
                || inventory.links.iter().any(|of| of.touchpoint_id == one.id)
                || inventory.kpis.iter().any(|of| of.touchpoint_id.as_deref() == Some(&one.id))
        }
        Row::Experience(one) => {
            inventory.rules.iter().any(|of| of.experience_id.as_deref() == Some(&one.id))
                || inventory.kpis.iter().any(|of| of.experience_id.as_deref() == Some(&one.id))
        }
        Row::Kpi(one) => inventory.links.iter().any(|of| of.kpi_id == one.id),
        Row::Rule(_) | Row::Link(_) | Row::Reason(_) => false,
    }
}

/// What can't be told apart by people: it grows with every change.
const OWN_WAY: [&str; 2] = ["version", "reviewed_at"];

fn fields(row: &Row) -> Map<String, Value> {
    let row = serde_json::to_value(row).ok().and_then(|mut value| value.get_mut("row").map(Value::take));
    let Some(Value::Object(mut fields)) = row else { return Map::new() };
    for name in OWN_WAY {
        fields.remove(name);
    }
    fields
}

/// Whether all that `before` and `after` differ in is still as `before` says.
pub fn unchanged(before: &Row, after: Option<&Row>, current: &Row) -> bool {
    let (before, current) = (fields(before), fields(current));
    let after = after.map(fields);
    before.iter().all(|(name, old)| {
        after.as_ref().is_some_and(|after| after.get(name) == Some(old)) || current.get(name) == Some(old)
    })
}

/// The current row with all that `before` and `after` differ in as `after` says.
pub fn merged(before: Option<&Row>, after: &Row, current: &Row) -> Row {
    let old = before.map(fields).unwrap_or_default();
    let Ok(mut value) = serde_json::to_value(current) else { return after.clone() };
    if let Some(row) = value.get_mut("row").and_then(Value::as_object_mut) {
        for (name, new) in fields(after) {
            if old.get(&name) != Some(&new) {
                row.insert(name, new);
            }
        }
    }
    serde_json::from_value(value).unwrap_or_else(|_| after.clone())
}

pub fn newer(row: Row) -> Row {
    match row {
        Row::Touchpoint(one) => Row::Touchpoint(Touchpoint { version: one.version.saturating_add(1), ..one }),
        Row::Experience(one) => Row::Experience(Experience { version: one.version.saturating_add(1), ..one }),
        Row::Rule(one) => Row::Rule(Rule { version: one.version.saturating_add(1), ..one }),
        Row::Kpi(one) => Row::Kpi(Kpi { version: one.version.saturating_add(1), ..one }),
        Row::Link(one) => Row::Link(Link { version: one.version.saturating_add(1), ..one }),
        Row::Reason(one) => Row::Reason(Reason { version: one.version.saturating_add(1), ..one }),
    }
}

/// The row of that kind and id as it stands.
pub fn find(inventory: &Inventory, of: &Row) -> Option<Row> {
    match of {
        Row::Touchpoint(of) => {
            inventory.touchpoints.iter().find(|one| one.id == of.id).cloned().map(Row::Touchpoint)
        }
        Row::Experience(of) => {
            inventory.experiences.iter().find(|one| one.id == of.id).cloned().map(Row::Experience)
        }
        Row::Rule(of) => inventory.rules.iter().find(|one| one.id == of.id).cloned().map(Row::Rule),
        Row::Kpi(of) => inventory.kpis.iter().find(|one| one.id == of.id).cloned().map(Row::Kpi),
        Row::Link(of) => inventory.links.iter().find(|one| one.id == of.id).cloned().map(Row::Link),
        Row::Reason(of) => inventory.reasons.iter().find(|one| one.id == of.id).cloned().map(Row::Reason),
    }
}

pub fn replace(inventory: &mut Inventory, of: &Row, by: Option<Row>) {
    match of {
        Row::Touchpoint(of) => inventory.touchpoints.retain(|one| one.id != of.id),
        Row::Experience(of) => inventory.experiences.retain(|one| one.id != of.id),
        Row::Rule(of) => inventory.rules.retain(|one| one.id != of.id),
        Row::Kpi(of) => inventory.kpis.retain(|one| one.id != of.id),
        Row::Link(of) => inventory.links.retain(|one| one.id != of.id),
        Row::Reason(of) => inventory.reasons.retain(|one| one.id != of.id),
    }
    match by {
        Some(Row::Touchpoint(one)) => inventory.touchpoints.push(one),
        Some(Row::Experience(one)) => inventory.experiences.push(one),
        Some(Row::Rule(one)) => inventory.rules.push(one),
        Some(Row::Kpi(one)) => inventory.kpis.push(one),
        Some(Row::Link(one)) => inventory.links.push(one),
        Some(Row::Reason(one)) => inventory.reasons.push(one),
        None => {}
    }
}

pub fn name_of(inventory: &Inventory, of: &Row) -> String {
    let touchpoint = |id: &str| {
        let known = inventory.touchpoints.iter().find(|one| one.id == id);
        known.map_or_else(|| "a touchpoint".to_owned(), |one| format!("\u{201c}{}\u{201d}", one.name))
    };
    match of {
        Row::Touchpoint(of) => format!("\u{201c}{}\u{201d}", of.name),
        Row::Experience(of) => {
            format!("the experience \u{201c}{}\u{201d} of {}", of.name, touchpoint(&of.touchpoint_id))
        }
        Row::Rule(of) => format!("a rule of {}", touchpoint(&of.touchpoint_id)),
        Row::Kpi(of) => format!("the KPI \u{201c}{}\u{201d}", of.name),
        Row::Link(of) => format!("a KPI link of {}", touchpoint(&of.touchpoint_id)),
        Row::Reason(of) => format!("the contact reason \u{201c}{}\u{201d}", of.name),
    }
}

pub fn owns(actor: &Actor, inventory: &Inventory, row: &Row) -> bool {
    let of_touchpoint = |id: &str| {
        // What belongs to a touchpoint that is gone has no owner any more.
        let touchpoint = inventory.touchpoints.iter().find(|one| one.id == id);
        actor.owns(touchpoint.and_then(|one| one.department_id.as_deref()))
    };
    match row {
        Row::Touchpoint(one) => actor.owns(one.department_id.as_deref()),
        Row::Experience(one) => of_touchpoint(&one.touchpoint_id),
        Row::Rule(one) => of_touchpoint(&one.touchpoint_id),
        Row::Kpi(one) => actor.owns(one.department_id.as_deref()),
        Row::Link(one) => {
            let kpi = inventory.kpis.iter().find(|kpi| kpi.id == one.kpi_id);
            actor.owns(kpi.and_then(|kpi| kpi.department_id.as_deref()))
        }
        // Without a touchpoint it comes and goes with one.
        Row::Reason(one) => one.touchpoint_id.as_deref().is_some_and(of_touchpoint),
    }
}

/// Refuses a row that refers to what is gone.
pub fn complete(inventory: &Inventory, row: &Row) -> Result<(), UserError> {
    let gone = |what: &str| {
        UserError::new(Kind::Conflict, "gone", format!("Its {what} was removed meanwhile."))
            .remedy("Restore that first, or change it by hand.")
    };
    let named = |list: &[db::inventory::Name], id: &Option<String>, what: &str| match id {
        Some(id) if !list.iter().any(|one| one.id == *id) => Err(gone(what)),
        _ => Ok(()),
    };
    let touchpoint = |id: &str| match inventory.touchpoints.iter().any(|one| one.id == id) {
        true => Ok(()),
        false => Err(gone("touchpoint")),
    };
    match row {
        Row::Touchpoint(one) => {
            named(&inventory.stages, &one.stage_id, "stage")?;
            named(&inventory.channels, &one.channel_id, "channel")?;
            named(&inventory.departments, &one.department_id, "department")
        }
        Row::Experience(one) => touchpoint(&one.touchpoint_id),
        Row::Rule(one) => {
            touchpoint(&one.touchpoint_id)?;
            match &one.experience_id {
                Some(id) if !inventory.experiences.iter().any(|known| known.id == *id) => {
                    Err(gone("experience"))
                }
                _ => Ok(()),
            }
        }
        Row::Kpi(one) => {
            if let Some(id) = &one.touchpoint_id {
                touchpoint(id)?;
            }
            match &one.experience_id {
                Some(id) if !inventory.experiences.iter().any(|known| known.id == *id) => {
                    return Err(gone("experience"));
                }
                _ => {}
            }
            named(&inventory.departments, &one.department_id, "department")
        }
        Row::Link(one) => {
            touchpoint(&one.touchpoint_id)?;
            match inventory.kpis.iter().any(|kpi| kpi.id == one.kpi_id) {
                true => Ok(()),
                false => Err(gone("KPI")),
            }
        }
        Row::Reason(one) => one.touchpoint_id.as_deref().map_or(Ok(()), touchpoint),
    }
}

pub async fn put(tx: &Tx, current: Option<&Row>, wanted: Option<&Row>, now: i64) -> Result<(), ServiceError> {
    use db::inventory as store;
    let taken = |error: db::DbError, name: &str| super::taken(error, "entry", name);
    match (current, wanted) {
        (Some(Row::Touchpoint(_)), Some(Row::Touchpoint(one))) => {
            let one = Touchpoint { reviewed_at: Some(now), ..one.clone() };
            let changed = store::change_touchpoints(tx, std::slice::from_ref(&one)).await;
            changed.map_err(|error| taken(error, &one.name))?;
        }
        (None, Some(Row::Touchpoint(one))) => {
            // Above every version that a form or file may still hold.
            let one = Touchpoint { version: one.version.saturating_add(1), ..one.clone() };
            let added = store::add_touchpoints(tx, std::slice::from_ref(&one), now).await;
            added.map_err(|error| taken(error, &one.name))?;
        }
        (Some(Row::Touchpoint(one)), None) => store::delete_touchpoint(tx, &one.id, one.version).await?,
        (Some(Row::Experience(_)), Some(Row::Experience(one))) => {
            store::save_experience(tx, one).await.map_err(|error| taken(error, &one.name))?;
        }
        (None, Some(Row::Experience(one))) => {
            let one = Experience { version: one.version.saturating_add(1), ..one.clone() };
            store::add_experience(tx, &one).await.map_err(|error| taken(error, &one.name))?;
        }
        (Some(Row::Experience(one)), None) => store::delete_experience(tx, &one.id, one.version).await?,
        (Some(Row::Rule(_)), Some(Row::Rule(one))) => {
            store::save_rule(tx, one).await?;
        }
        (None, Some(Row::Rule(one))) => {
            store::add_rule(tx, &Rule { version: one.version.saturating_add(1), ..one.clone() }).await?;
        }
        (Some(Row::Rule(one)), None) => store::delete_rule(tx, &one.id, one.version).await?,
        (Some(Row::Kpi(_)), Some(Row::Kpi(one))) => {
            store::change_kpi(tx, one).await.map_err(|error| taken(error, &one.name))?;
        }
        (None, Some(Row::Kpi(one))) => {
            let one = Kpi { version: one.version.saturating_add(1), ..one.clone() };
            store::add_kpi(tx, &one, now).await.map_err(|error| taken(error, &one.name))?;
        }
        (Some(Row::Kpi(one)), None) => store::delete_kpi(tx, &one.id, one.version).await?,
        (Some(Row::Link(_)), Some(Row::Link(one))) => store::change_link(tx, one).await?,
        (None, Some(Row::Link(one))) => {
            let one = Link { version: one.version.saturating_add(1), ..one.clone() };
            store::add_link(tx, &one).await.map_err(super::kpis::linked)?;
        }
        (Some(Row::Link(one)), None) => store::delete_link(tx, &one.id, one.version).await?,
        (Some(Row::Reason(_)), Some(Row::Reason(one))) => store::save_reason(tx, one).await?,
        // Reasons are never removed, and rows of one kind only ever turn into the same kind.
        _ => {}
    }
    Ok(())
}
