//! Touchpoints: the places where a customer meets the company.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};
use serde::{Deserialize, Serialize};

use crate::error::changed_one;
use crate::{DbError, Tx, new_id, workspace};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "touchpoint")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub name: String,
        pub description: String,
        pub stage_id: Option<String>,
        pub channel_id: Option<String>,
        pub department_id: Option<String>,
        pub delivery: String,
        pub started_by: String,
        pub contact: bool,
        pub cost_per_contact: Option<i64>,
        pub expectation: String,
        pub promise: String,
        pub reviewed_at: Option<i64>,
        pub version: i32,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One touchpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct Touchpoint {
    /// Empty for one that is not stored yet.
    pub id: String,
    pub name: String,
    pub description: String,
    pub stage_id: Option<String>,
    pub channel_id: Option<String>,
    pub department_id: Option<String>,
    pub delivery: String,
    pub started_by: String,
    pub contact: bool,
    pub cost_per_contact: Option<i64>,
    /// What the customer expects, and what is promised.
    pub expectation: String,
    pub promise: String,
    /// When somebody last changed it, or said that it is still right; seconds since 1970.
    pub reviewed_at: Option<i64>,
    pub version: i32,
}

pub(super) async fn all(
    connection: &impl ConnectionTrait,
    workspace: &str,
) -> Result<Vec<Touchpoint>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .order_by_asc(entity::Column::Name)
        .into_model::<Touchpoint>()
        .all(connection)
        .await?)
}

fn fields(of: &Touchpoint) -> entity::ActiveModel {
    let Touchpoint {
        id: _,
        name,
        description,
        stage_id,
        channel_id,
        department_id,
        delivery,
        started_by,
        contact,
        cost_per_contact,
        expectation,
        promise,
        reviewed_at,
        version: _,
    } = of.clone();
    entity::ActiveModel {
        name: Set(name),
        description: Set(description),
        stage_id: Set(stage_id),
        channel_id: Set(channel_id),
        department_id: Set(department_id),
        delivery: Set(delivery),
        started_by: Set(started_by),
        contact: Set(contact),
        cost_per_contact: Set(cost_per_contact),
        expectation: Set(expectation),
        promise: Set(promise),
        reviewed_at: Set(reviewed_at),
        ..Default::default()
    }
}

/// Adds touchpoints, under their ids where they have one, and returns the ids.
pub async fn add_touchpoints(tx: &Tx, new: &[Touchpoint], now: i64) -> Result<Vec<String>, DbError> {
    workspace::inventory_changed(tx).await?;
    let ids: Vec<String> =
        new.iter().map(|one| if one.id.is_empty() { new_id() } else { one.id.clone() }).collect();
    let rows: Vec<entity::ActiveModel> = new
        .iter()
        .zip(&ids)
        .map(|(one, id)| entity::ActiveModel {
            id: Set(id.clone()),
            workspace_id: Set(tx.workspace.clone()),
            version: Set(one.version.max(1)),
            created_at: Set(now),
            ..fields(one)
        })
        .collect();
    for some in rows.chunks(1000) {
        entity::Entity::insert_many(some.to_vec()).exec_without_returning(&tx.inner).await?;
    }
    Ok(ids)
}

/// Changes touchpoints, if nobody else did meanwhile.
pub async fn change_touchpoints(tx: &Tx, changed: &[Touchpoint]) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    for one in changed {
        let row = entity::ActiveModel { version: Set(one.version.saturating_add(1)), ..fields(one) };
        let rows = entity::Entity::update_many()
            .set(row)
            .filter(entity::Column::Id.eq(&one.id))
            .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
            .filter(entity::Column::Version.eq(one.version))
            .exec(&tx.inner)
            .await?;
        changed_one("touchpoint", one.version, rows.rows_affected)?;
    }
    Ok(())
}

/// Stores it: a new one gets an id, a known one is changed if nobody else did meanwhile. Returns the id.
pub async fn save_touchpoint(tx: &Tx, row: &Touchpoint, now: i64) -> Result<String, DbError> {
    if row.id.is_empty() {
        return Ok(add_touchpoints(tx, std::slice::from_ref(row), now).await?.swap_remove(0));
    }
    workspace::inventory_changed(tx).await?;
    expect(tx, &row.id, row.version).await?;
    change_touchpoints(tx, std::slice::from_ref(row)).await?;
    Ok(row.id.clone())
}

async fn expect(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    let mine = entity::Entity::find_by_id(id).filter(entity::Column::WorkspaceId.eq(&tx.workspace));
    super::expect("touchpoint", mine.one(&tx.inner).await?.map(|row| row.version), given)
}

/// Removes it, with what belongs to it.
pub async fn delete_touchpoint(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    expect(tx, id, given).await?;
    entity::Entity::delete_by_id(id).exec(&tx.inner).await?;
    Ok(())
}
