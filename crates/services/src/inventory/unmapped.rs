//! Activities without a rule, by volume, and giving them a touchpoint in one gesture.

use contract::inventory::{Unmapped, UnmappedRow};
use contract::{Kind, UserError};
use db::inventory::{Rule, Touchpoint};
use serde_json::json;

use super::grid::fresh;
use super::rows::Row;
use super::rules::{checked_rule, describe, next_position};
use super::steps::{Done, record};
use super::{checked_name, named, taken};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services, cache};

/// Rows shown.
const MOST: usize = 1000;

/// The list.
pub async fn unmapped(services: &Services, actor: &Actor) -> Result<Unmapped, ServiceError> {
    need(actor.may().see_journeys && actor.may().edit_own_inventory, "page")?;
    let data = cache::data(services).await?;
    let counted = data.clone();
    let counts = tokio::task::spawn_blocking(move || {
        let log = &counted.snapshot.log;
        let mut counts = vec![(0_u64, 0_u64, u32::MAX); counted.snapshot.activities.len()];
        for customer in 0..log.customers() {
            for at in log.of_customer(customer) {
                let class = &counted.mapped.classes[counted.mapped.class[at] as usize];
                if class.touchpoint.is_none() {
                    let (events, customers, last) = &mut counts[class.activity as usize];
                    *events += 1;
                    *customers += u64::from(*last != customer as u32);
                    *last = customer as u32;
                }
            }
        }
        counts
    })
    .await?;
    let mut rows: Vec<UnmappedRow> = data
        .snapshot
        .activities
        .iter()
        .zip(counts)
        .filter(|(_, (events, ..))| *events > 0)
        .map(|(activity, (events, customers, _))| UnmappedRow {
            source: activity.source.clone(),
            activity: activity.name.clone(),
            events,
            customers,
        })
        .collect();
    rows.sort_by(|a, b| {
        b.events.cmp(&a.events).then_with(|| (&a.source, &a.activity).cmp(&(&b.source, &b.activity)))
    });
    let events = rows.iter().map(|row| row.events).sum();
    rows.truncate(MOST);
    let inventory = &data.inventory;
    let touchpoints = inventory
        .touchpoints
        .iter()
        .filter(|one| actor.owns(one.department_id.as_deref()))
        .map(|one| {
            let department = inventory.departments.iter().find(|of| Some(&of.id) == one.department_id.as_ref());
            (one.id.clone(), one.name.clone(), department.map(|of| of.name.clone()).unwrap_or_default())
        })
        .collect();
    Ok(Unmapped {
        rows,
        events,
        all_events: data.snapshot.log.events() as u64,
        touchpoints,
        departments: named(inventory, &inventory.departments)
            .into_iter()
            .filter(|department| actor.owns(Some(&department.id)))
            .collect(),
        may_map: actor.may().edit_own_inventory,
    })
}

/// What to map, and to what: a touchpoint that is there, or a new one of a department.
#[derive(Debug, Clone, Default)]
pub struct MapTo<'a> {
    pub source: &'a str,
    pub activity: &'a str,
    /// Name of a touchpoint, there or new; empty for a new one named like the activity.
    pub touchpoint: &'a str,
    /// Owner, where the touchpoint is new.
    pub department_id: &'a str,
}

/// Adds an exact rule, and the touchpoint where it is new. Returns the rule's id, to undo it.
pub async fn map_activity(services: &Services, actor: &Actor, to: MapTo<'_>) -> Result<String, ServiceError> {
    need(actor.may().edit_own_inventory, "page")?;
    let now = services.now();
    let tx = services.db.write().await?;
    // Read within the transaction, so that two gestures at once don't make two of anything.
    let inventory = db::inventory::load_in(&tx).await?;
    let wanted = if to.touchpoint.trim().is_empty() { to.activity } else { to.touchpoint };
    let name = checked_name(wanted, "touchpoint")?;
    let known = inventory.touchpoints.iter().find(|one| one.name.to_lowercase() == name.to_lowercase());
    let department = Some(to.department_id.to_owned()).filter(|id| !id.is_empty());
    if let Some(id) = &department
        && !inventory.departments.iter().any(|one| one.id == *id)
    {
        return Err(UserError::not_found("department").at("department").into());
    }
    match known {
        Some(known) => need_change(actor.owns(known.department_id.as_deref()), "touchpoint")?,
        None => need_change(actor.owns(department.as_deref()), "department's touchpoints")?,
    }
    let rule = checked_rule(
        &inventory,
        Rule {
            touchpoint_id: known.map(|known| known.id.clone()).unwrap_or_default(),
            source: to.source.to_owned(),
            matching: "exact".to_owned(),
            activity: to.activity.to_owned(),
            position: next_position(&inventory),
            ..Rule::default()
        },
    )?;
    let double = inventory.rules.iter().any(|one| {
        one.touchpoint_id == rule.touchpoint_id
            && (&one.source, &one.matching, &one.activity, &one.condition)
                == (&rule.source, &rule.matching, &rule.activity, &rule.condition)
    });
    if double {
        return Err(
            UserError::new(Kind::Conflict, "rule_exists", "This activity is mapped there already.").into()
        );
    }
    let mut done = Vec::new();
    let touchpoint_id = match known {
        None => {
            let new = Touchpoint {
                name: name.clone(),
                department_id: department,
                reviewed_at: Some(now),
                ..fresh(actor)
            };
            let saved = db::inventory::save_touchpoint(&tx, &new, now).await;
            let id = saved.map_err(|error| taken(error, "touchpoint", &name))?;
            let row = Touchpoint { id: id.clone(), version: 1, ..new };
            done.push(Done::of(&id, "add", json!({ "name": name }), None, Some(Row::Touchpoint(row))));
            id
        }
        Some(known) => known.id.clone(),
    };
    let rule = Rule { touchpoint_id: touchpoint_id.clone(), ..rule };
    let id = db::inventory::save_rule(&tx, &rule).await?;
    let details = json!({ "rule": describe(&rule) });
    let row = Rule { id: id.clone(), version: 1, ..rule };
    done.push(Done::of(&touchpoint_id, "add rule", details, None, Some(Row::Rule(row))));
    record(&tx, actor, now, &format!("Mapping {}", to.activity), done).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[touchpoint_id]);
    Ok(id)
}
