//! Which departments took part in a review, and when an action was done.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{string_null, text};

use crate::parts::name;

#[derive(DeriveMigrationName)]
pub struct Migration;

// The trait leaves the lifetime out, and async_trait wants both alike.
#[allow(elided_lifetimes_in_paths)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Ids of departments, as a JSON list.
        let mut attended = text(name("attended"));
        attended.default("[]");
        manager.alter_table(Table::alter().table(name("review")).add_column(&mut attended).to_owned()).await?;
        // A day, as 2026-03-01.
        let mut done = string_null(name("done_on"));
        manager.alter_table(Table::alter().table(name("action")).add_column(&mut done).to_owned()).await
    }
}
