//! What each log says of cases and of its own reasons: which activities open and close a case, and whether its reasons
//! are trusted.

use std::collections::BTreeMap;

use contract::sources::{LANGUAGES, LogRuleInput, LogRuleRow, LogRules};
use contract::{Kind, UserError};
use db::inventory::LogRule;
use serde_json::json;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache};

/// Activities of a log that are offered, most frequent first.
const MOST: usize = 400;

/// The rules of all logs.
pub async fn log_rules(services: &Services, actor: &Actor) -> Result<LogRules, ServiceError> {
    // All logs with their volumes: for who may see them all.
    need(actor.may().edit_inventory, "page")?;
    let data = cache::data(services).await?;
    let (_, inventory) = db::inventory::load(&services.db).await?;
    let counted = data.clone();
    let found = tokio::task::spawn_blocking(move || {
        let mut events = vec![0_u64; counted.snapshot.activities.len()];
        let mut with_reason = vec![0_u64; counted.snapshot.activities.len()];
        let given = counted.snapshot.attribute("reason");
        for (at, &activity) in counted.snapshot.log.activities().iter().enumerate() {
            events[activity as usize] += 1;
            with_reason[activity as usize] += u64::from(given.is_some_and(|given| given.codes[at] != 0));
        }
        events.into_iter().zip(with_reason).collect::<Vec<(u64, u64)>>()
    })
    .await?;
    /// Activities of a log with their events, and its events with a reason.
    type Activities = (Vec<(String, u64)>, u64);
    let mut by_log: BTreeMap<&str, Activities> = BTreeMap::new();
    for (activity, (events, with_reason)) in data.snapshot.activities.iter().zip(found) {
        let (activities, reasons) = by_log.entry(activity.source.as_str()).or_default();
        activities.push((activity.name.clone(), events));
        *reasons += with_reason;
    }
    let rows = inventory.logs.into_iter().map(|log| {
        let (mut activities, with_reason) = by_log.remove(log.name.as_str()).unwrap_or_default();
        activities.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        // What a rule names stays in sight, however rare.
        let named = |name: &String| log.opens.contains(name) || log.closes.contains(name);
        let mut rare = activities.split_off(activities.len().min(MOST));
        rare.retain(|(name, _)| named(name));
        activities.append(&mut rare);
        LogRuleRow {
            id: log.id,
            name: log.name,
            version: log.version,
            activities,
            opens: log.opens,
            closes: log.closes,
            trusted: log.trusted,
            language: log.language,
            with_reason,
        }
    });
    Ok(LogRules { rows: rows.collect() })
}

/// Stores the rules of a log.
pub async fn save_log_rule(services: &Services, actor: &Actor, form: LogRuleInput) -> Result<(), ServiceError> {
    need(actor.may().edit_inventory, "page")?;
    let LogRuleInput { id, version, opens, closes, trusted, language } = form;
    let data = cache::data(services).await?;
    let tx = services.db.write().await?;
    let inventory = db::inventory::load_in(&tx).await?;
    let before = inventory.logs.iter().find(|log| log.id == id);
    let before = before.ok_or_else(|| UserError::not_found("log"))?;
    let known = |name: &String| {
        let activities = &data.snapshot.activities;
        activities.iter().any(|activity| activity.source == before.name && activity.name == *name)
            || before.opens.contains(name)
            || before.closes.contains(name)
    };
    if let Some(name) = opens.iter().chain(&closes).find(|name| !known(name)) {
        let name: String = name.chars().take(80).collect();
        return Err(UserError::new(
            Kind::Unprocessable,
            "unknown_activity",
            format!("The log has no activity \u{201c}{name}\u{201d}."),
        )
        .at("activities")
        .remedy("Choose from those of the log.")
        .into());
    }
    if let Some(both) = opens.iter().find(|name| closes.contains(name)) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "opens_and_closes",
            format!("\u{201c}{both}\u{201d} can\u{2019}t both open and close a case."),
        )
        .at("activities")
        .remedy("Choose one of the two.")
        .into());
    }
    if !language.is_empty() && !LANGUAGES.iter().any(|(known, _)| *known == language) {
        return Err(UserError::new(Kind::Unprocessable, "bad_value", "The language is none of the list.")
            .at("language")
            .remedy("Choose one, or let it be told from the texts.")
            .into());
    }
    let trusted = trusted == "yes";
    let row = LogRule { id, name: before.name.clone(), opens, closes, trusted, language, version };
    let details = json!({
        "log": row.name,
        "opens": row.opens,
        "closes": row.closes,
        "trusted": row.trusted,
        "language": row.language,
        "before": { "opens": before.opens, "closes": before.closes, "trusted": before.trusted, "language": before.language },
    });
    db::inventory::save_log(&tx, &row).await?;
    db::audit(&tx, &actor.audited(services.now()), "log.rules", "source", &row.id, &details).await?;
    tx.commit().await?;
    Ok(())
}
