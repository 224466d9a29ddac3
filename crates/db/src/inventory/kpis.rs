//! KPIs, their links to touchpoints, their readings; and samples of experiences that no log covers.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, FromQueryResult, QueryOrder as _};
use serde::{Deserialize, Serialize};

use crate::error::changed_one;
use crate::{Db, DbError, Tx, new_id, workspace};

mod kpi {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kpi")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub name: String,
        pub definition: String,
        pub unit: String,
        pub direction: String,
        pub target: Option<f64>,
        pub department_id: Option<String>,
        pub kind: String,
        pub measure: String,
        pub touchpoint_id: Option<String>,
        pub experience_id: Option<String>,
        pub version: i32,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod link {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kpi_link")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub kpi_id: String,
        pub touchpoint_id: String,
        pub control: String,
        pub reason: String,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod reading {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "reading")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub kpi_id: String,
        pub day: String,
        pub value: f64,
        pub note: String,
        pub author: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod sample {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sample")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub workspace_id: String,
        pub experience_id: String,
        pub day: String,
        pub asked: i64,
        pub said: i64,
        pub note: String,
        pub author: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A measure.
#[derive(Debug, Clone, Default, PartialEq, FromQueryResult, Serialize, Deserialize)]
pub struct Kpi {
    /// Empty for one that is not stored yet.
    pub id: String,
    pub name: String,
    pub definition: String,
    pub unit: String,
    pub direction: String,
    pub target: Option<f64>,
    pub department_id: Option<String>,
    pub kind: String,
    /// Empty where readings are typed.
    pub measure: String,
    pub touchpoint_id: Option<String>,
    pub experience_id: Option<String>,
    pub version: i32,
}

/// A KPI at a touchpoint, and how far the KPI's owner controls it there.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct Link {
    /// Empty for one that is not stored yet.
    pub id: String,
    pub kpi_id: String,
    pub touchpoint_id: String,
    pub control: String,
    pub reason: String,
    pub version: i32,
}

/// A value of a KPI on a day.
#[derive(Debug, Clone, Default, PartialEq, FromQueryResult)]
pub struct Reading {
    pub id: String,
    pub kpi_id: String,
    pub day: String,
    pub value: f64,
    pub note: String,
    pub author: String,
}

/// So many of those asked said that they had this experience.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Sample {
    pub id: String,
    pub experience_id: String,
    pub day: String,
    pub asked: i64,
    pub said: i64,
    pub note: String,
    pub author: String,
}

pub(super) async fn all(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<Kpi>, DbError> {
    Ok(kpi::Entity::find()
        .filter(kpi::Column::WorkspaceId.eq(workspace))
        .order_by_asc(kpi::Column::Name)
        .order_by_asc(kpi::Column::Id)
        .into_model::<Kpi>()
        .all(connection)
        .await?)
}

pub(super) async fn links(connection: &impl ConnectionTrait, workspace: &str) -> Result<Vec<Link>, DbError> {
    Ok(link::Entity::find()
        .filter(link::Column::WorkspaceId.eq(workspace))
        .order_by_asc(link::Column::Id)
        .into_model::<Link>()
        .all(connection)
        .await?)
}

pub(super) async fn samples(
    connection: &impl ConnectionTrait,
    workspace: &str,
) -> Result<Vec<Sample>, DbError> {
    Ok(sample::Entity::find()
        .filter(sample::Column::WorkspaceId.eq(workspace))
        .order_by_asc(sample::Column::Day)
        .order_by_asc(sample::Column::Id)
        .into_model::<Sample>()
        .all(connection)
        .await?)
}

fn kpi_fields(of: &Kpi) -> kpi::ActiveModel {
    let Kpi {
        id: _,
        name,
        definition,
        unit,
        direction,
        target,
        department_id,
        kind,
        measure,
        touchpoint_id,
        experience_id,
        version: _,
    } = of.clone();
    kpi::ActiveModel {
        name: Set(name),
        definition: Set(definition),
        unit: Set(unit),
        direction: Set(direction),
        target: Set(target),
        department_id: Set(department_id),
        kind: Set(kind),
        measure: Set(measure),
        touchpoint_id: Set(touchpoint_id),
        experience_id: Set(experience_id),
        ..Default::default()
    }
}

/// Adds a KPI, under its id where it has one, and returns the id.
pub async fn add_kpi(tx: &Tx, new: &Kpi, now: i64) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    let id = if new.id.is_empty() { new_id() } else { new.id.clone() };
    let row = kpi::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        version: Set(new.version.max(1)),
        created_at: Set(now),
        ..kpi_fields(new)
    };
    kpi::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Changes a KPI, if nobody else did meanwhile.
pub async fn change_kpi(tx: &Tx, changed: &Kpi) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let row = kpi::ActiveModel { version: Set(changed.version.saturating_add(1)), ..kpi_fields(changed) };
    let rows = kpi::Entity::update_many()
        .set(row)
        .filter(kpi::Column::Id.eq(&changed.id))
        .filter(kpi::Column::WorkspaceId.eq(&tx.workspace))
        .filter(kpi::Column::Version.eq(changed.version))
        .exec(&tx.inner)
        .await?;
    changed_one("KPI", changed.version, rows.rows_affected)
}

/// Removes a KPI with its links and readings.
pub async fn delete_kpi(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let rows = kpi::Entity::delete_many()
        .filter(kpi::Column::Id.eq(id))
        .filter(kpi::Column::WorkspaceId.eq(&tx.workspace))
        .filter(kpi::Column::Version.eq(given))
        .exec(&tx.inner)
        .await?;
    changed_one("KPI", given, rows.rows_affected)
}

/// Adds a link, under its id where it has one, and returns the id.
pub async fn add_link(tx: &Tx, new: &Link) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    let Link { id, kpi_id, touchpoint_id, control, reason, version } = new.clone();
    let id = if id.is_empty() { new_id() } else { id };
    let row = link::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        kpi_id: Set(kpi_id),
        touchpoint_id: Set(touchpoint_id),
        control: Set(control),
        reason: Set(reason),
        version: Set(version.max(1)),
    };
    link::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Changes how far a KPI is controlled, if nobody else did meanwhile.
pub async fn change_link(tx: &Tx, changed: &Link) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let Link { id, kpi_id: _, touchpoint_id: _, control, reason, version } = changed.clone();
    let row = link::ActiveModel {
        control: Set(control),
        reason: Set(reason),
        version: Set(version.saturating_add(1)),
        ..Default::default()
    };
    let rows = link::Entity::update_many()
        .set(row)
        .filter(link::Column::Id.eq(&id))
        .filter(link::Column::WorkspaceId.eq(&tx.workspace))
        .filter(link::Column::Version.eq(version))
        .exec(&tx.inner)
        .await?;
    changed_one("link", version, rows.rows_affected)
}

/// Removes a link.
pub async fn delete_link(tx: &Tx, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let rows = link::Entity::delete_many()
        .filter(link::Column::Id.eq(id))
        .filter(link::Column::WorkspaceId.eq(&tx.workspace))
        .filter(link::Column::Version.eq(given))
        .exec(&tx.inner)
        .await?;
    changed_one("link", given, rows.rows_affected)
}

/// The typed readings of some KPIs, by day.
pub async fn readings(db: &Db, kpi_ids: &[String]) -> Result<Vec<Reading>, DbError> {
    Ok(reading::Entity::find()
        .filter(reading::Column::WorkspaceId.eq(&db.workspace))
        .filter(reading::Column::KpiId.is_in(kpi_ids))
        .order_by_asc(reading::Column::Day)
        .into_model::<Reading>()
        .all(&db.reader)
        .await?)
}

/// Readings of a KPI, while changing something.
pub async fn readings_in(tx: &Tx, kpi_id: &str) -> Result<Vec<Reading>, DbError> {
    Ok(reading::Entity::find()
        .filter(reading::Column::WorkspaceId.eq(&tx.workspace))
        .filter(reading::Column::KpiId.eq(kpi_id))
        .order_by_asc(reading::Column::Day)
        .into_model::<Reading>()
        .all(&tx.inner)
        .await?)
}

/// Stores readings; what a KPI had on the same day is replaced.
pub async fn read(tx: &Tx, new: &[Reading], now: i64) -> Result<(), DbError> {
    for one in new {
        let Reading { id: _, kpi_id, day, value, note, author } = one.clone();
        delete_reading(tx, &kpi_id, &day).await?;
        let row = reading::ActiveModel {
            id: Set(new_id()),
            workspace_id: Set(tx.workspace.clone()),
            kpi_id: Set(kpi_id),
            day: Set(day),
            value: Set(value),
            note: Set(note),
            author: Set(author),
            created_at: Set(now),
        };
        reading::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    }
    Ok(())
}

/// Removes what a KPI had on a day.
pub async fn delete_reading(tx: &Tx, kpi_id: &str, day: &str) -> Result<(), DbError> {
    reading::Entity::delete_many()
        .filter(reading::Column::WorkspaceId.eq(&tx.workspace))
        .filter(reading::Column::KpiId.eq(kpi_id))
        .filter(reading::Column::Day.eq(day))
        .exec(&tx.inner)
        .await?;
    Ok(())
}

/// Stores a sample and returns its id.
pub async fn add_sample(tx: &Tx, new: &Sample, now: i64) -> Result<String, DbError> {
    workspace::inventory_changed(tx).await?;
    let Sample { id: _, experience_id, day, asked, said, note, author } = new.clone();
    let id = new_id();
    let row = sample::ActiveModel {
        id: Set(id.clone()),
        workspace_id: Set(tx.workspace.clone()),
        experience_id: Set(experience_id),
        day: Set(day),
        asked: Set(asked),
        said: Set(said),
        note: Set(note),
        author: Set(author),
        created_at: Set(now),
    };
    sample::Entity::insert(row).exec_without_returning(&tx.inner).await?;
    Ok(id)
}

/// Removes a sample.
pub async fn delete_sample(tx: &Tx, id: &str) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    sample::Entity::delete_many()
        .filter(sample::Column::Id.eq(id))
        .filter(sample::Column::WorkspaceId.eq(&tx.workspace))
        .exec(&tx.inner)
        .await?;
    Ok(())
}
