//! What tells events apart: the source's own id, or the content and its number among identical rows of the
//! file. Importing a file again therefore adds nothing.
//!
//! Keys are spread over shards, which all threads look through side by side.

use std::collections::HashMap;

use rayon::prelude::*;

use super::digest::repeated;
use super::keys::{Keys, Looked};
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

#[derive(Debug)]
struct Shard {
    keys: Keys,
    /// How often this file said the same again, where it did.
    again: HashMap<u128, u64>,
}

/// Not by the bits by which its keys are spread.
pub fn shard_of(key: u128) -> usize {
    (key >> 64) as usize % SHARDS
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
        let spread = super::keys::spread()?;
        let shard = |_| Shard { keys: Keys::new(spread), again: HashMap::new() };
        let mut known = Self { shards: (0..SHARDS).map(shard).collect() };
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
            for &(key, content) in identities.iter().filter(|(key, _)| shard_of(*key) == at) {
                shard.keys.remember(key, content);
            }
        });
    }

    /// Takes events in, piece by piece; gives back which of them are not simply new, by piece and place.
    pub fn admit(&mut self, pieces: &[Understood<'_>]) -> Vec<(u32, u32, Relation)> {
        let found = self.shards.par_iter_mut().enumerate().map(|(at, shard)| {
            let mut found = Vec::new();
            for (piece, understood) in (0..).zip(pieces) {
                std::hint::black_box(shard.keys.warm(understood.keys(at)));
                for (place, wanted) in understood.wanted(at) {
                    if let Some(relation) = shard.admit(&wanted) {
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
        match self.keys.look(key, content) {
            Looked::New => None,
            Looked::OtherContent => Some(Relation::Conflict),
            Looked::Known { .. } if named => Some(Relation::Duplicate),
            Looked::Known { here: false } => Some(Relation::Duplicate),
            // A row without an id that this file said before: its content and its number among such rows tell it
            // apart. It stays in the shard of the first.
            Looked::Known { here: true } => {
                let times = self.again.entry(key).or_insert(0);
                *times += 1;
                let top = u128::from(shard_of(key) as u64) << 64;
                let other = repeated(key, *times) & !((SHARDS as u128 - 1) << 64) | top;
                match self.keys.look(other, content) {
                    Looked::New => Some(Relation::Again(other)),
                    Looked::OtherContent | Looked::Known { .. } => Some(Relation::Duplicate),
                }
            }
        }
    }
}
