//! How often sign-in went wrong lately, by address and by where it came from.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::{Kind, UserError};

/// How long an attempt counts (seconds).
const WINDOW: i64 = 300;
/// Wrong passwords for one address from one place, before it must wait.
const TRIES: u32 = 8;
/// For one address from everywhere, and from one place for all addresses: more than people need, less than
/// guessing needs.
const TRIES_OF_ADDRESS: u32 = 100;
const TRIES_OF_PLACE: u32 = 60;
/// Entries kept, so that made-up addresses can't fill the memory.
const MOST: usize = 50_000;

/// Wrong sign-ins: (first of the window, number) by what they have in common.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<Common, (i64, u32)>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Common {
    Both(String, String),
    Address(String),
    Place(String),
}

impl Common {
    fn of(email: &str, place: &str) -> [(Self, u32); 3] {
        [
            (Self::Both(email.to_owned(), place.to_owned()), TRIES),
            (Self::Address(email.to_owned()), TRIES_OF_ADDRESS),
            (Self::Place(place.to_owned()), TRIES_OF_PLACE),
        ]
    }
}

impl Attempts {
    /// Counts an attempt before it is made, so that many at once are counted too; refuses where there were too
    /// many.
    pub fn begin(&self, email: &str, place: &str, now: i64) -> Result<(), UserError> {
        let mut known = self.lock();
        known.retain(|_, (first, _)| now - *first < WINDOW);
        let all = Common::of(email, place);
        let over = all.iter().any(|(common, most)| known.get(common).is_some_and(|(_, number)| number >= most));
        if over || known.len() >= MOST {
            return Err(UserError::new(Kind::TooMany, "too_many_attempts", "Too many wrong passwords lately.")
                .remedy("Wait five minutes, then try again."));
        }
        for (common, _) in all {
            known.entry(common).or_insert((now, 0)).1 += 1;
        }
        Ok(())
    }

    /// Takes an attempt back that went well.
    pub fn succeeded(&self, email: &str, place: &str) {
        let mut known = self.lock();
        for (common, _) in Common::of(email, place) {
            if let Some((_, number)) = known.get_mut(&common) {
                *number = number.saturating_sub(1);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Common, (i64, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, TRIES, WINDOW};

    #[test]
    fn one_place_waits_and_others_do_not() {
        let attempts = Attempts::default();
        for _ in 0..TRIES {
            assert!(attempts.begin("a@x.example", "10.0.0.1", 0).is_ok());
        }
        assert!(attempts.begin("a@x.example", "10.0.0.1", 1).is_err());
        assert!(attempts.begin("a@x.example", "10.0.0.2", 1).is_ok());
        assert!(attempts.begin("b@x.example", "10.0.0.1", 1).is_ok());
        assert!(attempts.begin("a@x.example", "10.0.0.1", WINDOW).is_ok());
    }

    #[test]
    fn what_goes_well_does_not_count() {
        let attempts = Attempts::default();
        for _ in 0..3 * TRIES {
            assert!(attempts.begin("a@x.example", "10.0.0.1", 0).is_ok());
            attempts.succeeded("a@x.example", "10.0.0.1");
        }
    }
}
