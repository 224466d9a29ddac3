//! Letters: put together from what waits, handed out one by one to whoever can send them, and kept until they are sent.

use std::collections::BTreeMap;

use chrono::{Datelike as _, TimeZone as _, Timelike as _};
use contract::document::Document;
use db::alerts::{Letter, Notice};

use super::schedules::readable;
use crate::journeys::question::zone_of;
use crate::people::actor_of_account;
use crate::{ServiceError, Services, cache};

/// Seconds before the next try, by the number of tries; after the last, four days later, a letter is given up.
const PAUSES: [i64; 10] = [15, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 86_400, 86_400];
/// Letters that are sent in one round.
const ROUND: u64 = 50;

/// A letter that can be sent.
pub struct Ready {
    pub id: String,
    pub tries: i32,
    pub to: String,
    pub name: String,
    pub company: String,
    pub subject: String,
    pub words: String,
    /// The report that goes with it, as this person may see it now.
    pub report: Option<(String, Document)>,
}

/// Puts notices that wait for mail into letters: those to be told at once, and on Mondays the digest.
pub async fn collect(services: &Services) -> Result<(), ServiceError> {
    if !services.mail {
        return Ok(());
    }
    let now = services.now();
    let once = db::alerts::to_mail(&services.db, "once").await?;
    if !once.is_empty() {
        let tx = services.db.write().await?;
        for one in &once {
            db::alerts::post(&tx, &letter(one, now)).await?;
        }
        db::alerts::mailed(&tx, &ids(&once)).await?;
        tx.commit().await?;
    }
    let zone = zone_of(&cache::inventory(services).await?.0.time_zone);
    let local = zone.timestamp_opt(now, 0).single();
    let Some(local) = local.filter(|local| local.weekday() == chrono::Weekday::Mon) else { return Ok(()) };
    // What comes in on a Monday is for the next one.
    let midnight = now - i64::from(local.num_seconds_from_midnight());
    let mut weekly = db::alerts::to_mail(&services.db, "weekly").await?;
    weekly.retain(|one| one.created_at < midnight);
    let mut of_people: BTreeMap<&str, Vec<&Notice>> = BTreeMap::new();
    for one in &weekly {
        of_people.entry(one.account_id.as_str()).or_default().push(one);
    }
    for (account, own) in of_people {
        let words: Vec<String> = own.iter().map(|one| format!("{}\n{}", one.title, one.words)).collect();
        let ids: Vec<String> = own.iter().map(|one| one.id.clone()).collect();
        let digest = Letter {
            account_id: account.to_owned(),
            event: format!("digest:{}", own[0].id),
            subject: match own.len() {
                1 => "One thing of the last week".to_owned(),
                some => format!("{some} things of the last week"),
            },
            words: words.join("\n\n"),
            created_at: now,
            ..Letter::default()
        };
        let tx = services.db.write().await?;
        db::alerts::post(&tx, &digest).await?;
        db::alerts::mailed(&tx, &ids).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn ids(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(|one| one.id.clone()).collect()
}

fn letter(of: &Notice, now: i64) -> Letter {
    Letter {
        account_id: of.account_id.clone(),
        event: of.event.clone(),
        subject: of.title.clone(),
        words: format!("{}\n\n{}", of.words, of.path),
        created_at: now,
        ..Letter::default()
    }
}

/// The next letter to be sent; none where none is due. Letters to those who can't sign in any more are given up.
pub async fn next_letter(services: &Services) -> Result<Option<Ready>, ServiceError> {
    for letter in db::alerts::due_letters(&services.db, services.now(), ROUND).await? {
        let Some(actor) = actor_of_account(services, &letter.account_id).await? else {
            give_up(services, &letter.id, "The account can\u{2019}t sign in any more.").await?;
            continue;
        };
        let report = match &letter.report {
            None => None,
            Some(report) => match readable(services, &actor, report, &letter.search).await {
                Ok(document) => Some((report.clone(), document)),
                Err(ServiceError::User(error)) => {
                    give_up(services, &letter.id, &error.message).await?;
                    continue;
                }
                // One report that can't be made must not hold up the letters after it.
                Err(error) => {
                    let why = error.into_user().message;
                    tracing::warn!(letter = letter.id, why, "the report of a letter could not be made");
                    retry(services, &letter.id, letter.tries, &why).await?;
                    continue;
                }
            },
        };
        return Ok(Some(Ready {
            id: letter.id,
            tries: letter.tries,
            to: actor.email,
            name: actor.name,
            company: cache::inventory(services).await?.0.name,
            subject: letter.subject,
            words: letter.words,
            report,
        }));
    }
    Ok(None)
}

async fn give_up(services: &Services, id: &str, why: &str) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    db::alerts::failed(&tx, id, why, None).await?;
    Ok(tx.commit().await?)
}

/// Notes that a letter was sent.
pub async fn sent(services: &Services, letter: &Ready) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    db::alerts::sent(&tx, &letter.id, services.now()).await?;
    Ok(tx.commit().await?)
}

/// Notes why a letter could not be sent. It is tried again, later each time, unless it never can be.
pub async fn failed(
    services: &Services,
    letter: &Ready,
    why: &str,
    for_good: bool,
) -> Result<(), ServiceError> {
    let why: String = why.chars().filter(|letter| !letter.is_control()).take(200).collect();
    if for_good {
        give_up(services, &letter.id, &why).await
    } else {
        retry(services, &letter.id, letter.tries, &why).await
    }
}

/// Lets a letter wait longer after each try, and gives it up after the last.
async fn retry(services: &Services, id: &str, tries: i32, why: &str) -> Result<(), ServiceError> {
    let pause = PAUSES.get(usize::try_from(tries).unwrap_or(0));
    let next = pause.map(|seconds| services.now() + seconds);
    let tx = services.db.write().await?;
    db::alerts::failed(&tx, id, why, next).await?;
    Ok(tx.commit().await?)
}
