//! Files that people sent and that wait for their import.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, FromQueryResult};

use crate::{Db, DbError, Tx};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "upload")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub file: String,
        pub bytes: i64,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A file that waits to be imported.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Upload {
    pub id: String,
    pub account_id: String,
    pub file: String,
    pub bytes: i64,
    pub created_at: i64,
}

/// Notes an uploaded file.
pub async fn add(tx: &Tx, new: &Upload) -> Result<(), DbError> {
    let Upload { id, account_id, file, bytes, created_at } = new.clone();
    let row = entity::ActiveModel {
        id: Set(id),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id),
        file: Set(file),
        bytes: Set(bytes),
        created_at: Set(created_at),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(())
}

/// One uploaded file.
pub async fn get(db: &Db, id: &str) -> Result<Option<Upload>, DbError> {
    Ok(entity::Entity::find_by_id(id)
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .into_model::<Upload>()
        .one(&db.reader)
        .await?)
}

/// Uploads made before a time, which nobody imported.
pub async fn old(db: &Db, before: i64) -> Result<Vec<Upload>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::CreatedAt.lt(before))
        .into_model::<Upload>()
        .all(&db.reader)
        .await?)
}

/// Forgets an uploaded file; false where that was done before.
pub async fn delete(tx: &Tx, id: &str) -> Result<bool, DbError> {
    Ok(entity::Entity::delete_by_id(id).exec(&tx.inner).await?.rows_affected > 0)
}
