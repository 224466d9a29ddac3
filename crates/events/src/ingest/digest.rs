//! What events say, as digests: two that say the same have the same.

use siphasher::sip128::SipHasher13;

use crate::{CustomerKey, Pseudonyms};

/// Digests of one source's events: those of another differ, whatever they say. They are made with secrets of this data
/// folder (SipHash-1-3, 128 bits): so nobody can make two events that seem to be, or to say, the same.
pub struct Digests {
    contents: SipHasher13,
    ids: SipHasher13,
}

/// All that an event says, whichever way it came.
pub struct Content<'a> {
    pub customer: CustomerKey,
    pub time: i64,
    pub activity: &'a [u8],
    pub case: &'a [u8],
    pub reason: &'a [u8],
    pub text: &'a [u8],
    pub duration: Option<i64>,
    pub cost: Option<i64>,
}

/// A length in as few bytes as it needs, seven bits in each.
fn put_length(room: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        room.push(length as u8 | 0x80);
        length >>= 7;
    }
    room.push(length as u8);
}

fn put(room: &mut Vec<u8>, part: u8, value: &[u8]) {
    if !value.is_empty() {
        room.push(part);
        put_length(room, value.len());
        room.extend_from_slice(value);
    }
}

impl Digests {
    /// Those of a source.
    pub fn of(source: &str, pseudonyms: &Pseudonyms) -> Self {
        let secret = |purpose| SipHasher13::new_with_key(&pseudonyms.secret(purpose, source.as_bytes()));
        Self {
            contents: secret("throughline 2026 content of an event"),
            ids: secret("throughline 2026 id of an event"),
        }
    }

    /// A digest of an event with its attributes by name; empty ones say nothing. `room` is used again from event to
    /// event. The customer goes in as its pseudonym: a hash of the id itself would let anyone who has the events guess
    /// ids and compare.
    pub fn content<'v>(
        &self,
        content: &Content<'_>,
        attributes: impl Iterator<Item = (&'v str, &'v [u8])>,
        room: &mut Vec<u8>,
    ) -> u128 {
        let Content { customer, time, activity, case, reason, text, duration, cost } = content;
        room.clear();
        room.extend_from_slice(&customer.0.to_be_bytes());
        room.extend_from_slice(&time.to_le_bytes());
        put(room, 1, activity);
        put(room, 2, case);
        put(room, 3, reason);
        put(room, 4, text);
        put(room, 5, duration.map(i64::to_le_bytes).as_ref().map_or(&[], |bytes| bytes));
        put(room, 6, cost.map(i64::to_le_bytes).as_ref().map_or(&[], |bytes| bytes));
        for (name, value) in attributes.filter(|(_, value)| !value.is_empty()) {
            put(room, 7, name.as_bytes());
            put(room, 8, value);
        }
        self.contents.hash(room).as_u128()
    }

    /// What tells an event apart by the id that its source gave it.
    pub fn id(&self, id: &[u8]) -> u128 {
        self.ids.hash(id).as_u128()
    }
}

/// What tells a row apart that says what rows before it in the same file said.
pub fn repeated(content: u128, times: u64) -> u128 {
    let mut room = [0; 24];
    room[..16].copy_from_slice(&content.to_be_bytes());
    room[16..].copy_from_slice(&times.to_be_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(&room).as_bytes()[..16]);
    u128::from_be_bytes(first)
}
