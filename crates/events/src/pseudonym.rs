//! Customers are pseudonymous from the door on: their ids become keyed hashes, and the key lies in a file of
//! its own, apart from the events.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use siphasher::sip128::SipHasher24;

use crate::EventsError;

/// A customer's pseudonym: a keyed hash of the id that the log gave (SipHash-2-4, 128 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKey(pub u128);

/// Crockford's base 32: no letters that look like digits.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl CustomerKey {
    /// As pages and URLs write it: 26 letters and digits.
    pub fn text(self) -> String {
        (0..26).rev().map(|place| LETTERS[((self.0 >> (place * 5)) & 31) as usize] as char).collect()
    }

    /// Reads what [`Self::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 26 {
            return None;
        }
        let mut key: u128 = 0;
        for (place, letter) in text.bytes().enumerate() {
            let digit = LETTERS.iter().position(|&known| known == letter.to_ascii_uppercase())? as u128;
            // 26 × 5 bits are two more than there are: the first letter has three bits only.
            if place == 0 && digit > 7 {
                return None;
            }
            key = (key << 5) | digit;
        }
        Some(Self(key))
    }
}

/// Makes pseudonyms.
#[derive(Clone)]
pub struct Pseudonyms {
    key: [u8; 32],
    customers: SipHasher24,
}

impl Pseudonyms {
    /// Reads the key of a data folder, or makes one where there is none. Only the owner may read the file.
    pub fn open(path: &Path) -> Result<Self, EventsError> {
        match fs::read(path) {
            Ok(bytes) => {
                let key = bytes.as_slice().try_into().map_err(|_| EventsError::Io {
                    doing: "reading the pseudonym key",
                    path: path.to_owned(),
                    source: std::io::ErrorKind::InvalidData.into(),
                })?;
                Ok(Self::of_key(key))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(EventsError::io("reading", path)(error)),
        }
    }

    fn create(path: &Path) -> Result<Self, EventsError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| EventsError::Random)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(EventsError::io("creating", folder))?;
        }
        let temporary = path.with_extension("tmp");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary).map_err(EventsError::io("creating", &temporary))?;
        file.write_all(&key).map_err(EventsError::io("writing", &temporary))?;
        file.sync_all().map_err(EventsError::io("writing", &temporary))?;
        // A hard link fails where another process was first; then that one's key holds.
        match fs::hard_link(&temporary, path) {
            Ok(()) => {
                fs::remove_file(&temporary).map_err(EventsError::io("removing", &temporary))?;
                crate::store::sync_folder(path.parent().unwrap_or(Path::new(".")))?;
                Ok(Self::of_key(key))
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::open(path),
            Err(error) => Err(EventsError::io("writing", path)(error)),
        }
    }

    fn of_key(key: [u8; 32]) -> Self {
        let customers =
            SipHasher24::new_with_key(&secret(&key, "throughline 2026 pseudonym of a customer", &[]));
        Self { key, customers }
    }

    /// Another secret of this data folder, for a purpose and a name.
    pub(crate) fn secret(&self, purpose: &str, name: &[u8]) -> [u8; 16] {
        secret(&self.key, purpose, name)
    }

    /// The pseudonym of a customer's id.
    pub fn of(&self, id: &[u8]) -> CustomerKey {
        CustomerKey(self.customers.hash(id).as_u128())
    }
}

fn secret(key: &[u8; 32], purpose: &str, name: &[u8]) -> [u8; 16] {
    let mut secret = [0; 16];
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    hasher.update(key).update(name);
    secret.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    secret
}

#[cfg(test)]
mod tests {
    use super::CustomerKey;

    #[test]
    fn text_round_trips() {
        for key in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            assert_eq!(CustomerKey::parse(&CustomerKey(key).text()), Some(CustomerKey(key)));
        }
        assert_eq!(CustomerKey::parse("short"), None);
        assert_eq!(CustomerKey::parse("Z0000000000000000000000000"), None);
    }
}
