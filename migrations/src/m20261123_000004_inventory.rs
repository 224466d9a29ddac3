//! What people keep of a touchpoint beside its owner: promises, measures and who controls them, samples, comments,
//! proposals; and the steps by which a person's own changes are undone.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, double, double_null, integer, string, string_null, text, text_null,
};

use crate::parts::{name, owned, refer};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that known tables get, one statement each, as SQLite wants it.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    let empty = |mut column: ColumnDef| {
        column.default("");
        column
    };
    vec![
        ("touchpoint", empty(text(name("expectation")))),
        ("touchpoint", empty(text(name("promise")))),
        // When somebody last said that it is still right; a change says so too.
        ("touchpoint", big_integer_null(name("reviewed_at"))),
        // "kept", "broken", or nothing.
        ("experience", empty(string(name("promise")))),
        ("audit", string_null(name("step_id"))),
        // The row that changed, before and after, as JSON.
        ("audit", text_null(name("change"))),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    let (cascade, keep) = (ForeignKeyAction::Cascade, ForeignKeyAction::SetNull);

    let mut step = owned("step");
    step.col(string(name("account_id")))
        .col(string(name("label")))
        .col(string(name("state")))
        .col(big_integer(name("at")));
    refer(&mut step, "step", "account_id", "account", cascade);

    let mut kpi = owned("kpi");
    kpi.col(string(name("name")))
        .col(text(name("definition")))
        .col(string(name("unit")))
        .col(string(name("direction")))
        .col(double_null(name("target")))
        .col(string_null(name("department_id")))
        .col(string(name("kind")))
        // How it is computed from events; empty where readings are typed.
        .col(string(name("measure")))
        .col(string_null(name("touchpoint_id")))
        .col(string_null(name("experience_id")))
        .col(integer(name("version")))
        .col(big_integer(name("created_at")));
    refer(&mut kpi, "kpi", "department_id", "department", ForeignKeyAction::Restrict);
    refer(&mut kpi, "kpi", "touchpoint_id", "touchpoint", keep);
    refer(&mut kpi, "kpi", "experience_id", "experience", keep);

    let mut link = owned("kpi_link");
    link.col(string(name("kpi_id")))
        .col(string(name("touchpoint_id")))
        .col(string(name("control")))
        .col(text(name("reason")))
        .col(integer(name("version")));
    refer(&mut link, "kpi_link", "kpi_id", "kpi", cascade);
    refer(&mut link, "kpi_link", "touchpoint_id", "touchpoint", cascade);

    let mut reading = owned("reading");
    reading
        .col(string(name("kpi_id")))
        .col(string(name("day")))
        .col(double(name("value")))
        .col(text(name("note")))
        .col(string(name("author")))
        .col(big_integer(name("created_at")));

    // What follows has no foreign key to the inventory: it outlives a removal, which may be undone.
    let mut sample = owned("sample");
    sample
        .col(string(name("experience_id")))
        .col(string(name("day")))
        .col(big_integer(name("asked")))
        .col(big_integer(name("said")))
        .col(text(name("note")))
        .col(string(name("author")))
        .col(big_integer(name("created_at")));

    let mut comment = owned("comment");
    comment
        .col(string(name("touchpoint_id")))
        .col(string_null(name("account_id")))
        .col(string(name("author")))
        .col(text(name("words")))
        // Ids of the accounts that it mentions, between blanks.
        .col(text(name("mentions")))
        .col(big_integer(name("created_at")));
    refer(&mut comment, "comment", "account_id", "account", keep);

    let mut proposal = owned("proposal");
    proposal
        .col(string(name("touchpoint_id")))
        .col(string_null(name("account_id")))
        .col(string(name("author")))
        .col(string(name("field")))
        .col(text(name("before")))
        .col(text(name("after")))
        .col(text(name("reason")))
        .col(string(name("state")))
        .col(string(name("decided_by")))
        .col(text(name("answer")))
        .col(big_integer(name("created_at")))
        .col(big_integer_null(name("decided_at")));
    refer(&mut proposal, "proposal", "account_id", "account", keep);

    vec![step, kpi, link, reading, sample, comment, proposal]
}

/// (table, columns, whether they differ from row to row).
const INDEXES: [(&str, &[&str], bool); 9] = [
    ("audit", &["object_id", "id"], false),
    ("audit", &["step_id"], false),
    ("step", &["account_id", "id"], false),
    ("kpi", &["workspace_id", "name"], true),
    ("kpi_link", &["kpi_id", "touchpoint_id"], true),
    ("reading", &["kpi_id", "day"], true),
    ("sample", &["experience_id"], false),
    ("comment", &["touchpoint_id"], false),
    ("proposal", &["workspace_id", "state"], false),
];

// The trait leaves the lifetime out, and async_trait wants both alike.
#[allow(elided_lifetimes_in_paths)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            let mut statement = Table::alter();
            statement.table(name(table)).add_column(&mut column);
            manager.alter_table(statement).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (table, columns, differ) in INDEXES {
            let mut index = Index::create();
            let kind = if differ { "uq" } else { "ix" };
            index.name(format!("{kind}_{table}_{}", columns.join("_"))).table(name(table));
            for column in columns {
                index.col(name(column));
            }
            if differ {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
