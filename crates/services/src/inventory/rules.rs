//! Changing experiences and mapping rules. Both belong to a touchpoint, whose owner may change them.

use contract::inventory::{ExperienceInput, MATCHES, RuleInput};
use contract::{Kind, UserError};
use db::inventory::{Experience, Inventory, Rule, Sample, Touchpoint};
use serde_json::json;

use super::cells::{past_day, plain_text};
use super::rows::Row;
use super::steps::{Done, record};
use super::touchpoints::detached;
use super::{checked_name, invalid, taken};
use crate::actor::{need, need_change};
use crate::mapping::{conditions, regex};
use crate::{Actor, ServiceError, Services};

/// The touchpoint, if the person may change it.
pub(super) fn own<'a>(inventory: &'a Inventory, actor: &Actor, id: &str) -> Result<&'a Touchpoint, UserError> {
    let found = inventory.touchpoints.iter().find(|one| one.id == id);
    let found = found.ok_or_else(|| UserError::not_found("touchpoint"))?;
    need_change(actor.owns(found.department_id.as_deref()), "touchpoint")?;
    Ok(found)
}

/// Creates or changes a rule and returns its id. A new rule is tried after all others.
pub async fn save_rule(services: &Services, actor: &Actor, input: RuleInput) -> Result<String, ServiceError> {
    need(actor.may().see_inventory, "rule")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let RuleInput { id, version, touchpoint_id, source, matching, activity, condition, experience_id } = input;
    own(&inventory, actor, &touchpoint_id)?;
    let known = inventory.rules.iter().find(|rule| rule.id == id);
    if !id.is_empty() {
        let known = known.ok_or_else(|| UserError::not_found("rule"))?;
        own(&inventory, actor, &known.touchpoint_id)?;
    }
    let same = |known: &Rule| {
        (&known.source, &known.matching, &known.activity, &known.condition)
            == (&source, &matching, &activity, &condition)
    };
    // Patterns, and changes that keep an early place, can take events from other departments' touchpoints.
    let may_take = actor.may().edit_inventory;
    if !may_take && matching != "exact" && !known.is_some_and(same) {
        return Err(UserError::new(
            Kind::Forbidden,
            "exact_only",
            "A department names its activities exactly; patterns are for CX managers.",
        )
        .at("match")
        .remedy("Use \u{201c}is exactly\u{201d}, or ask a CX manager.")
        .into());
    }
    let position = match known {
        Some(known) if may_take || same(known) => known.position,
        _ => next_position(&inventory),
    };
    let version = if id.is_empty() { 0 } else { version };
    let row = checked_rule(
        &inventory,
        Rule {
            id,
            version,
            touchpoint_id,
            experience_id: Some(experience_id).filter(|id| !id.is_empty()),
            source,
            matching,
            activity,
            condition,
            position,
        },
    )?;
    let id = db::inventory::save_rule(&tx, &row).await?;
    let action = if known.is_some() { "change rule" } else { "add rule" };
    let details = json!({ "rule": describe(&row) });
    let touchpoint_id = row.touchpoint_id.clone();
    let after = Rule { id: id.clone(), version: row.version.saturating_add(1), ..row };
    let label = format!("Rule of {}", name_of(&inventory, &touchpoint_id));
    // Found again under the touchpoint, even after the rule is gone.
    let done = Done::of(&touchpoint_id, action, details, known.cloned().map(Row::Rule), Some(Row::Rule(after)));
    record(&tx, actor, now, &label, vec![done]).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[touchpoint_id]);
    Ok(id)
}

fn name_of(inventory: &Inventory, touchpoint_id: &str) -> String {
    let known = inventory.touchpoints.iter().find(|one| one.id == touchpoint_id);
    known.map(|one| one.name.clone()).unwrap_or_default()
}

pub(super) fn next_position(inventory: &Inventory) -> i32 {
    inventory.rules.iter().map(|rule| rule.position + 1).max().unwrap_or(0)
}

/// A rule in one line.
pub(super) fn describe(rule: &Rule) -> String {
    let Rule { source, matching, activity, condition, .. } = rule;
    let source = if source.is_empty() { "any source" } else { source };
    let condition = if condition.is_empty() { String::new() } else { format!(" where {condition}") };
    format!("{source}, {matching} \u{201c}{activity}\u{201d}{condition}")
}

/// Checks a rule that a person gives.
pub(super) fn checked_rule(inventory: &Inventory, rule: Rule) -> Result<Rule, UserError> {
    if let Some(experience) = &rule.experience_id
        && !inventory
            .experiences
            .iter()
            .any(|one| one.id == *experience && one.touchpoint_id == rule.touchpoint_id)
    {
        return Err(UserError::not_found("experience at this touchpoint").at("experience"));
    }
    checked_text(rule)
}

/// Checks what a rule says, apart from what it belongs to.
pub(super) fn checked_text(rule: Rule) -> Result<Rule, UserError> {
    let Rule { id, version, touchpoint_id, experience_id, source, matching, activity, condition, position } =
        rule;
    if !MATCHES.iter().any(|(key, _)| *key == matching) {
        return Err(invalid("match", format!("There is no match \u{201c}{matching}\u{201d}."))
            .remedy("Use exact, prefix or regex."));
    }
    if activity.trim().is_empty() {
        return Err(
            invalid("activity", "The rule names no activity.").remedy("Say which activity it recognises.")
        );
    }
    if [&activity, &condition, &source].into_iter().any(|text| text.contains('\0')) {
        return Err(invalid("activity", "The rule holds control characters.").remedy("Type it again."));
    }
    if activity.len() > 4096 || condition.len() > 2000 || source.len() > 200 {
        return Err(invalid("activity", "The rule is too long.").remedy("Shorten it."));
    }
    if matching == "regex" {
        regex(&activity)?;
    }
    conditions(&condition)?;
    let (source, condition) = (source.trim().to_owned(), condition.trim().to_owned());
    Ok(Rule { id, version, touchpoint_id, experience_id, source, matching, activity, condition, position })
}

/// Removes a rule; its events go to the next rule that matches, or become unmapped.
pub async fn delete_rule(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "rule")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let rule = inventory.rules.iter().find(|rule| rule.id == id);
    let rule = rule.ok_or_else(|| UserError::not_found("rule"))?;
    own(&inventory, actor, &rule.touchpoint_id)?;
    db::inventory::delete_rule(&tx, id, version).await?;
    let details = json!({ "rule": describe(rule) });
    let label = format!("Removing a rule of {}", name_of(&inventory, &rule.touchpoint_id));
    let done = Done::of(&rule.touchpoint_id, "delete rule", details, Some(Row::Rule(rule.clone())), None);
    record(&tx, actor, now, &label, vec![done]).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&rule.touchpoint_id));
    Ok(())
}

/// Lets a rule be tried before all others (`first`) or after all others. Takes events from other
/// touchpoints, so only those may who may change all.
pub async fn move_rule(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
    first: bool,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "rule")?;
    need_change(actor.may().edit_inventory, "order of rules")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let rule = inventory.rules.iter().find(|rule| rule.id == id);
    let rule = rule.ok_or_else(|| UserError::not_found("rule"))?;
    let least = inventory.rules.iter().map(|rule| rule.position).min().unwrap_or(0);
    let position = if first { least - 1 } else { next_position(&inventory) };
    let moved = Rule { position, version, ..rule.clone() };
    db::inventory::save_rule(&tx, &moved).await?;
    let details = json!({ "rule": describe(rule), "tried": if first { "first" } else { "last" } });
    let label = format!("Order of a rule of {}", name_of(&inventory, &rule.touchpoint_id));
    let after = Rule { version: version.saturating_add(1), ..moved };
    let rows = (Some(Row::Rule(rule.clone())), Some(Row::Rule(after)));
    let done = Done::of(&rule.touchpoint_id, "move rule", details, rows.0, rows.1);
    record(&tx, actor, now, &label, vec![done]).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&rule.touchpoint_id));
    Ok(())
}

/// Creates or changes an experience and returns its id.
pub async fn save_experience(
    services: &Services,
    actor: &Actor,
    input: ExperienceInput,
) -> Result<String, ServiceError> {
    need(actor.may().see_inventory, "experience")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let ExperienceInput { id, version, touchpoint_id, name, emotion, failure, promise } = input;
    own(&inventory, actor, &touchpoint_id)?;
    let known = inventory.experiences.iter().find(|one| one.id == id);
    if !id.is_empty() && known.is_none_or(|known| known.touchpoint_id != touchpoint_id) {
        return Err(UserError::not_found("experience").into());
    }
    if !(-2..=2).contains(&emotion) {
        return Err(invalid("emotion", "The emotion is a number from -2 to 2.").into());
    }
    if !["", "kept", "broken"].contains(&promise.as_str()) {
        return Err(invalid("promise", "An experience keeps the promise, breaks it, or neither.").into());
    }
    let siblings = inventory.experiences.iter().filter(|one| one.touchpoint_id == touchpoint_id);
    let position = known
        .map(|known| known.position)
        .unwrap_or_else(|| siblings.map(|one| one.position + 1).max().unwrap_or(0));
    let row = Experience {
        version: if id.is_empty() { 0 } else { version },
        id,
        touchpoint_id,
        name: checked_name(&name, "name")?,
        emotion,
        failure: failure.is_some(),
        promise,
        position,
    };
    let saved = db::inventory::save_experience(&tx, &row).await;
    let id = saved.map_err(|error| taken(error, "experience", &row.name))?;
    let action = if known.is_some() { "change experience" } else { "add experience" };
    let details = json!({
        "experience": row.name,
        "emotion": row.emotion,
        "failure": row.failure,
        "promise": row.promise,
    });
    let touchpoint_id = row.touchpoint_id.clone();
    let label = format!("{} of {}", row.name, name_of(&inventory, &touchpoint_id));
    let after = Experience { id: id.clone(), version: row.version.saturating_add(1), ..row };
    let rows = (known.cloned().map(Row::Experience), Some(Row::Experience(after)));
    record(&tx, actor, now, &label, vec![Done::of(&touchpoint_id, action, details, rows.0, rows.1)]).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[touchpoint_id]);
    Ok(id)
}

/// Removes an experience and the rules that recognise it.
pub async fn delete_experience(
    services: &Services,
    actor: &Actor,
    id: &str,
    version: i32,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "experience")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let one = inventory.experiences.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| UserError::not_found("experience"))?;
    own(&inventory, actor, &one.touchpoint_id)?;
    let kpis = detached(&tx, &inventory, |kpi| kpi.experience_id.as_deref() == Some(id)).await?;
    db::inventory::delete_experience(&tx, id, version).await?;
    let rules = inventory.rules.iter().filter(|rule| rule.experience_id.as_deref() == Some(id));
    let mut done: Vec<Done> = kpis;
    done.extend(rules.map(|rule| {
        let details = json!({ "rule": describe(rule) });
        Done::of(&one.touchpoint_id, "delete rule", details, Some(Row::Rule(rule.clone())), None)
    }));
    let details = json!({ "experience": one.name });
    let row = Some(Row::Experience(one.clone()));
    done.push(Done::of(&one.touchpoint_id, "delete experience", details, row, None));
    let label = format!("Removing {} of {}", one.name, name_of(&inventory, &one.touchpoint_id));
    record(&tx, actor, now, &label, done).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&one.touchpoint_id));
    Ok(())
}

/// Notes that so many of those asked said that they had an experience.
pub async fn add_sample(
    services: &Services,
    actor: &Actor,
    experience_id: &str,
    day: &str,
    asked: u64,
    said: u64,
    note: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "experience")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let one = inventory.experiences.iter().find(|one| one.id == experience_id);
    let one = one.ok_or_else(|| UserError::not_found("experience"))?;
    own(&inventory, actor, &one.touchpoint_id)?;
    let day = past_day(day, services.now())?;
    if asked == 0 || said > asked || asked > 1_000_000_000 {
        let message = "Of those asked, at least one and at most all can have said so.";
        return Err(invalid("said", message).remedy("Check both numbers.").into());
    }
    if note.chars().count() > 1000 {
        return Err(invalid("note", "The note is longer than 1,000 letters.").into());
    }
    let sample = Sample {
        experience_id: experience_id.to_owned(),
        day: day.clone(),
        asked: asked as i64,
        said: said as i64,
        note: plain_text(note),
        author: actor.name.clone(),
        ..Sample::default()
    };
    db::inventory::add_sample(&tx, &sample, now).await?;
    let details = json!({ "experience": one.name, "day": day, "asked": asked, "said": said });
    db::audit(&tx, &actor.audited(now), "add sample", "touchpoint", &one.touchpoint_id, &details).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&one.touchpoint_id));
    Ok(())
}

/// Removes a sample.
pub async fn delete_sample(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "sample")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let sample = inventory.samples.iter().find(|one| one.id == id);
    let sample = sample.ok_or_else(|| UserError::not_found("sample"))?;
    let one = inventory.experiences.iter().find(|one| one.id == sample.experience_id);
    let one = one.ok_or_else(|| UserError::not_found("sample"))?;
    own(&inventory, actor, &one.touchpoint_id)?;
    db::inventory::delete_sample(&tx, id).await?;
    let details = json!({ "experience": one.name, "day": sample.day });
    db::audit(&tx, &actor.audited(now), "delete sample", "touchpoint", &one.touchpoint_id, &details).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&one.touchpoint_id));
    Ok(())
}
