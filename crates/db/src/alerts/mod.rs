//! What people want to be told, and what they were told.

mod letters;
mod schedules;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::{Db, DbError, Tx, new_id};

pub use letters::{Letter, due_letters, failed, post, sent, unsent_letters};
pub use schedules::{Schedule, add_schedule, all_schedules, delete_schedule, ran, schedules};

mod rule {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub kind: String,
        pub series: String,
        pub above: bool,
        pub level: Option<f64>,
        pub mail: String,
        pub beyond: bool,
        pub department_id: Option<String>,
        pub version: i32,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod notice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: String,
        pub event: String,
        pub kind: String,
        pub title: String,
        pub words: String,
        pub path: String,
        pub mail: String,
        pub created_at: i64,
        pub read_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What somebody wants to be told.
#[derive(Debug, Clone, Default, PartialEq, FromQueryResult)]
pub struct AlertRule {
    pub id: String,
    pub account_id: String,
    pub kind: String,
    /// What is watched; empty for all.
    pub series: String,
    /// With a limit: whether above it is told, else below.
    pub above: bool,
    pub level: Option<f64>,
    /// `no`, `once` or `weekly`.
    pub mail: String,
    /// Whether the limit was passed when it was looked at last.
    pub beyond: bool,
    /// Whose people are told; without one, whoever made it.
    pub department_id: Option<String>,
    pub version: i32,
    pub created_at: i64,
}

/// What somebody was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Notice {
    pub id: String,
    pub account_id: String,
    /// What happened: nobody is told of it twice.
    pub event: String,
    pub kind: String,
    pub title: String,
    pub words: String,
    pub path: String,
    /// How it goes by mail; `done` once it did.
    pub mail: String,
    pub created_at: i64,
    pub read_at: Option<i64>,
}

/// All rules.
pub async fn rules(db: &Db) -> Result<Vec<AlertRule>, DbError> {
    Ok(rule::Entity::find()
        .filter(rule::Column::WorkspaceId.eq(&db.workspace))
        .order_by_asc(rule::Column::Id)
        .into_model::<AlertRule>()
        .all(&db.reader)
        .await?)
}

/// Adds a rule, and returns its id.
pub async fn add_rule(tx: &Tx, new: &AlertRule) -> Result<String, DbError> {
    let AlertRule {
        id: _,
        account_id,
        kind,
        series,
        above,
        level,
        mail,
        beyond,
        department_id,
        version: _,
        created_at,
    } = new.clone();
    let id = new_id();
    let row = rule::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id),
        kind: Set(kind),
        series: Set(series),
        above: Set(above),
        level: Set(level),
        mail: Set(mail),
        beyond: Set(beyond),
        department_id: Set(department_id),
        version: Set(1),
        created_at: Set(created_at),
    };
    rule::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Removes what a department's people are told.
pub async fn delete_rules_of(tx: &Tx, department_id: &str) -> Result<(), DbError> {
    rule::Entity::delete_many()
        .filter(rule::Column::DepartmentId.eq(department_id))
        .filter(rule::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Removes a rule.
pub async fn delete_rule(tx: &Tx, id: &str) -> Result<(), DbError> {
    let gone = rule::Entity::delete_many()
        .filter(rule::Column::Id.eq(id))
        .filter(rule::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    if gone.rows_affected == 0 { Err(DbError::NotFound { noun: "alert" }) } else { Ok(()) }
}

/// Notes on which side of its limit a figure is.
pub async fn set_beyond(tx: &Tx, id: &str, beyond: bool) -> Result<(), DbError> {
    rule::Entity::update_many()
        .col_expr(rule::Column::Beyond, Expr::value(beyond))
        .filter(rule::Column::Id.eq(id))
        .filter(rule::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Tells somebody something, unless they were told of it before; whether they were told now.
pub async fn tell(tx: &Tx, new: &Notice) -> Result<bool, DbError> {
    let Notice { id: _, account_id, event, kind, title, words, path, mail, created_at, read_at: _ } =
        new.clone();
    let row = notice::ActiveModel {
        id: Set(new_id()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id),
        event: Set(event),
        kind: Set(kind),
        title: Set(title),
        words: Set(words),
        path: Set(path),
        mail: Set(mail),
        created_at: Set(created_at),
        read_at: Set(None),
    };
    let told_before =
        OnConflict::columns([notice::Column::AccountId, notice::Column::Event]).do_nothing().to_owned();
    let told = notice::Entity::insert(row).on_conflict(told_before).exec_without_returning(&tx.inner).await?;
    Ok(told > 0)
}

/// What somebody was told, the latest first.
pub async fn notices(db: &Db, account_id: &str, most: u64) -> Result<Vec<Notice>, DbError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::WorkspaceId.eq(&db.workspace))
        .filter(notice::Column::AccountId.eq(account_id))
        .order_by_desc(notice::Column::Id)
        .limit(most)
        .into_model::<Notice>()
        .all(&db.reader)
        .await?)
}

/// What somebody was told of one kind since an instant.
pub async fn told_since(db: &Db, account_id: &str, kind: &str, since: i64) -> Result<Vec<Notice>, DbError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::WorkspaceId.eq(&db.workspace))
        .filter(notice::Column::AccountId.eq(account_id))
        .filter(notice::Column::Kind.eq(kind))
        .filter(notice::Column::CreatedAt.gte(since))
        .into_model::<Notice>()
        .all(&db.reader)
        .await?)
}

/// How many notices somebody has not read yet.
pub async fn unread(db: &Db, account_id: &str) -> Result<u64, DbError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::WorkspaceId.eq(&db.workspace))
        .filter(notice::Column::AccountId.eq(account_id))
        .filter(notice::Column::ReadAt.is_null())
        .count(&db.reader)
        .await?)
}

/// Marks notices as read: one, or all with an empty id.
pub async fn read(tx: &Tx, account_id: &str, id: &str, at: i64) -> Result<(), DbError> {
    let mut update = notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::value(at))
        .filter(notice::Column::WorkspaceId.eq(&tx.workspace))
        .filter(notice::Column::AccountId.eq(account_id))
        .filter(notice::Column::ReadAt.is_null());
    if !id.is_empty() {
        update = update.filter(notice::Column::Id.eq(id));
    }
    update.exec(&tx.inner).await?;
    Ok(())
}

/// Notices that wait for a letter of their kind: `once`, or `weekly`.
pub async fn to_mail(db: &Db, mail: &str) -> Result<Vec<Notice>, DbError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::WorkspaceId.eq(&db.workspace))
        .filter(notice::Column::Mail.eq(mail))
        .order_by_asc(notice::Column::Id)
        .limit(1000)
        .into_model::<Notice>()
        .all(&db.reader)
        .await?)
}

/// Notes that notices stand in a letter.
pub async fn mailed(tx: &Tx, ids: &[String]) -> Result<(), DbError> {
    notice::Entity::update_many()
        .col_expr(notice::Column::Mail, Expr::value("done"))
        .filter(notice::Column::WorkspaceId.eq(&tx.workspace))
        .filter(notice::Column::Id.is_in(ids))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Forgets what somebody was told, and letters on their way: said under rights that are theirs no more.
pub(crate) async fn forget(tx: &Tx, account_id: &str) -> Result<(), DbError> {
    notice::Entity::delete_many()
        .filter(notice::Column::WorkspaceId.eq(&tx.workspace))
        .filter(notice::Column::AccountId.eq(account_id))
        .exec(&tx.inner)
        .await?;
    letters::take_back(tx, account_id).await
}
