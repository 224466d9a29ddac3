//! The workspace: the company, its time zone, and the versions that tell caches what is new.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, FromQueryResult};

use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "workspace")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub time_zone: String,
        pub inventory_version: i64,
        pub data_version: i64,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The company and the versions of what is stored.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Workspace {
    pub name: String,
    pub time_zone: String,
    /// Grows with every change to the inventory.
    pub inventory_version: i64,
    /// Grows with every change to the manifest.
    pub data_version: i64,
}

pub(crate) async fn ensure(connection: &DatabaseTransaction, now: i64) -> Result<String, DbError> {
    if let Some(known) = entity::Entity::find().one(connection).await? {
        return Ok(known.id);
    }
    let id = new_id();
    let row = entity::ActiveModel {
        id: Set(id.clone()),
        name: Set("Your company".into()),
        time_zone: Set("UTC".into()),
        inventory_version: Set(1),
        data_version: Set(1),
        created_at: Set(now),
    };
    entity::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(id)
}

/// Reads the workspace.
pub async fn get(db: &Db) -> Result<Workspace, DbError> {
    get_in(&db.reader, &db.workspace).await
}

pub(crate) async fn get_in(connection: &impl ConnectionTrait, id: &str) -> Result<Workspace, DbError> {
    entity::Entity::find_by_id(id)
        .into_model::<Workspace>()
        .one(connection)
        .await?
        .ok_or(DbError::NotFound { noun: "workspace" })
}

/// Names the company and its time zone.
pub async fn name(tx: &Tx, name: &str, time_zone: &str) -> Result<(), DbError> {
    entity::Entity::update_many()
        .col_expr(entity::Column::Name, Expr::value(name))
        .col_expr(entity::Column::TimeZone, Expr::value(time_zone))
        .filter(entity::Column::Id.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Makes others who change the inventory wait until this transaction ends, on every database.
pub(crate) async fn inventory_locked(tx: &Tx) -> Result<(), DbError> {
    let column = entity::Column::InventoryVersion;
    entity::Entity::update_many()
        .col_expr(column, Expr::col(column))
        .filter(entity::Column::Id.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

pub(crate) async fn inventory_changed(tx: &Tx) -> Result<(), DbError> {
    grow(tx, entity::Column::InventoryVersion).await
}

pub(crate) async fn data_changed(tx: &Tx) -> Result<(), DbError> {
    grow(tx, entity::Column::DataVersion).await
}

async fn grow(tx: &Tx, column: entity::Column) -> Result<(), DbError> {
    entity::Entity::update_many()
        .col_expr(column, Expr::col(column).add(1))
        .filter(entity::Column::Id.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}
