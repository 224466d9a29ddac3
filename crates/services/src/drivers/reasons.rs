//! Contact reasons: the touchpoint that each stands for, whether it is a failure, and how often the evidence agrees.

use std::collections::BTreeMap;

use contract::drivers::{DriversQuery, ReasonInput, ReasonLine, ReasonsView};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Reason};
use serde_json::json;

use super::judge::Judged;
use crate::actor::{need, need_change};
use crate::compute::compute;
use crate::journeys::nodes::department_of;
use crate::journeys::segments::Saved;
use crate::journeys::{departments, question};
use crate::{Actor, ServiceError, Services, cache};

/// Reasons that are listed, most contacts first.
const MOST: usize = 500;
/// Columns of the matrix.
const COLUMNS: usize = 12;
/// Letters of a reason.
const LONGEST: usize = 4096;

/// The touchpoint of a reason.
fn touchpoint_of(inventory: &Inventory, known: Option<&Reason>) -> Option<usize> {
    let id = known?.touchpoint_id.as_deref()?;
    inventory.touchpoints.iter().position(|one| one.id == id)
}

/// Whether the person may say what a reason stands for: the CX manager always, a department head where it stands for an
/// own touchpoint, or for nothing and decides nothing. What a trusted reason stands for opens its contacts to the owner:
/// nobody gives that to oneself.
fn may_change(inventory: &Inventory, actor: &Actor, touchpoint: Option<usize>) -> bool {
    let may = actor.may();
    may.edit_inventory
        || match touchpoint {
            Some(at) => actor.owns(inventory.touchpoints[at].department_id.as_deref()),
            None => may.edit_own_inventory && !inventory.logs.iter().any(|log| log.trusted),
        }
}

/// All reasons that contacts carry.
pub async fn reasons(services: &Services, actor: &Actor) -> Result<ReasonsView, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let data = cache::data(services).await?;
    let saved = Saved::load(services, actor).await?;
    let (held, asker) = (services.clone(), actor.clone());
    let made = compute(services, move || {
        let inventory = &data.inventory;
        let zone = question::zone_of(&data.workspace.time_zone);
        let owner = |at: usize| {
            let id = inventory.touchpoints[at].department_id.as_deref()?;
            inventory.departments.iter().find(|one| one.id == id).map(|one| one.name.clone())
        };
        let mut view = ReasonsView {
            touchpoints: inventory
                .touchpoints
                .iter()
                .enumerate()
                .filter(|(_, one)| !one.contact)
                .map(|(at, one)| (one.name.clone(), owner(at)))
                .collect(),
            trusted: inventory.logs.iter().filter(|log| log.trusted).map(|log| log.name.clone()).collect(),
            departments: departments(&data),
            ..ReasonsView::default()
        };
        let Some(given) = data.snapshot.attribute("reason") else { return Ok(view) };
        // Contacts and cost of each reason, and what the evidence gives to each touchpoint: there may be many of both.
        let mut sums: Vec<(u64, f64, BTreeMap<u32, f64>)> = vec![(0, 0.0, BTreeMap::new()); given.values.len()];
        match Judged::get(&held, &data, &asker, &saved, &DriversQuery::default(), zone) {
            Ok(judged) => {
                view.judged = true;
                for contact in &judged.split.contacts {
                    view.contacts += 1;
                    let Some(code) = given.codes[contact.event as usize].checked_sub(1) else { continue };
                    let (contacts, cost, evidence) = &mut sums[code as usize];
                    *contacts += 1;
                    *cost += super::rows::contact(&data, contact.event).cost.unwrap_or(0) as f64;
                    // What a trusted reason decided is no evidence for it: what the rest says of the contact is.
                    for share in judged.evidence(contact) {
                        let at = judged.candidates.list[share.candidate as usize].touchpoint;
                        *evidence.entry(at).or_default() += share.part;
                    }
                }
            }
            Err(error) if matches!(error.code.as_str(), "no_contacts" | "window_too_long") => {}
            Err(error) => return Err(error),
        }
        let mut whole: BTreeMap<u32, f64> = BTreeMap::new();
        for (at, part) in sums.iter().flat_map(|(.., evidence)| evidence) {
            *whole.entry(*at).or_default() += part;
        }
        let mut totals: Vec<(f64, usize)> = (0..inventory.touchpoints.len())
            .map(|at| (whole.get(&(at as u32)).copied().unwrap_or(0.0), at))
            .filter(|(sum, _)| *sum >= 0.5)
            .collect();
        totals.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let columns: Vec<usize> = totals.into_iter().take(COLUMNS).map(|(_, at)| at).collect();
        view.columns = columns.iter().map(|&at| inventory.touchpoints[at].name.clone()).collect();
        let mut rows: Vec<ReasonLine> = given
            .values
            .iter()
            .zip(&sums)
            .filter(|(name, (contacts, ..))| {
                *contacts > 0 || inventory.reasons.iter().any(|known| known.name == **name)
            })
            .map(|(name, (contacts, cost, evidence))| {
                let known = inventory.reasons.iter().find(|known| known.name == *name);
                let touchpoint = touchpoint_of(inventory, known);
                let share =
                    |at: usize| evidence.get(&(at as u32)).copied().unwrap_or(0.0) / (*contacts).max(1) as f64;
                ReasonLine {
                    reason: name.clone(),
                    contacts: *contacts,
                    cost: *cost,
                    touchpoint: touchpoint.map(|at| inventory.touchpoints[at].name.clone()),
                    department: touchpoint.and_then(|at| department_of(&data, at as u32)),
                    failure: known.is_some_and(|known| known.failure),
                    version: known.map_or(0, |known| known.version),
                    may_change: may_change(inventory, &asker, touchpoint),
                    evidence: columns.iter().map(|&at| share(at)).collect(),
                    agrees: touchpoint.filter(|_| *contacts > 0).map(share),
                }
            })
            .collect();
        rows.sort_by(|a, b| b.contacts.cmp(&a.contacts).then_with(|| a.reason.cmp(&b.reason)));
        rows.truncate(MOST);
        view.rows = rows;
        Ok(view)
    });
    Ok(made.await??)
}

/// The reasons for whoever takes them away: they are of the company, and who is bound to a department takes its own.
pub async fn reasons_to_take(services: &Services, actor: &Actor) -> Result<ReasonsView, ServiceError> {
    need(actor.scope().is_none(), "export")?;
    reasons(services, actor).await
}

/// Says what a reason stands for.
pub async fn save_reason(services: &Services, actor: &Actor, form: ReasonInput) -> Result<(), ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let ReasonInput { reason, touchpoint, failure, version } = form;
    if reason.is_empty() || reason.len() > LONGEST || reason.chars().any(char::is_control) {
        return Err(UserError::new(Kind::Invalid, "bad_reason", "This is no reason of a contact.")
            .at("reason")
            .remedy("Choose one that contacts carry.")
            .into());
    }
    let data = cache::data(services).await?;
    let carried = data.snapshot.attribute("reason").is_some_and(|given| given.values.contains(&reason));
    if !carried {
        return Err(UserError::not_found("reason").into());
    }
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let known = inventory.reasons.iter().find(|known| known.name == reason);
    let before = touchpoint_of(&inventory, known);
    need_change(may_change(&inventory, actor, before), "reason")?;
    let wanted = touchpoint.trim();
    let after = match wanted {
        "" => None,
        name => Some(inventory.touchpoints.iter().position(|one| one.name == name).ok_or_else(|| {
            UserError::new(
                Kind::Unprocessable,
                "unknown_touchpoint",
                format!("There is no touchpoint \u{201c}{name}\u{201d}."),
            )
            .at("touchpoint")
            .remedy("Choose one of the list, or add it to the inventory first.")
        })?),
    };
    need_change(may_change(&inventory, actor, after), "touchpoint")?;
    // A failure that somebody else marked is not a head's to clear.
    let marked = known.is_some_and(|known| known.failure);
    let own = before.is_some() || !marked || failure == "yes";
    need_change(actor.may().edit_inventory || own, "reason")?;
    let row = Reason {
        id: String::new(),
        name: reason.clone(),
        touchpoint_id: after.map(|at| inventory.touchpoints[at].id.clone()),
        failure: failure == "yes",
        version,
    };
    db::inventory::save_reason(&tx, &row).await?;
    let name = |at: Option<usize>| at.map(|at| inventory.touchpoints[at].name.clone());
    let details = json!({
        "reason": reason,
        "touchpoint": name(after),
        "before": name(before),
        "failure": row.failure,
    });
    db::audit(&tx, &actor.audited(services.now()), "reason.saved", "reason", &reason, &details).await?;
    tx.commit().await?;
    Ok(())
}
