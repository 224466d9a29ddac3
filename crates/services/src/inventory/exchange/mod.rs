//! The inventory as a file, both ways: as CSV, one row a mapping rule, or as a workbook that holds the KPIs too.
//! Importing what was exported changes nothing; a file with one bad cell changes nothing either, and says where it is.

mod apply;
mod held;
mod kpis;
mod plan;
mod read;
mod row;

use std::collections::{HashMap, HashSet};

use contract::table::{Cell, Table};
use db::inventory::{Experience, Inventory, Name, Rule, Touchpoint};

pub use apply::{Options, dry_import, import_csv, import_file, import_whole, may_import};
pub use held::{Held, apply_held, hold, look_held};

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

const COLUMNS: [&str; 21] = [
    "touchpoint",
    "stage",
    "channel",
    "department",
    "delivery",
    "started_by",
    "contact",
    "cost_per_contact",
    "source",
    "match",
    "activity",
    "condition",
    "experience",
    "emotion",
    "failure",
    "keeps_promise",
    "description",
    "expectation",
    "promise",
    // Versions when the file was written: what was changed since is a conflict.
    "version",
    "experience_version",
];

/// Sheets of a workbook beside the one of touchpoints, with their columns.
const KPIS: (&str, [&str; 11]) = (
    "KPIs",
    [
        "kpi",
        "definition",
        "unit",
        "direction",
        "kind",
        "target",
        "department",
        "measure",
        "touchpoint",
        "experience",
        "version",
    ],
);
const LINKS: (&str, [&str; 5]) = ("KPI links", ["kpi", "touchpoint", "control", "reason", "version"]);
const READINGS: (&str, [&str; 4]) = ("Readings", ["kpi", "day", "value", "note"]);

fn name(list: &[Name], id: &Option<String>) -> String {
    let found = id.as_ref().and_then(|id| list.iter().find(|one| one.id == *id));
    found.map(|one| one.name.clone()).unwrap_or_default()
}

/// One row a rule, then experiences without a rule, then touchpoints without either.
fn rows(inventory: &Inventory) -> Vec<[String; 21]> {
    let touchpoints: HashMap<&str, &Touchpoint> =
        inventory.touchpoints.iter().map(|one| (one.id.as_str(), one)).collect();
    let experiences: HashMap<&str, &Experience> =
        inventory.experiences.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut own: HashMap<&str, Vec<&Experience>> = HashMap::new();
    for one in &inventory.experiences {
        own.entry(one.touchpoint_id.as_str()).or_default().push(one);
    }
    let ruled: HashSet<&str> = inventory.rules.iter().map(|rule| rule.touchpoint_id.as_str()).collect();
    let recognised: HashSet<&str> =
        inventory.rules.iter().filter_map(|rule| rule.experience_id.as_deref()).collect();
    let mut rows = Vec::new();
    let mut row = |touchpoint: &Touchpoint, rule: Option<&Rule>, experience: Option<&Experience>| {
        let cost = touchpoint.cost_per_contact.map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
        let text = |of: fn(&Rule) -> &String| rule.map(of).cloned().unwrap_or_default();
        rows.push([
            touchpoint.name.clone(),
            name(&inventory.stages, &touchpoint.stage_id),
            name(&inventory.channels, &touchpoint.channel_id),
            name(&inventory.departments, &touchpoint.department_id),
            touchpoint.delivery.clone(),
            touchpoint.started_by.clone(),
            yes_no(touchpoint.contact),
            cost.unwrap_or_default(),
            text(|rule| &rule.source),
            text(|rule| &rule.matching),
            text(|rule| &rule.activity),
            text(|rule| &rule.condition),
            experience.map(|one| one.name.clone()).unwrap_or_default(),
            experience.map(|one| one.emotion.to_string()).unwrap_or_default(),
            experience.map(|one| yes_no(one.failure)).unwrap_or_default(),
            experience.map(|one| one.promise.clone()).unwrap_or_default(),
            touchpoint.description.clone(),
            touchpoint.expectation.clone(),
            touchpoint.promise.clone(),
            touchpoint.version.to_string(),
            experience.map(|one| one.version.to_string()).unwrap_or_default(),
        ]);
    };
    for rule in &inventory.rules {
        if let Some(touchpoint) = touchpoints.get(rule.touchpoint_id.as_str()) {
            let experience = rule.experience_id.as_deref().and_then(|id| experiences.get(id).copied());
            row(touchpoint, Some(rule), experience);
        }
    }
    for touchpoint in &inventory.touchpoints {
        let mut written = ruled.contains(touchpoint.id.as_str());
        for experience in own.get(touchpoint.id.as_str()).into_iter().flatten() {
            if !recognised.contains(experience.id.as_str()) {
                row(touchpoint, None, Some(experience));
                written = true;
            }
        }
        if !written {
            row(touchpoint, None, None);
        }
    }
    rows
}

/// The inventory as CSV.
pub async fn export_csv(services: &Services, actor: &Actor) -> Result<String, ServiceError> {
    need(actor.may().export && actor.may().see_inventory, "export")?;
    let (_, inventory) = cache::inventory(services).await?;
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    for row in rows(&inventory) {
        out.write_record(row.map(|cell| marked(&cell)))?;
    }
    let bytes =
        out.into_inner().map_err(|error| csv::Error::from(std::io::Error::from(error.error().kind())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The inventory as sheets of a workbook.
pub async fn export_xlsx(services: &Services, actor: &Actor) -> Result<Vec<Table>, ServiceError> {
    need(actor.may().export && actor.may().see_inventory, "export")?;
    let (workspace, inventory) = cache::inventory(services).await?;
    let ids: Vec<String> = inventory.kpis.iter().map(|kpi| kpi.id.clone()).collect();
    let readings = db::inventory::readings(&services.db, &ids).await?;
    let heads = |heads: &[&str]| heads.iter().map(|head| (*head).to_owned()).collect::<Vec<String>>();
    let numeric = ["cost_per_contact", "emotion", "version", "experience_version"];
    let touchpoints = rows(&inventory).into_iter().map(|row| {
        let cell = |(column, text): (&str, String)| match text.parse::<f64>() {
            Ok(value) if numeric.contains(&column) => Cell::Number(value),
            _ => Cell::text(text),
        };
        COLUMNS.into_iter().zip(row).map(cell).collect()
    });
    let touchpoint = |id: &str| inventory.touchpoints.iter().find(|one| one.id == id);
    let kpi = |id: &str| {
        inventory.kpis.iter().find(|one| one.id == id).filter(|kpi| super::kpis::may_see(actor, kpi))
    };
    let kpis = inventory.kpis.iter().filter(|one| super::kpis::may_see(actor, one)).map(|one| {
        let place = one.touchpoint_id.as_deref().and_then(touchpoint);
        let experience = inventory.experiences.iter().find(|of| Some(&of.id) == one.experience_id.as_ref());
        vec![
            Cell::text(&one.name),
            Cell::text(&one.definition),
            Cell::text(&one.unit),
            Cell::text(&one.direction),
            Cell::text(&one.kind),
            Cell::number(one.target),
            Cell::text(name(&inventory.departments, &one.department_id)),
            Cell::text(&one.measure),
            Cell::text(place.map(|of| of.name.clone()).unwrap_or_default()),
            Cell::text(
                experience.zip(place).map(|(of, place)| super::experience_name(place, of)).unwrap_or_default(),
            ),
            Cell::Number(f64::from(one.version)),
        ]
    });
    let links = inventory.links.iter().filter_map(|one| {
        Some(vec![
            Cell::text(&kpi(&one.kpi_id)?.name),
            Cell::text(&touchpoint(&one.touchpoint_id)?.name),
            Cell::text(&one.control),
            Cell::text(&one.reason),
            Cell::Number(f64::from(one.version)),
        ])
    });
    let readings = readings.iter().filter_map(|one| {
        Some(vec![
            Cell::text(&kpi(&one.kpi_id)?.name),
            Cell::text(&one.day),
            Cell::Number(one.value),
            Cell::text(&one.note),
        ])
    });
    let table = |name: &str, columns: &[&str], rows: Vec<Vec<Cell>>| Table {
        name: name.to_owned(),
        heads: heads(columns),
        rows,
        about: Vec::new(),
    };
    let mut tables = vec![
        table("Touchpoints", &COLUMNS, touchpoints.collect()),
        table(KPIS.0, &KPIS.1, kpis.collect()),
        table(LINKS.0, &LINKS.1, links.collect()),
        table(READINGS.0, &READINGS.1, readings.collect()),
    ];
    let moment = events::time::local_day(services.now() * 1_000_000, chrono_tz::Tz::UTC);
    tables[0].about = vec![("Company".to_owned(), workspace.name), ("Written on".to_owned(), moment)];
    Ok(tables)
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A cell that a spreadsheet would run gets a mark in front, which importing removes.
fn marked(cell: &str) -> String {
    if cell.starts_with(['=', '+', '@', '\t', '\r', '\''])
        || (cell.starts_with('-') && cell.parse::<f64>().is_err())
    {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn unmarked(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest,
        _ => cell,
    }
}
