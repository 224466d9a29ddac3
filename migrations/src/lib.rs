//! The schema, one file a change, on SQLite and PostgreSQL alike. Expand first, contract in a later release.
//! Each is one transaction on both: a process killed half-way leaves the schema as it was, never half a change.

use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait, async_trait};

mod m20261123_000001_first;
mod m20261123_000002_depth;
mod m20261123_000003_reviews;
mod m20261123_000004_inventory;
mod m20261124_000005_reasons;
mod m20261124_000006_alerts;
mod m20261128_000007_links;
mod m20261128_000008_standing;
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
            Box::new(m20261124_000006_alerts::Migration),
            Box::new(m20261128_000007_links::Migration),
            Box::new(m20261128_000008_standing::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_one_transaction() {
        for migration in Migrator::migrations() {
            assert_eq!(migration.use_transaction(), Some(true), "{}", migration.name());
        }
    }
}
