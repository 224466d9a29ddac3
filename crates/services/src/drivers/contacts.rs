//! The contacts behind a figure, and why each was shared out so.

use analytics::drivers::Shared;
use chrono_tz::Tz;
use contract::UserError;
use contract::drivers::{ContactRow, DriversView, Open, OpenedContacts};
use events::time::local_text;

use super::judge::Judged;
use super::reports_of;
use super::rows::{answering, contact, failing, repeats};
use super::words::Words;
use crate::Actor;
use crate::cache::Data;
use crate::journeys::nodes::department_of;

/// Rows of a page.
const ROWS: usize = 50;

/// Lists the contacts of a figure, as many as the figure says.
pub fn opened(
    data: &Data,
    actor: &Actor,
    judged: &Judged,
    words: &Words,
    view: &DriversView,
    open: &Open,
    zone: Tz,
) -> Result<OpenedContacts, UserError> {
    let gone = || UserError::not_found("figure");
    if !actor.may().see_journeys {
        return Err(gone());
    }
    let reports = reports_of(data, actor);
    // Who is bound to a department sees customers that met its touchpoints, and no others.
    let limited = actor.scope().is_some();
    let candidate = |name: &str| {
        let all = 0..judged.candidates.list.len() as u32;
        let found = all.clone().find(|&at| judged.candidates.name(data, at) == name).ok_or_else(gone)?;
        let own = judged.candidates.owner(data, found).is_some_and(|at| reports.contains(&at));
        if limited && !own { Err(gone()) } else { Ok(found) }
    };
    let department = |name: &str| {
        let at = data.inventory.departments.iter().position(|one| one.name == name).ok_or_else(gone)? as u32;
        if reports.contains(&at) { Ok(at) } else { Err(gone()) }
    };
    let whole = || if limited { Err(gone()) } else { Ok(()) };
    let all = &judged.split.contacts;
    let owner = |candidate: u32| judged.candidates.owner(data, candidate);
    let (title, chosen): (String, Vec<&Shared>) = match open {
        Open::All => {
            whole()?;
            ("All contacts".to_owned(), all.iter().collect())
        }
        Open::Unexplained => {
            whole()?;
            (
                "Contacts that nothing explains".to_owned(),
                all.iter().filter(|one| one.shares.is_empty()).collect(),
            )
        }
        Open::Elsewhere => {
            whole()?;
            let answering = answering(data, judged);
            let elsewhere = |one: &&Shared| {
                !answering.is_empty()
                    && one
                        .shares
                        .iter()
                        .any(|share| owner(share.candidate).is_some_and(|at| !answering.contains(&at)))
            };
            ("Contacts that other departments cause".to_owned(), all.iter().filter(elsewhere).collect())
        }
        Open::Driver(name) => {
            let candidate = candidate(name)?;
            let shares = |one: &&Shared| one.shares.iter().any(|share| share.candidate == candidate);
            (format!("Contacts with a share of {name}"), all.iter().filter(shares).collect())
        }
        Open::AtRisk(name) => {
            let candidate = candidate(name)?;
            (format!("Contacts after {name}"), at_risk(data, judged, candidate))
        }
        Open::Department(name) => {
            let department = department(name)?;
            let shares =
                |one: &&Shared| one.shares.iter().any(|share| owner(share.candidate) == Some(department));
            (format!("Contacts with a share of {name}"), all.iter().filter(shares).collect())
        }
        Open::Reason(name) => {
            whole()?;
            let given = data.snapshot.attribute("reason").ok_or_else(gone)?;
            let code = match given.values.iter().position(|known| known == name) {
                Some(at) => at as u32 + 1,
                None if name.is_empty() => 0,
                None => return Err(gone()),
            };
            let of = |one: &&Shared| given.codes[one.event as usize] == code;
            let title =
                if name.is_empty() { "Contacts without a reason".to_owned() } else { format!("Reason {name}") };
            (title, all.iter().filter(of).collect())
        }
        Open::Repeats => {
            whole()?;
            let again = repeats(data, judged);
            let chosen = all.iter().zip(again).filter(|(_, (again, ..))| *again).map(|(one, _)| one).collect();
            ("Repeat contacts".to_owned(), chosen)
        }
        Open::StartOver => {
            whole()?;
            let again = repeats(data, judged);
            let chosen = all.iter().zip(again).filter(|(_, (.., over))| *over).map(|(one, _)| one).collect();
            ("Repeats in another channel or department".to_owned(), chosen)
        }
        Open::Failure => {
            whole()?;
            let fails = failing(data);
            let is = |one: &&Shared| fails.get(contact(data, one.event).reason as usize) == Some(&true);
            ("Contacts that are failure demand".to_owned(), all.iter().filter(is).collect())
        }
        Open::OpenCase => {
            whole()?;
            let known = data.mapped.open_cases(&data.snapshot, &data.inventory).ok_or_else(gone)?;
            let is = |one: &&Shared| known.is_open(one.customer as usize, contact(data, one.event).time);
            ("Contacts with an open case".to_owned(), all.iter().filter(is).collect())
        }
        Open::ByCase => {
            whole()?;
            ("Contacts linked by a case".to_owned(), all.iter().filter(|one| one.by_case).collect())
        }
        Open::ByReason => {
            whole()?;
            let is = |one: &&Shared| judged.by_reason.contains_key(&one.event);
            ("Contacts that a trusted reason decides".to_owned(), all.iter().filter(is).collect())
        }
        Open::LastTouch(name) => {
            let candidate = candidate(name)?;
            let is = |one: &&Shared| one.last == Some(candidate);
            (format!("Contacts before which {name} came last"), all.iter().filter(is).collect())
        }
    };
    let pages = chosen.len().div_ceil(ROWS).max(1) as u32;
    let page = view.query.page.min(pages);
    // Chosen contacts are some of all, in the same order.
    let mut wanted = chosen.iter().map(|one| one.event).peekable();
    let inside: Vec<bool> = all.iter().map(|one| wanted.next_if_eq(&one.event).is_some()).collect();
    let keywords =
        if chosen.len() == all.len() { Vec::new() } else { words.keywords(data, judged, |at| inside[at]) };
    let rows = chosen.iter().skip((page as usize - 1) * ROWS).take(ROWS);
    Ok(OpenedContacts {
        title,
        contacts: chosen.len() as u64,
        page,
        pages,
        keywords,
        rows: rows.map(|one| row(data, judged, words, one, zone)).collect(),
    })
}

/// Contacts in a candidate's time at risk: those that its rate counts.
fn at_risk<'a>(data: &Data, judged: &'a Judged, candidate: u32) -> Vec<&'a Shared> {
    let log = &data.snapshot.log;
    // When the customer met it, in order; contacts come customer by customer.
    let mut met: (Option<u32>, i64, Vec<i64>) = (None, 0, Vec::new());
    let mut within = |one: &&Shared| {
        let time = log.times()[one.event as usize];
        if met.0 != Some(one.customer) {
            let events = log.of_customer(one.customer as usize);
            let of =
                |event: &usize| judged.candidates.of_class[data.mapped.class[*event] as usize] == candidate;
            let times = events.clone().filter(of).map(|event| log.times()[event]).collect();
            met = (Some(one.customer), log.times()[events.start], times);
        }
        let (_, first, times) = &met;
        let before = times.partition_point(|&met| met < time).checked_sub(1);
        // A customer's first event counts in no rate.
        time > *first && before.is_some_and(|at| time - times[at] <= judged.window)
    };
    judged.split.contacts.iter().filter(|one| within(one)).collect()
}

fn row(data: &Data, judged: &Judged, words: &Words, shared: &Shared, zone: Tz) -> ContactRow {
    let open = data.mapped.open_cases(&data.snapshot, &data.inventory);
    let of = contact(data, shared.event);
    let reason = data.snapshot.attribute("reason").and_then(|given| {
        let at = given.codes[shared.event as usize].checked_sub(1)?;
        given.values.get(at as usize).cloned()
    });
    let mut shares = shared.shares.clone();
    shares.sort_by(|one, other| other.part.total_cmp(&one.part).then(one.candidate.cmp(&other.candidate)));
    ContactRow {
        customer: data.snapshot.customers[shared.customer as usize].text(),
        time: local_text(of.time, zone),
        touchpoint: data.inventory.touchpoints[of.touchpoint as usize].name.clone(),
        reason: reason.unwrap_or_default(),
        by_case: shared.by_case,
        by_reason: judged.by_reason.contains_key(&shared.event),
        open: open.is_some_and(|open| open.is_open(shared.customer as usize, of.time)),
        text: words.said(shared.customer, of.time),
        shares: shares
            .iter()
            .map(|share| {
                let touchpoint = judged.candidates.list[share.candidate as usize].touchpoint;
                (judged.candidates.name(data, share.candidate), department_of(data, touchpoint), share.part)
            })
            .collect(),
        last_touch: shared.last.map(|candidate| judged.candidates.name(data, candidate)),
    }
}
