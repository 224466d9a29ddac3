//! Changes of the inventory as they are kept: each row before and after goes into the audit log, what one gesture changed
//! is a step of the person who made it, and steps are undone and done again. Undoing touches only what the step changed,
//! and only where nobody changed it since.

use std::collections::{HashMap, HashSet};

use contract::inventory::{Edited, Undoable};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Rule, Touchpoint};
use db::steps::{State, Step};
use db::{Entry, Tx};
use serde_json::{Value, json};

use super::edit::rows_of;
use super::rows::{
    Change, Row, complete, find, is_used, merged, name_of, newer, owns, put, replace, unchanged,
};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services};

/// A change that was made, with the words of its entry in the audit log.
pub struct Done {
    pub action: &'static str,
    /// Under what it is found again: a touchpoint, or a KPI.
    pub noun: &'static str,
    pub object_id: String,
    pub details: Value,
    pub change: Change,
}

impl Done {
    /// A change of a touchpoint, or of something that belongs to it.
    pub fn of(
        touchpoint_id: &str,
        action: &'static str,
        details: Value,
        before: Option<Row>,
        after: Option<Row>,
    ) -> Self {
        Self {
            action,
            noun: "touchpoint",
            object_id: touchpoint_id.to_owned(),
            details,
            change: Change { before, after },
        }
    }
}

/// Writes what was done into the audit log, as a step that the person can undo.
pub async fn record(
    tx: &Tx,
    actor: &Actor,
    now: i64,
    label: &str,
    done: Vec<Done>,
) -> Result<(), ServiceError> {
    if done.is_empty() {
        return Ok(());
    }
    let step_id = match &actor.account_id {
        Some(account) => Some(db::steps::begin(tx, account, label, now).await?),
        None => None,
    };
    let entries = done.into_iter().map(|Done { action, noun, object_id, details, change }| Entry {
        action: action.to_owned(),
        noun,
        object_id,
        details,
        step_id: step_id.clone(),
        change: serde_json::to_string(&change).ok(),
    });
    Ok(db::audit_all(tx, &actor.audited(now), entries.collect()).await?)
}

/// What the person could undo and do again.
pub async fn undoable(services: &Services, actor: &Actor) -> Result<Undoable, ServiceError> {
    let Some(account) = &actor.account_id else { return Ok(Undoable::default()) };
    let label = |step: Option<Step>| step.map(|step| step.label);
    Ok(Undoable {
        undo: label(db::steps::next(&services.db, account, State::Done).await?),
        redo: label(db::steps::next(&services.db, account, State::Undone).await?),
    })
}

/// Undoes the person's latest step.
pub async fn undo(services: &Services, actor: &Actor) -> Result<Edited, ServiceError> {
    walk(services, actor, State::Done).await
}

/// Does again what the person undid last.
pub async fn redo(services: &Services, actor: &Actor) -> Result<Edited, ServiceError> {
    walk(services, actor, State::Undone).await
}

async fn walk(services: &Services, actor: &Actor, from: State) -> Result<Edited, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let account = actor.account_id.as_deref().ok_or_else(|| UserError::not_found("step"))?;
    let now = services.now();
    let tx = services.db.write().await?;
    let mut inventory = db::inventory::load_in(&tx).await?;
    let Some(step) = db::steps::next_in(&tx, account, from).await? else {
        let word = if from == State::Done { "undo" } else { "do again" };
        let message = format!("There is nothing to {word}.");
        return Err(UserError::new(Kind::Conflict, "nothing_to_undo", message).into());
    };
    let back = from == State::Done;
    let mut changes: Vec<(String, Change)> = Vec::new();
    for entry in db::entries_of(&tx, &step.id).await? {
        let change = entry.change.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let change = change.ok_or_else(|| {
            UserError::new(
                Kind::Conflict,
                "unreadable",
                "This step was kept by another version and can't be undone.",
            )
        })?;
        changes.push((entry.object_id, change));
    }
    if back {
        changes.reverse();
        for (_, change) in &mut changes {
            std::mem::swap(&mut change.before, &mut change.after);
        }
    }
    // What goes and comes with a touchpoint or an experience goes by its rights.
    let carried = changes.iter().any(|(_, change)| {
        let rows = [change.before.as_ref(), change.after.as_ref()];
        rows.into_iter().flatten().any(|row| matches!(row, Row::Touchpoint(_) | Row::Experience(_)))
    });
    let how = How { strict: true, carried };
    let mut entries = Vec::new();
    let mut ids = Vec::new();
    free_between(&tx, &mut inventory, &changes).await?;
    let anew = named_anew(&changes);
    for (object_id, change) in changes {
        match turn(&tx, actor, &mut inventory, &change, now, how).await {
            Ok(()) => {}
            Err(ServiceError::User(error)) if FINAL.contains(&error.code.as_str()) => {
                // It will not become possible again: others' changes stay, and the steps before it are reached.
                drop(tx);
                let tx = services.db.write().await?;
                db::steps::mark(&tx, &step.id, State::Dropped).await?;
                tx.commit().await?;
                return Err(error.into());
            }
            Err(other) => return Err(other),
        }
        entries.push(Entry {
            action: if back { "undo" } else { "redo" }.to_owned(),
            noun: if matches!(change.after.as_ref().or(change.before.as_ref()), Some(Row::Kpi(_))) {
                "kpi"
            } else {
                "touchpoint"
            },
            object_id: object_id.clone(),
            details: json!({ "step": step.label }),
            ..Entry::default()
        });
        ids.push(object_id);
    }
    if let Some((one, other)) = alike(&inventory, &anew) {
        drop(tx);
        let tx = services.db.write().await?;
        db::steps::mark(&tx, &step.id, State::Dropped).await?;
        tx.commit().await?;
        return Err(name_taken(&one, &other).into());
    }
    db::audit_all(&tx, &actor.audited(now), entries).await?;
    db::steps::mark(&tx, &step.id, if back { State::Undone } else { State::Done }).await?;
    tx.commit().await?;
    services.tell_changed(actor, &ids);
    ids.sort();
    ids.dedup();
    let (kept, removed): (Vec<String>, Vec<String>) =
        ids.into_iter().partition(|id| inventory.touchpoints.iter().any(|one| one.id == *id));
    Ok(Edited {
        applied: true,
        rows: rows_of(services, actor, &kept).await?,
        removed,
        changed: kept.len() as u32,
        history: undoable(services, actor).await?,
        label: step.label,
        ..Edited::default()
    })
}

/// Names that pass from one touchpoint to another within a step are free in between.
async fn free_between(
    tx: &Tx,
    inventory: &mut Inventory,
    changes: &[(String, Change)],
) -> Result<(), ServiceError> {
    let renamed = |change: &Change| match (&change.before, &change.after) {
        (Some(Row::Touchpoint(before)), Some(Row::Touchpoint(after))) if before.name != after.name => {
            Some(before.id.clone())
        }
        _ => None,
    };
    let ids: Vec<String> = changes.iter().filter_map(|(_, change)| renamed(change)).collect();
    if ids.len() < 2 {
        return Ok(());
    }
    let known = inventory.touchpoints.iter_mut().filter(|one| ids.contains(&one.id));
    let mut parked = Vec::new();
    for one in known {
        parked.push(Touchpoint { name: one.id.clone(), ..one.clone() });
        one.version = one.version.saturating_add(1);
    }
    db::inventory::change_touchpoints(tx, &parked).await?;
    Ok(())
}

/// Touchpoints that come back or get another name.
fn named_anew(changes: &[(String, Change)]) -> HashSet<String> {
    let named = changes.iter().filter_map(|(_, change)| match (&change.before, &change.after) {
        (Some(Row::Touchpoint(before)), Some(Row::Touchpoint(after))) if before.name == after.name => None,
        (_, Some(Row::Touchpoint(after))) => Some(after.id.clone()),
        _ => None,
    });
    named.collect()
}

/// Two touchpoints whose names differ by capital letters at most, one of them of these.
fn alike(inventory: &Inventory, ids: &HashSet<String>) -> Option<(String, String)> {
    if ids.is_empty() {
        return None;
    }
    let mut known: HashMap<String, &Touchpoint> = HashMap::new();
    for one in &inventory.touchpoints {
        if let Some(other) = known.insert(one.name.to_lowercase(), one)
            && (ids.contains(&one.id) || ids.contains(&other.id))
        {
            let (back, there) = if ids.contains(&one.id) { (one, other) } else { (other, one) };
            return Some((back.name.clone(), there.name.clone()));
        }
    }
    None
}

fn name_taken(one: &str, other: &str) -> UserError {
    let message = format!("\u{201c}{one}\u{201d} would come back, and \u{201c}{other}\u{201d} has its name.");
    UserError::new(Kind::Conflict, "name_taken", message)
        .remedy("Rename the other first, and change this one by hand.")
}

/// Puts a row back to what it was before an entry of its history, as a step of its own. `latest` is the newest change that
/// the person has seen.
pub async fn restore(
    services: &Services,
    actor: &Actor,
    entry_id: &str,
    latest: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let mut inventory = db::inventory::load_in(&tx).await?;
    let entry = db::entry_in(&tx, entry_id).await?.ok_or_else(|| UserError::not_found("change"))?;
    // Whoever restores has seen everything that came after, or is told.
    let newest = db::newest_change(&tx, &entry.object_id).await?;
    if newest.is_some_and(|newest| newest != latest) {
        return Err(UserError::new(Kind::Stale, "stale", "Somebody changed this meanwhile.")
            .remedy("Load the page again: its history shows what was changed.")
            .into());
    }
    let change: Option<Change> = entry.change.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let change = change.filter(|change| change.before.is_some());
    let change = change.ok_or_else(|| UserError::not_found("change"))?;
    need_change(may_restore(actor, &change), "change")?;
    let gone = change.before.as_ref().is_some_and(|row| find(&inventory, row).is_none());
    if gone && change.after.is_some() {
        // Whose it was at the end decides about it: only its removal can be taken back.
        return Err(UserError::new(Kind::Conflict, "gone", "It was removed since.")
            .remedy("Restore its removal first.")
            .into());
    }
    let wanted = Change { before: change.after, after: change.before };
    let before = wanted.after.as_ref().and_then(|row| find(&inventory, row));
    let how = How { strict: false, carried: false };
    turn(&tx, actor, &mut inventory, &wanted, now, how).await?;
    let wanted = [(entry.object_id.clone(), wanted)];
    if let Some((one, other)) = alike(&inventory, &named_anew(&wanted)) {
        return Err(name_taken(&one, &other).into());
    }
    let [(_, wanted)] = wanted;
    let after = wanted.after.as_ref().and_then(|row| find(&inventory, row));
    let details = json!({ "as it was": entry.action });
    let done = Done::of(&entry.object_id, "restore", details, before, after);
    record(&tx, actor, now, "Restoring", vec![done]).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[entry.object_id]);
    Ok(())
}

/// Refusals that will not change by waiting: the step is left out.
const FINAL: [&str; 6] = ["changed_since", "gone", "forbidden", "name_taken", "linked", "unreadable"];

/// How a row is turned.
#[derive(Clone, Copy)]
struct How {
    /// What changes must still be as it was.
    strict: bool,
    /// KPIs and links follow the touchpoint or experience of the same step.
    carried: bool,
}

/// Whether a change can be put back by this person. Rules of others can take events from other departments, so these are
/// put back by those who may change the whole inventory.
pub fn may_restore(actor: &Actor, change: &Change) -> bool {
    match &change.before {
        None => false,
        Some(Row::Rule(_)) => actor.may().edit_inventory,
        Some(_) => true,
    }
}

/// Turns a row from what it was to what it shall be, in the database and in `inventory`.
async fn turn(
    tx: &Tx,
    actor: &Actor,
    inventory: &mut Inventory,
    change: &Change,
    now: i64,
    how: How,
) -> Result<(), ServiceError> {
    let Change { before, after } = change;
    let Some(of) = after.as_ref().or(before.as_ref()) else { return Ok(()) };
    let current = find(inventory, of);
    let same = match (before, &current) {
        (Some(before), Some(current)) => !how.strict || unchanged(before, after.as_ref(), current),
        (None, None) => true,
        (Some(_), None) => !how.strict && after.is_some(),
        (None, Some(_)) => false,
    };
    let same = same && (after.is_some() || !is_used(inventory, of));
    if let (true, None, Row::Kpi(one)) = (same, &after, of)
        && !db::inventory::readings_in(tx, &one.id).await?.is_empty()
    {
        let message = format!(
            "{} has readings, which undoing could not bring back; it stays.",
            capital(&name_of(inventory, of))
        );
        return Err(UserError::new(Kind::Stale, "changed_since", message)
            .remedy("Remove the KPI on its page, if it should go.")
            .into());
    }
    if !same {
        let message = format!(
            "{} was changed by somebody else since; that stays as it is.",
            capital(&name_of(inventory, of))
        );
        return Err(UserError::new(Kind::Stale, "changed_since", message)
            .remedy("Change it by hand, if it still should be another way.")
            .into());
    }
    for row in [current.as_ref(), after.as_ref()].into_iter().flatten() {
        let follows = how.carried && matches!(row, Row::Kpi(_) | Row::Link(_) | Row::Reason(_));
        need_change(follows || owns(actor, inventory, row), "entry")?;
    }
    let wanted = after.as_ref().map(|after| match &current {
        Some(current) => merged(before.as_ref(), after, current),
        None => after.clone(),
    });
    let wanted = match wanted {
        // Other departments' events may have found another rule meanwhile: it is tried last.
        Some(Row::Rule(rule)) if !actor.may().edit_inventory => {
            need_change(rule.matching == "exact" || current.is_some() || how.carried, "rule")?;
            let position = match &current {
                Some(Row::Rule(known)) => known.position,
                _ => super::rules::next_position(inventory),
            };
            Some(Row::Rule(Rule { position, ..rule }))
        }
        other => other,
    };
    if let Some(wanted) = &wanted {
        complete(inventory, wanted)?;
    }
    put(tx, current.as_ref(), wanted.as_ref(), now).await?;
    let wanted = wanted.map(newer);
    replace(inventory, of, wanted);
    Ok(())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
