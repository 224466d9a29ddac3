//! The schema, one file a change, on SQLite and PostgreSQL alike. Expand first, contract in a later release.

use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait, async_trait};

mod m20261123_000001_first;
mod m20261123_000002_depth;
mod m20261123_000003_reviews;
mod m20261123_000004_inventory;
mod m20261124_000005_reasons;
mod parts;

/// All changes in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_first::Migration),
            Box::new(m20261123_000002_depth::Migration),
            Box::new(m20261123_000003_reviews::Migration),
            Box::new(m20261123_000004_inventory::Migration),
            Box::new(m20261124_000005_reasons::Migration),
        ]
    }
}
