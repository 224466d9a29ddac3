//! What may cause contacts: every experience, every touchpoint without experiences, and what of a touchpoint's events is
//! none of its experiences.

use std::collections::BTreeMap;

use analytics::drivers::NONE;

use crate::cache::Data;
use crate::inventory::experience_name;
use crate::journeys::nodes::department_of;

/// One candidate: indexes into the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    pub touchpoint: u32,
    pub experience: Option<u32>,
}

/// All candidates of an outcome.
#[derive(Debug, Default)]
pub struct Candidates {
    pub list: Vec<Candidate>,
    /// Candidate of each class, or [`NONE`].
    pub of_class: Vec<u32>,
    /// Which are failing experiences.
    pub failing: Vec<bool>,
    /// Touchpoints that belong to the outcome itself.
    pub parts: Vec<u32>,
}

impl Candidates {
    /// Those for an outcome, given by touchpoint. What is itself the outcome causes none; and neither does what belongs
    /// to it: the menu and the queue of the same phone, in the hands of the same department, come before every call.
    pub fn of(data: &Data, outcome: &[bool]) -> Self {
        let inventory = &data.inventory;
        let touchpoints = &inventory.touchpoints;
        let place =
            |at: usize| (touchpoints[at].channel_id.as_deref(), touchpoints[at].department_id.as_deref());
        let belongs = |at: usize| {
            let (channel, department) = place(at);
            channel.is_some()
                && department.is_some()
                && (0..touchpoints.len()).any(|other| outcome[other] && place(other) == (channel, department))
        };
        let parts: Vec<u32> =
            (0..touchpoints.len()).filter(|&at| !outcome[at] && belongs(at)).map(|at| at as u32).collect();
        let mut numbers: BTreeMap<Candidate, u32> = BTreeMap::new();
        for class in &data.mapped.classes {
            let Some(touchpoint) = class.touchpoint else { continue };
            if !outcome[touchpoint as usize] && !parts.contains(&touchpoint) {
                numbers.insert(Candidate { touchpoint, experience: class.experience }, 0);
            }
        }
        for (number, (_, of)) in (0..).zip(&mut numbers) {
            *of = number;
        }
        let of_class = data.mapped.classes.iter().map(|class| {
            let candidate =
                class.touchpoint.map(|touchpoint| Candidate { touchpoint, experience: class.experience });
            candidate.and_then(|candidate| numbers.get(&candidate).copied()).unwrap_or(NONE)
        });
        let of_class = of_class.collect();
        let list: Vec<Candidate> = numbers.into_keys().collect();
        let fails =
            |one: &Candidate| one.experience.is_some_and(|at| inventory.experiences[at as usize].failure);
        let failing = list.iter().map(fails).collect();
        Self { list, of_class, failing, parts }
    }

    /// What a candidate is called.
    pub fn name(&self, data: &Data, candidate: u32) -> String {
        let Candidate { touchpoint, experience } = self.list[candidate as usize];
        let inventory = &data.inventory;
        let of = &inventory.touchpoints[touchpoint as usize];
        match experience {
            Some(at) => experience_name(of, &inventory.experiences[at as usize]),
            None if inventory.experiences.iter().any(|one| one.touchpoint_id == of.id) => {
                format!("{}: none of its experiences", of.name)
            }
            None => of.name.clone(),
        }
    }

    /// Index of the department that owns a candidate.
    pub fn owner(&self, data: &Data, candidate: u32) -> Option<u32> {
        department_of(data, self.list[candidate as usize].touchpoint)
    }
}
