//! Connections. SQLite: one writer, several readers, and every write transaction takes the write lock at
//! its start. PostgreSQL: one pool for both.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::Connection as _;
use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};

use crate::DbError;

/// The database of one workspace.
#[derive(Debug, Clone)]
pub struct Db {
    pub(crate) reader: DatabaseConnection,
    writer: DatabaseConnection,
    pub(crate) workspace: String,
}

/// A write transaction. Dropped without [`Tx::commit`], it leaves no trace.
pub struct Tx {
    pub(crate) inner: DatabaseTransaction,
    pub(crate) workspace: String,
}

/// Connections before the schema is known to be there.
pub struct Connections {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

/// Opens the given database, or SQLite in the data folder.
pub async fn connect(url: Option<&str>, data_dir: &Path) -> Result<Connections, DbError> {
    match url {
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            let mut options = ConnectOptions::new(url);
            options.max_connections(16).acquire_timeout(Duration::from_secs(10)).sqlx_logging(false);
            let pool = Database::connect(options).await?;
            Ok(Connections { reader: pool.clone(), writer: pool })
        }
        Some(url) if !url.starts_with("sqlite:") => Err(DbError::Address),
        other => {
            let url = other.map_or_else(
                || format!("sqlite://{}?mode=rwc", data_dir.join("throughline.db").display()),
                str::to_owned,
            );
            let writer = Database::connect(sqlite(&url, 1)).await?;
            let reader = Database::connect(sqlite(&url, 8)).await?;
            Ok(Connections { reader, writer })
        }
    }
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|options| {
        options
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(20))
    });
    // A full disk ends a transaction from below, and the connection then believes that it is within one: all that follows
    // would be told as done and never be kept. Such a connection goes, and another takes its place.
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.before_acquire(|connection, _| {
            Box::pin(async move {
                // What was still to be taken back is, before it answers.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
    });
    options
}

/// Begins a transaction that holds the write lock from its start, where the database has one.
async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction, DbError> {
    let sqlite_transaction_mode =
        matches!(writer.get_database_backend(), DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
    Ok(writer.begin_with_options(options).await?)
}

impl Connections {
    /// For the migrator.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Takes the workspace, making it where the database is new.
    pub async fn into_db(self, now: i64) -> Result<Db, DbError> {
        // Two processes may open a new database at once: the second waits, and finds what the first made.
        let tx = begin(&self.writer).await?;
        let workspace = crate::workspace::ensure(&tx, now).await?;
        tx.commit().await?;
        Ok(Db { reader: self.reader, writer: self.writer, workspace })
    }
}

impl Db {
    /// Begins a write transaction.
    pub async fn write(&self) -> Result<Tx, DbError> {
        Ok(Tx { inner: begin(&self.writer).await?, workspace: self.workspace.clone() })
    }

    /// Several reads of one and the same moment.
    pub(crate) async fn moment(&self) -> Result<DatabaseTransaction, DbError> {
        // SQLite reads a snapshot in any transaction; PostgreSQL where it is told to.
        let isolation = matches!(self.reader.get_database_backend(), DbBackend::Postgres)
            .then_some(IsolationLevel::RepeatableRead);
        Ok(self
            .reader
            .begin_with_config(isolation, Some(AccessMode::ReadOnly).filter(|_| isolation.is_some()))
            .await?)
    }

    /// The workspace's id, which the data folder remembers too.
    pub fn workspace_id(&self) -> &str {
        &self.workspace
    }
}

impl Tx {
    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.inner.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait as _, DbErr};

    use super::{begin, connect};

    /// The connection that met a full disk, and may believe itself within a transaction that is over, is not used again.
    #[tokio::test]
    async fn a_full_disk_leaves_no_connection_astray() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let connections = connect(None, folder.path()).await?;
        let (writer, reader) = (&connections.writer, &connections.reader);
        writer.execute_unprepared("CREATE TABLE kept (word TEXT)").await?;
        for round in 0..9 {
            // For this connection, no page more than there is: what a full disk does.
            writer.execute_unprepared("PRAGMA max_page_count = 2").await?;
            let tx = begin(writer).await?;
            let large = format!("INSERT INTO kept VALUES ('{round}{}')", "x".repeat(200_000));
            let refused: Result<_, DbErr> = tx.execute_unprepared(&large).await;
            assert!(refused.is_err(), "the disk is full");
            match round % 3 {
                0 => drop(tx),
                1 => drop(tx.commit().await),
                _ => drop(tx.rollback().await),
            }
            let tx = begin(writer).await?;
            tx.execute_unprepared(&large).await.map_err(|_| "the same connection goes on")?;
            tx.commit().await?;
            let find = format!("SELECT 1 FROM kept WHERE word LIKE '{round}x%'");
            let find = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, find);
            assert!(
                reader.query_one_raw(find).await?.is_some(),
                "what was told as kept in round {round} is gone"
            );
        }
        Ok(())
    }
}
