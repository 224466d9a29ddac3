//! The inventory as CSV, one row a mapping rule, both ways. Importing what was exported changes nothing; a
//! file with one bad cell changes nothing either, and says where it is.

mod apply;
mod row;

use db::inventory::{Experience, Name, Rule, Touchpoint};

pub use apply::import_csv;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

const COLUMNS: [&str; 15] = [
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
];

/// The inventory as CSV.
pub async fn export_csv(services: &Services, actor: &Actor) -> Result<String, ServiceError> {
    need(actor.may().export && actor.may().see_inventory, "export")?;
    let (_, inventory) = cache::inventory(services).await?;
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    let name = |list: &[Name], id: &Option<String>| {
        let found = id.as_ref().and_then(|id| list.iter().find(|one| one.id == *id));
        found.map(|one| one.name.clone()).unwrap_or_default()
    };
    let mut row = |touchpoint: &Touchpoint, rule: Option<&Rule>, experience: Option<&Experience>| {
        let cost = touchpoint.cost_per_contact.map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
        let text = |of: fn(&Rule) -> &String| rule.map(of).cloned().unwrap_or_default();
        let cells = [
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
        ];
        out.write_record(cells.map(|cell| marked(&cell)))
    };
    for rule in &inventory.rules {
        if let Some(touchpoint) = inventory.touchpoints.iter().find(|one| one.id == rule.touchpoint_id) {
            let experience =
                inventory.experiences.iter().find(|one| Some(&one.id) == rule.experience_id.as_ref());
            row(touchpoint, Some(rule), experience)?;
        }
    }
    for touchpoint in &inventory.touchpoints {
        let rules = || inventory.rules.iter().filter(|rule| rule.touchpoint_id == touchpoint.id);
        let mut written = rules().next().is_some();
        for experience in inventory.experiences.iter().filter(|one| one.touchpoint_id == touchpoint.id) {
            if !rules().any(|rule| rule.experience_id.as_ref() == Some(&experience.id)) {
                row(touchpoint, None, Some(experience))?;
                written = true;
            }
        }
        if !written {
            row(touchpoint, None, None)?;
        }
    }
    let bytes =
        out.into_inner().map_err(|error| csv::Error::from(std::io::Error::from(error.error().kind())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
