//! The service inventory: reading it with its live figures, and changing it.

mod exchange;
mod names;
mod rules;
mod touchpoints;
mod unmapped;

use contract::inventory::{InventoryView, Named, TouchpointRow};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Name};

use crate::actor::need;
use crate::cache::{self, Data};
use crate::{Actor, ServiceError, Services};

pub use exchange::{export_csv, import_csv};
pub use names::{add_name, delete_name, rename};
pub use rules::{delete_experience, delete_rule, move_rule, save_experience, save_rule};
pub use touchpoints::{delete_touchpoint, save_touchpoint, touchpoint};
pub use unmapped::{MapTo, map_activity, unmapped};

/// The inventory page.
pub async fn inventory(services: &Services, actor: &Actor) -> Result<InventoryView, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let figures = Figures::load(services, actor).await?;
    let inventory = &figures.inventory;
    let name = |list: &[Name], id: Option<&String>| {
        id.and_then(|id| list.iter().find(|one| one.id == *id)).map(|one| one.name.clone())
    };
    let touchpoints = inventory
        .touchpoints
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let department = one.department_id.as_ref();
            TouchpointRow {
                id: one.id.clone(),
                name: one.name.clone(),
                stage: name(&inventory.stages, one.stage_id.as_ref()),
                channel: name(&inventory.channels, one.channel_id.as_ref()),
                department: name(&inventory.departments, department),
                colour: department
                    .and_then(|id| inventory.departments.iter().find(|known| known.id == *id))
                    .map(|known| known.position as u32),
                contact: one.contact,
                experiences: inventory.experiences.iter().filter(|of| of.touchpoint_id == one.id).count()
                    as u32,
                rules: inventory.rules.iter().filter(|of| of.touchpoint_id == one.id).count() as u32,
                events: figures.of_touchpoint(actor, at),
                may_edit: actor.owns(one.department_id.as_deref()),
            }
        })
        .collect();
    // What concerns the whole company is not for those who see their own department only.
    let all = figures.data.as_ref().filter(|_| actor.scope().is_none() || actor.may().edit_own_inventory);
    let unmapped = all.map(|data| {
        let mut activities = std::collections::HashSet::new();
        let mut events = 0;
        for (class, &count) in data.mapped.classes.iter().zip(&data.mapped.by_class) {
            if class.touchpoint.is_none() && count > 0 {
                activities.insert(class.activity);
                events += count;
            }
        }
        (activities.len() as u32, events)
    });
    Ok(InventoryView {
        touchpoints,
        stages: named(inventory, &inventory.stages),
        channels: named(inventory, &inventory.channels),
        departments: named(inventory, &inventory.departments),
        unmapped,
        events: all.map(|data| data.snapshot.log.events() as u64),
        may_add: actor.may().edit_own_inventory,
    })
}

/// The inventory with the events of each touchpoint, for those who may see them.
struct Figures {
    inventory: std::sync::Arc<Inventory>,
    data: Option<Data>,
}

impl Figures {
    async fn load(services: &Services, actor: &Actor) -> Result<Self, ServiceError> {
        if !actor.may().see_journeys {
            let (_, inventory) = cache::inventory(services).await?;
            return Ok(Self { inventory, data: None });
        }
        let data = cache::data(services).await?;
        Ok(Self { inventory: data.inventory.clone(), data: Some(data) })
    }

    /// Departments see the volume of their own touchpoints.
    fn of_touchpoint(&self, actor: &Actor, at: usize) -> Option<u64> {
        let owner = self.inventory.touchpoints[at].department_id.as_deref();
        if actor.scope().is_some() && !actor.owns_or_reads(owner) {
            return None;
        }
        self.data.as_ref().map(|data| data.mapped.by_touchpoint[at])
    }
}

impl Actor {
    /// Whether the person's scope includes this department.
    fn owns_or_reads(&self, department_id: Option<&str>) -> bool {
        self.scope().is_none_or(|own| department_id.is_some_and(|id| own.iter().any(|one| one == id)))
    }
}

/// A list of names with their use.
fn named(inventory: &Inventory, list: &[Name]) -> Vec<Named> {
    list.iter()
        .map(|one| {
            let used = inventory.touchpoints.iter().filter(|touchpoint| {
                [&touchpoint.stage_id, &touchpoint.channel_id, &touchpoint.department_id]
                    .into_iter()
                    .flatten()
                    .any(|id| *id == one.id)
            });
            Named {
                id: one.id.clone(),
                name: one.name.clone(),
                position: one.position as u32,
                version: one.version,
                touchpoints: used.count() as u32,
                parent: one.parent_id.clone(),
            }
        })
        .collect()
}

/// An experience as reports and nodes are called.
pub(crate) fn experience_name(
    touchpoint: &db::inventory::Touchpoint,
    experience: &db::inventory::Experience,
) -> String {
    format!("{}: {}", touchpoint.name, experience.name)
}

fn invalid(place: &str, message: impl Into<String>) -> UserError {
    UserError::new(Kind::Unprocessable, "invalid_value", message).at(place)
}

/// A name that people gave: not empty, not endless, no control characters.
pub(crate) fn checked_name(text: &str, place: &str) -> Result<String, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid(place, "The name is empty.").remedy("Give it a name."));
    }
    if text.chars().count() > 120 {
        return Err(invalid(place, "The name is longer than 120 letters.")
            .remedy("Shorten it; details go into the description."));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid(place, "The name holds control characters.").remedy("Type it again."));
    }
    Ok(text.to_owned())
}

/// The database's word for "this name is taken", in words.
pub(crate) fn taken(error: db::DbError, noun: &str, name: &str) -> ServiceError {
    if error.is_duplicate() {
        return UserError::new(
            Kind::Conflict,
            "name_taken",
            format!("There is a {noun} \u{201c}{name}\u{201d} already."),
        )
        .at("name")
        .remedy("Choose another name, or use the one that is there.")
        .into();
    }
    error.into()
}
