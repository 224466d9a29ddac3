//! HTTP: the router, the middleware, and what is not a page (files up and down).

use services::ServiceError;

use crate::cli;

/// Serves until the process is asked to end.
pub async fn serve(_options: cli::Serve) -> Result<(), ServiceError> {
    Ok(())
}
