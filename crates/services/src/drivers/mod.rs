//! Driver reports: which touchpoints cause contacts, whose they are, what that costs, and how sure that is.

mod candidates;
mod contacts;
mod heat;
mod judge;
mod own;
mod reasons;
mod rows;
mod tables;
mod words;

use std::time::Instant;

use contract::drivers::{
    DriverRow, DriversQuery, DriversReport, DriversView, KpiNote, ReportedDriver, ReportedSplit, SourceGap,
};
use contract::inventory::LinkRow;
use contract::journeys::ExploreQuery;
use contract::{Kind, UserError};

use crate::actor::need;
use crate::cache::{self, Data};
use crate::compute::compute;
use crate::inventory::link_rows;
use crate::journeys::segments::Saved;
use crate::journeys::{departments, question, unknown};
use crate::trends::weekdays;
use crate::weeks::Weeks;
use crate::{Actor, ServiceError, Services, reviews};

use judge::Judged;
pub(crate) use judge::Judgements;
pub use reasons::{reasons, reasons_to_take, save_reason};
pub use tables::tables;
pub(crate) use words::Vocabulary;

/// A driver report: the company's, or a department's.
pub async fn report(
    services: &Services,
    actor: &Actor,
    query: DriversQuery,
) -> Result<DriversView, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    query.check()?;
    let data = cache::data(services).await?;
    let saved = Saved::load(services, actor).await?;
    let (held, asker) = (services.clone(), actor.clone());
    let computed = compute(services, move || view(&held, &data, &asker, &saved, query));
    let mut view = computed.await??;
    if let Some(own) = &mut view.own {
        own.actions = reviews::open_of(services, actor, &own.name).await?;
    }
    Ok(view)
}

/// What the summary and trends need beside a report.
#[derive(Default)]
pub(crate) struct Parts {
    /// Contacts' worth and cost by department and stage of what causes them; of each, one more for none.
    pub cells: Vec<Vec<(f64, f64)>>,
    pub unexplained: (f64, f64),
    /// Promises kept, and all that were put to the test, by week of the report.
    pub promises: Vec<(u64, u64)>,
    /// Contacts by reason and week, most frequent first.
    pub reasons: Vec<(String, Vec<f64>)>,
    /// Contacts on each day of the week, against a mean day.
    pub weekdays: Vec<f64>,
}

/// A report of the company with what the summary and trends need beside it.
pub(crate) async fn parts(
    services: &Services,
    actor: &Actor,
    query: DriversQuery,
) -> Result<(DriversView, Parts), ServiceError> {
    need(actor.may().see_drivers, "page")?;
    query.check()?;
    let data = cache::data(services).await?;
    let saved = Saved::load(services, actor).await?;
    let (held, asker) = (services.clone(), actor.clone());
    let computed = compute(services, move || {
        let view = view(&held, &data, &asker, &saved, query)?;
        let zone = question::zone_of(&data.workspace.time_zone);
        if view.hint.is_some() || !view.any_events {
            return Ok::<_, UserError>((view, Parts::default()));
        }
        let judged = Judged::get(&held, &data, &asker, &saved, &view.query, zone)?;
        let heat::Causes { cells, unexplained } = heat::causes(&data, &judged);
        let weeks = Weeks::of(judged.from, judged.until, zone);
        let promises = heat::promises(&data, &judged, &weeks);
        let reasons = heat::reasons(&data, &judged, &weeks);
        let times = data.snapshot.log.times();
        let contacts = judged.split.contacts.iter().map(|one| times[one.event as usize]);
        let weekdays = weekdays(contacts, &weeks, zone);
        Ok((view, Parts { cells, unexplained, promises, reasons, weekdays }))
    });
    Ok(computed.await??)
}

/// The report's figures alone, for scripts.
pub async fn figures(
    services: &Services,
    actor: &Actor,
    query: DriversQuery,
) -> Result<DriversReport, ServiceError> {
    need(actor.may().export_reports, "export")?;
    let view =
        report(services, actor, DriversQuery { department: None, stage: None, ..query.closed() }).await?;
    if let Some(hint) = view.hint {
        return Err(hint.into());
    }
    let department = |at: Option<u32>| at.map(|at| view.departments[at as usize].name.clone());
    let mut drivers = Vec::new();
    // Who is limited takes the own department's rows away.
    let own = |row: &&DriverRow| {
        actor.scope().is_none() || department(row.department).is_some_and(|name| view.reports.contains(&name))
    };
    for row in view
        .drivers
        .iter()
        .chain(view.drivers.iter().flat_map(|row| &row.symptoms))
        .chain(&view.others)
        .filter(own)
    {
        drivers.push(ReportedDriver {
            touchpoint: row.touchpoint.clone(),
            experience: row.experience.clone(),
            department: department(row.department),
            exposed_customers: row.exposed,
            rate_ratio: row.rate.map(|rate| rate.ratio),
            ci_low: row.rate.map(|rate| rate.low),
            ci_high: row.rate.map(|rate| rate.high),
            q_value: row.q,
            excess_contacts: row.excess.map(|excess| excess.contacts),
            excess_low: row.excess.map(|excess| excess.low),
            excess_high: row.excess.map(|excess| excess.high),
            cost: row.excess.map(|excess| excess.cost / 100.0),
            explained_by: row.explained_by.clone(),
        });
    }
    let split = view
        .split
        .iter()
        .map(|row| ReportedSplit { department: row.name.clone(), contacts: row.contacts })
        .collect();
    let source_gaps = view
        .gaps
        .iter()
        .map(|gap| SourceGap { keywords: gap.keywords.clone(), contacts: gap.contacts })
        .collect();
    Ok(DriversReport { contacts: view.totals.contacts, drivers, split, source_gaps })
}

/// Departments whose report a person may read, by index.
fn reports_of(data: &Data, actor: &Actor) -> Vec<u32> {
    let all = (0..).zip(&data.inventory.departments);
    all.filter(|(_, one)| actor.scope().is_none_or(|scope| scope.contains(&one.id))).map(|(at, _)| at).collect()
}

fn view(
    services: &Services,
    data: &Data,
    actor: &Actor,
    saved: &Saved,
    query: DriversQuery,
) -> Result<DriversView, UserError> {
    let began = Instant::now();
    let inventory = &data.inventory;
    let reports = reports_of(data, actor);
    let department = match &query.department {
        None => None,
        Some(name) => {
            let at = inventory.departments.iter().position(|one| one.name == *name).map(|at| at as u32);
            // A department out of reach is as one that does not exist.
            let at = at.filter(|at| reports.contains(at)).ok_or_else(|| UserError::not_found("department"))?;
            Some(at)
        }
    };
    let zone = question::zone_of(&data.workspace.time_zone);
    let days = ExploreQuery { from: query.from.clone(), to: query.to.clone(), ..ExploreQuery::default() };
    let period = question::shown(data, &days);
    let may = actor.may();
    let names = |all: &[db::inventory::Name]| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let mut view = DriversView {
        period,
        version: data.version as u64,
        any_events: data.snapshot.log.events() > 0,
        hint: None,
        outcomes: inventory.touchpoints.iter().filter(|one| one.contact).map(|one| one.name.clone()).collect(),
        parts_of_contact: Vec::new(),
        totals: contract::drivers::Totals::default(),
        drivers: Vec::new(),
        others: Vec::new(),
        split: Vec::new(),
        reasons: Vec::new(),
        other_reasons: (0, 0),
        weeks: Vec::new(),
        gaps: Vec::new(),
        self_service: Vec::new(),
        own: None,
        opened: None,
        departments: departments(data),
        channels: names(&inventory.channels),
        segments: saved.names(),
        reports: reports.iter().map(|&at| inventory.departments[at as usize].name.clone()).collect(),
        may_open: may.see_journeys,
        may_export: may.export_reports,
        may_act: may.edit_own_inventory,
        took_ms: 0.0,
        query,
    };
    let judged = match Judged::get(services, data, actor, saved, &view.query, zone) {
        Ok(judged) => judged,
        // A report that cannot be is a page that says why.
        Err(error) if matches!(error.code.as_str(), "no_contacts" | "window_too_long") => {
            view.hint = Some(error);
            return Ok(view);
        }
        Err(error) => return Err(error),
    };
    rows::fill(&mut view, data, &judged, zone);
    let rows = view.drivers.iter_mut().chain(&mut view.others);
    rows.for_each(|row| note_kpis(row, data, actor));
    let words = services.cache.vocabulary.get(services, data);
    if department.is_none() {
        view.gaps = judged.gaps.get_or_init(|| words.gaps(data, &judged)).clone();
    }
    if let Some(department) = department {
        view.own = Some(own::own(data, &judged, &Weeks::of(judged.from, judged.until, zone), department));
    }
    if let Some(open) = view.query.open.clone() {
        view.opened = Some(contacts::opened(data, actor, &judged, &words, &view, &open, zone)?);
    }
    if let Some(stage) = &view.query.stage {
        let of = inventory.stages.iter().find(|one| one.name == *stage);
        let of = of.ok_or_else(|| unknown("stage", stage, &names(&inventory.stages)))?;
        let in_stage = |row: &DriverRow| {
            let touchpoint = inventory.touchpoints.iter().find(|one| one.id == row.touchpoint_id);
            touchpoint.is_some_and(|one| one.stage_id.as_deref() == Some(of.id.as_str()))
        };
        // A cause stays for its symptoms of the stage.
        view.drivers.retain(|row| in_stage(row) || row.symptoms.iter().any(in_stage));
        view.others.retain(in_stage);
    }
    view.took_ms = began.elapsed().as_secs_f64() * 1000.0;
    Ok(view)
}

/// Says by which KPIs a driver is measured, and whether their owners control it.
fn note_kpis(row: &mut DriverRow, data: &Data, actor: &Actor) {
    let links = link_rows(&data.inventory, actor, |link| link.touchpoint_id == row.touchpoint_id);
    let note =
        |link: LinkRow| KpiNote { id: link.kpi_id, name: link.kpi, control: link.control, owner: link.owner };
    row.kpis = links.into_iter().map(note).collect();
    row.symptoms.iter_mut().for_each(|row| note_kpis(row, data, actor));
}

/// The touchpoint of that name.
fn touchpoint(data: &Data, name: &str) -> Result<usize, UserError> {
    let found = data.inventory.touchpoints.iter().position(|one| one.name == name);
    found.ok_or_else(|| {
        let known: Vec<String> = data.inventory.touchpoints.iter().map(|one| one.name.clone()).collect();
        unknown("touchpoint", name, &known).at("outcome")
    })
}

fn no_contacts() -> UserError {
    UserError::new(Kind::Unprocessable, "no_contacts", "No touchpoint counts as a contact.")
        .at("outcome")
        .remedy("Open a touchpoint of the contact centre in the inventory and tick \u{201c}Counts as a contact\u{201d}.")
}
