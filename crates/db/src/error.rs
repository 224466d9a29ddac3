//! What can go wrong in the database.

/// Errors of the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The statement failed.
    #[error("database")]
    Database(#[from] sea_orm::DbErr),
    /// Someone else changed the row meanwhile.
    #[error("{noun} was changed meanwhile: version {stored}, not {given}")]
    Stale { noun: &'static str, given: i32, stored: i32 },
    /// No such row in the workspace.
    #[error("no such {noun}")]
    NotFound { noun: &'static str },
    /// The address is of a database that is not supported.
    #[error("unsupported database address")]
    Address,
}

/// Two changes at once may both have seen the same version: the second finds nothing to change.
pub(crate) fn changed_one(noun: &'static str, given: i32, rows: u64) -> Result<(), DbError> {
    if rows == 1 { Ok(()) } else { Err(DbError::Stale { noun, given, stored: given.saturating_add(1) }) }
}

impl DbError {
    /// Whether a row of that name, or a rule of the schema, stands against it.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }

    /// Whether other rows still refer to the one to delete, or the one referred to is gone.
    pub fn is_in_use(&self) -> bool {
        // SQLite's 1811 is a foreign key that restricts; SeaORM knows only the other codes.
        let known = matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))));
        known || self.code().is_some_and(|code| code == "1811")
    }

    /// Whether the disk, or what the database may use of it, is full.
    pub fn is_disk_full(&self) -> bool {
        // SQLite: full. PostgreSQL: disk full.
        self.code().is_some_and(|code| code == "13" || code == "53100")
    }

    /// Whether the database could not answer in time.
    pub fn is_busy(&self) -> bool {
        let waited = matches!(self, Self::Database(sea_orm::DbErr::ConnectionAcquire(_)));
        // SQLite: busy, and its variants. PostgreSQL: too many connections, lock not available.
        waited
            || self.code().is_some_and(|code| matches!(code.as_str(), "5" | "261" | "517" | "53300" | "55P03"))
    }

    /// The database's own code of an error.
    fn code(&self) -> Option<String> {
        use sea_orm::{DbErr, RuntimeErr};
        let Self::Database(
            DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error))
            | DbErr::Conn(RuntimeErr::SqlxError(error)),
        ) = self
        else {
            return None;
        };
        error.as_database_error()?.code().map(|code| code.into_owned())
    }
}
