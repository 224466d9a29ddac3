//! Answers that were given lately: the same question of the same scope, on the same events and inventory, is not
//! computed again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::journeys::{ExploreQuery, JourneysView};
use events::Snapshot;

use super::segments::Saved;
use crate::Actor;
use crate::cache::Data;
use crate::mapping::Mapped;

/// Answers kept.
const MOST: usize = 64;

/// All that an answer depends on beside events and inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    query: ExploreQuery,
    segments: BTreeMap<String, String>,
    /// Departments that the person is limited to.
    scope: Option<Vec<String>>,
    may_export: bool,
}

impl Key {
    pub fn of(query: &ExploreQuery, saved: &Saved, actor: &Actor) -> Self {
        Self {
            query: query.clone(),
            segments: saved.definitions().clone(),
            scope: actor.scope().map(<[String]>::to_vec),
            may_export: actor.may().export,
        }
    }
}

struct Kept {
    snapshot: Arc<Snapshot>,
    mapped: Arc<Mapped>,
    /// Name and time zone of the company.
    company: (String, String),
    key: Key,
    view: Arc<JourneysView>,
}

/// The latest answers, the one used last at the end.
#[derive(Default)]
pub struct Answers(Mutex<Vec<Kept>>);

impl Answers {
    /// An answer that still holds.
    pub fn get(&self, data: &Data, key: &Key) -> Option<JourneysView> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| Arc::ptr_eq(&one.snapshot, &data.snapshot) && Arc::ptr_eq(&one.mapped, &data.mapped));
        let company = (&data.workspace.name, &data.workspace.time_zone);
        let at = kept.iter().position(|one| one.key == *key && (&one.company.0, &one.company.1) == company)?;
        let one = kept.remove(at);
        let view = one.view.clone();
        kept.push(one);
        drop(kept);
        Some(JourneysView::clone(&view))
    }

    /// Keeps an answer, and drops the one that was not asked for the longest.
    pub fn keep(&self, data: &Data, key: Key, view: &JourneysView) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.remove(0);
        }
        kept.push(Kept {
            snapshot: data.snapshot.clone(),
            mapped: data.mapped.clone(),
            company: (data.workspace.name.clone(), data.workspace.time_zone.clone()),
            key,
            view: Arc::new(view.clone()),
        });
    }
}
