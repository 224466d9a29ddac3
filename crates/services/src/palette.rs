//! What the command palette offers: the pages, actions, touchpoints and departments that the person may open.

use contract::journeys::encode;
use contract::palette::Place;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// Everything that can be gone to.
pub async fn places(services: &Services, actor: &Actor) -> Result<Vec<Place>, ServiceError> {
    let may = actor.may();
    need(may.see_inventory, "page")?;
    let place = |label: &str, kind: &str, path: &str| Place {
        label: label.to_owned(),
        kind: kind.to_owned(),
        path: path.to_owned(),
        department: None,
    };
    let fixed = [
        (may.see_drivers, "Summary", "page", "/summary"),
        (may.see_journeys, "Journeys", "page", "/journeys"),
        (may.see_journeys, "Journeys between departments", "page", "/journeys?by=department"),
        (may.see_drivers, "Drivers", "page", "/drivers"),
        (may.see_drivers && may.see_journeys, "Trends", "page", "/drivers/trends"),
        (may.see_drivers, "Contact reasons", "page", "/drivers/reasons"),
        (may.see_drivers, "Reviews and actions", "page", "/reviews"),
        (true, "Inventory", "page", "/inventory"),
        (true, "Gaps", "page", "/inventory/gaps"),
        (may.see_kpis, "KPIs", "page", "/inventory/kpis"),
        (true, "Departments, stages, channels", "page", "/inventory/lists"),
        (
            may.see_journeys && may.edit_own_inventory,
            "Activities without a rule",
            "page",
            "/inventory/unmapped",
        ),
        (may.see_sources, "Sources", "page", "/sources"),
        (may.edit_inventory, "Cases and reasons", "page", "/sources/cases"),
        (may.see_users, "Users", "page", "/users"),
        (may.edit_own_inventory, "Add a touchpoint", "action", "/inventory/new"),
        (may.import, "Import a log", "action", "/sources"),
    ];
    let mut places: Vec<Place> = fixed
        .into_iter()
        .filter(|(allowed, ..)| *allowed)
        .map(|(_, label, kind, path)| place(label, kind, path))
        .collect();
    let (_, inventory) = cache::inventory(services).await?;
    for one in &inventory.departments {
        places.push(Place {
            department: Some(one.position.unsigned_abs()),
            ..place(&one.name, "department", &format!("/inventory?q={}", encode(&one.name)))
        });
    }
    for one in &inventory.touchpoints {
        let owner = inventory.departments.iter().find(|of| Some(&of.id) == one.department_id.as_ref());
        places.push(Place {
            department: owner.map(|of| of.position.unsigned_abs()),
            ..place(&one.name, "touchpoint", &format!("/inventory/{}", one.id))
        });
    }
    Ok(places)
}
