//! Letters on their way: kept until the mail server took them.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "letter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub event: String,
        pub subject: String,
        pub words: String,
        pub report: Option<String>,
        pub search: String,
        pub state: String,
        pub tries: i32,
        pub next_at: i64,
        pub error: String,
        pub created_at: i64,
        pub sent_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

const WAITING: &str = "waiting";
const GIVEN_UP: &str = "failed";

/// A letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Letter {
    pub id: String,
    pub account_id: String,
    /// What it is about: nobody gets two of it.
    pub event: String,
    pub subject: String,
    pub words: String,
    /// The report that goes with it, made when it is sent.
    pub report: Option<String>,
    pub search: String,
    pub tries: i32,
    pub next_at: i64,
    /// Why it could not be sent yet.
    pub error: String,
    pub created_at: i64,
}

/// Posts a letter, unless one about the same was posted.
pub async fn post(tx: &Tx, new: &Letter) -> Result<(), DbError> {
    let Letter { id: _, account_id, event, subject, words, report, search, created_at, .. } = new.clone();
    let row = entity::ActiveModel {
        id: Set(new_id()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id),
        event: Set(event),
        subject: Set(subject),
        words: Set(words),
        report: Set(report),
        search: Set(search),
        state: Set(WAITING.to_owned()),
        tries: Set(0),
        next_at: Set(created_at),
        error: Set(String::new()),
        created_at: Set(created_at),
        sent_at: Set(None),
    };
    let posted_before =
        OnConflict::columns([entity::Column::AccountId, entity::Column::Event]).do_nothing().to_owned();
    entity::Entity::insert(row).on_conflict(posted_before).exec_without_returning(&tx.inner).await?;
    Ok(())
}

/// Letters whose time has come, in their order.
pub async fn due_letters(db: &Db, now: i64, most: u64) -> Result<Vec<Letter>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::State.eq(WAITING))
        .filter(entity::Column::NextAt.lte(now))
        .order_by_asc(entity::Column::NextAt)
        .limit(most)
        .into_model::<Letter>()
        .all(&db.reader)
        .await?)
}

/// Letters to somebody that wait, or that were given up.
pub async fn unsent_letters(db: &Db, account_id: &str, given_up: bool) -> Result<Vec<Letter>, DbError> {
    let state = if given_up { GIVEN_UP } else { WAITING };
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::AccountId.eq(account_id))
        .filter(entity::Column::State.eq(state))
        .order_by_asc(entity::Column::Id)
        .limit(100)
        .into_model::<Letter>()
        .all(&db.reader)
        .await?)
}

/// Notes that the mail server took a letter.
pub async fn sent(tx: &Tx, id: &str, at: i64) -> Result<(), DbError> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value("sent"))
        .col_expr(entity::Column::SentAt, Expr::value(at))
        .col_expr(entity::Column::Error, Expr::value(""))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Notes that a letter could not be sent: it is tried again at `next_at`, or given up where there is none.
pub async fn failed(tx: &Tx, id: &str, error: &str, next_at: Option<i64>) -> Result<(), DbError> {
    let state = if next_at.is_some() { WAITING } else { GIVEN_UP };
    let mut update = entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value(state))
        .col_expr(entity::Column::Tries, Expr::col(entity::Column::Tries).add(1))
        .col_expr(entity::Column::Error, Expr::value(error));
    if let Some(next_at) = next_at {
        update = update.col_expr(entity::Column::NextAt, Expr::value(next_at));
    }
    update
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Takes back letters to somebody that were not sent.
pub(super) async fn take_back(tx: &Tx, account_id: &str) -> Result<(), DbError> {
    entity::Entity::delete_many()
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::AccountId.eq(account_id))
        .filter(entity::Column::State.ne("sent"))
        .exec(&tx.inner)
        .await?;
    Ok(())
}
