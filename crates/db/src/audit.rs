//! The audit log: a row for every change, in the transaction that makes it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub at: i64,
        pub account_id: Option<String>,
        pub actor: String,
        pub action: String,
        pub noun: String,
        pub object_id: String,
        pub details: String,
        pub step_id: Option<String>,
        pub change: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Who did it, and when.
#[derive(Debug, Clone)]
pub struct Actor<'a> {
    pub account_id: Option<&'a str>,
    pub name: &'a str,
    /// Seconds since 1970.
    pub at: i64,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct AuditRow {
    pub id: String,
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub object_id: String,
    /// JSON of what changed, for people.
    pub details: String,
    /// JSON of the row before and after, where it can be put back.
    pub change: Option<String>,
}

/// An entry to write.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub action: String,
    pub noun: &'static str,
    pub object_id: String,
    pub details: serde_json::Value,
    pub step_id: Option<String>,
    pub change: Option<String>,
}

/// Values that one statement may bind on every database.
const MOST_BOUND: usize = 30_000;
const COLUMNS: usize = 11;

/// Writes an entry.
pub async fn audit(
    tx: &Tx,
    actor: &Actor<'_>,
    action: &str,
    noun: &'static str,
    object_id: &str,
    details: &serde_json::Value,
) -> Result<(), DbError> {
    let entry = Entry {
        action: action.to_owned(),
        noun,
        object_id: object_id.to_owned(),
        details: details.clone(),
        ..Entry::default()
    };
    audit_all(tx, actor, vec![entry]).await
}

/// Writes several entries of one moment, in their order.
pub async fn audit_all(tx: &Tx, actor: &Actor<'_>, entries: Vec<Entry>) -> Result<(), DbError> {
    let rows: Vec<entity::ActiveModel> = entries
        .into_iter()
        .map(|Entry { action, noun, object_id, details, step_id, change }| entity::ActiveModel {
            id: Set(new_id()),
            workspace_id: Set(tx.workspace.clone()),
            at: Set(actor.at),
            account_id: Set(actor.account_id.map(str::to_owned)),
            actor: Set(actor.name.to_owned()),
            action: Set(action),
            noun: Set(noun.to_owned()),
            object_id: Set(object_id),
            details: Set(details.to_string()),
            step_id: Set(step_id),
            change: Set(change),
        })
        .collect();
    for some in rows.chunks(MOST_BOUND / COLUMNS) {
        entity::Entity::insert_many(some.to_vec()).exec_without_returning(&tx.inner).await?;
    }
    Ok(())
}

/// What happened to some things, latest first.
pub async fn history(db: &Db, object_ids: &[String], most: u64) -> Result<Vec<AuditRow>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::ObjectId.is_in(object_ids))
        .order_by_desc(entity::Column::Id)
        .limit(most)
        .into_model::<AuditRow>()
        .all(&db.reader)
        .await?)
}

/// The newest entry of a thing that changed a row, undoing included.
pub async fn newest_change(tx: &Tx, object_id: &str) -> Result<Option<String>, DbError> {
    let newest = entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::ObjectId.eq(object_id))
        .filter(entity::Column::Change.is_not_null().or(entity::Column::Action.is_in(["undo", "redo"])))
        .order_by_desc(entity::Column::Id)
        .one(&tx.inner)
        .await?;
    Ok(newest.map(|row| row.id))
}

/// One entry.
pub async fn entry_in(tx: &Tx, id: &str) -> Result<Option<AuditRow>, DbError> {
    Ok(entity::Entity::find_by_id(id)
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .into_model::<AuditRow>()
        .one(&tx.inner)
        .await?)
}

/// The entries of a step, in their order.
pub async fn entries_of(tx: &Tx, step_id: &str) -> Result<Vec<AuditRow>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::StepId.eq(step_id))
        .order_by_asc(entity::Column::Id)
        .into_model::<AuditRow>()
        .all(&tx.inner)
        .await?)
}
