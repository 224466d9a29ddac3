//! One kind of error for everything a person or a script can run into.

use serde::{Deserialize, Serialize};

/// What happened, where, why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// Decides the HTTP status.
    pub kind: Kind,
    /// Stable, for scripts: `duplicate_header`.
    pub code: String,
    /// One sentence: what happened and why.
    pub message: String,
    /// The field, column, line or parameter it is about.
    #[serde(default)]
    pub place: Option<String>,
    /// One sentence: what to do.
    #[serde(default)]
    pub remedy: Option<String>,
}

/// Classes of errors, one HTTP status each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 400: the request does not make sense as it stands.
    Invalid,
    /// 401: nobody is signed in.
    SignedOut,
    /// 403: a role that may not do this at all.
    Forbidden,
    /// 404: no such thing, or none in this person's scope.
    NotFound,
    /// 409: contradicts what is stored.
    Conflict,
    /// 412: someone else changed it meanwhile.
    Stale,
    /// 413: over a limit that is named.
    TooLarge,
    /// 428: a change without the version that it starts from.
    MissingVersion,
    /// 422: understood, but a value cannot be accepted.
    Unprocessable,
    /// 429: too many attempts.
    TooMany,
    /// 500: our fault; `message` carries a reference only.
    Internal,
    /// 503: cannot do it now.
    Unavailable,
    /// 507: no room left to write.
    Full,
}

impl Kind {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::SignedOut => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Stale => 412,
            Self::TooLarge => 413,
            Self::Unprocessable => 422,
            Self::MissingVersion => 428,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Full => 507,
        }
    }
}

impl Kind {
    /// Seconds after which trying again makes sense.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::TooMany | Self::Unavailable => Some(5),
            Self::Full => Some(60),
            _ => None,
        }
    }
}

impl UserError {
    /// An error without place and remedy.
    pub fn new(kind: Kind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, code: code.into(), message: message.into(), place: None, remedy: None }
    }

    /// Names the field, line or parameter.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The one answer for things that don't exist and things out of scope.
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, "not_found", format!("There is no such {what}, or you may not see it."))
    }
}

impl std::fmt::Display for UserError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(place) = &self.place {
            write!(f, " ({place})")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, " {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UserError {}
