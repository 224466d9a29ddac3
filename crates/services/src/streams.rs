//! Streams of news that open pages listen to. Each account has so many at once, and whoever closed the last one of the
//! inventory is not there any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::{Kind, UserError};

use crate::{Actor, ServiceError, Services, inventory};

/// Streams of one account at once.
const MOST: usize = 32;

/// What a stream tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum News {
    Events,
    Inventory,
}

/// How many streams are open, by account.
pub type Open = Mutex<HashMap<(String, News), usize>>;

/// An open stream, until it is dropped.
pub struct Listening {
    open: Arc<Open>,
    desk: Arc<inventory::Desk>,
    of: (String, News),
}

impl Services {
    /// Opens a stream for an account.
    pub fn listening(&self, actor: &Actor, news: News) -> Result<Listening, ServiceError> {
        let of = (actor.account_id.clone().unwrap_or_default(), news);
        let mut open = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(of.clone()).or_default();
        if *count >= MOST {
            return Err(UserError::new(
                Kind::TooMany,
                "too_many_streams",
                "Too many pages of this account listen.",
            )
            .remedy("Close some pages.")
            .into());
        }
        *count += 1;
        Ok(Listening { open: Arc::clone(&self.streams), desk: Arc::clone(&self.desk), of })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let last = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let left = open.get_mut(&self.of).map(|count| {
                *count -= 1;
                *count
            });
            if left == Some(0) {
                open.remove(&self.of);
            }
            left == Some(0)
        };
        if last && self.of.1 == News::Inventory {
            self.desk.left(&self.of.0);
        }
    }
}
