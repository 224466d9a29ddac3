//! What open pages are told of the inventory: who changed what, and who is where.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use contract::inventory::News;
use tokio::sync::broadcast;

use crate::actor::need;
use crate::{Actor, ServiceError, Services};

/// News that a slow page may be behind; after that it asks anew.
const BEHIND: usize = 256;
/// How long somebody is somewhere without saying so again, in seconds.
const STAYS: i64 = 45;
/// Ids that are named one by one.
const NAMED: usize = 200;

/// Who is where, and the way to tell.
pub struct Desk {
    tell: broadcast::Sender<News>,
    here: Mutex<HashMap<String, Place>>,
}

struct Place {
    name: String,
    at: String,
    /// Seconds since 1970.
    said: i64,
}

impl Default for Desk {
    fn default() -> Self {
        Self { tell: broadcast::channel(BEHIND).0, here: Mutex::default() }
    }
}

impl Services {
    /// News of the inventory as they happen, after where everybody is now.
    pub async fn inventory_news(
        &self,
        actor: &Actor,
    ) -> Result<(Vec<News>, broadcast::Receiver<News>), ServiceError> {
        need(actor.may().see_inventory, "page")?;
        // From here on nothing is missed; what was before, the version tells.
        let told = self.desk.tell.subscribe();
        let version = db::workspace::get(&self.db).await?.inventory_version;
        let now = self.now();
        let here = self.desk.here.lock().unwrap_or_else(PoisonError::into_inner);
        let others = here.iter().filter(|(_, place)| now - place.said <= STAYS).map(|(account, place)| {
            News::Here { account: account.clone(), name: place.name.clone(), at: Some(place.at.clone()) }
        });
        let now = std::iter::once(News::Now { version }).chain(others).collect();
        Ok((now, told))
    }

    /// Tells that touchpoints changed. An empty list stands for too many to name.
    pub(crate) fn tell_changed(&self, actor: &Actor, ids: &[String]) {
        let ids = if ids.len() > NAMED { Vec::new() } else { ids.to_vec() };
        let account = actor.account_id.clone().unwrap_or_default();
        // Nobody listening is no failure.
        let _ = self.desk.tell.send(News::Changed { by: actor.name.clone(), account, ids });
    }
}

impl Desk {
    /// Whoever was somewhere is not there any more.
    pub(crate) fn left(&self, account: &str) {
        let place = self.here.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
        if let Some(Place { name, .. }) = place {
            // Nobody listening is no failure.
            let _ = self.tell.send(News::Here { account: account.to_owned(), name, at: None });
        }
    }
}

/// Says where in the inventory the person is; an empty place says that they left.
pub async fn be_at(services: &Services, actor: &Actor, place: &str) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let Some(account) = actor.account_id.clone() else { return Ok(()) };
    let now = services.now();
    let at = Some(place.chars().take(64).collect::<String>()).filter(|place| !place.is_empty());
    let moved = {
        let mut here = services.desk.here.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever left without saying so is told to have left.
        here.retain(|account, place| {
            let stays = now - place.said <= STAYS;
            if !stays {
                // Nobody listening is no failure.
                let _ = services.desk.tell.send(News::Here {
                    account: account.clone(),
                    name: place.name.clone(),
                    at: None,
                });
            }
            stays
        });
        let before = here.get(&account).map(|place| place.at.clone());
        match &at {
            Some(at) => {
                here.insert(account.clone(), Place { name: actor.name.clone(), at: at.clone(), said: now });
            }
            None => {
                here.remove(&account);
            }
        }
        before != at
    };
    if moved {
        // Nobody listening is no failure.
        let _ = services.desk.tell.send(News::Here { account, name: actor.name.clone(), at });
    }
    Ok(())
}
