//! The kernel's judgement of a question, kept while events and inventory stay the same: rows, lists and departments'
//! reports are all read from one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use analytics::contained::{Contained, contained};
use analytics::drivers::{Drivers, Request, Share, Shared, Split, drivers, split};
use analytics::segment::What;
use chrono_tz::Tz;
use contract::drivers::{DriversQuery, GapView};
use contract::journeys::ExploreQuery;
use contract::{Kind, UserError};
use events::Snapshot;

use super::candidates::Candidates;
use super::{no_contacts, touchpoint};
use crate::cache::Data;
use crate::journeys::segments::{Resolve, Saved};
use crate::journeys::{customers_of, question, unknown};
use crate::mapping::Mapped;
use crate::{Actor, Services};

/// Judgements that are kept.
const MOST: usize = 12;
/// Contacts that they may hold together; the latest is kept whatever it holds.
const MOST_CONTACTS: usize = 5_000_000;

/// What was found.
pub struct Judged {
    pub candidates: Candidates,
    pub drivers: Drivers,
    pub split: Split,
    /// Which touchpoints are the outcome, and which would be without a choice of a channel: those of another channel are
    /// contacts still, and nobody's cause.
    pub outcome: Vec<bool>,
    pub contacts: Vec<bool>,
    /// Instants of the period.
    pub from: i64,
    pub until: i64,
    /// Microseconds.
    pub window: i64,
    /// Contacts that a trusted reason decides, by event, with the shares that the evidence gave them.
    pub by_reason: HashMap<u32, Vec<Share>>,
    /// Share of the customers' time with a case open, where a log says what opens one.
    pub open_of_time: Option<f64>,
    /// Visits by touchpoint.
    pub contained: Vec<Contained>,
    /// What no log covers, once it was asked for.
    pub gaps: OnceLock<Vec<GapView>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    query: DriversQuery,
    segments: BTreeMap<String, String>,
    time_zone: String,
    /// Departments that the person is limited to, where a segment chooses customers.
    scope: Option<Vec<String>>,
}

struct Kept {
    snapshot: Arc<Snapshot>,
    mapped: Arc<Mapped>,
    key: Key,
    judged: Place,
}

/// Whoever comes first fills it, the others wait.
type Place = Arc<OnceLock<Result<Arc<Judged>, UserError>>>;

/// The latest judgements, the one used last at the end.
#[derive(Default)]
pub struct Judgements(Mutex<Vec<Kept>>);

impl Judgements {
    fn place(&self, data: &Data, key: Key) -> Place {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| Arc::ptr_eq(&one.snapshot, &data.snapshot) && Arc::ptr_eq(&one.mapped, &data.mapped));
        let entry = match kept.iter().position(|one| one.key == key) {
            Some(at) => kept.remove(at),
            None => Kept {
                snapshot: data.snapshot.clone(),
                mapped: data.mapped.clone(),
                key,
                judged: Arc::default(),
            },
        };
        let judged = entry.judged.clone();
        kept.push(entry);
        let contacts = |one: &Kept| match one.judged.get() {
            Some(Ok(judged)) => judged.split.contacts.len(),
            _ => 0,
        };
        while kept.len() > MOST || (kept.len() > 1 && kept.iter().map(contacts).sum::<usize>() > MOST_CONTACTS)
        {
            kept.remove(0);
        }
        judged
    }
}

impl Judged {
    /// What the evidence alone gives a contact to, whatever a trusted reason says.
    pub fn evidence<'a>(&'a self, contact: &'a Shared) -> &'a [Share] {
        self.by_reason.get(&contact.event).unwrap_or(&contact.shares)
    }

    /// The judgement of a question, made where it is not kept. It is the same for everyone, but where a segment chooses
    /// customers: who is limited chooses among those that met the own touchpoints. What a person may open is decided
    /// later.
    pub fn get(
        services: &Services,
        data: &Data,
        actor: &Actor,
        saved: &Saved,
        query: &DriversQuery,
        zone: Tz,
    ) -> Result<Arc<Self>, UserError> {
        let query = DriversQuery { department: None, stage: None, ..query.closed() };
        let segments = if query.segment.is_some() { saved.definitions().clone() } else { BTreeMap::new() };
        let scope = actor.scope().filter(|_| query.segment.is_some()).map(<[String]>::to_vec);
        let key = Key { query: query.clone(), segments, time_zone: data.workspace.time_zone.clone(), scope };
        let place = services.cache.judged.place(data, key);
        let resolve = Resolve { services, data, actor, saved, depth: 0 };
        place.get_or_init(|| Self::of(data, &resolve, &query, zone).map(Arc::new)).clone()
    }

    fn of(data: &Data, resolve: &Resolve<'_>, query: &DriversQuery, zone: Tz) -> Result<Self, UserError> {
        let days = ExploreQuery { from: query.from.clone(), to: query.to.clone(), ..ExploreQuery::default() };
        let (from, until) = question::period(&days, zone)?;
        let log = &data.snapshot.log;
        let (first, last) = log.span().unwrap_or((0, -1));
        // Time without any data is no time without contacts.
        let from = from.map_or(first, |from| from.max(first));
        let until = until.map_or(last + 1, |until| until.min(last + 1)).max(from);
        let window = i64::from(query.window) * 86_400_000_000;
        let (contacts, outcome) = outcome(data, query)?;
        let candidates = Candidates::of(data, &contacts);
        let customers = query.segment.as_deref().map(|name| customers_of(resolve, name)).transpose()?;
        let explained = events_of(data, &outcome, query.reason.as_deref())?;
        if until > from && window >= until - from {
            return Err(UserError::new(
                Kind::Unprocessable,
                "window_too_long",
                "The window is as long as the period: no time is left to compare with.",
            )
            .at("window")
            .remedy("Choose a longer period, or fewer days."));
        }
        let request = Request {
            class: &data.mapped.class,
            candidate: &candidates.of_class,
            candidates: candidates.list.len() as u32,
            outcome: explained,
            customers: customers.as_deref(),
            from: Some(from),
            until: Some(until),
            window,
        };
        let found = drivers(log, &request);
        let mut split = split(log, &request, &found.drivers, &candidates.failing);
        drop(request);
        let by_reason = trust(data, &candidates, &mut split);
        let open = data.mapped.open_cases(&data.snapshot, &data.inventory);
        let open_of_time = open.and_then(|open| open.share_of_time(log, customers.as_deref(), from, until));
        let of_class: Vec<Option<u32>> = data.mapped.classes.iter().map(|class| class.touchpoint).collect();
        // Whatever is to be explained: who had to ask anybody is not contained.
        let touchpoints = &data.inventory.touchpoints;
        let answered: Vec<bool> =
            of_class.iter().map(|at| at.is_some_and(|at| touchpoints[at as usize].contact)).collect();
        let contained = contained(
            log,
            &data.mapped.class,
            &of_class,
            &answered,
            data.inventory.touchpoints.len(),
            (from, until),
            customers.as_deref(),
        );
        Ok(Self {
            candidates,
            drivers: found,
            split,
            outcome,
            contacts,
            from,
            until,
            window,
            by_reason,
            open_of_time,
            contained,
            gaps: OnceLock::new(),
        })
    }
}

/// Gives contacts whole to what their reason stands for, where their log's reasons are trusted and no case says better.
/// Of several candidates at that touchpoint, the one with the largest share, else the last one met, else a failing one.
fn trust(data: &Data, candidates: &Candidates, split: &mut Split) -> HashMap<u32, Vec<Share>> {
    let inventory = &data.inventory;
    let mut decided = HashMap::new();
    let Some(given) = data.snapshot.attribute("reason") else { return decided };
    let trusted: Vec<bool> = data
        .snapshot
        .activities
        .iter()
        .map(|activity| inventory.logs.iter().any(|log| log.trusted && log.name == activity.source))
        .collect();
    if !trusted.contains(&true) {
        return decided;
    }
    let of_reason: Vec<Option<u32>> = given.values.iter().map(|value| linked_touchpoint(data, value)).collect();
    let activities = data.snapshot.log.activities();
    for contact in &mut split.contacts {
        let event = contact.event as usize;
        if contact.by_case || !trusted[activities[event] as usize] {
            continue;
        }
        let Some(touchpoint) = given.codes[event].checked_sub(1).and_then(|code| of_reason[code as usize])
        else {
            continue;
        };
        let here = |candidate: u32| candidates.list[candidate as usize].touchpoint == touchpoint;
        let largest = contact.shares.iter().filter(|share| here(share.candidate));
        let largest = largest.max_by(|a, b| a.part.total_cmp(&b.part)).map(|share| share.candidate);
        let all = || (0..candidates.list.len() as u32).filter(|&at| here(at));
        let chosen = largest
            .or(contact.last.filter(|&last| here(last)))
            .or_else(|| all().find(|&at| candidates.failing[at as usize]))
            .or_else(|| all().next());
        if let Some(candidate) = chosen {
            let evidence = std::mem::replace(&mut contact.shares, vec![Share { candidate, part: 1.0 }]);
            decided.insert(contact.event, evidence);
        }
    }
    decided
}

/// The touchpoint that a reason is linked to.
pub fn linked_touchpoint(data: &Data, reason: &str) -> Option<u32> {
    let known = data.inventory.reasons.iter().find(|one| one.name == reason)?;
    let id = known.touchpoint_id.as_deref()?;
    data.inventory.touchpoints.iter().position(|one| one.id == id).map(|at| at as u32)
}

/// Which touchpoints are contacts, and which of them are to be explained.
fn outcome(data: &Data, query: &DriversQuery) -> Result<(Vec<bool>, Vec<bool>), UserError> {
    let inventory = &data.inventory;
    let mut contacts: Vec<bool> = inventory.touchpoints.iter().map(|one| one.contact).collect();
    if let Some(name) = &query.outcome {
        let at = touchpoint(data, name)?;
        contacts = (0..inventory.touchpoints.len()).map(|other| other == at).collect();
    }
    let mut outcome = contacts.clone();
    if let Some(name) = &query.channel {
        let channel = inventory.channels.iter().find(|one| one.name == *name).ok_or_else(|| {
            let known: Vec<String> = inventory.channels.iter().map(|one| one.name.clone()).collect();
            unknown("channel", name, &known)
        })?;
        for (counts, one) in outcome.iter_mut().zip(&inventory.touchpoints) {
            *counts &= one.channel_id.as_deref() == Some(&channel.id);
        }
    }
    if outcome.contains(&true) { Ok((contacts, outcome)) } else { Err(no_contacts()) }
}

/// The events that are to be explained.
fn events_of(data: &Data, outcome: &[bool], reason: Option<&str>) -> Result<What, UserError> {
    let classes: Vec<bool> = data
        .mapped
        .classes
        .iter()
        .map(|class| class.touchpoint.is_some_and(|at| outcome[at as usize]))
        .collect();
    let Some(reason) = reason else { return Ok(What::Classes(classes)) };
    let given = data.snapshot.attribute("reason");
    let code = given.and_then(|given| given.values.iter().position(|known| known == reason));
    let (Some(given), Some(code)) = (given, code) else {
        let known = given.map_or(&[][..], |given| &given.values);
        return Err(unknown("reason", reason, known));
    };
    let wanted = code as u32 + 1;
    let events = data.mapped.class.iter().zip(&given.codes);
    Ok(What::Marked(Arc::new(events.map(|(&class, &of)| of == wanted && classes[class as usize]).collect())))
}
