//! What contact reasons stand for, and what each log says of cases and of its own reasons.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use crate::imports::source;
use crate::{DbError, Tx, new_id, workspace};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "reason")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub name: String,
        pub touchpoint_id: Option<String>,
        pub failure: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A reason as agents write it down, and what is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct Reason {
    pub id: String,
    pub name: String,
    /// The touchpoint that causes contacts with this reason.
    pub touchpoint_id: Option<String>,
    /// Whether such a contact is one that should not have been needed.
    pub failure: bool,
    pub version: i32,
}

/// What a log says of cases and reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRule {
    pub id: String,
    /// Of the log.
    pub name: String,
    /// Activities that open and close a case.
    pub opens: Vec<String>,
    pub closes: Vec<String>,
    /// Whether its reasons decide whose a contact is, before the evidence does.
    pub trusted: bool,
    /// Language of its texts, as two letters; empty to be told from them.
    pub language: String,
    pub version: i32,
}

pub(super) async fn all(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<Reason>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .order_by_asc(entity::Column::Name)
        .into_model::<Reason>()
        .all(connection)
        .await?)
}

pub(super) async fn logs(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<LogRule>, DbError> {
    #[derive(FromQueryResult)]
    struct Stored {
        id: String,
        name: String,
        opens: String,
        closes: String,
        trusted: bool,
        language: String,
        version: i32,
    }
    let stored = source::Entity::find()
        .filter(source::Column::WorkspaceId.eq(workspace))
        .order_by_asc(source::Column::Ordinal)
        .into_model::<Stored>()
        .all(connection)
        .await?;
    // A list that nobody can read is empty.
    let list = |text: &str| serde_json::from_str(text).unwrap_or_default();
    let rule = |Stored { id, name, opens, closes, trusted, language, version }| LogRule {
        id,
        name,
        opens: list(&opens),
        closes: list(&closes),
        trusted,
        language,
        version,
    };
    Ok(stored.into_iter().map(rule).collect())
}

/// Stores what is known of a reason, where nobody else changed it meanwhile; version 0 stands for one that is new.
pub async fn save_reason(tx: &Tx, new: &Reason) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let own = entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::Name.eq(&new.name));
    let stored = own.one(&tx.inner).await?;
    let fields = entity::ActiveModel {
        touchpoint_id: Set(new.touchpoint_id.clone()),
        failure: Set(new.failure),
        version: Set(new.version.saturating_add(1)),
        ..Default::default()
    };
    match stored {
        None => {
            let row = entity::ActiveModel {
                id: Set(new_id()),
                workspace_id: Set(tx.workspace.clone()),
                name: Set(new.name.clone()),
                ..fields
            };
            entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
        }
        Some(stored) => {
            super::expect("reason", Some(stored.version), new.version)?;
            let one = entity::Column::Id.eq(&stored.id);
            entity::Entity::update_many().set(fields).filter(one).exec(&tx.inner).await?;
        }
    }
    Ok(())
}

/// Stores what a log says, where nobody else changed it meanwhile.
pub async fn save_log(tx: &Tx, rule: &LogRule) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let list = |activities: &[String]| serde_json::to_string(activities).unwrap_or_else(|_| "[]".to_owned());
    let mine = || {
        source::Entity::find()
            .filter(source::Column::WorkspaceId.eq(&tx.workspace))
            .filter(source::Column::Id.eq(&rule.id))
    };
    let stored: Option<i32> =
        mine().select_only().column(source::Column::Version).into_tuple().one(&tx.inner).await?;
    super::expect("log", stored, rule.version)?;
    source::Entity::update_many()
        .col_expr(source::Column::Opens, Expr::value(list(&rule.opens)))
        .col_expr(source::Column::Closes, Expr::value(list(&rule.closes)))
        .col_expr(source::Column::Trusted, Expr::value(rule.trusted))
        .col_expr(source::Column::Language, Expr::value(rule.language.as_str()))
        .col_expr(source::Column::Version, Expr::value(rule.version.saturating_add(1)))
        .filter(source::Column::Id.eq(&rule.id))
        .exec(&tx.inner)
        .await?;
    Ok(())
}
