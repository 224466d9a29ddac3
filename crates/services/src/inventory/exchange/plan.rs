//! What an inventory file comes to: the inventory as it would stand, made in memory, so that looking is free and applying
//! is all or nothing.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use contract::inventory::{
    CellChange, CellConflict, Column, DELIVERIES, FileProblem, InventoryImport, STARTERS,
};
use contract::{Kind, UserError};
use db::inventory::{Experience, Inventory, Kpi, Link, List, Name, Reading, Rule, Touchpoint};

use super::apply::Options;
use super::read::Read;
use super::row::Row;
use crate::Actor;
use crate::inventory::by_name::ByName;
use crate::inventory::cells::Names;
use crate::inventory::rules::{checked_text, next_position};
use crate::inventory::{checked_name, invalid};

/// Changes, conflicts and problems that are listed.
const LISTED: usize = 300;

/// What tells a rule from others: touchpoint, experience, source, match, activity, condition.
type Recognises = (String, Option<String>, String, String, String, String);

fn recognises(rule: &Rule) -> Recognises {
    let Rule { touchpoint_id, experience_id, source, matching, activity, condition, .. } = rule.clone();
    (touchpoint_id, experience_id, source, matching, activity, condition)
}

/// Rows before and after; new ones have an id already, and no row before.
pub type Turned<T> = Vec<(Option<T>, T)>;

/// What is to be written.
#[derive(Default)]
pub struct Plan {
    pub names: Vec<(List, String, String)>,
    pub touchpoints: Turned<Touchpoint>,
    pub experiences: Turned<Experience>,
    pub rules: Vec<Rule>,
    pub kpis: Turned<Kpi>,
    pub links: Turned<Link>,
    pub readings: Vec<Reading>,
    pub report: InventoryImport,
}

/// Plans a file against an inventory.
pub fn plan(
    inventory: &Inventory,
    readings: &[Reading],
    actor: &Actor,
    options: Options,
    read: &Read,
    now: i64,
) -> Plan {
    let mut work = Work::new(inventory, actor, options, now);
    work.known_readings = readings
        .iter()
        .map(|one| ((one.kpi_id.clone(), one.day.clone()), (one.value.to_bits(), one.note.clone())))
        .collect();
    for (line, cells) in &read.touchpoints {
        let applied = Row::of(cells).and_then(|row| work.row(row));
        work.note(*line, "", applied);
    }
    for (line, cells) in &read.kpis {
        let applied = work.kpi(cells);
        work.note(*line, super::KPIS.0, applied);
    }
    for (line, cells) in &read.links {
        let applied = work.link(cells);
        work.note(*line, super::LINKS.0, applied);
    }
    for (line, cells) in &read.readings {
        let applied = work.reading(cells);
        work.note(*line, super::READINGS.0, applied);
    }
    work.finish(inventory)
}

/// A plan under way: everything by its name.
pub struct Work<'a> {
    pub actor: &'a Actor,
    options: Options,
    /// Ids of the names of each list.
    names: HashMap<List, ByName<String>>,
    pub touchpoints: ByName<Touchpoint>,
    pub experiences: HashMap<(String, String), Experience>,
    /// Next place of an experience at each touchpoint.
    places: HashMap<String, i32>,
    rules: HashSet<Recognises>,
    next_rule: i32,
    pub kpis: ByName<Kpi>,
    pub links: HashMap<(String, String), Link>,
    /// Value and note of each KPI and day.
    pub known_readings: HashMap<(String, String), (u64, String)>,
    /// Ids of what this file makes or changes, by its order.
    touched: HashMap<String, usize>,
    /// What stood before, by id, and what the rows of this file say against it.
    stored: HashMap<String, Touchpoint>,
    stored_experiences: HashMap<String, Experience>,
    said: Said,
    /// Whether anything stood there before.
    standing: bool,
    /// Seconds since 1970.
    pub now: i64,
    /// Versions of touchpoints when the file was written.
    written: HashMap<String, i32>,
    pub plan: Plan,
}

/// New values that rows say, by row of the inventory and column.
#[derive(Default)]
struct Said(HashMap<(String, &'static str), String>);

impl Said {
    /// What a row says that is not stored already; refused where another row says something else.
    fn says(
        &mut self,
        id: &str,
        column: &'static str,
        given: Option<String>,
        stored: Option<&String>,
    ) -> Result<Option<String>, UserError> {
        let Some(given) = given.filter(|given| Some(given) != stored) else { return Ok(None) };
        match self.0.entry((id.to_owned(), column)) {
            Entry::Occupied(said) if *said.get() != given => {
                Err(invalid(column, "Another row of the same file says something else here.")
                    .remedy("Write the same in all rows, or leave the others as they were."))
            }
            Entry::Occupied(_) => Ok(Some(given)),
            Entry::Vacant(free) => {
                free.insert(given.clone());
                Ok(Some(given))
            }
        }
    }
}

impl<'a> Work<'a> {
    fn new(inventory: &Inventory, actor: &'a Actor, options: Options, now: i64) -> Self {
        let lists = [
            (List::Stages, &inventory.stages),
            (List::Channels, &inventory.channels),
            (List::Departments, &inventory.departments),
        ];
        let names = lists
            .into_iter()
            .map(|(list, names)| (list, names.iter().map(|one| (one.name.as_str(), one.id.clone())).collect()));
        let mut places = HashMap::new();
        for one in &inventory.experiences {
            let next = places.entry(one.touchpoint_id.clone()).or_insert(0);
            *next = (*next).max(one.position + 1);
        }
        Self {
            actor,
            options,
            names: names.collect(),
            touchpoints: inventory.touchpoints.iter().map(|one| (one.name.as_str(), one.clone())).collect(),
            experiences: inventory
                .experiences
                .iter()
                .map(|one| ((one.touchpoint_id.clone(), one.name.clone()), one.clone()))
                .collect(),
            places,
            rules: inventory.rules.iter().map(recognises).collect(),
            next_rule: next_position(inventory),
            kpis: inventory.kpis.iter().map(|one| (one.name.as_str(), one.clone())).collect(),
            links: inventory
                .links
                .iter()
                .map(|one| ((one.kpi_id.clone(), one.touchpoint_id.clone()), one.clone()))
                .collect(),
            known_readings: HashMap::new(),
            touched: HashMap::new(),
            stored: inventory.touchpoints.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            stored_experiences: inventory.experiences.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            said: Said::default(),
            standing: !inventory.touchpoints.is_empty(),
            now,
            written: HashMap::new(),
            plan: Plan::default(),
        }
    }

    fn note(&mut self, line: u64, sheet: &str, applied: Result<(), UserError>) {
        let Err(UserError { message, place, remedy, .. }) = applied else { return };
        if self.plan.report.problems.len() >= LISTED {
            return;
        }
        let column = place.unwrap_or_default();
        let column = if sheet.is_empty() { column } else { format!("{column} of {sheet}") };
        self.plan.report.problems.push(FileProblem { line, column, message, remedy });
    }

    pub fn touch(&mut self, id: &str) {
        let place = self.touched.len();
        self.touched.entry(id.to_owned()).or_insert(place);
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), UserError> {
        let stage_id = self.name(List::Stages, row.stage)?;
        let channel_id = self.name(List::Channels, row.channel)?;
        let department_id = self.name(List::Departments, row.department)?;
        let touchpoint_id = self.touchpoint(&row, stage_id, channel_id, department_id)?;
        let experience_id = self.experience(&row, &touchpoint_id)?;
        self.rule(&row, touchpoint_id, experience_id)
    }

    pub fn name(&mut self, list: List, name: &str) -> Result<Option<String>, UserError> {
        if name.is_empty() {
            return Ok(None);
        }
        let (created, place) = match list {
            List::Stages => (&mut self.plan.report.stages_created, "stage"),
            List::Channels => (&mut self.plan.report.channels_created, "channel"),
            List::Departments => (&mut self.plan.report.departments_created, "department"),
        };
        let known = self.names.entry(list).or_default();
        if let Some(id) = known.get(name) {
            return Ok(Some(id.clone()));
        }
        let name = &checked_name(name, place)?;
        if !self.options.new_names {
            let known: Vec<&str> = known.names().collect();
            let message = format!("There is no {place} \u{201c}{name}\u{201d}.");
            let remedy = match nearest(name, &known) {
                Some(near) => format!("Did you mean \u{201c}{near}\u{201d}? Or let new names be added."),
                None => "Correct it, or let new names be added.".to_owned(),
            };
            return Err(invalid(place, message).remedy(remedy));
        }
        let id = db::new_id();
        self.plan.names.push((list, id.clone(), name.clone()));
        known.insert(name, id.clone());
        created.push(name.clone());
        Ok(Some(id))
    }

    fn touchpoint(
        &mut self,
        row: &Row<'_>,
        stage_id: Option<String>,
        channel_id: Option<String>,
        department_id: Option<String>,
    ) -> Result<String, UserError> {
        let known = self.touchpoints.get(&row.touchpoint).cloned();
        let fresh = known.is_none();
        if fresh && row.version.is_some_and(|version| version > 0) && self.standing && !self.options.overwrite {
            return Err(invalid("touchpoint", "It was renamed or removed here since the file was written.")
                .remedy("Export again and repeat the change, or overwrite knowingly: then it is added anew."));
        }
        let base = known.clone().unwrap_or_else(|| Touchpoint {
            id: db::new_id(),
            name: row.touchpoint.clone(),
            delivery: DELIVERIES[0].0.to_owned(),
            started_by: STARTERS[0].0.to_owned(),
            ..Touchpoint::default()
        });
        // Several rows of one touchpoint each repeat its cells: the one that differs from what is stored says something
        // new, and two that say different things can't both be right.
        let stored = self.stored.get(&base.id).cloned();
        let old = |of: fn(&Touchpoint) -> Option<String>| stored.as_ref().and_then(of);
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let id = base.id.clone();
        let mut says = |column, given: Option<String>, stored: Option<String>| {
            self.said.says(&id, column, given, stored.as_ref())
        };
        let stage = says("stage", stage_id, old(|one| one.stage_id.clone()))?;
        let channel = says("channel", channel_id, old(|one| one.channel_id.clone()))?;
        let department = says("department", department_id, old(|one| one.department_id.clone()))?;
        let delivery = says("delivery", filled(row.delivery), old(|one| Some(one.delivery.clone())))?;
        let started_by = says("started_by", filled(row.started_by), old(|one| Some(one.started_by.clone())))?;
        let contact = row.contact.map(|contact| contact.to_string());
        let contact = says("contact", contact, old(|one| Some(one.contact.to_string())))?.is_some();
        let cost = row.cost.map(|cost| cost.to_string());
        let cost =
            says("cost_per_contact", cost, old(|one| one.cost_per_contact.map(|cost| cost.to_string())))?;
        let description =
            says("description", filled(&row.description), old(|one| Some(one.description.clone())))?;
        let expectation =
            says("expectation", filled(&row.expectation), old(|one| Some(one.expectation.clone())))?;
        let promise = says("promise", filled(&row.promise), old(|one| Some(one.promise.clone())))?;
        let wanted = Touchpoint {
            stage_id: stage.or(base.stage_id),
            channel_id: channel.or(base.channel_id),
            department_id: department.or(base.department_id),
            delivery: delivery.unwrap_or(base.delivery),
            started_by: started_by.unwrap_or(base.started_by),
            contact: row.contact.filter(|_| contact).unwrap_or(base.contact),
            cost_per_contact: row.cost.filter(|_| cost.is_some()).or(base.cost_per_contact),
            description: description.unwrap_or(base.description),
            expectation: expectation.unwrap_or(base.expectation),
            promise: promise.unwrap_or(base.promise),
            ..base
        };
        if let Some(version) = row.version {
            self.written.entry(wanted.id.clone()).or_insert(version);
        }
        let id = wanted.id.clone();
        if fresh || known.as_ref() != Some(&wanted) {
            self.touch(&id);
            self.touchpoints.insert(wanted.name.clone(), wanted);
        }
        Ok(id)
    }

    fn experience(&mut self, row: &Row<'_>, touchpoint_id: &str) -> Result<Option<String>, UserError> {
        if row.experience.is_empty() {
            return Ok(None);
        }
        let name = checked_name(row.experience, "experience")?;
        let key = (touchpoint_id.to_owned(), name.clone());
        let known = self.experiences.get(&key).cloned();
        let next = self.places.entry(touchpoint_id.to_owned()).or_insert(0);
        let base = known.clone().unwrap_or_else(|| Experience {
            id: db::new_id(),
            touchpoint_id: touchpoint_id.to_owned(),
            name,
            position: *next,
            ..Experience::default()
        });
        let stored = self.stored_experiences.get(&base.id).cloned();
        let old = |of: fn(&Experience) -> String| stored.as_ref().map(of);
        let id = base.id.clone();
        let mut says = |column, given: Option<String>, stored: Option<String>| {
            self.said.says(&id, column, given, stored.as_ref()).map(|said| said.is_some())
        };
        let emotion = says(
            "emotion",
            row.emotion.map(|emotion| emotion.to_string()),
            old(|one| one.emotion.to_string()),
        )?;
        let failure = says(
            "failure",
            row.failure.map(|failure| failure.to_string()),
            old(|one| one.failure.to_string()),
        )?;
        let keeps = Some(row.keeps_promise.to_owned()).filter(|text| !text.is_empty());
        let keeps = says("keeps_promise", keeps, old(|one| one.promise.clone()))?;
        let wanted = Experience {
            emotion: row.emotion.filter(|_| emotion).unwrap_or(base.emotion),
            failure: row.failure.filter(|_| failure).unwrap_or(base.failure),
            promise: if keeps { row.keeps_promise.to_owned() } else { base.promise.clone() },
            ..base
        };
        let id = wanted.id.clone();
        if known.is_none() {
            *next += 1;
        }
        if known.as_ref() != Some(&wanted) {
            self.since("experience", known.as_ref().map(|known| known.version), row.experience_version)?;
            self.touch(&id);
            self.experiences.insert(key, wanted);
        }
        Ok(Some(id))
    }

    /// Refuses what was changed since the file was written.
    pub fn since(&self, place: &str, stored: Option<i32>, written: Option<i32>) -> Result<(), UserError> {
        match (stored, written) {
            (Some(stored), Some(written)) if stored != written && !self.options.overwrite => {
                Err(invalid(place, "It was changed here since the file was written.")
                    .remedy("Export again and repeat the change, or overwrite knowingly."))
            }
            _ => Ok(()),
        }
    }

    fn rule(
        &mut self,
        row: &Row<'_>,
        touchpoint_id: String,
        experience_id: Option<String>,
    ) -> Result<(), UserError> {
        if row.matching.is_empty() {
            return Ok(());
        }
        let wanted = checked_text(Rule {
            id: db::new_id(),
            touchpoint_id,
            experience_id,
            source: row.source.to_owned(),
            matching: row.matching.to_owned(),
            activity: row.activity.to_owned(),
            condition: row.condition.to_owned(),
            position: self.next_rule,
            version: 0,
        })?;
        if !self.rules.insert(recognises(&wanted)) {
            self.plan.report.rules_unchanged += 1;
            return Ok(());
        }
        self.plan.report.rules_created += 1;
        self.next_rule += 1;
        self.plan.rules.push(wanted);
        Ok(())
    }

    /// Compares what stands at the end with what stood before.
    fn finish(mut self, before: &Inventory) -> Plan {
        let mut after = before.clone();
        let added = self.plan.names.iter().enumerate();
        for (at, (list, id, name)) in added {
            let into = match list {
                List::Stages => &mut after.stages,
                List::Channels => &mut after.channels,
                List::Departments => &mut after.departments,
            };
            into.push(Name {
                id: id.clone(),
                name: name.clone(),
                position: at as i32,
                version: 1,
                parent_id: None,
            });
        }
        let names = Names::of(&after);
        let touched = &self.touched;
        let known: HashMap<&str, &Touchpoint> =
            before.touchpoints.iter().map(|one| (one.id.as_str(), one)).collect();
        let mut changed: Vec<&Touchpoint> =
            self.touchpoints.values().filter(|one| touched.contains_key(&one.id)).collect();
        changed.sort_by_key(|one| touched.get(&one.id));
        let Plan { report, touchpoints, .. } = &mut self.plan;
        for one in changed {
            let old = known.get(one.id.as_str()).copied();
            if old == Some(one) {
                continue;
            }
            match old {
                Some(_) => report.touchpoints_changed.push(one.name.clone()),
                None => report.touchpoints_created.push(one.name.clone()),
            }
            let (new_row, old_row) = (names.row(self.actor, one), old.map(|old| names.row(self.actor, old)));
            let stale =
                old.is_some_and(|old| self.written.get(&one.id).is_some_and(|&written| written != old.version));
            for column in Column::ALL.into_iter().filter(|column| column.is_typed()) {
                let theirs = old_row.as_ref().map(|row| row.text(column)).unwrap_or_default();
                let yours = new_row.text(column);
                if theirs == yours || (old.is_none() && matches!(column, Column::Delivery | Column::StartedBy))
                {
                    continue;
                }
                report.changed += 1;
                if stale && !self.options.overwrite {
                    report.conflicts.push(CellConflict {
                        id: one.id.clone(),
                        touchpoint: one.name.clone(),
                        column,
                        before: String::new(),
                        yours,
                        theirs,
                        by: None,
                    });
                } else if report.changes.len() < LISTED {
                    report.changes.push(CellChange {
                        touchpoint: one.name.clone(),
                        column,
                        before: theirs,
                        after: yours,
                        proposal: false,
                        new: old.is_none(),
                    });
                }
            }
            touchpoints.push((old.cloned(), one.clone()));
        }
        report.conflicts.truncate(LISTED);
        let known: HashMap<&str, &Experience> =
            before.experiences.iter().map(|one| (one.id.as_str(), one)).collect();
        let old = |id: &str| known.get(id).map(|one| (*one).clone());
        let mut experiences: Vec<&Experience> =
            self.experiences.values().filter(|one| touched.contains_key(&one.id)).collect();
        experiences.sort_by_key(|one| touched.get(&one.id));
        for one in experiences {
            let known = old(&one.id);
            self.plan.report.experiences_created += u32::from(known.is_none());
            self.plan.report.changed += u32::from(known.is_some());
            self.plan.experiences.push((known, one.clone()));
        }
        let mut kpis: Vec<&Kpi> = self.kpis.values().filter(|one| touched.contains_key(&one.id)).collect();
        kpis.sort_by_key(|one| touched.get(&one.id));
        self.plan.kpis = kpis
            .into_iter()
            .map(|one| (before.kpis.iter().find(|known| known.id == one.id).cloned(), one.clone()))
            .collect();
        let mut links: Vec<&Link> = self.links.values().filter(|one| touched.contains_key(&one.id)).collect();
        links.sort_by_key(|one| touched.get(&one.id));
        self.plan.links = links
            .into_iter()
            .map(|one| (before.links.iter().find(|known| known.id == one.id).cloned(), one.clone()))
            .collect();
        self.plan
    }
}

/// The known name that differs least, where it differs little.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |other: &str| {
        // Levenshtein's distance, a row at a time.
        let (a, b): (Vec<char>, Vec<char>) =
            (name.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, left) in a.iter().enumerate() {
            let mut corner = row[0];
            row[0] = i + 1;
            for (j, right) in b.iter().enumerate() {
                let replaced = corner + usize::from(left != right);
                corner = row[j + 1];
                row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
            }
        }
        row[b.len()]
    };
    let best = known.iter().map(|other| (distance(other), *other)).min()?;
    (best.0 <= 1 + name.chars().count() / 4).then_some(best.1)
}

/// The first problem of a report as an error.
pub fn first_problem(report: &InventoryImport) -> Option<UserError> {
    let FileProblem { line, column, message, remedy } = report.problems.first()?.clone();
    let error = UserError::new(Kind::Unprocessable, "bad_row", message);
    let error = error.at(format!("line {line}, column {column}"));
    Some(match remedy {
        Some(remedy) => error.remedy(remedy),
        None => error,
    })
}
