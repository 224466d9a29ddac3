//! What can go wrong with events: the input, the disk, or a stored file.

use std::path::PathBuf;

use contract::UserError;

/// Errors of the event store.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The person's file or mapping; says what to do.
    #[error("{0}")]
    Input(UserError),
    /// The person stopped the import.
    #[error("the import was cancelled")]
    Cancelled,
    /// Another process imports into the same folder.
    #[error("another import is running in this data folder")]
    Locked,
    /// Reading or writing failed.
    #[error("{doing} {path}")]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A stored segment can't be read or written.
    #[error("segment {path}")]
    Segment {
        path: PathBuf,
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Stored events don't form a log.
    #[error("stored events are inconsistent: {0:?}")]
    Log(analytics::LogError),
    /// No randomness for a new key.
    #[error("the system gives no random numbers")]
    Random,
}

impl EventsError {
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }

    pub(crate) fn segment(path: impl Into<PathBuf>) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.into();
        move |source| Self::Segment { path, source }
    }

    /// Whether the disk has no room left.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::Segment { source, .. } => {
                let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(source);
                while let Some(error) = cause {
                    if let Some(io) = error.downcast_ref::<std::io::Error>() {
                        return io.kind() == std::io::ErrorKind::StorageFull;
                    }
                    cause = error.source();
                }
                false
            }
            _ => false,
        }
    }
}

impl From<UserError> for EventsError {
    fn from(error: UserError) -> Self {
        Self::Input(error)
    }
}
