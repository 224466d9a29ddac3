//! Trying a rule before it is saved: which events it would recognise.

use contract::inventory::{RuleExample, RuleInput, RuleTrial};
use contract::{Kind, UserError};
use db::inventory::Rule;
use rayon::prelude::*;

use super::rules::{checked_text, own};
use crate::actor::need;
use crate::cache::{self, Data};
use crate::compute::compute;
use crate::mapping::Trial;
use crate::{Actor, ServiceError, Services};

/// Microseconds of the days that count as recent, up to the latest event.
const RECENT: i64 = 30 * 86_400_000_000;
/// Events shown, and attributes of each.
const EXAMPLES: usize = 5;
const ATTRIBUTES: usize = 4;

/// Says what a rule would recognise, as it is written.
pub async fn try_rule(services: &Services, actor: &Actor, input: RuleInput) -> Result<RuleTrial, ServiceError> {
    need(actor.may().see_journeys && actor.may().edit_own_inventory, "page")?;
    let data = cache::data(services).await?;
    let RuleInput { id, version: _, touchpoint_id, source, matching, activity, condition, experience_id: _ } =
        input;
    own(&data.inventory, actor, &touchpoint_id)?;
    if !actor.may().edit_inventory && matching != "exact" {
        return Err(UserError::new(
            Kind::Forbidden,
            "exact_only",
            "A department names its activities exactly; patterns are for CX managers.",
        )
        .into());
    }
    let rule = checked_text(Rule { source, matching, activity, condition, ..Rule::default() })?;
    // A new rule is tried after all others; a known one keeps its place.
    let known = data.inventory.rules.iter().position(|one| one.id == id);
    let place = known.unwrap_or(data.inventory.rules.len()) as u32;
    // Volumes of other departments' touchpoints are theirs, and single events may belong to customers whom a department
    // does not see.
    let own: Option<Vec<bool>> = actor.scope().map(|_| {
        let owned = |one: &db::inventory::Touchpoint| actor.owns(one.department_id.as_deref());
        data.inventory.touchpoints.iter().map(owned).collect()
    });
    let scoped = own.is_some();
    let mut trial = compute(services, move || tried(&data, &rule, place, own.as_deref())).await?;
    if scoped {
        trial.examples.clear();
    }
    Ok(trial)
}

fn tried(data: &Data, rule: &Rule, place: u32, own: Option<&[bool]>) -> RuleTrial {
    let Some(trial) = Trial::of(&data.snapshot, rule) else { return RuleTrial::default() };
    let log = &data.snapshot.log;
    let recent_from = log.span().map_or(0, |(_, last)| last - RECENT);
    let earlier = |event: usize| {
        let class = &data.mapped.classes[data.mapped.class[event] as usize];
        class.rule.is_some_and(|rule| rule < place)
    };
    let counts_for = |event: usize| {
        let class = &data.mapped.classes[data.mapped.class[event] as usize];
        own.is_none_or(|own| class.touchpoint.is_none_or(|at| own[at as usize]))
    };
    // Counts, and the latest events of each part.
    let empty = || (RuleTrial::default(), Vec::<(i64, usize)>::new());
    let latest = |list: &mut Vec<(i64, usize)>| {
        list.sort_unstable_by(|a, b| b.cmp(a));
        list.truncate(EXAMPLES);
    };
    let (mut found, latest_events) = (0..log.events())
        .into_par_iter()
        .with_min_len(1 << 16)
        .fold(empty, |(mut counts, mut list), event| {
            if trial.recognises(log.activities()[event], event) && counts_for(event) {
                let time = log.times()[event];
                counts.all += 1;
                counts.recent += u64::from(time > recent_from);
                if earlier(event) {
                    counts.taken += 1;
                } else {
                    list.push((time, event));
                    if list.len() > 64 {
                        latest(&mut list);
                    }
                }
            }
            (counts, list)
        })
        .reduce(empty, |(mut counts, mut list), (more, others)| {
            counts.all += more.all;
            counts.recent += more.recent;
            counts.taken += more.taken;
            list.extend(others);
            latest(&mut list);
            (counts, list)
        });
    let mut latest_events = latest_events;
    latest(&mut latest_events);
    found.examples = latest_events
        .into_iter()
        .map(|(time, event)| {
            let activity = &data.snapshot.activities[log.activities()[event] as usize];
            let attributes = data.snapshot.attributes.iter().filter_map(|one| {
                let code = one.codes[event] as usize;
                Some((one.name.clone(), one.values.get(code.checked_sub(1)?)?.clone()))
            });
            RuleExample {
                at: time.div_euclid(1_000_000),
                source: activity.source.clone(),
                activity: activity.name.clone(),
                attributes: attributes.take(ATTRIBUTES).collect(),
            }
        })
        .collect();
    found
}
