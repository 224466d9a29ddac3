//! Opaque tokens for sessions and links: 256 random bits, of which only a hash is stored.

use crate::ServiceError;

/// A new token as text.
pub fn new_token() -> Result<String, ServiceError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| ServiceError::Random)?;
    Ok(hex::encode(bytes))
}

/// What is stored of a token.
pub fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}
