//! Hashing passwords: dear on purpose, so only a few at a time, and the rest wait or are told to.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use contract::{Kind, UserError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::invalid;
use crate::{ServiceError, Services};

/// Longest password, in bytes.
pub const LONGEST: usize = 2048;
/// Passwords hashed at once: each takes 19 MiB and a core for a while.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// Turns for hashing.
pub struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

async fn turn(services: &Services) -> Result<OwnedSemaphorePermit, ServiceError> {
    match tokio::time::timeout(PATIENCE, services.hashing.0.clone().acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(UserError::new(Kind::TooMany, "busy", "Too many people sign in right now.")
            .remedy("Try again in a moment.")
            .into()),
    }
}

/// Checks a new password and hashes it.
pub async fn hash(services: &Services, password: &str) -> Result<String, ServiceError> {
    check(password)?;
    let permit = turn(services).await?;
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| ServiceError::Password(error.to_string()))
    })
    .await?
}

/// Whether a password is that of the hash. Without a hash it is not, and takes as long to find out, so that
/// unknown addresses can't be told apart.
pub async fn verify(services: &Services, password: &str, hash: Option<String>) -> Result<bool, ServiceError> {
    let permit = turn(services).await?;
    let password = password.to_owned();
    Ok(tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let right =
            Argon2::default().verify_password(password.as_bytes(), hash.as_deref().unwrap_or(NOBODY)).is_ok();
        right && hash.is_some()
    })
    .await?)
}

/// Of a password that nobody has; same cost as real ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dGhyb3VnaGxpbmVzYWx0$9Kp0H4wAmB0vQzM0HkTn0mJmXcWbEo0p6E8f0mN2xWc";

fn check(password: &str) -> Result<(), UserError> {
    let length = password.chars().count();
    if length < 12 {
        return Err(invalid("password", "The password is shorter than 12 characters.")
            .remedy("A few words in a row are easy to remember."));
    }
    if length > 512 {
        return Err(invalid("password", "The password is longer than 512 characters."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::NOBODY;

    #[test]
    fn nobodys_hash_costs_what_others_cost() {
        let hash = PasswordHash::new(NOBODY).expect("a hash");
        assert_eq!(hash.algorithm.as_str(), "argon2id");
        let params = argon2::Params::try_from(&hash).expect("parameters");
        let cost = |params: &argon2::Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(cost(&params), cost(&argon2::Params::default()));
    }
}
