//! Keys by which machines read reports, each with the rights of the account that it belongs to.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "read_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub name: String,
        pub hash: String,
        pub scope: String,
        pub created_at: i64,
        pub used_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A key that was not revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct ReadKey {
    pub id: String,
    pub account_id: String,
    pub name: String,
    /// Names of reports between blanks; empty for all.
    pub scope: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// The keys of an account, the latest first.
pub async fn read_keys(db: &Db, account_id: &str) -> Result<Vec<ReadKey>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::AccountId.eq(account_id))
        .filter(entity::Column::RevokedAt.is_null())
        .order_by_desc(entity::Column::Id)
        .into_model::<ReadKey>()
        .all(&db.reader)
        .await?)
}

/// Makes a key, of which only a hash is stored.
pub async fn add_read_key(tx: &Tx, new: &ReadKey, hash: &str) -> Result<String, DbError> {
    let ReadKey { id: _, account_id, name, scope, created_at, used_at: _ } = new.clone();
    let id = new_id();
    let row = entity::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id),
        name: Set(name),
        hash: Set(hash.to_owned()),
        scope: Set(scope),
        created_at: Set(created_at),
        used_at: Set(None),
        revoked_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// The key of that hash.
pub async fn read_key_of(db: &Db, hash: &str) -> Result<Option<ReadKey>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::Hash.eq(hash))
        .filter(entity::Column::RevokedAt.is_null())
        .into_model::<ReadKey>()
        .one(&db.reader)
        .await?)
}

/// Notes that a key was used.
pub async fn read_key_used(tx: &Tx, id: &str, now: i64) -> Result<(), DbError> {
    entity::Entity::update_many()
        .col_expr(entity::Column::UsedAt, Expr::value(now))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Lets nobody read by this key any more.
pub async fn revoke_read_key(tx: &Tx, account_id: &str, id: &str, now: i64) -> Result<(), DbError> {
    let done = entity::Entity::update_many()
        .col_expr(entity::Column::RevokedAt, Expr::value(now))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::AccountId.eq(account_id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::RevokedAt.is_null())
        .exec(&tx.inner)
        .await?;
    if done.rows_affected == 0 { Err(DbError::NotFound { noun: "key" }) } else { Ok(()) }
}
