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

impl DbError {
    /// Whether a row of that name, or a rule of the schema, stands against it.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }

    /// Whether other rows still refer to the one to delete.
    pub fn is_in_use(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))))
    }
}
