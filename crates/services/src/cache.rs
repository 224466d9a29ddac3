//! What was computed once for a version of the data and the inventory, and serves every request after.
//!
//! Versions are asked from the database on every request, so changes by another process show at once.

use std::sync::Arc;

use db::inventory::Inventory;
use db::workspace::Workspace;
use events::{SegmentRef, Snapshot};
use tokio::sync::Mutex;

use crate::mapping::{Mapped, map};
use crate::{ServiceError, Services};

/// Everything that a view of journeys starts from.
#[derive(Clone)]
pub struct Data {
    pub workspace: Workspace,
    pub snapshot: Arc<Snapshot>,
    pub segments: Arc<Vec<SegmentRef>>,
    pub inventory: Arc<Inventory>,
    pub mapped: Arc<Mapped>,
}

/// The latest of each; one computation at a time, the others wait for its result.
#[derive(Default)]
pub struct Cache {
    events: Arc<Mutex<Option<Loaded>>>,
    inventory: Mutex<Option<(i64, Arc<Inventory>)>>,
    mapped: Mutex<Option<MappedOf>>,
}

/// Classes, with what they were made from: indexes into these and no other.
struct MappedOf {
    snapshot: Arc<Snapshot>,
    inventory: Arc<Inventory>,
    mapped: Arc<Mapped>,
}

#[derive(Clone)]
struct Loaded {
    version: i64,
    snapshot: Arc<Snapshot>,
    segments: Arc<Vec<SegmentRef>>,
}

/// The events, the inventory, and what each event is.
pub async fn data(services: &Services) -> Result<Data, ServiceError> {
    let workspace = db::workspace::get(&services.db).await?;
    let inventory = inventory_of(services, &workspace).await?;
    let Loaded { snapshot, segments, .. } = events_of(services, &workspace).await?;
    let mut cached = services.cache.mapped.lock().await;
    let mapped = match &*cached {
        Some(known) if Arc::ptr_eq(&known.snapshot, &snapshot) && Arc::ptr_eq(&known.inventory, &inventory) => {
            known.mapped.clone()
        }
        _ => {
            let made_from = (snapshot.clone(), inventory.clone());
            let mapped = Arc::new(tokio::task::spawn_blocking(move || map(&made_from.0, &made_from.1)).await?);
            *cached = Some(MappedOf {
                snapshot: snapshot.clone(),
                inventory: inventory.clone(),
                mapped: mapped.clone(),
            });
            mapped
        }
    };
    Ok(Data { workspace, snapshot, segments, inventory, mapped })
}

/// The inventory alone.
pub async fn inventory(services: &Services) -> Result<(Workspace, Arc<Inventory>), ServiceError> {
    let workspace = db::workspace::get(&services.db).await?;
    let inventory = inventory_of(services, &workspace).await?;
    Ok((workspace, inventory))
}

async fn inventory_of(services: &Services, workspace: &Workspace) -> Result<Arc<Inventory>, ServiceError> {
    let mut cached = services.cache.inventory.lock().await;
    if let Some((version, inventory)) = &*cached
        && *version >= workspace.inventory_version
    {
        return Ok(inventory.clone());
    }
    let (version, inventory) = db::inventory::load(&services.db).await?;
    let inventory = Arc::new(inventory);
    *cached = Some((version, inventory.clone()));
    Ok(inventory)
}

async fn events_of(services: &Services, workspace: &Workspace) -> Result<Loaded, ServiceError> {
    let mut cached = services.cache.events.clone().lock_owned().await;
    if let Some(loaded) = &*cached
        && loaded.version >= workspace.data_version
    {
        return Ok(loaded.clone());
    }
    // In a task of its own: whoever asked may leave, and the next one finds it done instead of beginning anew.
    let services = services.clone();
    let loading = tokio::spawn(async move {
        let (version, segments) = manifest(&services).await?;
        let segments = Arc::new(segments);
        let (store, named) = (services.store.clone(), segments.clone());
        let snapshot = Arc::new(tokio::task::spawn_blocking(move || Snapshot::load(&store, &named)).await??);
        let loaded = Loaded { version, snapshot, segments };
        *cached = Some(loaded.clone());
        Ok(loaded)
    });
    loading.await?
}

/// The segments that exist, as the event store wants them.
pub async fn segments(services: &Services) -> Result<Vec<SegmentRef>, ServiceError> {
    Ok(manifest(services).await?.1)
}

async fn manifest(services: &Services) -> Result<(i64, Vec<SegmentRef>), ServiceError> {
    let (version, sources, segments) = db::imports::manifest(&services.db).await?;
    let segments = segments
        .into_iter()
        .filter_map(|segment| {
            let source = sources.iter().find(|source| source.id == segment.source_id)?;
            Some(SegmentRef {
                file: segment.file,
                bucket: segment.bucket as u32,
                source: source.name.clone(),
                source_order: source.ordinal as u32,
            })
        })
        .collect();
    Ok((version, segments))
}
