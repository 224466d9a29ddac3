//! The company: its name, and finding a department by name, for the command line.

use contract::UserError;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// The id of a department by its name, for the command line.
pub async fn department_id(services: &Services, name: &str) -> Result<String, ServiceError> {
    let (_, inventory) = cache::inventory(services).await?;
    let found = inventory.departments.iter().find(|one| one.name == name);
    Ok(found.map(|one| one.id.clone()).ok_or_else(|| UserError::not_found("department").at("department"))?)
}

/// Names the company, for the demo.
pub async fn name_company(
    services: &Services,
    actor: &Actor,
    name: &str,
    zone: &str,
) -> Result<(), ServiceError> {
    need(actor.role.is_none(), "page")?;
    let tx = services.db.write().await?;
    db::workspace::name(&tx, name, zone).await?;
    let details = serde_json::json!({ "name": name, "time zone": zone });
    db::audit(&tx, &actor.audited(services.now()), "name", "company", "", &details).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether nothing was put into this company yet: no person, no log, no touchpoint.
pub async fn is_new(services: &Services) -> Result<bool, ServiceError> {
    let (_, inventory) = cache::inventory(services).await?;
    Ok(inventory.touchpoints.is_empty()
        && db::people::accounts(&services.db).await?.is_empty()
        && db::imports::sources(&services.db).await?.is_empty())
}
