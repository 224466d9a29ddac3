//! Where avoidable contacts come from: by stage and department of what causes them; and what else is counted by week.

use super::judge::Judged;
use super::rows::contact;
use crate::cache::Data;
use crate::weeks::Weeks;

/// Contacts' worth and cost by department and stage; of each, one more for none.
pub struct Causes {
    pub cells: Vec<Vec<(f64, f64)>>,
    pub unexplained: (f64, f64),
}

/// Shares all contacts out over stages and departments.
pub fn causes(data: &Data, judged: &Judged) -> Causes {
    let inventory = &data.inventory;
    let stage = |touchpoint: u32| {
        let id = inventory.touchpoints[touchpoint as usize].stage_id.as_deref();
        inventory.stages.iter().position(|one| Some(one.id.as_str()) == id).unwrap_or(inventory.stages.len())
    };
    let places: Vec<(usize, usize)> = (0..judged.candidates.list.len() as u32)
        .map(|candidate| {
            let owner = judged.candidates.owner(data, candidate);
            let department = owner.map_or(inventory.departments.len(), |at| at as usize);
            (department, stage(judged.candidates.list[candidate as usize].touchpoint))
        })
        .collect();
    let mut cells = vec![vec![(0.0, 0.0); inventory.stages.len() + 1]; inventory.departments.len() + 1];
    let mut unexplained = (0.0, 0.0);
    for shared in &judged.split.contacts {
        let cost = contact(data, shared.event).cost.unwrap_or(0) as f64;
        let mut left = 1.0;
        for share in &shared.shares {
            let (department, stage) = places[share.candidate as usize];
            let cell = &mut cells[department][stage];
            cell.0 += share.part;
            cell.1 += share.part * cost;
            left -= share.part;
        }
        // What rounding leaves of a contact that is wholly shared out is nothing.
        let left = if left < 1e-12 { 0.0 } else { left };
        unexplained.0 += left;
        unexplained.1 += left * cost;
    }
    Causes { cells, unexplained }
}

/// Promises kept, and all that were put to the test, by week: events at experiences that keep or break one.
pub fn promises(data: &Data, judged: &Judged, weeks: &Weeks) -> Vec<(u64, u64)> {
    let kept: Vec<Option<bool>> = data
        .mapped
        .classes
        .iter()
        .map(|class| {
            let experience = class.experience.map(|at| &data.inventory.experiences[at as usize]);
            match experience.map(|one| one.promise.as_str()) {
                Some("kept") => Some(true),
                Some("broken") => Some(false),
                _ => None,
            }
        })
        .collect();
    let mut by_week = vec![(0, 0); weeks.len()];
    if kept.iter().all(Option::is_none) || by_week.is_empty() {
        return by_week;
    }
    for (&class, &time) in data.mapped.class.iter().zip(data.snapshot.log.times()) {
        let Some(kept) = kept[class as usize].filter(|_| (judged.from..judged.until).contains(&time)) else {
            continue;
        };
        let week = &mut by_week[weeks.at(time)];
        week.0 += u64::from(kept);
        week.1 += 1;
    }
    by_week
}

/// Reasons whose weeks are counted.
const MOST_REASONS: usize = 200;

/// Contacts by reason and week, most frequent first.
pub fn reasons(data: &Data, judged: &Judged, weeks: &Weeks) -> Vec<(String, Vec<f64>)> {
    let Some(given) = data.snapshot.attribute("reason") else { return Vec::new() };
    let code = |event: u32| given.codes[event as usize].checked_sub(1).map(|code| code as usize);
    let mut often = vec![0_u64; given.values.len()];
    judged.split.contacts.iter().filter_map(|one| code(one.event)).for_each(|code| often[code] += 1);
    // There may be as many reasons as contacts.
    let mut order: Vec<usize> = (0..often.len()).filter(|&code| often[code] > 0).collect();
    order.sort_by_key(|&code| (std::cmp::Reverse(often[code]), &given.values[code]));
    order.truncate(MOST_REASONS);
    let mut place = vec![usize::MAX; often.len()];
    order.iter().enumerate().for_each(|(at, &code)| place[code] = at);
    let mut counts = vec![vec![0.0; weeks.len()]; order.len()];
    for shared in &judged.split.contacts {
        if let Some(at) = code(shared.event).map(|code| place[code]).filter(|at| *at != usize::MAX) {
            counts[at][weeks.at(data.snapshot.log.times()[shared.event as usize])] += 1.0;
        }
    }
    order.into_iter().map(|code| given.values[code].clone()).zip(counts).collect()
}
