//! Events over HTTP: durable before they are acknowledged, each once, and none lost without a word.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::ingest::{Ingested, KeyRow, Problem};
use contract::sources::{Counts, Reason};
use contract::{Kind, UserError};
use db::tail::{Added, TailRow};
use events::{CustomerKey, Identities, Reader, Refused, TailEvent};
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::actor::need;
use crate::inventory::checked_name;
use crate::{Actor, ServiceError, Services, cache, tokens};

/// Batches taken in at once; more wait, and are then told to come again.
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(2);
/// Names of attributes of all events together.
const MOST_NAMES: usize = 200;
/// Events that may wait for a segment.
const MOST_WAITING: u64 = 500_000;
/// Problems told in an answer; the rest is in the quarantine.
const TOLD: usize = 100;
/// Letters of what begins a key, so that one is known when it is seen in the wrong place.
const PREFIX: &str = "tl_";

/// Turns for batches, and what is known of the stored events of sources that send them.
pub struct Receiving {
    turns: Semaphore,
    identities: Mutex<HashMap<String, Arc<Identities>>>,
    loading: tokio::sync::Mutex<()>,
    /// Names of attributes that were accepted since the start.
    names: Mutex<HashSet<String>>,
}

impl Default for Receiving {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            identities: Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            names: Mutex::default(),
        }
    }
}

/// One event of a batch as it came: an object, or what it is instead.
pub type Arrived = Result<Map<String, Value>, String>;

/// A key that was looked at, with the right to send one batch.
pub struct Admitted<'a> {
    key: db::tail::IngestKey,
    source: db::imports::Source,
    _turn: SemaphorePermit<'a>,
}

/// Looks at a key and waits for its turn, before anything of a batch is read.
pub async fn admit<'a>(services: &'a Services, token: &str) -> Result<Admitted<'a>, ServiceError> {
    let refused = || {
        UserError::new(Kind::SignedOut, "bad_key", "The key is unknown or was revoked.")
            .remedy("Send Authorization: Bearer KEY, with a key that an administrator made.")
    };
    let key = db::tail::key_of(&services.db, &tokens::hash(token)).await?.ok_or_else(refused)?;
    let turn = tokio::time::timeout(PATIENCE, services.receiving.turns.acquire()).await;
    let Ok(Ok(turn)) = turn else {
        return Err(UserError::new(Kind::TooMany, "overload", "Too many batches come in at once.")
            .remedy("Send this one again in a few seconds: nothing of it was kept, and nothing counts twice.")
            .into());
    };
    let sources = db::imports::sources(&services.db).await?;
    let source = sources.into_iter().find(|source| source.id == key.source_id).ok_or_else(refused)?;
    let waiting = db::tail::waiting(&services.db).await?.0 + db::links::waiting(&services.db).await?;
    if waiting > MOST_WAITING {
        return Err(UserError::new(Kind::TooMany, "overload", "Too many events wait to be stored away.")
            .remedy("Send this batch again in a minute: nothing of it was kept.")
            .into());
    }
    Ok(Admitted { key, source, _turn: turn })
}

/// Takes a batch in. When this returns, what was accepted is durable.
pub async fn ingest(
    services: &Services,
    admitted: Admitted<'_>,
    batch: Vec<Arrived>,
) -> Result<Ingested, ServiceError> {
    let Admitted { key, source, _turn } = admitted;
    let mut names = names(services);
    let read = {
        let (store, now, name) = (services.store.clone(), services.now(), source.name.clone());
        tokio::task::spawn_blocking(move || {
            let pseudonyms = store.pseudonyms()?;
            let reader = Reader { pseudonyms: &pseudonyms, source: &name, now: now.saturating_mul(1_000_000) };
            let read = batch.into_iter().map(|arrived| match arrived {
                Ok(event) => {
                    let found = reader.read(&event);
                    (Value::Object(event).to_string(), found)
                }
                Err(text) => (text, Err(no_object())),
            });
            Ok::<_, ServiceError>(read.collect::<Vec<(String, Result<TailEvent, Refused>)>>())
        })
        .await??
    };
    // What is stored may change between looking and writing: then look again.
    for _ in 0..5 {
        let identities = identities_of(services, &source.id, &source.name).await?;
        if let Some(done) = take(services, &key, &source, &identities, &read, &mut names).await? {
            services.receiving.names.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
            services.changed.notify_one();
            return Ok(done);
        }
    }
    Err(UserError::new(Kind::Unavailable, "busy", "Other events are being stored right now.")
        .remedy("Send this batch again in a moment.")
        .into())
}

fn no_object() -> Refused {
    Refused {
        code: "broken_json",
        place: "event".to_owned(),
        value: String::new(),
        reason: "The event is no JSON object.".to_owned(),
        remedy: "Send {\"customer\": …, \"time\": …, \"activity\": …}.".to_owned(),
    }
}

/// Names of attributes that events have so far.
fn names(services: &Services) -> HashSet<String> {
    let mut names = services.receiving.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
    names.extend(cache::attributes(services));
    names
}

/// What tells the stored events of a source apart.
async fn identities_of(
    services: &Services,
    source_id: &str,
    source: &str,
) -> Result<Arc<Identities>, ServiceError> {
    // One at a time: they may be many, and the next one finds them.
    let _one = services.receiving.loading.lock().await;
    let segments = cache::segments(services).await?;
    let files: Vec<String> =
        segments.into_iter().filter(|segment| segment.source == source).map(|segment| segment.file).collect();
    let known =
        services.receiving.identities.lock().unwrap_or_else(PoisonError::into_inner).get(source_id).cloned();
    let identities = match known {
        Some(known) if known.files() == files => known,
        known => {
            let store = services.store.clone();
            let loaded = tokio::task::spawn_blocking(move || Identities::load(&store, files, known.as_deref()));
            let loaded = Arc::new(loaded.await??);
            let mut all = services.receiving.identities.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(source_id.to_owned(), loaded.clone());
            loaded
        }
    };
    Ok(identities)
}

/// Writes what is new; none where the manifest changed since the identities were read.
async fn take(
    services: &Services,
    key: &db::tail::IngestKey,
    source: &db::imports::Source,
    identities: &Identities,
    read: &[(String, Result<TailEvent, Refused>)],
    names: &mut HashSet<String>,
) -> Result<Option<Ingested>, ServiceError> {
    let now = services.now();
    let tx = services.db.write().await?;
    if db::imports::lock_segments(&tx, &source.id).await? != identities.files() {
        return Ok(None);
    }
    let hex = |key: u128| format!("{key:032x}");
    let keys: Vec<String> = read.iter().filter_map(|(_, event)| Some(hex(event.as_ref().ok()?.key))).collect();
    let mut known: HashMap<String, String> =
        db::tail::known(&tx, &source.id, &keys).await?.into_iter().collect();
    let mut counts = Counts { received: read.len() as u64, ..Counts::default() };
    let mut rows = Vec::new();
    let mut quarantined: Vec<(u64, &str, Refused)> = Vec::new();
    let (mut first_event, mut last_event): (Option<i64>, Option<i64>) = (None, None);
    let mut pairs = Vec::new();
    for (index, (text, event)) in (0..).zip(read) {
        let event = match event {
            Ok(event) => event,
            Err(refused) => {
                quarantined.push((index, text, refused.clone()));
                continue;
            }
        };
        let content = format!("{:016x}", event.content);
        let stored = identities.content(event.key).map(|content| format!("{content:016x}"));
        match stored.or_else(|| known.get(&hex(event.key)).cloned()) {
            Some(said) if said == content => {
                counts.duplicate += 1;
                pairs.extend(pair(event));
            }
            Some(_) => quarantined.push((index, text, conflict())),
            None if !fits(event, names) => quarantined.push((index, text, too_many_names())),
            None => {
                names.extend(event.attributes.iter().map(|(name, _)| name.clone()));
                counts.accepted += 1;
                pairs.extend(pair(event));
                first_event = Some(first_event.map_or(event.time, |first| first.min(event.time)));
                last_event = Some(last_event.map_or(event.time, |last| last.max(event.time)));
                known.insert(hex(event.key), content.clone());
                rows.push(row(source, event, content));
            }
        }
    }
    counts.quarantined = quarantined.len() as u64;
    let day = chrono::DateTime::from_timestamp(now, 0).map(|at| at.format("%Y-%m-%d").to_string());
    let account = db::tail::account(&tx, &source.id, &format!("API, {}", day.unwrap_or_default()), now).await?;
    db::tail::add(&tx, rows).await?;
    pairs.sort_unstable();
    pairs.dedup();
    db::links::add_pairs(&tx, &source.id, &pairs).await?;
    let added = Added {
        received: counts.received as i64,
        accepted: counts.accepted as i64,
        duplicate: counts.duplicate as i64,
        quarantined: counts.quarantined as i64,
        first_event,
        last_event,
    };
    let reasons = reasons(account.reasons.as_deref(), &quarantined);
    db::imports::grow(&tx, &account, added, &reasons, now).await?;
    db::tail::used(&tx, &key.id, now).await?;
    if !quarantined.is_empty() {
        // Before the counts are: a row too many in the file is better than one too few.
        let kept: Vec<(u64, String, Refused)> = quarantined
            .iter()
            .map(|(index, text, refused)| {
                (account.received as u64 + index + 1, (*text).to_owned(), refused.clone())
            })
            .collect();
        let (store, id) = (services.store.clone(), account.id.clone());
        tokio::task::spawn_blocking(move || events::quarantine_events(&store, &id, &kept)).await??;
    }
    tx.commit().await?;
    let problems = quarantined.into_iter().take(TOLD).map(|(index, _, refused)| Problem {
        index,
        code: refused.code.to_owned(),
        place: refused.place,
        value: refused.value,
        message: refused.reason,
        remedy: refused.remedy,
    });
    Ok(Some(Ingested { counts, problems: problems.collect() }))
}

/// Whether an event brings no more names of attributes than there may be: each takes room for every event.
fn fits(event: &TailEvent, names: &HashSet<String>) -> bool {
    let new = event.attributes.iter().filter(|(name, _)| !names.contains(name)).count();
    new == 0 || names.len() + new <= MOST_NAMES
}

fn too_many_names() -> Refused {
    Refused {
        code: "too_many_attributes",
        place: "attributes".to_owned(),
        value: String::new(),
        reason: format!(
            "All events together have {MOST_NAMES} names of attributes already, and this one brings more."
        ),
        remedy: "Put what differs from event to event into values, not into names.".to_owned(),
    }
}

fn conflict() -> Refused {
    Refused {
        code: "id_conflict",
        place: "id".to_owned(),
        value: String::new(),
        reason: "An event with this id is stored already and says something else.".to_owned(),
        remedy: "Give the event an id of its own; what is stored is never overwritten.".to_owned(),
    }
}

/// The two ids of its customer that an event names.
fn pair(event: &TailEvent) -> Option<(String, String)> {
    let other = event.known_as?;
    let hex = |key: CustomerKey| format!("{:032x}", key.0);
    Some((hex(event.customer.min(other)), hex(event.customer.max(other))))
}

fn row(source: &db::imports::Source, event: &TailEvent, content: String) -> TailRow {
    let TailEvent {
        customer,
        time,
        key,
        content: _,
        activity,
        case,
        reason,
        text,
        duration,
        cost,
        attributes,
        known_as: _,
    } = event.clone();
    TailRow {
        id: String::new(),
        source_id: source.id.clone(),
        event_key: format!("{key:032x}"),
        content,
        customer: format!("{:032x}", customer.0),
        at: time,
        activity,
        case_id: case,
        reason,
        text,
        duration,
        cost,
        attributes: json!(attributes).to_string(),
    }
}

/// The event of a row; none where the row says nothing that could be one.
pub fn event(row: TailRow) -> Option<TailEvent> {
    Some(TailEvent {
        customer: CustomerKey(u128::from_str_radix(&row.customer, 16).ok()?),
        time: row.at,
        key: u128::from_str_radix(&row.event_key, 16).ok()?,
        content: u64::from_str_radix(&row.content, 16).ok()? as i64,
        activity: row.activity,
        case: row.case_id,
        reason: row.reason,
        text: row.text,
        duration: row.duration,
        cost: row.cost,
        attributes: serde_json::from_str(&row.attributes).ok()?,
        known_as: None,
    })
}

/// The day's reasons with those of a batch, most frequent first.
fn reasons(known: Option<&str>, quarantined: &[(u64, &str, Refused)]) -> String {
    let known: Vec<Reason> = known.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut all: BTreeMap<(String, String), Reason> =
        known.into_iter().map(|reason| ((reason.code.clone(), reason.reason.clone()), reason)).collect();
    for (_, _, refused) in quarantined {
        let key = (refused.code.to_owned(), refused.reason.clone());
        let reason = all.entry(key).or_insert_with(|| Reason {
            code: refused.code.to_owned(),
            rows: 0,
            reason: refused.reason.clone(),
            remedy: refused.remedy.clone(),
        });
        reason.rows += 1;
    }
    let mut all: Vec<Reason> = all.into_values().collect();
    all.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.code.cmp(&b.code)));
    json!(all).to_string()
}

/// The keys.
pub async fn keys(services: &Services, actor: &Actor) -> Result<Vec<KeyRow>, ServiceError> {
    need(actor.may().manage_users, "page")?;
    let sources = db::imports::sources(&services.db).await?;
    let name = |id: &str| sources.iter().find(|source| source.id == id).map(|source| source.name.clone());
    let keys = db::tail::keys(&services.db).await?;
    Ok(keys
        .into_iter()
        .map(|key| KeyRow {
            source: name(&key.source_id).unwrap_or_default(),
            id: key.id,
            name: key.name,
            created: key.created_at,
            used: key.used_at,
            revoked: key.revoked_at.is_some(),
        })
        .collect())
}

/// Makes a key for a source, which is made where there is none, and returns it: it is shown this once.
pub async fn add_key(
    services: &Services,
    actor: &Actor,
    source: &str,
    name: &str,
) -> Result<String, ServiceError> {
    need(actor.may().manage_users, "page")?;
    let (source, name) = (checked_name(source, "source")?, checked_name(name, "name")?);
    let token = format!("{PREFIX}{}", tokens::new_token()?);
    let now = services.now();
    let tx = services.db.write().await?;
    let source = db::imports::ensure_source(&tx, &source, now).await?;
    let id = db::tail::add_key(&tx, &source.id, &name, &tokens::hash(&token), now).await?;
    let details = json!({ "name": name, "source": source.name });
    db::audit(&tx, &actor.audited(now), "add", "ingest key", &id, &details).await?;
    tx.commit().await?;
    Ok(token)
}

/// Lets nothing in by a key any more.
pub async fn revoke_key(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().manage_users, "page")?;
    let now = services.now();
    let tx = services.db.write().await?;
    if !db::tail::revoke(&tx, id, now).await? {
        return Err(UserError::not_found("key").into());
    }
    db::audit(&tx, &actor.audited(now), "revoke", "ingest key", id, &json!({})).await?;
    tx.commit().await?;
    Ok(())
}
