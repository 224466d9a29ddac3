//! What tells events apart: the source's own id, or the content and its number among identical rows of the
//! file. Importing a file again therefore adds nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::progress::Progress;
use crate::segment::read_identities;
use crate::{EventsError, SegmentRef, Store};

/// The events of a source that are known, with a hash of what each says.
#[derive(Debug, Default)]
pub struct Known {
    keys: HashMap<u128, Said, Spread>,
    /// How often this file said the same again, where it did.
    again: HashMap<u128, u64, Spread>,
}

/// What a known event says, and whether this file said it too.
#[derive(Debug, Clone, Copy)]
struct Said {
    content: i64,
    here: bool,
}

/// Keys are hashes already: their low bits serve as they are.
#[derive(Debug, Default, Clone, Copy)]
pub struct Spread(u64);

impl std::hash::BuildHasher for Spread {
    type Hasher = Self;
    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl std::hash::Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

/// What tells the stored events of a source apart, sorted to be looked up.
#[derive(Debug, Default)]
pub struct Identities {
    files: Vec<String>,
    /// Key, and digest of what the event says.
    stored: Vec<(u128, i64)>,
}

impl Identities {
    /// Reads those of some segments; what an earlier reading knows of the first of them is not read again.
    pub fn load(store: &Store, files: Vec<String>, earlier: Option<&Self>) -> Result<Self, EventsError> {
        let earlier = earlier.filter(|earlier| files.starts_with(&earlier.files));
        let mut stored = earlier.map(|earlier| earlier.stored.clone()).unwrap_or_default();
        for file in &files[earlier.map_or(0, |earlier| earlier.files.len())..] {
            stored.extend(read_identities(&store.segment(file))?);
        }
        stored.sort_unstable();
        Ok(Self { files, stored })
    }

    /// The segments that these are of.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The digest of the stored event with that key.
    pub fn content(&self, key: u128) -> Option<i64> {
        let at = self.stored.partition_point(|&(known, _)| known < key);
        self.stored.get(at).filter(|(known, _)| *known == key).map(|&(_, content)| content)
    }
}

/// How an event relates to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    New,
    Duplicate,
    /// The same id says something else.
    Conflict,
}

impl Known {
    /// Reads the identities of stored segments, beside those of events that wait for one.
    pub fn load(
        store: &Store,
        stored: &[SegmentRef],
        waiting: &[(u128, i64)],
        progress: &Progress,
    ) -> Result<Self, EventsError> {
        let mut known = Self::default();
        known.keys.extend(waiting.iter().map(|&(key, content)| (key, Said { content, here: false })));
        for segment in stored {
            if progress.is_cancelled() {
                return Err(EventsError::Cancelled);
            }
            let identities = read_identities(&store.segment(&segment.file))?;
            known.keys.reserve(identities.len());
            known
                .keys
                .extend(identities.into_iter().map(|(key, content)| (key, Said { content, here: false })));
        }
        Ok(known)
    }

    /// Takes a row without an id in, unless it is known: its content and its number among rows of the same content in
    /// this file tell it apart. Gives the key too.
    pub fn admit_content(&mut self, content: u128) -> (u128, Relation) {
        match self.keys.entry(content) {
            Entry::Vacant(free) => {
                free.insert(Said { content: content as i64, here: true });
                return (content, Relation::New);
            }
            Entry::Occupied(mut known) if !known.get().here => {
                known.get_mut().here = true;
                return (content, Relation::Duplicate);
            }
            Entry::Occupied(_) => {}
        }
        let ordinal = self.again.entry(content).or_insert(0);
        *ordinal += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&content.to_be_bytes()).update(&ordinal.to_be_bytes());
        let key = short(&hasher);
        (key, self.admit(key, content as i64))
    }

    /// Takes an event with an id in, unless it is known.
    pub fn admit(&mut self, key: u128, content: i64) -> Relation {
        match self.keys.entry(key) {
            Entry::Vacant(free) => {
                free.insert(Said { content, here: true });
                Relation::New
            }
            Entry::Occupied(known) if known.get().content == content => Relation::Duplicate,
            Entry::Occupied(_) => Relation::Conflict,
        }
    }
}

/// The first 128 bits of a hash.
pub fn short(hasher: &blake3::Hasher) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_be_bytes(first)
}
