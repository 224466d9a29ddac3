//! What is missing in the inventory, as work lists; and how much of it is covered.

use std::collections::{BTreeMap, HashSet};

use contract::inventory::{Column, Coverage, GapItem, GapList, GapsView, ProposalRow};
use db::inventory::{Inventory, Touchpoint};
use db::notes::Proposal;

use super::figures::Figures;
use super::kpis::may_see;
use super::{notes, owner_of};
use crate::actor::need;
use crate::cache::Data;
use crate::{Actor, ServiceError, Services};

/// After so many seconds without a look, a touchpoint is on a list: 180 days.
const STALE: i64 = 180 * 86_400;

struct Found<'a> {
    actor: &'a Actor,
    inventory: &'a Inventory,
    /// Events, for those who may see them.
    data: Option<&'a Data>,
    proposals: &'a [Proposal],
    now: i64,
}

/// The page of gaps.
pub async fn gaps(services: &Services, actor: &Actor) -> Result<GapsView, ServiceError> {
    need(actor.may().see_inventory, "page")?;
    let figures = Figures::load(services, actor).await?;
    let inventory = &figures.inventory;
    let proposals = db::notes::open_proposals(&services.db).await?;
    let found =
        Found { actor, inventory, data: figures.data.as_ref(), proposals: &proposals, now: services.now() };
    let lists = found.lists();
    // Coverage is about the whole company, for everyone: what a person may not see is not missing.
    let whole = Figures::load(services, &Actor::console()).await?;
    let coverage = Found { inventory: &whole.inventory, data: whole.data.as_ref(), ..found }.coverage();
    let waiting = proposals.iter().cloned().map(|one| notes::proposal_row(inventory, actor, one));
    // What was proposed for a touchpoint that is gone waits until it comes back.
    let shown = |row: &ProposalRow| !row.touchpoint.is_empty() && (row.may_decide || row.mine);
    let waiting: Vec<ProposalRow> = waiting.filter(shown).collect();
    let mentions = notes::mentions(services, actor, inventory).await?;
    Ok(GapsView { lists, coverage, proposals: waiting, mentions })
}

/// Touchpoints with an owner, a KPI and data, of all: about the company, for everyone.
pub async fn coverage(services: &Services) -> Result<(u32, u32), ServiceError> {
    let console = Actor::console();
    let whole = Figures::load(services, &console).await?;
    let (inventory, data) = (&whole.inventory, whole.data.as_ref());
    let found = Found { actor: &console, inventory, data, proposals: &[], now: services.now() }.coverage();
    Ok((found.covered, found.touchpoints))
}

/// How much waits on all lists together.
pub fn count(actor: &Actor, figures: &Figures, proposals: &[Proposal], now: i64) -> u32 {
    let found = Found { actor, inventory: &figures.inventory, data: figures.data.as_ref(), proposals, now };
    found.lists().iter().map(|list| list.items.len() as u32).sum()
}

impl Found<'_> {
    /// Lists of what this person's departments answer for, or of everything for those who see everything.
    fn lists(&self) -> Vec<GapList> {
        let inventory = self.inventory;
        let list = |key: &str, title: &str, help: &str, items: Vec<GapItem>| GapList {
            key: key.to_owned(),
            title: title.to_owned(),
            help: help.to_owned(),
            items,
        };
        let linked = self.linked();
        let asked = self.asked();
        let claims = self.claims();
        let ruled: HashSet<&str> =
            inventory.rules.iter().filter_map(|rule| rule.experience_id.as_deref()).collect();
        let sampled: HashSet<&str> =
            inventory.samples.iter().map(|sample| sample.experience_id.as_str()).collect();
        let promised: HashSet<&str> = inventory
            .experiences
            .iter()
            .filter(|of| !of.promise.is_empty())
            .filter(|of| ruled.contains(of.id.as_str()) || sampled.contains(of.id.as_str()))
            .map(|of| of.touchpoint_id.as_str())
            .collect();
        let mut lists = vec![
            list(
                "no_owner",
                "Touchpoints without an owner",
                "Nobody answers for what customers meet here.",
                self.touchpoints(|_, one| one.department_id.is_none().then(String::new)),
            ),
            list(
                "claimed",
                "Claimed by two departments",
                "Somebody proposed that another department owns it, and nobody decided yet.",
                self.touchpoints(|_, one| self.claim(one, &claims)),
            ),
        ];
        if self.actor.may().see_kpis {
            lists.push(list(
                "no_kpi",
                "Touchpoints without a KPI",
                "Nobody measures how well this goes.",
                self.touchpoints(|_, one| (!linked.contains(one.id.as_str())).then(String::new)),
            ));
            lists.push(list(
                "not_controlled",
                "KPIs that their owner can\u{2019}t control",
                "At no touchpoint is the KPI controlled or influenced by the department that is measured on it.",
                self.uncontrolled(),
            ));
        }
        if let Some(data) = self.data {
            lists.push(list(
                "no_data",
                "Touchpoints without data",
                "No event is recognised here, and nobody was asked: import a log, add a rule, or add a sample.",
                self.touchpoints(|at, one| {
                    let asked = asked.contains(one.id.as_str());
                    let visible = self.actor.owns_or_reads(one.department_id.as_deref());
                    (visible && data.mapped.by_touchpoint[at] == 0 && !asked).then(String::new)
                }),
            ));
            if self.actor.may().edit_own_inventory {
                lists.push(list(
                    "no_touchpoint",
                    "Data without a touchpoint",
                    "Activities that no rule recognises.",
                    unmapped(data),
                ));
            }
        }
        lists.push(list(
            "no_rule",
            "Experiences without a rule",
            "Nothing shows how often customers live through this: add a rule, or a sample.",
            self.experiences(|id| !ruled.contains(id) && !sampled.contains(id)),
        ));
        lists.push(list(
            "promise",
            "Promises without a measure",
            "Something is promised, and no experience with a rule or a sample says whether it is kept.",
            self.touchpoints(|_, one| {
                let measured = promised.contains(one.id.as_str());
                (!one.promise.is_empty() && !measured).then(|| one.promise.clone())
            }),
        ));
        lists.push(list(
            "stale",
            "Not looked at for 180 days",
            "Open it, and change it or say that it is still right.",
            self.touchpoints(|_, one| {
                let last = one.reviewed_at.unwrap_or(0);
                (self.now - last > STALE).then(|| match one.reviewed_at {
                    Some(at) => format!("{} days", (self.now - at) / 86_400),
                    None => "never".to_owned(),
                })
            }),
        ));
        lists
    }

    /// Touchpoints with a KPI: that there is one is no secret, whatever it says.
    fn linked(&self) -> HashSet<&str> {
        self.inventory.links.iter().map(|link| link.touchpoint_id.as_str()).collect()
    }

    /// Touchpoints at which somebody was asked.
    fn asked(&self) -> HashSet<&str> {
        let sampled: HashSet<&str> =
            self.inventory.samples.iter().map(|sample| sample.experience_id.as_str()).collect();
        let asked = self.inventory.experiences.iter().filter(|of| sampled.contains(of.id.as_str()));
        asked.map(|of| of.touchpoint_id.as_str()).collect()
    }

    /// Who claims what.
    fn claims(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut claims: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for one in self.proposals {
            if Column::from_key(&one.field) == Some(Column::Owner) && !one.after.is_empty() {
                claims.entry(&one.touchpoint_id).or_default().push(&one.after);
            }
        }
        claims
    }

    /// Whether a touchpoint is on this person's lists: what nobody owns is on everybody's.
    fn concerns(&self, department: Option<&str>) -> bool {
        department.is_none() || self.actor.owns_or_reads(department)
    }

    /// Touchpoints for which `note` has something to say.
    fn touchpoints(&self, note: impl Fn(usize, &Touchpoint) -> Option<String>) -> Vec<GapItem> {
        let all = self.inventory.touchpoints.iter().enumerate();
        all.filter(|(_, one)| self.concerns(one.department_id.as_deref()))
            .filter_map(|(at, one)| {
                let note = note(at, one)?;
                let (owner, colour) = owner_of(self.inventory, one.department_id.as_ref());
                Some(GapItem {
                    label: one.name.clone(),
                    path: format!("/inventory/{}", one.id),
                    owner,
                    colour,
                    note,
                    events: None,
                })
            })
            .collect()
    }

    fn experiences(&self, wanted: impl Fn(&str) -> bool) -> Vec<GapItem> {
        let all = self.inventory.experiences.iter().filter(|one| wanted(&one.id));
        let items = all.filter_map(|one| {
            let of = self.inventory.touchpoints.iter().find(|of| of.id == one.touchpoint_id)?;
            let (owner, colour) = owner_of(self.inventory, of.department_id.as_ref());
            self.concerns(of.department_id.as_deref()).then(|| GapItem {
                label: super::experience_name(of, one),
                path: format!("/inventory/{}", of.id),
                owner,
                colour,
                note: String::new(),
                events: None,
            })
        });
        items.collect()
    }

    /// Who claims a touchpoint that is another's.
    fn claim(&self, one: &Touchpoint, claims: &BTreeMap<&str, Vec<&str>>) -> Option<String> {
        let (owner, _) = owner_of(self.inventory, one.department_id.as_ref());
        let all = claims.get(one.id.as_str())?.iter().copied();
        let mut claims: Vec<&str> = all.filter(|after| Some(*after) != owner.as_deref()).collect();
        claims.sort_unstable();
        claims.dedup();
        // One claim to what nobody owns is no dispute.
        let disputed = if owner.is_some() { !claims.is_empty() } else { claims.len() > 1 };
        disputed.then(|| format!("proposed: {}", claims.join(", ")))
    }

    fn uncontrolled(&self) -> Vec<GapItem> {
        let kpis = self.inventory.kpis.iter().filter(|kpi| {
            let links = || self.inventory.links.iter().filter(|link| link.kpi_id == kpi.id);
            links().next().is_some()
                && links().all(|link| link.control == "not_controlled")
                && may_see(self.actor, kpi)
                && self.concerns(kpi.department_id.as_deref())
        });
        kpis.map(|kpi| {
            let (owner, colour) = owner_of(self.inventory, kpi.department_id.as_ref());
            GapItem {
                label: kpi.name.clone(),
                path: format!("/inventory/kpis/{}", kpi.id),
                owner,
                colour,
                note: String::new(),
                events: None,
            }
        })
        .collect()
    }

    fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        let mut covered_events = 0;
        let (linked, asked) = (self.linked(), self.asked());
        for (at, one) in self.inventory.touchpoints.iter().enumerate() {
            let events = self.data.map_or(0, |data| data.mapped.by_touchpoint[at]);
            let owned = one.department_id.is_some();
            let measured = linked.contains(one.id.as_str());
            let logged = events > 0 || asked.contains(one.id.as_str());
            coverage.touchpoints += 1;
            coverage.owned += u32::from(owned);
            coverage.measured += u32::from(measured);
            coverage.logged += u32::from(logged);
            if owned && measured && logged {
                coverage.covered += 1;
                covered_events += events;
            }
        }
        // Volumes of the whole company are for those who see all journeys.
        let all = self.data.filter(|_| self.actor.scope().is_none());
        coverage.events = all.map(|data| (data.snapshot.log.events() as u64, covered_events));
        coverage
    }
}

fn unmapped(data: &Data) -> Vec<GapItem> {
    let mut events: BTreeMap<u32, u64> = BTreeMap::new();
    for (class, &count) in data.mapped.classes.iter().zip(&data.mapped.by_class) {
        if class.touchpoint.is_none() && count > 0 {
            *events.entry(class.activity).or_default() += count;
        }
    }
    let mut events: Vec<(u32, u64)> = events.into_iter().collect();
    events.sort_by_key(|&(activity, count)| (std::cmp::Reverse(count), activity));
    let items = events.into_iter().map(|(activity, count)| {
        let activity = &data.snapshot.activities[activity as usize];
        GapItem {
            label: activity.name.clone(),
            path: "/inventory/unmapped".to_owned(),
            owner: None,
            colour: None,
            note: activity.source.clone(),
            events: Some(count),
        }
    });
    items.collect()
}
