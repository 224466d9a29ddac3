//! Two periods or segments against each other.

use analytics::compare::{Compared, SIGNIFICANT, compare};
use analytics::sankey::{Kind as Stands, Sankey, Selector, behind as find};
use contract::journeys::{
    CompareView, ComparedLink, ComparedNode, ExploreQuery, Form, JourneysView, SideView, Unit,
};
use contract::{Kind, UserError};

use super::question::refused;
use super::shape::{self, department, id, kind, label, share};
use super::{Asked, answer, draw};

/// The other side of a comparison.
fn other<'a>(asked: &Asked<'a>, query: &ExploreQuery) -> Result<(Asked<'a>, ExploreQuery), UserError> {
    let against = query.against().ok_or_else(|| {
        UserError::new(Kind::Invalid, "no_other", "Choose what to compare with.")
            .at("against_from")
            .remedy("Another period, another segment, or both.")
    })?;
    Ok((Asked::within(&asked.resolve, &against)?, against))
}

fn compared(asked: &Asked<'_>, other: &Asked<'_>) -> Result<Compared, UserError> {
    let request = asked.question.request.clone()?;
    compare(&asked.basis(), &other.basis(), &request).map_err(refused)
}

/// What the form shows.
pub fn view(asked: &Asked<'_>, query: &ExploreQuery) -> Result<CompareView, UserError> {
    let (other, against) = other(asked, query)?;
    let found = compared(asked, &other)?;
    let nodes = asked.nodes();
    let of_nodes = found.whole.columns.iter().zip(&found.nodes).flat_map(|(column, figures)| {
        column.nodes.iter().zip(figures).map(|(node, &(first, second))| ComparedNode {
            id: id(nodes, column.step, node.kind),
            kind: kind(node.kind),
            step: column.step,
            label: label(nodes, node.kind),
            department: department(nodes, node.kind),
            first,
            second,
            first_share: share(first, found.first),
            second_share: share(second, found.second),
        })
    });
    let links = found.whole.links.iter().zip(&found.links).map(|(link, difference)| {
        let (from, to) = (&found.whole.columns[link.column], &found.whole.columns[link.column + 1]);
        ComparedLink {
            source: id(nodes, from.step, from.nodes[link.source].kind),
            target: id(nodes, to.step, to.nodes[link.target].kind),
            first: difference.first,
            second: difference.second,
            first_share: share(difference.first, found.first),
            second_share: share(difference.second, found.second),
            q: difference.q,
            // Several journeys of one customer are no independent trials.
            significant: difference.q < SIGNIFICANT && query.unit == Unit::Customer,
        }
    });
    let mean = weighed(&found);
    let plain = shape::sankey(nodes, &mean);
    let (wide, tall) = draw::both(&mean, &plain);
    let sides = if query.beside {
        let side = |asked: &Asked<'_>, query: &ExploreQuery| -> Result<JourneysView, UserError> {
            let query = ExploreQuery { form: Form::Flow, beside: false, ..query.unselected() };
            answer(
                asked,
                &ExploreQuery { against_from: None, against_to: None, against_segment: None, ..query },
            )
        };
        Some(Box::new((side(asked, query)?, side(&other, &against)?)))
    } else {
        None
    };
    let (first_name, second_name) = names(asked, query, &other, &against);
    Ok(CompareView {
        first: SideView { name: first_name, journeys: found.first },
        second: SideView { name: second_name, journeys: found.second },
        shared_customers: in_both(asked, &other),
        columns: plain.columns.clone(),
        nodes: of_nodes.collect(),
        links: links.collect(),
        wide,
        tall,
        sides,
    })
}

/// The same flow with every size as the mean of the two shares, so that both sets weigh the same in the drawing.
fn weighed(found: &Compared) -> Sankey {
    const WHOLE: f64 = 1e9;
    let mean = |first: u64, second: u64| {
        let mean = f64::midpoint(share(first, found.first), share(second, found.second));
        (mean * WHOLE).round().max(1.0) as u64
    };
    let mut weighed = found.whole.clone();
    weighed.journeys = WHOLE as u64;
    for (column, figures) in weighed.columns.iter_mut().zip(&found.nodes) {
        for (node, &(first, second)) in column.nodes.iter_mut().zip(figures) {
            node.journeys = mean(first, second);
        }
        let there = |kind: Stands| !matches!(kind, Stands::Ended | Stands::Started);
        column.journeys = column.nodes.iter().filter(|node| there(node.kind)).map(|node| node.journeys).sum();
    }
    for (link, difference) in weighed.links.iter_mut().zip(&found.links) {
        link.journeys = mean(difference.first, difference.second);
    }
    weighed
}

/// What sets the two apart, in words: their segments, their periods, or both.
fn names(
    asked: &Asked<'_>,
    query: &ExploreQuery,
    other: &Asked<'_>,
    against: &ExploreQuery,
) -> (String, String) {
    let segments = query.against_segment.is_some();
    let periods = query.against_from.is_some() || query.against_to.is_some();
    let name = |asked: &Asked<'_>, query: &ExploreQuery| {
        let period = &asked.question.period;
        let segment = segments.then(|| asked.resolve.saved.words(query));
        let period = periods.then(|| format!("{} to {}", period.from, period.to));
        segment.into_iter().chain(period).collect::<Vec<_>>().join(", ")
    };
    (name(asked, query), name(other, against))
}

/// Customers with a journey in both sets.
fn in_both(asked: &Asked<'_>, other: &Asked<'_>) -> u64 {
    let mut seen = vec![false; asked.data.snapshot.log.customers()];
    let journeys = &asked.ground.journeys;
    (0..journeys.len()).for_each(|journey| seen[journeys.customer(journey) as usize] = true);
    let journeys = &other.ground.journeys;
    let mut both = 0;
    for journey in 0..journeys.len() {
        // Counted once, however many journeys it has.
        both += u64::from(std::mem::take(&mut seen[journeys.customer(journey) as usize]));
    }
    both
}

/// The customers behind a node or link of one set.
pub fn behind(
    asked: &Asked<'_>,
    query: &ExploreQuery,
    second: bool,
    from: &str,
) -> Result<Vec<(u32, i64)>, UserError> {
    let (other, _) = other(asked, query)?;
    let found = compared(asked, &other)?;
    let place = |wanted: &str| {
        found.whole.columns.iter().enumerate().find_map(|(column, of)| {
            let node = of.nodes.iter().position(|node| id(asked.nodes(), of.step, node.kind) == wanted)?;
            Some((column, node))
        })
    };
    let gone = || UserError::not_found("node or link in this drawing");
    let (column, node) = place(from).ok_or_else(gone)?;
    let selector = match query.select_to.as_deref() {
        None => Selector::Node { column, node },
        Some(to) => {
            let (next, target) = place(to).ok_or_else(gone)?;
            if next != column + 1 {
                return Err(gone());
            }
            Selector::Link { column, source: node, target }
        }
    };
    let basis = if second { other.basis() } else { asked.basis() };
    Ok(find(&basis, &found.whole, selector).ok_or_else(gone)?.customers)
}
