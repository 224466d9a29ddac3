//! A driver report as sheets of a workbook.

use contract::drivers::{DriverRow, DriversQuery, DriversView, Landing, SplitRow};
use contract::table::{Cell, Table};

use crate::actor::need;
use crate::{Actor, ServiceError, Services};

fn table(name: &str, heads: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    Table { name: name.to_owned(), heads, rows, about: Vec::new() }
}

fn count(value: u64) -> Cell {
    Cell::Number(value as f64)
}

/// Cents as an amount.
fn amount(cents: f64) -> Cell {
    Cell::Number((cents / 100.0 * 100.0).round() / 100.0)
}

/// The report's tables. Who is bound to a department takes its rows away, and what is about the company as a whole.
pub async fn tables(
    services: &Services,
    actor: &Actor,
    query: DriversQuery,
) -> Result<Vec<Table>, ServiceError> {
    need(actor.may().export_reports, "export")?;
    let view = super::report(services, actor, DriversQuery { stage: None, ..query.closed() }).await?;
    if let Some(hint) = view.hint {
        return Err(hint.into());
    }
    let limited = actor.scope().is_some();
    let name = |at: Option<u32>| at.map(|at| view.departments[at as usize].name.clone()).unwrap_or_default();
    let own = |row: &&DriverRow| match &view.query.department {
        Some(department) => name(row.department) == *department,
        None => !limited || view.reports.contains(&name(row.department)),
    };
    let all = view.drivers.iter().chain(view.drivers.iter().flat_map(|row| &row.symptoms)).chain(&view.others);
    let drivers = all.filter(own).map(|row| {
        let (rate, excess) = (row.rate, row.excess);
        vec![
            Cell::text(&row.name),
            Cell::text(name(row.department)),
            Cell::text(row.explained_by.clone().unwrap_or_default()),
            count(row.occurrences),
            count(row.exposed),
            count(row.inside),
            Cell::number(rate.map(|rate| rate.ratio)),
            Cell::number(rate.map(|rate| rate.low)),
            Cell::number(rate.map(|rate| rate.high)),
            Cell::Number(row.q),
            Cell::number(excess.map(|excess| excess.contacts)),
            Cell::number(excess.map(|excess| excess.low)),
            Cell::number(excess.map(|excess| excess.high)),
            excess.map_or(Cell::Empty, |excess| amount(excess.cost)),
            Cell::Number(row.shared),
            amount(row.cost),
        ]
    });
    let mut tables = vec![table(
        "Drivers",
        &[
            "driver",
            "department",
            "explained by",
            "occurrences",
            "customers",
            "contacts after it",
            "rate ratio",
            "ratio, low",
            "ratio, high",
            "q-value",
            "excess contacts",
            "excess, low",
            "excess, high",
            "cost of excess",
            "contacts' worth",
            "cost of contacts' worth",
        ],
        drivers.collect(),
    )];
    if let Some(own) = &view.own {
        tables.push(landings("Lands", "at touchpoint", &own.lands, &name));
        tables.push(landings("From others", "caused by", &own.from_others, &name));
        tables[0].about = about(services, &view, &query);
        return Ok(tables);
    }
    // What is of the company as a whole is read on the page, and taken away by who sees the whole.
    if limited {
        let own = |row: &SplitRow| row.name.as_ref().is_some_and(|name| view.reports.contains(name));
        tables.push(split(view.split.iter().filter(|row| own(row))));
    } else {
        tables.push(split(view.split.iter()));
        tables.push(weeks(&view));
        tables.push(reasons(&view));
    }
    tables[0].about = about(services, &view, &query);
    Ok(tables)
}

fn split<'a>(rows: impl Iterator<Item = &'a SplitRow>) -> Table {
    let rows = rows.map(|row| {
        vec![
            Cell::text(row.name.clone().unwrap_or_else(|| "not explained".to_owned())),
            Cell::Number(row.contacts),
            amount(row.cost),
            count(row.shared_in),
        ]
    });
    table("Departments", &["department", "contacts' worth", "cost", "contacts with a share"], rows.collect())
}

/// Contacts' worth by place: where a department's land, or what others cause for it.
fn landings(title: &str, place: &str, rows: &[Landing], name: &impl Fn(Option<u32>) -> String) -> Table {
    let rows = rows.iter().map(|row| {
        vec![
            Cell::text(&row.name),
            Cell::text(name(row.department)),
            Cell::Number(row.contacts),
            amount(row.cost),
        ]
    });
    table(title, &[place, "department", "contacts' worth", "cost"], rows.collect())
}

fn weeks(view: &DriversView) -> Table {
    let rows = view.weeks.iter().map(|week| {
        vec![
            Cell::day(&week.day),
            Cell::text(if week.partial { "no" } else { "yes" }),
            count(week.contacts),
            Cell::Number(week.elsewhere),
            amount(week.cost),
            amount(week.elsewhere_cost),
            count(week.failure),
            count(week.repeats),
        ]
    });
    let heads = [
        "week of",
        "whole week",
        "contacts",
        "contacts' worth of others",
        "cost",
        "cost of others' part",
        "failures",
        "repeats",
    ];
    table("Weeks", &heads, rows.collect())
}

fn reasons(view: &DriversView) -> Table {
    let rows = view.reasons.iter().map(|row| {
        vec![
            Cell::text(&row.reason),
            count(row.contacts),
            amount(row.cost),
            count(row.repeats),
            Cell::text(if row.failure { "yes" } else { "no" }),
            Cell::text(row.touchpoint.clone().unwrap_or_default()),
            Cell::number(row.agrees),
            Cell::Number(row.unexplained),
        ]
    });
    let heads = [
        "reason",
        "contacts",
        "cost",
        "repeats",
        "failure",
        "touchpoint",
        "contacts' worth that the evidence gives to it",
        "not explained",
    ];
    table("Reasons", &heads, rows.collect())
}

/// What the tables are of: the filter that made them.
fn about(services: &Services, view: &DriversView, query: &DriversQuery) -> Vec<(String, String)> {
    let all = |text: &Option<String>| text.clone().unwrap_or_else(|| "all".to_owned());
    let zone = crate::journeys::question::zone_of(&view.period.time_zone);
    let written = events::time::local_day(services.now() * 1_000_000, zone);
    [
        ("Period", format!("{} to {}", view.period.from, view.period.to)),
        ("Time zone", view.period.time_zone.clone()),
        ("Department", all(&query.department)),
        ("Window", format!("{} days", query.window)),
        ("To be explained", all(&query.outcome)),
        ("Channel", all(&query.channel)),
        ("Reason", all(&query.reason)),
        ("Segment", all(&query.segment)),
        ("Cost", "in the company's currency".to_owned()),
        ("Written on", written),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
