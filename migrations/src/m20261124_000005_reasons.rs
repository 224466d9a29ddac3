//! What contact reasons stand for, and what a log says of cases and of its own reasons.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{boolean, integer, string, string_null, text};

use crate::parts::{name, owned, refer};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that logs get, one statement each, as SQLite wants it.
fn columns() -> Vec<ColumnDef> {
    // Activities that open and close a case, as JSON lists.
    let list = |column: &str| {
        let mut column = text(name(column));
        column.default("[]");
        column
    };
    let mut trusted = boolean(name("trusted"));
    trusted.default(false);
    let mut version = integer(name("version"));
    version.default(1);
    vec![list("opens"), list("closes"), trusted, version]
}

// The trait leaves the lifetime out, and async_trait wants both alike.
#[allow(elided_lifetimes_in_paths)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in columns() {
            let mut statement = Table::alter();
            statement.table(name("source")).add_column(&mut column);
            manager.alter_table(statement).await?;
        }
        let mut reason = owned("reason");
        reason
            .col(string(name("name")))
            .col(string_null(name("touchpoint_id")))
            .col(boolean(name("failure")))
            .col(integer(name("version")));
        refer(&mut reason, "reason", "touchpoint_id", "touchpoint", ForeignKeyAction::SetNull);
        manager.create_table(reason).await?;
        let mut index = Index::create();
        index.name("uq_reason_workspace_id_name").table(name("reason"));
        index.col(name("workspace_id")).col(name("name")).unique();
        manager.create_index(index).await
    }
}
