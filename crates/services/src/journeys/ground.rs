//! The ground of a question: the nodes of its level and the selected journeys, laid out for counting. Questions that
//! differ only in what is drawn of them share it, so it is kept for a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use analytics::{Basis, Journeys, Selection};
use contract::journeys::{ExploreQuery, Segment};
use events::Snapshot;

use super::nodes::Nodes;
use super::segments::Saved;
use crate::cache::Data;
use crate::mapping::Mapped;

/// Bytes that kept grounds may take together. The two latest are kept whatever they take.
const MOST_BYTES: usize = 1 << 30;
const LEAST_KEPT: usize = 2;
/// Grounds that are kept, however small.
const MOST_KEPT: usize = 32;

/// What figures are counted on.
pub struct Ground {
    pub nodes: Nodes,
    pub journeys: Journeys,
    /// Selected events of each class.
    pub by_class: Vec<u64>,
}

impl Ground {
    fn of(data: &Data, nodes: Nodes, selection: &Selection) -> Self {
        let projection = nodes.projection(&data.mapped);
        let journeys = Journeys::of(&data.snapshot.log, &projection, selection);
        let by_class = journeys.by_class(&data.mapped.class, data.mapped.classes.len());
        Self { nodes, journeys, by_class }
    }

    pub fn basis<'a>(&'a self, data: &'a Data) -> Basis<'a> {
        Basis {
            log: &data.snapshot.log,
            projection: self.nodes.projection(&data.mapped),
            journeys: &self.journeys,
        }
    }
}

/// What a ground depends on beside events and inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    query: ExploreQuery,
    segments: Vec<Segment>,
    /// All saved segments: one may be part of a figure that another stands behind.
    definitions: BTreeMap<String, String>,
    /// Days begin by it.
    time_zone: String,
    /// Departments that the person is limited to.
    scope: Option<Vec<String>>,
}

impl Key {
    /// Of all that a question holds, what decides about the journeys.
    pub fn of(
        query: &ExploreQuery,
        segments: Vec<Segment>,
        saved: &Saved,
        time_zone: &str,
        scope: Option<&[String]>,
    ) -> Self {
        let ExploreQuery { by, from, to, source, keep_repeats, unit, gap, rules, .. } = query.clone();
        let query =
            ExploreQuery { by, from, to, source, keep_repeats, unit, gap, rules, ..ExploreQuery::default() };
        let definitions = if segments.is_empty() { BTreeMap::new() } else { saved.definitions().clone() };
        let (time_zone, scope) = (time_zone.to_owned(), scope.map(<[String]>::to_vec));
        Self { query, segments, definitions, time_zone, scope }
    }
}

struct Kept {
    snapshot: Arc<Snapshot>,
    mapped: Arc<Mapped>,
    key: Key,
    ground: Arc<OnceLock<Arc<Ground>>>,
}

/// The latest grounds, the one used last at the end.
#[derive(Default)]
pub struct Grounds(Mutex<Vec<Kept>>);

impl Grounds {
    /// The place of a ground; whoever comes first fills it, the others wait.
    fn place(&self, data: &Data, key: Key) -> Arc<OnceLock<Arc<Ground>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What other events or another inventory made is of no use any more.
        kept.retain(|one| Arc::ptr_eq(&one.snapshot, &data.snapshot) && Arc::ptr_eq(&one.mapped, &data.mapped));
        let entry = match kept.iter().position(|one| one.key == key) {
            Some(at) => kept.remove(at),
            None => Kept {
                snapshot: data.snapshot.clone(),
                mapped: data.mapped.clone(),
                key,
                ground: Arc::default(),
            },
        };
        let ground = entry.ground.clone();
        kept.push(entry);
        if kept.len() > MOST_KEPT {
            kept.remove(0);
        }
        let mut bytes = 0;
        let mut room = kept.len();
        while room > 0 {
            bytes += kept[room - 1].ground.get().map_or(0, |ground| ground.journeys.bytes());
            if bytes > MOST_BYTES && kept.len() - room >= LEAST_KEPT {
                kept.drain(..room);
                break;
            }
            room -= 1;
        }
        ground
    }

    /// The ground of a question, made where it is not kept.
    pub fn get(
        &self,
        data: &Data,
        key: Key,
        nodes: impl FnOnce() -> Nodes,
        selection: &Selection,
    ) -> Arc<Ground> {
        let place = self.place(data, key);
        place.get_or_init(|| Arc::new(Ground::of(data, nodes(), selection))).clone()
    }
}
