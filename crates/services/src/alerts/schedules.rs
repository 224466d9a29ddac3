//! Reports that come by themselves: to people, each with their own rights.

use chrono::{Datelike as _, Days, NaiveDate, TimeZone as _};
use chrono_tz::Tz;
use contract::alerts::{CADENCES, SCHEDULED, ScheduleInput, ScheduleRow};
use contract::drivers::DriversQuery;
use contract::people::Role;
use contract::{Kind, UserError};
use db::alerts::{Letter, Notice, Schedule};
use serde_json::json;

use super::page::account;
use crate::actor::need;
use crate::journeys::question::zone_of;
use crate::people::actor_of_account;
use crate::{Actor, ServiceError, Services, cache};

/// Hour of the day at which reports come, in the company's time zone.
const HOUR: u32 = 6;
/// Schedules that one person may arrange.
const MOST: usize = 100;

/// When a report comes next after an instant.
fn next(cadence: &str, after: i64, zone: Tz) -> i64 {
    let local = zone.timestamp_opt(after, 0).single().map(|at| at.date_naive()).unwrap_or_default();
    let at = |day: NaiveDate| {
        let naive = day.and_hms_opt(HOUR, 0, 0).unwrap_or_default();
        // An hour that the clocks leave out comes at the next that there is.
        let found = zone.from_local_datetime(&naive).earliest();
        found.map_or_else(|| naive.and_utc().timestamp(), |at| at.timestamp())
    };
    let days = (0..63).filter_map(|more| local.checked_add_days(Days::new(more)));
    let fits = |day: &NaiveDate| match cadence {
        "weekly" => day.weekday() == chrono::Weekday::Mon,
        "monthly" => day.day() == 1,
        _ => true,
    };
    days.filter(fits).map(at).find(|&at| at > after).unwrap_or(after + 86_400)
}

/// Arranges a report for people. A department head arranges it for themselves.
pub async fn schedule(services: &Services, actor: &Actor, form: ScheduleInput) -> Result<(), ServiceError> {
    let own = account(actor)?;
    need(actor.may().export_reports, "schedule")?;
    let ScheduleInput { report, department, cadence, people } = form;
    let refused =
        |place: &str, message: &str| UserError::new(Kind::Invalid, "invalid_value", message).at(place);
    if !SCHEDULED.iter().any(|(key, _)| *key == report) {
        return Err(refused("report", "Choose a report.").into());
    }
    if !CADENCES.iter().any(|(key, _)| *key == cadence) {
        return Err(refused("cadence", "Choose how often it comes.").into());
    }
    let people = if people.is_empty() { vec![own.to_owned()] } else { people };
    let others = matches!(actor.role, Some(Role::CxManager | Role::Executive));
    if !others && people.iter().any(|one| one != own) {
        return Err(UserError::new(Kind::Forbidden, "forbidden", "You may arrange reports for yourself.")
            .at("people")
            .remedy("Ask a CX manager to arrange it for others.")
            .into());
    }
    let search = match (report.as_str(), department.as_str()) {
        ("drivers", name) if !name.is_empty() => {
            DriversQuery { department: Some(name.to_owned()), ..DriversQuery::default() }.to_search()
        }
        _ => String::new(),
    };
    let now = services.now();
    let zone = zone_of(&cache::inventory(services).await?.0.time_zone);
    let known = db::alerts::all_schedules(&services.db).await?;
    if known.iter().filter(|one| one.author == own).count() + people.len() > MOST {
        return Err(UserError::new(Kind::TooMany, "too_many", "You arranged too many reports.")
            .remedy("End one first.")
            .into());
    }
    for one in &people {
        let to = actor_of_account(services, one).await?;
        let to = to.ok_or_else(|| UserError::not_found("person").at("people"))?;
        // What a person could not open does not come to them either.
        readable(services, &to, &report, &search).await.map_err(|_| {
            UserError::new(
                Kind::Forbidden,
                "forbidden",
                format!("{} may not read this report, so it can\u{2019}t come to them.", to.name),
            )
            .at("people")
            .remedy("Choose a report of their own department.")
        })?;
    }
    let tx = services.db.write().await?;
    for one in people {
        let same = |known: &&Schedule| {
            (&known.account_id, &known.report, &known.search, &known.cadence)
                == (&one, &report, &search, &cadence)
        };
        if known.iter().any(|known| same(&known)) {
            continue;
        }
        let new = Schedule {
            account_id: one.clone(),
            author: own.to_owned(),
            report: report.clone(),
            search: search.clone(),
            cadence: cadence.clone(),
            next_at: next(&cadence, now, zone),
            ..Schedule::default()
        };
        let id = db::alerts::add_schedule(&tx, &new).await?;
        let details = json!({ "report": report, "to": one, "cadence": cadence });
        db::audit(&tx, &actor.audited(now), "add", "schedule", &id, &details).await?;
    }
    Ok(tx.commit().await?)
}

/// Ends a schedule that one gets or arranged.
pub async fn delete_schedule(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    let own = account(actor)?;
    let known = db::alerts::schedules(&services.db, own).await?;
    if !known.iter().any(|one| one.id == id) {
        return Err(UserError::not_found("schedule").into());
    }
    let tx = services.db.write().await?;
    db::alerts::delete_schedule(&tx, id).await?;
    db::audit(&tx, &actor.audited(services.now()), "delete", "schedule", id, &json!({})).await?;
    Ok(tx.commit().await?)
}

/// The document of a scheduled report, for whoever gets it.
pub(super) async fn readable(
    services: &Services,
    actor: &Actor,
    report: &str,
    search: &str,
) -> Result<contract::document::Document, ServiceError> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(search.trim_start_matches('?').as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let given = || pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    match report {
        "summary" => {
            let query = contract::summary::SummaryQuery::from_pairs(given())?;
            crate::documents::summary(services, actor, query).await
        }
        "drivers" => crate::documents::drivers(services, actor, DriversQuery::from_pairs(given())?).await,
        _ => Err(UserError::not_found("report").into()),
    }
}

/// Lets those come whose time it is.
pub async fn run(services: &Services) -> Result<(), ServiceError> {
    let now = services.now();
    let zone = zone_of(&cache::inventory(services).await?.0.time_zone);
    for one in db::alerts::all_schedules(&services.db).await? {
        if one.next_at > now {
            continue;
        }
        let tx = services.db.write().await?;
        if db::alerts::ran(&tx, &one, now, next(&one.cadence, now, zone)).await? {
            come(services, &tx, &one, format!("report:{}:{}", one.id, one.next_at), now).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Lets a report come now, beside its turn.
pub async fn send_now(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    let own = account(actor)?;
    let known = db::alerts::schedules(&services.db, own).await?;
    let one = known.into_iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("schedule"))?;
    let now = services.now();
    let tx = services.db.write().await?;
    come(services, &tx, &one, format!("report:{}:now:{now}", one.id), now).await?;
    db::audit(&tx, &actor.audited(now), "send", "schedule", id, &json!({})).await?;
    Ok(tx.commit().await?)
}

/// A report comes: into the inbox, and by mail where there is a mail server.
async fn come(
    services: &Services,
    tx: &db::Tx,
    one: &Schedule,
    event: String,
    now: i64,
) -> Result<(), ServiceError> {
    let label = label(one);
    let notice = Notice {
        account_id: one.account_id.clone(),
        event: event.clone(),
        kind: "report".to_owned(),
        title: format!("{label} is ready"),
        words: "It shows the latest figures, as far as you may see them.".to_owned(),
        path: format!("/export/{}.pdf{}", one.report, one.search),
        mail: "no".to_owned(),
        created_at: now,
        ..Notice::default()
    };
    db::alerts::tell(tx, &notice).await?;
    if services.mail {
        let letter = Letter {
            account_id: one.account_id.clone(),
            event,
            subject: label,
            words: "The report that was arranged for you is attached.".to_owned(),
            report: Some(one.report.clone()),
            search: one.search.clone(),
            created_at: now,
            ..Letter::default()
        };
        db::alerts::post(tx, &letter).await?;
    }
    Ok(())
}

fn department_of(search: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(search.trim_start_matches('?').as_bytes());
    pairs.find(|(name, _)| name == "department").map(|(_, value)| value.into_owned())
}

fn label(one: &Schedule) -> String {
    let label = SCHEDULED.iter().find(|(key, _)| *key == one.report).map_or("Report", |(_, label)| *label);
    match department_of(&one.search) {
        Some(department) => format!("{label}, {department}"),
        None => label.to_owned(),
    }
}

/// Schedules that somebody gets or arranged.
pub(super) async fn rows(services: &Services, account: &str) -> Result<Vec<ScheduleRow>, ServiceError> {
    let zone = zone_of(&cache::inventory(services).await?.0.time_zone);
    let people = db::people::accounts(&services.db).await?;
    let day = |at: i64| events::time::local_day(at.saturating_mul(1_000_000), zone);
    let rows = db::alerts::schedules(&services.db, account).await?.into_iter().map(|one| ScheduleRow {
        report: label(&one),
        path: format!("/{}{}", one.report, one.search),
        to: people.iter().find(|of| of.id == one.account_id).map(|of| of.name.clone()).unwrap_or_default(),
        next: day(one.next_at),
        last: one.last_at.map(day),
        cadence: one.cadence,
        id: one.id,
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use chrono_tz::Tz;

    use super::next;

    #[test]
    fn reports_come_in_the_morning_of_the_company() {
        let zone = Tz::Europe__Berlin;
        let at = |text: &str| {
            let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
            zone.from_local_datetime(&naive).single().expect("one").timestamp()
        };
        // 2026-03-27 is a Friday; the clocks change on the 29th.
        let friday = at("2026-03-27 10:00");
        assert_eq!(next("daily", friday, zone), at("2026-03-28 06:00"));
        assert_eq!(next("weekly", friday, zone), at("2026-03-30 06:00"));
        assert_eq!(next("monthly", friday, zone), at("2026-04-01 06:00"));
        assert_eq!(next("daily", at("2026-03-27 05:59"), zone), at("2026-03-27 06:00"));
        assert_eq!(next("weekly", at("2026-03-30 06:00"), zone), at("2026-04-06 06:00"));
    }
}
