//! Ids that events name beside their customer's, and how a source's files were read last.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{string, string_null, text_null};

use crate::parts::{name, owned, refer};

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
        // The source whose events say so; none for a file of links. A source has one set at most.
        let mut column = string_null(name("source_id"));
        manager.alter_table(Table::alter().table(name("link_set")).add_column(&mut column).to_owned()).await?;
        // Format, encoding, delimiter and order of day and month, as JSON.
        let mut column = text_null(name("reading"));
        manager.alter_table(Table::alter().table(name("source")).add_column(&mut column).to_owned()).await?;

        // Pairs that came with events by HTTP and wait until a set takes them in.
        let mut pair = owned("link_pair");
        pair.col(string(name("source_id"))).col(string(name("one"))).col(string(name("other")));
        refer(&mut pair, "link_pair", "source_id", "source", ForeignKeyAction::Cascade);
        manager.create_table(pair).await?;
        for (table, columns) in
            [("link_pair", &["source_id", "one", "other"][..]), ("link_set", &["source_id"])]
        {
            let mut index = Index::create();
            index.name(format!("uq_{table}_{}", columns.join("_"))).table(name(table)).unique();
            for column in columns {
                index.col(name(column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
