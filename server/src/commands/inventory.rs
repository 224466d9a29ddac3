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
            let bytes = std::fs::read(&file).map_err(|source| unreadable(&file, &source))?;
            let services = open(&place, false).await?;
            let done = inventory::import_whole(&services, &Actor::console(), &bytes).await?;
            told(&done);
        }
        InventoryAction::Export { file, place } => {
            let services = open(&place, false).await?;
            let book = file.as_ref().and_then(|path| path.extension()).is_some_and(|kind| kind == "xlsx");
            let bytes = if book {
                let tables = inventory::export_xlsx(&services, &Actor::console()).await?;
                report::xlsx::workbook(&tables).map_err(|error| {
                    let message = format!("The workbook can't be written: {error}.");
                    contract::UserError::new(contract::Kind::Unprocessable, "workbook", message)
                        .remedy("Export CSV instead.")
                })?
            } else {
                inventory::export_csv(&services, &Actor::console()).await?.into_bytes()
            };
            match file {
                Some(path) => {
                    std::fs::write(&path, bytes)
                        .map_err(|source| ServiceError::Io { path: path.clone(), source })?;
                }
                None => say(String::from_utf8_lossy(&bytes).trim_end()),
            }
        }
    }
    Ok(())
}

fn unreadable(file: &std::path::Path, error: &std::io::Error) -> contract::UserError {
    let message = format!("The file {} can't be read: {error}.", file.display());
    contract::UserError::new(contract::Kind::Invalid, "no_such_file", message).remedy("Check the path.")
}

fn told(done: &InventoryImport) {
    say(&format!(
        "touchpoints: {} created, {} changed; experiences: {} created; rules: {} created, {} unchanged; KPIs: {} changed; links: {} changed",
        done.touchpoints_created.len(),
        done.touchpoints_changed.len(),
        done.experiences_created,
        done.rules_created,
        done.rules_unchanged,
        done.kpis_changed,
        done.links_changed,
    ));
    for (what, names) in [
        ("departments", &done.departments_created),
        ("stages", &done.stages_created),
        ("channels", &done.channels_created),
    ] {
        if !names.is_empty() {
            say(&format!("{what} created: {}", names.join(", ")));
        }
    }
}
