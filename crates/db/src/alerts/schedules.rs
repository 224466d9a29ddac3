//! Reports that come by themselves.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "schedule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub author: String,
        pub report: String,
        pub search: String,
        pub cadence: String,
        pub next_at: i64,
        pub last_at: Option<i64>,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A report that comes to somebody by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Schedule {
    pub id: String,
    /// Who gets it, with their own rights.
    pub account_id: String,
    /// Id of the account that arranged it.
    pub author: String,
    pub report: String,
    /// The page's filters, as its address has them.
    pub search: String,
    /// `daily`, `weekly` or `monthly`.
    pub cadence: String,
    pub next_at: i64,
    pub last_at: Option<i64>,
}

/// All of them.
pub async fn all_schedules(db: &Db) -> Result<Vec<Schedule>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .order_by_asc(entity::Column::Id)
        .into_model::<Schedule>()
        .all(&db.reader)
        .await?)
}

/// Those that somebody gets or arranged.
pub async fn schedules(db: &Db, account_id: &str) -> Result<Vec<Schedule>, DbError> {
    let all = all_schedules(db).await?;
    Ok(all.into_iter().filter(|one| one.account_id == account_id || one.author == account_id).collect())
}

/// Arranges one, and returns its id.
pub async fn add_schedule(tx: &Tx, new: &Schedule) -> Result<String, DbError> {
    let Schedule { id: _, account_id, author, report, search, cadence, next_at, last_at: _ } = new.clone();
    let id = new_id();
    let row = entity::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id),
        author: Set(author),
        report: Set(report),
        search: Set(search),
        cadence: Set(cadence),
        next_at: Set(next_at),
        last_at: Set(None),
        version: Set(1),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Ends one.
pub async fn delete_schedule(tx: &Tx, id: &str) -> Result<(), DbError> {
    let gone = entity::Entity::delete_many()
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    if gone.rows_affected == 0 { Err(DbError::NotFound { noun: "schedule" }) } else { Ok(()) }
}

/// Notes that one came, and when it comes next; false where somebody else noted it first.
pub async fn ran(tx: &Tx, of: &Schedule, at: i64, next_at: i64) -> Result<bool, DbError> {
    let done = entity::Entity::update_many()
        .col_expr(entity::Column::LastAt, Expr::value(at))
        .col_expr(entity::Column::NextAt, Expr::value(next_at))
        .filter(entity::Column::Id.eq(&of.id))
        .filter(entity::Column::NextAt.eq(of.next_at))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(done.rows_affected == 1)
}
