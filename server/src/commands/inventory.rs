//! `throughline inventory`.

use contract::inventory::InventoryImport;
use services::{Actor, ServiceError, inventory};

use super::say;
use crate::cli::InventoryAction;
use crate::open::open;

/// Imports or exports the inventory.
pub async fn run(action: InventoryAction) -> Result<(), ServiceError> {
    match action {
        InventoryAction::Import { file, place } => {
            let text = std::fs::read(&file).map_err(|source| unreadable(&file, &source))?;
            let services = open(&place, false).await?;
            let text = String::from_utf8_lossy(&text);
            let done = inventory::import_csv(&services, &Actor::console(), &text).await?;
            report(&done);
        }
        InventoryAction::Export { file, place } => {
            let services = open(&place, false).await?;
            let text = inventory::export_csv(&services, &Actor::console()).await?;
            match file {
                Some(path) => {
                    std::fs::write(&path, text)
                        .map_err(|source| ServiceError::Io { path: path.clone(), source })?;
                }
                None => say(text.trim_end()),
            }
        }
    }
    Ok(())
}

fn unreadable(file: &std::path::Path, error: &std::io::Error) -> contract::UserError {
    let message = format!("The file {} can't be read: {error}.", file.display());
    contract::UserError::new(contract::Kind::Invalid, "no_such_file", message).remedy("Check the path.")
}

fn report(done: &InventoryImport) {
    let InventoryImport {
        touchpoints_created,
        touchpoints_changed,
        experiences_created,
        rules_created,
        rules_unchanged,
        departments_created,
        stages_created,
        channels_created,
    } = done;
    say(&format!(
        "touchpoints: {} created, {} changed; experiences: {experiences_created} created; rules: {rules_created} created, {rules_unchanged} unchanged",
        touchpoints_created.len(),
        touchpoints_changed.len(),
    ));
    for (what, names) in
        [("departments", departments_created), ("stages", stages_created), ("channels", channels_created)]
    {
        if !names.is_empty() {
            say(&format!("{what} created: {}", names.join(", ")));
        }
    }
}
