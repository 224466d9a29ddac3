//! Things found by the names that people write: as it is written first, then whatever the capital letters. New names
//! never differ by capitals alone; older ones may.

use std::collections::HashMap;

pub struct ByName<T> {
    exact: HashMap<String, T>,
    /// Names as they are written, by the name in small letters; of several the first.
    folded: HashMap<String, String>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { exact: HashMap::new(), folded: HashMap::new() }
    }
}

impl<T> ByName<T> {
    pub fn get(&self, name: &str) -> Option<&T> {
        let folded = || self.exact.get(self.folded.get(&name.to_lowercase())?);
        self.exact.get(name).or_else(folded)
    }

    /// Adds a thing, or puts it in the place of the one that is written the same.
    pub fn insert(&mut self, name: impl Into<String>, thing: T) {
        let name = name.into();
        self.folded.entry(name.to_lowercase()).or_insert_with(|| name.clone());
        self.exact.insert(name, thing);
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.exact.values()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.exact.keys().map(String::as_str)
    }
}

impl<'a, T> FromIterator<(&'a str, T)> for ByName<T> {
    fn from_iter<I: IntoIterator<Item = (&'a str, T)>>(all: I) -> Self {
        let mut by_name = Self::default();
        for (name, thing) in all {
            by_name.insert(name, thing);
        }
        by_name
    }
}

#[cfg(test)]
mod tests {
    use super::ByName;

    #[test]
    fn what_is_written_the_same_comes_first() {
        let known: ByName<u8> = [("Call", 1), ("CALL", 2), ("Chat", 3)].into_iter().collect();
        let found = ["Call", "CALL", "call", "chat", "Desk"].map(|name| known.get(name).copied());
        assert_eq!(found, [Some(1), Some(2), Some(1), Some(3), None]);
    }
}
