//! Opening a data folder: database, schema, event store.

use std::path::Path;

use contract::{Kind, UserError};
use migrations::Migrator;
use sea_orm_migration::MigratorTrait as _;
use services::{Clock, ServiceError, Services};

use crate::cli::Place;

/// Opens what a place names, bringing the schema up to date. `demo` offers one-click accounts.
pub async fn open(place: &Place, demo: bool) -> Result<Services, UserError> {
    let unusable = |path: &Path, error: &dyn std::fmt::Display| {
        UserError::new(
            Kind::Invalid,
            "data_dir",
            format!("The data folder {} can't be used: {error}.", path.display()),
        )
        .remedy("Check the path and its rights.")
    };
    let data_dir = &place.data_dir;
    private_folder(data_dir).map_err(|error| unusable(data_dir, &error))?;
    let store = events::Store::open(data_dir).map_err(|error| ServiceError::from(error).into_user())?;
    let connections = db::connect(place.database_url.as_deref(), data_dir).await.map_err(|error| {
        UserError::new(
            Kind::Unavailable,
            "database",
            format!("The database can't be opened: {}.", causes(&error)),
        )
        .remedy("Check the address of the database and the rights on the data folder.")
    })?;
    Migrator::up(connections.writer(), None).await.map_err(|error| {
        UserError::new(
            Kind::Conflict,
            "other_version",
            format!("The data folder {} was made by another version: {error}.", data_dir.display()),
        )
        .remedy("Use the version that made it, or a newer one.")
    })?;
    let clock = Clock::system();
    let db = connections.into_db(clock.now()).await.map_err(|error| ServiceError::from(error).into_user())?;
    let claimed = store.claim(db.workspace_id()).map_err(|error| ServiceError::from(error).into_user())?;
    if claimed.is_err() {
        return Err(UserError::new(
            Kind::Conflict,
            "other_database",
            format!("The data folder {} belongs to another database.", data_dir.display()),
        )
        .at("--database-url")
        .remedy("Name the database that it was made with, or another data folder."));
    }
    Ok(Services::new(db, store, clock, demo))
}

/// Makes a folder that only its owner may look into; one that is there keeps its rights.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// An error with what lies behind it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
