//! Which departments took part in a review, when an action was done and what it was about, and departments that are told
//! of alerts.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{boolean, string, string_null, text};

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
        manager.alter_table(Table::alter().table(name("action")).add_column(&mut done).to_owned()).await?;
        // Whether it targets an experience: without it, one that is removed would leave the whole touchpoint as target.
        let mut narrow = boolean(name("of_experience"));
        narrow.default(false);
        manager.alter_table(Table::alter().table(name("action")).add_column(&mut narrow).to_owned()).await?;
        // Of a log's texts, as two letters; empty to be told from them.
        let mut language = string(name("language"));
        language.default("");
        manager.alter_table(Table::alter().table(name("source")).add_column(&mut language).to_owned()).await?;
        // Whose people are told; whoever removes a department removes its alerts.
        let mut told = string_null(name("department_id"));
        manager.alter_table(Table::alter().table(name("alert_rule")).add_column(&mut told).to_owned()).await
    }
}
