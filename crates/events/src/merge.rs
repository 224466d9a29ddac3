//! Snapshots out of snapshots: newer events beside older ones, and several ids of one customer as one.
//!
//! Both say for each new event which old one it is, and then gather every column by that.

use std::collections::HashMap;
use std::ops::Range;

use analytics::JourneyLog;
use rayon::prelude::*;

use crate::links::Aliases;
use crate::snapshot::{Activity, Attribute, Snapshot};
use crate::{CustomerKey, EventsError};

/// An event of the first or the second snapshot.
#[derive(Debug, Clone, Copy)]
struct From {
    second: bool,
    event: u32,
}

impl Snapshot {
    /// These events and newer ones in one. Of events of one instant and source, these come first.
    pub fn with(&self, newer: &Self) -> Result<Self, EventsError> {
        let (activities, of_first, of_second) = both(&self.activities, &newer.activities);
        let order = |from: From| {
            let (snapshot, event) = (if from.second { newer } else { self }, from.event as usize);
            let activity = snapshot.log.activities()[event] as usize;
            (snapshot.log.times()[event], snapshot.activities[activity].source_order, from.second, from.event)
        };
        let all = self.log.events() + newer.log.events();
        let mut events: Vec<From> = Vec::with_capacity(all);
        let mut customers = Vec::with_capacity(self.customers.len() + newer.customers.len());
        let mut offsets = vec![0];
        // Cases of the newer events that these know by the same text, customer by customer.
        let mut cases: HashMap<u32, u32> = HashMap::new();
        let (mut a, mut b) = (0, 0);
        while a < self.customers.len() || b < newer.customers.len() {
            let (first, second) = (self.customers.get(a), newer.customers.get(b));
            let key = match (first, second) {
                (Some(first), Some(second)) => *first.min(second),
                (Some(one), None) | (None, Some(one)) => *one,
                (None, None) => break,
            };
            let begin = events.len();
            let mut mine = 0..0;
            if first == Some(&key) {
                mine = self.log.of_customer(a);
                events.extend(mine.clone().map(|event| From { second: false, event: event as u32 }));
                a += 1;
            }
            if second == Some(&key) {
                let theirs = newer.log.of_customer(b);
                events.extend(theirs.clone().map(|event| From { second: true, event: event as u32 }));
                if !mine.is_empty() {
                    self.recognise(mine, newer, theirs, &mut cases);
                    events[begin..].sort_by_key(|&from| order(from));
                }
                b += 1;
            }
            customers.push(key);
            offsets.push(offset(events.len())?);
        }
        let column =
            |first: &[u32], second: &[u32], map: &(dyn Fn(bool, u32, u32) -> u32 + Sync)| -> Vec<u32> {
                let value = |from: &From| {
                    let code = if from.second { second } else { first }[from.event as usize];
                    map(from.second, code, from.event)
                };
                events.par_iter().map(value).collect()
            };
        let time: Vec<i64> = events
            .par_iter()
            .map(|from| if from.second { &newer.log } else { &self.log }.times()[from.event as usize])
            .collect();
        let activity = column(self.log.activities(), newer.log.activities(), &|second, code, _| {
            if second { of_second[code as usize] } else { of_first[code as usize] }
        });
        let known = self.cases.len() as u32;
        let case = column(self.log.cases(), newer.log.cases(), &|second, code, event| match (second, code) {
            (false, code) => code,
            (true, 0) => 0,
            (true, code) => cases.get(&event).copied().unwrap_or(known + code),
        });
        let none: Vec<u32> = Vec::new();
        let attributes = names(&self.attributes, &newer.attributes)
            .into_iter()
            .map(|name| {
                let (first, second) = (self.attribute(&name), newer.attribute(&name));
                let mut values: Vec<String> = first.map(|one| one.values.clone()).unwrap_or_default();
                let mut code_of: HashMap<String, u32> = values.iter().cloned().zip(1..).collect();
                let map: Vec<u32> = second
                    .map(|one| {
                        let new = one.values.iter().map(|value| {
                            *code_of.entry(value.clone()).or_insert_with(|| {
                                values.push(value.clone());
                                values.len() as u32
                            })
                        });
                        new.collect()
                    })
                    .unwrap_or_default();
                let codes = |one: Option<&Attribute>| one.map_or(none.clone(), |one| one.codes.clone());
                let (of_first, of_second) = (codes(first), codes(second));
                let value = |from: &From| {
                    let codes = if from.second { &of_second } else { &of_first };
                    match codes.get(from.event as usize).copied().unwrap_or(0) {
                        0 => 0,
                        code if from.second => map[code as usize - 1],
                        code => code,
                    }
                };
                Attribute { name, values, codes: events.par_iter().map(value).collect() }
            })
            .collect();
        let cases = self.cases.iter().chain(&newer.cases).copied().collect();
        let log = JourneyLog::new(offsets, time, activity, case).map_err(EventsError::Log)?;
        Ok(Self { log, customers, activities, cases, attributes })
    }

    /// Finds which cases of a customer's newer events are cases of the older ones.
    fn recognise(&self, mine: Range<usize>, newer: &Self, theirs: Range<usize>, cases: &mut HashMap<u32, u32>) {
        let hash = |snapshot: &Self, code: u32| snapshot.cases[code as usize - 1];
        let known: HashMap<u64, u32> = mine
            .map(|event| self.log.cases()[event])
            .filter(|&code| code != 0)
            .map(|code| (hash(self, code), code))
            .collect();
        for event in theirs {
            let code = newer.log.cases()[event];
            if code != 0
                && let Some(&code) = known.get(&hash(newer, code))
            {
                cases.insert(event as u32, code);
            }
        }
    }

    /// The same events with several ids of one customer as one.
    pub fn joined(&self, aliases: &Aliases) -> Result<Self, EventsError> {
        let mut customers: Vec<(CustomerKey, u32)> =
            (0..).zip(&self.customers).map(|(at, &key)| (aliases.first_of(key), at)).collect();
        customers.par_sort_unstable();
        let mut events: Vec<u32> = Vec::with_capacity(self.log.events());
        let mut keys = Vec::with_capacity(customers.len());
        let mut offsets = vec![0];
        // The same case text has several codes; the least of them stands for all.
        let mut least: HashMap<u64, u32> = HashMap::with_capacity(self.cases.len());
        for (code, &hash) in (1..).zip(&self.cases) {
            least.entry(hash).or_insert(code);
        }
        let order = |event: u32| {
            let activity = self.log.activities()[event as usize] as usize;
            (self.log.times()[event as usize], self.activities[activity].source_order, event)
        };
        for ids in customers.chunk_by(|one, other| one.0 == other.0) {
            let begin = events.len();
            for &(_, at) in ids {
                events.extend(self.log.of_customer(at as usize).map(|event| event as u32));
            }
            if ids.len() > 1 {
                events[begin..].sort_by_key(|&event| order(event));
            }
            keys.push(ids[0].0);
            offsets.push(offset(events.len())?);
        }
        let gather =
            |column: &[u32]| -> Vec<u32> { events.par_iter().map(|&at| column[at as usize]).collect() };
        let time: Vec<i64> = events.par_iter().map(|&at| self.log.times()[at as usize]).collect();
        // So a case that several ids share is one case.
        let canonical: Vec<u32> = std::iter::once(0).chain(self.cases.iter().map(|hash| least[hash])).collect();
        let case: Vec<u32> =
            events.par_iter().map(|&at| canonical[self.log.cases()[at as usize] as usize]).collect();
        let log =
            JourneyLog::new(offsets, time, gather(self.log.activities()), case).map_err(EventsError::Log)?;
        let attributes = self.attributes.iter().map(|one| Attribute {
            name: one.name.clone(),
            values: one.values.clone(),
            codes: gather(&one.codes),
        });
        Ok(Self {
            log,
            customers: keys,
            activities: self.activities.clone(),
            cases: self.cases.clone(),
            attributes: attributes.collect(),
        })
    }
}

fn offset(events: usize) -> Result<u32, EventsError> {
    u32::try_from(events).map_err(|_| EventsError::Log(analytics::LogError::TooMany { events }))
}

/// All activities of both in order, and the new code of each of the one and the other.
fn both(first: &[Activity], second: &[Activity]) -> (Vec<Activity>, Vec<u32>, Vec<u32>) {
    let mut all: Vec<Activity> = first.iter().chain(second).cloned().collect();
    all.sort_by(|a, b| (&a.source, &a.name).cmp(&(&b.source, &b.name)));
    all.dedup_by(|a, b| a.source == b.source && a.name == b.name);
    let code = |one: &Activity| {
        all.partition_point(|known| (&known.source, &known.name) < (&one.source, &one.name)) as u32
    };
    let (of_first, of_second) = (first.iter().map(code).collect(), second.iter().map(code).collect());
    (all, of_first, of_second)
}

fn names(first: &[Attribute], second: &[Attribute]) -> Vec<String> {
    let mut names: Vec<String> = first.iter().chain(second).map(|one| one.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}
