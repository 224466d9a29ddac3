//! Sets of links between ids of one customer: which there are, and which count.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::{Db, DbError, Tx, workspace};

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
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
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
    let LinkSet { id, name, file, received, pairs, author, created_at, undone_at } = new.clone();
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
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    workspace::data_changed(tx).await
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
