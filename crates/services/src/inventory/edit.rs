//! Changing cells of the grid: one, or as many as were pasted. Each says what stood there when it was changed, so that
//! nobody's edit is overwritten unseen; with a conflict or a problem anywhere, nothing is applied.

use std::collections::{HashMap, HashSet};

use contract::inventory::{CellChange, CellConflict, CellProblem, Column, Edited, GridRow, RowEdit};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Touchpoint};
use db::notes::Proposal;
use serde_json::Value;

use super::cells::Names;
use super::grid::{Counts, fresh};
use super::rows::Row;
use super::steps::{Done, record, undoable};
use super::taken;
use super::touchpoints::differences;
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services, cache};

/// Cells that are taken at once.
pub const MOST_CELLS: usize = 200_000;
/// Changes, conflicts and problems that are listed.
const LISTED: usize = 300;
/// Proposals of one person that may wait at once.
const MOST_OPEN: u64 = 200;
/// Touchpoints of an inventory.
const MOST_TOUCHPOINTS: usize = 50_000;
/// Conflicts whose author is looked up.
const NAMED: usize = 20;

/// The rows of some touchpoints as they are now.
pub async fn rows_of(services: &Services, actor: &Actor, ids: &[String]) -> Result<Vec<GridRow>, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let (_, inventory) = cache::inventory(services).await?;
    let proposals = db::notes::open_proposals(&services.db).await?;
    let counts = Counts::load(services, actor, &inventory, &proposals).await?;
    let names = Names::of(&inventory);
    let wanted: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let found = inventory.touchpoints.iter().filter(|one| wanted.contains(one.id.as_str()));
    Ok(found.map(|one| counts.row(&names, actor, one)).collect())
}

/// What some edits come to.
#[derive(Default)]
struct Plan {
    /// Touchpoints before and after, and the columns that differ.
    changed: Vec<(Touchpoint, Touchpoint)>,
    new: Vec<Touchpoint>,
    proposals: Vec<Proposal>,
    listed: Vec<CellChange>,
    /// Cells that change, and those that would be proposed.
    cells: u32,
    conflicts: Vec<CellConflict>,
    problems: Vec<CellProblem>,
}

/// Applies changes of cells, or with `dry` only says what they would come to.
pub async fn edit(
    services: &Services,
    actor: &Actor,
    edits: Vec<RowEdit>,
    dry: bool,
) -> Result<Edited, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let cells: usize = edits.iter().map(|edit| edit.cells.len()).sum();
    if cells > MOST_CELLS {
        let message = format!("{cells} cells are too many at once; at most {MOST_CELLS} are taken.");
        return Err(UserError::new(Kind::TooLarge, "too_many_cells", message)
            .remedy("Paste a part, or import a file.")
            .into());
    }
    let now = services.now();
    if dry {
        let (_, inventory) = cache::inventory(services).await?;
        let mut plan = planned(&inventory, actor, &edits, now);
        name_authors(services, &mut plan.conflicts).await?;
        return Ok(shown(plan));
    }
    let may = actor.may();
    need_change(may.edit_own_inventory || may.propose, "inventory")?;
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let mut plan = planned(&inventory, actor, &edits, now);
    if !plan.is_fine() {
        drop(tx);
        name_authors(services, &mut plan.conflicts).await?;
        return Ok(shown(plan));
    }
    if plan.cells == 0 {
        return Ok(Edited { applied: true, history: undoable(services, actor).await?, ..Edited::default() });
    }
    let label = label(&plan);
    let ids = apply(&tx, actor, now, &inventory, &plan, &label).await?;
    tx.commit().await?;
    services.tell_changed(actor, &ids);
    let rows = rows_of(services, actor, &ids).await?;
    Ok(Edited { applied: true, rows, history: undoable(services, actor).await?, label, ..shown(plan) })
}

/// Changes one cell within a transaction, for somebody who may; what stands against it is said.
pub async fn edit_cell_in(tx: &db::Tx, actor: &Actor, now: i64, edit: RowEdit) -> Result<Edited, ServiceError> {
    let inventory = db::inventory::load_in(tx).await?;
    let plan = planned(&inventory, actor, std::slice::from_ref(&edit), now);
    if plan.is_fine() && plan.proposals.is_empty() {
        let label = label(&plan);
        apply(tx, actor, now, &inventory, &plan, &label).await?;
    }
    Ok(shown(plan))
}

/// Writes a plan, and returns the touchpoints that it concerns.
async fn apply(
    tx: &db::Tx,
    actor: &Actor,
    now: i64,
    inventory: &Inventory,
    plan: &Plan,
    label: &str,
) -> Result<Vec<String>, ServiceError> {
    let mut done = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut changed: Vec<Touchpoint> = plan.changed.iter().map(|(_, after)| after.clone()).collect();
    // Names that pass from one row to another are free in between.
    let leaving: HashSet<&str> = plan
        .changed
        .iter()
        .filter(|(before, after)| before.name != after.name)
        .map(|(before, _)| before.name.as_str())
        .collect();
    if changed.iter().any(|one| leaving.contains(one.name.as_str())) {
        let mut between = Vec::new();
        for ((before, after), one) in plan.changed.iter().zip(&mut changed) {
            if before.name != after.name {
                between.push(Touchpoint { name: before.id.clone(), ..before.clone() });
                one.version += 1;
            }
        }
        db::inventory::change_touchpoints(tx, &between).await?;
    }
    let name = changed.first().map(|one| one.name.clone()).unwrap_or_default();
    let saved = db::inventory::change_touchpoints(tx, &changed).await;
    saved.map_err(|error| taken(error, "touchpoint", &name))?;
    for (before, after) in &plan.changed {
        let details = differences(inventory, Some(before), after);
        let rows = (Row::Touchpoint(before.clone()), Row::Touchpoint(after.clone()));
        done.push(Done::of(&before.id, "change", details, Some(rows.0), Some(rows.1)));
        ids.push(before.id.clone());
    }
    let name = plan.new.first().map(|one| one.name.clone()).unwrap_or_default();
    let added = db::inventory::add_touchpoints(tx, &plan.new, now).await;
    for (id, new) in added.map_err(|error| taken(error, "touchpoint", &name))?.into_iter().zip(&plan.new) {
        let row = Touchpoint { id: id.clone(), version: 1, ..new.clone() };
        let details = differences(inventory, None, &row);
        done.push(Done::of(&id, "add", details, None, Some(Row::Touchpoint(row))));
        ids.push(id);
    }
    record(tx, actor, now, label, done).await?;
    propose_in(tx, actor, now, &plan.proposals).await?;
    ids.extend(plan.proposals.iter().map(|one| one.touchpoint_id.clone()));
    Ok(ids)
}

/// Stores proposals, and notes them in the audit log.
pub async fn propose_in(
    tx: &db::Tx,
    actor: &Actor,
    now: i64,
    proposals: &[Proposal],
) -> Result<(), ServiceError> {
    if let Some(account) = &actor.account_id {
        for one in proposals {
            db::notes::replace_open(tx, account, &one.touchpoint_id, &one.field, now).await?;
        }
        if db::notes::open_of(tx, account).await? + proposals.len() as u64 > MOST_OPEN {
            let message = format!("You have many proposals that wait; at most {MOST_OPEN} may.");
            return Err(UserError::new(Kind::TooMany, "too_many_proposals", message)
                .remedy("Wait until owners decided, or take some back.")
                .into());
        }
    }
    db::notes::propose(tx, proposals).await?;
    let entries = proposals.iter().map(|one| {
        let column = Column::from_key(&one.field).map_or("", Column::label);
        let mut details = serde_json::Map::new();
        details.insert(
            column.to_lowercase(),
            Value::Array(vec![one.before.clone().into(), one.after.clone().into()]),
        );
        db::Entry {
            action: "propose".to_owned(),
            noun: "touchpoint",
            object_id: one.touchpoint_id.clone(),
            details: Value::Object(details),
            ..db::Entry::default()
        }
    });
    Ok(db::audit_all(tx, &actor.audited(now), entries.collect()).await?)
}

fn label(plan: &Plan) -> String {
    match (plan.changed.as_slice(), plan.new.as_slice(), plan.listed.as_slice()) {
        ([], [new], _) => format!("Adding {}", new.name),
        ([(before, _)], [], [only]) => format!("{} of {}", only.column.label(), before.name),
        (changed, [], _) if !changed.is_empty() => format!("{} cells", plan.cells),
        (_, new, _) => format!("{} new touchpoints", new.len()),
    }
}

fn shown(plan: Plan) -> Edited {
    Edited {
        changed: plan.cells,
        created: plan.new.len() as u32,
        proposed: plan.proposals.len() as u32,
        changes: plan.listed,
        conflicts: plan.conflicts,
        problems: plan.problems,
        ..Edited::default()
    }
}

fn planned(inventory: &Inventory, actor: &Actor, edits: &[RowEdit], now: i64) -> Plan {
    let names = Names::of(inventory);
    let by_id: HashMap<&str, &Touchpoint> =
        inventory.touchpoints.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut plan = Plan::default();
    let mut seen = HashSet::new();
    for edit in edits {
        let RowEdit { id, cells } = edit;
        // The same row twice would be compared with what it no longer is.
        let columns: HashSet<Column> = cells.iter().map(|(column, ..)| *column).collect();
        if !seen.insert(id.as_str()) || columns.len() < cells.len() {
            plan.problem(edit, "", "The same cell is changed twice at once.", Some("Change it once."));
            continue;
        }
        if id.starts_with("new") {
            plan.row_to_add(&names, actor, edit, now);
            continue;
        }
        match by_id.get(id.as_str()) {
            Some(current) => plan.row_to_change(&names, actor, current, cells, now),
            None => plan.problem(
                edit,
                "",
                "This touchpoint was removed meanwhile.",
                Some("Load the page again; whoever removed it can undo that."),
            ),
        }
    }
    plan.refuse_doubles(inventory, edits);
    if inventory.touchpoints.len() + plan.new.len() > MOST_TOUCHPOINTS && !plan.new.is_empty() {
        let message = format!("An inventory holds at most {MOST_TOUCHPOINTS} touchpoints.");
        if let Some(edit) = edits.first() {
            plan.problem(edit, "", &message, None);
        }
    }
    plan
}

impl Plan {
    fn is_fine(&self) -> bool {
        self.conflicts.is_empty() && self.problems.is_empty()
    }

    fn problem(&mut self, edit: &RowEdit, touchpoint: &str, message: &str, remedy: Option<&str>) {
        let (column, value) = edit
            .cells
            .first()
            .map_or((Column::Name, String::new()), |(column, _, after)| (*column, after.clone()));
        self.problems.push(CellProblem {
            id: edit.id.clone(),
            touchpoint: touchpoint.to_owned(),
            column,
            value,
            message: message.to_owned(),
            remedy: remedy.map(str::to_owned),
        });
    }

    fn refused(&mut self, id: &str, touchpoint: &str, column: Column, value: &str, error: UserError) {
        if self.problems.len() >= LISTED {
            return;
        }
        self.problems.push(CellProblem {
            id: id.to_owned(),
            touchpoint: touchpoint.to_owned(),
            column,
            value: value.chars().take(200).collect(),
            message: error.message,
            remedy: error.remedy,
        });
    }

    fn list(&mut self, touchpoint: &str, column: Column, before: &str, after: &str, proposal: bool, new: bool) {
        self.cells += 1;
        if self.listed.len() < LISTED {
            let (before, after) = (before.to_owned(), after.to_owned());
            let touchpoint = touchpoint.to_owned();
            self.listed.push(CellChange { touchpoint, column, before, after, proposal, new });
        }
    }

    fn row_to_add(&mut self, names: &Names<'_>, actor: &Actor, edit: &RowEdit, now: i64) {
        let mut row = Touchpoint { reviewed_at: Some(now), ..fresh(actor) };
        let called = edit.cells.iter().find(|(column, ..)| *column == Column::Name);
        let name = called.map(|(_, _, name)| name.trim().to_owned()).unwrap_or_default();
        let mut whole = true;
        for (column, _, text) in &edit.cells {
            if let Err(error) = names.put(&mut row, *column, text) {
                self.refused(&edit.id, &name, *column, text, error);
                whole = false;
            }
        }
        if name.is_empty() && whole {
            self.problem(edit, "", "A new touchpoint needs a name.", Some("Type its name first."));
        } else if whole && !actor.owns(row.department_id.as_deref()) {
            let message = "You may add touchpoints of your own department only.";
            self.problem(edit, &name, message, Some("Name your department as the owner."));
        } else if whole {
            for (column, _, text) in edit.cells.iter().filter(|(.., text)| !text.trim().is_empty()) {
                self.list(&name, *column, "", text.trim(), false, true);
            }
            self.new.push(row);
        }
    }

    fn row_to_change(
        &mut self,
        names: &Names<'_>,
        actor: &Actor,
        current: &Touchpoint,
        cells: &[(Column, String, String)],
        now: i64,
    ) {
        let owns = actor.owns(current.department_id.as_deref());
        if let Err(error) = need_change(owns || actor.may().propose, "touchpoint") {
            if let Some((column, _, value)) = cells.first() {
                self.refused(&current.id, &current.name, *column, value, error);
            }
            return;
        }
        let shown = names.row(actor, current);
        let mut wanted = current.clone();
        let mut differing = Vec::new();
        let mut whole = true;
        for (column, before, after) in cells {
            let stored = shown.text(*column);
            if let Err(error) = names.put(&mut wanted, *column, after) {
                self.refused(&current.id, &current.name, *column, after, error);
                whole = false;
                continue;
            }
            let after = names.row(actor, &wanted).text(*column);
            if after == stored {
                continue;
            }
            if *before != stored {
                whole = false;
                if self.conflicts.len() >= LISTED {
                    continue;
                }
                self.conflicts.push(CellConflict {
                    id: current.id.clone(),
                    touchpoint: current.name.clone(),
                    column: *column,
                    before: before.clone(),
                    yours: after,
                    theirs: stored,
                    by: None,
                });
                continue;
            }
            differing.push((*column, stored, after));
        }
        if !whole || differing.is_empty() {
            return;
        }
        let moves = wanted.department_id != current.department_id;
        let owned = owns && (!moves || actor.owns(wanted.department_id.as_deref()));
        if owned {
            for (column, before, after) in &differing {
                self.list(&current.name, *column, before, after, false, false);
            }
            self.changed.push((current.clone(), Touchpoint { reviewed_at: Some(now), ..wanted }));
        } else {
            for (column, before, after) in differing {
                self.list(&current.name, column, &before, &after, true, false);
                self.proposals.push(Proposal {
                    touchpoint_id: current.id.clone(),
                    account_id: actor.account_id.clone(),
                    author: actor.name.clone(),
                    field: column.key().to_owned(),
                    before,
                    after,
                    created_at: now,
                    ..Proposal::default()
                });
            }
        }
    }

    /// Two touchpoints of one name would not be told apart.
    fn refuse_doubles(&mut self, inventory: &Inventory, edits: &[RowEdit]) {
        let renamed: HashMap<&str, &str> = self
            .changed
            .iter()
            .filter(|(before, after)| before.name != after.name)
            .map(|(before, after)| (before.id.as_str(), after.name.as_str()))
            .collect();
        if renamed.is_empty() && self.new.is_empty() {
            return;
        }
        let mut uses: HashMap<String, u32> = HashMap::new();
        for one in &inventory.touchpoints {
            let name = renamed.get(one.id.as_str()).copied().unwrap_or(&one.name);
            *uses.entry(name.to_lowercase()).or_default() += 1;
        }
        for one in &self.new {
            *uses.entry(one.name.to_lowercase()).or_default() += 1;
        }
        let mut doubles = Vec::new();
        for edit in edits {
            let name = edit.cells.iter().find(|(column, ..)| *column == Column::Name);
            let Some((_, _, name)) = name else { continue };
            let name = name.trim();
            let changes = edit.id.starts_with("new") || renamed.contains_key(edit.id.as_str());
            if changes && uses.get(&name.to_lowercase()).is_some_and(|uses| *uses > 1) {
                doubles.push((edit.id.clone(), name.to_owned()));
            }
        }
        for (id, name) in doubles {
            let message = format!("There is a touchpoint \u{201c}{name}\u{201d} already.");
            let error = UserError::new(Kind::Conflict, "name_taken", message).remedy("Choose another name.");
            self.refused(&id, &name, Column::Name, &name, error);
        }
    }
}

/// Finds who changed what is in conflict.
async fn name_authors(services: &Services, conflicts: &mut [CellConflict]) -> Result<(), ServiceError> {
    for conflict in conflicts.iter_mut().take(NAMED) {
        let word = super::touchpoints::field_of(conflict.column);
        let rows = db::history(&services.db, std::slice::from_ref(&conflict.id), 50).await?;
        conflict.by = rows
            .into_iter()
            .find(|row| {
                // What was only proposed changed nothing.
                if matches!(row.action.as_str(), "propose" | "withdraw" | "decline" | "comment") {
                    return false;
                }
                let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
                details.get(word).is_some()
            })
            .map(|row| (row.actor, row.at));
    }
    Ok(())
}
