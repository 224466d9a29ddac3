//! Mapping rules: which events belong to which touchpoint and experience.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};
use serde::{Deserialize, Serialize};

use crate::{DbError, Tx, new_id, workspace};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mapping_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub touchpoint_id: String,
        pub experience_id: Option<String>,
        pub source: String,
        pub matching: String,
        pub activity: String,
        pub condition: String,
        pub position: i32,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One mapping rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct Rule {
    /// Empty for one that is not stored yet.
    pub id: String,
    pub touchpoint_id: String,
    pub experience_id: Option<String>,
    pub source: String,
    pub matching: String,
    pub activity: String,
    pub condition: String,
    pub position: i32,
    pub version: i32,
}

pub(super) async fn all(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<Rule>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .order_by_asc(entity::Column::Position)
        .order_by_asc(entity::Column::Id)
        .into_model::<Rule>()
        .all(connection)
        .await?)
}

fn fields(of: &Rule) -> entity::ActiveModel {
    let Rule {
        id: _,
        touchpoint_id,
        experience_id,
        source,
        matching,
        activity,
        condition,
        position,
        version: _,
    } = of.clone();
    entity::ActiveModel {
        touchpoint_id: Set(touchpoint_id),
        experience_id: Set(experience_id),
        source: Set(source),
        matching: Set(matching),
        activity: Set(activity),
        condition: Set(condition),
        position: Set(position),
        ..Default::default()
    }
}

/// Adds it, under its id where it has one, and returns the id.
pub async fn add_rule(tx: &Tx, new: &Rule) -> Result<String, DbError> {
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
pub async fn save_rule(tx: &Tx, row: &Rule) -> Result<String, DbError> {
    if row.id.is_empty() {
        return add_rule(tx, row).await;
    }
    workspace::inventory_changed(tx).await?;
    expect(tx, &row.id, row.version).await?;
    let changed = entity::ActiveModel { version: Set(row.version.saturating_add(1)), ..fields(row) };
    entity::Entity::update_many().set(changed).filter(entity::Column::Id.eq(&row.id)).exec(&tx.inner).await?;
    Ok(row.id.clone())
}

async fn expect(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    let mine = entity::Entity::find_by_id(id).filter(entity::Column::WorkspaceId.eq(&tx.workspace));
    super::expect("rule", mine.one(&tx.inner).await?.map(|row| row.version), given)
}

/// Removes it, with what belongs to it.
pub async fn delete_rule(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    expect(tx, id, given).await?;
    entity::Entity::delete_by_id(id).exec(&tx.inner).await?;
    Ok(())
}
