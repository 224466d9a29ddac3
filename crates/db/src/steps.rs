//! What a person did to the inventory, step by step: each can be undone, and done again. The rows of a step are in the
//! audit log.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "step")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub label: String,
        pub state: String,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Done,
    Undone,
    /// Undone, and something else was done since: it can't be done again.
    Dropped,
}

impl State {
    fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Dropped => "dropped",
        }
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Step {
    pub id: String,
    pub label: String,
}

/// Begins a step; what this person had undone is dropped.
pub async fn begin(tx: &Tx, account_id: &str, label: &str, at: i64) -> Result<String, DbError> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value(State::Dropped.key()))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::AccountId.eq(account_id))
        .filter(entity::Column::State.eq(State::Undone.key()))
        .exec(&tx.inner)
        .await?;
    let id = new_id();
    let row = entity::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id.to_owned()),
        label: Set(label.to_owned()),
        state: Set(State::Done.key().to_owned()),
        at: Set(at),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

fn own(workspace: &str, account_id: &str, state: State) -> Select<entity::Entity> {
    let found = entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .filter(entity::Column::AccountId.eq(account_id))
        .filter(entity::Column::State.eq(state.key()));
    // The latest that is done is undone first; the earliest that is undone is done again first.
    match state {
        State::Undone => found.order_by_asc(entity::Column::Id),
        State::Done | State::Dropped => found.order_by_desc(entity::Column::Id),
    }
}

/// The step that comes next in a state: to undo of what is done, to do again of what is undone.
pub async fn next(db: &Db, account_id: &str, state: State) -> Result<Option<Step>, DbError> {
    Ok(own(&db.workspace, account_id, state).into_model::<Step>().one(&db.reader).await?)
}

/// The same, while changing something.
pub async fn next_in(tx: &Tx, account_id: &str, state: State) -> Result<Option<Step>, DbError> {
    Ok(own(&tx.workspace, account_id, state).into_model::<Step>().one(&tx.inner).await?)
}

/// Says where a step stands.
pub async fn mark(tx: &Tx, id: &str, state: State) -> Result<(), DbError> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value(state.key()))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}
