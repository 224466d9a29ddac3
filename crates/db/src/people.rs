//! Accounts, their sessions, and the invitations that let people in.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::{Db, DbError, Tx};

mod account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub email: String,
        pub name: String,
        pub role: String,
        pub department_id: Option<String>,
        pub password_hash: Option<String>,
        pub demo: bool,
        pub disabled: bool,
        pub version: i32,
        pub seen_at: Option<i64>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod session {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        /// Hash of the token that the browser holds.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub created_at: i64,
        pub seen_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod invitation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitation")]
    pub struct Model {
        /// Hash of the token in the link.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub account_id: Option<String>,
        pub expires_at: i64,
        pub used_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Someone who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: String,
    pub department_id: Option<String>,
    pub password_hash: Option<String>,
    pub demo: bool,
    pub disabled: bool,
    pub version: i32,
    pub seen_at: Option<i64>,
}

/// A session's times.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Session {
    pub account_id: String,
    pub created_at: i64,
    pub seen_at: i64,
}

/// A link that lets someone in once.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Invitation {
    pub id: String,
    pub account_id: Option<String>,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

/// All accounts, by name.
pub async fn accounts(db: &Db) -> Result<Vec<Account>, DbError> {
    Ok(account::Entity::find()
        .filter(account::Column::WorkspaceId.eq(&db.workspace))
        .order_by_asc(account::Column::Name)
        .into_model::<Account>()
        .all(&db.reader)
        .await?)
}

/// Whether anybody could sign in.
pub async fn any(tx: &Tx) -> Result<bool, DbError> {
    let filter = account::Column::WorkspaceId.eq(&tx.workspace);
    Ok(account::Entity::find().filter(filter).count(&tx.inner).await? > 0)
}

/// The account of an id.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Account>, DbError> {
    find(db, account::Column::Id.eq(id)).await
}

/// The account of an address; addresses are kept in lower case.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<Account>, DbError> {
    find(db, account::Column::Email.eq(email)).await
}

async fn find(db: &Db, filter: sea_orm::sea_query::SimpleExpr) -> Result<Option<Account>, DbError> {
    Ok(account::Entity::find()
        .filter(account::Column::WorkspaceId.eq(&db.workspace))
        .filter(filter)
        .into_model::<Account>()
        .one(&db.reader)
        .await?)
}

/// Adds an account.
pub async fn add(tx: &Tx, new: &Account, now: i64) -> Result<(), DbError> {
    let Account { id, email, name, role, department_id, password_hash, demo, disabled, version, seen_at } =
        new.clone();
    let row = account::ActiveModel {
        id: Set(id),
        workspace_id: Set(tx.workspace.clone()),
        email: Set(email),
        name: Set(name),
        role: Set(role),
        department_id: Set(department_id),
        password_hash: Set(password_hash),
        demo: Set(demo),
        disabled: Set(disabled),
        version: Set(version),
        seen_at: Set(seen_at),
        created_at: Set(now),
    };
    account::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(())
}

/// Changes role, department and whether the account is disabled, if nobody else did meanwhile. All its
/// sessions end where it is disabled.
pub async fn change(
    tx: &Tx,
    id: &str,
    given: i32,
    role: &str,
    department: Option<&str>,
    disabled: bool,
) -> Result<(), DbError> {
    let stored = account::Entity::find_by_id(id)
        .filter(account::Column::WorkspaceId.eq(&tx.workspace))
        .one(&tx.inner)
        .await?
        .ok_or(DbError::NotFound { noun: "user" })?;
    if stored.version != given {
        return Err(DbError::Stale { noun: "user", given, stored: stored.version });
    }
    let changed = account::Entity::update_many()
        .col_expr(account::Column::Role, Expr::value(role))
        .col_expr(account::Column::DepartmentId, Expr::value(department.map(str::to_owned)))
        .col_expr(account::Column::Disabled, Expr::value(disabled))
        .col_expr(account::Column::Version, Expr::value(given + 1))
        .filter(account::Column::Id.eq(id))
        .filter(account::Column::Version.eq(given))
        .exec(&tx.inner)
        .await?;
    if changed.rows_affected == 0 {
        return Err(DbError::Stale { noun: "user", given, stored: given + 1 });
    }
    if stored.role != role || stored.department_id.as_deref() != department {
        crate::alerts::forget(tx, id).await?;
    }
    if disabled {
        session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(&tx.inner).await?;
    }
    Ok(())
}

/// Sets a password; sessions opened with the old one end.
pub async fn set_password(tx: &Tx, id: &str, hash: &str) -> Result<(), DbError> {
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(hash))
        .filter(account::Column::Id.eq(id))
        .filter(account::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(&tx.inner).await?;
    Ok(())
}

/// Opens a session.
pub async fn open_session(tx: &Tx, token_hash: &str, account_id: &str, now: i64) -> Result<(), DbError> {
    let row = session::ActiveModel {
        id: Set(token_hash.to_owned()),
        account_id: Set(account_id.to_owned()),
        created_at: Set(now),
        seen_at: Set(now),
    };
    session::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    seen_account(tx, account_id, now).await
}

async fn seen_account(tx: &Tx, account_id: &str, now: i64) -> Result<(), DbError> {
    account::Entity::update_many()
        .col_expr(account::Column::SeenAt, Expr::value(now))
        .filter(account::Column::Id.eq(account_id))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// The session of a token.
pub async fn session(db: &Db, token_hash: &str) -> Result<Option<Session>, DbError> {
    Ok(session::Entity::find_by_id(token_hash).into_model::<Session>().one(&db.reader).await?)
}

/// Notes that a session is used.
pub async fn seen(tx: &Tx, token_hash: &str, account_id: &str, now: i64) -> Result<(), DbError> {
    session::Entity::update_many()
        .col_expr(session::Column::SeenAt, Expr::value(now))
        .filter(session::Column::Id.eq(token_hash))
        .exec(&tx.inner)
        .await?;
    seen_account(tx, account_id, now).await
}

/// Ends a session.
pub async fn close_session(tx: &Tx, token_hash: &str) -> Result<(), DbError> {
    session::Entity::delete_by_id(token_hash).exec(&tx.inner).await?;
    Ok(())
}

/// Removes sessions that are over.
pub async fn drop_sessions(tx: &Tx, created_before: i64, seen_before: i64) -> Result<(), DbError> {
    let over = session::Column::CreatedAt.lt(created_before).or(session::Column::SeenAt.lt(seen_before));
    session::Entity::delete_many().filter(over).exec(&tx.inner).await?;
    Ok(())
}

/// Makes a link; earlier unused ones of the same account stop working.
pub async fn invite(
    tx: &Tx,
    token_hash: &str,
    account_id: Option<&str>,
    expires_at: i64,
) -> Result<(), DbError> {
    let mut earlier = invitation::Entity::delete_many()
        .filter(invitation::Column::WorkspaceId.eq(&tx.workspace))
        .filter(invitation::Column::UsedAt.is_null());
    earlier = match account_id {
        Some(account_id) => earlier.filter(invitation::Column::AccountId.eq(account_id)),
        None => earlier.filter(invitation::Column::AccountId.is_null()),
    };
    earlier.exec(&tx.inner).await?;
    let row = invitation::ActiveModel {
        id: Set(token_hash.to_owned()),
        workspace_id: Set(tx.workspace.clone()),
        account_id: Set(account_id.map(str::to_owned)),
        expires_at: Set(expires_at),
        used_at: Set(None),
    };
    invitation::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(())
}

/// The invitation of a token.
pub async fn invitation(db: &Db, token_hash: &str) -> Result<Option<Invitation>, DbError> {
    Ok(invitation::Entity::find_by_id(token_hash)
        .filter(invitation::Column::WorkspaceId.eq(&db.workspace))
        .into_model::<Invitation>()
        .one(&db.reader)
        .await?)
}

/// Uses an invitation up; false where it was used before.
pub async fn use_invitation(tx: &Tx, token_hash: &str, now: i64) -> Result<bool, DbError> {
    let used = invitation::Entity::update_many()
        .col_expr(invitation::Column::UsedAt, Expr::value(now))
        .filter(invitation::Column::Id.eq(token_hash))
        .filter(invitation::Column::UsedAt.is_null())
        .exec(&tx.inner)
        .await?;
    Ok(used.rows_affected == 1)
}
