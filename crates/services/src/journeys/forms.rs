//! The forms beside the flow: transitions, variants, funnel and the time between two nodes, and the journeys behind
//! their figures. All of the same selection, so that they agree.

use analytics::Times;
use analytics::between::{behind as behind_time, between as measure};
use analytics::funnel::{Part, Request, behind as behind_step, funnel as count_funnel};
use analytics::transitions::{
    Figure, behind as behind_transition, measure as measure_transitions, transitions as count_transitions,
};
use analytics::variants::{Loops, followers, variants as count_variants};
use contract::journeys::{
    BetweenView, ExploreQuery, Form, FunnelStep, FunnelView, NodeCount, Opened, Shown, TransitionView,
    TransitionsView, VariantView, VariantsView, window_of,
};
use contract::{Kind, UserError};

use super::behind::{Page, page_of};
use super::shape::{seconds, share};
use super::{Asked, compare, map, unknown};

/// Variants that the page lists; the CSV has all.
const VARIANTS: usize = 60;
/// Transitions whose times the page shows.
const TRANSITIONS: usize = 200;

/// What a form shows; nothing where it needs a choice first, with the hint that says which.
pub fn shown(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Shown, UserError> {
    Ok(match query.form {
        Form::Flow | Form::Table => Shown::Nothing,
        Form::Transitions => Shown::Transitions(transitions(asked, TRANSITIONS)),
        Form::Variants => Shown::Variants(variants(asked, query, VARIANTS)),
        Form::Funnel => Shown::Funnel(funnel(asked, query)?),
        Form::Between => Shown::Between(between(asked, query)?),
        Form::Map => Shown::Map(map::map(asked, query)),
        Form::Compare => Shown::Compare(Box::new(compare::view(asked, query)?)),
    })
}

/// Transitions, starts and ends. The `most` frequent ones are measured too, which takes longer than counting.
pub fn transitions(asked: &Asked<'_>, most: usize) -> TransitionsView {
    let basis = asked.basis();
    let mut found = count_transitions(&basis, Times::Leave);
    let measured = found.transitions.len().min(most);
    measure_transitions(&basis, &mut found.transitions[..measured]);
    let label = |node: u32| asked.nodes().label(node).to_owned();
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
    let found = count_variants(&asked.basis(), loops(query), most);
    let journeys = found.selected.journeys;
    let mut covered = 0;
    let variants = found.variants.into_iter().map(|one| {
        covered += one.count;
        VariantView {
            nodes: one.nodes.iter().map(|&node| asked.nodes().label(node).to_owned()).collect(),
            departments: one.nodes.iter().map(|&node| asked.nodes().department(node)).collect(),
            count: one.count,
            share: share(one.count, journeys),
            covered: share(covered, journeys),
            median_seconds: seconds(one.duration.0),
        }
    });
    VariantsView { journeys, different: found.different, variants: variants.collect() }
}

fn node(asked: &Asked<'_>, label: &str, place: &str) -> Result<u32, UserError> {
    asked.nodes().find(label).ok_or_else(|| unknown("node", label, asked.nodes().labels()).at(place))
}

fn request(asked: &Asked<'_>, query: &ExploreQuery) -> Result<(Vec<u32>, Request), UserError> {
    if query.funnel.is_empty() {
        return Err(UserError::new(Kind::Invalid, "no_steps", "A funnel needs at least one step.")
            .at("funnel")
            .remedy("Choose the first node that journeys should reach, then the next."));
    }
    let nodes: Vec<u32> =
        query.funnel.iter().map(|label| node(asked, label, "funnel")).collect::<Result<_, _>>()?;
    let steps = nodes.iter().map(|&step| (0..asked.nodes().len() as u32).map(|node| node == step).collect());
    let request = Request { steps: steps.collect(), window: window_of(query.within.as_deref())? };
    Ok((nodes, request))
}

/// How far journeys come through the chosen steps.
pub fn funnel(asked: &Asked<'_>, query: &ExploreQuery) -> Result<FunnelView, UserError> {
    let (nodes, request) = request(asked, query)?;
    let found = count_funnel(&asked.basis(), &request);
    let all = found.selected.journeys;
    let reached: Vec<u64> = found.steps.iter().map(|step| step.journeys).collect();
    let steps = nodes.iter().zip(&found.steps).enumerate().map(|(at, (&node, step))| FunnelStep {
        node: asked.nodes().label(node).to_owned(),
        department: asked.nodes().department(node),
        journeys: step.journeys,
        share: share(step.journeys, if at == 0 { all } else { reached[at - 1] }),
        left: step.journeys - reached.get(at + 1).copied().unwrap_or(0),
        median_seconds: step.time.map(|(median, _)| seconds(median)),
        p95_seconds: step.time.map(|(_, p95)| seconds(p95)),
    });
    Ok(FunnelView { journeys: all, steps: steps.collect() })
}

/// The two nodes that time is measured between.
fn ends<'a>(asked: &Asked<'_>, query: &'a ExploreQuery) -> Result<(&'a str, &'a str, (u32, u32)), UserError> {
    let (Some(from), Some(until)) = (&query.anchor, &query.until) else {
        return Err(UserError::new(
            Kind::Invalid,
            "no_ends",
            "Two nodes are needed to measure the time between.",
        )
        .at("until")
        .remedy("Choose where the time begins, and where it ends."));
    };
    Ok((from, until, (node(asked, from, "anchor")?, node(asked, until, "until")?)))
}

/// The time between the anchor and the other end.
pub fn between(asked: &Asked<'_>, query: &ExploreQuery) -> Result<BetweenView, UserError> {
    let (from, until, nodes) = ends(asked, query)?;
    let found = measure(&asked.basis(), nodes);
    Ok(BetweenView {
        from: from.to_owned(),
        until: until.to_owned(),
        from_journeys: found.from,
        journeys: found.journeys,
        median_seconds: found.time.map(|(median, _)| seconds(median)),
        p95_seconds: found.time.map(|(_, p95)| seconds(p95)),
        bars: found.bars.into_iter().map(|(end, journeys)| (seconds(end as f64), journeys)).collect(),
    })
}

/// The journeys behind the figure that `select` names.
pub fn opened(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Option<Opened>, UserError> {
    if query.select.is_none() {
        return Ok(None);
    }
    let (title, found) = behind(asked, query)?;
    let Page { customers, page, pages } = page_of(asked, &found, query.page);
    Ok(Some(Opened { title, journeys: found.len() as u64, customers, page, pages }))
}

/// What stands behind the figure that `select` names, and what to call it: `variant/N`, `reached/N` or `left/N`,
/// `bar/N` or `all`, N from 1; of transitions, the places `start/NODE`, `end/NODE` and `from/NODE` with the other
/// node in `select_to`.
pub fn behind(asked: &Asked<'_>, query: &ExploreQuery) -> Result<(String, Vec<(u32, i64)>), UserError> {
    let gone = || {
        UserError::new(Kind::Invalid, "unknown_selection", "The selected figure is not shown any more.")
            .at("select")
            .remedy("Select it again.")
    };
    let (what, rest) = query.select.as_deref().and_then(|select| select.split_once('/')).ok_or_else(gone)?;
    let number = || rest.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).ok_or_else(gone);
    let named = |label: &str| asked.nodes().find(label).ok_or_else(gone);
    let basis = asked.basis();
    Ok(match (query.form, what) {
        (Form::Variants, "variant") => {
            let at = number()?;
            let found = count_variants(&basis, loops(query), at + 1);
            let one = found.variants.get(at).ok_or_else(gone)?;
            (format!("Variant {}", at + 1), followers(&basis, loops(query), &one.nodes))
        }
        (Form::Funnel, "reached" | "left") => {
            let at = number()?;
            let (nodes, request) = request(asked, query)?;
            let label = asked.nodes().label(*nodes.get(at).ok_or_else(gone)?);
            let (title, part) = if what == "left" {
                (format!("Reached {label}, and no further"), Part::Left(at))
            } else {
                (format!("Reached {label}"), Part::Reached(at))
            };
            (title, behind_step(&basis, &request, part))
        }
        (Form::Between, "bar" | "all") => {
            let bar = if what == "all" { None } else { Some(number()?) };
            let (from, until, nodes) = ends(asked, query)?;
            (format!("{from} to {until}"), behind_time(&basis, nodes, bar))
        }
        (Form::Between, "from") => {
            let (from, _, (node, _)) = ends(asked, query)?;
            let step = (0..asked.nodes().len() as u32).map(|other| other == node).collect();
            let request = Request { steps: vec![step], window: None };
            (format!("Journeys with {from}"), behind_step(&basis, &request, Part::Reached(0)))
        }
        (Form::Transitions | Form::Map, "from") => {
            let to = query.select_to.as_deref().ok_or_else(gone)?;
            let figure = Figure::Pair(named(rest)?, named(to)?);
            (format!("{rest} \u{2192} {to}"), behind_transition(&basis, figure))
        }
        (Form::Transitions | Form::Map, "start") => {
            (format!("Starts at {rest}"), behind_transition(&basis, Figure::Start(named(rest)?)))
        }
        (Form::Transitions | Form::Map, "end") => {
            (format!("Ends at {rest}"), behind_transition(&basis, Figure::End(named(rest)?)))
        }
        (Form::Compare, "first" | "second") => {
            let title = query
                .select_to
                .as_deref()
                .map_or_else(|| plain(rest), |to| format!("{} \u{2192} {}", plain(rest), plain(to)));
            (title, compare::behind(asked, query, what == "second", rest)?)
        }
        _ => return Err(gone()),
    })
}

/// The label in a node's id.
fn plain(id: &str) -> String {
    id.split_once("/n/").map_or(id, |(_, label)| label).to_owned()
}
