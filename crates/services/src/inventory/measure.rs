//! Readings of KPIs that are computed from events: whole weeks of the company's time.

use std::sync::{Arc, Mutex, PoisonError};

use analytics::measure::{Request, Week, weekly};
use analytics::quantile::median_and_p95;
use analytics::usage::NOWHERE;
use contract::inventory::ReadingRow;
use db::inventory::Kpi;
use events::Snapshot;

use super::figures::WINDOW;
use crate::cache::Data;
use crate::compute::compute;
use crate::journeys::question::zone_of;
use crate::mapping::Mapped;
use crate::weeks::Weeks;
use crate::{ServiceError, Services};

/// Microseconds in an hour.
const HOUR: f64 = 3_600_000_000.0;

/// Computed KPIs whose readings are kept.
const KEPT: usize = 256;

struct Kept {
    snapshot: Arc<Snapshot>,
    mapped: Arc<Mapped>,
    /// Measure, touchpoint, experience.
    of: (String, Option<String>, Option<String>),
    readings: Vec<ReadingRow>,
}

/// Readings that were computed lately.
#[derive(Default)]
pub struct Measured(Mutex<Vec<Kept>>);

/// Computes, or remembers.
pub async fn measured(services: &Services, data: &Data, kpi: &Kpi) -> Result<Vec<ReadingRow>, ServiceError> {
    let of = (kpi.measure.clone(), kpi.touchpoint_id.clone(), kpi.experience_id.clone());
    let current =
        |one: &Kept| Arc::ptr_eq(&one.snapshot, &data.snapshot) && Arc::ptr_eq(&one.mapped, &data.mapped);
    let kept = {
        let mut kept = services.cache.measured.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(current);
        kept.iter().find(|one| one.of == of).map(|one| one.readings.clone())
    };
    if let Some(readings) = kept {
        return Ok(readings);
    }
    let (counting, wanted) = (data.clone(), kpi.clone());
    let found = compute(services, move || readings(&counting, &wanted)).await?;
    let mut kept = services.cache.measured.0.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push(Kept {
        snapshot: data.snapshot.clone(),
        mapped: data.mapped.clone(),
        of,
        readings: found.clone(),
    });
    Ok(found)
}

/// The readings of a computed KPI, a week each; none where what it is computed from is gone.
fn readings(data: &Data, kpi: &Kpi) -> Vec<ReadingRow> {
    let inventory = &data.inventory;
    let touchpoint = kpi.touchpoint_id.as_ref();
    let of = inventory.touchpoints.iter().position(|one| Some(&one.id) == touchpoint);
    let (Some(of), Some((first, last))) = (of, data.snapshot.log.span()) else { return Vec::new() };
    if kpi.measure == "share" && kpi.experience_id.is_none() {
        return Vec::new();
    }
    let experience = kpi
        .experience_id
        .as_ref()
        .and_then(|id| inventory.experiences.iter().position(|one| one.id == *id))
        .map(|at| at as u32);
    let classes = &data.mapped.classes;
    let place: Vec<u32> = classes.iter().map(|class| class.touchpoint.unwrap_or(NOWHERE)).collect();
    let chosen: Vec<bool> =
        classes.iter().map(|class| experience.is_none() || class.experience == experience).collect();
    let weeks = Weeks::of(first, last + 1, zone_of(&data.workspace.time_zone));
    let starts = weeks.instants();
    let request = Request {
        class: &data.mapped.class,
        place: &place,
        of: of as u32,
        chosen: &chosen,
        weeks: &starts,
        until: last + 1,
        window: WINDOW,
    };
    let found = weekly(&data.snapshot.log, &request);
    let whole = weeks.days().zip(found).enumerate().filter(|(at, _)| {
        // Whether somebody comes back within the window is known a window later.
        let known = kpi.measure != "repeat_rate" || weeks.end(*at) + WINDOW <= last + 1;
        !weeks.is_partial(*at) && known
    });
    whole
        .filter_map(|(_, (day, week))| {
            let value = value(&kpi.measure, week)?;
            Some(ReadingRow { day, value, note: String::new(), author: String::new() })
        })
        .collect()
}

fn value(measure: &str, week: Week) -> Option<f64> {
    let Week { events, chosen, repeated, mut gaps } = week;
    let of = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64 * 100.0);
    match measure {
        "count" => Some(chosen as f64),
        "share" => of(chosen, events),
        "repeat_rate" => of(repeated, chosen),
        "median_gap" => median_and_p95(&mut gaps).map(|(median, _)| median / HOUR),
        _ => None,
    }
}
