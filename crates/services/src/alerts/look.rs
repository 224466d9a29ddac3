//! Looking at rules: what is new since, told once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::NaiveDate;
use contract::UserError;
use contract::format::apart;
use contract::people::Role;
use db::alerts::{AlertRule, Notice};

use super::page::{Series, figures, may_be_told, series};
use crate::people::actor_of_account;
use crate::{Actor, ServiceError, Services, cache, reviews, sources};

/// Seconds after which rules are looked at though no figure changed: silence and due days come by themselves.
const AGAIN: i64 = 900;
/// A change of level this many days from one that was told is the same: its week moves as data come in.
const SAME: i64 = 28;
/// Changes of level older than this, against the newest data, are no news.
const NEWS: i64 = 35;

/// When rules were looked at last, and at which version of the data.
#[derive(Default)]
pub struct Looked(Mutex<Option<(i64, i64)>>);

impl Looked {
    /// Lets the next look happen at once.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn is_due(&self, version: i64, now: i64) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_none_or(|(seen, at)| seen != version || now - at >= AGAIN)
    }

    fn note(&self, version: i64, now: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, now));
    }
}

/// Figures and series, read once for all who may read the same.
#[derive(Default)]
struct Seen(HashMap<(Option<Role>, Option<Vec<String>>), Read>);

type Read = (Vec<(String, Vec<f64>)>, Vec<Series>);

impl Seen {
    async fn of(&mut self, services: &Services, actor: &Actor) -> Result<&Read, ServiceError> {
        let key = (actor.role, actor.scope().map(<[String]>::to_vec));
        if !self.0.contains_key(&key) {
            let read = (figures(services, actor).await?, series(services, actor).await?);
            self.0.insert(key.clone(), read);
        }
        // It was put there just now.
        self.0.get(&key).ok_or_else(|| UserError::not_found("figure").into())
    }
}

/// Looks at all rules, if something may have changed. A rule that can't be looked at does not keep the others back.
pub async fn look(services: &Services) -> Result<(), ServiceError> {
    let mut rules = db::alerts::rules(&services.db).await?;
    // Of two that tell somebody the same, the one that goes by mail comes first: the other finds it told.
    rules.sort_by_key(|rule| match rule.mail.as_str() {
        "once" => 0,
        "weekly" => 1,
        _ => 2,
    });
    if rules.is_empty() {
        return Ok(());
    }
    let (version, now) = (cache::data(services).await?.version, services.now());
    if !services.alerts.is_due(version, now) {
        return Ok(());
    }
    let people = db::people::accounts(&services.db).await?;
    let mut actors: HashMap<&str, Option<Actor>> = HashMap::new();
    let mut seen = Seen::default();
    let mut failed = None;
    // Noted before: what fails is looked at again when there is something new, not every few seconds.
    services.alerts.note(version, now);
    for rule in &rules {
        let told = people.iter().filter(|one| match &rule.department_id {
            None => one.id == rule.account_id,
            department => one.department_id == *department,
        });
        // Whether its limit is passed, for whoever of them can see the figure.
        let (mut beyond, mut all): (Option<bool>, bool) = (None, true);
        for one in told {
            if !actors.contains_key(one.id.as_str()) {
                actors.insert(&one.id, actor_of_account(services, &one.id).await?);
            }
            // Whoever can't sign in any more is told nothing, nor is anybody told what they could not open.
            let actor = actors.get(one.id.as_str()).and_then(Option::as_ref);
            let Some(actor) = actor.filter(|actor| may_be_told(actor, &rule.kind)) else { continue };
            match look_for(services, actor, &one.id, rule, now, &mut seen).await {
                Ok(found) => beyond = found.into_iter().chain(beyond).reduce(|one, other| one || other),
                Err(error) => (failed, all) = (Some(error), false),
            }
        }
        if let Some(beyond) = beyond.filter(|beyond| (*beyond || all) && *beyond != rule.beyond) {
            let tx = services.db.write().await?;
            db::alerts::set_beyond(&tx, &rule.id, beyond).await?;
            tx.commit().await?;
        }
    }
    failed.map_or(Ok(()), Err)
}

/// What a rule finds: the event, title, words and path.
struct News {
    event: String,
    title: String,
    words: String,
    path: String,
}

/// Tells somebody what a rule finds; whether its limit is passed, where it has one and the figure is there.
async fn look_for(
    services: &Services,
    actor: &Actor,
    account: &str,
    rule: &AlertRule,
    now: i64,
    seen: &mut Seen,
) -> Result<Option<bool>, ServiceError> {
    let (news, beyond) = match rule.kind.as_str() {
        "limit" => limit(services, actor, rule, seen).await?,
        "change" => (change(services, actor, account, rule, now, seen).await?, None),
        "quiet" => (quiet(services, actor).await?, None),
        "overdue" => (overdue(services, actor).await?, None),
        _ => return Ok(None),
    };
    if news.is_empty() {
        return Ok(beyond);
    }
    let tx = services.db.write().await?;
    for News { event, title, words, path } in news {
        let notice = Notice {
            account_id: account.to_owned(),
            event,
            kind: rule.kind.clone(),
            title,
            words,
            path,
            mail: rule.mail.clone(),
            created_at: now,
            ..Notice::default()
        };
        db::alerts::tell(&tx, &notice).await?;
    }
    tx.commit().await?;
    Ok(beyond)
}

/// Told once when a figure comes to be beyond its limit, and again only after it was back within.
async fn limit(
    services: &Services,
    actor: &Actor,
    rule: &AlertRule,
    seen: &mut Seen,
) -> Result<(Vec<News>, Option<bool>), ServiceError> {
    let Some(level) = rule.level else { return Ok((Vec::new(), None)) };
    let all = &seen.of(services, actor).await?.0;
    let found = all.iter().find(|(name, _)| *name == rule.series);
    let Some(&latest) = found.and_then(|(_, values)| values.last()) else {
        return Ok((Vec::new(), None));
    };
    let beyond = if rule.above { latest > level } else { latest < level };
    if !beyond || rule.beyond {
        return Ok((Vec::new(), Some(beyond)));
    }
    let side = if rule.above { "above" } else { "below" };
    let (now, limit) = apart(latest, level);
    let data = cache::data(services).await?;
    let news = News {
        // The same limit of a person and of a department is one thing to be told.
        event: format!("limit:{}:{side}:{level}:{}", rule.series, data.version),
        title: format!("{} is {side} its limit", rule.series),
        words: format!("{now} in the latest whole week; the limit is {limit}."),
        path: if rule.series.contains(": ") { "/drivers/trends".to_owned() } else { "/summary".to_owned() },
    };
    Ok((vec![news], Some(true)))
}

async fn change(
    services: &Services,
    actor: &Actor,
    account: &str,
    rule: &AlertRule,
    now: i64,
    seen: &mut Seen,
) -> Result<Vec<News>, ServiceError> {
    let all = &seen.of(services, actor).await?.1;
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let data = cache::data(services).await?;
    let zone = crate::journeys::question::zone_of(&data.workspace.time_zone);
    let newest = data.snapshot.log.span().map(|(_, last)| events::time::local_day(last, zone));
    let Some(newest) = newest.as_deref().and_then(day) else { return Ok(Vec::new()) };
    // What was told is remembered for as long as a change can still be news.
    let told = db::alerts::told_since(&services.db, account, "change", now - 400 * 86_400).await?;
    let mut news = Vec::new();
    for (name, row) in all.iter().filter(|(name, _)| rule.series.is_empty() || *name == rule.series) {
        let Some(latest) = row.changes.last() else { continue };
        let Some(at) = day(&latest.day) else { continue };
        if (newest - at).num_days() > NEWS {
            continue;
        }
        let prefix = format!("change:{name}:");
        let known = told.iter().filter_map(|one| day(one.event.strip_prefix(&prefix)?));
        if known.into_iter().any(|known| (known - at).num_days().abs() <= SAME) {
            continue;
        }
        let near = match latest.near.is_empty() {
            true => String::new(),
            false => format!(" Around then, perhaps by coincidence: {}.", latest.near.join("; ")),
        };
        news.push(News {
            event: format!("{prefix}{}", latest.day),
            title: format!("{name} {} to another level", latest.word()),
            words: format!("From the week of {} on: {}.{near}", latest.day, latest.levels(row.of, &row.unit)),
            path: "/drivers/trends".to_owned(),
        });
    }
    Ok(news)
}

async fn quiet(services: &Services, actor: &Actor) -> Result<Vec<News>, ServiceError> {
    let quiet = sources::freshness::quiet(services, actor).await?;
    let zone = crate::journeys::question::zone_of(&cache::inventory(services).await?.0.time_zone);
    Ok(quiet
        .into_iter()
        .map(|(name, last)| News {
            event: format!("quiet:{name}:{last}"),
            title: format!("No new events from {name}"),
            words: format!(
                "Its last event is of {}; by its own rhythm, others should have come since.",
                events::time::local_day(last, zone)
            ),
            path: "/sources".to_owned(),
        })
        .collect())
}

/// Actions of the own departments, or of all for who sees all: due within a week, and overdue.
async fn overdue(services: &Services, actor: &Actor) -> Result<Vec<News>, ServiceError> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let today = day(&crate::documents::today(services).await?);
    let view = reviews::reviews(services, actor).await?;
    let limited = actor.scope().is_some();
    let own =
        view.actions.into_iter().filter(|action| action.state.is_open() && (!limited || action.may_change));
    let news = own.filter_map(|action| {
        let due = day(action.due.as_deref()?)?;
        let left = (due - today?).num_days();
        let title = match left {
            ..0 => format!("\u{201c}{}\u{201d} is overdue", action.title),
            0..=7 => format!("\u{201c}{}\u{201d} is due soon", action.title),
            _ => return None,
        };
        let kind = if left < 0 { "overdue" } else { "due" };
        let who = if action.person.is_empty() { "nobody by name".to_owned() } else { action.person.clone() };
        Some(News {
            event: format!("{kind}:{}:{due}", action.id),
            title,
            words: format!("Its day is {due}; it was given to {who}."),
            path: "/reviews".to_owned(),
        })
    });
    Ok(news.collect())
}
