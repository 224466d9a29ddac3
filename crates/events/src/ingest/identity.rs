//! What tells events apart: the source's own id, or the content and its number among identical rows of the
//! file. Importing a file again therefore adds nothing.
//!
//! Keys are spread over shards, which all threads look through side by side.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rayon::prelude::*;

use super::digest::repeated;
use super::progress::Progress;
use super::understood::Understood;
use crate::segment::read_identities;
use crate::{EventsError, SegmentRef, Store};

/// Parts of what is known. More than threads, so that none waits long.
pub const SHARDS: usize = 8;

/// The events of a source that are known, with a hash of what each says.
#[derive(Debug)]
pub struct Known {
    shards: Vec<Shard>,
}

#[derive(Debug, Default)]
struct Shard {
    keys: HashMap<Key, Said, Spread>,
    /// How often this file said the same again, where it did.
    again: HashMap<u128, u64, Spread>,
}

/// A key in two halves: so it needs no padding beside its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(u64, u64);

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(self.1);
    }
}

fn half(key: u128) -> Key {
    Key((key >> 64) as u64, key as u64)
}

/// Not by the bits by which its map spreads it.
pub fn shard_of(key: u128) -> usize {
    (key >> 64) as usize % SHARDS
}

/// Sixty-three bits of what a known event says, and whether this file said it too.
#[derive(Debug, Clone, Copy)]
struct Said(u64);

impl Said {
    fn new(content: i64, here: bool) -> Self {
        Self(content as u64 & !1 | u64::from(here))
    }

    fn here(self) -> bool {
        self.0 & 1 == 1
    }

    fn says(self, content: i64) -> bool {
        self.0 | 1 == content as u64 | 1
    }
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
    fn write_u64(&mut self, half: u64) {
        self.0 = half;
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
        stored.par_sort_unstable();
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

/// How an event relates to what is known, where it is not simply new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// New, under another key: the file says the same once more.
    Again(u128),
    Duplicate,
    /// The same id says something else.
    Conflict,
}

/// An event that wants to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Of its own id, else of its content.
    pub key: u128,
    pub content: i64,
    /// Whether the source gave it an id.
    pub named: bool,
}

impl Known {
    /// Reads the identities of stored segments, beside those of events that wait for one.
    pub fn load(
        store: &Store,
        stored: &[SegmentRef],
        waiting: &[(u128, i64)],
        progress: &Progress,
    ) -> Result<Self, EventsError> {
        let mut known = Self { shards: (0..SHARDS).map(|_| Shard::default()).collect() };
        known.remember(waiting);
        for segment in stored {
            if progress.is_cancelled() {
                return Err(EventsError::Cancelled);
            }
            known.remember(&read_identities(&store.segment(&segment.file))?);
        }
        Ok(known)
    }

    fn remember(&mut self, identities: &[(u128, i64)]) {
        self.shards.par_iter_mut().enumerate().for_each(|(at, shard)| {
            let own = identities.iter().filter(|(key, _)| shard_of(*key) == at);
            shard.keys.extend(own.map(|&(key, content)| (half(key), Said::new(content, false))));
        });
    }

    /// Takes events in, piece by piece; gives back which of them are not simply new, by piece and place.
    pub fn admit(&mut self, pieces: &[Understood<'_>]) -> Vec<(u32, u32, Relation)> {
        let found = self.shards.par_iter_mut().enumerate().map(|(at, shard)| {
            let mut found = Vec::new();
            for (piece, understood) in (0..).zip(pieces) {
                for (place, wanted) in understood.wanted(at) {
                    if let Some(relation) = shard.admit(wanted) {
                        found.push((piece, place, relation));
                    }
                }
            }
            found
        });
        let mut found: Vec<(u32, u32, Relation)> = found.flatten_iter().collect();
        found.par_sort_unstable_by_key(|&(piece, place, _)| (piece, place));
        found
    }
}

impl Shard {
    fn admit(&mut self, wanted: &Wanted) -> Option<Relation> {
        let &Wanted { key, content, named } = wanted;
        match self.keys.entry(half(key)) {
            Entry::Vacant(free) => {
                free.insert(Said::new(content, true));
                None
            }
            Entry::Occupied(known) if !known.get().says(content) => Some(Relation::Conflict),
            Entry::Occupied(_) if named => Some(Relation::Duplicate),
            Entry::Occupied(mut known) if !known.get().here() => {
                known.insert(Said::new(content, true));
                Some(Relation::Duplicate)
            }
            // A row without an id that this file said before: its content and its number among such rows tell it
            // apart. It stays in the shard of the first.
            Entry::Occupied(_) => {
                let times = self.again.entry(key).or_insert(0);
                *times += 1;
                let top = u128::from(shard_of(key) as u64) << 64;
                let other = repeated(key, *times) & !((SHARDS as u128 - 1) << 64) | top;
                match self.keys.entry(half(other)) {
                    Entry::Vacant(free) => {
                        free.insert(Said::new(content, true));
                        Some(Relation::Again(other))
                    }
                    Entry::Occupied(_) => Some(Relation::Duplicate),
                }
            }
        }
    }
}
