//! What people save under a name: segments, which belong to all, and views, which belong to their owner.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Condition, FromQueryResult, QueryOrder as _};

use crate::error::changed_one;
use crate::{Db, DbError, Tx, new_id};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "saved")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub kind: String,
        pub owner_id: String,
        pub name: String,
        pub definition: String,
        pub shared: bool,
        pub author: String,
        pub version: i32,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Segment,
    View,
    /// Of the inventory's grid.
    Grid,
}

impl Kind {
    fn key(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::View => "view",
            Self::Grid => "grid",
        }
    }
}

/// One saved thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Saved {
    pub id: String,
    /// Empty for what belongs to all.
    pub owner_id: String,
    pub name: String,
    pub definition: String,
    /// Whether others see it too.
    pub shared: bool,
    pub author: String,
    pub version: i32,
}

/// What a person sees of a kind: what belongs to all, is shared, or is theirs; by name.
pub async fn all(db: &Db, kind: Kind, person: Option<&str>) -> Result<Vec<Saved>, DbError> {
    let mut seen = Condition::any().add(entity::Column::OwnerId.eq("")).add(entity::Column::Shared.eq(true));
    if let Some(person) = person {
        seen = seen.add(entity::Column::OwnerId.eq(person));
    }
    Ok(entity::Entity::find()
        .filter(entity::Column::WorkspaceId.eq(&db.workspace))
        .filter(entity::Column::Kind.eq(kind.key()))
        .filter(seen)
        .order_by_asc(entity::Column::Name)
        .order_by_asc(entity::Column::Id)
        .into_model::<Saved>()
        .all(&db.reader)
        .await?)
}

/// Saves something new and returns its id.
pub async fn add(tx: &Tx, kind: Kind, new: &Saved, now: i64) -> Result<String, DbError> {
    let Saved { id: _, owner_id, name, definition, shared, author, version: _ } = new.clone();
    let id = new_id();
    let row = entity::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        kind: Set(kind.key().into()),
        owner_id: Set(owner_id),
        name: Set(name),
        definition: Set(definition),
        shared: Set(shared),
        author: Set(author),
        version: Set(1),
        created_at: Set(now),
    };
    entity::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Changes name, definition and whether it is shared, if nobody else did meanwhile.
pub async fn change(tx: &Tx, kind: Kind, changed: &Saved, given: i32) -> Result<(), DbError> {
    expect(tx, kind, &changed.id, given).await?;
    let row = entity::ActiveModel {
        name: Set(changed.name.clone()),
        definition: Set(changed.definition.clone()),
        shared: Set(changed.shared),
        version: Set(given + 1),
        ..Default::default()
    };
    let changed_rows = entity::Entity::update_many()
        .set(row)
        .filter(entity::Column::Id.eq(&changed.id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::Version.eq(given))
        .exec(&tx.inner)
        .await?;
    changed_one(kind.key(), given, changed_rows.rows_affected)
}

/// Removes, if nobody changed it meanwhile.
pub async fn delete(tx: &Tx, kind: Kind, id: &str, given: i32) -> Result<(), DbError> {
    expect(tx, kind, id, given).await?;
    let deleted = entity::Entity::delete_many()
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::Version.eq(given))
        .exec(&tx.inner)
        .await?;
    changed_one(kind.key(), given, deleted.rows_affected)
}

async fn expect(tx: &Tx, kind: Kind, id: &str, given: i32) -> Result<(), DbError> {
    let stored = entity::Entity::find_by_id(id)
        .filter(entity::Column::WorkspaceId.eq(&tx.workspace))
        .filter(entity::Column::Kind.eq(kind.key()))
        .into_model::<Saved>()
        .one(&tx.inner)
        .await?;
    crate::inventory::expect(kind.key(), stored.map(|stored| stored.version), given)
}
