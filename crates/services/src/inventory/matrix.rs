//! Who measures what, who owns what, and where nobody does: KPIs by touchpoints, departments by stages.

use std::collections::{HashMap, HashSet};

use contract::inventory::{DepartmentRow, MatrixRow, MatrixView};
use db::inventory::{Kpi, Touchpoint};

use super::kpis::may_see;
use super::owner_of;
use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// The matrix.
pub async fn matrix(services: &Services, actor: &Actor) -> Result<MatrixView, ServiceError> {
    need(actor.may().see_inventory && actor.may().see_kpis, "page")?;
    let (_, inventory) = cache::inventory(services).await?;
    let kpis: Vec<&Kpi> = inventory.kpis.iter().filter(|kpi| may_see(actor, kpi)).collect();
    let seen: HashSet<&str> = kpis.iter().map(|kpi| kpi.id.as_str()).collect();
    let mut control: HashMap<(&str, &str), &str> = HashMap::new();
    let mut linked: HashSet<&str> = HashSet::new();
    for link in &inventory.links {
        // That there is a KPI is no secret, whatever it says.
        linked.insert(&link.touchpoint_id);
        if seen.contains(link.kpi_id.as_str()) {
            control.insert((&link.kpi_id, &link.touchpoint_id), &link.control);
        }
    }
    let measured = |touchpoint: &Touchpoint| linked.contains(touchpoint.id.as_str());
    let touchpoints = inventory.touchpoints.iter().map(|one| {
        let (name, colour) = owner_of(&inventory, one.department_id.as_ref());
        let cell = |kpi: &&Kpi| {
            control
                .get(&(kpi.id.as_str(), one.id.as_str()))
                .map(|control| (*control).to_owned())
                .unwrap_or_default()
        };
        MatrixRow {
            id: one.id.clone(),
            name: one.name.clone(),
            owner: name,
            colour,
            cells: kpis.iter().map(cell).collect(),
        }
    });
    // One more department and one more stage, for what has none.
    let stages = || inventory.stages.iter().map(|one| Some(&one.id)).chain([None]);
    let departments = inventory.departments.iter().map(Some).chain([None]).map(|department| {
        let id = department.map(|one| &one.id);
        let own = |stage: Option<&String>| {
            let own = || {
                inventory
                    .touchpoints
                    .iter()
                    .filter(move |one| one.department_id.as_ref() == id && one.stage_id.as_ref() == stage)
            };
            (own().count() as u32, own().filter(|one| measured(one)).count() as u32)
        };
        let kind = |kind: &str| {
            let own = kpis.iter().filter(|kpi| kpi.kind == kind && kpi.department_id.as_ref() == id);
            own.count() as u32
        };
        DepartmentRow {
            name: department.map(|one| one.name.clone()),
            colour: department.map(|one| one.position.unsigned_abs()),
            cells: stages().map(own).collect(),
            inside_out: kind("inside_out"),
            outside_in: kind("outside_in"),
        }
    });
    Ok(MatrixView {
        kpis: kpis
            .iter()
            .map(|kpi| {
                let (name, colour) = owner_of(&inventory, kpi.department_id.as_ref());
                (kpi.id.clone(), kpi.name.clone(), name, colour)
            })
            .collect(),
        touchpoints: touchpoints.collect(),
        stages: inventory.stages.iter().map(|one| one.name.clone()).collect(),
        departments: departments.collect(),
    })
}
