//! Mapping rules: which events belong to which touchpoint and experience.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};

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
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
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

/// Stores it: a new one gets an id, a known one is changed if nobody else did meanwhile. Returns the id.
pub async fn save_rule(tx: &Tx, row: &Rule) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    if row.id.is_empty() {
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
        } = row.clone();
        let id = new_id();
        let row = entity::ActiveModel {
            id: Set(id.clone()),
            workspace_id: Set(tx.workspace.clone()),
            touchpoint_id: Set(touchpoint_id),
            experience_id: Set(experience_id),
            source: Set(source),
            matching: Set(matching),
            activity: Set(activity),
            condition: Set(condition),
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
    super::expect("rule", stored, row.version)?;
    entity::Entity::update_many()
        .col_expr(entity::Column::TouchpointId, Expr::value(row.touchpoint_id.clone()))
        .col_expr(entity::Column::ExperienceId, Expr::value(row.experience_id.clone()))
        .col_expr(entity::Column::Source, Expr::value(row.source.clone()))
        .col_expr(entity::Column::Matching, Expr::value(row.matching.clone()))
        .col_expr(entity::Column::Activity, Expr::value(row.activity.clone()))
        .col_expr(entity::Column::Condition, Expr::value(row.condition.clone()))
        .col_expr(entity::Column::Position, Expr::value(row.position))
        .col_expr(entity::Column::Version, Expr::value(row.version + 1))
        .filter(entity::Column::Id.eq(&row.id))
        .exec(&tx.inner)
        .await?;
    Ok(row.id.clone())
}

/// Removes it, with what belongs to it.
pub async fn delete_rule(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let mine = entity::Entity::find_by_id(id).filter(entity::Column::WorkspaceId.eq(&tx.workspace));
    let stored = mine.one(&tx.inner).await?.map(|row| row.version);
    super::expect("rule", stored, given)?;
    entity::Entity::delete_by_id(id).exec(&tx.inner).await?;
    Ok(())
}
