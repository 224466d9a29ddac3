//! The keys of known events, to be looked up and added to by the million.
//!
//! A table of slots says where each key may stand; the keys themselves lie in the order in which they came. Looking
//! up a new key reads one slot, so that many can be waited for at once, and a table that grows is copied from front
//! to back. An event takes 16 bytes, and 11 to 23 for its slot.

use crate::EventsError;

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// Nothing, until now.
    New,
    /// An event with that key says the same; `here` where this file said so before.
    Known { here: bool },
    /// An event with that key says something else.
    OtherContent,
}

/// Keys, and what the events that have them say.
#[derive(Debug)]
pub struct Keys {
    /// Keys, and what differs between each one's content and its lower half where something does.
    keys: Vec<(u64, u64)>,
    contents: Vec<u64>,
    /// Thirty-two bits of a key's hash, whether this file said it, and the place of the key plus one; 0 where free. The
    /// hash's highest bits say in which slot a key belongs, so slots are ordered by hash, but for those that were taken.
    slots: Vec<u64>,
    bits: u32,
    spread: u64,
}

/// A number by which hashes are spread in this process alone: nobody can send keys that all want the same slot.
pub fn spread() -> Result<u64, EventsError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|_| EventsError::Random)?;
    Ok(u64::from_le_bytes(bytes) | 1)
}

const FIRST_BITS: u32 = 10;
const HERE: u64 = 1 << 31;
const PLACE: u64 = HERE - 1;

impl Keys {
    pub fn new(spread: u64) -> Self {
        Self {
            keys: Vec::new(),
            contents: Vec::new(),
            slots: vec![0; 1 << FIRST_BITS],
            bits: FIRST_BITS,
            spread,
        }
    }

    fn hash(&self, key: u128) -> u64 {
        // Multiplying by an odd number loses nothing, and turned round, the one half meets the other's highest bits.
        let high = ((key >> 64) as u64).wrapping_mul(self.spread);
        (key as u64 ^ high.rotate_left(32)).wrapping_mul(self.spread) >> 32
    }

    /// Reads the slots of some keys that are looked up next, all at once: waiting for one after the other takes several
    /// times as long. The sum keeps the compiler from leaving it out.
    pub fn warm(&self, keys: &[u128]) -> u64 {
        let slot = |key| self.slots[(self.hash(key) >> (32 - self.bits)) as usize];
        keys.iter().fold(0, |sum, &key| sum ^ slot(key))
    }

    /// Notes an event that is stored already. Of two with one key the first counts.
    pub fn remember(&mut self, key: u128, content: i64) {
        self.take(key, content, false);
    }

    /// Looks a key up, and notes that this file has it.
    pub fn look(&mut self, key: u128, content: i64) -> Looked {
        self.take(key, content, true)
    }

    fn take(&mut self, key: u128, content: i64, here: bool) -> Looked {
        if self.keys.len() * 10 >= self.slots.len() * 7 {
            self.grow();
        }
        let hash = self.hash(key);
        let last = self.slots.len() - 1;
        let mut at = (hash >> (32 - self.bits)) as usize;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                self.slots[at] = hash << 32 | if here { HERE } else { 0 } | (self.keys.len() as u64 + 1);
                self.keys.push(((key >> 64) as u64, key as u64));
                let differs = (content ^ key as i64) as u64;
                if differs != 0 || !self.contents.is_empty() {
                    self.contents.resize(self.keys.len() - 1, 0);
                    self.contents.push(differs);
                }
                return Looked::New;
            }
            if slot >> 32 == hash {
                let place = (slot & PLACE) as usize - 1;
                if self.keys[place] == ((key >> 64) as u64, key as u64) {
                    let differs = self.contents.get(place).copied().unwrap_or(0);
                    if differs != (content ^ key as i64) as u64 {
                        return Looked::OtherContent;
                    }
                    if here {
                        self.slots[at] = slot | HERE;
                    }
                    return Looked::Known { here: slot & HERE != 0 };
                }
            }
            at = (at + 1) & last;
        }
    }

    fn grow(&mut self) {
        self.bits += 1;
        #[expect(
            clippy::slow_vector_initialization,
            reason = "a page that is read before it is written is copied then, which stops all threads"
        )]
        let mut slots = {
            let mut slots = Vec::with_capacity(1 << self.bits);
            slots.resize(1 << self.bits, 0);
            slots
        };
        let last = slots.len() - 1;
        for &slot in self.slots.iter().filter(|slot| **slot != 0) {
            let mut at = (slot >> 32 >> (32 - self.bits)) as usize;
            while slots[at] != 0 {
                at = (at + 1) & last;
            }
            slots[at] = slot;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::{any, prop, proptest};

    use super::{Keys, Looked};

    proptest! {
        /// As a map would, with keys that meet often and tables that grow.
        #[test]
        fn keys_are_known_as_a_map_knows_them(
            asked in prop::collection::vec((0_u128..900, any::<bool>(), 0_i64..3, any::<bool>()), 0..4000),
            spread in any::<u64>(),
        ) {
            let mut keys = Keys::new(spread | 1);
            let mut map: HashMap<u128, (i64, bool)> = HashMap::new();
            for (key, high, content, here) in asked {
                let key = if high { key << 64 | key } else { key };
                let content = if content == 0 { key as i64 } else { content };
                let expected = match map.get_mut(&key) {
                    None => {
                        map.insert(key, (content, here));
                        Looked::New
                    }
                    Some((known, _)) if *known != content => Looked::OtherContent,
                    Some((_, said)) => {
                        let known = Looked::Known { here: *said };
                        *said |= here;
                        known
                    }
                };
                let found = if here {
                    keys.look(key, content)
                } else {
                    keys.remember(key, content);
                    continue;
                };
                assert_eq!(found, expected);
            }
        }
    }
}
