//! Rows of a report, read from a judgement. Parts of contacts are added contact by contact, so that all sums are sums of
//! what opens.

use std::collections::{BTreeMap, HashMap};

use analytics::drivers::Driver;
use analytics::drivers::rates::Rate;
use chrono_tz::Tz;
use contract::drivers::{
    DriverRow, DriversView, ExcessView, OpenShare, RateView, ReasonRow, SelfServiceRow, SplitRow, Totals,
    WeekRow,
};

use super::judge::{Judged, linked_touchpoint};
use crate::cache::Data;
use crate::journeys::nodes::department_of;
use crate::weeks::{WEEK, Weeks};

/// Reasons that are listed.
const MOST_REASONS: usize = 200;

/// Fills in all that is a figure of the report.
pub fn fill(view: &mut DriversView, data: &Data, judged: &Judged, zone: Tz) {
    let weeks = Weeks::of(judged.from, judged.until, zone);
    let sums = Sums::of(data, judged, &weeks);
    let mean_cost = if sums.totals.contacts == sums.totals.without_cost {
        0.0
    } else {
        sums.totals.cost / (sums.totals.contacts - sums.totals.without_cost) as f64
    };
    let inventory = &data.inventory;
    view.parts_of_contact =
        judged.candidates.parts.iter().map(|&at| inventory.touchpoints[at as usize].name.clone()).collect();
    let all: Vec<DriverRow> = (0..judged.candidates.list.len() as u32)
        .map(|candidate| row(data, judged, candidate, &sums.candidates[candidate as usize], mean_cost))
        .collect();
    let mut symptoms: BTreeMap<u32, Vec<DriverRow>> = BTreeMap::new();
    for (row, driver) in all.into_iter().zip(&judged.drivers.drivers) {
        match driver.explained_by {
            Some((cause, _)) => symptoms.entry(cause).or_default().push(row),
            None if driver.is_cause() => view.drivers.push(row),
            None => view.others.push(row),
        }
    }
    let number: HashMap<String, u32> = (0..judged.candidates.list.len() as u32)
        .map(|candidate| (judged.candidates.name(data, candidate), candidate))
        .collect();
    let excess = |row: &DriverRow| row.excess.map_or(f64::MIN, |excess| excess.contacts);
    let by_excess =
        |a: &DriverRow, b: &DriverRow| excess(b).total_cmp(&excess(a)).then_with(|| a.name.cmp(&b.name));
    for row in &mut view.drivers {
        row.symptoms = number.get(&row.name).and_then(|at| symptoms.remove(at)).unwrap_or_default();
        row.symptoms.sort_by(by_excess);
    }
    view.drivers.sort_by(by_excess);
    view.others.sort_by(by_excess);
    view.split = split(data, judged, &sums);
    view.reasons = sums.reasons(data, judged);
    let left = view.reasons.split_off(view.reasons.len().min(MOST_REASONS));
    view.other_reasons = (left.len() as u64, left.iter().map(|row| row.contacts).sum());
    view.weeks = week_rows(&weeks, &sums);
    view.self_service = self_service(data, judged);
    view.totals = Totals { customers: judged.drivers.customers, ..sums.totals };
}

/// Touchpoints where customers help themselves: they begin it, and nobody answers.
fn self_service(data: &Data, judged: &Judged) -> Vec<SelfServiceRow> {
    let parts = &judged.candidates.parts;
    let mut rows: Vec<SelfServiceRow> = (0..)
        .zip(data.inventory.touchpoints.iter().zip(&judged.contained))
        .filter(|(at, (one, found))| {
            one.started_by == "customer"
                && !one.contact
                && !judged.outcome[*at as usize]
                && !parts.contains(at)
                && found.visits > 0
        })
        .map(|(at, (one, found))| SelfServiceRow {
            name: one.name.clone(),
            touchpoint_id: one.id.clone(),
            department: department_of(data, at),
            visits: found.visits,
            contained: found.contained,
        })
        .collect();
    rows.sort_by(|a, b| b.visits.cmp(&a.visits).then_with(|| a.name.cmp(&b.name)));
    rows
}

fn rate_view(rate: Rate) -> RateView {
    RateView { ratio: rate.ratio, low: rate.low, high: rate.high }
}

fn row(data: &Data, judged: &Judged, candidate: u32, sum: &CandidateSum, mean_cost: f64) -> DriverRow {
    let of = judged.candidates.list[candidate as usize];
    let touchpoint = &data.inventory.touchpoints[of.touchpoint as usize];
    let experience = of.experience.map(|at| &data.inventory.experiences[at as usize]);
    let driver = &judged.drivers.drivers[candidate as usize];
    let Driver {
        occurrences,
        exposed,
        first,
        followed,
        only_at_risk,
        base,
        inside,
        rate,
        q,
        excess,
        explained_by,
        ..
    } = driver;
    DriverRow {
        name: judged.candidates.name(data, candidate),
        touchpoint: touchpoint.name.clone(),
        touchpoint_id: touchpoint.id.clone(),
        experience: experience.map(|one| one.name.clone()),
        department: department_of(data, of.touchpoint),
        occurrences: *occurrences,
        exposed: *exposed,
        followed_share: (*first > 0).then(|| *followed as f64 / *first as f64),
        base_share: *base,
        only_at_risk: *only_at_risk,
        inside: *inside,
        rate: rate.map(rate_view),
        excess: excess.map(|excess| ExcessView {
            contacts: excess.contacts,
            low: excess.low,
            high: excess.high,
            cost: excess.contacts * mean_cost,
        }),
        q: *q,
        without_before: driver.rate_without_before.filter(|_| driver.depends_on_before()),
        shared: sum.contacts,
        cost: sum.cost,
        shared_in: sum.shared_in,
        last_touch: sum.last_touch,
        by_case: sum.by_case,
        open: judged.open_of_time.map(|_| sum.open),
        kpis: Vec::new(),
        explained_by: explained_by.map(|(cause, _)| judged.candidates.name(data, cause)),
        rate_outside: explained_by.and_then(|(_, left)| left).map(rate_view),
        symptoms: Vec::new(),
        weeks: sum.weeks.clone(),
    }
}

fn split(data: &Data, judged: &Judged, sums: &Sums) -> Vec<SplitRow> {
    let departments = &data.inventory.departments;
    let mut rows: Vec<SplitRow> = (0..)
        .zip(departments)
        .map(|(at, one)| {
            let sum = &sums.departments[at as usize + 1];
            let answers =
                (0..).zip(&judged.contacts).any(|(place, &is)| is && department_of(data, place) == Some(at));
            SplitRow {
                name: Some(one.name.clone()),
                department: Some(at),
                answers,
                contacts: sum.contacts,
                cost: sum.cost,
                shared_in: sum.shared_in,
            }
        })
        .collect();
    let nobody = &sums.departments[0];
    if nobody.shared_in > 0 {
        rows.push(SplitRow {
            name: Some("No department".to_owned()),
            department: None,
            answers: false,
            contacts: nobody.contacts,
            cost: nobody.cost,
            shared_in: nobody.shared_in,
        });
    }
    rows.retain(|row| row.shared_in > 0 || row.answers);
    rows.sort_by(|a, b| b.contacts.total_cmp(&a.contacts).then_with(|| a.name.cmp(&b.name)));
    rows.push(SplitRow {
        name: None,
        department: None,
        answers: false,
        contacts: sums.totals.unexplained,
        cost: sums.unexplained_cost,
        shared_in: sums.totals.unexplained_in,
    });
    rows
}

fn week_rows(weeks: &Weeks, sums: &Sums) -> Vec<WeekRow> {
    let rows = weeks.days().zip(&sums.weeks).enumerate().map(|(at, (day, sum))| WeekRow {
        day,
        contacts: sum.contacts,
        elsewhere: sum.elsewhere,
        cost: sum.cost,
        elsewhere_cost: sum.elsewhere_cost,
        failure: sum.failure,
        repeats: sum.repeats,
        partial: weeks.is_partial(at),
    });
    rows.collect()
}

#[derive(Debug, Clone, Default)]
struct CandidateSum {
    contacts: f64,
    cost: f64,
    shared_in: u64,
    last_touch: u64,
    by_case: u64,
    open: u64,
    weeks: Vec<f64>,
}

#[derive(Debug, Clone, Default)]
struct WeekSum {
    contacts: u64,
    elsewhere: f64,
    cost: f64,
    elsewhere_cost: f64,
    failure: u64,
    repeats: u64,
}

#[derive(Debug, Clone, Default)]
struct Sum {
    contacts: f64,
    cost: f64,
    shared_in: u64,
}

#[derive(Debug, Clone, Default)]
struct ReasonSum {
    contacts: u64,
    cost: f64,
    repeats: u64,
    evidence: BTreeMap<u32, f64>,
    unexplained: f64,
    open: u64,
}

/// Sums over all contacts.
#[derive(Default)]
struct Sums {
    totals: Totals,
    unexplained_cost: f64,
    candidates: Vec<CandidateSum>,
    /// By department plus one; at 0 what is nobody's.
    departments: Vec<Sum>,
    /// By code of the reason, 0 for none.
    reasons: Vec<ReasonSum>,
    weeks: Vec<WeekSum>,
}

/// What a contact is beside its shares.
pub struct Contact {
    pub touchpoint: u32,
    pub department: Option<u32>,
    pub channel: Option<u32>,
    /// Code of the reason, 0 for none.
    pub reason: u32,
    /// Cents; none where the touchpoint has none.
    pub cost: Option<i64>,
    pub time: i64,
}

/// What is known of a contact.
pub fn contact(data: &Data, event: u32) -> Contact {
    let event = event as usize;
    let class = &data.mapped.classes[data.mapped.class[event] as usize];
    let at = class.touchpoint.unwrap_or(0);
    let touchpoint = &data.inventory.touchpoints[at as usize];
    let channel = touchpoint.channel_id.as_deref();
    Contact {
        touchpoint: at,
        department: department_of(data, at),
        channel: channel
            .and_then(|id| data.inventory.channels.iter().position(|one| one.id == id))
            .map(|at| at as u32),
        reason: data.snapshot.attribute("reason").map_or(0, |given| given.codes[event]),
        cost: touchpoint.cost_per_contact,
        time: data.snapshot.log.times()[event],
    }
}

/// Which of the judged contacts come within seven days after another of the same customer: in any way, of the same
/// reason, and in another channel or department. The other one may be of any channel or reason, and be before the period.
pub fn repeats(data: &Data, judged: &Judged) -> Vec<(bool, bool, bool)> {
    let log = &data.snapshot.log;
    let is_contact = |event: &usize| {
        let class = &data.mapped.classes[data.mapped.class[*event] as usize];
        class.touchpoint.is_some_and(|at| judged.contacts[at as usize])
    };
    let mut found = Vec::with_capacity(judged.split.contacts.len());
    for of_customer in judged.split.contacts.chunk_by(|one, other| one.customer == other.customer) {
        let customer = of_customer[0].customer;
        let near = |event: &usize| (judged.from - WEEK..judged.until).contains(&log.times()[*event]);
        let all: Vec<usize> = log.of_customer(customer as usize).filter(near).filter(is_contact).collect();
        let contacts: Vec<(u32, Contact)> =
            all.iter().map(|&event| (customer, contact(data, event as u32))).collect();
        let mut again = all.iter().zip(repeats_of(&contacts));
        // The judged ones are some of these, in the same order.
        found.extend(of_customer.iter().map(|one| {
            let same = again.find(|(event, _)| **event == one.event as usize);
            same.map_or((false, false, false), |(_, again)| again)
        }));
    }
    found
}

fn repeats_of(contacts: &[(u32, Contact)]) -> Vec<(bool, bool, bool)> {
    let mut last: Option<&(u32, Contact)> = None;
    let mut of_reason: HashMap<u32, i64> = HashMap::new();
    let near = |before: i64, this: &Contact| this.time - before <= WEEK;
    contacts
        .iter()
        .map(|one| {
            let (customer, this) = one;
            if last.is_none_or(|(known, _)| known != customer) {
                last = None;
                of_reason.clear();
            }
            let before = last.map(|(_, before)| before).filter(|before| near(before.time, this));
            let same =
                this.reason != 0 && of_reason.get(&this.reason).is_some_and(|&before| near(before, this));
            let over = before
                .is_some_and(|before| before.channel != this.channel || before.department != this.department);
            last = Some(one);
            of_reason.insert(this.reason, this.time);
            (before.is_some(), same, over)
        })
        .collect()
}

impl Sums {
    fn of(data: &Data, judged: &Judged, weeks: &Weeks) -> Self {
        let owners: Vec<Option<u32>> = (0..judged.candidates.list.len() as u32)
            .map(|candidate| judged.candidates.owner(data, candidate))
            .collect();
        let answering = answering(data, judged);
        let reasons = data.snapshot.attribute("reason").map_or(0, |given| given.values.len());
        let mut sums = Self {
            candidates: vec![
                CandidateSum { weeks: vec![0.0; weeks.len()], ..CandidateSum::default() };
                judged.candidates.list.len()
            ],
            departments: vec![Sum::default(); data.inventory.departments.len() + 1],
            reasons: vec![ReasonSum::default(); reasons + 1],
            weeks: vec![WeekSum::default(); weeks.len()],
            ..Self::default()
        };
        let contacts: Vec<(u32, Contact)> =
            judged.split.contacts.iter().map(|one| (one.customer, contact(data, one.event))).collect();
        let repeats = repeats(data, judged);
        let mut touched: Vec<usize> = Vec::new();
        let fails = failing(data);
        let known = judged.open_of_time.and(data.mapped.open_cases(&data.snapshot, &data.inventory));
        let mut with_open = 0;
        if fails.contains(&true) {
            sums.totals.failure = Some(0);
        }
        for ((shared, (_, contact)), (again, same, over)) in
            judged.split.contacts.iter().zip(&contacts).zip(repeats)
        {
            let cost = contact.cost.unwrap_or(0) as f64;
            let week = weeks.at(contact.time);
            let totals = &mut sums.totals;
            totals.contacts += 1;
            totals.cost += cost;
            totals.without_cost += u64::from(contact.cost.is_none());
            totals.repeats += u64::from(again);
            totals.repeats_same_reason += u64::from(same);
            totals.start_over += u64::from(over);
            totals.by_case += u64::from(shared.by_case);
            totals.by_reason += u64::from(judged.by_reason.contains_key(&shared.event));
            let fail = fails.get(contact.reason as usize).copied().unwrap_or(false);
            totals.failure = totals.failure.map(|count| count + u64::from(fail));
            let open = known.is_some_and(|known| known.is_open(shared.customer as usize, contact.time));
            with_open += u64::from(open);
            let reason = &mut sums.reasons[contact.reason as usize];
            reason.contacts += 1;
            reason.cost += cost;
            reason.repeats += u64::from(again);
            reason.open += u64::from(open);
            if let Some(last) = shared.last {
                sums.candidates[last as usize].last_touch += 1;
            }
            let (mut left, mut elsewhere) = (1.0, 0.0);
            touched.clear();
            for share in &shared.shares {
                let (candidate, part) = (share.candidate as usize, share.part);
                left -= part;
                let sum = &mut sums.candidates[candidate];
                sum.contacts += part;
                sum.cost += part * cost;
                sum.shared_in += 1;
                sum.by_case += u64::from(shared.by_case);
                sum.open += u64::from(open);
                sum.weeks[week] += part;
                let owner = owners[candidate];
                let place = owner.map_or(0, |at| at as usize + 1);
                let sum = &mut sums.departments[place];
                sum.contacts += part;
                sum.cost += part * cost;
                if !touched.contains(&place) {
                    touched.push(place);
                    sum.shared_in += 1;
                }
                if !answering.is_empty() && owner.is_some_and(|at| !answering.contains(&at)) {
                    elsewhere += part;
                }
            }
            // What rounding leaves of a contact that is wholly shared out is nothing.
            let left = if left < 1e-12 { 0.0 } else { left };
            totals.unexplained += left;
            totals.unexplained_in += u64::from(shared.shares.is_empty());
            sums.unexplained_cost += left * cost;
            let mut without = 1.0;
            for share in judged.evidence(shared) {
                without -= share.part;
                *reason.evidence.entry(share.candidate).or_default() += share.part;
            }
            reason.unexplained += if without < 1e-12 { 0.0 } else { without };
            totals.elsewhere += elsewhere;
            totals.elsewhere_cost += elsewhere * cost;
            totals.elsewhere_in += u64::from(elsewhere > 0.0);
            let week = &mut sums.weeks[week];
            week.contacts += 1;
            week.elsewhere += elsewhere;
            week.cost += cost;
            week.elsewhere_cost += elsewhere * cost;
            week.failure += u64::from(fail);
            week.repeats += u64::from(again);
        }
        sums.totals.open = judged.open_of_time.map(|of_time| OpenShare { contacts: with_open, of_time });
        sums
    }

    fn reasons(&self, data: &Data, judged: &Judged) -> Vec<ReasonRow> {
        let values = data.snapshot.attribute("reason").map_or(&[][..], |given| &given.values);
        let mut rows: Vec<ReasonRow> = self
            .reasons
            .iter()
            .enumerate()
            .filter(|(_, sum)| sum.contacts > 0)
            .map(|(code, sum)| {
                let mut evidence: Vec<(String, f64)> = sum
                    .evidence
                    .iter()
                    .map(|(&candidate, &part)| (judged.candidates.name(data, candidate), part))
                    .collect();
                evidence.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                let name = code.checked_sub(1).map(|at| values[at].clone()).unwrap_or_default();
                let linked = linked_touchpoint(data, &name);
                let of = |at: &u32| Some(judged.candidates.list[*at as usize].touchpoint) == linked;
                let agrees: f64 = sum.evidence.iter().filter(|(at, _)| of(at)).map(|(_, part)| part).sum();
                ReasonRow {
                    touchpoint: linked.map(|at| data.inventory.touchpoints[at as usize].name.clone()),
                    department: linked.and_then(|at| department_of(data, at)),
                    agrees: linked.map(|_| agrees),
                    failure: data.inventory.reasons.iter().any(|one| one.failure && one.name == name),
                    open: judged.open_of_time.map(|_| sum.open),
                    reason: name,
                    contacts: sum.contacts,
                    cost: sum.cost,
                    repeats: sum.repeats,
                    evidence,
                    unexplained: sum.unexplained,
                }
            })
            .collect();
        rows.sort_by(|a, b| b.contacts.cmp(&a.contacts).then_with(|| a.reason.cmp(&b.reason)));
        rows
    }
}

/// Which codes of reasons are marked as failures; code 0 is none.
pub fn failing(data: &Data) -> Vec<bool> {
    let values = data.snapshot.attribute("reason").map_or(&[][..], |given| &given.values);
    let fails = |value: &String| data.inventory.reasons.iter().any(|one| one.failure && one.name == *value);
    std::iter::once(false).chain(values.iter().map(fails)).collect()
}

/// Departments that own touchpoints at which contacts happen, of whichever channel.
pub fn answering(data: &Data, judged: &Judged) -> Vec<u32> {
    let mut departments: Vec<u32> = (0..)
        .zip(&judged.contacts)
        .filter(|&(_, &is)| is)
        .filter_map(|(at, _)| department_of(data, at))
        .collect();
    departments.sort_unstable();
    departments.dedup();
    departments
}
