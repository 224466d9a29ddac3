//! The service inventory: names (departments, stages, channels), touchpoints, experiences, mapping rules.

mod experiences;
mod kpis;
mod names;
mod reasons;
mod rules;
mod touchpoints;

pub use experiences::{Experience, add_experience, delete_experience, save_experience};
pub use kpis::{
    Kpi, Link, Reading, Sample, add_kpi, add_link, add_sample, change_kpi, change_link, delete_kpi,
    delete_link, delete_reading, delete_sample, read, readings, readings_in,
};
pub use names::{List, Name, add_name, add_name_as, delete_name, put_below, rename};
pub use reasons::{LogRule, Reason, save_log, save_reason};
pub use rules::{Rule, add_rule, delete_rule, save_rule};
pub use touchpoints::{Touchpoint, add_touchpoints, change_touchpoints, delete_touchpoint, save_touchpoint};

use crate::{Db, DbError};

/// All of it, in the order of positions; a company's inventory fits in memory many times over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    pub departments: Vec<Name>,
    pub stages: Vec<Name>,
    pub channels: Vec<Name>,
    /// By name.
    pub touchpoints: Vec<Touchpoint>,
    pub experiences: Vec<Experience>,
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
    /// By name.
    pub kpis: Vec<Kpi>,
    pub links: Vec<Link>,
    /// By day.
    pub samples: Vec<Sample>,
    /// By name.
    pub reasons: Vec<Reason>,
    /// Logs in their order.
    pub logs: Vec<LogRule>,
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
    crate::workspace::inventory_locked(tx).await?;
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
        kpis: kpis::all(connection, workspace).await?,
        links: kpis::links(connection, workspace).await?,
        samples: kpis::samples(connection, workspace).await?,
        reasons: reasons::all(connection, workspace).await?,
        logs: reasons::logs(connection, workspace).await?,
    })
}
