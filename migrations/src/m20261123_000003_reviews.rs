//! Reviews across departments, the actions that come out of them, and who committed to what.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, MigrationTrait, SchemaManager, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, integer, string, string_null, text};

use crate::parts::{name, owned, refer};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<TableCreateStatement> {
    let (cascade, keep) = (ForeignKeyAction::Cascade, ForeignKeyAction::SetNull);

    let mut review = owned("review");
    review
        .col(string(name("title")))
        // A day, as 2026-03-01.
        .col(string(name("day")))
        .col(text(name("participants")))
        .col(text(name("notes")))
        // The figures as they were when the review was made, as JSON.
        .col(text(name("agenda")))
        .col(string(name("author")))
        .col(integer(name("version")))
        .col(big_integer(name("created_at")));

    let mut action = owned("action");
    action
        .col(string_null(name("review_id")))
        .col(string(name("title")))
        .col(string_null(name("department_id")))
        .col(string(name("person")))
        .col(string_null(name("due")))
        .col(string(name("state")))
        // What it targets; the name stays where that is removed.
        .col(string_null(name("touchpoint_id")))
        .col(string_null(name("experience_id")))
        .col(text(name("target")))
        .col(string_null(name("started")))
        .col(string(name("author")))
        .col(integer(name("version")))
        .col(big_integer(name("created_at")));
    refer(&mut action, "action", "review_id", "review", keep);
    refer(&mut action, "action", "department_id", "department", keep);
    refer(&mut action, "action", "touchpoint_id", "touchpoint", keep);
    refer(&mut action, "action", "experience_id", "experience", keep);

    let mut commitment = owned("commitment");
    commitment
        .col(string(name("review_id")))
        .col(string(name("department_id")))
        .col(text(name("words")))
        .col(string(name("author")))
        .col(big_integer(name("created_at")));
    refer(&mut commitment, "commitment", "review_id", "review", cascade);
    refer(&mut commitment, "commitment", "department_id", "department", cascade);

    vec![review, action, commitment]
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
        Ok(())
    }
}
