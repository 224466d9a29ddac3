//! The inventory as CSV, one row a mapping rule, both ways. Importing what was exported changes nothing; a
//! file with one bad cell changes nothing either, and says where it is.

use contract::inventory::{DELIVERIES, InventoryImport, STARTERS};
use contract::{Kind, UserError};
use db::inventory::{Experience, Inventory, List, Name, Rule, Touchpoint};
use serde_json::json;

use super::rules::{checked_rule, next_position};
use super::touchpoints::cents;
use super::{checked_name, invalid};
use crate::actor::{need, need_change};
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

/// Largest inventory file.
const MOST_BYTES: usize = 20 << 20;

/// The inventory as CSV.
pub async fn export_csv(services: &Services, actor: &Actor) -> Result<String, ServiceError> {
    need(actor.may().see_inventory, "page")?;
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
    if cell.starts_with(['=', '+', '@', '\t', '\r']) || (cell.starts_with('-') && cell.parse::<f64>().is_err())
    {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn unmarked(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// Reads an inventory file. All of it is applied, or nothing.
pub async fn import_csv(
    services: &Services,
    actor: &Actor,
    text: &str,
) -> Result<InventoryImport, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    need_change(actor.may().edit_inventory, "inventory")?;
    if text.len() > MOST_BYTES {
        return Err(
            UserError::new(Kind::TooLarge, "too_large", "An inventory file may have at most 20 MiB.").into()
        );
    }
    let now = services.now();
    let tx = services.db.write().await?;
    let mut work =
        Work { tx: &tx, inventory: db::inventory::load_in(&tx).await?, done: InventoryImport::default(), now };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let places = places(reader.headers().map_err(unreadable)?)?;
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = places
            .iter()
            .map(|place| place.and_then(|at| record.get(at)).map_or("", |cell| unmarked(cell.trim())))
            .collect();
        let row = Row::of(&cells).map_err(|error| located(error, line))?;
        work.apply(row).await.map_err(|error| match error {
            ServiceError::User(error) => located(error, line).into(),
            other => other,
        })?;
    }
    let details = json!({
        "touchpoints created": work.done.touchpoints_created.len(),
        "touchpoints changed": work.done.touchpoints_changed.len(),
        "rules created": work.done.rules_created,
    });
    let done = work.done;
    db::audit(&tx, &actor.audited(now), "import", "inventory", "", &details).await?;
    tx.commit().await?;
    Ok(done)
}

fn located(mut error: UserError, line: u64) -> UserError {
    let column = error.place.take().unwrap_or_default();
    error.place = Some(format!("line {line}, column {column}"));
    error
}

fn unreadable(error: csv::Error) -> UserError {
    let line = error.position().map_or(0, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("The row has {len} cells, the header names {expected_len} columns.")
        }
        csv::ErrorKind::Utf8 { .. } => "The row is not UTF-8.".to_owned(),
        _ => "The row can't be read.".to_owned(),
    };
    UserError::new(Kind::Unprocessable, "bad_csv", message)
        .at(format!("line {line}"))
        .remedy("Save the file as CSV in UTF-8, with commas.")
}

/// Where each known column is; unknown columns are refused.
fn places(header: &csv::StringRecord) -> Result<[Option<usize>; 15], UserError> {
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| !COLUMNS.contains(name)) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "unknown_column",
            format!("There is no column \u{201c}{unknown}\u{201d} in an inventory."),
        )
        .at("line 1")
        .remedy(format!("Columns are: {}.", COLUMNS.join(", "))));
    }
    let mut places = [None; 15];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        if names.iter().filter(|name| **name == column).count() > 1 {
            return Err(UserError::new(
                Kind::Unprocessable,
                "duplicate_header",
                format!("Two columns are named \u{201c}{column}\u{201d}."),
            )
            .at("line 1"));
        }
        *place = names.iter().position(|name| *name == column);
    }
    if places[0].is_none() {
        return Err(UserError::new(
            Kind::Unprocessable,
            "missing_header",
            format!("There is no column \u{201c}touchpoint\u{201d}. Columns found: {}.", names.join(", ")),
        )
        .at("line 1"));
    }
    Ok(places)
}

/// One row, read but not yet compared with what is there. Empty cells leave things as they are.
struct Row<'a> {
    touchpoint: String,
    stage: &'a str,
    channel: &'a str,
    department: &'a str,
    delivery: &'a str,
    started_by: &'a str,
    contact: Option<bool>,
    cost: Option<i64>,
    source: &'a str,
    matching: &'a str,
    activity: &'a str,
    condition: &'a str,
    experience: &'a str,
    emotion: Option<i32>,
    failure: Option<bool>,
}

impl<'a> Row<'a> {
    fn of(cells: &[&'a str]) -> Result<Self, UserError> {
        let [
            touchpoint,
            stage,
            channel,
            department,
            delivery,
            started_by,
            contact,
            cost,
            source,
            matching,
            activity,
            condition,
            experience,
            emotion,
            failure,
        ] = cells
        else {
            return Err(invalid("touchpoint", "The row is too short."));
        };
        let one_of = |place: &str, value: &str, known: &[(&str, &str)]| {
            let keys: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
            if value.is_empty() || keys.contains(&value) {
                return Ok(());
            }
            Err(invalid(place, format!("\u{201c}{value}\u{201d} is not known."))
                .remedy(format!("Use one of: {}.", keys.join(", "))))
        };
        one_of("delivery", delivery, &DELIVERIES)?;
        one_of("started_by", started_by, &STARTERS)?;
        if matching.is_empty() != activity.is_empty() {
            return Err(
                invalid("match", "A rule needs both match and activity.").remedy("Fill in both, or neither.")
            );
        }
        Ok(Self {
            touchpoint: checked_name(touchpoint, "touchpoint")?,
            stage,
            channel,
            department,
            delivery,
            started_by,
            contact: truth("contact", contact)?,
            cost: cents(cost)?,
            source,
            matching,
            activity,
            condition,
            experience,
            emotion: match *emotion {
                "" => None,
                text => Some(text.parse().ok().filter(|value| (-2..=2).contains(value)).ok_or_else(|| {
                    invalid("emotion", format!("\u{201c}{text}\u{201d} is not a number from -2 to 2."))
                })?),
            },
            failure: truth("failure", failure)?,
        })
    }
}

fn truth(place: &str, text: &str) -> Result<Option<bool>, UserError> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" | "1" => Ok(Some(true)),
        "no" | "false" | "0" => Ok(Some(false)),
        _ => {
            Err(invalid(place, format!("\u{201c}{text}\u{201d} is neither yes nor no."))
                .remedy("Write yes or no."))
        }
    }
}

/// An import under way: the inventory as it stands within the transaction.
struct Work<'a> {
    tx: &'a db::Tx,
    inventory: Inventory,
    done: InventoryImport,
    now: i64,
}

impl Work<'_> {
    async fn apply(&mut self, row: Row<'_>) -> Result<(), ServiceError> {
        let stage_id = self.name(List::Stages, row.stage).await?;
        let channel_id = self.name(List::Channels, row.channel).await?;
        let department_id = self.name(List::Departments, row.department).await?;
        let touchpoint_id = self.touchpoint(&row, stage_id, channel_id, department_id).await?;
        let experience_id = self.experience(&row, &touchpoint_id).await?;
        self.rule(&row, touchpoint_id, experience_id).await
    }

    async fn name(&mut self, list: List, name: &str) -> Result<Option<String>, ServiceError> {
        if name.is_empty() {
            return Ok(None);
        }
        let (known, created, place) = match list {
            List::Stages => (&mut self.inventory.stages, &mut self.done.stages_created, "stage"),
            List::Channels => (&mut self.inventory.channels, &mut self.done.channels_created, "channel"),
            List::Departments => {
                (&mut self.inventory.departments, &mut self.done.departments_created, "department")
            }
        };
        if let Some(found) = known.iter().find(|one| one.name == name) {
            return Ok(Some(found.id.clone()));
        }
        let name = checked_name(name, place)?;
        let id = db::inventory::add_name(self.tx, list, &name, None).await?;
        let position = known.iter().map(|one| one.position + 1).max().unwrap_or(0);
        known.push(Name { id: id.clone(), name: name.clone(), position, version: 1, parent_id: None });
        created.push(name);
        Ok(Some(id))
    }

    async fn touchpoint(
        &mut self,
        row: &Row<'_>,
        stage_id: Option<String>,
        channel_id: Option<String>,
        department_id: Option<String>,
    ) -> Result<String, ServiceError> {
        let or =
            |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
        let at = self.inventory.touchpoints.iter().position(|one| one.name == row.touchpoint);
        let known = at.map(|at| self.inventory.touchpoints[at].clone());
        let base = known.clone().unwrap_or_else(|| Touchpoint {
            name: row.touchpoint.clone(),
            delivery: DELIVERIES[0].0.to_owned(),
            started_by: STARTERS[0].0.to_owned(),
            ..Touchpoint::default()
        });
        let mut wanted = Touchpoint {
            stage_id: stage_id.or(base.stage_id),
            channel_id: channel_id.or(base.channel_id),
            department_id: department_id.or(base.department_id),
            delivery: or(row.delivery, &base.delivery),
            started_by: or(row.started_by, &base.started_by),
            contact: row.contact.unwrap_or(base.contact),
            cost_per_contact: row.cost.or(base.cost_per_contact),
            ..base
        };
        if known.as_ref() == Some(&wanted) {
            return Ok(wanted.id);
        }
        let id = db::inventory::save_touchpoint(self.tx, &wanted, self.now).await?;
        match at {
            Some(at) => {
                wanted.version += 1;
                let name = wanted.name.clone();
                self.inventory.touchpoints[at] = wanted;
                // A touchpoint made by an earlier row of this file is new, not changed.
                let listed = [&self.done.touchpoints_created, &self.done.touchpoints_changed];
                if !listed.into_iter().any(|list| list.contains(&name)) {
                    self.done.touchpoints_changed.push(name);
                }
            }
            None => {
                self.done.touchpoints_created.push(wanted.name.clone());
                self.inventory.touchpoints.push(Touchpoint { id: id.clone(), version: 1, ..wanted });
            }
        }
        Ok(id)
    }

    async fn experience(&mut self, row: &Row<'_>, touchpoint_id: &str) -> Result<Option<String>, ServiceError> {
        if row.experience.is_empty() {
            return Ok(None);
        }
        let name = checked_name(row.experience, "experience")?;
        let siblings = || self.inventory.experiences.iter().filter(|one| one.touchpoint_id == touchpoint_id);
        let known = siblings().find(|one| one.name == name).cloned();
        let base = known.clone().unwrap_or_else(|| Experience {
            touchpoint_id: touchpoint_id.to_owned(),
            name,
            position: siblings().map(|one| one.position + 1).max().unwrap_or(0),
            ..Experience::default()
        });
        let wanted = Experience {
            emotion: row.emotion.unwrap_or(base.emotion),
            failure: row.failure.unwrap_or(base.failure),
            ..base
        };
        if known.as_ref() == Some(&wanted) {
            return Ok(Some(wanted.id));
        }
        let id = db::inventory::save_experience(self.tx, &wanted).await?;
        match self.inventory.experiences.iter_mut().find(|one| one.id == id) {
            Some(stored) => *stored = Experience { version: wanted.version + 1, ..wanted },
            None => {
                self.done.experiences_created += 1;
                self.inventory.experiences.push(Experience { id: id.clone(), version: 1, ..wanted });
            }
        }
        Ok(Some(id))
    }

    async fn rule(
        &mut self,
        row: &Row<'_>,
        touchpoint_id: String,
        experience_id: Option<String>,
    ) -> Result<(), ServiceError> {
        if row.matching.is_empty() {
            return Ok(());
        }
        let wanted = checked_rule(
            &self.inventory,
            Rule {
                touchpoint_id,
                experience_id,
                source: row.source.to_owned(),
                matching: row.matching.to_owned(),
                activity: row.activity.to_owned(),
                condition: row.condition.to_owned(),
                position: next_position(&self.inventory),
                ..Rule::default()
            },
        )?;
        let same = |known: &&Rule| {
            Rule { id: String::new(), version: 0, position: wanted.position, ..(*known).clone() } == wanted
        };
        if self.inventory.rules.iter().find(same).is_some() {
            self.done.rules_unchanged += 1;
            return Ok(());
        }
        let id = db::inventory::save_rule(self.tx, &wanted).await?;
        self.done.rules_created += 1;
        self.inventory.rules.push(Rule { id, version: 1, ..wanted });
        Ok(())
    }
}
