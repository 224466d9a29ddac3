//! The summary: few figures, each with how it moves, what changed in sentences, the costliest drivers, who committed to
//! what. Everything is read from what reports are read from.

mod sentences;

use std::time::Instant;

use chrono::{Days, NaiveDate};
use contract::UserError;
use contract::drivers::{DriverRow, DriversQuery, DriversView, Open, WeekRow};
use contract::format::count;
use contract::journeys::ExploreQuery;
use contract::reviews::ActionRow;
use contract::summary::{CostlyDriver, Figure, Headline, Heat, SummaryQuery, SummaryView};

use self::sentences::sentences;
use crate::actor::need;
use crate::cache::{self, Data};
use crate::drivers::{self, Parts};
use crate::inventory::coverage;
use crate::journeys::question::{shown, zone_of};
use crate::weeks::Weeks;
use crate::{Actor, ServiceError, Services, reviews};

/// Most whole weeks of the plain period: a quarter.
const QUARTER: usize = 13;
/// Drivers that are listed.
const DRIVERS: usize = 5;

/// The page.
pub async fn summary(
    services: &Services,
    actor: &Actor,
    query: SummaryQuery,
) -> Result<SummaryView, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let began = Instant::now();
    let data = cache::data(services).await?;
    let days = period_of(&data, &query)?;
    let asked = |(from, to): &(String, String)| DriversQuery {
        from: Some(from.clone()),
        to: Some(to.clone()),
        segment: query.segment.clone(),
        ..DriversQuery::default()
    };
    let explore =
        ExploreQuery { from: Some(days.0.clone()), to: Some(days.1.clone()), ..ExploreQuery::default() };
    let period = shown(&data, &explore);
    let before = before_of(&days, &period.data_from);
    let (report, parts) = drivers::parts(services, actor, asked(&days)).await?;
    let earlier = match &before {
        Some(days) => Some(drivers::parts(services, actor, asked(days)).await?)
            .filter(|(report, _)| report.hint.is_none()),
        None => None,
    };
    let held = reviews::reviews(services, actor).await?;
    let coverage = coverage(services).await?;
    let search = asked(&days).to_search();
    let drivers_path = format!("/drivers{search}");
    let mut view = SummaryView {
        company: data.workspace.name.clone(),
        period,
        before: before.filter(|_| earlier.is_some()),
        version: report.version,
        any_events: report.any_events,
        hint: report.hint.clone(),
        headlines: Vec::new(),
        sentences: Vec::new(),
        drivers: Vec::new(),
        heat: heat(&data, &parts),
        departments: report.departments.clone(),
        standing: reviews::standing(services).await?,
        segments: report.segments.clone(),
        reports: report.reports.clone(),
        took_ms: 0.0,
        query: query.clone(),
    };
    if view.hint.is_none() && view.any_events {
        let now = Side::of(&report, &parts);
        let then = earlier.as_ref().map(|(report, parts)| Side::of(report, parts));
        let opens = report.may_open && actor.scope().is_none();
        view.headlines = headlines(&now, then.as_ref(), coverage, &drivers_path, opens);
        view.drivers = costly(
            &report,
            earlier.as_ref().map(|(report, _)| report),
            &held.actions,
            &asked(&days),
            actor.scope().is_none(),
        );
        view.sentences = sentences(&now, then.as_ref(), &view.drivers, &held.actions, &drivers_path);
    }
    view.took_ms = began.elapsed().as_secs_f64() * 1000.0;
    Ok(view)
}

/// First and last day: as asked, else the latest whole weeks with as many before them, else all there is.
fn period_of(data: &Data, query: &SummaryQuery) -> Result<(String, String), UserError> {
    let plain = shown(data, &ExploreQuery::default());
    let zone = zone_of(&data.workspace.time_zone);
    let whole = data.snapshot.log.span().and_then(|(first, last)| {
        let weeks = Weeks::of(first, last + 1, zone);
        let whole: Vec<usize> = (0..weeks.len()).filter(|&at| !weeks.is_partial(at)).collect();
        let days: Vec<String> = weeks.days().collect();
        // Where the data are short, half of them stand for before.
        let wanted = QUARTER.min((whole.len() / 2).max(1));
        let (from, to) = (*whole.get(whole.len().checked_sub(wanted)?)?, *whole.last()?);
        let last = NaiveDate::parse_from_str(&days[to], "%Y-%m-%d").ok()? + Days::new(6);
        Some((days[from].clone(), last.to_string()))
    });
    // Without any event, any day is as good.
    let any = |day: String| if day.is_empty() { "1970-01-01".to_owned() } else { day };
    let (from, to) = whole.unwrap_or((any(plain.data_from), any(plain.data_to)));
    let days = (query.from.clone().unwrap_or(from), query.to.clone().unwrap_or(to));
    let explore =
        ExploreQuery { from: Some(days.0.clone()), to: Some(days.1.clone()), ..ExploreQuery::default() };
    crate::journeys::question::period(&explore, zone)?;
    Ok(days)
}

/// As many days before a period, where the data reach back so far.
fn before_of((from, to): &(String, String), data_from: &str) -> Option<(String, String)> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let (first, last) = (day(from)?, day(to)?);
    let length = (last - first).num_days().unsigned_abs() + 1;
    let begin = first.checked_sub_days(Days::new(length))?;
    let end = first.pred_opt()?;
    (begin >= day(data_from)?).then(|| (begin.to_string(), end.to_string()))
}

/// The figures of one period.
struct Side<'a> {
    report: &'a DriversView,
    parts: &'a Parts,
    contacts: f64,
}

impl<'a> Side<'a> {
    fn of(report: &'a DriversView, parts: &'a Parts) -> Self {
        Self { report, parts, contacts: report.totals.contacts as f64 }
    }

    fn share(&self, part: f64) -> Option<f64> {
        (self.contacts > 0.0).then(|| part / self.contacts)
    }

    fn per_thousand(&self) -> Option<f64> {
        let customers = self.report.totals.customers;
        (customers > 0).then(|| self.contacts / customers as f64 * 1000.0)
    }

    /// Promises kept, and all that were put to the test.
    fn tested(&self) -> (u64, u64) {
        self.parts.promises.iter().fold((0, 0), |sum, week| (sum.0 + week.0, sum.1 + week.1))
    }

    fn kept(&self) -> Option<f64> {
        let (kept, all) = self.tested();
        (all > 0).then(|| kept as f64 / all as f64)
    }

    /// Whole weeks, as a part and what it is a part of.
    fn weeks(&self, part: impl Fn(&WeekRow) -> (f64, f64)) -> Vec<(f64, f64)> {
        self.report.weeks.iter().filter(|week| !week.partial).map(part).collect()
    }
}

fn headlines(
    now: &Side<'_>,
    then: Option<&Side<'_>>,
    coverage: (u32, u32),
    path: &str,
    opens: bool,
) -> Vec<Headline> {
    let share = |value: Option<f64>| value.map_or(Figure::Unknown, Figure::Share);
    let before = |figure: &dyn Fn(&Side<'_>) -> Option<f64>| then.and_then(figure);
    let totals = &now.report.totals;
    let customers = totals.customers.max(1) as f64;
    let failure = |side: &Side<'_>| side.share(side.report.totals.failure? as f64);
    let first = |side: &Side<'_>| side.share(side.contacts - side.report.totals.repeats as f64);
    let part = |week: &WeekRow, part: f64| (part, week.contacts as f64);
    let promises: Vec<(f64, f64)> = now
        .report
        .weeks
        .iter()
        .zip(&now.parts.promises)
        .filter(|(week, _)| !week.partial)
        .map(|(_, &(kept, all))| (kept as f64, all as f64))
        .collect();
    let (covered, touchpoints) = coverage;
    vec![
        Headline {
            name: "Contacts per 1,000 customers".into(),
            meaning: "Assisted contacts, for every thousand customers who met the company in the period.".into(),
            figure: now.per_thousand().map_or(Figure::Unknown, Figure::Number),
            before: before(&|side| side.per_thousand()),
            weeks: now.weeks(|week| (week.contacts as f64 * 1000.0 / customers, 1.0)),
            less_is_better: true,
            note: format!("{} contacts", count(totals.contacts)),
            path: path.to_owned(),
        },
        Headline {
            name: "Cost of contacts that others cause".into(),
            meaning: "Every contact is shared out over what came before it. This is the cost of the part that belongs to departments other than those that answer.".into(),
            figure: Figure::Money(totals.elsewhere_cost),
            before: before(&|side| Some(side.report.totals.elsewhere_cost)),
            weeks: now.weeks(|week| (week.elsewhere_cost, 1.0)),
            less_is_better: true,
            note: now.share(totals.elsewhere).map(|share| format!("{:.0} % of all contacts", share * 100.0)).unwrap_or_default(),
            path: path.to_owned(),
        },
        Headline {
            name: "Failure demand".into(),
            meaning: "Contacts whose reason is marked as a failure: they should not have been needed.".into(),
            figure: share(failure(now)),
            before: before(&failure),
            weeks: now.weeks(|week| part(week, week.failure as f64)),
            less_is_better: true,
            note: totals.failure.map_or_else(|| "no reason is marked as a failure yet".to_owned(), |some| format!("{} contacts", count(some))),
            path: "/drivers/reasons".into(),
        },
        Headline {
            name: "Solved at first contact".into(),
            meaning: "Contacts that no other contact of the same customer came within seven days before.".into(),
            figure: share(first(now)),
            before: before(&first),
            weeks: now.weeks(|week| part(week, week.contacts as f64 - week.repeats as f64)),
            less_is_better: false,
            note: format!("{} repeats", count(totals.repeats)),
            path: if opens { format!("{path}&open=repeats") } else { path.to_owned() },
        },
        Headline {
            name: "Promises kept".into(),
            meaning: "Of events at experiences that keep or break a promise, those that keep it.".into(),
            figure: share(now.kept()),
            before: before(&|side| side.kept()),
            weeks: promises,
            less_is_better: false,
            note: match now.tested() {
                (_, 0) => "no experience with data keeps or breaks a promise".into(),
                (kept, all) => format!("{} of {} put to the test", count(kept), count(all)),
            },
            path: "/inventory/gaps".into(),
        },
        Headline {
            name: "Inventory covered".into(),
            meaning: "Touchpoints that have an owner, a KPI and data.".into(),
            figure: if touchpoints == 0 { Figure::Unknown } else { Figure::Share(f64::from(covered) / f64::from(touchpoints)) },
            before: None,
            weeks: Vec::new(),
            less_is_better: false,
            note: format!("{covered} of {touchpoints} touchpoints"),
            path: "/inventory/gaps".into(),
        },
    ]
}

fn costly(
    report: &DriversView,
    earlier: Option<&DriversView>,
    actions: &[ActionRow],
    query: &DriversQuery,
    whole_company: bool,
) -> Vec<CostlyDriver> {
    let mut rows: Vec<&DriverRow> = report.drivers.iter().collect();
    rows.sort_by(|a, b| b.cost.total_cmp(&a.cost).then_with(|| a.name.cmp(&b.name)));
    let whole: Vec<bool> = report.weeks.iter().map(|week| !week.partial).collect();
    let opens = |row: &DriverRow| {
        let owner = row.department.map(|at| &report.departments[at as usize].name);
        let own = whole_company || owner.is_some_and(|owner| report.reports.contains(owner));
        (report.may_open && own)
            .then(|| format!("/drivers{}", query.opening(Open::Driver(row.name.clone())).to_search()))
    };
    rows.into_iter()
        .take(DRIVERS)
        .map(|row| CostlyDriver {
            name: row.name.clone(),
            touchpoint_id: row.touchpoint_id.clone(),
            department: row.department,
            contacts: row.shared,
            cost: row.cost,
            cost_before: earlier.map(|earlier| {
                let all = earlier.drivers.iter().chain(&earlier.others);
                all.filter(|one| one.name == row.name).map(|one| one.cost).sum()
            }),
            weeks: row.weeks.iter().zip(&whole).filter(|(_, whole)| **whole).map(|(week, _)| *week).collect(),
            action: actions
                .iter()
                .filter(|action| action.target == row.name || action.target == row.touchpoint)
                .max_by_key(|action| (action.state.is_open(), action.started.clone()))
                .cloned(),
            path: opens(row),
        })
        .collect()
}

fn heat(data: &Data, parts: &Parts) -> Heat {
    let inventory = &data.inventory;
    let stages = inventory.stages.iter().map(|one| one.name.clone()).chain(["No stage".to_owned()]);
    let departments =
        inventory.departments.iter().map(|one| (one.name.clone(), Some(one.position.unsigned_abs())));
    let mut heat = Heat {
        stages: stages.collect(),
        departments: departments.chain([("No department".to_owned(), None)]).collect(),
        cells: parts.cells.clone(),
        unexplained: parts.unexplained,
    };
    // Rows and columns without any contact say nothing.
    let some = |cell: &(f64, f64)| cell.0 >= 0.5;
    let columns: Vec<bool> =
        (0..heat.stages.len()).map(|at| heat.cells.iter().any(|row| row.get(at).is_some_and(some))).collect();
    let rows: Vec<bool> = heat.cells.iter().map(|row| row.iter().any(some)).collect();
    let mut keep = columns.iter();
    heat.stages.retain(|_| *keep.next().unwrap_or(&false));
    let mut keep = rows.iter();
    heat.departments.retain(|_| *keep.next().unwrap_or(&false));
    heat.cells = heat
        .cells
        .iter()
        .zip(&rows)
        .filter(|(_, keep)| **keep)
        .map(|(row, _)| row.iter().zip(&columns).filter(|(_, keep)| **keep).map(|(cell, _)| *cell).collect())
        .collect();
    heat
}
