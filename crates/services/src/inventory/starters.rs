//! Inventories to begin from: what most companies of a kind have. Nothing in them is anybody's data.

use contract::inventory::InventoryImport;
use contract::{Kind, UserError};

use super::exchange::{Options, import_file};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services, cache};

/// The inventory of a starter, as a file.
fn file(key: &str) -> Option<&'static str> {
    match key {
        "telecom" => Some(include_str!("starters/telecom.csv")),
        "bank" => Some(include_str!("starters/bank.csv")),
        "retail" => Some(include_str!("starters/retail.csv")),
        "public" => Some(include_str!("starters/public.csv")),
        _ => None,
    }
}

/// Fills an empty inventory.
pub async fn begin_with(
    services: &Services,
    actor: &Actor,
    key: &str,
) -> Result<InventoryImport, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, "inventory")?;
    let text = file(key).ok_or_else(|| UserError::not_found("starter inventory"))?;
    let (_, inventory) = cache::inventory(services).await?;
    if !inventory.touchpoints.is_empty() {
        return Err(UserError::new(Kind::Conflict, "not_empty", "The inventory holds touchpoints already.")
            .remedy("Starters are for empty inventories; import a file instead.")
            .into());
    }
    let options = Options { new_names: true, overwrite: false };
    import_file(services, actor, text.as_bytes(), options).await
}
