//! `throughline serve`.

use services::ServiceError;

use crate::cli;

/// Serves until the process is asked to end.
pub async fn run(options: cli::Serve) -> Result<(), ServiceError> {
    crate::http::serve(options).await
}
