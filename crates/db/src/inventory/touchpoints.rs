//! Touchpoints: the places where a customer meets the company.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};

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
        pub version: i32,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One touchpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
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

/// Stores it: a new one gets an id, a known one is changed if nobody else did meanwhile. Returns the id.
pub async fn save_touchpoint(tx: &Tx, row: &Touchpoint, now: i64) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    if row.id.is_empty() {
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
            version: _,
        } = row.clone();
        let id = new_id();
        let row = entity::ActiveModel {
            id: Set(id.clone()),
            workspace_id: Set(tx.workspace.clone()),
            name: Set(name),
            description: Set(description),
            stage_id: Set(stage_id),
            channel_id: Set(channel_id),
            department_id: Set(department_id),
            delivery: Set(delivery),
            started_by: Set(started_by),
            contact: Set(contact),
            cost_per_contact: Set(cost_per_contact),
            version: Set(1),
            created_at: Set(now),
        };
        entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
        return Ok(id);
    }
    let stored = entity::Entity::find_by_id(&row.id)
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .one(&tx.inner)
        .await?
        .map(|stored| stored.version);
    super::expect("touchpoint", stored, row.version)?;
    entity::Entity::update_many()
        .col_expr(entity::Column::Name, Expr::value(row.name.clone()))
        .col_expr(entity::Column::Description, Expr::value(row.description.clone()))
        .col_expr(entity::Column::StageId, Expr::value(row.stage_id.clone()))
        .col_expr(entity::Column::ChannelId, Expr::value(row.channel_id.clone()))
        .col_expr(entity::Column::DepartmentId, Expr::value(row.department_id.clone()))
        .col_expr(entity::Column::Delivery, Expr::value(row.delivery.clone()))
        .col_expr(entity::Column::StartedBy, Expr::value(row.started_by.clone()))
        .col_expr(entity::Column::Contact, Expr::value(row.contact))
        .col_expr(entity::Column::CostPerContact, Expr::value(row.cost_per_contact))
        .col_expr(entity::Column::Version, Expr::value(row.version + 1))
        .filter(entity::Column::Id.eq(&row.id))
        .exec(&tx.inner)
        .await?;
    Ok(row.id.clone())
}

/// Removes it, with what belongs to it.
pub async fn delete_touchpoint(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let mine = entity::Entity::find_by_id(id).filter(entity::Column::WorkspaceId.eq(&tx.workspace));
    let stored = mine.one(&tx.inner).await?.map(|row| row.version);
    super::expect("touchpoint", stored, given)?;
    entity::Entity::delete_by_id(id).exec(&tx.inner).await?;
    Ok(())
}
