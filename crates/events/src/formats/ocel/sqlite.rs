//! OCEL 2.0 in SQLite. The file is opened for reading only, and only plain tables are read: a view or a virtual table
//! would run what its author wrote.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::{Event, Log, MOST_BYTES, broken};
use crate::EventsError;

/// Largest row.
const MOST_ROW: i32 = 4 << 20;

pub fn read(path: &Path) -> Result<Log, EventsError> {
    let bytes = std::fs::metadata(path).map_err(EventsError::io("reading", path))?.len();
    if bytes > MOST_BYTES {
        return Err(broken("it is larger than 1 GiB"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(broken)?;
    let set = |pragma: &str, value: i32| database.pragma_update(None, pragma, value).map_err(broken);
    set("trusted_schema", 0)?;
    set("query_only", 1)?;
    set("cell_size_check", 1)?;
    database.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, MOST_ROW).map_err(broken)?;
    let tables = plain_tables(&database)?;
    let need = |name: &str| {
        if tables.contains_key(name) { Ok(()) } else { Err(broken(format!("there is no table {name}"))) }
    };
    for name in ["event", "object", "event_object", "event_map_type"] {
        need(name)?;
    }
    let mut log = Log::default();
    each(&database, "SELECT ocel_id, ocel_type FROM object ORDER BY rowid", |cells| {
        log.object(cells[0].clone(), &cells[1]);
    })?;
    let mut at: HashMap<String, usize> = HashMap::new();
    each(&database, "SELECT ocel_id, ocel_type FROM event ORDER BY rowid", |cells| {
        at.insert(cells[0].clone(), log.events.len());
        log.events.push(Event { id: cells[0].clone(), activity: cells[1].clone(), ..Event::default() });
    })?;
    each(&database, "SELECT ocel_event_id, ocel_object_id FROM event_object ORDER BY rowid", |cells| {
        if let Some(&event) = at.get(&cells[0]) {
            log.events[event].related.push(cells[1].clone());
        }
    })?;
    let mut kinds = Vec::new();
    each(&database, "SELECT ocel_type_map FROM event_map_type", |cells| kinds.push(cells[0].clone()))?;
    for kind in kinds {
        let table = format!("event_{kind}");
        need(&table)?;
        let columns = &tables[&table];
        if !["ocel_id", "ocel_time"].iter().all(|name| columns.iter().any(|column| column == name)) {
            return Err(broken(format!("table {table} has no id or no time")));
        }
        let listed: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        each(&database, &format!("SELECT {} FROM {}", listed.join(", "), quoted(&table)), |cells| {
            let cell = |name: &str| columns.iter().position(|column| column == name).map(|at| &cells[at]);
            let Some(&event) = cell("ocel_id").and_then(|id| at.get(id)) else { return };
            let event = &mut log.events[event];
            event.time = cell("ocel_time").cloned().unwrap_or_default();
            let own = columns
                .iter()
                .zip(&cells)
                .filter(|(name, value)| !name.starts_with("ocel_") && !value.is_empty());
            event.attributes.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        })?;
    }
    Ok(log)
}

/// Names of the plain tables, with their columns.
fn plain_tables(database: &Connection) -> Result<HashMap<String, Vec<String>>, EventsError> {
    let mut names = Vec::new();
    let listed = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' LIMIT 2000";
    each(database, listed, |cells| names.push(cells[0].clone()))?;
    let mut tables = HashMap::new();
    for name in names {
        let mut columns = Vec::new();
        each(database, &format!("SELECT name FROM pragma_table_info({})", text(&name)), |cells| {
            columns.push(cells[0].clone());
        })?;
        tables.insert(name, columns);
    }
    Ok(tables)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

fn each(database: &Connection, select: &str, mut take: impl FnMut(Vec<String>)) -> Result<(), EventsError> {
    let mut statement = database.prepare(select).map_err(broken)?;
    let width = statement.column_count();
    let mut rows = statement.query([]).map_err(broken)?;
    while let Some(row) = rows.next().map_err(broken)? {
        let cell = |at: usize| -> Result<String, EventsError> {
            Ok(match row.get_ref(at).map_err(broken)? {
                ValueRef::Null => String::new(),
                ValueRef::Integer(value) => value.to_string(),
                ValueRef::Real(value) => value.to_string(),
                ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
            })
        };
        take((0..width).map(cell).collect::<Result<_, _>>()?);
    }
    Ok(())
}
