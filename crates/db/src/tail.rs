//! Events that came one by one and wait for a segment, and the keys that let them in.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::imports::Import;
use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tail")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub source_id: String,
        pub event_key: String,
        pub content: String,
        pub customer: String,
        pub at: i64,
        pub activity: String,
        pub case_id: Option<String>,
        pub reason: Option<String>,
        pub text: Option<String>,
        pub duration: Option<i64>,
        pub cost: Option<i64>,
        pub attributes: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ingest_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub source_id: String,
        pub name: String,
        pub hash: String,
        pub created_at: i64,
        pub revoked_at: Option<i64>,
        pub used_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An event of the tail. Keys and pseudonyms are hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct TailRow {
    /// Ascending with arrival.
    pub id: String,
    pub source_id: String,
    pub event_key: String,
    pub content: String,
    pub customer: String,
    /// Microseconds since 1970.
    pub at: i64,
    pub activity: String,
    pub case_id: Option<String>,
    pub reason: Option<String>,
    pub text: Option<String>,
    pub duration: Option<i64>,
    pub cost: Option<i64>,
    /// JSON list of name and value.
    pub attributes: String,
}

/// Values bound by one statement, at most (SQLite allows 32,766).
const MOST_BOUND: usize = 30_000;
const COLUMNS: usize = 14;

/// The whole tail in order of arrival.
pub async fn all(db: &Db) -> Result<Vec<TailRow>, DbError> {
    all_in(&db.reader, &db.workspace).await
}

pub(crate) async fn all_in(
    connection: &impl ConnectionTrait,
    workspace: &str,
) -> Result<Vec<TailRow>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .order_by_asc(entity::Column::Id)
        .into_model::<TailRow>()
        .all(connection)
        .await?)
}

/// Number of waiting events, and when the first of them came (seconds since 1970, by its id).
pub async fn waiting(db: &Db) -> Result<(u64, Option<i64>), DbError> {
    let count = entity::Entity::find().filter(entity::Column::WorkspaceId.eq(&db.workspace)).count(&db.reader);
    let count = count.await?;
    let first: Option<String> = entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .order_by_asc(entity::Column::Id)
        .select_only()
        .column(entity::Column::Id)
        .into_tuple()
        .one(&db.reader)
        .await?;
    let at =
        first.and_then(|id| uuid::Uuid::parse_str(&id).ok()?.get_timestamp()).map(|at| at.to_unix().0 as i64);
    Ok((count, at))
}

/// Which of these keys wait in a source's tail already, with the digest of what they say.
pub async fn known(tx: &Tx, source_id: &str, keys: &[String]) -> Result<Vec<(String, String)>, DbError> {
    let mut found = Vec::new();
    for some in keys.chunks(MOST_BOUND) {
        let rows: Vec<(String, String)> = entity::Entity::find()
            .filter(entity::Column::SourceId.eq(source_id))
            .filter(entity::Column::EventKey.is_in(some.iter().map(String::as_str)))
            .select_only()
            .column(entity::Column::EventKey)
            .column(entity::Column::Content)
            .into_tuple()
            .all(&tx.inner)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Adds events behind the others. From the commit on they count.
pub async fn add(tx: &Tx, events: Vec<TailRow>) -> Result<(), DbError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<entity::ActiveModel> = events
        .into_iter()
        .map(|event| entity::ActiveModel {
            id: Set(new_id()),
            workspace_id: Set(tx.workspace.clone()),
            source_id: Set(event.source_id),
            event_key: Set(event.event_key),
            content: Set(event.content),
            customer: Set(event.customer),
            at: Set(event.at),
            activity: Set(event.activity),
            case_id: Set(event.case_id),
            reason: Set(event.reason),
            text: Set(event.text),
            duration: Set(event.duration),
            cost: Set(event.cost),
            attributes: Set(event.attributes),
        })
        .collect();
    for some in rows.chunks(MOST_BOUND / COLUMNS) {
        entity::Entity::insert_many(some.to_vec()).exec_without_returning(&tx.inner).await?;
    }
    Ok(())
}

/// Id, key and digest of each event of a source's tail.
pub async fn keys_in(tx: &Tx, source_id: &str) -> Result<Vec<(String, String, String)>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::SourceId.eq(source_id))
        .select_only()
        .column(entity::Column::Id)
        .column(entity::Column::EventKey)
        .column(entity::Column::Content)
        .into_tuple()
        .all(&tx.inner)
        .await?)
}

/// Removes events.
pub async fn remove_ids(tx: &Tx, ids: &[String]) -> Result<(), DbError> {
    for some in ids.chunks(MOST_BOUND) {
        entity::Entity::delete_many()
            .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
            .filter(entity::Column::Id.is_in(some.iter().map(String::as_str)))
            .exec(&tx.inner)
            .await?;
    }
    Ok(())
}

/// Removes events that a segment has taken in: those up to an id.
pub async fn remove(tx: &Tx, source_id: &str, up_to: &str) -> Result<u64, DbError> {
    let delete = entity::Entity::delete_many()
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::SourceId.eq(source_id))
        .filter(entity::Column::Id.lte(up_to));
    Ok(delete.exec(&tx.inner).await?.rows_affected)
}

/// A key that lets events into one source.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct IngestKey {
    pub id: String,
    pub source_id: String,
    pub name: String,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
    pub used_at: Option<i64>,
}

/// All keys, the latest first.
pub async fn keys(db: &Db) -> Result<Vec<IngestKey>, DbError> {
    Ok(key::Entity::find()
        .filter(key::Column::WorkspaceId.eq(&db.workspace))
        .order_by_desc(key::Column::Id)
        .into_model::<IngestKey>()
        .all(&db.reader)
        .await?)
}

/// Makes a key, of which only a hash is stored.
pub async fn add_key(tx: &Tx, source_id: &str, name: &str, hash: &str, now: i64) -> Result<String, DbError> {
    let id = new_id();
    let row = key::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        source_id: Set(source_id.to_owned()),
        name: Set(name.to_owned()),
        hash: Set(hash.to_owned()),
        created_at: Set(now),
        revoked_at: Set(None),
        used_at: Set(None),
    };
    key::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// The key of that hash, unless it was revoked.
pub async fn key_of(db: &Db, hash: &str) -> Result<Option<IngestKey>, DbError> {
    Ok(key::Entity::find()
        .filter(key::Column::WorkspaceId.eq(&db.workspace))
        .filter(key::Column::Hash.eq(hash))
        .filter(key::Column::RevokedAt.is_null())
        .into_model::<IngestKey>()
        .one(&db.reader)
        .await?)
}

/// Notes that a key was used.
pub async fn used(tx: &Tx, id: &str, now: i64) -> Result<(), DbError> {
    key::Entity::update_many()
        .col_expr(key::Column::UsedAt, Expr::value(now))
        .filter(key::Column::Id.eq(id))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Lets nothing in by this key any more; false where that was so already.
pub async fn revoke(tx: &Tx, id: &str, now: i64) -> Result<bool, DbError> {
    let update = key::Entity::update_many()
        .col_expr(key::Column::RevokedAt, Expr::value(now))
        .filter(key::Column::Id.eq(id))
        .filter(key::Column::WorkspaceId.eq(&tx.workspace))
        .filter(key::Column::RevokedAt.is_null());
    Ok(update.exec(&tx.inner).await?.rows_affected > 0)
}

/// What a batch adds to the day's account of a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    pub received: i64,
    pub accepted: i64,
    pub duplicate: i64,
    pub quarantined: i64,
    pub first_event: Option<i64>,
    pub last_event: Option<i64>,
}

/// The account of what a source sent on a day, by its name; made where there is none.
pub async fn account(tx: &Tx, source_id: &str, name: &str, now: i64) -> Result<Import, DbError> {
    if let Some(known) = crate::imports::find_done(tx, source_id, name).await? {
        return Ok(known);
    }
    let new = Import {
        id: new_id(),
        source_id: source_id.to_owned(),
        file: name.to_owned(),
        state: "done".to_owned(),
        started_at: now,
        finished_at: Some(now),
        ..Import::default()
    };
    crate::imports::begin_import(tx, &new).await?;
    Ok(new)
}
