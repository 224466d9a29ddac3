//! People, the inventory, sources with their imports, the manifest of segments, and the audit log.
//!
//! Ids are UUIDs (version 7) as text; times are seconds since 1970, event times microseconds.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKeyAction, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, string_null, text, text_null,
};

use crate::parts::{id, name, owned, refer};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn named(table: &str) -> TableCreateStatement {
    let mut statement = owned(table);
    statement.col(string(name("name"))).col(integer(name("position"))).col(integer(name("version")));
    statement
}

fn tables() -> Vec<TableCreateStatement> {
    let restrict = ForeignKeyAction::Restrict;
    let cascade = ForeignKeyAction::Cascade;

    let mut workspace = Table::create();
    workspace
        .table(name("workspace"))
        .col(id())
        .col(string(name("name")))
        .col(string(name("time_zone")))
        .col(big_integer(name("inventory_version")))
        .col(big_integer(name("data_version")))
        .col(big_integer(name("created_at")));

    let mut department = named("department");
    department.col(string_null(name("parent_id")));
    refer(&mut department, "department", "parent_id", "department", restrict);
    let stage = named("stage");
    let channel = named("channel");

    let mut account = owned("account");
    account
        .col(string(name("email")))
        .col(string(name("name")))
        .col(string(name("role")))
        .col(string_null(name("department_id")))
        .col(string_null(name("password_hash")))
        .col(boolean(name("demo")))
        .col(boolean(name("disabled")))
        .col(integer(name("version")))
        .col(big_integer_null(name("seen_at")))
        .col(big_integer(name("created_at")));
    refer(&mut account, "account", "department_id", "department", restrict);

    let mut session = Table::create();
    session
        .table(name("session"))
        .col(id())
        .col(string(name("account_id")))
        .col(big_integer(name("created_at")))
        .col(big_integer(name("seen_at")));
    refer(&mut session, "session", "account_id", "account", cascade);

    let mut invitation = owned("invitation");
    invitation
        .col(string_null(name("account_id")))
        .col(big_integer(name("expires_at")))
        .col(big_integer_null(name("used_at")));
    refer(&mut invitation, "invitation", "account_id", "account", cascade);

    let mut touchpoint = owned("touchpoint");
    touchpoint
        .col(string(name("name")))
        .col(text(name("description")))
        .col(string_null(name("stage_id")))
        .col(string_null(name("channel_id")))
        .col(string_null(name("department_id")))
        .col(string(name("delivery")))
        .col(string(name("started_by")))
        .col(boolean(name("contact")))
        .col(big_integer_null(name("cost_per_contact")))
        .col(integer(name("version")))
        .col(big_integer(name("created_at")));
    refer(&mut touchpoint, "touchpoint", "stage_id", "stage", restrict);
    refer(&mut touchpoint, "touchpoint", "channel_id", "channel", restrict);
    refer(&mut touchpoint, "touchpoint", "department_id", "department", restrict);

    let mut experience = owned("experience");
    experience
        .col(string(name("touchpoint_id")))
        .col(string(name("name")))
        .col(integer(name("emotion")))
        .col(boolean(name("failure")))
        .col(integer(name("position")))
        .col(integer(name("version")));
    refer(&mut experience, "experience", "touchpoint_id", "touchpoint", cascade);

    let mut rule = owned("mapping_rule");
    rule.col(string(name("touchpoint_id")))
        .col(string_null(name("experience_id")))
        .col(string(name("source")))
        .col(string(name("matching")))
        .col(string(name("activity")))
        .col(text(name("condition")))
        .col(integer(name("position")))
        .col(integer(name("version")));
    refer(&mut rule, "mapping_rule", "touchpoint_id", "touchpoint", cascade);
    refer(&mut rule, "mapping_rule", "experience_id", "experience", cascade);

    let mut source = owned("source");
    source
        .col(string(name("name")))
        // Decides between events of one instant; given once.
        .col(integer(name("ordinal")))
        .col(text_null(name("mapping")))
        .col(string_null(name("time_zone")))
        .col(big_integer(name("created_at")));

    let mut import = owned("import");
    import
        .col(string(name("source_id")))
        .col(string_null(name("account_id")))
        .col(string(name("file")))
        .col(string(name("state")))
        .col(big_integer(name("bytes")))
        .col(big_integer(name("received")))
        .col(big_integer(name("accepted")))
        .col(big_integer(name("duplicate")))
        .col(big_integer(name("quarantined")))
        .col(text_null(name("reasons")))
        .col(text_null(name("error")))
        .col(big_integer(name("started_at")))
        .col(big_integer_null(name("finished_at")))
        .col(big_integer_null(name("first_event")))
        .col(big_integer_null(name("last_event")));
    refer(&mut import, "import", "source_id", "source", restrict);
    refer(&mut import, "import", "account_id", "account", ForeignKeyAction::SetNull);

    let mut segment = owned("segment");
    segment
        .col(string(name("import_id")))
        .col(string(name("source_id")))
        // Segments are read in this order.
        .col(big_integer(name("ordinal")))
        .col(string(name("file")))
        .col(integer(name("bucket")))
        .col(big_integer(name("events")))
        .col(big_integer(name("bytes")))
        .col(big_integer(name("min_time")))
        .col(big_integer(name("max_time")));
    refer(&mut segment, "segment", "import_id", "import", restrict);
    refer(&mut segment, "segment", "source_id", "source", restrict);

    let mut upload = owned("upload");
    upload
        .col(string(name("account_id")))
        .col(string(name("file")))
        .col(big_integer(name("bytes")))
        .col(big_integer(name("created_at")));
    refer(&mut upload, "upload", "account_id", "account", cascade);

    let mut audit = owned("audit");
    audit
        .col(big_integer(name("at")))
        // Kept when the account goes; no foreign key.
        .col(string_null(name("account_id")))
        .col(string(name("actor")))
        .col(string(name("action")))
        .col(string(name("noun")))
        .col(string(name("object_id")))
        .col(text(name("details")));

    vec![
        workspace, department, stage, channel, account, session, invitation, touchpoint, experience, rule,
        source, import, segment, upload, audit,
    ]
}

/// (table, columns) that must differ from row to row.
const UNIQUE: [(&str, &[&str]); 8] = [
    ("department", &["workspace_id", "name"]),
    ("stage", &["workspace_id", "name"]),
    ("channel", &["workspace_id", "name"]),
    ("account", &["email"]),
    ("touchpoint", &["workspace_id", "name"]),
    ("experience", &["touchpoint_id", "name"]),
    ("source", &["workspace_id", "name"]),
    ("segment", &["workspace_id", "file"]),
];

/// (table, columns) that are looked up.
const LOOKED_UP: [(&str, &[&str]); 7] = [
    ("session", &["account_id"]),
    ("touchpoint", &["department_id"]),
    ("mapping_rule", &["workspace_id", "position"]),
    ("mapping_rule", &["touchpoint_id"]),
    ("import", &["workspace_id", "started_at"]),
    ("segment", &["workspace_id", "ordinal"]),
    ("audit", &["noun", "object_id"]),
];

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
        for (kind, indexes) in [("uq", &UNIQUE[..]), ("ix", &LOOKED_UP[..])] {
            for (table, columns) in indexes {
                let mut index = Index::create();
                index.name(format!("{kind}_{table}_{}", columns.join("_"))).table(name(table));
                for column in *columns {
                    index.col(name(column));
                }
                if kind == "uq" {
                    index.unique();
                }
                manager.create_index(index).await?;
            }
        }
        Ok(())
    }
}
