//! The audit log: a row for every change, in the transaction that makes it.

use sea_orm::entity::prelude::*;
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
    pub at: i64,
    pub actor: String,
    pub action: String,
    /// JSON of what changed.
    pub details: String,
}

/// Writes an entry.
pub async fn audit(
    tx: &Tx,
    actor: &Actor<'_>,
    action: &str,
    noun: &str,
    object_id: &str,
    details: &serde_json::Value,
) -> Result<(), DbError> {
    let row = entity::ActiveModel {
        id: Set(new_id()),
        workspace_id: Set(tx.workspace.clone()),
        at: Set(actor.at),
        account_id: Set(actor.account_id.map(str::to_owned)),
        actor: Set(actor.name.to_owned()),
        action: Set(action.to_owned()),
        noun: Set(noun.to_owned()),
        object_id: Set(object_id.to_owned()),
        details: Set(details.to_string()),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(())
}

/// What happened to one thing, latest first.
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
