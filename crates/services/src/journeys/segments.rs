//! Segments: saved ones by name, and what their conditions mean for the events that are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use analytics::segment::{
    Condition as Kernel, Join as KernelJoin, Segment as KernelSegment, What as KernelWhat,
};
use contract::journeys::{
    Attribute, Condition, ExploreQuery, Is, Join, Level, SavedView, Segment, What, window_of,
};
use contract::{Kind, UserError};
use db::saved::Kind as Saving;

use super::nodes::Nodes;
use super::{Asked, behind, unknown};
use crate::cache::Data;
use crate::inventory::experience_name;
use crate::{Actor, ServiceError, Services};

/// How deep segments may ask questions that have segments. With a few such conditions a segment, that bounds what one
/// question can cost.
const DEEPEST: u32 = 2;

/// What people saved: segments by name, and the views that this person sees.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    segments: BTreeMap<String, String>,
    views: Vec<db::saved::Saved>,
}

impl Saved {
    pub async fn load(services: &Services, actor: &Actor) -> Result<Self, ServiceError> {
        let segments = db::saved::all(&services.db, Saving::Segment, None).await?;
        let views = db::saved::all(&services.db, Saving::View, actor.account_id.as_deref()).await?;
        let segments = segments.into_iter().map(|one| (one.name, one.definition)).collect();
        Ok(Self { segments, views })
    }

    /// The segments' definitions by name: a question's answer depends on those that it names.
    pub fn definitions(&self) -> &BTreeMap<String, String> {
        &self.segments
    }

    pub fn names(&self) -> Vec<String> {
        self.segments.keys().cloned().collect()
    }

    pub fn views(&self, actor: &Actor) -> Vec<SavedView> {
        let view = |one: &db::saved::Saved| SavedView {
            id: one.id.clone(),
            version: one.version,
            name: one.name.clone(),
            search: one.definition.clone(),
            shared: one.shared,
            author: one.author.clone(),
            mine: actor.account_id.as_deref() == Some(&one.owner_id),
        };
        self.views.iter().map(view).collect()
    }

    /// All that a question's journeys must fulfil.
    pub fn of(&self, query: &ExploreQuery) -> Result<Vec<Segment>, UserError> {
        let mut segments = Vec::new();
        if let Some(name) = &query.segment {
            let text = self.segments.get(name).ok_or_else(|| unknown("segment", name, &self.names()))?;
            segments.push(Segment::parse(text)?);
        }
        if !query.filter.is_empty() {
            segments.push(query.filter.clone());
        }
        Ok(segments)
    }

    /// Which journeys a question is about.
    pub fn words(&self, query: &ExploreQuery) -> String {
        match (&query.segment, query.filter.is_empty()) {
            (None, true) => "all customers".to_owned(),
            (Some(name), true) => format!("segment {name}"),
            (None, false) => format!("journeys that {}", query.filter.words()),
            (Some(name), false) => format!("segment {name}, journeys that {}", query.filter.words()),
        }
    }
}

/// What it takes to say what conditions mean.
#[derive(Clone, Copy)]
pub struct Resolve<'a> {
    pub services: &'a Services,
    pub data: &'a Data,
    pub actor: &'a Actor,
    pub saved: &'a Saved,
    pub depth: u32,
}

impl Resolve<'_> {
    pub fn all(&self, segments: &[Segment]) -> Result<Vec<KernelSegment>, UserError> {
        segments.iter().map(|segment| self.segment(segment)).collect()
    }

    fn segment(&self, segment: &Segment) -> Result<KernelSegment, UserError> {
        let join = match segment.join {
            Join::All => KernelJoin::All,
            Join::Any => KernelJoin::Any,
        };
        let conditions = segment.conditions.iter().map(|one| self.condition(one)).collect::<Result<_, _>>()?;
        Ok(KernelSegment { join, conditions })
    }

    fn condition(&self, condition: &Condition) -> Result<Kernel, UserError> {
        Ok(match condition {
            Condition::Passed { what, times } => Kernel::Has { what: self.what(what)?, times: *times },
            Condition::Never { what } => Kernel::Never { what: self.what(what)? },
            Condition::Then { first, then, within } => Kernel::Then {
                first: self.what(first)?,
                then: self.what(then)?,
                within: window_of(within.as_deref())?,
            },
            Condition::NotThen { first, then, within } => Kernel::NotThen {
                first: self.what(first)?,
                then: self.what(then)?,
                within: window_of(within.as_deref())?,
            },
            Condition::NotBefore { first, then, within } => Kernel::NotBefore {
                first: self.what(first)?,
                then: self.what(then)?,
                within: window_of(within.as_deref())?,
            },
            Condition::Latest { what } => {
                // Every event of the node that says something of the attribute, be it nothing in particular.
                let of = What {
                    node: what.node.clone(),
                    attribute: what.attribute.clone().map(|one| Attribute {
                        is: Is::Contains,
                        value: String::new(),
                        ..one
                    }),
                };
                Kernel::Latest { of: self.what(&of)?, what: self.what(what)? }
            }
            Condition::Starts { what } => Kernel::Starts { what: self.what(what)? },
            Condition::Ends { what } => Kernel::Ends { what: self.what(what)? },
            Condition::Behind { question } => Kernel::Among { customers: self.behind(question)? },
        })
    }

    fn what(&self, what: &What) -> Result<KernelWhat, UserError> {
        let What { node, attribute } = what;
        let classes = match node {
            Some((level, label)) => self.classes(*level, label)?,
            None => vec![true; self.data.mapped.classes.len()],
        };
        let Some(Attribute { name, is, value }) = attribute else { return Ok(KernelWhat::Classes(classes)) };
        let snapshot = &self.data.snapshot;
        let Some(attribute) = snapshot.attribute(name) else {
            // Whoever sees a part only is not told what the rest has.
            let all = snapshot.attributes.iter().filter(|_| self.actor.scope().is_none());
            let known: Vec<String> = all.map(|one| one.name.clone()).collect();
            return Err(unknown("attribute", name, &known));
        };
        // Code 0 stands for events without the attribute.
        let holds: Vec<bool> =
            std::iter::once(false).chain(attribute.values.iter().map(|known| is.holds(known, value))).collect();
        let events = self.data.mapped.class.iter().zip(&attribute.codes);
        let marks = events.map(|(&class, &code)| holds[code as usize] && classes[class as usize]).collect();
        Ok(KernelWhat::Marked(Arc::new(marks)))
    }

    /// The classes of a node. What the inventory knows and no event was yet is no class.
    fn classes(&self, level: Level, label: &str) -> Result<Vec<bool>, UserError> {
        let nodes = Nodes::of(self.data, level, &[]);
        if let Some(node) = nodes.find(label) {
            return Ok(nodes.classes_of(node));
        }
        let inventory = &self.data.inventory;
        let among = |names: &[db::inventory::Name]| names.iter().any(|one| one.name == label);
        let named = match level {
            Level::Touchpoint => inventory.touchpoints.iter().any(|one| one.name == label),
            Level::Channel => among(&inventory.channels),
            Level::Department => among(&inventory.departments),
            Level::Stage => among(&inventory.stages),
            Level::Experience => {
                let touchpoint = |id: &str| inventory.touchpoints.iter().find(|one| one.id == id);
                inventory.experiences.iter().any(|one| {
                    touchpoint(&one.touchpoint_id).is_some_and(|of| experience_name(of, one) == label)
                })
            }
            Level::Activity => false,
        };
        if named {
            return Ok(vec![false; self.data.mapped.classes.len()]);
        }
        let known = if self.actor.scope().is_none() { nodes.labels() } else { &[] };
        Err(unknown("node", label, known).at("where"))
    }

    /// Marks the customers behind the figure that a question selects.
    fn behind(&self, question: &str) -> Result<Arc<Vec<bool>>, UserError> {
        if self.depth >= DEEPEST {
            return Err(UserError::new(
                Kind::Invalid,
                "segment_too_deep",
                "The segment asks for itself, or is made of too many others.",
            )
            .at("where")
            .remedy("Save a figure that does not depend on this segment."));
        }
        let query = asked(question)?;
        let asked = Asked::within(&Self { depth: self.depth + 1, ..*self }, &query)?;
        let mut customers = vec![false; self.data.snapshot.log.customers()];
        for customer in behind::customers(&asked, &query)? {
            customers[customer as usize] = true;
        }
        Ok(Arc::new(customers))
    }
}

/// The question of a URL's search part.
pub fn asked(search: &str) -> Result<ExploreQuery, UserError> {
    let pairs = decoded(search);
    let query = ExploreQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    query.check()?;
    Ok(query)
}

fn decoded(search: &str) -> Vec<(String, String)> {
    let search = search.strip_prefix('?').unwrap_or(search);
    form_urlencoded::parse(search.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
