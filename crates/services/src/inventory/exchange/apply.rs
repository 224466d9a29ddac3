//! Applying an inventory file: all of it, or nothing.

use std::collections::{HashMap, HashSet};

use contract::inventory::{DELIVERIES, InventoryImport, STARTERS};
use contract::{Kind, UserError};
use db::inventory::{Experience, Inventory, List, Rule, Touchpoint};
use serde_json::json;

use super::row::{Row, places, unreadable};
use super::{COLUMNS, unmarked};
use crate::actor::{need, need_change};
use crate::inventory::checked_name;
use crate::inventory::rules::{checked_text, next_position};
use crate::{Actor, ServiceError, Services};

/// Largest inventory file, and most rows: while it is applied, others wait to write.
const MOST_BYTES: usize = 20 << 20;
const MOST_ROWS: usize = 20_000;

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
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let places = places(reader.headers().map_err(unreadable)?)?;
    let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    if records.len() > MOST_ROWS {
        return Err(UserError::new(
            Kind::TooLarge,
            "too_many_rows",
            format!("The file has {} rows; at most {MOST_ROWS} are taken at once.", records.len()),
        )
        .remedy("Split the file.")
        .into());
    }
    let now = services.now();
    let tx = services.db.write().await?;
    let mut work = Work::new(&tx, &db::inventory::load_in(&tx).await?, now);
    for record in &records {
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = places
            .iter()
            .enumerate()
            .map(|(column, place)| {
                let cell = place.and_then(|at| record.get(at)).unwrap_or_default();
                // An activity is compared letter by letter, blanks at its ends included.
                unmarked(if COLUMNS[column] == "activity" { cell } else { cell.trim() })
            })
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

/// What tells a rule from others: touchpoint, experience, source, match, activity, condition.
type Recognises = (String, Option<String>, String, String, String, String);

fn recognises(rule: &Rule) -> Recognises {
    let Rule { touchpoint_id, experience_id, source, matching, activity, condition, .. } = rule.clone();
    (touchpoint_id, experience_id, source, matching, activity, condition)
}

/// An import under way: the inventory as it stands within the transaction, found by name.
struct Work<'a> {
    tx: &'a db::Tx,
    now: i64,
    /// Ids of stages, channels and departments.
    names: HashMap<(List, String), String>,
    touchpoints: HashMap<String, Touchpoint>,
    experiences: HashMap<(String, String), Experience>,
    /// Next place of an experience at each touchpoint.
    places: HashMap<String, i32>,
    rules: HashSet<Recognises>,
    next_rule: i32,
    /// Touchpoints that this file made or changed already.
    touched: HashSet<String>,
    done: InventoryImport,
}

impl<'a> Work<'a> {
    fn new(tx: &'a db::Tx, inventory: &Inventory, now: i64) -> Self {
        let lists = [
            (List::Stages, &inventory.stages),
            (List::Channels, &inventory.channels),
            (List::Departments, &inventory.departments),
        ];
        let names = lists.into_iter().flat_map(|(list, names)| {
            names.iter().map(move |name| ((list, name.name.clone()), name.id.clone()))
        });
        let mut places = HashMap::new();
        for one in &inventory.experiences {
            let next = places.entry(one.touchpoint_id.clone()).or_insert(0);
            *next = (*next).max(one.position + 1);
        }
        Self {
            tx,
            now,
            names: names.collect(),
            touchpoints: inventory.touchpoints.iter().map(|one| (one.name.clone(), one.clone())).collect(),
            experiences: inventory
                .experiences
                .iter()
                .map(|one| ((one.touchpoint_id.clone(), one.name.clone()), one.clone()))
                .collect(),
            places,
            rules: inventory.rules.iter().map(recognises).collect(),
            next_rule: next_position(inventory),
            touched: HashSet::new(),
            done: InventoryImport::default(),
        }
    }

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
        let (created, place) = match list {
            List::Stages => (&mut self.done.stages_created, "stage"),
            List::Channels => (&mut self.done.channels_created, "channel"),
            List::Departments => (&mut self.done.departments_created, "department"),
        };
        let key = (list, name.to_owned());
        if let Some(id) = self.names.get(&key) {
            return Ok(Some(id.clone()));
        }
        let name = checked_name(name, place)?;
        let id = db::inventory::add_name(self.tx, list, &name, None).await?;
        self.names.insert(key, id.clone());
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
        let known = self.touchpoints.get(&row.touchpoint).cloned();
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
        // A touchpoint made by an earlier row of this file is new, not changed.
        if self.touched.insert(wanted.name.clone()) {
            let list = if known.is_some() {
                &mut self.done.touchpoints_changed
            } else {
                &mut self.done.touchpoints_created
            };
            list.push(wanted.name.clone());
        }
        wanted.version = if known.is_some() { wanted.version + 1 } else { 1 };
        wanted.id.clone_from(&id);
        self.touchpoints.insert(wanted.name.clone(), wanted);
        Ok(id)
    }

    async fn experience(&mut self, row: &Row<'_>, touchpoint_id: &str) -> Result<Option<String>, ServiceError> {
        if row.experience.is_empty() {
            return Ok(None);
        }
        let name = checked_name(row.experience, "experience")?;
        let key = (touchpoint_id.to_owned(), name.clone());
        let known = self.experiences.get(&key).cloned();
        let next = self.places.entry(touchpoint_id.to_owned()).or_insert(0);
        let base = known.clone().unwrap_or_else(|| Experience {
            touchpoint_id: touchpoint_id.to_owned(),
            name,
            position: *next,
            ..Experience::default()
        });
        let mut wanted = Experience {
            emotion: row.emotion.unwrap_or(base.emotion),
            failure: row.failure.unwrap_or(base.failure),
            ..base
        };
        if known.as_ref() == Some(&wanted) {
            return Ok(Some(wanted.id));
        }
        let id = db::inventory::save_experience(self.tx, &wanted).await?;
        if known.is_none() {
            *next += 1;
            self.done.experiences_created += 1;
        }
        wanted.version = if known.is_some() { wanted.version + 1 } else { 1 };
        wanted.id.clone_from(&id);
        self.experiences.insert(key, wanted);
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
        let wanted = checked_text(Rule {
            touchpoint_id,
            experience_id,
            source: row.source.to_owned(),
            matching: row.matching.to_owned(),
            activity: row.activity.to_owned(),
            condition: row.condition.to_owned(),
            position: self.next_rule,
            ..Rule::default()
        })?;
        if !self.rules.insert(recognises(&wanted)) {
            self.done.rules_unchanged += 1;
            return Ok(());
        }
        db::inventory::save_rule(self.tx, &wanted).await?;
        self.done.rules_created += 1;
        self.next_rule += 1;
        Ok(())
    }
}
