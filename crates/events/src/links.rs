//! Several ids of one customer: sets of pairs that belong together, and who that makes one.
//!
//! A set is an immutable file of pairs of pseudonyms. Which sets count, the database says, so that taking one back
//! takes back all that it did.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use crate::store::sync_folder;
use crate::{CustomerKey, EventsError, Store};

/// Two ids of one customer.
pub type Pair = (CustomerKey, CustomerKey);

const MAGIC: &[u8; 8] = b"TLLINKS1";

/// Writes a set; it is on disk when this returns.
pub fn write_links(store: &Store, file: &str, pairs: &[Pair]) -> Result<(), EventsError> {
    let path = store.links(file);
    let temporary = path.with_extension("tmp");
    let mut bytes = Vec::with_capacity(8 + pairs.len() * 32);
    bytes.extend_from_slice(MAGIC);
    for (one, other) in pairs {
        bytes.extend_from_slice(&one.0.to_be_bytes());
        bytes.extend_from_slice(&other.0.to_be_bytes());
    }
    let mut out = File::create(&temporary).map_err(EventsError::io("creating", &temporary))?;
    out.write_all(&bytes).map_err(EventsError::io("writing", &temporary))?;
    out.sync_all().map_err(EventsError::io("syncing", &temporary))?;
    fs::rename(&temporary, &path).map_err(EventsError::io("renaming", &temporary))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Reads a set.
pub fn read_links(store: &Store, file: &str) -> Result<Vec<Pair>, EventsError> {
    let path = store.links(file);
    let bytes = fs::read(&path).map_err(EventsError::io("reading", &path))?;
    let pairs = bytes.strip_prefix(MAGIC).filter(|pairs| pairs.len() % 32 == 0);
    let Some(pairs) = pairs else {
        return Err(EventsError::io("reading", path)(std::io::ErrorKind::InvalidData.into()));
    };
    let key = |bytes: &[u8]| {
        let mut word = [0; 16];
        word.copy_from_slice(bytes);
        CustomerKey(u128::from_be_bytes(word))
    };
    Ok(pairs.chunks_exact(32).map(|pair| (key(&pair[..16]), key(&pair[16..]))).collect())
}

/// Who is one customer: each id that is not its customer's first one, with that one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    first: HashMap<CustomerKey, CustomerKey>,
    members: HashMap<CustomerKey, Vec<CustomerKey>>,
    /// How many joins each set brought that none before it had.
    by_set: Vec<u64>,
}

impl Aliases {
    /// Joins all that the pairs of some sets connect, over however many steps. The least pseudonym of a customer stands
    /// for all.
    pub fn of<S: IntoIterator<Item = Pair>>(sets: impl IntoIterator<Item = S>) -> Self {
        let mut numbers: HashMap<CustomerKey, u32> = HashMap::new();
        let mut keys: Vec<CustomerKey> = Vec::new();
        let mut parent: Vec<u32> = Vec::new();
        let mut number = |key: CustomerKey, parent: &mut Vec<u32>| {
            *numbers.entry(key).or_insert_with(|| {
                keys.push(key);
                parent.push(parent.len() as u32);
                parent.len() as u32 - 1
            })
        };
        let mut by_set = Vec::new();
        for set in sets {
            let mut joins = 0;
            for (one, other) in set {
                let (one, other) = (number(one, &mut parent), number(other, &mut parent));
                let (a, b) = (root(&mut parent, one), root(&mut parent, other));
                if a != b {
                    parent[a.max(b) as usize] = a.min(b);
                    joins += 1;
                }
            }
            by_set.push(joins);
        }
        let mut members: HashMap<u32, Vec<CustomerKey>> = HashMap::new();
        for at in 0..keys.len() as u32 {
            members.entry(root(&mut parent, at)).or_default().push(keys[at as usize]);
        }
        let mut aliases = Self { by_set, ..Self::default() };
        for (_, mut group) in members {
            group.sort_unstable();
            group.dedup();
            if group.len() < 2 {
                continue;
            }
            for &key in &group[1..] {
                aliases.first.insert(key, group[0]);
            }
            aliases.members.insert(group[0], group);
        }
        aliases
    }

    /// Whether nobody has a second id.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// The pseudonym that stands for the customer.
    pub fn first_of(&self, key: CustomerKey) -> CustomerKey {
        self.first.get(&key).copied().unwrap_or(key)
    }

    /// All ids of the customer that this one stands for.
    pub fn ids_of(&self, first: CustomerKey) -> Vec<CustomerKey> {
        self.members.get(&first).cloned().unwrap_or_else(|| vec![first])
    }

    /// How many joins each set brought that none before it had, in the order in which they were given.
    pub fn by_set(&self) -> &[u64] {
        &self.by_set
    }

    /// Ids of the customer who has most.
    pub fn most(&self) -> u64 {
        self.members.values().map(Vec::len).max().unwrap_or(0) as u64
    }

    /// Ids that were joined, and the customers that they make.
    pub fn counts(&self) -> (u64, u64) {
        ((self.first.len() + self.members.len()) as u64, self.members.len() as u64)
    }
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        let above = parent[at as usize];
        parent[at as usize] = parent[above as usize];
        at = parent[at as usize];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Aliases, CustomerKey};

    #[test]
    fn what_hangs_together_is_one_customer() {
        let key = CustomerKey;
        let aliases = Aliases::of([[(key(9), key(4)), (key(4), key(7))], [(key(1), key(2)), (key(5), key(5))]]);
        assert_eq!(aliases.by_set(), [2, 1]);
        assert_eq!(aliases.most(), 3);
        assert_eq!(aliases.first_of(key(9)), key(4));
        assert_eq!(aliases.first_of(key(7)), key(4));
        assert_eq!(aliases.ids_of(key(4)), [key(4), key(7), key(9)]);
        assert_eq!(aliases.first_of(key(5)), key(5));
        assert_eq!(aliases.counts(), (5, 2));
        // In whatever order the pairs come.
        let turned =
            Aliases::of([vec![(key(2), key(1))], vec![(key(7), key(4)), (key(4), key(9)), (key(7), key(9))]]);
        assert_eq!((turned.first, turned.members), (aliases.first, aliases.members));
        assert_eq!(turned.by_set, [1, 2]);
    }
}
