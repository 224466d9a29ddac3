//! A department's own report: what its touchpoints cause and where that lands, and what others cause for it.

use std::collections::BTreeMap;

use contract::drivers::{Landing, OwnView};

use super::judge::Judged;
use super::rows::contact;
use crate::cache::Data;
use crate::journeys::nodes::department_of;
use crate::weeks::Weeks;

/// The report of a department, by index.
pub fn own(data: &Data, judged: &Judged, weeks: &Weeks, department: u32) -> OwnView {
    let inventory = &data.inventory;
    let mine = |touchpoint: u32| department_of(data, touchpoint) == Some(department);
    let touchpoints: Vec<u32> = (0..inventory.touchpoints.len() as u32).filter(|&at| mine(at)).collect();
    let owns: Vec<bool> = judged.candidates.list.iter().map(|candidate| mine(candidate.touchpoint)).collect();
    let (mut caused, mut cost, mut cost_elsewhere, mut shared_in) = (0.0, 0.0, 0.0, 0);
    let mut by_week = vec![0.0; weeks.len()];
    let mut lands: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    let mut from_others: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for shared in &judged.split.contacts {
        let contact = contact(data, shared.event);
        let cents = contact.cost.unwrap_or(0) as f64;
        let mut part = 0.0;
        for share in &shared.shares {
            if owns[share.candidate as usize] {
                part += share.part;
            } else if contact.department == Some(department) {
                let of = from_others.entry(share.candidate).or_default();
                of.0 += share.part;
                of.1 += share.part * cents;
            }
        }
        if part > 0.0 {
            caused += part;
            cost += part * cents;
            if contact.department != Some(department) {
                cost_elsewhere += part * cents;
            }
            by_week[weeks.at(contact.time)] += part;
            shared_in += 1;
            let of = lands.entry(contact.touchpoint).or_default();
            of.0 += part;
            of.1 += part * cents;
        }
    }
    let sorted = |mut rows: Vec<Landing>| {
        rows.sort_by(|a, b| b.contacts.total_cmp(&a.contacts).then_with(|| a.name.cmp(&b.name)));
        rows
    };
    let landing = |(&at, &(contacts, cost)): (&u32, &(f64, f64))| Landing {
        name: inventory.touchpoints[at as usize].name.clone(),
        department: department_of(data, at),
        contacts,
        cost,
    };
    let cause = |(&candidate, &(contacts, cost)): (&u32, &(f64, f64))| Landing {
        name: judged.candidates.name(data, candidate),
        department: judged.candidates.owner(data, candidate),
        contacts,
        cost,
    };
    OwnView {
        name: inventory.departments[department as usize].name.clone(),
        department,
        touchpoints: touchpoints.len() as u64,
        without_data: touchpoints.iter().filter(|&&at| data.mapped.by_touchpoint[at as usize] == 0).count()
            as u64,
        list: {
            let one = |&at: &u32| {
                let of = &inventory.touchpoints[at as usize];
                (of.name.clone(), of.id.clone(), data.mapped.by_touchpoint[at as usize])
            };
            touchpoints.iter().map(one).collect()
        },
        caused,
        cost,
        cost_elsewhere,
        weeks: by_week,
        shared_in,
        lands: sorted(lands.iter().map(landing).collect()),
        from_others: sorted(from_others.iter().map(cause).collect()),
        actions: Vec::new(),
    }
}
