//! Sources, their imports, and the manifest: the segments that exist.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::links::{LinkPair, LinkSet};
use crate::tail::{Added, TailRow};
use crate::{Db, DbError, Tx, links, new_id, tail, workspace};

pub(crate) mod source {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub name: String,
        pub ordinal: i32,
        pub mapping: Option<String>,
        pub time_zone: Option<String>,
        pub created_at: i64,
        pub opens: String,
        pub closes: String,
        pub trusted: bool,
        pub version: i32,
        pub reading: Option<String>,
        pub language: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod import {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "import")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub source_id: String,
        pub account_id: Option<String>,
        pub file: String,
        pub state: String,
        pub bytes: i64,
        pub received: i64,
        pub accepted: i64,
        pub duplicate: i64,
        pub quarantined: i64,
        pub reasons: Option<String>,
        pub error: Option<String>,
        pub started_at: i64,
        pub finished_at: Option<i64>,
        pub first_event: Option<i64>,
        pub last_event: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod segment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "segment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub import_id: String,
        pub source_id: String,
        pub ordinal: i64,
        pub file: String,
        pub bucket: i32,
        pub events: i64,
        pub bytes: i64,
        pub min_time: i64,
        pub max_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A log.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Source {
    pub id: String,
    pub name: String,
    pub ordinal: i32,
    /// JSON of the mapping that its last import used.
    pub mapping: Option<String>,
    pub time_zone: Option<String>,
    /// JSON of what else its last import was told.
    pub reading: Option<String>,
}

/// One import.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Import {
    pub id: String,
    pub source_id: String,
    pub account_id: Option<String>,
    pub file: String,
    pub state: String,
    pub bytes: i64,
    pub received: i64,
    pub accepted: i64,
    pub duplicate: i64,
    pub quarantined: i64,
    /// JSON.
    pub reasons: Option<String>,
    /// JSON.
    pub error: Option<String>,
    pub started_at: i64,
    pub finished_at: Option<i64>,
    pub first_event: Option<i64>,
    pub last_event: Option<i64>,
}

/// A segment of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Segment {
    pub source_id: String,
    pub ordinal: i64,
    pub file: String,
    pub bucket: i32,
    pub events: i64,
    pub bytes: i64,
    pub min_time: i64,
    pub max_time: i64,
}

/// All sources in the order in which they came.
pub async fn sources(db: &Db) -> Result<Vec<Source>, DbError> {
    sources_in(&db.reader, &db.workspace).await
}

async fn sources_in(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<Source>, DbError> {
    Ok(source::Entity::find()
        .filter(source::Column::WorkspaceId.eq(workspace))
        .order_by_asc(source::Column::Ordinal)
        .into_model::<Source>()
        .all(connection)
        .await?)
}

/// The source of that name, made where there is none.
pub async fn ensure_source(tx: &Tx, name: &str, now: i64) -> Result<Source, DbError> {
    // Others that make a source wait: each has an order of its own.
    workspace::data_changed(tx).await?;
    let known = sources_in(&tx.inner, &tx.workspace).await?;
    if let Some(source) = known.iter().find(|source| source.name == name) {
        return Ok(source.clone());
    }
    let ordinal = known.iter().map(|source| source.ordinal + 1).max().unwrap_or(0);
    let source =
        Source { id: new_id(), name: name.to_owned(), ordinal, mapping: None, time_zone: None, reading: None };
    let row = source::ActiveModel {
        id: Set(source.id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        name: Set(source.name.clone()),
        ordinal: Set(ordinal),
        mapping: Set(None),
        time_zone: Set(None),
        created_at: Set(now),
        ..Default::default()
    };
    source::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(source)
}

/// Remembers how a source's files are read.
pub async fn remember_mapping(
    tx: &Tx,
    source_id: &str,
    mapping: &str,
    time_zone: Option<&str>,
    reading: Option<&str>,
) -> Result<(), DbError> {
    source::Entity::update_many()
        .col_expr(source::Column::Mapping, Expr::value(mapping))
        .col_expr(source::Column::TimeZone, Expr::value(time_zone.map(str::to_owned)))
        .col_expr(source::Column::Reading, Expr::value(reading.map(str::to_owned)))
        .filter(source::Column::Id.eq(source_id))
        .filter(source::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// The latest imports.
pub async fn imports(db: &Db, most: u64) -> Result<Vec<Import>, DbError> {
    Ok(import::Entity::find()
        .filter(import::Column::WorkspaceId.eq(&db.workspace))
        .order_by_desc(import::Column::StartedAt)
        .order_by_desc(import::Column::Id)
        .limit(most)
        .into_model::<Import>()
        .all(&db.reader)
        .await?)
}

/// One import.
pub async fn import(db: &Db, id: &str) -> Result<Option<Import>, DbError> {
    Ok(import::Entity::find_by_id(id)
        .filter(import::Column::WorkspaceId.eq(&db.workspace))
        .into_model::<Import>()
        .one(&db.reader)
        .await?)
}

/// Notes that an import begins.
pub async fn begin_import(tx: &Tx, new: &Import) -> Result<(), DbError> {
    import::Entity::insert(row(tx, new)).exec_without_returning(&tx.inner).await?;
    Ok(())
}

fn row(tx: &Tx, import: &Import) -> import::ActiveModel {
    let Import {
        id,
        source_id,
        account_id,
        file,
        state,
        bytes,
        received,
        accepted,
        duplicate,
        quarantined,
        reasons,
        error,
        started_at,
        finished_at,
        first_event,
        last_event,
    } = import.clone();
    import::ActiveModel {
        id: Set(id),
        workspace_id: Set(tx.workspace.clone()),
        source_id: Set(source_id),
        account_id: Set(account_id),
        file: Set(file),
        state: Set(state),
        bytes: Set(bytes),
        received: Set(received),
        accepted: Set(accepted),
        duplicate: Set(duplicate),
        quarantined: Set(quarantined),
        reasons: Set(reasons),
        error: Set(error),
        started_at: Set(started_at),
        finished_at: Set(finished_at),
        first_event: Set(first_event),
        last_event: Set(last_event),
    }
}

/// Notes how an import ended and, where it brought events, records its segments: from this commit on they
/// count, all of them.
pub async fn finish_import(tx: &Tx, ended: &Import, segments: &[Segment]) -> Result<(), DbError> {
    let update = import::Entity::update_many()
        .set(row(tx, ended))
        .filter(import::Column::Id.eq(&ended.id))
        .filter(import::Column::State.eq("running"));
    // What is recorded already stays: a commit may have gone through although its answer was lost.
    if update.exec(&tx.inner).await?.rows_affected == 0 {
        return Err(DbError::NotFound { noun: "running import" });
    }
    if segments.is_empty() {
        return Ok(());
    }
    add_segments(tx, &ended.id, segments).await
}

fn segment_row(tx: &Tx, import_id: &str, ordinal: i64, new: &Segment) -> segment::ActiveModel {
    let Segment { source_id, ordinal: _, file, bucket, events, bytes, min_time, max_time } = new.clone();
    segment::ActiveModel {
        id: Set(new_id()),
        workspace_id: Set(tx.workspace.clone()),
        import_id: Set(import_id.to_owned()),
        source_id: Set(source_id),
        ordinal: Set(ordinal),
        file: Set(file),
        bucket: Set(bucket),
        events: Set(events),
        bytes: Set(bytes),
        min_time: Set(min_time),
        max_time: Set(max_time),
    }
}

/// Records segments behind the others.
pub async fn add_segments(tx: &Tx, import_id: &str, segments: &[Segment]) -> Result<(), DbError> {
    let last: Option<i64> = segment::Entity::find()
        .filter(segment::Column::WorkspaceId.eq(&tx.workspace))
        .select_only()
        .column_as(segment::Column::Ordinal.max(), "last")
        .into_tuple::<Option<i64>>()
        .one(&tx.inner)
        .await?
        .flatten();
    let rows: Vec<segment::ActiveModel> = (last.unwrap_or(0) + 1..)
        .zip(segments)
        .map(|(ordinal, new)| segment_row(tx, import_id, ordinal, new))
        .collect();
    // SQLite binds at most 32,766 values a statement.
    for some in rows.chunks(1000) {
        segment::Entity::insert_many(some.to_vec()).exec_without_returning(&tx.inner).await?;
    }
    workspace::data_changed(tx).await
}

/// Marks imports as interrupted that no process can be working on any more. Only for the holder of the
/// import lock.
pub async fn mark_interrupted(tx: &Tx, except: &[String], now: i64) -> Result<u64, DbError> {
    let update = import::Entity::update_many()
        .col_expr(import::Column::State, Expr::value("interrupted"))
        .col_expr(import::Column::FinishedAt, Expr::value(now))
        .filter(import::Column::WorkspaceId.eq(&tx.workspace))
        .filter(import::Column::State.eq("running"))
        .filter(import::Column::Id.is_not_in(except.iter().map(String::as_str)));
    Ok(update.exec(&tx.inner).await?.rows_affected)
}

/// Ids of imports that did not end well, or not yet: what they left behind counts for nothing.
pub async fn unfinished(db: &Db) -> Result<Vec<String>, DbError> {
    Ok(import::Entity::find()
        .filter(import::Column::WorkspaceId.eq(&db.workspace))
        .filter(import::Column::State.ne("done"))
        .select_only()
        .column(import::Column::Id)
        .into_tuple()
        .all(&db.reader)
        .await?)
}

/// All that counts, with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub version: i64,
    pub sources: Vec<Source>,
    pub segments: Vec<Segment>,
    pub tail: Vec<TailRow>,
    pub links: Vec<LinkSet>,
    /// Pairs of ids that no set has taken in yet.
    pub pairs: Vec<LinkPair>,
}

/// Reads the manifest, all as of one moment.
pub async fn manifest(db: &Db) -> Result<Manifest, DbError> {
    let moment = db.moment().await?;
    let manifest = Manifest {
        version: workspace::get_in(&moment, &db.workspace).await?.data_version,
        sources: sources_in(&moment, &db.workspace).await?,
        segments: segments_in(&moment, &db.workspace).await?,
        tail: tail::all_in(&moment, &db.workspace).await?,
        links: links::all_in(&moment, &db.workspace).await?,
        pairs: links::pairs_in(&moment, &db.workspace).await?,
    };
    moment.commit().await?;
    Ok(manifest)
}

/// Ids of all imports.
pub async fn ids(db: &Db) -> Result<Vec<String>, DbError> {
    Ok(import::Entity::find()
        .filter(import::Column::WorkspaceId.eq(&db.workspace))
        .select_only()
        .column(import::Column::Id)
        .into_tuple()
        .all(&db.reader)
        .await?)
}

/// The finished import of a source with that name for people.
pub(crate) async fn find_done(tx: &Tx, source_id: &str, file: &str) -> Result<Option<Import>, DbError> {
    Ok(import::Entity::find()
        .filter(import::Column::WorkspaceId.eq(&tx.workspace))
        .filter(import::Column::SourceId.eq(source_id))
        .filter(import::Column::File.eq(file))
        .filter(import::Column::State.eq("done"))
        .into_model::<Import>()
        .one(&tx.inner)
        .await?)
}

/// The account of a source's latest batches over HTTP, under whose name its sealed events are kept.
pub async fn sealing_account(db: &Db, source_id: &str) -> Result<Option<String>, DbError> {
    Ok(import::Entity::find()
        .filter(import::Column::WorkspaceId.eq(&db.workspace))
        .filter(import::Column::SourceId.eq(source_id))
        .filter(import::Column::File.starts_with("API, "))
        .order_by_desc(import::Column::Id)
        .select_only()
        .column(import::Column::Id)
        .into_tuple()
        .one(&db.reader)
        .await?)
}

/// The import that brought a segment.
pub async fn import_of_segment(db: &Db, file: &str) -> Result<Option<String>, DbError> {
    Ok(segment::Entity::find()
        .filter(segment::Column::WorkspaceId.eq(&db.workspace))
        .filter(segment::Column::File.eq(file))
        .select_only()
        .column(segment::Column::ImportId)
        .into_tuple()
        .one(&db.reader)
        .await?)
}

/// Makes other changes to the manifest wait until this one is through, and lists the segments that a source has.
pub async fn lock_segments(tx: &Tx, source_id: &str) -> Result<Vec<String>, DbError> {
    workspace::data_changed(tx).await?;
    Ok(segment::Entity::find()
        .filter(segment::Column::WorkspaceId.eq(&tx.workspace))
        .filter(segment::Column::SourceId.eq(source_id))
        .order_by_asc(segment::Column::Ordinal)
        .select_only()
        .column(segment::Column::File)
        .into_tuple()
        .all(&tx.inner)
        .await?)
}

/// Adds what a batch brought to the day's account of its source.
pub async fn grow(tx: &Tx, account: &Import, added: Added, reasons: &str, now: i64) -> Result<(), DbError> {
    let Added { received, accepted, duplicate, quarantined, first_event, last_event } = added;
    let least = |known: Option<i64>, new: Option<i64>| known.into_iter().chain(new).min();
    let most = |known: Option<i64>, new: Option<i64>| known.into_iter().chain(new).max();
    let grown = Import {
        received: account.received + received,
        accepted: account.accepted + accepted,
        duplicate: account.duplicate + duplicate,
        quarantined: account.quarantined + quarantined,
        reasons: Some(reasons.to_owned()).filter(|_| account.quarantined + quarantined > 0),
        finished_at: Some(now),
        first_event: least(account.first_event, first_event),
        last_event: most(account.last_event, last_event),
        ..account.clone()
    };
    import::Entity::update_many()
        .set(row(tx, &grown))
        .filter(import::Column::Id.eq(&account.id))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Puts a segment in the place of others, at the place of the first of them; false, and nothing done, where one of the
/// others is not there any more.
pub async fn replace_segments(
    tx: &Tx,
    import_id: &str,
    files: &[String],
    merged: &Segment,
) -> Result<bool, DbError> {
    workspace::data_changed(tx).await?;
    let delete = segment::Entity::delete_many()
        .filter(segment::Column::WorkspaceId.eq(&tx.workspace))
        .filter(segment::Column::File.is_in(files.iter().map(String::as_str)));
    if delete.exec(&tx.inner).await?.rows_affected != files.len() as u64 {
        return Ok(false);
    }
    segment::Entity::insert(segment_row(tx, import_id, merged.ordinal, merged))
        .exec_without_returning(&tx.inner)
        .await?;
    Ok(true)
}

/// The manifest, in order.
pub async fn segments(db: &Db) -> Result<Vec<Segment>, DbError> {
    segments_in(&db.reader, &db.workspace).await
}

async fn segments_in(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<Segment>, DbError> {
    Ok(segment::Entity::find()
        .filter(segment::Column::WorkspaceId.eq(workspace))
        .order_by_asc(segment::Column::Ordinal)
        .into_model::<Segment>()
        .all(connection)
        .await?)
}
