//! How figures move week by week: contacts, drivers, reasons and touchpoints, with the weeks in which their level changed
//! and what else happened around then.

use analytics::change::{Scale, changes};
use chrono::{Datelike as _, NaiveDate};
use contract::drivers::{DriversQuery, Open};
use contract::inventory::ReadingRow;
use contract::trends::{LevelChange, Of, TrendRow, TrendsView};
use events::time::local_day;

use crate::actor::need;
use crate::cache::{self, Data};
use crate::drivers;
use crate::inventory::kpi_series;
use crate::journeys::nodes::department_of;
use crate::journeys::question::zone_of;
use crate::weeks::Weeks;
use crate::{Actor, ServiceError, Services, reviews};

/// Days around a change in which something may coincide with it.
const NEAR: i64 = 14;
/// Touchpoints and reasons that are listed, most frequent first.
const MOST: usize = 200;

/// Something that happened on a day.
struct Happened {
    day: NaiveDate,
    words: String,
}

/// The page: of all data.
pub async fn trends(services: &Services, actor: &Actor) -> Result<TrendsView, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let data = cache::data(services).await?;
    let (report, parts) = drivers::parts(services, actor, DriversQuery::default()).await?;
    let happened = happened(services, actor).await?;
    let may_open = report.may_open;
    let owns =
        |at: Option<u32>| at.is_some_and(|at| report.reports.contains(&report.departments[at as usize].name));
    let limited = actor.scope().is_some();
    let whole: Vec<bool> = report.weeks.iter().map(|week| !week.partial).collect();
    let days: Vec<String> =
        report.weeks.iter().filter(|week| !week.partial).map(|week| week.day.clone()).collect();
    let kept = |values: &[f64]| -> Vec<f64> {
        values.iter().zip(&whole).filter(|(_, whole)| **whole).map(|(value, _)| *value).collect()
    };
    let open = |open: Open| format!("/drivers{}", DriversQuery::default().opening(open).to_search());
    let mut rows = Vec::new();
    let moved = |first: usize, values: &[f64], scale: Scale| -> Vec<LevelChange> {
        let found = changes(values, scale).into_iter().map(|change| LevelChange {
            at: change.at as u32,
            day: days[first + change.at].clone(),
            before: change.before,
            after: change.after,
            near: near(&happened, &days[first + change.at]),
        });
        found.collect()
    };
    for (kpi, readings) in kpi_series(services, actor).await? {
        let department = kpi.department_id.as_ref();
        let department = data.inventory.departments.iter().position(|one| Some(&one.id) == department);
        let Readings { first, values, own } = by_week(&readings, &days);
        if values.len() > 1 {
            // A reading that is carried over says nothing new: its noise is not that of a week.
            let weekly = own * 4 >= values.len() * 3;
            rows.push(TrendRow {
                of: Of::Kpi,
                name: kpi.name,
                unit: kpi.unit,
                department: department.map(|at| at as u32),
                changes: if weekly { moved(first, &values, Scale::Values) } else { Vec::new() },
                values,
                first: first as u32,
                path: Some(format!("/inventory/kpis/{}", kpi.id)),
            });
        }
    }
    let mut add = |of: Of, name: String, department: Option<u32>, values: Vec<f64>, path: Option<String>| {
        let changes = moved(0, &values, Scale::Counts);
        rows.push(TrendRow { of, name, unit: String::new(), department, values, first: 0, changes, path });
    };
    let contacts: Vec<f64> = report.weeks.iter().map(|week| week.contacts as f64).collect();
    if contacts.iter().sum::<f64>() > 0.0 {
        let path = if limited { None } else { Some(open(Open::All)).filter(|_| may_open) };
        add(Of::Contacts, "Contacts".into(), None, kept(&contacts), path);
    }
    for row in &report.drivers {
        let path = Some(open(Open::Driver(row.name.clone()))).filter(|_| may_open && owns(row.department));
        add(Of::Driver, row.name.clone(), row.department, kept(&row.weeks), path);
    }
    for (reason, weeks) in parts.reasons.iter().take(MOST) {
        let path = if limited { None } else { Some(open(Open::Reason(reason.clone()))).filter(|_| may_open) };
        add(Of::Reason, reason.clone(), None, kept(weeks), path);
    }
    let counted = data.clone();
    let by_touchpoint = tokio::task::spawn_blocking(move || touchpoints(&counted)).await?;
    let mut order: Vec<usize> = (0..by_touchpoint.len()).collect();
    order.sort_by(|&a, &b| {
        by_touchpoint[b].iter().sum::<f64>().total_cmp(&by_touchpoint[a].iter().sum::<f64>()).then(a.cmp(&b))
    });
    for at in order.into_iter().take(MOST).filter(|&at| by_touchpoint[at].iter().sum::<f64>() > 0.0) {
        let department = department_of(&data, at as u32);
        // Who is bound to a department sees the volumes of its own touchpoints.
        if limited && !owns(department) {
            continue;
        }
        let touchpoint = &data.inventory.touchpoints[at];
        let path = Some(format!("/inventory/{}", touchpoint.id));
        add(Of::Touchpoint, touchpoint.name.clone(), department, kept(&by_touchpoint[at]), path);
    }
    rows.sort_by(|a, b| {
        let last = |row: &TrendRow| row.changes.last().map(|change| change.at);
        last(b).cmp(&last(a)).then(a.of.cmp(&b.of)).then_with(|| a.name.cmp(&b.name))
    });
    Ok(TrendsView {
        period: report.period,
        version: report.version,
        any_events: report.any_events,
        weeks: days,
        weekdays: parts.weekdays,
        rows,
        departments: report.departments,
    })
}

/// What a person takes away of trends: who is bound to a department, its own series.
pub async fn own(services: &Services, actor: &Actor) -> Result<TrendsView, ServiceError> {
    let mut view = trends(services, actor).await?;
    if let Some(scope) = actor.scope() {
        let (_, inventory) = cache::inventory(services).await?;
        let owns = |at: u32| inventory.departments.get(at as usize).is_some_and(|one| scope.contains(&one.id));
        view.rows.retain(|row| row.department.is_some_and(owns));
    }
    Ok(view)
}

/// A KPI by week, from the first week with a reading on, and how many of those weeks have a reading of their own.
struct Readings {
    first: usize,
    values: Vec<f64>,
    own: usize,
}

/// The latest reading up to each week's end: a KPI holds until it is read again.
fn by_week(readings: &[ReadingRow], days: &[String]) -> Readings {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let known: Vec<(NaiveDate, f64)> =
        readings.iter().filter_map(|one| Some((day(&one.day)?, one.value))).collect();
    let at = |begin: &String| {
        let begin = day(begin)?;
        let end = begin + chrono::Days::new(6);
        known.iter().rev().find(|(read, _)| *read <= end).map(|&(read, value)| (value, read >= begin))
    };
    let weeks: Vec<Option<(f64, bool)>> = days.iter().map(at).collect();
    Readings {
        first: weeks.iter().position(Option::is_some).unwrap_or(weeks.len()),
        values: weeks.iter().flatten().map(|week| week.0).collect(),
        own: weeks.iter().flatten().filter(|week| week.1).count(),
    }
}

/// Events of each touchpoint, by week of all data.
fn touchpoints(data: &Data) -> Vec<Vec<f64>> {
    let log = &data.snapshot.log;
    let (first, last) = log.span().unwrap_or((0, -1));
    let weeks = Weeks::of(first, last + 1, zone_of(&data.workspace.time_zone));
    let of: Vec<Option<u32>> = data.mapped.classes.iter().map(|class| class.touchpoint).collect();
    let mut counts = vec![vec![0.0; weeks.len()]; data.inventory.touchpoints.len()];
    for (&class, &time) in data.mapped.class.iter().zip(log.times()) {
        if let Some(at) = of[class as usize] {
            counts[at as usize][weeks.at(time)] += 1.0;
        }
    }
    counts
}

/// What people did that may have moved something, and what the logs themselves show: actions that began, notes on readings
/// of KPIs that the person sees, and logs whose first or last event falls on a day.
async fn happened(services: &Services, actor: &Actor) -> Result<Vec<Happened>, ServiceError> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let held = reviews::reviews(services, actor).await?;
    let begun = held.actions.iter().filter_map(|action| {
        let day = day(action.started.as_deref()?)?;
        Some(Happened { day, words: format!("the action \u{201c}{}\u{201d} began", action.title) })
    });
    let mut all: Vec<Happened> = begun.collect();
    let (_, inventory) = cache::inventory(services).await?;
    let seen: Vec<_> = inventory.kpis.iter().filter(|kpi| crate::inventory::may_see_kpi(actor, kpi)).collect();
    let ids: Vec<String> = seen.iter().map(|kpi| kpi.id.clone()).collect();
    for reading in db::inventory::readings(&services.db, &ids).await? {
        let kpi = seen.iter().find(|kpi| kpi.id == reading.kpi_id);
        if let (Some(day), Some(kpi), false) = (day(&reading.day), kpi, reading.note.is_empty()) {
            let note: String = reading.note.chars().take(120).collect();
            all.push(Happened { day, words: format!("noted at {}: {note}", kpi.name) });
        }
    }
    let data = cache::data(services).await?;
    let zone = zone_of(&data.workspace.time_zone);
    let visible = crate::sources::visible(services, actor).await?;
    let spans = tokio::task::spawn_blocking(move || log_spans(&data)).await?;
    let newest = spans.iter().map(|(_, _, last)| *last).max().unwrap_or(0);
    for (name, first, last) in spans.into_iter().filter(|(name, ..)| visible.contains(name)) {
        let mut note = |at: i64, words: String| {
            all.extend(day(&local_day(at, zone)).map(|day| Happened { day, words }));
        };
        note(first, format!("the log {name} began"));
        // The one that goes on to the end of the data did not stop.
        if newest - last > NEAR * 86_400_000_000 {
            note(last, format!("the log {name} had its last event"));
        }
    }
    all.sort_by_key(|one| one.day);
    Ok(all)
}

/// First and last event of each log, in microseconds.
fn log_spans(data: &Data) -> Vec<(String, i64, i64)> {
    let mut spans: Vec<(i64, i64)> = vec![(i64::MAX, i64::MIN); data.snapshot.activities.len()];
    for (&time, &activity) in data.snapshot.log.times().iter().zip(data.snapshot.log.activities()) {
        let (first, last) = &mut spans[activity as usize];
        (*first, *last) = (time.min(*first), time.max(*last));
    }
    let mut logs: std::collections::BTreeMap<&str, (i64, i64)> = std::collections::BTreeMap::new();
    for (activity, (first, last)) in
        data.snapshot.activities.iter().zip(spans).filter(|(_, span)| span.0 <= span.1)
    {
        let known = logs.entry(&activity.source).or_insert((first, last));
        *known = (known.0.min(first), known.1.max(last));
    }
    logs.into_iter().map(|(name, (first, last))| (name.to_owned(), first, last)).collect()
}

/// What happened around a day, with how far from it.
fn near(happened: &[Happened], day: &str) -> Vec<String> {
    let Ok(day) = NaiveDate::parse_from_str(day, "%Y-%m-%d") else { return Vec::new() };
    let around = happened.iter().map(|one| ((day - one.day).num_days(), one));
    around
        .filter(|(days, _)| days.abs() <= NEAR)
        .map(|(days, one)| match days {
            0 => format!("on the day that {}", one.words),
            1.. => format!("{days} days after {}", one.words),
            _ => format!("{} days before {}", -days, one.words),
        })
        .collect()
}

/// Contacts on each day of the week against a mean day; nothing without any.
pub fn weekdays(times: impl Iterator<Item = i64>, weeks: &Weeks, zone: chrono_tz::Tz) -> Vec<f64> {
    let mut counts = [0.0; 7];
    // Whole weeks only: another day more or less would look like a habit.
    for time in times.filter(|&time| !weeks.is_partial(weeks.at(time))) {
        if let Ok(day) = NaiveDate::parse_from_str(&local_day(time, zone), "%Y-%m-%d") {
            counts[day.weekday().num_days_from_monday() as usize] += 1.0;
        }
    }
    let mean = counts.iter().sum::<f64>() / 7.0;
    if mean > 0.0 { counts.iter().map(|count| count / mean).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::{ReadingRow, Readings, by_week};

    #[test]
    fn a_reading_holds_until_the_next() {
        let days: Vec<String> =
            ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"].map(str::to_owned).into();
        let read = |day: &str, value| ReadingRow {
            day: day.into(),
            value,
            note: String::new(),
            author: String::new(),
        };
        let Readings { first, values, own } =
            by_week(&[read("2026-01-14", 7.0), read("2026-01-26", 9.0)], &days);
        assert_eq!((first, values, own), (1, vec![7.0, 7.0, 9.0], 2));
        let Readings { first, values, own } = by_week(&[read("2026-02-02", 7.0)], &days);
        assert_eq!((first, values.len(), own), (4, 0, 0));
    }
}
