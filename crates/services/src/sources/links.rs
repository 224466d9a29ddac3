//! Several ids of one customer: link files, which of them count, and what they join.

use std::path::Path;

use contract::ingest::{LinkRow, Links};
use contract::{Kind, UserError};
use db::links::LinkSet;
use events::{read_pairs, write_links};
use serde_json::json;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// The sets and what they do together.
pub async fn links(services: &Services, actor: &Actor) -> Result<Links, ServiceError> {
    need(actor.may().see_journeys && actor.may().see_sources, "page")?;
    let sets = db::links::all(&services.db).await?;
    let data = cache::data(services).await?;
    let (ids, customers) = data.aliases.counts();
    let row = |set: LinkSet| LinkRow {
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
    };
    let tx = services.db.write().await?;
    db::links::add(&tx, &set).await?;
    let details = json!({ "name": set.name, "received": received, "pairs": pairs });
    db::audit(&tx, &actor.audited(now), "link", "link set", &id, &details).await?;
    tx.commit().await?;
    services.changed.notify_one();
    Ok(LinkRow { id, name: set.name, received, pairs, author: set.author, created: now, undone: false })
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
