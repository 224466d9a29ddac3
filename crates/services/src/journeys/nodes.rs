//! Levels of view: which node each class becomes, what the nodes are called, and whose they are.

use std::collections::BTreeMap;

use analytics::Projection;
use analytics::selection::HIDDEN;
use contract::journeys::{Level, Rule};

use crate::cache::Data;
use crate::inventory::experience_name;
use crate::mapping::{Class, Mapped};

/// The nodes of one level, in order of their labels; a node's number is its place in that order.
pub struct Nodes {
    labels: Vec<String>,
    /// Index of the department, where all events of the node have the same.
    departments: Vec<Option<u32>>,
    of_class: Vec<u32>,
    /// Department of each class plus one, 0 for nobody's.
    owner_of_class: Vec<u32>,
}

impl Nodes {
    /// The nodes of a level, as the rules of display leave them.
    pub fn of(data: &Data, level: Level, rules: &[Rule]) -> Self {
        let namer = Namer { data, level, shared: shared_names(data) };
        // What tells nodes apart is not their label: a touchpoint may be named like an unmapped activity.
        let mut places: BTreeMap<(String, Key), Vec<usize>> = BTreeMap::new();
        let mut hidden = Vec::new();
        for (at, class) in data.mapped.classes.iter().enumerate() {
            let (label, key) = namer.node(class);
            match ruled(rules, label, key) {
                Some(node) => places.entry(node).or_default().push(at),
                None => hidden.push(at),
            }
        }
        let owner_of_class: Vec<u32> =
            data.mapped.classes.iter().map(|class| owner(data, class).map_or(0, |at| at + 1)).collect();
        let mut labels: Vec<String> = Vec::with_capacity(places.len());
        let mut departments = Vec::with_capacity(places.len());
        let mut of_class = vec![0; data.mapped.classes.len()];
        for at in hidden {
            of_class[at] = HIDDEN;
        }
        for ((label, _), classes) in places {
            let number = labels.len() as u32;
            let again =
                labels.iter().rev().take_while(|known| known.starts_with(&label)).any(|known| *known == label);
            labels.push(if again { format!("{label} (2)") } else { label });
            let first = owner_of_class[classes[0]];
            let same = first != 0 && classes.iter().all(|&class| owner_of_class[class] == first);
            departments.push((same && level != Level::Channel && level != Level::Stage).then(|| first - 1));
            for class in classes {
                of_class[class] = number;
            }
        }
        Self { labels, departments, of_class, owner_of_class }
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn label(&self, node: u32) -> &str {
        self.labels.get(node as usize).map_or("", String::as_str)
    }

    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    pub fn department(&self, node: u32) -> Option<u32> {
        self.departments.get(node as usize).copied().flatten()
    }

    /// The node of a class; none where it is hidden.
    pub fn node_of_class(&self, class: usize) -> Option<u32> {
        Some(self.of_class[class]).filter(|&node| node != HIDDEN)
    }

    /// Which classes are a node.
    pub fn classes_of(&self, node: u32) -> Vec<bool> {
        self.of_class.iter().map(|&of| of == node).collect()
    }

    pub fn find(&self, label: &str) -> Option<u32> {
        self.labels.iter().position(|known| known == label).map(|at| at as u32)
    }

    pub fn projection<'a>(&'a self, mapped: &'a Mapped) -> Projection<'a> {
        mapped.projection(&self.of_class, &self.owner_of_class, self.labels.len() as u32)
    }
}

/// Index of the department that owns a class.
pub fn owner(data: &Data, class: &Class) -> Option<u32> {
    department_of(data, class.touchpoint?)
}

/// Index of the department that owns a touchpoint.
pub fn department_of(data: &Data, touchpoint: u32) -> Option<u32> {
    let id = data.inventory.touchpoints[touchpoint as usize].department_id.as_deref()?;
    data.inventory.departments.iter().position(|one| one.id == id).map(|at| at as u32)
}

/// What a node is after the rules: its label, and what tells it apart; none where it is hidden.
fn ruled(rules: &[Rule], label: String, key: Key) -> Option<(String, Key)> {
    let mut node = (label, key);
    for rule in rules {
        match rule {
            Rule::Hide { node: hidden } if *hidden == node.0 => return None,
            Rule::Call { nodes, name } if nodes.contains(&node.0) || *name == node.0 => {
                // Whatever is called so is one node, also what had the name before.
                node = (name.clone(), Key::Called);
            }
            Rule::Hide { .. } | Rule::Call { .. } => {}
        }
    }
    Some(node)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Called,
    Activity(u32),
    Name(u32),
    Nothing,
    Touchpoint(u32),
    Experience(u32, Option<u32>),
}

struct Namer<'a> {
    data: &'a Data,
    level: Level,
    /// For each activity, whether another source has one of the same name.
    shared: Vec<bool>,
}

impl Namer<'_> {
    fn activity(&self, activity: u32) -> (String, Key) {
        let known = &self.data.snapshot.activities[activity as usize];
        let label = if self.shared[activity as usize] {
            format!("{} ({})", known.name, known.source)
        } else {
            known.name.clone()
        };
        (label, Key::Activity(activity))
    }

    fn node(&self, class: &Class) -> (String, Key) {
        let inventory = &self.data.inventory;
        if self.level == Level::Activity {
            return self.activity(class.activity);
        }
        let Some(at) = class.touchpoint else {
            let (label, key) = self.activity(class.activity);
            return (format!("Unmapped: {label}"), key);
        };
        let touchpoint = &inventory.touchpoints[at as usize];
        let named = |list: &[db::inventory::Name], id: &Option<String>, none: &str| {
            let found = id.as_ref().and_then(|id| list.iter().position(|one| one.id == *id));
            match found {
                Some(at) => (list[at].name.clone(), Key::Name(at as u32)),
                None => (none.to_owned(), Key::Nothing),
            }
        };
        match self.level {
            Level::Touchpoint | Level::Activity => (touchpoint.name.clone(), Key::Touchpoint(at)),
            Level::Experience => match class.experience {
                Some(one) => {
                    let experience = &inventory.experiences[one as usize];
                    (experience_name(touchpoint, experience), Key::Experience(at, Some(one)))
                }
                None => (touchpoint.name.clone(), Key::Experience(at, None)),
            },
            Level::Channel => named(&inventory.channels, &touchpoint.channel_id, "No channel"),
            Level::Department => named(&inventory.departments, &touchpoint.department_id, "No department"),
            Level::Stage => named(&inventory.stages, &touchpoint.stage_id, "No stage"),
        }
    }
}

fn shared_names(data: &Data) -> Vec<bool> {
    let activities = &data.snapshot.activities;
    let mut names: Vec<&str> = activities.iter().map(|activity| activity.name.as_str()).collect();
    names.sort_unstable();
    let shared = |name: &str| {
        let at = names.partition_point(|known| *known < name);
        names.get(at + 1).is_some_and(|next| *next == name)
    };
    activities.iter().map(|activity| shared(&activity.name)).collect()
}
