//! `throughline key` and `throughline link`.

use services::{Actor, ServiceError, sources};

use super::say;
use crate::cli::{KeyAction, LinkAction};
use crate::open::open;

/// Makes, lists or revokes keys for machines.
pub async fn keys(action: KeyAction) -> Result<(), ServiceError> {
    let actor = Actor::console();
    match action {
        KeyAction::Add { source, name, place } => {
            let services = open(&place, false).await?;
            say(&sources::add_key(&services, &actor, &source, &name).await?);
        }
        KeyAction::List { place } => {
            let services = open(&place, false).await?;
            for key in sources::keys(&services, &actor).await? {
                let state = if key.revoked { "revoked" } else { "active" };
                say(&format!("{}\t{}\t{}\t{state}", key.id, key.source, key.name));
            }
        }
        KeyAction::Revoke { id, place } => {
            let services = open(&place, false).await?;
            sources::revoke_key(&services, &actor, &id).await?;
        }
    }
    Ok(())
}

/// Joins ids by files, lists what was joined, and takes it back.
pub async fn links(action: LinkAction) -> Result<(), ServiceError> {
    let actor = Actor::console();
    match action {
        LinkAction::Add { file, place } => {
            let services = open(&place, false).await?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let set = sources::link(&services, &actor, &name, &file).await?;
            say(&format!(
                "{}: {} rows, {} pairs of different ids ({})",
                set.name, set.received, set.pairs, set.id
            ));
        }
        LinkAction::List { place } => {
            let services = open(&place, false).await?;
            let links = sources::links(&services, &actor).await?;
            for set in links.sets {
                let state = if set.undone { "undone" } else { "joined" };
                say(&format!("{}\t{}\t{}\t{state}", set.id, set.name, set.pairs));
            }
            say(&format!("{} ids make {} customers", links.ids, links.customers));
        }
        LinkAction::Undo { id, place } => {
            let services = open(&place, false).await?;
            sources::undo_links(&services, &actor, &id, true).await?;
        }
        LinkAction::Redo { id, place } => {
            let services = open(&place, false).await?;
            sources::undo_links(&services, &actor, &id, false).await?;
        }
    }
    Ok(())
}
