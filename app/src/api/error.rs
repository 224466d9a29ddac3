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
        match error {
            ServerFnErrorErr::Request(_) => Self(
                UserError::new(Kind::Unavailable, "offline", "The server can't be reached.")
                    .remedy("Check the connection; this page tries again when you act."),
            ),
            ServerFnErrorErr::Args(message)
            | ServerFnErrorErr::MissingArg(message)
            | ServerFnErrorErr::Deserialization(message) => unreadable(&message),
            other => broken(&other.to_string()),
        }
    }
}

/// What was sent can't be read by its reader: a form by the server, a view by the page.
#[cfg(feature = "ssr")]
fn unreadable(message: &str) -> AppError {
    let error = if message.contains("missing field `version`") {
        UserError::new(
            Kind::MissingVersion,
            "version_missing",
            "The change does not say which version it starts from.",
        )
        .at("version")
        .remedy("Load the page again and repeat your change.")
    } else if let Some((_, field)) = message.split_once("unknown field `") {
        let field = field.split('`').next().unwrap_or_default();
        super::session::note_refused(field);
        UserError::new(
            Kind::Unprocessable,
            "unknown_field",
            format!("There is no field \u{201c}{field}\u{201d}."),
        )
        .at(field)
        .remedy("Leave it out.")
    } else if message.contains("length limit") {
        UserError::new(Kind::TooLarge, "too_large", "That is more than can be sent at once.")
            .remedy("Shorten it, or send it as a file.")
    } else {
        UserError::new(Kind::Unprocessable, "bad_form", format!("The form can't be read: {message}."))
            .remedy("Load the page again and repeat your change.")
    };
    super::session::answer_with(error)
}

#[cfg(not(feature = "ssr"))]
fn unreadable(_: &str) -> AppError {
    AppError(
        UserError::new(Kind::Internal, "stale_page", "This page and the server are of different versions.")
            .remedy("Load the page again."),
    )
}

/// A fault of ours: the server logs it, and nothing of it is shown.
fn broken(message: &str) -> AppError {
    let error =
        UserError::new(Kind::Internal, "internal", "Something went wrong on our side.").remedy("Try again.");
    #[cfg(feature = "ssr")]
    {
        super::session::log_fault(message);
        super::session::answer_with(error)
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = message;
        AppError(error)
    }
}

/// A refusal that needs no use case, with its status where this runs on the server.
pub fn refused(error: UserError) -> AppError {
    #[cfg(feature = "ssr")]
    return super::session::answer_with(error);
    #[cfg(not(feature = "ssr"))]
    AppError(error)
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AppError {}
