//! Inventory files between a look and their application: in memory, for a while, each for the one who sent it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use contract::UserError;
use contract::inventory::InventoryImport;

use super::apply::{Options, allowed, dry_import, import_file};
use crate::{Actor, ServiceError, Services};

/// Files that are held at once, over all people.
const MOST: usize = 8;
const MOST_OWN: usize = 2;
/// How long a file is held, in seconds.
const LASTS: i64 = 3600;

struct File {
    id: String,
    account_id: Option<String>,
    name: String,
    bytes: Arc<[u8]>,
    since: i64,
}

/// The files, the oldest first.
#[derive(Default)]
pub struct Held(Mutex<VecDeque<File>>);

/// Holds a file and returns its id.
pub fn hold(services: &Services, actor: &Actor, name: &str, bytes: Vec<u8>) -> Result<String, ServiceError> {
    allowed(actor, &bytes)?;
    let (id, since) = (db::new_id(), services.now());
    let mut held = services.held.0.lock().unwrap_or_else(PoisonError::into_inner);
    held.retain(|file| since - file.since < LASTS);
    // A person's own files make room first, then the oldest.
    let own = |file: &File| file.account_id == actor.account_id;
    if held.iter().filter(|file| own(file)).count() >= MOST_OWN
        && let Some(at) = held.iter().position(own)
    {
        held.remove(at);
    }
    if held.len() >= MOST {
        held.pop_front();
    }
    held.push_back(File {
        id: id.clone(),
        account_id: actor.account_id.clone(),
        name: name.chars().filter(|letter| !letter.is_control()).take(120).collect(),
        bytes: bytes.into(),
        since,
    });
    Ok(id)
}

fn find(services: &Services, actor: &Actor, id: &str) -> Result<(String, Arc<[u8]>), UserError> {
    let now = services.now();
    let held = services.held.0.lock().unwrap_or_else(PoisonError::into_inner);
    let found = held
        .iter()
        .find(|file| file.id == id && file.account_id == actor.account_id && now - file.since < LASTS);
    found
        .map(|file| (file.name.clone(), file.bytes.clone()))
        .ok_or_else(|| UserError::not_found("file").remedy("Choose the file again: it is kept for an hour."))
}

/// Name of a file, and what it would change.
pub async fn look_held(
    services: &Services,
    actor: &Actor,
    id: &str,
    options: Options,
) -> Result<(String, InventoryImport), ServiceError> {
    let (name, bytes) = find(services, actor, id)?;
    Ok((name, dry_import(services, actor, &bytes, options).await?))
}

/// Applies a file, and lets it go where that went well.
pub async fn apply_held(
    services: &Services,
    actor: &Actor,
    id: &str,
    options: Options,
) -> Result<InventoryImport, ServiceError> {
    let (_, bytes) = find(services, actor, id)?;
    let report = import_file(services, actor, &bytes, options).await?;
    if report.applied {
        services.held.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|file| file.id != id);
    }
    Ok(report)
}
