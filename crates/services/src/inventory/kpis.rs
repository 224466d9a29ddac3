//! KPIs: their list and pages, changing them, their readings, and their links to touchpoints.

use contract::inventory::{
    CONTROLS, DIRECTIONS, KINDS, KpiInput, KpiRow, KpiView, KpisView, LinkInput, LinkRow, MEASURES, ReadingRow,
};
use contract::people::Role;
use contract::{Kind, UserError};
use db::inventory::{Inventory, Kpi, Link, Reading};
use serde_json::{Value, json};

use super::cells::{checked_day, past_day, plain_text};
use super::figures::Figures;
use super::rows::{Change, Row};
use super::steps::{Done, record};
use super::{checked_name, experience_name, free, invalid, measure, named, owner_of, taken};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services};

/// Readings of the list's little charts.
const SERIES: usize = 16;
/// Readings that are taken at once, and letters of their text.
const MOST_READINGS: usize = 5000;
const LONGEST: usize = 10_000;

/// Whether the person may see a KPI: the front line sees those of its own department.
pub fn may_see(actor: &Actor, kpi: &Kpi) -> bool {
    actor.may().see_kpis
        && (actor.role != Some(Role::FrontLine) || actor.owns_or_reads(kpi.department_id.as_deref()))
}

fn may_change(actor: &Actor, kpi: &Kpi) -> bool {
    actor.owns(kpi.department_id.as_deref())
}

fn find<'a>(inventory: &'a Inventory, actor: &Actor, id: &str) -> Result<&'a Kpi, UserError> {
    let found = inventory.kpis.iter().find(|one| one.id == id && may_see(actor, one));
    found.ok_or_else(|| UserError::not_found("KPI"))
}

/// Names of the KPIs whose links the person may change.
pub fn linkable(inventory: &Inventory, actor: &Actor) -> Vec<String> {
    let own = inventory.kpis.iter().filter(|kpi| may_see(actor, kpi) && may_change(actor, kpi));
    own.map(|kpi| kpi.name.clone()).collect()
}

/// The links that are wanted, with the owner of the other side: of the KPI for a touchpoint's, and the other way round.
pub fn link_rows(inventory: &Inventory, actor: &Actor, wanted: impl Fn(&Link) -> bool) -> Vec<LinkRow> {
    let rows = inventory.links.iter().filter(|link| wanted(link)).filter_map(|link| {
        let kpi = inventory.kpis.iter().find(|one| one.id == link.kpi_id)?;
        let touchpoint = inventory.touchpoints.iter().find(|one| one.id == link.touchpoint_id)?;
        let (owner, colour) = owner_of(inventory, kpi.department_id.as_ref());
        may_see(actor, kpi).then(|| LinkRow {
            id: link.id.clone(),
            version: link.version,
            kpi_id: kpi.id.clone(),
            kpi: kpi.name.clone(),
            touchpoint_id: touchpoint.id.clone(),
            touchpoint: touchpoint.name.clone(),
            owner,
            colour,
            control: link.control.clone(),
            reason: link.reason.clone(),
            may_change: may_change(actor, kpi),
        })
    });
    let mut rows: Vec<LinkRow> = rows.collect();
    rows.sort_by(|a, b| (&a.kpi, &a.touchpoint).cmp(&(&b.kpi, &b.touchpoint)));
    rows
}

/// All readings of some KPIs: typed ones from the database, the others from events.
async fn readings_of(
    services: &Services,
    figures: &Figures,
    kpis: &[&Kpi],
) -> Result<Vec<Vec<ReadingRow>>, ServiceError> {
    let ids: Vec<String> = kpis.iter().filter(|kpi| kpi.measure.is_empty()).map(|kpi| kpi.id.clone()).collect();
    let typed = db::inventory::readings(&services.db, &ids).await?;
    let mut all = Vec::with_capacity(kpis.len());
    for kpi in kpis {
        let rows = match (&figures.data, kpi.measure.as_str()) {
            (_, "") => typed
                .iter()
                .filter(|one| one.kpi_id == kpi.id)
                .map(|one| ReadingRow {
                    day: one.day.clone(),
                    value: one.value,
                    note: one.note.clone(),
                    author: one.author.clone(),
                })
                .collect(),
            (Some(data), _) => measure::measured(services, data, kpi).await?,
            (None, _) => Vec::new(),
        };
        all.push(rows);
    }
    Ok(all)
}

/// Loads the inventory with the events: a KPI's figure is about the company, and those who may read it read it whole.
async fn whole(services: &Services) -> Result<Figures, ServiceError> {
    Figures::load(services, &Actor::console()).await
}

fn met(kpi: &Kpi, value: f64) -> Option<bool> {
    kpi.target.map(|target| if kpi.direction == "lower" { value <= target } else { value >= target })
}

/// The list of KPIs, and how many of each kind every department owns.
pub async fn kpis(services: &Services, actor: &Actor) -> Result<KpisView, ServiceError> {
    need(actor.may().see_inventory && actor.may().see_kpis, "page")?;
    let figures = whole(services).await?;
    let inventory = &figures.inventory;
    let seen: Vec<&Kpi> = inventory.kpis.iter().filter(|kpi| may_see(actor, kpi)).collect();
    let readings = readings_of(services, &figures, &seen).await?;
    let rows = seen.iter().zip(readings).map(|(kpi, readings)| {
        let (owner, colour) = owner_of(inventory, kpi.department_id.as_ref());
        let links = |control: &str| {
            let own = inventory.links.iter().filter(|link| link.kpi_id == kpi.id && link.control == control);
            own.count() as u32
        };
        let latest = readings.last().map(|one| (one.day.clone(), one.value));
        let before = readings.len().checked_sub(2).map(|at| readings[at].value);
        KpiRow {
            id: kpi.id.clone(),
            name: kpi.name.clone(),
            unit: kpi.unit.clone(),
            kind: kpi.kind.clone(),
            owner,
            colour,
            target: kpi.target,
            met: latest.as_ref().and_then(|(_, value)| met(kpi, *value)),
            change: latest.as_ref().zip(before).map(|((_, now), before)| now - before),
            latest,
            series: readings[readings.len().saturating_sub(SERIES)..].iter().map(|one| one.value).collect(),
            computed: !kpi.measure.is_empty(),
            links: (links("controlled"), links("influenced"), links("not_controlled")),
        }
    });
    let rows: Vec<KpiRow> = rows.collect();
    let balance = named(inventory, &inventory.departments)
        .into_iter()
        .map(|department| {
            let own = |kind: &str| {
                let of = seen
                    .iter()
                    .filter(|kpi| kpi.kind == kind && kpi.department_id.as_ref() == Some(&department.id));
                of.count() as u32
            };
            let (inside, outside) = (own("inside_out"), own("outside_in"));
            (department, inside, outside)
        })
        .collect();
    Ok(KpisView { kpis: rows, balance, may_add: actor.may().edit_own_inventory })
}

/// The KPIs that the person sees, with their readings, oldest first; nothing for roles that see none.
pub(crate) async fn kpi_series(
    services: &Services,
    actor: &Actor,
) -> Result<Vec<(Kpi, Vec<ReadingRow>)>, ServiceError> {
    if !(actor.may().see_inventory && actor.may().see_kpis) {
        return Ok(Vec::new());
    }
    let figures = whole(services).await?;
    let seen: Vec<&Kpi> = figures.inventory.kpis.iter().filter(|kpi| may_see(actor, kpi)).collect();
    let readings = readings_of(services, &figures, &seen).await?;
    Ok(seen.into_iter().cloned().zip(readings).collect())
}

/// One KPI; an empty id gives the form of a new one.
pub async fn kpi(services: &Services, actor: &Actor, id: &str) -> Result<KpiView, ServiceError> {
    need(actor.may().see_inventory && actor.may().see_kpis, "page")?;
    let figures = whole(services).await?;
    let inventory = &figures.inventory;
    let fresh = Kpi {
        direction: DIRECTIONS[0].0.to_owned(),
        kind: KINDS[0].0.to_owned(),
        department_id: actor.scope().and_then(|own| own.first().cloned()),
        ..Kpi::default()
    };
    let one = if id.is_empty() {
        need(actor.may().edit_own_inventory, "page")?;
        fresh
    } else {
        find(inventory, actor, id)?.clone()
    };
    let readings = readings_of(services, &figures, &[&one]).await?.swap_remove(0);
    let touchpoint = inventory.touchpoints.iter().find(|of| Some(&of.id) == one.touchpoint_id.as_ref());
    let experience = inventory.experiences.iter().find(|of| Some(&of.id) == one.experience_id.as_ref());
    let experiences = inventory.experiences.iter().filter_map(|of| {
        let touchpoint = inventory.touchpoints.iter().find(|known| known.id == of.touchpoint_id)?;
        Some(experience_name(touchpoint, of))
    });
    let may_edit = if id.is_empty() { true } else { may_change(actor, &one) };
    Ok(KpiView {
        links: if id.is_empty() {
            Vec::new()
        } else {
            link_rows(inventory, actor, |link| link.kpi_id == one.id)
                .into_iter()
                .map(|row| {
                    let of = inventory.touchpoints.iter().find(|of| of.id == row.touchpoint_id);
                    let (owner, colour) = owner_of(inventory, of.and_then(|of| of.department_id.as_ref()));
                    LinkRow { owner, colour, ..row }
                })
                .collect()
        },
        id: one.id,
        version: one.version,
        name: one.name,
        definition: one.definition,
        unit: one.unit,
        direction: one.direction,
        kind: one.kind,
        target: one.target,
        department_id: one.department_id,
        experience: experience
            .zip(touchpoint)
            .map(|(of, touchpoint)| experience_name(touchpoint, of))
            .unwrap_or_default(),
        touchpoint: touchpoint.map(|of| of.name.clone()).unwrap_or_default(),
        may_read: may_edit && one.measure.is_empty(),
        measure: one.measure,
        readings,
        departments: named(inventory, &inventory.departments)
            .into_iter()
            .filter(|department| !may_edit || actor.owns(Some(&department.id)))
            .collect(),
        touchpoints: inventory.touchpoints.iter().map(|of| of.name.clone()).collect(),
        experiences: experiences.collect(),
        may_edit,
    })
}

/// One KPI whose readings leave as a picture.
pub async fn kpi_to_draw(services: &Services, actor: &Actor, id: &str) -> Result<KpiView, ServiceError> {
    need(actor.may().export || actor.may().export_reports, "export")?;
    kpi(services, actor, id).await
}

/// Reads a number as typed.
fn number(text: &str, place: &str) -> Result<Option<f64>, UserError> {
    let text = text.trim().trim_end_matches('%').trim_end();
    if text.is_empty() {
        return Ok(None);
    }
    let value: Option<f64> = text.parse().ok();
    value.filter(|value| value.is_finite() && value.abs() < 1e15).map(Some).ok_or_else(|| {
        invalid(place, format!("\u{201c}{text}\u{201d} is no number."))
            .remedy("Write it with a point, as in 4.5.")
    })
}

fn checked(inventory: &Inventory, input: KpiInput) -> Result<Kpi, UserError> {
    let KpiInput {
        id,
        version,
        name,
        definition,
        unit,
        direction,
        kind,
        target,
        department_id,
        measure,
        touchpoint,
        experience,
    } = input;
    let one_of = |place: &str, value: &str, list: &[(&str, &str)]| {
        if list.iter().any(|(key, _)| *key == value) {
            return Ok(());
        }
        Err(invalid(place, format!("\u{201c}{value}\u{201d} is not known.")))
    };
    one_of("direction", &direction, &DIRECTIONS)?;
    one_of("kind", &kind, &KINDS)?;
    one_of("measure", &measure, &MEASURES)?;
    let department_id = Some(department_id).filter(|id| !id.is_empty());
    if let Some(id) = &department_id
        && !inventory.departments.iter().any(|one| one.id == *id)
    {
        return Err(UserError::not_found("department").at("department"));
    }
    let (touchpoint, experience) = (touchpoint.trim(), experience.trim());
    let named = |of: &db::inventory::Experience| {
        let touchpoint = inventory.touchpoints.iter().find(|one| one.id == of.touchpoint_id);
        touchpoint.map(|touchpoint| experience_name(touchpoint, of))
    };
    let chosen = match experience {
        "" => None,
        name => {
            let found = inventory.experiences.iter().find(|one| named(one).as_deref() == Some(name));
            Some(found.ok_or_else(|| UserError::not_found("experience").at("experience"))?)
        }
    };
    let place = match (chosen, touchpoint) {
        (Some(experience), _) => Some(experience.touchpoint_id.clone()),
        (None, "") => None,
        (None, name) => {
            let found = inventory.touchpoints.iter().find(|one| one.name.eq_ignore_ascii_case(name));
            Some(found.ok_or_else(|| UserError::not_found("touchpoint").at("touchpoint"))?.id.clone())
        }
    };
    let kpi = Kpi {
        version: if id.is_empty() { 0 } else { version },
        id,
        name: checked_name(&name, "name")?,
        definition: plain_text(&definition),
        unit: plain_text(&unit),
        direction,
        target: number(&target, "target")?,
        department_id,
        kind,
        touchpoint_id: place.filter(|_| !measure.is_empty()),
        experience_id: chosen.filter(|_| !measure.is_empty()).map(|one| one.id.clone()),
        measure,
    };
    check(&kpi)?;
    Ok(kpi)
}

/// What holds for every KPI, however it comes.
pub fn check(kpi: &Kpi) -> Result<(), UserError> {
    let long = kpi.definition.chars().count() > LONGEST || kpi.unit.chars().count() > 40;
    if long {
        return Err(invalid("definition", "The definition or the unit is too long.").remedy("Shorten it."));
    }
    if !kpi.measure.is_empty() && kpi.touchpoint_id.is_none() {
        return Err(invalid("touchpoint", "What is computed from events needs a touchpoint.")
            .remedy("Choose the touchpoint whose events are counted."));
    }
    if kpi.measure == "share" && kpi.experience_id.is_none() {
        return Err(invalid("experience", "A share needs the experience whose share it is.")
            .remedy("Choose an experience."));
    }
    Ok(())
}

/// A link that is there already, in words.
pub fn linked(error: db::DbError) -> ServiceError {
    if error.is_duplicate() {
        return UserError::new(Kind::Conflict, "linked", "This KPI is linked to this touchpoint already.")
            .into();
    }
    error.into()
}

fn done(action: &'static str, id: &str, details: Value, before: Option<Kpi>, after: Option<Kpi>) -> Done {
    let change = Change { before: before.map(Row::Kpi), after: after.map(Row::Kpi) };
    Done { action, noun: "kpi", object_id: id.to_owned(), details, change }
}

/// Creates or changes a KPI and returns its id.
pub async fn save_kpi(services: &Services, actor: &Actor, input: KpiInput) -> Result<String, ServiceError> {
    need(actor.may().see_inventory && actor.may().see_kpis, "KPI")?;
    need_change(actor.may().edit_own_inventory, "KPI")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let row = checked(&inventory, input)?;
    let before = inventory.kpis.iter().find(|one| one.id == row.id);
    if !row.id.is_empty() {
        let before = before.filter(|one| may_see(actor, one)).ok_or_else(|| UserError::not_found("KPI"))?;
        need_change(may_change(actor, before), "KPI")?;
        if before.version != row.version {
            return Err(db::DbError::Stale { noun: "KPI", given: row.version, stored: before.version }.into());
        }
    }
    if before.is_none_or(|before| before.department_id != row.department_id) {
        need_change(actor.owns(row.department_id.as_deref()), "department's KPIs")?;
    }
    // What is computed from a touchpoint shows its volumes.
    let computed = |kpi: &Kpi| (kpi.measure.clone(), kpi.touchpoint_id.clone(), kpi.experience_id.clone());
    if before.is_none_or(|before| computed(before) != computed(&row))
        && let Some(id) = &row.touchpoint_id
    {
        let of = inventory.touchpoints.iter().find(|one| one.id == *id);
        let owned = of.is_some_and(|of| actor.owns(of.department_id.as_deref()));
        need_change(owned, "touchpoint's events")?;
    }
    free(inventory.kpis.iter().map(|one| (one.id.as_str(), one.name.as_str())), &row.id, "KPI", &row.name)?;
    let id = match before {
        Some(_) => {
            let changed = db::inventory::change_kpi(&tx, &row).await;
            changed.map_err(|error| taken(error, "KPI", &row.name))?;
            row.id.clone()
        }
        None => {
            let added = db::inventory::add_kpi(&tx, &row, now).await;
            added.map_err(|error| taken(error, "KPI", &row.name))?
        }
    };
    let details = json!({ "name": row.name, "target": row.target, "kind": row.kind });
    let action = if before.is_some() { "change" } else { "add" };
    let label = format!("KPI {}", row.name);
    let after = Kpi { id: id.clone(), version: row.version.saturating_add(1), ..row };
    record(&tx, actor, now, &label, vec![done(action, &id, details, before.cloned(), Some(after))]).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    Ok(id)
}

/// Removes a KPI with its links and readings.
pub async fn delete_kpi(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "KPI")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let one = find(&inventory, actor, id)?;
    need_change(may_change(actor, one), "KPI")?;
    db::inventory::delete_kpi(&tx, id, version).await?;
    let links = inventory.links.iter().filter(|link| link.kpi_id == id);
    let mut gone: Vec<Done> = links
        .map(|link| {
            let row = Some(Row::Link(link.clone()));
            Done::of(&link.touchpoint_id, "delete with KPI", json!({ "KPI": one.name }), row, None)
        })
        .collect();
    gone.push(done("delete", id, json!({ "name": one.name }), Some(one.clone()), None));
    record(&tx, actor, now, &format!("Removing the KPI {}", one.name), gone).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[]);
    Ok(())
}

/// Takes readings: lines of day, value and, if wanted, a note. What the KPI had on the same day is replaced.
pub async fn read(services: &Services, actor: &Actor, id: &str, lines: &str) -> Result<u32, ServiceError> {
    need(actor.may().see_inventory, "KPI")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let one = find(&inventory, actor, id)?;
    need_change(may_change(actor, one), "KPI")?;
    if !one.measure.is_empty() {
        return Err(invalid("readings", "This KPI is computed from events.")
            .remedy("Choose \u{201c}Readings are typed\u{201d} first.")
            .into());
    }
    // What follows the first day.
    let after = lines.trim_start().find([',', ';', '\t']).map(|at| lines.trim_start().as_bytes()[at]);
    let delimiter = after.unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(lines.as_bytes());
    let mut new = Vec::new();
    for record in reader.records() {
        let unreadable = || invalid("readings", "A line can't be read.").remedy("Write day, value, note.");
        let record = record.map_err(|_| unreadable())?;
        let line = record.position().map_or(0, csv::Position::line);
        let at = |error: UserError| {
            let place = error.place.clone().unwrap_or_default();
            error.at(format!("line {line}, {place}"))
        };
        let day = record.get(0).unwrap_or_default();
        if new.is_empty() && day.eq_ignore_ascii_case("day") {
            continue;
        }
        let day = past_day(day, now).map_err(at)?;
        if record.len() > 3 {
            return Err(at(invalid("value", "The line holds more than day, value and note.").remedy(
                "Write values with a point and no thousands, as in 1234.5, and quote a note that holds commas.",
            ))
            .into());
        }
        let value = number(record.get(1).unwrap_or_default(), "value").map_err(at)?;
        let value =
            value.ok_or_else(|| at(invalid("value", "The value is missing.").remedy("Write day, value.")))?;
        if record.get(2).is_some_and(|note| note.contains('\n')) {
            return Err(at(invalid("note", "A quote is opened and not closed on this line.")
                .remedy("Close it, or leave quotes out."))
            .into());
        }
        new.push(Reading {
            kpi_id: id.to_owned(),
            day,
            value,
            note: plain_text(record.get(2).unwrap_or_default()).chars().take(1000).collect(),
            author: actor.name.clone(),
            ..Reading::default()
        });
        if new.len() > MOST_READINGS {
            let message = format!("At most {MOST_READINGS} readings are taken at once.");
            return Err(UserError::new(Kind::TooLarge, "too_many_rows", message).into());
        }
    }
    if new.is_empty() {
        return Err(invalid("readings", "There is no reading.").remedy("Write day, value.").into());
    }
    // What is replaced stays in the audit log.
    let stored = db::inventory::readings_in(&tx, id).await?;
    let replaced: Vec<Value> = stored
        .iter()
        .filter(|old| new.iter().any(|one| one.day == old.day && one.value != old.value))
        .map(|old| json!([old.day, old.value]))
        .collect();
    db::inventory::read(&tx, &new, now).await?;
    let last = new.last().map(|one| (one.day.clone(), one.value));
    let details = json!({ "readings": new.len(), "last": last, "replaced": replaced });
    db::audit(&tx, &actor.audited(now), "add readings", "kpi", id, &details).await?;
    tx.commit().await?;
    Ok(new.len() as u32)
}

/// Removes what a KPI had on a day.
pub async fn delete_reading(
    services: &Services,
    actor: &Actor,
    id: &str,
    day: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "KPI")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    need_change(may_change(actor, find(&inventory, actor, id)?), "KPI")?;
    let day = &checked_day(day)?;
    db::inventory::delete_reading(&tx, id, day).await?;
    db::audit(&tx, &actor.audited(now), "delete reading", "kpi", id, &json!({ "day": day })).await?;
    tx.commit().await?;
    Ok(())
}

/// Links a KPI to a touchpoint, or changes how far its owner controls it there.
pub async fn save_link(services: &Services, actor: &Actor, input: LinkInput) -> Result<(), ServiceError> {
    need(actor.may().see_inventory && actor.may().see_kpis, "KPI")?;
    let LinkInput { id, version, kpi, touchpoint, control, reason } = input;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    if !CONTROLS.iter().any(|(key, _)| *key == control) {
        return Err(invalid("control", format!("\u{201c}{control}\u{201d} is not known.")).into());
    }
    if reason.chars().count() > 1000 {
        return Err(invalid("reason", "The reason is longer than 1,000 letters.").into());
    }
    let reason = plain_text(&reason);
    let before = inventory.links.iter().find(|one| one.id == id);
    let (row, action) = match before {
        Some(before) => {
            let row = Link { control, reason, version, ..before.clone() };
            (row, "change KPI link")
        }
        None if !id.is_empty() => return Err(UserError::not_found("link").into()),
        None => {
            let kpi = inventory
                .kpis
                .iter()
                .find(|one| one.id == kpi)
                .or_else(|| inventory.kpis.iter().find(|one| one.name == kpi.trim()))
                .or_else(|| inventory.kpis.iter().find(|one| one.name.eq_ignore_ascii_case(kpi.trim())))
                .filter(|one| may_see(actor, one))
                .ok_or_else(|| UserError::not_found("KPI"))?;
            let touchpoint = inventory
                .touchpoints
                .iter()
                .find(|one| one.id == touchpoint)
                .or_else(|| {
                    let name = touchpoint.trim();
                    inventory.touchpoints.iter().find(|one| one.name.eq_ignore_ascii_case(name))
                })
                .ok_or_else(|| UserError::not_found("touchpoint").at("touchpoint"))?;
            let (kpi_id, touchpoint_id) = (kpi.id.clone(), touchpoint.id.clone());
            (Link { kpi_id, touchpoint_id, control, reason, ..Link::default() }, "add KPI link")
        }
    };
    let kpi = find(&inventory, actor, &row.kpi_id)?;
    need_change(may_change(actor, kpi), "KPI")?;
    let id = match before {
        Some(before) => {
            db::inventory::change_link(&tx, &row).await?;
            before.id.clone()
        }
        None => db::inventory::add_link(&tx, &row).await.map_err(linked)?,
    };
    let details = json!({ "KPI": kpi.name, "control": row.control, "reason": row.reason });
    let touchpoint_id = row.touchpoint_id.clone();
    let after = Link { id, version: row.version.saturating_add(1), ..row };
    let rows = (before.cloned().map(Row::Link), Some(Row::Link(after)));
    let label = format!("Link of {}", kpi.name);
    record(&tx, actor, now, &label, vec![Done::of(&touchpoint_id, action, details, rows.0, rows.1)]).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[touchpoint_id]);
    Ok(())
}

/// Removes a link.
pub async fn delete_link(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory && actor.may().see_kpis, "KPI")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let one = inventory.links.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| UserError::not_found("link"))?;
    let kpi = find(&inventory, actor, &one.kpi_id)?;
    need_change(may_change(actor, kpi), "KPI")?;
    db::inventory::delete_link(&tx, id, version).await?;
    let details = json!({ "KPI": kpi.name });
    let row = Some(Row::Link(one.clone()));
    let done = Done::of(&one.touchpoint_id, "delete KPI link", details, row, None);
    record(&tx, actor, now, &format!("Removing a link of {}", kpi.name), vec![done]).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&one.touchpoint_id));
    Ok(())
}
