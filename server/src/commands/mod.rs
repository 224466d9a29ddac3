//! What each command does.

mod demo;
mod import;
mod inventory;
mod machines;
mod query;
mod serve;
mod user;

use contract::UserError;
use services::ServiceError;

use crate::cli::{Cli, Command};

/// Runs a command to its end.
pub async fn run(cli: Cli) -> Result<(), UserError> {
    match cli.command {
        Command::Serve(options) => serve::run(options).await,
        Command::Demo(options) => demo::run(options).await,
        Command::Import(options) => import::run(options).await,
        Command::Query(options) => query::run(options).await,
        Command::Inventory(options) => inventory::run(options.action).await,
        Command::User(options) => user::run(options.action).await,
        Command::Key(options) => machines::keys(options.action).await,
        Command::Link(options) => machines::links(options.action).await,
        Command::Openapi => {
            say(&crate::http::described());
            Ok(())
        }
    }
    .map_err(ServiceError::into_user)
}

/// Writes to stdout; a reader that went away is no error.
pub fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
