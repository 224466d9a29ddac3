//! Everything a use case can fail with, and the one place where it becomes something a person reads.

use contract::{Kind, UserError};
use db::DbError;
use events::EventsError;

/// Errors of use cases.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Something the person can understand and mostly put right.
    #[error("{0}")]
    User(#[from] UserError),
    #[error(transparent)]
    Db(DbError),
    #[error(transparent)]
    Events(EventsError),
    #[error("a computation ended early")]
    Task(#[from] tokio::task::JoinError),
    #[error("reading or writing {path}")]
    Io {
        path: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the system gives no random numbers")]
    Random,
    #[error("hashing a password failed: {0}")]
    Password(String),
    #[error("writing CSV failed")]
    Csv(#[from] csv::Error),
}

impl From<DbError> for ServiceError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Stale { noun, given, stored } => UserError::new(
                Kind::Stale,
                "stale",
                format!(
                    "This {noun} was changed by someone else (version {stored}; you started from {given})."
                ),
            )
            .remedy("Load the page again and repeat your change.")
            .into(),
            DbError::NotFound { noun } => UserError::not_found(noun).into(),
            other if other.is_in_use() => {
                UserError::new(Kind::Conflict, "in_use", "Something else still refers to it.")
                    .remedy("Change or remove what refers to it first.")
                    .into()
            }
            other if other.is_disk_full() => full().into(),
            other if other.is_busy() => UserError::new(Kind::Unavailable, "busy", "The database is busy.")
                .remedy("Try again in a moment.")
                .into(),
            other => Self::Db(other),
        }
    }
}

impl From<EventsError> for ServiceError {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::Input(error) => error.into(),
            EventsError::Locked => UserError::new(
                Kind::Unavailable,
                "import_running",
                "Another import is running in this data folder.",
            )
            .remedy("Wait until it is done, then try again.")
            .into(),
            EventsError::Cancelled => {
                UserError::new(Kind::Conflict, "cancelled", "The import was cancelled; nothing of it was kept.")
                    .into()
            }
            other if other.is_disk_full() => full().into(),
            other => Self::Events(other),
        }
    }
}

fn full() -> UserError {
    UserError::new(Kind::Full, "disk_full", "The disk is full; nothing of this was kept.")
        .remedy("Make room in the data folder, then try again.")
}

impl ServiceError {
    /// What the person reads. Faults of ours are logged under a reference, and only that is shown.
    pub fn into_user(self) -> UserError {
        match self {
            Self::User(error) => return error,
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => return full(),
            _ => {}
        }
        let reference = db::new_id();
        tracing::error!(reference, error = &self as &dyn std::error::Error, "request failed");
        UserError::new(
            Kind::Internal,
            "internal",
            format!("Something went wrong on our side. Reference: {reference}."),
        )
        .remedy("Try again; if it happens again, give the reference to your administrator.")
    }
}
