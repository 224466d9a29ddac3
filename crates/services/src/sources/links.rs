//! Several ids of one customer: link files, which of them count, and what they join.

use std::path::Path;

use contract::ingest::{LinkRow, Links};
use contract::{Kind, UserError};
use db::links::{LinkPair, LinkSet};
use events::{CustomerKey, Pair, read_links, read_pairs, write_links};
use serde_json::json;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// The sets and what they do together.
pub async fn links(services: &Services, actor: &Actor) -> Result<Links, ServiceError> {
    need(actor.may().see_journeys && actor.may().see_sources, "page")?;
    let sets = db::links::all(&services.db).await?;
    let data = cache::data(services).await?;
    let (ids, customers) = data.aliases.counts();
    let sources = db::imports::sources(&services.db).await?;
    let visible = super::visible(services, actor).await?;
    let name_of = |id: &String| {
        let name = sources.iter().find(|one| one.id == *id).map(|one| one.name.clone());
        name.map(|name| if visible.contains(&name) { name } else { "another log".to_owned() })
    };
    let row = |set: LinkSet| LinkRow {
        joined: data.joins.iter().find(|(id, _)| *id == set.id).map_or(0, |(_, joins)| *joins),
        source: set.source_id.as_ref().and_then(name_of),
        id: set.id,
        name: set.name,
        received: set.received as u64,
        pairs: set.pairs as u64,
        author: set.author,
        created: set.created_at,
        undone: set.undone_at.is_some(),
    };
    Ok(Links {
        sets: sets.into_iter().map(row).collect(),
        ids,
        customers,
        joined_with_events: data.joined,
        most_ids: data.aliases.most(),
        may_link: actor.may().edit_inventory,
    })
}

/// Reads a file of links, a pair of ids a row, and lets it count.
pub async fn link(
    services: &Services,
    actor: &Actor,
    name: &str,
    path: &Path,
) -> Result<LinkRow, ServiceError> {
    need(actor.may().edit_inventory, "page")?;
    let id = db::new_id();
    let (store, path, file) = (services.store.clone(), path.to_owned(), format!("{id}.links"));
    let written = file.clone();
    let (received, pairs) = tokio::task::spawn_blocking(move || {
        let pseudonyms = store.pseudonyms()?;
        let (received, pairs) = read_pairs(&path, &pseudonyms)?;
        write_links(&store, &written, &pairs)?;
        Ok::<_, events::EventsError>((received, pairs.len() as u64))
    })
    .await??;
    if pairs == 0 {
        return Err(UserError::new(Kind::Unprocessable, "no_pairs", "No row names two different ids.")
            .remedy("Give a CSV with two columns of ids, after a line that names them.")
            .into());
    }
    let now = services.now();
    let set = LinkSet {
        id: id.clone(),
        name: name.chars().take(200).collect(),
        file,
        received: received as i64,
        pairs: pairs as i64,
        author: actor.name.clone(),
        created_at: now,
        undone_at: None,
        source_id: None,
    };
    let tx = services.db.write().await?;
    db::links::add(&tx, &set).await?;
    let details = json!({ "name": set.name, "received": received, "pairs": pairs });
    db::audit(&tx, &actor.audited(now), "link", "link set", &id, &details).await?;
    tx.commit().await?;
    services.changed.notify_one();
    Ok(LinkRow {
        id,
        name: set.name,
        source: None,
        received,
        pairs,
        joined: 0,
        author: set.author,
        created: now,
        undone: false,
    })
}

/// The set of a source's events with more pairs in it: written, and to be recorded under the lock that imports hold.
pub(crate) struct Grown {
    known: Option<LinkSet>,
    file: String,
    source_id: String,
    rows: i64,
    pairs: i64,
}

/// Writes what a source's events name with what they named before; none where nothing of it is new. `rows` is how many
/// rows were looked at.
pub(crate) async fn grown(
    services: &Services,
    source_id: &str,
    pairs: Vec<Pair>,
    rows: u64,
) -> Result<Option<Grown>, ServiceError> {
    if pairs.is_empty() {
        return Ok(None);
    }
    let known = db::links::of_source(&services.db, source_id).await?;
    let (store, file) = (services.store.clone(), format!("{}.links", db::new_id()));
    let (before, written) = (known.as_ref().map(|set| set.file.clone()), file.clone());
    let pairs = tokio::task::spawn_blocking(move || {
        let mut all = pairs;
        let before = before.map_or(Ok(Vec::new()), |file| read_links(&store, &file))?;
        let many = before.len();
        all.extend(before);
        all.sort_unstable();
        all.dedup();
        if all.len() == many {
            return Ok(None);
        }
        write_links(&store, &written, &all)?;
        Ok::<_, events::EventsError>(Some(all.len() as i64))
    })
    .await??;
    let rows = known.as_ref().map_or(0, |set| set.received) + rows as i64;
    Ok(pairs.map(|pairs| Grown { known, file, source_id: source_id.to_owned(), rows, pairs }))
}

/// Records a set that has grown.
pub(crate) async fn record(tx: &db::Tx, grown: &Grown, now: i64) -> Result<(), ServiceError> {
    let Grown { known, file, source_id, rows, pairs } = grown;
    let details = json!({ "source": source_id, "pairs": pairs });
    db::audit(tx, &Actor::console().audited(now), "link", "link set", source_id, &details).await?;
    if let Some(known) = known {
        return Ok(db::links::grow(tx, &known.id, file, *rows, *pairs).await?);
    }
    let new = LinkSet {
        id: db::new_id(),
        name: "Events".to_owned(),
        file: file.clone(),
        received: *rows,
        pairs: *pairs,
        author: String::new(),
        created_at: now,
        undone_at: None,
        source_id: Some(source_id.clone()),
    };
    Ok(db::links::add(tx, &new).await?)
}

/// Moves pairs that came by HTTP from the database into the sets of their sources. For whoever holds the lock.
pub(crate) async fn settle_pairs(services: &Services) -> Result<(), ServiceError> {
    let waiting = db::links::pairs(&services.db).await?;
    for source in db::imports::sources(&services.db).await? {
        let own: Vec<&LinkPair> = waiting.iter().filter(|pair| pair.source_id == source.id).collect();
        if own.is_empty() {
            continue;
        }
        let pairs = own.iter().filter_map(|row| pair_of(row)).collect();
        let grown = grown(services, &source.id, pairs, own.len() as u64).await?;
        let ids: Vec<String> = own.iter().map(|pair| pair.id.clone()).collect();
        let tx = services.db.write().await?;
        if let Some(grown) = &grown {
            record(&tx, grown, services.now()).await?;
        }
        db::links::remove_pairs(&tx, &ids).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The pair of ids that a row of the database holds.
pub(crate) fn pair_of(row: &LinkPair) -> Option<Pair> {
    let key = |text: &str| u128::from_str_radix(text, 16).ok().map(CustomerKey);
    Some((key(&row.one)?, key(&row.other)?))
}

/// Takes a set back, or lets it count again.
pub async fn undo_links(
    services: &Services,
    actor: &Actor,
    id: &str,
    undone: bool,
) -> Result<(), ServiceError> {
    need(actor.may().edit_inventory, "page")?;
    let now = services.now();
    let tx = services.db.write().await?;
    if !db::links::set_undone(&tx, id, undone.then_some(now)).await? {
        return Err(UserError::not_found("link set")
            .remedy("Load the page again: it may have been changed already.")
            .into());
    }
    let action = if undone { "undo" } else { "redo" };
    db::audit(&tx, &actor.audited(now), action, "link set", id, &json!({})).await?;
    tx.commit().await?;
    services.changed.notify_one();
    Ok(())
}
