//! What tables have in common.

use sea_orm_migration::prelude::{Alias, ColumnDef, ForeignKey, ForeignKeyAction, Table, TableCreateStatement};
use sea_orm_migration::schema::string;

pub fn name(text: &str) -> Alias {
    Alias::new(text)
}

pub fn id() -> ColumnDef {
    let mut column = string(name("id"));
    column.primary_key();
    column
}

/// A table of things with their own id that belong to a workspace.
pub fn owned(table: &str) -> TableCreateStatement {
    let mut statement = Table::create();
    statement.table(name(table)).col(id()).col(string(name("workspace_id")));
    refer(&mut statement, table, "workspace_id", "workspace", ForeignKeyAction::Cascade);
    statement
}

/// A column that names a row of another table.
pub fn refer(
    statement: &mut TableCreateStatement,
    table: &str,
    column: &str,
    to: &str,
    on_delete: ForeignKeyAction,
) {
    statement.foreign_key(
        ForeignKey::create()
            .name(format!("fk_{table}_{column}"))
            .from(name(table), name(column))
            .to(name(to), name("id"))
            .on_delete(on_delete),
    );
}
