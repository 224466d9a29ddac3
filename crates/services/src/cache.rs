//! What was computed once for a version of the data and the inventory, and serves every request after.
//!
//! Versions are asked from the database on every request, so changes by another process show at once.

use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use db::inventory::Inventory;
use db::workspace::Workspace;
use events::{Aliases, Pair, SegmentRef, Snapshot, Tail};
use tokio::sync::Mutex;

use crate::drivers::{Judgements, Vocabulary};
use crate::inventory::{Counted, Measured};
use crate::journeys::{Answers, Grounds};
use crate::mapping::{Mapped, map};
use crate::{ServiceError, Services, background};

/// Everything that a view of journeys starts from.
#[derive(Clone)]
pub struct Data {
    pub workspace: Workspace,
    pub snapshot: Arc<Snapshot>,
    pub segments: Arc<Vec<SegmentRef>>,
    /// Events that wait for a segment.
    pub tails: Arc<Vec<Tail>>,
    /// Who has several ids, and how many ids with events that joined.
    pub aliases: Arc<Aliases>,
    pub joined: u64,
    /// How many joins each set of links that counts brought, by its id.
    pub joins: Arc<Vec<(String, u64)>>,
    /// Version of the events.
    pub version: i64,
    pub inventory: Arc<Inventory>,
    pub mapped: Arc<Mapped>,
}

/// The latest of each; one computation at a time, the others wait for its result.
#[derive(Default)]
pub struct Cache {
    events: StdMutex<Option<Loaded>>,
    loading: Mutex<()>,
    inventory: Mutex<Option<(i64, Arc<Inventory>)>>,
    mapped: Mutex<Option<MappedOf>>,
    pub(crate) grounds: Grounds,
    pub(crate) answers: Answers,
    pub(crate) judged: Judgements,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) counted: Counted,
    pub(crate) measured: Measured,
}

/// How long a question waits for newer events where older ones are at hand: then it is answered by these, and the page
/// shows the newer ones as soon as they are there.
const PATIENCE: Duration = Duration::from_millis(400);
/// From so many events on, a copy of the columns is kept for the next start.
const KEPT_FROM: usize = 100_000;

/// Classes, with what they were made from: indexes into these and no other.
struct MappedOf {
    snapshot: Arc<Snapshot>,
    inventory: Arc<Inventory>,
    mapped: Arc<Mapped>,
}

/// Events in memory, with what they were made from.
#[derive(Clone)]
struct Loaded {
    version: i64,
    segments: Arc<Vec<SegmentRef>>,
    tails: Arc<Vec<Tail>>,
    links: Links,
    joins: Arc<Vec<(String, u64)>>,
    aliases: Arc<Aliases>,
    /// The events of the segments, those with the tail, and those with ids joined.
    stored: Arc<Snapshot>,
    plain: Arc<Snapshot>,
    snapshot: Arc<Snapshot>,
}

/// The events, the inventory, and what each event is.
pub async fn data(services: &Services) -> Result<Data, ServiceError> {
    let workspace = db::workspace::get(&services.db).await?;
    let inventory = inventory_of(services, &workspace).await?;
    let Loaded { version, snapshot, plain, segments, tails, aliases, joins, .. } =
        events_of(services, &workspace).await?;
    let joined = (plain.customers.len() - snapshot.customers.len()) as u64;
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
    Ok(Data { workspace, snapshot, segments, tails, aliases, joined, joins, version, inventory, mapped })
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

fn latest(services: &Services) -> Option<Loaded> {
    services.cache.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Names of the attributes of the events in memory.
pub fn attributes(services: &Services) -> Vec<String> {
    latest(services)
        .map(|loaded| loaded.plain.attributes.iter().map(|one| one.name.clone()).collect())
        .unwrap_or_default()
}

async fn events_of(services: &Services, workspace: &Workspace) -> Result<Loaded, ServiceError> {
    let known = latest(services);
    if let Some(loaded) = known.as_ref().filter(|loaded| loaded.version >= workspace.data_version) {
        return Ok(loaded.clone());
    }
    // In a task of its own: whoever asked may leave, and the next one finds it done instead of beginning anew.
    let (held, wanted) = (services.clone(), workspace.data_version);
    let loading = tokio::spawn(async move { load(&held, wanted).await });
    match known {
        None => loading.await?,
        Some(older) => match tokio::time::timeout(PATIENCE, loading).await {
            Ok(loaded) => loaded?,
            Err(_) => Ok(older),
        },
    }
}

/// Loads what is new, and tells open pages.
pub async fn refresh(services: &Services) -> Result<(), ServiceError> {
    let workspace = db::workspace::get(&services.db).await?;
    // Nobody asked yet: then there is no hurry.
    if latest(services).is_some_and(|loaded| loaded.version < workspace.data_version) {
        load(services, workspace.data_version).await?;
    }
    Ok(())
}

async fn load(services: &Services, wanted: i64) -> Result<Loaded, ServiceError> {
    let _one = services.cache.loading.lock().await;
    let known = latest(services);
    if let Some(loaded) = known.as_ref().filter(|loaded| loaded.version >= wanted) {
        return Ok(loaded.clone());
    }
    let mut tries = 0;
    let loaded = loop {
        match load_from(services, known.clone()).await {
            // Segments were merged while they were read.
            Err(error) if background::is_gone(&error) && tries < 3 => tries += 1,
            other => break other?,
        }
    };
    *services.cache.events.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded.clone());
    services.live.send_replace(loaded.version);
    Ok(loaded)
}

async fn load_from(services: &Services, known: Option<Loaded>) -> Result<Loaded, ServiceError> {
    let Manifest { version, segments, tails, links } = manifest(services).await?;
    let store = services.store.clone();
    let (loaded, fresh) = tokio::task::spawn_blocking(move || {
        let known = known.as_ref();
        let (stored, fresh) = match known {
            Some(known) if *known.segments == segments => (known.stored.clone(), false),
            Some(known) if segments.starts_with(&known.segments) && !known.segments.is_empty() => {
                let newer = Snapshot::load(&store, &segments[known.segments.len()..])?;
                (Arc::new(known.stored.with(&newer)?), true)
            }
            _ => match events::kept(&store, &segments) {
                Some(kept) => (Arc::new(kept), false),
                None => (Arc::new(Snapshot::load(&store, &segments)?), true),
            },
        };
        let same_stored = known.is_some_and(|known| Arc::ptr_eq(&known.stored, &stored));
        let plain = match known {
            _ if tails.is_empty() => stored.clone(),
            Some(known) if same_stored && *known.tails == tails => known.plain.clone(),
            _ => Arc::new(stored.with(&Snapshot::of_tails(&tails)?)?),
        };
        let aliases = match known {
            Some(known) if known.links == links => known.aliases.clone(),
            _ => {
                let mut sets = Vec::with_capacity(links.len());
                for SetOfLinks { file, waiting, .. } in &links {
                    let stored =
                        file.as_ref().map_or(Ok(Vec::new()), |file| events::read_links(&store, file))?;
                    sets.push(stored.into_iter().chain(waiting.iter().copied()));
                }
                Arc::new(Aliases::of(sets))
            }
        };
        let snapshot = match known {
            _ if aliases.is_empty() => plain.clone(),
            Some(known) if Arc::ptr_eq(&known.plain, &plain) && known.links == links => known.snapshot.clone(),
            _ => Arc::new(plain.joined(&aliases)?),
        };
        let (segments, tails) = (Arc::new(segments), Arc::new(tails));
        let joins = links.iter().map(|set| set.id.clone()).zip(aliases.by_set().iter().copied()).collect();
        let joins = Arc::new(joins);
        Ok::<_, events::EventsError>((
            Loaded { version, segments, tails, links, joins, aliases, stored, plain, snapshot },
            fresh,
        ))
    })
    .await??;
    if fresh && loaded.stored.log.events() >= KEPT_FROM {
        let (store, segments, stored) =
            (services.store.clone(), loaded.segments.clone(), loaded.stored.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = events::keep(&store, &segments, &stored) {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "no copy of the columns could be kept"
                );
            }
        });
    }
    Ok(loaded)
}

/// The segments that exist, as the event store wants them.
pub async fn segments(services: &Services) -> Result<Vec<SegmentRef>, ServiceError> {
    let sources = db::imports::sources(&services.db).await?;
    Ok(refs(&sources, db::imports::segments(&services.db).await?))
}

fn refs(sources: &[db::imports::Source], segments: Vec<db::imports::Segment>) -> Vec<SegmentRef> {
    let one = |segment: db::imports::Segment| {
        let source = sources.iter().find(|source| source.id == segment.source_id)?;
        Some(SegmentRef {
            file: segment.file,
            bucket: segment.bucket as u32,
            source: source.name.clone(),
            source_order: source.ordinal as u32,
        })
    };
    segments.into_iter().filter_map(one).collect()
}

/// All that counts, as of one moment.
struct Manifest {
    version: i64,
    segments: Vec<SegmentRef>,
    tails: Vec<Tail>,
    links: Links,
}

/// All links that count, the oldest first.
type Links = Vec<SetOfLinks>;

#[derive(Debug, Clone, Default, PartialEq)]
struct SetOfLinks {
    /// Empty where nothing but waiting pairs of a source is there yet.
    id: String,
    file: Option<String>,
    /// Pairs that came by HTTP and are in no file yet.
    waiting: Vec<Pair>,
}

async fn manifest(services: &Services) -> Result<Manifest, ServiceError> {
    let db::imports::Manifest { version, sources, segments, tail, links, pairs } =
        db::imports::manifest(&services.db).await?;
    let segments = refs(&sources, segments);
    let mut tails: Vec<Tail> = Vec::new();
    for source in &sources {
        let own = tail.iter().filter(|row| row.source_id == source.id).cloned();
        let events: Vec<events::TailEvent> = own.filter_map(crate::sources::tail_event).collect();
        if !events.is_empty() {
            tails.push(Tail { source: source.name.clone(), source_order: source.ordinal as u32, events });
        }
    }
    let waiting = |source: &str| -> Vec<Pair> {
        pairs.iter().filter(|pair| pair.source_id == source).filter_map(crate::sources::pair_of).collect()
    };
    let mut counted: Links = links
        .iter()
        .rev()
        .filter(|set| set.undone_at.is_none())
        .map(|set| SetOfLinks {
            id: set.id.clone(),
            file: Some(set.file.clone()),
            waiting: set.source_id.as_deref().map(waiting).unwrap_or_default(),
        })
        .collect();
    // What a source's first pairs say counts before a set is made of them.
    let without_set = sources.iter().filter(|source| {
        pairs.iter().any(|pair| pair.source_id == source.id)
            && links.iter().all(|set| set.source_id.as_deref() != Some(source.id.as_str()))
    });
    counted
        .extend(without_set.map(|source| SetOfLinks { waiting: waiting(&source.id), ..SetOfLinks::default() }));
    let links = counted;
    Ok(Manifest { version, segments, tails, links })
}
