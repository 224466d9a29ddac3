//! One touchpoint's page: what it is, what happens there, who measures it, what people say about it.

use analytics::measure::neighbours;
use analytics::usage::NOWHERE;
use contract::UserError;
use contract::inventory::{ChangeView, ExperienceView, LiveFigures, RuleView, SampleView, TouchpointView};
use db::inventory::{Experience, Inventory, Touchpoint};
use serde_json::Value;

use super::figures::{Figures, bounds, counted, live};
use super::grid::fresh;
use super::kpis::link_rows;
use super::{kpis, named, notes};
use crate::actor::need;
use crate::cache::Data;
use crate::compute::compute;
use crate::journeys::question::zone_of;
use crate::mapping::Mapped;
use crate::{Actor, ServiceError, Services};

/// Changes shown.
const HISTORY: u64 = 50;
/// Activities suggested, and activities listed as mapped.
const SUGGESTED: usize = 2000;
const MAPPED: usize = 50;
/// Neighbours shown on each side.
const NEIGHBOURS: usize = 5;

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
    let counting =
        known.filter(|&at| figures.may_count(actor, at)).and_then(|at| Some((at, figures.data.as_ref()?)));
    let around = match counting {
        Some((at, data)) => Around::of(services, data, at).await?,
        None => Around::default(),
    };
    let visible = counting.is_some();
    let events = counting.map(|(at, data)| data.mapped.by_touchpoint[at]);
    let counted_of = |of: fn(&Mapped) -> &[u64], at: usize| {
        figures.data.as_ref().filter(|_| visible).map(|data| of(&data.mapped)[at])
    };
    let own = || inventory.experiences.iter().enumerate().filter(|(_, of)| of.touchpoint_id == one.id);
    let experiences: Vec<ExperienceView> = own()
        .map(|(at, of)| {
            let own_events = counted_of(|mapped| &mapped.by_experience, at);
            experience(inventory, of, own_events, events)
        })
        .collect();
    let promised = |word: &str| -> u64 {
        own()
            .filter(|(_, of)| of.promise == word)
            .filter_map(|(at, _)| counted_of(|mapped| &mapped.by_experience, at))
            .sum()
    };
    let (kept, broken) = (promised("kept"), promised("broken"));
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
            events: counted_of(|mapped| &mapped.by_rule, at),
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
    let (mut changes, mut comments, mut proposals) = (Vec::new(), Vec::new(), Vec::new());
    let mut latest = String::new();
    if known.is_some() {
        (latest, changes) = history(services, actor, inventory, &one).await?;
        comments = notes::comments(services, actor, &one).await?;
        proposals = notes::proposals(services, actor, inventory, &one).await?;
    }
    let may = actor.may();
    Ok(TouchpointView {
        may_edit: if known.is_some() { actor.owns(one.department_id.as_deref()) } else { true },
        links: link_rows(inventory, actor, |link| link.touchpoint_id == one.id),
        kpis: kpis::linkable(inventory, actor),
        people: if may.comment { notes::people(services).await? } else { Vec::new() },
        kept: (kept + broken > 0).then(|| kept as f64 / (kept + broken) as f64),
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
        expectation: one.expectation,
        promise: one.promise,
        reviewed_at: one.reviewed_at,
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
        latest,
        events,
        live: around.live,
        before: around.before,
        after: around.after,
        mapped: around.mapped,
        comments,
        proposals,
        may_comment: may.comment && known.is_some(),
        may_propose: may.propose && known.is_some(),
    })
}

fn experience(
    inventory: &Inventory,
    of: &Experience,
    events: Option<u64>,
    of_touchpoint: Option<u64>,
) -> ExperienceView {
    let sample = inventory.samples.iter().rev().find(|one| one.experience_id == of.id);
    let recognised = inventory.rules.iter().any(|rule| rule.experience_id.as_deref() == Some(&of.id));
    let measured = match (events, of_touchpoint) {
        (Some(events), Some(all)) if recognised && all > 0 => Some(events as f64 / all as f64),
        _ => None,
    };
    let said = sample.map(|one| one.said as f64 / one.asked.max(1) as f64);
    ExperienceView {
        id: of.id.clone(),
        name: of.name.clone(),
        emotion: of.emotion,
        failure: of.failure,
        promise: of.promise.clone(),
        events,
        share: measured.or(said.filter(|_| !recognised)),
        sample: sample.map(|one| SampleView {
            id: one.id.clone(),
            day: one.day.clone(),
            asked: one.asked.unsigned_abs(),
            said: one.said.unsigned_abs(),
            note: one.note.clone(),
            author: one.author.clone(),
        }),
        version: of.version,
    }
}

/// What the logs say about a touchpoint.
#[derive(Default)]
struct Around {
    live: Option<LiveFigures>,
    before: Vec<(String, u64)>,
    after: Vec<(String, u64)>,
    mapped: Vec<(String, String, u64)>,
}

impl Around {
    async fn of(services: &Services, data: &Data, at: usize) -> Result<Self, ServiceError> {
        let used = counted(services, data, bounds(data, "", "")?).await?;
        let counting = data.clone();
        let (before, after) = compute(services, move || {
            let classes = &counting.mapped.classes;
            let place: Vec<u32> = classes.iter().map(|class| class.touchpoint.unwrap_or(NOWHERE)).collect();
            let places = counting.inventory.touchpoints.len() as u32;
            neighbours(&counting.snapshot.log, &counting.mapped.class, &place, places, at as u32)
        })
        .await?;
        let top = |counts: Vec<u64>| {
            let mut counts: Vec<(usize, u64)> =
                counts.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
            counts.sort_by_key(|&(at, count)| (std::cmp::Reverse(count), at));
            counts.truncate(NEIGHBOURS);
            let name = |at: usize| data.inventory.touchpoints[at].name.clone();
            counts.into_iter().map(|(at, count)| (name(at), count)).collect()
        };
        let mut mapped: Vec<(String, String, u64)> = Vec::new();
        for (class, &events) in data.mapped.classes.iter().zip(&data.mapped.by_class) {
            if class.touchpoint != Some(at as u32) || events == 0 {
                continue;
            }
            let activity = &data.snapshot.activities[class.activity as usize];
            match mapped.last_mut().filter(|last| last.0 == activity.source && last.1 == activity.name) {
                Some(last) => last.2 += events,
                None => mapped.push((activity.source.clone(), activity.name.clone(), events)),
            }
        }
        mapped.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
        mapped.truncate(MAPPED);
        let own = &data.inventory.touchpoints[at].id;
        let has_experiences = data.inventory.experiences.iter().any(|of| of.touchpoint_id == *own);
        Ok(Self {
            live: Some(live(&used, at, has_experiences, zone_of(&data.workspace.time_zone))),
            before: top(before),
            after: top(after),
            mapped,
        })
    }
}

async fn history(
    services: &Services,
    actor: &Actor,
    inventory: &Inventory,
    one: &Touchpoint,
) -> Result<(String, Vec<ChangeView>), ServiceError> {
    let rows = db::history(&services.db, std::slice::from_ref(&one.id), HISTORY).await?;
    let owned = actor.owns(one.department_id.as_deref());
    let changed = |row: &&db::AuditRow| row.change.is_some() || matches!(row.action.as_str(), "undo" | "redo");
    let latest = rows.iter().find(changed).map(|row| row.id.clone());
    let changes = rows
        .into_iter()
        .filter_map(|row| {
            let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
            let details = details.as_object().into_iter().flatten();
            let change: Option<super::rows::Change> =
                row.change.as_deref().and_then(|text| serde_json::from_str(text).ok());
            // KPIs that a person does not see are not told by the history of a touchpoint either.
            let of_kpi = change.as_ref().and_then(|change| change.before.as_ref().or(change.after.as_ref()));
            if let Some(super::rows::Row::Link(link)) = of_kpi {
                let kpi = inventory.kpis.iter().find(|kpi| kpi.id == link.kpi_id);
                if !kpi.map_or(actor.scope().is_none() && actor.may().see_kpis, |kpi| kpis::may_see(actor, kpi))
                {
                    return None;
                }
            }
            let may_restore = change.is_some_and(|change| super::steps::may_restore(actor, &change));
            // "add rule" need not say "rule" once more.
            let said = row.action.rsplit(' ').next().unwrap_or_default().to_lowercase();
            let words = |(name, value): (&String, &Value)| match name.to_lowercase() == said {
                true => plain(value),
                false => format!("{name}: {}", plain(value)),
            };
            Some(ChangeView {
                id: Some(row.id).filter(|_| owned && may_restore),
                at: row.at,
                by: row.actor,
                action: row.action,
                details: details.map(words).collect(),
            })
        })
        .collect();
    Ok((latest.unwrap_or_default(), changes))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(pair) if pair.len() == 2 => format!("{} \u{2192} {}", plain(&pair[0]), plain(&pair[1])),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
