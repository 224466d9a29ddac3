//! Sets of links between ids of one customer: which there are, and which count.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::{Db, DbError, Tx, new_id, workspace};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "link_set")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub name: String,
        pub file: String,
        pub received: i64,
        pub pairs: i64,
        pub author: String,
        pub created_at: i64,
        pub undone_at: Option<i64>,
        pub source_id: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod pair {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "link_pair")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub source_id: String,
        pub one: String,
        pub other: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Two ids of a customer that an event named, and that no set has taken in yet. Pseudonyms are hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct LinkPair {
    pub id: String,
    pub source_id: String,
    pub one: String,
    pub other: String,
}

/// A set of links.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct LinkSet {
    pub id: String,
    /// For people: the file that it came from.
    pub name: String,
    /// In the data folder.
    pub file: String,
    /// Rows of the file, and pairs of different ids in them.
    pub received: i64,
    pub pairs: i64,
    pub author: String,
    pub created_at: i64,
    /// Absent while it counts.
    pub undone_at: Option<i64>,
    /// The source whose events name the pairs; absent for a file of links.
    pub source_id: Option<String>,
}

/// All sets, the latest first.
pub async fn all(db: &Db) -> Result<Vec<LinkSet>, DbError> {
    all_in(&db.reader, &db.workspace).await
}

pub(crate) async fn all_in(
    connection: &impl ConnectionTrait,
    workspace: &str,
) -> Result<Vec<LinkSet>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(workspace))
        .order_by_desc(entity::Column::Id)
        .into_model::<LinkSet>()
        .all(connection)
        .await?)
}

/// Records a set: from the commit on it counts.
pub async fn add(tx: &Tx, new: &LinkSet) -> Result<(), DbError> {
    let LinkSet { id, name, file, received, pairs, author, created_at, undone_at, source_id } = new.clone();
    let row = entity::ActiveModel {
        id: Set(id),
        workspace_id: Set(tx.workspace.clone()),
        name: Set(name),
        file: Set(file),
        received: Set(received),
        pairs: Set(pairs),
        author: Set(author),
        created_at: Set(created_at),
        undone_at: Set(undone_at),
        source_id: Set(source_id),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    workspace::data_changed(tx).await
}

/// The set of what a source's events say.
pub async fn of_source(db: &Db, source_id: &str) -> Result<Option<LinkSet>, DbError> {
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::SourceId.eq(source_id))
        .into_model::<LinkSet>()
        .one(&db.reader)
        .await?)
}

/// Gives a set another file, with the pairs of the one before and more. Whether it counts stays as it is.
pub async fn grow(tx: &Tx, id: &str, file: &str, received: i64, pairs: i64) -> Result<(), DbError> {
    entity::Entity::update_many()
        .col_expr(entity::Column::File, Expr::value(file))
        .col_expr(entity::Column::Received, Expr::value(received))
        .col_expr(entity::Column::Pairs, Expr::value(pairs))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    workspace::data_changed(tx).await
}

/// Values bound by one statement, at most.
const MOST_BOUND: usize = 30_000;

pub(crate) async fn pairs_in(
    connection: &impl ConnectionTrait,
    workspace: &str,
) -> Result<Vec<LinkPair>, DbError> {
    Ok(pair::Entity::find()
        .filter(pair::Column::WorkspaceId.eq(workspace))
        .order_by_asc(pair::Column::Id)
        .into_model::<LinkPair>()
        .all(connection)
        .await?)
}

/// Pairs that wait for a set.
pub async fn pairs(db: &Db) -> Result<Vec<LinkPair>, DbError> {
    pairs_in(&db.reader, &db.workspace).await
}

/// How many pairs wait for a set.
pub async fn waiting(db: &Db) -> Result<u64, DbError> {
    Ok(pair::Entity::find().filter(pair::Column::WorkspaceId.eq(&db.workspace)).count(&db.reader).await?)
}

/// Adds pairs of a source's events; those that wait already are left as they are.
pub async fn add_pairs(tx: &Tx, source_id: &str, pairs: &[(String, String)]) -> Result<(), DbError> {
    for some in pairs.chunks(MOST_BOUND / 5) {
        let rows = some.iter().map(|(one, other)| pair::ActiveModel {
            id: Set(new_id()),
            workspace_id: Set(tx.workspace.clone()),
            source_id: Set(source_id.to_owned()),
            one: Set(one.clone()),
            other: Set(other.clone()),
        });
        let known = [pair::Column::SourceId, pair::Column::One, pair::Column::Other];
        pair::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(known).do_nothing().to_owned())
            .exec_without_returning(&tx.inner)
            .await?;
    }
    Ok(())
}

/// Removes pairs that a set has taken in.
pub async fn remove_pairs(tx: &Tx, ids: &[String]) -> Result<(), DbError> {
    for some in ids.chunks(MOST_BOUND) {
        pair::Entity::delete_many()
            .filter(pair::Column::WorkspaceId.eq(&tx.workspace))
            .filter(pair::Column::Id.is_in(some.iter().map(String::as_str)))
            .exec(&tx.inner)
            .await?;
    }
    Ok(())
}

/// Lets a set count no more, or again; false where it was so already.
pub async fn set_undone(tx: &Tx, id: &str, undone_at: Option<i64>) -> Result<bool, DbError> {
    let stands = match undone_at {
        Some(_) => entity::Column::UndoneAt.is_null(),
        None => entity::Column::UndoneAt.is_not_null(),
    };
    let update = entity::Entity::update_many()
        .col_expr(entity::Column::UndoneAt, Expr::value(undone_at))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(stands);
    if update.exec(&tx.inner).await?.rows_affected == 0 {
        return Ok(false);
    }
    workspace::data_changed(tx).await?;
    Ok(true)
}
