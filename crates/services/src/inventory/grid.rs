//! The inventory page: every touchpoint as a row of the grid, with what is counted of it.

use std::collections::{HashMap, HashSet};

use contract::inventory::{DELIVERIES, GridRow, GridSaved, GridView, ListsView, STARTERS};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Touchpoint};
use db::notes::Proposal;
use db::saved::Kind as Saving;
use serde_json::json;

use super::cells::Names;
use super::figures::{Figures, bounds, counted, live};
use super::steps::undoable;
use super::{checked_name, gaps, named, taken};
use crate::actor::{need, need_change};
use crate::journeys::question::{shown, zone_of};
use crate::{Actor, ServiceError, Services, cache};

/// Longest search part of a saved view.
const LONGEST_SEARCH: usize = 4000;

/// A touchpoint to begin from: of the person's own department, where they have one.
pub fn fresh(actor: &Actor) -> Touchpoint {
    Touchpoint {
        delivery: DELIVERIES[0].0.to_owned(),
        started_by: STARTERS[0].0.to_owned(),
        department_id: actor.scope().and_then(|own| own.first().cloned()),
        ..Touchpoint::default()
    }
}

/// How much belongs to each touchpoint.
#[derive(Default)]
pub struct Counts {
    experiences: HashMap<String, u32>,
    rules: HashMap<String, u32>,
    kpis: HashMap<String, u32>,
    comments: HashMap<String, u32>,
    proposals: HashMap<String, u32>,
}

fn counts<'a>(of: impl Iterator<Item = &'a String>) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for id in of {
        *counts.entry(id.clone()).or_default() += 1;
    }
    counts
}

impl Counts {
    pub async fn load(
        services: &Services,
        actor: &Actor,
        inventory: &Inventory,
        proposals: &[Proposal],
    ) -> Result<Self, ServiceError> {
        let seen: HashSet<&str> = inventory
            .kpis
            .iter()
            .filter(|kpi| super::kpis::may_see(actor, kpi))
            .map(|kpi| kpi.id.as_str())
            .collect();
        let visible = |kpi: &str| seen.contains(kpi);
        Ok(Self {
            experiences: counts(inventory.experiences.iter().map(|one| &one.touchpoint_id)),
            rules: counts(inventory.rules.iter().map(|one| &one.touchpoint_id)),
            kpis: counts(
                inventory.links.iter().filter(|one| visible(&one.kpi_id)).map(|one| &one.touchpoint_id),
            ),
            comments: db::notes::comment_counts(&services.db)
                .await?
                .into_iter()
                .map(|(id, comments)| (id, comments as u32))
                .collect(),
            proposals: counts(proposals.iter().map(|one| &one.touchpoint_id)),
        })
    }

    pub fn row(&self, names: &Names<'_>, actor: &Actor, one: &Touchpoint) -> GridRow {
        let of = |counts: &HashMap<String, u32>| counts.get(&one.id).copied().unwrap_or(0);
        GridRow {
            experiences: of(&self.experiences),
            rules: of(&self.rules),
            kpis: of(&self.kpis),
            comments: of(&self.comments),
            proposals: of(&self.proposals),
            ..names.row(actor, one)
        }
    }
}

/// The inventory page; the days of the period may be empty for all data.
pub async fn grid(services: &Services, actor: &Actor, from: &str, to: &str) -> Result<GridView, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let figures = Figures::load(services, actor).await?;
    let inventory = &figures.inventory;
    let proposals = db::notes::open_proposals(&services.db).await?;
    let counts = Counts::load(services, actor, inventory, &proposals).await?;
    let names = Names::of(inventory);
    let rows: Vec<GridRow> = inventory.touchpoints.iter().map(|one| counts.row(&names, actor, one)).collect();
    let mut period = contract::journeys::Period {
        from: String::new(),
        to: String::new(),
        data_from: String::new(),
        data_to: String::new(),
        time_zone: String::new(),
    };
    let mut lives = vec![None; rows.len()];
    if let Some(data) = &figures.data {
        let day = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let query = contract::journeys::ExploreQuery { from: day(from), to: day(to), ..Default::default() };
        let used = counted(services, data, bounds(data, from, to)?).await?;
        period = shown(data, &query);
        let zone = zone_of(&data.workspace.time_zone);
        let experienced: HashSet<&str> =
            inventory.experiences.iter().map(|one| one.touchpoint_id.as_str()).collect();
        for (at, slot) in lives.iter_mut().enumerate() {
            let has = experienced.contains(inventory.touchpoints[at].id.as_str());
            *slot = figures.may_count(actor, at).then(|| live(&used, at, has, zone));
        }
    }
    // What concerns the whole company is not for those who see their own department only.
    let all = figures.data.as_ref().filter(|_| actor.scope().is_none() || actor.may().edit_own_inventory);
    let unmapped = all.map(|data| {
        let mut activities = std::collections::HashSet::new();
        let mut events = 0;
        for (class, &count) in data.mapped.classes.iter().zip(&data.mapped.by_class) {
            if class.touchpoint.is_none() && count > 0 {
                activities.insert(class.activity);
                events += count;
            }
        }
        (activities.len() as u32, events, data.snapshot.log.events() as u64)
    });
    let may = actor.may();
    Ok(GridView {
        rows,
        live: lives,
        stages: named(inventory, &inventory.stages),
        channels: named(inventory, &inventory.channels),
        departments: named(inventory, &inventory.departments),
        from: period.from,
        to: period.to,
        data_from: period.data_from,
        data_to: period.data_to,
        unmapped,
        gaps: gaps::count(actor, &figures, &proposals, services.now()),
        may_add: may.edit_own_inventory,
        may_import: may.edit_inventory,
        may_export: may.export,
        may_propose: may.propose,
        history: undoable(services, actor).await?,
        saved: saved(services, actor).await?,
        me: actor.account_id.clone().unwrap_or_default(),
        version: db::workspace::get(&services.db).await?.inventory_version,
    })
}

/// The names that touchpoints choose from.
pub async fn lists(services: &Services, actor: &Actor) -> Result<ListsView, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let (_, inventory) = cache::inventory(services).await?;
    Ok(ListsView {
        stages: named(&inventory, &inventory.stages),
        channels: named(&inventory, &inventory.channels),
        departments: named(&inventory, &inventory.departments),
        may_edit: actor.may().edit_inventory,
    })
}

async fn saved(services: &Services, actor: &Actor) -> Result<Vec<GridSaved>, ServiceError> {
    let person = actor.account_id.as_deref();
    let saved = db::saved::all(&services.db, Saving::Grid, person).await?;
    Ok(saved
        .into_iter()
        .map(|one| GridSaved {
            mine: person == Some(&one.owner_id),
            id: one.id,
            version: one.version,
            name: one.name,
            search: one.definition,
            shared: one.shared,
            author: one.author,
        })
        .collect())
}

/// Saves how the grid is looked at: columns, filters, order, groups.
pub async fn save_grid(
    services: &Services,
    actor: &Actor,
    name: &str,
    search: &str,
    share: bool,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let name = checked_name(name, "name")?;
    let plain = search.chars().all(|letter| !letter.is_control());
    if !(search.is_empty() || search.starts_with('?')) || search.len() > LONGEST_SEARCH || !plain {
        return Err(UserError::new(Kind::Unprocessable, "bad_view", "This view can't be kept.")
            .remedy("Load the page again.")
            .into());
    }
    let view = db::saved::Saved {
        owner_id: actor.account_id.clone().unwrap_or_default(),
        name,
        definition: search.to_owned(),
        shared: share,
        author: actor.name.clone(),
        ..Default::default()
    };
    let now = services.now();
    let tx = services.db.write().await?;
    let added = db::saved::add(&tx, Saving::Grid, &view, now).await;
    let id = added.map_err(|error| taken(error, "view", &view.name))?;
    let details = json!({ "name": view.name, "shared": share });
    db::audit(&tx, &actor.audited(now), "add", "view", &id, &details).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a view of one's own.
pub async fn delete_grid(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let all = db::saved::all(&services.db, Saving::Grid, actor.account_id.as_deref()).await?;
    let known = all.into_iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("view"))?;
    need_change(actor.account_id.as_deref() == Some(&known.owner_id), "view")?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::saved::delete(&tx, Saving::Grid, id, version).await?;
    db::audit(&tx, &actor.audited(now), "delete", "view", id, &json!({ "name": known.name })).await?;
    tx.commit().await?;
    Ok(())
}
