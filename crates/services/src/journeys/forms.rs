//! The forms beside the flow: transitions, variants, funnel and the time between two nodes, and the journeys behind
//! their figures. All of the same selection, so that they agree.

use analytics::Times;
use analytics::between::between as measure;
use analytics::funnel::{Part, Request, behind as behind_step, funnel as count_funnel};
use analytics::transitions::transitions as count_transitions;
use analytics::variants::{Loops, followers, variants as count_variants};
use contract::journeys::{
    BehindCustomer, BetweenView, ExploreQuery, Form, FunnelStep, FunnelView, NodeCount, Opened, Shown,
    TransitionView, TransitionsView, VariantView, VariantsView, window_of,
};
use contract::{Kind, UserError};

use super::shape::{seconds, share};
use super::{Asked, unknown};

/// Variants that the page lists; the CSV has all.
const VARIANTS: usize = 60;
/// Customers a page of the list.
const PAGE: usize = 50;

/// What a form shows; nothing where it needs a choice first, with the hint that says which.
pub fn shown(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Shown, UserError> {
    Ok(match query.form {
        Form::Flow | Form::Table => Shown::Nothing,
        Form::Transitions => Shown::Transitions(transitions(asked)),
        Form::Variants => Shown::Variants(variants(asked, query, VARIANTS)),
        Form::Funnel => Shown::Funnel(funnel(asked, query)?),
        Form::Between => Shown::Between(between(asked, query)?),
    })
}

/// Transitions, starts and ends.
pub fn transitions(asked: &Asked<'_>) -> TransitionsView {
    let projection = asked.nodes.projection(&asked.data.mapped);
    let found =
        count_transitions(&asked.data.snapshot.log, &projection, &asked.question.selection, Times::Measure);
    let label = |node: u32| asked.nodes.label(node).to_owned();
    let counts = |list: &[(u32, u64)]| {
        list.iter().map(|&(node, count)| NodeCount { node: label(node), count }).collect()
    };
    TransitionsView {
        journeys: found.selected.journeys,
        events: found.selected.events,
        transitions: found
            .transitions
            .iter()
            .map(|transition| TransitionView {
                from: label(transition.from),
                to: label(transition.to),
                count: transition.count,
                median_seconds: transition.time.map_or(0.0, |(median, _)| seconds(median)),
                p95_seconds: transition.time.map_or(0.0, |(_, p95)| seconds(p95)),
                handoff_share: share(transition.handoffs, transition.count),
            })
            .collect(),
        starts: counts(&found.starts),
        ends: counts(&found.ends),
    }
}

fn loops(query: &ExploreQuery) -> Loops {
    if query.fold_loops { Loops::Collapse } else { Loops::Keep }
}

/// The most frequent variants.
pub fn variants(asked: &Asked<'_>, query: &ExploreQuery, most: usize) -> VariantsView {
    let projection = asked.nodes.projection(&asked.data.mapped);
    let log = &asked.data.snapshot.log;
    let found = count_variants(log, &projection, &asked.question.selection, loops(query), most);
    let journeys = found.selected.journeys;
    let mut covered = 0;
    let variants = found.variants.into_iter().map(|one| {
        covered += one.count;
        VariantView {
            nodes: one.nodes.iter().map(|&node| asked.nodes.label(node).to_owned()).collect(),
            departments: one.nodes.iter().map(|&node| asked.nodes.department(node)).collect(),
            count: one.count,
            share: share(one.count, journeys),
            covered: share(covered, journeys),
            median_seconds: seconds(one.duration.0),
        }
    });
    VariantsView { journeys, different: found.different, variants: variants.collect() }
}

fn node(asked: &Asked<'_>, label: &str, place: &str) -> Result<u32, UserError> {
    asked.nodes.find(label).ok_or_else(|| unknown("node", label, asked.nodes.labels()).at(place))
}

fn request(asked: &Asked<'_>, query: &ExploreQuery) -> Result<(Vec<u32>, Request), UserError> {
    if query.funnel.is_empty() {
        return Err(UserError::new(Kind::Invalid, "no_steps", "A funnel needs at least one step.")
            .at("funnel")
            .remedy("Choose the first node that journeys should reach, then the next."));
    }
    let nodes: Vec<u32> =
        query.funnel.iter().map(|label| node(asked, label, "funnel")).collect::<Result<_, _>>()?;
    let steps = nodes.iter().map(|&step| (0..asked.nodes.len() as u32).map(|node| node == step).collect());
    let request = Request { steps: steps.collect(), window: window_of(query.within.as_deref())? };
    Ok((nodes, request))
}

/// How far journeys come through the chosen steps.
pub fn funnel(asked: &Asked<'_>, query: &ExploreQuery) -> Result<FunnelView, UserError> {
    let (nodes, request) = request(asked, query)?;
    let projection = asked.nodes.projection(&asked.data.mapped);
    let found = count_funnel(&asked.data.snapshot.log, &projection, &asked.question.selection, &request);
    let all = found.selected.journeys;
    let reached: Vec<u64> = found.steps.iter().map(|step| step.journeys).collect();
    let steps = nodes.iter().zip(&found.steps).enumerate().map(|(at, (&node, step))| FunnelStep {
        node: asked.nodes.label(node).to_owned(),
        department: asked.nodes.department(node),
        journeys: step.journeys,
        share: share(step.journeys, if at == 0 { all } else { reached[at - 1] }),
        left: step.journeys - reached.get(at + 1).copied().unwrap_or(0),
        median_seconds: step.time.map(|(median, _)| seconds(median)),
        p95_seconds: step.time.map(|(_, p95)| seconds(p95)),
    });
    Ok(FunnelView { journeys: all, steps: steps.collect() })
}

/// The time between the anchor and the other end.
pub fn between(asked: &Asked<'_>, query: &ExploreQuery) -> Result<BetweenView, UserError> {
    let (Some(from), Some(until)) = (&query.anchor, &query.until) else {
        return Err(UserError::new(
            Kind::Invalid,
            "no_ends",
            "Two nodes are needed to measure the time between.",
        )
        .at("until")
        .remedy("Choose where the time begins, and where it ends."));
    };
    let nodes = (node(asked, from, "anchor")?, node(asked, until, "until")?);
    let projection = asked.nodes.projection(&asked.data.mapped);
    let found = measure(&asked.data.snapshot.log, &projection, &asked.question.selection, nodes);
    Ok(BetweenView {
        from: from.clone(),
        until: until.clone(),
        from_journeys: found.from,
        journeys: found.journeys,
        median_seconds: found.time.map(|(median, _)| seconds(median)),
        p95_seconds: found.time.map(|(_, p95)| seconds(p95)),
        bars: found.bars.into_iter().map(|(end, journeys)| (seconds(end as f64), journeys)).collect(),
    })
}

/// The journeys behind the figure that `select` names: `variant/N`, `reached/N` or `left/N`, N from 1.
pub fn opened(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Option<Opened>, UserError> {
    let Some(select) = query.select.as_deref() else { return Ok(None) };
    let gone = || {
        UserError::new(Kind::Invalid, "unknown_selection", "The selected figure is not shown any more.")
            .at("select")
            .remedy("Select it again.")
    };
    let (what, number) = select.split_once('/').ok_or_else(gone)?;
    let at = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).ok_or_else(gone)?;
    let projection = asked.nodes.projection(&asked.data.mapped);
    let (log, selection) = (&asked.data.snapshot.log, &asked.question.selection);
    let (title, customers) = match (query.form, what) {
        (Form::Variants, "variant") => {
            let found = count_variants(log, &projection, selection, loops(query), at + 1);
            let one = found.variants.get(at).ok_or_else(gone)?;
            (format!("Variant {number}"), followers(log, &projection, selection, loops(query), &one.nodes))
        }
        (Form::Funnel, "reached" | "left") => {
            let (nodes, request) = request(asked, query)?;
            let label = asked.nodes.label(*nodes.get(at).ok_or_else(gone)?);
            let (title, part) = if what == "left" {
                (format!("Reached {label}, and no further"), Part::Left(at))
            } else {
                (format!("Reached {label}"), Part::Reached(at))
            };
            (title, behind_step(log, &projection, selection, &request, part))
        }
        _ => return Err(gone()),
    };
    let pages = customers.len().div_ceil(PAGE).max(1);
    let page = (query.page as usize).clamp(1, pages);
    let of_page = customers[(page - 1) * PAGE..].iter().take(PAGE).map(|&(customer, at)| BehindCustomer {
        id: asked.data.snapshot.customers[customer as usize].text(),
        events: log.of_customer(customer as usize).len() as u32,
        at,
    });
    Ok(Some(Opened {
        title,
        journeys: customers.len() as u64,
        customers: of_page.collect(),
        page: page as u32,
        pages: pages as u32,
    }))
}
