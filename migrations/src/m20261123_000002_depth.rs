//! Saved segments and views, links between ids of one customer, events that arrive one by one with the keys that let
//! them in, and what a source's folder and silence mean.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, string, text, text_null,
};

use crate::parts::{name, owned, refer};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<TableCreateStatement> {
    let cascade = ForeignKeyAction::Cascade;

    let mut saved = owned("saved");
    saved
        .col(string(name("kind")))
        // Whose it is; empty for what belongs to all.
        .col(string(name("owner_id")))
        .col(string(name("name")))
        .col(text(name("definition")))
        .col(boolean(name("shared")))
        .col(string(name("author")))
        .col(integer(name("version")))
        .col(big_integer(name("created_at")));

    let mut links = owned("link_set");
    links
        .col(string(name("name")))
        .col(string(name("file")))
        .col(big_integer(name("received")))
        .col(big_integer(name("pairs")))
        .col(string(name("author")))
        .col(big_integer(name("created_at")))
        .col(big_integer_null(name("undone_at")));

    let mut key = owned("ingest_key");
    key.col(string(name("source_id")))
        .col(string(name("name")))
        .col(string(name("hash")))
        .col(big_integer(name("created_at")))
        .col(big_integer_null(name("revoked_at")))
        .col(big_integer_null(name("used_at")));
    refer(&mut key, "ingest_key", "source_id", "source", cascade);

    let mut tail = owned("tail");
    tail.col(string(name("source_id")))
        // What tells the event apart, and a digest of all else, as 16 and 8 bytes in hexadecimal.
        .col(string(name("event_key")))
        .col(string(name("content")))
        .col(string(name("customer")))
        .col(big_integer(name("at")))
        .col(text(name("activity")))
        .col(text_null(name("case_id")))
        .col(text_null(name("reason")))
        .col(text_null(name("text")))
        .col(big_integer_null(name("duration")))
        .col(big_integer_null(name("cost")))
        .col(text(name("attributes")));
    refer(&mut tail, "tail", "source_id", "source", cascade);

    vec![saved, links, key, tail]
}

const UNIQUE: [(&str, &[&str]); 3] = [
    ("saved", &["workspace_id", "kind", "owner_id", "name"]),
    ("ingest_key", &["hash"]),
    ("tail", &["source_id", "event_key"]),
];

/// Columns that sources get.
fn of_source() -> Vec<ColumnDef> {
    vec![
        // Hours without a new event after which the source counts as quiet; by its own rhythm where absent.
        integer_null(name("quiet_after")),
    ]
}

// The trait leaves the lifetime out, and async_trait wants both alike.
#[allow(elided_lifetimes_in_paths)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (table, columns) in UNIQUE {
            let mut index = Index::create();
            index.name(format!("uq_{table}_{}", columns.join("_"))).table(name(table)).unique();
            for column in columns {
                index.col(name(column));
            }
            manager.create_index(index).await?;
        }
        for mut column in of_source() {
            // SQLite adds one column a statement.
            manager
                .alter_table(Table::alter().table(name("source")).add_column(&mut column).to_owned())
                .await?;
        }
        Ok(())
    }
}
