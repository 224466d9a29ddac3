//! Experiences: what a customer can live through at a touchpoint.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};
use serde::{Deserialize, Serialize};

use crate::{DbError, Tx, new_id, workspace};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "experience")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub touchpoint_id: String,
        pub name: String,
        pub emotion: i32,
        pub failure: bool,
        pub promise: String,
        pub position: i32,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One experience of a touchpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct Experience {
    /// Empty for one that is not stored yet.
    pub id: String,
    pub touchpoint_id: String,
    pub name: String,
    pub emotion: i32,
    pub failure: bool,
    /// Whether it keeps or breaks what is promised: `kept`, `broken`, or nothing.
    pub promise: String,
    pub position: i32,
    pub version: i32,
}

pub(super) async fn all(
    connection: &impl ConnectionTrait,
    workspace: &str,
) -> Result<Vec<Experience>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .order_by_asc(entity::Column::Position)
        .order_by_asc(entity::Column::Id)
        .into_model::<Experience>()
        .all(connection)
        .await?)
}

fn fields(of: &Experience) -> entity::ActiveModel {
    let Experience { id: _, touchpoint_id, name, emotion, failure, promise, position, version: _ } = of.clone();
    entity::ActiveModel {
        touchpoint_id: Set(touchpoint_id),
        name: Set(name),
        emotion: Set(emotion),
        failure: Set(failure),
        promise: Set(promise),
        position: Set(position),
        ..Default::default()
    }
}

/// Adds it, under its id where it has one, and returns the id.
pub async fn add_experience(tx: &Tx, new: &Experience) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    let id = if new.id.is_empty() { new_id() } else { new.id.clone() };
    let row = entity::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        version: Set(new.version.max(1)),
        ..fields(new)
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Stores it: a new one gets an id, a known one is changed if nobody else did meanwhile. Returns the id.
pub async fn save_experience(tx: &Tx, row: &Experience) -> Result<String, DbError> {
    if row.id.is_empty() {
        return add_experience(tx, row).await;
    }
    workspace::inventory_changed(tx).await?;
    expect(tx, &row.id, row.version).await?;
    let changed = entity::ActiveModel { version: Set(row.version.saturating_add(1)), ..fields(row) };
    entity::Entity::update_many().set(changed).filter(entity::Column::Id.eq(&row.id)).exec(&tx.inner).await?;
    Ok(row.id.clone())
}

async fn expect(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    let mine = entity::Entity::find_by_id(id).filter(entity::Column::WorkspaceId.eq(&tx.workspace));
    super::expect("experience", mine.one(&tx.inner).await?.map(|row| row.version), given)
}

/// Removes it, with what belongs to it.
pub async fn delete_experience(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    expect(tx, id, given).await?;
    entity::Entity::delete_by_id(id).exec(&tx.inner).await?;
    Ok(())
}
