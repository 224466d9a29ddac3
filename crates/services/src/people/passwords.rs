//! Hashing passwords: dear on purpose, so only a few at a time, and the rest wait or are told to.

use std::time::Duration;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use contract::{Kind, UserError};
use tokio::sync::Semaphore;

use super::invalid;
use crate::{ServiceError, Services};

/// Longest password, in bytes.
pub const LONGEST: usize = 2048;
/// Passwords hashed at once: each takes 19 MiB and a core for a while.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// Turns for hashing, on threads of their own: memory that a thread gave back stays with it, and these are few.
pub struct Hashing {
    turns: Semaphore,
    threads: Option<rayon::ThreadPool>,
}

impl Default for Hashing {
    fn default() -> Self {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(AT_ONCE).build();
        Self { turns: Semaphore::new(AT_ONCE), threads: threads.ok() }
    }
}

/// Runs a hashing when its turn comes.
async fn hashed<T: Send + 'static>(
    services: &Services,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let hashing = &services.hashing;
    let turn = tokio::time::timeout(PATIENCE, hashing.turns.acquire()).await;
    let Ok(Ok(_turn)) = turn else {
        return Err(UserError::new(Kind::TooMany, "busy", "Too many people sign in right now.")
            .remedy("Try again in a moment.")
            .into());
    };
    let (give, take) = tokio::sync::oneshot::channel();
    let work = move || {
        // Nobody may be waiting any more.
        let _ = give.send(work());
    };
    match &hashing.threads {
        Some(threads) => threads.spawn(work),
        None => {
            tokio::task::spawn_blocking(work);
        }
    }
    take.await.map_err(|_| ServiceError::Password("a thread ended early".to_owned()))
}

/// Checks a new password and hashes it.
pub async fn hash(services: &Services, password: &str) -> Result<String, ServiceError> {
    check(password)?;
    let password = password.to_owned();
    let hash = hashed(services, move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| ServiceError::Password(error.to_string()))
    });
    hash.await?
}

/// Whether a password is that of the hash. Without a hash it is not, and takes as long to find out, so that
/// unknown addresses can't be told apart.
pub async fn verify(services: &Services, password: &str, hash: Option<String>) -> Result<bool, ServiceError> {
    let password = password.to_owned();
    let right = hashed(services, move || {
        let right =
            Argon2::default().verify_password(password.as_bytes(), hash.as_deref().unwrap_or(NOBODY)).is_ok();
        right && hash.is_some()
    });
    right.await
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
