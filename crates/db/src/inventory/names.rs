//! Departments, stages and channels: lists of names that differ in their table, and in that departments may
//! have a parent.

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::{DbError, Tx, new_id, workspace};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    Departments,
    Stages,
    Channels,
}

impl List {
    fn table(self) -> Alias {
        Alias::new(self.noun())
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Departments => "department",
            Self::Stages => "stage",
            Self::Channels => "channel",
        }
    }
}

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Name {
    pub id: String,
    pub name: String,
    pub position: i32,
    pub version: i32,
    pub parent_id: Option<String>,
}

fn column(name: &str) -> Alias {
    Alias::new(name)
}

pub(super) async fn all(
    connection: &impl ConnectionTrait,
    workspace: &str,
    list: List,
) -> Result<Vec<Name>, DbError> {
    let mut select = Query::select();
    select.columns(["id", "name", "position", "version"].map(column)).from(list.table());
    if list == List::Departments {
        select.column(column("parent_id"));
    } else {
        select.expr_as(Expr::value(Option::<String>::None), column("parent_id"));
    }
    select
        .and_where(Expr::col(column("workspace_id")).eq(workspace))
        .order_by(column("position"), sea_orm::Order::Asc)
        .order_by(column("id"), sea_orm::Order::Asc);
    let rows = connection.query_all(&select).await?;
    Ok(rows.iter().map(|row| Name::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// Adds a name behind the others and returns its id. A department's position is its colour, kept for good.
pub async fn add_name(tx: &Tx, list: List, name: &str, parent: Option<&str>) -> Result<String, DbError> {
    let id = new_id();
    add_name_as(tx, list, &id, name, parent).await?;
    Ok(id)
}

/// The same under an id that was given out already.
pub async fn add_name_as(
    tx: &Tx,
    list: List,
    id: &str,
    name: &str,
    parent: Option<&str>,
) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    let known = all(&tx.inner, &tx.workspace, list).await?;
    let position = known.iter().map(|name| name.position + 1).max().unwrap_or(0);
    let mut columns = vec!["id", "workspace_id", "name", "position", "version"];
    let mut values: Vec<Expr> = vec![
        Expr::value(id),
        Expr::value(tx.workspace.as_str()),
        Expr::value(name),
        Expr::value(position),
        Expr::value(1),
    ];
    if list == List::Departments {
        columns.push("parent_id");
        values.push(Expr::value(parent.map(str::to_owned)));
    }
    let mut insert = Query::insert();
    insert.into_table(list.table()).columns(columns.into_iter().map(column)).values_panic(values);
    tx.inner.execute(&insert).await?;
    Ok(())
}

/// Renames, if nobody else did meanwhile.
pub async fn rename(tx: &Tx, list: List, id: &str, given: i32, name: &str) -> Result<(), DbError> {
    // Changing the workspace first makes other changes to the inventory wait until this one is through.
    workspace::inventory_changed(tx).await?;
    expect(tx, list, id, given).await?;
    let mut update = Query::update();
    update
        .table(list.table())
        .value(column("name"), name)
        .value(column("version"), given + 1)
        .and_where(Expr::col(column("id")).eq(id))
        .and_where(Expr::col(column("workspace_id")).eq(tx.workspace.as_str()));
    tx.inner.execute(&update).await?;
    Ok(())
}

/// Puts a department below another, or below none, if nobody else changed it meanwhile.
pub async fn put_below(tx: &Tx, id: &str, given: i32, parent: Option<&str>) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    expect(tx, List::Departments, id, given).await?;
    let mut update = Query::update();
    update
        .table(List::Departments.table())
        .value(column("parent_id"), parent.map(str::to_owned))
        .value(column("version"), given + 1)
        .and_where(Expr::col(column("id")).eq(id))
        .and_where(Expr::col(column("workspace_id")).eq(tx.workspace.as_str()));
    tx.inner.execute(&update).await?;
    Ok(())
}

async fn expect(tx: &Tx, list: List, id: &str, given: i32) -> Result<(), DbError> {
    let known = all(&tx.inner, &tx.workspace, list).await?;
    let stored = known.iter().find(|name| name.id == id).map(|name| name.version);
    super::expect(list.noun(), stored, given)
}

/// Removes a name that nothing uses; fails where something does.
pub async fn delete_name(tx: &Tx, list: List, id: &str, given: i32) -> Result<(), DbError> {
    workspace::inventory_changed(tx).await?;
    expect(tx, list, id, given).await?;
    let mut delete = Query::delete();
    delete
        .from_table(list.table())
        .and_where(Expr::col(column("id")).eq(id))
        .and_where(Expr::col(column("workspace_id")).eq(tx.workspace.as_str()));
    tx.inner.execute(&delete).await?;
    Ok(())
}
