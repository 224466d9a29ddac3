//! The contract's error on its way through server functions.

use contract::{Kind, UserError};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What a server function answers instead of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError(pub UserError);

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Request(_) => {
                UserError::new(Kind::Unavailable, "offline", "The server can't be reached.")
                    .remedy("Check the connection; this page tries again when you act.")
            }
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => {
                UserError::new(Kind::Unprocessable, "bad_form", format!("The form can't be read: {message}."))
                    .remedy("Load the page again and repeat your change.")
            }
            other => UserError::new(Kind::Internal, "internal", other.to_string()),
        })
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AppError {}
