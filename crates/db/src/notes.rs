//! What people write beside the inventory: comments, and changes that they propose.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::{Db, DbError, Tx, new_id};

mod comment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "comment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub touchpoint_id: String,
        pub account_id: Option<String>,
        pub author: String,
        pub words: String,
        pub mentions: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod proposal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "proposal")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub touchpoint_id: String,
        pub account_id: Option<String>,
        pub author: String,
        pub field: String,
        pub before: String,
        pub after: String,
        pub reason: String,
        pub state: String,
        pub decided_by: String,
        pub answer: String,
        pub created_at: i64,
        pub decided_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A comment on a touchpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Comment {
    pub id: String,
    pub touchpoint_id: String,
    pub account_id: Option<String>,
    pub author: String,
    pub words: String,
    /// Ids of accounts, each between blanks.
    pub mentions: String,
    pub created_at: i64,
}

/// A proposed value of one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Proposal {
    pub id: String,
    pub touchpoint_id: String,
    pub account_id: Option<String>,
    pub author: String,
    /// Key of the column.
    pub field: String,
    pub before: String,
    pub after: String,
    pub reason: String,
    pub state: String,
    pub decided_by: String,
    pub answer: String,
    pub created_at: i64,
    pub decided_at: Option<i64>,
}

/// The comments on a touchpoint, in order of time.
pub async fn comments(db: &Db, touchpoint_id: &str) -> Result<Vec<Comment>, DbError> {
    Ok(comment::Entity::find()
        .filter(comment::Column::WorkspaceId.eq(&db.workspace))
        .filter(comment::Column::TouchpointId.eq(touchpoint_id))
        .order_by_asc(comment::Column::Id)
        .into_model::<Comment>()
        .all(&db.reader)
        .await?)
}

/// Comments that mention somebody, the latest first.
pub async fn mentions(db: &Db, account_id: &str, most: u64) -> Result<Vec<Comment>, DbError> {
    Ok(comment::Entity::find()
        .filter(comment::Column::WorkspaceId.eq(&db.workspace))
        .filter(comment::Column::Mentions.contains(format!(" {account_id} ")))
        .order_by_desc(comment::Column::Id)
        .limit(most)
        .into_model::<Comment>()
        .all(&db.reader)
        .await?)
}

/// Number of comments of each touchpoint that has some.
pub async fn comment_counts(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    Ok(comment::Entity::find()
        .filter(comment::Column::WorkspaceId.eq(&db.workspace))
        .select_only()
        .column(comment::Column::TouchpointId)
        .column_as(comment::Column::Id.count(), "comments")
        .group_by(comment::Column::TouchpointId)
        .into_tuple()
        .all(&db.reader)
        .await?)
}

/// Adds a comment.
pub async fn add_comment(tx: &Tx, new: &Comment) -> Result<String, DbError> {
    let Comment { id: _, touchpoint_id, account_id, author, words, mentions, created_at } = new.clone();
    let id = new_id();
    let row = comment::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        touchpoint_id: Set(touchpoint_id),
        account_id: Set(account_id),
        author: Set(author),
        words: Set(words),
        mentions: Set(mentions),
        created_at: Set(created_at),
    };
    comment::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// One comment.
pub async fn comment(tx: &Tx, id: &str) -> Result<Option<Comment>, DbError> {
    Ok(comment::Entity::find_by_id(id)
        .filter(comment::Column::WorkspaceId.eq(&tx.workspace))
        .into_model::<Comment>()
        .one(&tx.inner)
        .await?)
}

/// Removes a comment.
pub async fn delete_comment(tx: &Tx, id: &str) -> Result<(), DbError> {
    comment::Entity::delete_many()
        .filter(comment::Column::Id.eq(id))
        .filter(comment::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// The state of a proposal that nobody decided about yet.
pub const OPEN: &str = "open";

/// All open proposals, in order of time.
pub async fn open_proposals(db: &Db) -> Result<Vec<Proposal>, DbError> {
    Ok(proposal::Entity::find()
        .filter(proposal::Column::WorkspaceId.eq(&db.workspace))
        .filter(proposal::Column::State.eq(OPEN))
        .order_by_asc(proposal::Column::Id)
        .into_model::<Proposal>()
        .all(&db.reader)
        .await?)
}

/// All proposals for a touchpoint, the latest first.
pub async fn proposals(db: &Db, touchpoint_id: &str) -> Result<Vec<Proposal>, DbError> {
    Ok(proposal::Entity::find()
        .filter(proposal::Column::WorkspaceId.eq(&db.workspace))
        .filter(proposal::Column::TouchpointId.eq(touchpoint_id))
        .order_by_desc(proposal::Column::Id)
        .into_model::<Proposal>()
        .all(&db.reader)
        .await?)
}

/// One proposal.
pub async fn proposal(tx: &Tx, id: &str) -> Result<Option<Proposal>, DbError> {
    Ok(proposal::Entity::find_by_id(id)
        .filter(proposal::Column::WorkspaceId.eq(&tx.workspace))
        .into_model::<Proposal>()
        .one(&tx.inner)
        .await?)
}

/// Adds proposals and returns their ids.
pub async fn propose(tx: &Tx, new: &[Proposal]) -> Result<Vec<String>, DbError> {
    let mut ids = Vec::with_capacity(new.len());
    let rows: Vec<proposal::ActiveModel> = new
        .iter()
        .cloned()
        .map(|new| {
            let Proposal {
                id: _,
                touchpoint_id,
                account_id,
                author,
                field,
                before,
                after,
                reason,
                state: _,
                decided_by: _,
                answer: _,
                created_at,
                decided_at: _,
            } = new;
            let id = new_id();
            ids.push(id.clone());
            proposal::ActiveModel {
                id: Set(id),
                workspace_id: Set(tx.workspace.clone()),
                touchpoint_id: Set(touchpoint_id),
                account_id: Set(account_id),
                author: Set(author),
                field: Set(field),
                before: Set(before),
                after: Set(after),
                reason: Set(reason),
                state: Set(OPEN.to_owned()),
                decided_by: Set(String::new()),
                answer: Set(String::new()),
                created_at: Set(created_at),
                decided_at: Set(None),
            }
        })
        .collect();
    for some in rows.chunks(1000) {
        proposal::Entity::insert_many(some.to_vec()).exec_without_returning(&tx.inner).await?;
    }
    Ok(ids)
}

/// Takes back a person's open proposals for some cells, in the place of which new ones come.
pub async fn replace_open(
    tx: &Tx,
    account_id: &str,
    touchpoint_id: &str,
    field: &str,
    at: i64,
) -> Result<(), DbError> {
    let row = proposal::ActiveModel {
        state: Set("withdrawn".to_owned()),
        decided_at: Set(Some(at)),
        ..Default::default()
    };
    proposal::Entity::update_many()
        .set(row)
        .filter(proposal::Column::WorkspaceId.eq(&tx.workspace))
        .filter(proposal::Column::AccountId.eq(account_id))
        .filter(proposal::Column::TouchpointId.eq(touchpoint_id))
        .filter(proposal::Column::Field.eq(field))
        .filter(proposal::Column::State.eq(OPEN))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Open proposals speak of a thing that was renamed by its new name.
pub async fn rename_in_proposals(tx: &Tx, field: &str, old: &str, new: &str) -> Result<(), DbError> {
    for column in [proposal::Column::Before, proposal::Column::After] {
        proposal::Entity::update_many()
            .col_expr(column, Expr::value(new))
            .filter(proposal::Column::WorkspaceId.eq(&tx.workspace))
            .filter(proposal::Column::State.eq(OPEN))
            .filter(proposal::Column::Field.eq(field))
            .filter(column.eq(old))
            .exec(&tx.inner)
            .await?;
    }
    Ok(())
}

/// How many open proposals a person has.
pub async fn open_of(tx: &Tx, account_id: &str) -> Result<u64, DbError> {
    Ok(proposal::Entity::find()
        .filter(proposal::Column::WorkspaceId.eq(&tx.workspace))
        .filter(proposal::Column::AccountId.eq(account_id))
        .filter(proposal::Column::State.eq(OPEN))
        .count(&tx.inner)
        .await?)
}

/// Decides an open proposal; false where somebody decided it meanwhile.
pub async fn decide(tx: &Tx, id: &str, state: &str, by: &str, answer: &str, at: i64) -> Result<bool, DbError> {
    let row = proposal::ActiveModel {
        state: Set(state.to_owned()),
        decided_by: Set(by.to_owned()),
        answer: Set(answer.to_owned()),
        decided_at: Set(Some(at)),
        ..Default::default()
    };
    let decided = proposal::Entity::update_many()
        .set(row)
        .filter(proposal::Column::Id.eq(id))
        .filter(proposal::Column::WorkspaceId.eq(&tx.workspace))
        .filter(proposal::Column::State.eq(OPEN))
        .exec(&tx.inner)
        .await?;
    Ok(decided.rows_affected == 1)
}
