//! Experiences: what a customer can live through at a touchpoint.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};

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
        pub position: i32,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One experience of a touchpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Experience {
    /// Empty for one that is not stored yet.
    pub id: String,
    pub touchpoint_id: String,
    pub name: String,
    pub emotion: i32,
    pub failure: bool,
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

/// Stores it: a new one gets an id, a known one is changed if nobody else did meanwhile. Returns the id.
pub async fn save_experience(tx: &Tx, row: &Experience) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    if row.id.is_empty() {
        let Experience { id: _, touchpoint_id, name, emotion, failure, position, version: _ } = row.clone();
        let id = new_id();
        let row = entity::ActiveModel {
            id: Set(id.clone()),
            workspace_id: Set(tx.workspace.clone()),
            touchpoint_id: Set(touchpoint_id),
            name: Set(name),
            emotion: Set(emotion),
            failure: Set(failure),
            position: Set(position),
            version: Set(1),
        };
        entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
        return Ok(id);
    }
    let stored = entity::Entity::find_by_id(&row.id)
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .one(&tx.inner)
        .await?
        .map(|stored| stored.version);
    super::expect("experience", stored, row.version)?;
    entity::Entity::update_many()
        .col_expr(entity::Column::TouchpointId, Expr::value(row.touchpoint_id.clone()))
        .col_expr(entity::Column::Name, Expr::value(row.name.clone()))
        .col_expr(entity::Column::Emotion, Expr::value(row.emotion))
        .col_expr(entity::Column::Failure, Expr::value(row.failure))
        .col_expr(entity::Column::Position, Expr::value(row.position))
        .col_expr(entity::Column::Version, Expr::value(row.version + 1))
        .filter(entity::Column::Id.eq(&row.id))
        .exec(&tx.inner)
        .await?;
    Ok(row.id.clone())
}

/// Removes it, with what belongs to it.
pub async fn delete_experience(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let mine = entity::Entity::find_by_id(id).filter(entity::Column::WorkspaceId.eq(&tx.workspace));
    let stored = mine.one(&tx.inner).await?.map(|row| row.version);
    super::expect("experience", stored, given)?;
    entity::Entity::delete_by_id(id).exec(&tx.inner).await?;
    Ok(())
}
