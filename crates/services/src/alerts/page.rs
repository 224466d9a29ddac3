//! The page of alerts: what one was told, what one wants to be told, what comes by itself.

use contract::alerts::{ALERTS, AlertInput, AlertRow, AlertsView, MAILS, NoticeRow};
use contract::people::Role;
use contract::summary::SummaryQuery;
use contract::trends::Of;
use contract::{Kind, UserError};
use db::alerts::AlertRule;
use serde_json::json;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache, keys, summary, trends};

/// Seconds for which a letter that was given up is shown.
const SHOWN: i64 = 14 * 86_400;
/// Notices that are listed, and rules that a person may have.
const LISTED: u64 = 100;
const MOST_RULES: usize = 100;

/// The account of a person; the command line has none.
pub(super) fn account(actor: &Actor) -> Result<&str, UserError> {
    need(actor.may().see_drivers || actor.may().see_inventory, "page")?;
    actor.account_id.as_deref().ok_or_else(|| UserError::not_found("page"))
}

/// The page.
pub async fn alerts(services: &Services, actor: &Actor) -> Result<AlertsView, ServiceError> {
    let account = account(actor)?;
    let notices = db::alerts::notices(&services.db, account, LISTED).await?;
    let rules = db::alerts::rules(&services.db).await?;
    let waiting = db::alerts::unsent_letters(&services.db, account, false).await?;
    let mut given_up = db::alerts::unsent_letters(&services.db, account, true).await?;
    given_up.retain(|letter| services.now() - letter.created_at < SHOWN);
    let stuck = waiting.iter().filter(|letter| !letter.error.is_empty());
    let (_, inventory) = cache::inventory(services).await?;
    let may = actor.may();
    let names = inventory.departments.iter();
    let own = names.filter(|one| actor.scope().is_none_or(|scope| scope.contains(&one.id)));
    let rules = rules.iter().filter(|rule| {
        rule.account_id == account
            || rule.department_id.as_ref().is_some_and(|of| {
                may_arrange(actor, of) || actor.scope().is_some_and(|scope| scope.contains(of))
            })
    });
    let department = |id: &String| inventory.departments.iter().find(|one| one.id == *id);
    let figures = if may.see_drivers { figures(services, actor).await? } else { Vec::new() };
    let watched = series(services, actor).await?;
    let is_lost = |rule: &AlertRule| match rule.kind.as_str() {
        "limit" => !figures.iter().any(|(name, _)| *name == rule.series),
        "change" => !rule.series.is_empty() && !watched.iter().any(|(name, ..)| *name == rule.series),
        _ => false,
    };
    let rules: Vec<AlertRow> = rules
        .map(|rule| AlertRow {
            // Whoever made it can say what it was; others may not see the figure at all.
            lost: rule.account_id == account && is_lost(rule),
            department: rule.department_id.as_ref().and_then(department).map(|one| one.name.clone()),
            may_remove: may_remove(actor, account, rule),
            ..row(rule)
        })
        .collect();
    let may_schedule = may.export_reports;
    let others = matches!(actor.role, Some(Role::CxManager | Role::Executive));
    let accounts = db::people::accounts(&services.db).await?;
    let reads = |role: &str| {
        matches!(Role::from_key(role), Some(Role::CxManager | Role::DepartmentHead | Role::Executive))
    };
    let people = accounts
        .into_iter()
        .filter(|one| !one.disabled && (!one.demo || services.demo) && reads(&one.role))
        .filter(|one| others || one.id == account)
        .map(|one| (one.id, one.name));
    Ok(AlertsView {
        notices: notices
            .into_iter()
            .map(|one| NoticeRow {
                id: one.id,
                kind: one.kind,
                title: one.title,
                words: one.words,
                path: one.path,
                at: one.created_at,
                read: one.read_at.is_some(),
            })
            .collect(),
        rules,
        schedules: super::schedules::rows(services, account).await?,
        series: watched.into_iter().map(|(name, ..)| name).collect(),
        figures: figures.into_iter().map(|(name, _)| name).collect(),
        departments: if may_schedule { own.map(|one| one.name.clone()).collect() } else { Vec::new() },
        people: if may_schedule { people.collect() } else { Vec::new() },
        whole: actor.scope().is_none(),
        mail: services.mail,
        waiting: stuck
            .clone()
            .max_by_key(|letter| letter.next_at)
            .map(|letter| (stuck.count() as u64, letter.error.clone(), letter.next_at)),
        given_up: given_up.last().map(|letter| (given_up.len() as u64, letter.error.clone())),
        may_schedule,
        keys: keys::of(services, actor).await?,
    })
}

fn row(rule: &AlertRule) -> AlertRow {
    let label = ALERTS.iter().find(|(key, _)| *key == rule.kind).map_or("", |(_, label)| *label);
    let words = match (rule.kind.as_str(), rule.level) {
        ("limit", Some(level)) => {
            let side = if rule.above { "above" } else { "below" };
            format!("{}: {side} {level}", rule.series)
        }
        _ if rule.series.is_empty() => label.to_owned(),
        _ => format!("{label}: {}", rule.series),
    };
    AlertRow { id: rule.id.clone(), words, mail: rule.mail.clone(), beyond: rule.beyond, ..AlertRow::default() }
}

/// Whether somebody may say what a department's people are told.
fn may_arrange(actor: &Actor, department: &str) -> bool {
    actor.may().export_reports && actor.owns(Some(department))
}

fn may_remove(actor: &Actor, account: &str, rule: &AlertRule) -> bool {
    match &rule.department_id {
        Some(department) => may_arrange(actor, department),
        None => rule.account_id == account,
    }
}

/// Whether somebody may be told of such things.
pub(super) fn may_be_told(actor: &Actor, kind: &str) -> bool {
    let may = actor.may();
    match kind {
        "quiet" => may.see_sources,
        _ => may.see_drivers,
    }
}

/// Figures of the summary with their values by whole week.
pub(super) async fn figures(
    services: &Services,
    actor: &Actor,
) -> Result<Vec<(String, Vec<f64>)>, ServiceError> {
    let view = summary::summary(services, actor, SummaryQuery::default()).await?;
    let share = |figure: contract::summary::Figure| match figure {
        contract::summary::Figure::Share(_) => 100.0,
        contract::summary::Figure::Money(_) => 0.01,
        _ => 1.0,
    };
    let figures = view.headlines.into_iter().filter(|one| !one.weeks.is_empty()).map(|one| {
        let times = share(one.figure);
        let unit = if times > 1.0 { ", in percent, by week" } else { ", by week" };
        let weeks = one.weeks.iter().filter(|(_, of)| *of > 0.0).map(|(part, of)| part / of * times);
        (format!("{}{unit}", one.name), weeks.collect())
    });
    let mut all: Vec<(String, Vec<f64>)> = figures.collect();
    all.extend(series(services, actor).await?.into_iter().map(|(name, row)| (name, row.values)));
    Ok(all)
}

/// Weekly series that the person may see, by name, with their changes of level.
pub(super) async fn series(services: &Services, actor: &Actor) -> Result<Vec<Series>, ServiceError> {
    if !actor.may().see_drivers {
        return Ok(Vec::new());
    }
    let view = trends::trends(services, actor).await?;
    let limited = actor.scope().is_some();
    let (_, inventory) = cache::inventory(services).await?;
    let own = |at: Option<u32>| {
        let department = at.and_then(|at| inventory.departments.get(at as usize));
        department.is_some_and(|one| actor.scope().is_some_and(|scope| scope.contains(&one.id)))
    };
    Ok(view
        .rows
        .into_iter()
        .filter(|row| !limited || row.of == Of::Contacts || own(row.department))
        .map(|row| {
            let name = match row.of {
                Of::Contacts => "All contacts".to_owned(),
                of => format!("{}: {}", of.label(), row.name),
            };
            (name, row)
        })
        .collect())
}

/// A series by the name that rules have for it.
pub(super) type Series = (String, contract::trends::TrendRow);

fn refused(place: &str, message: impl Into<String>) -> UserError {
    UserError::new(Kind::Invalid, "invalid_value", message).at(place)
}

/// Adds a rule of one's own, or for the people of a department that one answers for.
pub async fn add_rule(services: &Services, actor: &Actor, form: AlertInput) -> Result<(), ServiceError> {
    let account = account(actor)?;
    let AlertInput { kind, series: name, side, level, mail, department } = form;
    if !ALERTS.iter().any(|(key, _)| *key == kind) {
        return Err(refused("kind", "Choose what you want to be told.").into());
    }
    let mail = if mail.is_empty() { "no".to_owned() } else { mail };
    if !MAILS.iter().any(|(key, _)| *key == mail) {
        return Err(refused("mail", "Choose how it goes by mail.").into());
    }
    need(may_be_told(actor, &kind), "alert")?;
    let department_id = match department.as_str() {
        "" => None,
        name => {
            let (_, inventory) = cache::inventory(services).await?;
            let found = inventory.departments.iter().find(|one| one.name == name);
            let found = found.filter(|one| may_arrange(actor, &one.id)).map(|one| one.id.clone());
            Some(found.ok_or_else(|| refused("department", "Choose a department that you answer for."))?)
        }
    };
    let (mut limit, mut watched) = (None, String::new());
    match kind.as_str() {
        "limit" => {
            let known = figures(services, actor).await?;
            if !known.iter().any(|(known, _)| *known == name) {
                return Err(refused("series", "Choose a figure of the list.").into());
            }
            let value = level.trim().trim_end_matches('%').trim_end().parse::<f64>().ok();
            limit = Some(value.filter(|value| value.is_finite() && value.abs() < 1e12).ok_or_else(|| {
                refused("level", "The limit is no number.").remedy("Write it with a point, as in 4.5.")
            })?);
            watched = name;
        }
        "change" if !name.is_empty() => {
            if !series(services, actor).await?.iter().any(|(known, ..)| *known == name) {
                return Err(refused("series", "Choose a series of the list, or none for all.").into());
            }
            watched = name;
        }
        _ => {}
    }
    let known = db::alerts::rules(&services.db).await?;
    let own: Vec<&AlertRule> = known.iter().filter(|rule| rule.account_id == account).collect();
    if own.len() >= MOST_RULES {
        let message = format!("You have {MOST_RULES} alerts; more can\u{2019}t be watched.");
        return Err(UserError::new(Kind::TooMany, "too_many", message).remedy("Remove one first.").into());
    }
    let above = side != "below";
    if own.iter().any(|rule| {
        (&rule.kind, &rule.series, rule.level, rule.above, &rule.department_id)
            == (&kind, &watched, limit, above, &department_id)
    }) {
        return Err(UserError::new(Kind::Conflict, "known", "You have this alert already.").into());
    }
    let now = services.now();
    let rule = AlertRule {
        account_id: account.to_owned(),
        kind,
        series: watched,
        above,
        level: limit,
        mail,
        department_id,
        created_at: now,
        ..AlertRule::default()
    };
    let tx = services.db.write().await?;
    let id = db::alerts::add_rule(&tx, &rule).await?;
    let details = json!({ "kind": rule.kind, "series": rule.series, "department": rule.department_id });
    db::audit(&tx, &actor.audited(now), "add", "alert", &id, &details).await?;
    tx.commit().await?;
    services.alerts.forget();
    services.changed.notify_one();
    Ok(())
}

/// Removes a rule of one's own, or of a department that one answers for.
pub async fn delete_rule(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    let account = account(actor)?;
    let known = db::alerts::rules(&services.db).await?;
    if !known.iter().any(|rule| rule.id == id && may_remove(actor, account, rule)) {
        return Err(UserError::not_found("alert").into());
    }
    let tx = services.db.write().await?;
    db::alerts::delete_rule(&tx, id).await?;
    db::audit(&tx, &actor.audited(services.now()), "delete", "alert", id, &json!({})).await?;
    Ok(tx.commit().await?)
}

/// Marks a notice as read, or all with an empty id.
pub async fn read(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    let account = account(actor)?;
    let tx = services.db.write().await?;
    db::alerts::read(&tx, account, id, services.now()).await?;
    Ok(tx.commit().await?)
}
