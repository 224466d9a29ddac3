//! The service inventory: names (departments, stages, channels), touchpoints, experiences, mapping rules.

mod experiences;
mod names;
mod rules;
mod touchpoints;

pub use experiences::{Experience, delete_experience, save_experience};
pub use names::{List, Name, add_name, delete_name, rename};
pub use rules::{Rule, delete_rule, save_rule};
pub use touchpoints::{Touchpoint, delete_touchpoint, save_touchpoint};

use crate::{Db, DbError};

/// All of it, in the order of positions; a company's inventory fits in memory many times over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    pub departments: Vec<Name>,
    pub stages: Vec<Name>,
    pub channels: Vec<Name>,
    /// By name.
    pub touchpoints: Vec<Touchpoint>,
    pub experiences: Vec<Experience>,
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
}

/// Refuses what was started from another version than the stored one.
pub(crate) fn expect(noun: &'static str, stored: Option<i32>, given: i32) -> Result<(), DbError> {
    match stored {
        Some(stored) if stored == given => Ok(()),
        Some(stored) => Err(DbError::Stale { noun, given, stored }),
        None => Err(DbError::NotFound { noun }),
    }
}

/// Reads the whole inventory with its version, both as of one moment.
pub async fn load(db: &Db) -> Result<(i64, Inventory), DbError> {
    let moment = db.moment().await?;
    let version = crate::workspace::get_in(&moment, &db.workspace).await?.inventory_version;
    let inventory = load_with(&moment, &db.workspace).await?;
    moment.commit().await?;
    Ok((version, inventory))
}

/// Reads the whole inventory to change it: others who change it wait until this transaction ends.
pub async fn load_in(tx: &crate::Tx) -> Result<Inventory, DbError> {
    crate::workspace::inventory_changed(tx).await?;
    load_with(&tx.inner, &tx.workspace).await
}

async fn load_with(connection: &impl sea_orm::ConnectionTrait, workspace: &str) -> Result<Inventory, DbError> {
    Ok(Inventory {
        departments: names::all(connection, workspace, List::Departments).await?,
        stages: names::all(connection, workspace, List::Stages).await?,
        channels: names::all(connection, workspace, List::Channels).await?,
        touchpoints: touchpoints::all(connection, workspace).await?,
        experiences: experiences::all(connection, workspace).await?,
        rules: rules::all(connection, workspace).await?,
    })
}
