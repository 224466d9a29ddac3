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
    events: Mutex<Option<Loaded>>,
    inventory: Mutex<Option<(i64, Arc<Inventory>)>>,
    mapped: Mutex<Option<(i64, i64, Arc<Mapped>)>>,
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
    let versions = (workspace.data_version, workspace.inventory_version);
    let mapped = match &*cached {
        Some((data, inventory, mapped)) if (*data, *inventory) == versions => mapped.clone(),
        _ => {
            let (snapshot, inventory) = (snapshot.clone(), inventory.clone());
            let mapped = Arc::new(tokio::task::spawn_blocking(move || map(&snapshot, &inventory)).await?);
            *cached = Some((versions.0, versions.1, mapped.clone()));
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
        && *version == workspace.inventory_version
    {
        return Ok(inventory.clone());
    }
    let inventory = Arc::new(db::inventory::load(&services.db).await?);
    *cached = Some((workspace.inventory_version, inventory.clone()));
    Ok(inventory)
}

async fn events_of(services: &Services, workspace: &Workspace) -> Result<Loaded, ServiceError> {
    let mut cached = services.cache.events.lock().await;
    if let Some(loaded) = &*cached
        && loaded.version == workspace.data_version
    {
        return Ok(loaded.clone());
    }
    let segments = Arc::new(segments(services).await?);
    let (store, named) = (services.store.clone(), segments.clone());
    let snapshot = Arc::new(tokio::task::spawn_blocking(move || Snapshot::load(&store, &named)).await??);
    let loaded = Loaded { version: workspace.data_version, snapshot, segments };
    *cached = Some(loaded.clone());
    Ok(loaded)
}

/// The manifest as the event store wants it.
pub async fn segments(services: &Services) -> Result<Vec<SegmentRef>, ServiceError> {
    let sources = db::imports::sources(&services.db).await?;
    let segments = db::imports::segments(&services.db).await?;
    Ok(segments
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
        .collect())
}
