//! Saved segments and views: list, save, change, delete; and the builder of segments.

use contract::journeys::{Builder, ExploreQuery, Level, Segment, SegmentRow, Segments};
use contract::{Kind, UserError};
use db::saved::Kind as Saving;
use serde_json::json;

use super::nodes::Nodes;
use super::{Asked, ask};
use crate::actor::{need, need_change};
use crate::inventory::{checked_name, taken};
use crate::{Actor, ServiceError, Services};

/// Values of an attribute that the builder offers, and attributes.
const VALUES: usize = 60;
const ATTRIBUTES: usize = 40;

fn row(actor: &Actor, one: db::saved::Saved) -> Result<SegmentRow, UserError> {
    Ok(SegmentRow {
        may_change: may_change(actor, &one),
        segment: Segment::parse(&one.definition)?,
        id: one.id,
        version: one.version,
        name: one.name,
        author: one.author,
    })
}

/// Segments belong to all; whoever made one may change it, and so may those who keep the inventory.
fn may_change(actor: &Actor, one: &db::saved::Saved) -> bool {
    actor.may().edit_inventory || one.author == author(actor)
}

fn author(actor: &Actor) -> String {
    if actor.email.is_empty() { actor.name.clone() } else { actor.email.clone() }
}

/// All segments.
pub async fn segments(services: &Services, actor: &Actor) -> Result<Segments, ServiceError> {
    need(actor.may().see_journeys, "page")?;
    let saved = db::saved::all(&services.db, Saving::Segment, None).await?;
    let segments = saved.into_iter().map(|one| row(actor, one)).collect::<Result<_, _>>()?;
    Ok(Segments { segments })
}

async fn one_segment(services: &Services, id: &str) -> Result<db::saved::Saved, ServiceError> {
    let saved = db::saved::all(&services.db, Saving::Segment, None).await?;
    Ok(saved.into_iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("segment"))?)
}

/// What the builder offers: labels by level, and values by attribute. Of all events for those who see all, else of the
/// events that they see.
type Choices = (Vec<(Level, Vec<String>)>, Vec<(String, Vec<String>)>);

fn choices(seen: &Asked<'_>, all: bool) -> Choices {
    let (data, ground) = (seen.data, &seen.ground);
    let labels = Level::ALL.into_iter().map(|level| {
        let nodes = Nodes::of(data, level, &[]);
        let mut there = vec![false; nodes.len()];
        for (class, &events) in ground.by_class.iter().enumerate() {
            if let Some(node) = nodes.node_of_class(class).filter(|_| events > 0 || all) {
                there[node as usize] = true;
            }
        }
        let labels = nodes.labels().iter().zip(there).filter(|(_, there)| *there);
        (level, labels.map(|(label, _)| label.clone()).collect())
    });
    let attributes = data.snapshot.attributes.iter().take(ATTRIBUTES).map(|one| {
        let mut there = vec![all; one.values.len() + 1];
        if !all {
            let journeys = &ground.journeys;
            for stop in (0..journeys.len()).flat_map(|journey| journeys.stops(journey)) {
                journeys.events(stop).for_each(|event| there[one.codes[event] as usize] = true);
            }
        }
        let values = one.values.iter().zip(&there[1..]).filter(|(_, there)| **there);
        (one.name.clone(), values.take(VALUES).map(|(value, _)| value.clone()).collect::<Vec<String>>())
    });
    (labels.collect(), attributes.filter(|(_, values)| !values.is_empty()).collect())
}

/// The builder: what the conditions of the question hold of, each alone and together.
pub async fn builder(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
    id: Option<String>,
) -> Result<Builder, ServiceError> {
    need(actor.may().see_journeys, "page")?;
    let saved = match &id {
        Some(id) => Some(row(actor, one_segment(services, id).await?)?),
        None => None,
    };
    let actor_sees_all = actor.scope().is_none();
    let mut built = ask(services, actor, query, move |asked, query| {
        let all = Asked::within(
            &asked.resolve,
            &ExploreQuery { segment: None, filter: Segment::default(), ..query.clone() },
        )?;
        let alone = |condition: &contract::journeys::Condition| -> Result<(String, u64), UserError> {
            let filter = Segment { conditions: vec![condition.clone()], ..Segment::default() };
            let one = ExploreQuery { segment: None, filter, ..query.clone() };
            let found = Asked::within(&asked.resolve, &one)?;
            Ok((condition.words(), found.ground.journeys.len() as u64))
        };
        let (labels, attributes) = choices(&all, actor_sees_all);
        Ok(Builder {
            query: query.clone(),
            saved: None,
            matching: asked.ground.journeys.len() as u64,
            all: all.ground.journeys.len() as u64,
            conditions: query.filter.conditions.iter().map(alone).collect::<Result<_, _>>()?,
            labels,
            attributes,
        })
    })
    .await?;
    built.saved = saved;
    Ok(built)
}

/// Saves a segment under a name; where `id` is not empty, that segment is changed, if nobody else did meanwhile.
pub async fn save_segment(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
    name: &str,
    definition: &str,
) -> Result<String, ServiceError> {
    need(actor.may().see_journeys, "page")?;
    let name = checked_name(name, "name")?;
    let segment = Segment::parse(definition)?;
    let given = (!id.is_empty()).then_some((id, version));
    if segment.is_empty() {
        return Err(UserError::new(Kind::Unprocessable, "no_conditions", "The segment has no condition.")
            .at("where")
            .remedy("Add at least one condition.")
            .into());
    }
    let now = services.now();
    let definition = segment.text();
    let saved =
        db::saved::Saved { name, definition, shared: true, author: author(actor), ..Default::default() };
    let known = match given {
        Some((id, _)) => Some(one_segment(services, id).await?),
        None => None,
    };
    if let Some(known) = &known {
        need_change(may_change(actor, known), "segment")?;
    }
    let details = json!({ "name": saved.name, "definition": saved.definition });
    let tx = services.db.write().await?;
    let id = match given {
        Some((id, version)) => {
            let changed = db::saved::Saved { id: id.to_owned(), ..saved.clone() };
            let changing = db::saved::change(&tx, Saving::Segment, &changed, version).await;
            changing.map_err(|error| taken(error, "segment", &saved.name))?;
            id.to_owned()
        }
        None => {
            let added = db::saved::add(&tx, Saving::Segment, &saved, now).await;
            added.map_err(|error| taken(error, "segment", &saved.name))?
        }
    };
    let action = if given.is_some() { "change" } else { "add" };
    db::audit(&tx, &actor.audited(now), action, "segment", &id, &details).await?;
    tx.commit().await?;
    Ok(id)
}

/// Removes a segment.
pub async fn delete_segment(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_journeys, "page")?;
    let known = one_segment(services, id).await?;
    need_change(may_change(actor, &known), "segment")?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::saved::delete(&tx, Saving::Segment, id, version).await?;
    let details = json!({ "name": known.name, "definition": known.definition });
    db::audit(&tx, &actor.audited(now), "delete", "segment", id, &details).await?;
    tx.commit().await?;
    Ok(())
}

/// Saves a view of one's own, to be seen by others too where it is shared, and returns its search part. Whoever opens
/// it sees it with their own rights.
pub async fn save_view(
    services: &Services,
    actor: &Actor,
    name: &str,
    search: &str,
    shared: bool,
) -> Result<String, ServiceError> {
    need(actor.may().see_journeys, "page")?;
    let name = checked_name(name, "name")?;
    let query = super::segments::asked(search)?;
    let owner_id = actor.account_id.clone().unwrap_or_default();
    let definition = query.unselected().to_search();
    let search = definition.clone();
    let view = db::saved::Saved {
        owner_id,
        name,
        definition,
        shared,
        author: actor.name.clone(),
        ..Default::default()
    };
    let now = services.now();
    let tx = services.db.write().await?;
    let id = db::saved::add(&tx, Saving::View, &view, now)
        .await
        .map_err(|error| taken(error, "view", &view.name))?;
    db::audit(&tx, &actor.audited(now), "add", "view", &id, &json!({ "name": view.name, "shared": shared }))
        .await?;
    tx.commit().await?;
    Ok(search)
}

/// Removes a view of one's own.
pub async fn delete_view(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_journeys, "page")?;
    let saved = db::saved::all(&services.db, Saving::View, actor.account_id.as_deref()).await?;
    let known = saved.into_iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("view"))?;
    need_change(actor.account_id.as_deref() == Some(&known.owner_id), "view")?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::saved::delete(&tx, Saving::View, id, version).await?;
    db::audit(&tx, &actor.audited(now), "delete", "view", id, &json!({ "name": known.name })).await?;
    tx.commit().await?;
    Ok(())
}
