//! What is counted of each touchpoint in a period: kept for the latest questions, as long as events and inventory stay
//! the same.

use std::sync::{Arc, Mutex, PoisonError};

use analytics::usage::{NOWHERE, Request, Used, used};
use chrono_tz::Tz;
use contract::UserError;
use contract::inventory::LiveFigures;
use contract::journeys::ExploreQuery;
use db::inventory::Inventory;
use events::Snapshot;
use events::time::local_day;

use crate::cache::{self, Data};
use crate::journeys::question::{period, zone_of};
use crate::mapping::Mapped;
use crate::{Actor, ServiceError, Services};

/// Periods that are kept.
const KEPT: usize = 8;
/// Parts of the period in a trend.
const PARTS: u32 = 24;
/// How long after it a contact counts as after a touchpoint: 7 days.
pub const WINDOW: i64 = 7 * 86_400_000_000;

struct Kept {
    snapshot: Arc<Snapshot>,
    mapped: Arc<Mapped>,
    period: (i64, i64),
    used: Arc<Used>,
}

/// Figures that were counted lately.
#[derive(Default)]
pub struct Counted(Mutex<Vec<Kept>>);

/// First instant that counts, and the first that no longer does.
pub fn bounds(data: &Data, from: &str, to: &str) -> Result<(i64, i64), UserError> {
    let day = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let query = ExploreQuery { from: day(from), to: day(to), ..ExploreQuery::default() };
    let (from, until) = period(&query, zone_of(&data.workspace.time_zone))?;
    let (first, last) = data.snapshot.log.span().unwrap_or((0, 0));
    Ok((from.unwrap_or(first), until.unwrap_or(last + 1)))
}

/// Counts, or remembers.
pub async fn counted(services: &Services, data: &Data, period: (i64, i64)) -> Result<Arc<Used>, ServiceError> {
    let same = |one: &Kept| {
        Arc::ptr_eq(&one.snapshot, &data.snapshot)
            && Arc::ptr_eq(&one.mapped, &data.mapped)
            && one.period == period
    };
    let kept = |services: &Services| {
        let kept = services.cache.counted.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|one| same(one)).map(|one| one.used.clone())
    };
    if let Some(used) = kept(services) {
        return Ok(used);
    }
    let counting = data.clone();
    let found = crate::compute::compute(services, move || Arc::new(count(&counting, period))).await?;
    let mut kept = services.cache.counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|one| Arc::ptr_eq(&one.snapshot, &data.snapshot) && Arc::ptr_eq(&one.mapped, &data.mapped));
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push(Kept {
        snapshot: data.snapshot.clone(),
        mapped: data.mapped.clone(),
        period,
        used: found.clone(),
    });
    Ok(found)
}

fn count(data: &Data, (from, until): (i64, i64)) -> Used {
    let inventory = &data.inventory;
    let classes = &data.mapped.classes;
    let place: Vec<u32> = classes.iter().map(|class| class.touchpoint.unwrap_or(NOWHERE)).collect();
    let failing: Vec<bool> = classes
        .iter()
        .map(|class| class.experience.is_some_and(|at| inventory.experiences[at as usize].failure))
        .collect();
    let contact: Vec<bool> = classes
        .iter()
        .map(|class| class.touchpoint.is_some_and(|at| inventory.touchpoints[at as usize].contact))
        .collect();
    let request = Request {
        class: &data.mapped.class,
        place: &place,
        places: inventory.touchpoints.len() as u32,
        failing: &failing,
        contact: &contact,
        from,
        until,
        window: WINDOW,
        parts: PARTS,
    };
    used(&data.snapshot.log, &request)
}

/// One touchpoint's figures as pages show them.
pub fn live(used: &Used, at: usize, has_experiences: bool, zone: Tz) -> LiveFigures {
    let one = &used.places[at];
    LiveFigures {
        events: one.events,
        customers: one.customers,
        share: one.customers as f64 / used.customers.max(1) as f64,
        failures: (one.events > 0 && has_experiences).then(|| one.failures as f64 / one.events as f64),
        contacts_after: one.contacts_after,
        last: one.last.map(|last| local_day(last, zone)),
        parts: one.parts.clone(),
    }
}

/// The inventory with the events of each touchpoint, for those who may see them.
pub struct Figures {
    pub inventory: Arc<Inventory>,
    pub data: Option<Data>,
}

impl Figures {
    /// Loads what the person may see.
    pub async fn load(services: &Services, actor: &Actor) -> Result<Self, ServiceError> {
        if !actor.may().see_journeys {
            let (_, inventory) = cache::inventory(services).await?;
            return Ok(Self { inventory, data: None });
        }
        let data = cache::data(services).await?;
        Ok(Self { inventory: data.inventory.clone(), data: Some(data) })
    }

    /// Departments see the volume of their own touchpoints.
    pub fn may_count(&self, actor: &Actor, at: usize) -> bool {
        let owner = self.inventory.touchpoints[at].department_id.as_deref();
        self.data.is_some() && actor.owns_or_reads(owner)
    }
}

impl Actor {
    /// Whether the person's scope includes this department.
    pub(crate) fn owns_or_reads(&self, department_id: Option<&str>) -> bool {
        self.scope().is_none_or(|own| department_id.is_some_and(|id| own.iter().any(|one| one == id)))
    }
}
