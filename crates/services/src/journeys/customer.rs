//! One customer's whole history across departments, pseudonymous.

use contract::UserError;
use contract::journeys::{CustomerEvent, CustomerView};
use events::time::local_text;
use events::{CustomerKey, history_of};

use super::departments;
use super::nodes::owner;
use super::question::{touching, zone_of};
use crate::actor::need;
use crate::cache;
use crate::{Actor, ServiceError, Services};

/// Events shown, at most.
const MOST: usize = 5000;

/// The history of a pseudonym.
pub async fn customer(services: &Services, actor: &Actor, id: String) -> Result<CustomerView, ServiceError> {
    need(actor.may().see_journeys, "customer")?;
    let gone = || UserError::not_found("customer");
    let key = CustomerKey::parse(&id).ok_or_else(gone)?;
    let data = cache::data(services).await?;
    let (store, actor) = (services.store.clone(), actor.clone());
    tokio::task::spawn_blocking(move || {
        // Any id of a customer leads to all of their history.
        let key = data.aliases.first_of(key);
        let number = data.snapshot.customer(key).ok_or_else(gone)?;
        let range = data.snapshot.log.of_customer(number);
        // Their history is visible to a department if any of it happened there.
        if let Some(touching) = touching(&data, &actor)
            && !data.mapped.class[range.clone()].iter().any(|&class| touching[class as usize])
        {
            return Err(gone().into());
        }
        let stored = history_of(&store, &data.segments, &data.tails, &data.aliases.ids_of(key))?;
        let zone = zone_of(&data.workspace.time_zone);
        let inventory = &data.inventory;
        let total = range.len() as u64;
        let events = stored
            .into_iter()
            .zip(range)
            .take(MOST)
            .map(|(event, at)| {
                let class = &data.mapped.classes[data.mapped.class[at] as usize];
                let touchpoint = class.touchpoint.map(|at| &inventory.touchpoints[at as usize]);
                let experience = class.experience.map(|at| &inventory.experiences[at as usize]);
                let name = |list: &[db::inventory::Name], id: Option<&String>| {
                    id.and_then(|id| list.iter().find(|one| one.id == *id)).map(|one| one.name.clone())
                };
                CustomerEvent {
                    at: event.time,
                    local: local_text(event.time, zone),
                    source: event.source,
                    activity: event.activity,
                    touchpoint: touchpoint.map(|one| one.name.clone()),
                    experience: experience.map(|one| one.name.clone()),
                    failure: experience.is_some_and(|one| one.failure),
                    department: owner(&data, class),
                    channel: name(&inventory.channels, touchpoint.and_then(|one| one.channel_id.as_ref())),
                    stage: name(&inventory.stages, touchpoint.and_then(|one| one.stage_id.as_ref())),
                    case: event.case,
                    reason: event.reason,
                    text: event.text,
                    duration_seconds: event.duration.map(|micros| micros as f64 / 1e6),
                    cost: event.cost,
                    attributes: event.attributes,
                }
            })
            .collect();
        Ok(CustomerView {
            id: key.text(),
            ids: data.aliases.ids_of(key).len() as u32,
            events,
            total,
            departments: departments(&data),
            time_zone: data.workspace.time_zone.clone(),
        })
    })
    .await?
}
