//! Reviews, actions, and commitments to them.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, FromQueryResult, QueryOrder as _};

use crate::error::changed_one;
use crate::inventory::expect;
use crate::{Db, DbError, Tx, new_id};

mod review {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "review")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub title: String,
        pub day: String,
        pub participants: String,
        pub notes: String,
        pub agenda: String,
        pub author: String,
        pub version: i32,
        pub created_at: i64,
        pub attended: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod action {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "action")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub review_id: Option<String>,
        pub title: String,
        pub department_id: Option<String>,
        pub person: String,
        pub due: Option<String>,
        pub state: String,
        pub touchpoint_id: Option<String>,
        pub experience_id: Option<String>,
        pub target: String,
        pub started: Option<String>,
        pub author: String,
        pub version: i32,
        pub created_at: i64,
        pub done_on: Option<String>,
        pub of_experience: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod commitment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "commitment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub review_id: String,
        pub department_id: String,
        pub words: String,
        pub author: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A review.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Review {
    pub id: String,
    pub title: String,
    pub day: String,
    pub participants: String,
    pub notes: String,
    /// JSON.
    pub agenda: String,
    pub author: String,
    pub version: i32,
    /// JSON list of the departments that took part, by id.
    pub attended: String,
}

/// An action.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Action {
    pub id: String,
    pub review_id: Option<String>,
    pub title: String,
    pub department_id: Option<String>,
    pub person: String,
    pub due: Option<String>,
    pub state: String,
    pub touchpoint_id: Option<String>,
    pub experience_id: Option<String>,
    pub target: String,
    pub started: Option<String>,
    pub author: String,
    pub version: i32,
    /// The day on which it was done, as `2026-03-01`.
    pub done_on: Option<String>,
    /// Whether it targets an experience, be that still there or not.
    pub of_experience: bool,
}

/// What a department committed to in a review.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Commitment {
    pub review_id: String,
    pub department_id: String,
    pub words: String,
    pub author: String,
    pub created_at: i64,
}

/// All reviews, the latest first.
pub async fn reviews(db: &Db) -> Result<Vec<Review>, DbError> {
    Ok(review::Entity::find()
        .filter(review::Column::WorkspaceId.eq(&db.workspace))
        .order_by_desc(review::Column::Day)
        .order_by_desc(review::Column::Id)
        .into_model::<Review>()
        .all(&db.reader)
        .await?)
}

/// All actions, by what is due first; those without a day come last.
pub async fn actions(db: &Db) -> Result<Vec<Action>, DbError> {
    let mut all = action::Entity::find()
        .filter(action::Column::WorkspaceId.eq(&db.workspace))
        .order_by_asc(action::Column::Id)
        .into_model::<Action>()
        .all(&db.reader)
        .await?;
    // Where null sorts differs between databases.
    all.sort_by(|a, b| (a.due.is_none(), &a.due, &a.id).cmp(&(b.due.is_none(), &b.due, &b.id)));
    Ok(all)
}

/// All commitments, in order of time.
pub async fn commitments(db: &Db) -> Result<Vec<Commitment>, DbError> {
    Ok(commitment::Entity::find()
        .filter(commitment::Column::WorkspaceId.eq(&db.workspace))
        .order_by_asc(commitment::Column::CreatedAt)
        .order_by_asc(commitment::Column::Id)
        .into_model::<Commitment>()
        .all(&db.reader)
        .await?)
}

/// Adds a review and returns its id.
pub async fn add_review(tx: &Tx, new: &Review, now: i64) -> Result<String, DbError> {
    let Review { id: _, title, day, participants, notes, agenda, author, version: _, attended } = new.clone();
    let id = new_id();
    let row = review::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        title: Set(title),
        day: Set(day),
        participants: Set(participants),
        notes: Set(notes),
        agenda: Set(agenda),
        author: Set(author),
        version: Set(1),
        created_at: Set(now),
        attended: Set(attended),
    };
    review::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Changes all of a review but its agenda, if nobody else did meanwhile.
pub async fn change_review(tx: &Tx, changed: &Review) -> Result<(), DbError> {
    let Review { id, title, day, participants, notes, agenda: _, author: _, version, attended } =
        changed.clone();
    let stored = review::Entity::find_by_id(&id)
        .filter(review::Column::WorkspaceId.eq(&tx.workspace))
        .into_model::<Review>()
        .one(&tx.inner)
        .await?;
    expect("review", stored.map(|stored| stored.version), version)?;
    let row = review::ActiveModel {
        title: Set(title),
        day: Set(day),
        participants: Set(participants),
        notes: Set(notes),
        attended: Set(attended),
        version: Set(version + 1),
        ..Default::default()
    };
    let rows = review::Entity::update_many()
        .set(row)
        .filter(review::Column::Id.eq(&id))
        .filter(review::Column::WorkspaceId.eq(&tx.workspace))
        .filter(review::Column::Version.eq(version))
        .exec(&tx.inner)
        .await?;
    changed_one("review", version, rows.rows_affected)
}

/// Adds an action and returns its id.
pub async fn add_action(tx: &Tx, new: &Action, now: i64) -> Result<String, DbError> {
    let id = new_id();
    let row = action::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        review_id: Set(new.review_id.clone()),
        author: Set(new.author.clone()),
        version: Set(1),
        created_at: Set(now),
        ..fields(new)
    };
    action::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// What people write of an action.
fn fields(of: &Action) -> action::ActiveModel {
    let Action {
        id: _,
        review_id: _,
        title,
        department_id,
        person,
        due,
        state,
        touchpoint_id,
        experience_id,
        target,
        started,
        author: _,
        version: _,
        done_on,
        of_experience,
    } = of.clone();
    action::ActiveModel {
        title: Set(title),
        department_id: Set(department_id),
        person: Set(person),
        due: Set(due),
        state: Set(state),
        touchpoint_id: Set(touchpoint_id),
        experience_id: Set(experience_id),
        target: Set(target),
        started: Set(started),
        done_on: Set(done_on),
        of_experience: Set(of_experience),
        ..Default::default()
    }
}

/// Changes an action, if nobody else did meanwhile.
pub async fn change_action(tx: &Tx, changed: &Action) -> Result<(), DbError> {
    let stored = action::Entity::find_by_id(&changed.id)
        .filter(action::Column::WorkspaceId.eq(&tx.workspace))
        .into_model::<Action>()
        .one(&tx.inner)
        .await?;
    expect("action", stored.map(|stored| stored.version), changed.version)?;
    let row = action::ActiveModel { version: Set(changed.version + 1), ..fields(changed) };
    let rows = action::Entity::update_many()
        .set(row)
        .filter(action::Column::Id.eq(&changed.id))
        .filter(action::Column::WorkspaceId.eq(&tx.workspace))
        .filter(action::Column::Version.eq(changed.version))
        .exec(&tx.inner)
        .await?;
    changed_one("action", changed.version, rows.rows_affected)
}

/// Whether reviews hold what a department committed to.
pub async fn has_committed(tx: &Tx, department_id: &str) -> Result<bool, DbError> {
    let found = commitment::Entity::find()
        .filter(commitment::Column::WorkspaceId.eq(&tx.workspace))
        .filter(commitment::Column::DepartmentId.eq(department_id));
    Ok(found.one(&tx.inner).await?.is_some())
}

/// Records what a department commits to, after what it did before.
pub async fn commit(tx: &Tx, new: &Commitment) -> Result<(), DbError> {
    let Commitment { review_id, department_id, words, author, created_at } = new.clone();
    let row = commitment::ActiveModel {
        id: Set(new_id()),
        workspace_id: Set(tx.workspace.clone()),
        review_id: Set(review_id),
        department_id: Set(department_id),
        words: Set(words),
        author: Set(author),
        created_at: Set(created_at),
    };
    commitment::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(())
}
