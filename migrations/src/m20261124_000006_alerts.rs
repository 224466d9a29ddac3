//! What people want to be told, what they were told, reports that come by themselves, letters on their way, and keys by which
//! machines read reports. All of it goes with the account that it belongs to.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, double_null, integer, string, string_null, text,
};

use crate::parts::{name, owned, refer};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A table of things that belong to an account.
fn of_account(table: &str) -> TableCreateStatement {
    let mut statement = owned(table);
    statement.col(string(name("account_id")));
    refer(&mut statement, table, "account_id", "account", ForeignKeyAction::Cascade);
    statement
}

fn tables() -> Vec<TableCreateStatement> {
    let mut rule = of_account("alert_rule");
    rule.col(string(name("kind")))
        .col(string(name("series")))
        .col(boolean(name("above")))
        .col(double_null(name("level")))
        .col(string(name("mail")))
        .col(boolean(name("beyond")))
        .col(integer(name("version")))
        .col(big_integer(name("created_at")));
    let mut notice = of_account("notice");
    notice
        .col(string(name("event")))
        .col(string(name("kind")))
        .col(string(name("title")))
        .col(text(name("words")))
        .col(string(name("path")))
        .col(string(name("mail")))
        .col(big_integer(name("created_at")))
        .col(big_integer_null(name("read_at")));
    let mut schedule = of_account("schedule");
    schedule
        .col(string(name("author")))
        .col(string(name("report")))
        .col(string(name("search")))
        .col(string(name("cadence")))
        .col(big_integer(name("next_at")))
        .col(big_integer_null(name("last_at")))
        .col(integer(name("version")));
    let mut letter = of_account("letter");
    letter
        .col(string(name("event")))
        .col(string(name("subject")))
        .col(text(name("words")))
        .col(string_null(name("report")))
        .col(string(name("search")))
        .col(string(name("state")))
        .col(integer(name("tries")))
        .col(big_integer(name("next_at")))
        .col(string(name("error")))
        .col(big_integer(name("created_at")))
        .col(big_integer_null(name("sent_at")));
    let mut key = of_account("read_key");
    key.col(string(name("name")))
        .col(string(name("hash")))
        .col(string(name("scope")))
        .col(big_integer(name("created_at")))
        .col(big_integer_null(name("used_at")))
        .col(big_integer_null(name("revoked_at")));
    vec![rule, notice, schedule, letter, key]
}

/// Indexes with their columns; those of the first kind are unique.
const UNIQUE: [(&str, &[&str]); 3] =
    [("notice", &["account_id", "event"]), ("letter", &["account_id", "event"]), ("read_key", &["hash"])];
const PLAIN: [(&str, &[&str]); 2] = [("letter", &["state", "next_at"]), ("schedule", &["next_at"])];

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
        for (unique, (table, columns)) in
            UNIQUE.into_iter().map(|one| (true, one)).chain(PLAIN.into_iter().map(|one| (false, one)))
        {
            let mut index = Index::create();
            let prefix = if unique { "uq" } else { "ix" };
            index.name(format!("{prefix}_{table}_{}", columns.join("_"))).table(name(table));
            for column in columns {
                index.col(name(column));
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
