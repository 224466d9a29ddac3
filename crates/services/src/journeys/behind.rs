//! Who is behind a node or link of the diagram.

use analytics::Times;
use analytics::sankey::{Behind as Found, Sankey, Selector, behind as find};
use contract::journeys::{Behind, BehindCustomer, ExploreQuery, Flow, Form, NeighbourView, SankeyView};
use contract::{Kind, UserError};

use super::shape::{department, id, kind, label, seconds, share};
use super::{Asked, forms};

/// Customers a page of the list.
const PAGE: usize = 50;

/// Customers of a file: a sheet of a workbook has room for a few more.
const MOST_LISTED: usize = 1_000_000;

/// One page of the customers behind a figure.
pub struct Page {
    pub customers: Vec<BehindCustomer>,
    pub page: u32,
    pub pages: u32,
}

/// Cuts a page out of a list of customers with the instants that they are listed for.
pub fn page_of(asked: &Asked<'_>, customers: &[(u32, i64)], wanted: u32) -> Page {
    let pages = customers.len().div_ceil(PAGE).max(1);
    let page = (wanted as usize).clamp(1, pages);
    let of_page = customers[(page - 1) * PAGE..].iter().take(PAGE);
    let of_page = of_page.map(|&(customer, at)| behind_customer(asked, customer, at));
    Page { customers: of_page.collect(), page: page as u32, pages: pages as u32 }
}

/// The customers behind the figure that a question selects, whatever its form, with the instants that they are listed
/// for.
fn listed(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Vec<(u32, i64)>, UserError> {
    Ok(match query.form {
        Form::Flow | Form::Table => {
            let sankey = asked.sankey(Times::Leave)?;
            found(asked, &sankey, selector(asked, &sankey, query)?)?.customers
        }
        _ => forms::behind(asked, query)?.1,
    })
}

/// The customers behind the figure that a question selects.
pub fn customers(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Vec<u32>, UserError> {
    Ok(listed(asked, query)?.into_iter().map(|(customer, _)| customer).collect())
}

/// All of the list that a panel shows page by page.
pub fn whole_list(asked: &Asked<'_>, query: &ExploreQuery) -> Result<Vec<BehindCustomer>, UserError> {
    let one = |(customer, at): (u32, i64)| behind_customer(asked, customer, at);
    let all = listed(asked, query)?;
    if all.len() > MOST_LISTED {
        let message = format!("The figure stands for {} customers; a file holds {MOST_LISTED}.", all.len());
        return Err(UserError::new(Kind::TooLarge, "too_many_customers", message)
            .at("select")
            .remedy("Choose a shorter period, or a segment."));
    }
    Ok(all.into_iter().map(one).collect())
}

fn behind_customer(asked: &Asked<'_>, customer: u32, at: i64) -> BehindCustomer {
    let snapshot = &asked.data.snapshot;
    BehindCustomer {
        id: snapshot.customers[customer as usize].text(),
        events: snapshot.log.of_customer(customer as usize).len() as u32,
        at,
    }
}

/// The flow alone, for what the pointer is over.
pub fn flow(asked: &Asked<'_>, sankey: &Sankey, query: &ExploreQuery) -> Result<Flow, UserError> {
    let found = found(asked, sankey, selector(asked, sankey, query)?)?;
    Ok(flow_of(&found))
}

fn flow_of(found: &Found) -> Flow {
    Flow {
        journeys: found.customers.len() as u64,
        through: found.through.clone(),
        seconds: found.until_next.map(|(median, p95)| (seconds(median), seconds(p95))),
    }
}

/// What the side panel shows.
pub fn behind(asked: &Asked<'_>, sankey: &Sankey, query: &ExploreQuery) -> Result<Behind, UserError> {
    let selector = selector(asked, sankey, query)?;
    let found = found(asked, sankey, selector)?;
    let nodes = asked.nodes();
    let time = |time: Option<(f64, f64)>| time.map(|(median, p95)| (seconds(median), seconds(p95)));
    let page = page_of(asked, &found.customers, query.page);
    let (column, node) = match selector {
        Selector::Node { column, node } => (column, node),
        Selector::Link { column, source, .. } => (column, source),
    };
    let of = &sankey.columns[column];
    let this = &of.nodes[node];
    let flow = flow_of(&found);
    let common = Behind {
        title: label(nodes, this.kind),
        kind: kind(this.kind),
        is_link: false,
        department: department(nodes, this.kind),
        to_department: None,
        step: of.step,
        journeys: flow.journeys,
        share: share(this.journeys, sankey.journeys),
        share_of: sankey.journeys,
        repeats: this.repeats,
        time_before: time(found.since_previous),
        time_after: time(found.until_next),
        handoff_share: None,
        open_share: open_share(asked, &found.customers),
        before: Vec::new(),
        after: Vec::new(),
        flow,
        customers: page.customers,
        page: page.page,
        pages: page.pages,
        anchor: match this.kind {
            analytics::sankey::Kind::Node(node) => Some(nodes.label(node).to_owned()),
            _ => None,
        },
    };
    let Selector::Link { target, .. } = selector else {
        let neighbours = |incoming: bool| {
            let mut links: Vec<NeighbourView> = sankey
                .links
                .iter()
                .filter(|link| match incoming {
                    true => link.column + 1 == column && link.target == node,
                    false => link.column == column && link.source == node,
                })
                .map(|link| {
                    let (column, at) =
                        if incoming { (link.column, link.source) } else { (link.column + 1, link.target) };
                    let (step, kind) = (sankey.columns[column].step, sankey.columns[column].nodes[at].kind);
                    NeighbourView {
                        id: id(nodes, step, kind),
                        label: label(nodes, kind),
                        department: department(nodes, kind),
                        journeys: link.journeys,
                        share: share(link.journeys, this.journeys),
                    }
                })
                .collect();
            links.sort_by(|a, b| b.journeys.cmp(&a.journeys).then_with(|| a.label.cmp(&b.label)));
            links
        };
        return Ok(Behind { before: neighbours(true), after: neighbours(false), ..common });
    };
    let link = sankey
        .links
        .iter()
        .find(|link| (link.column, link.source, link.target) == (column, node, target))
        .ok_or_else(|| UserError::not_found("link"))?;
    let there = sankey.columns[column + 1].nodes[target].kind;
    Ok(Behind {
        title: format!("{} \u{2192} {}", label(nodes, this.kind), label(nodes, there)),
        is_link: true,
        to_department: department(nodes, there),
        share: share(link.journeys, this.journeys),
        share_of: this.journeys,
        repeats: 0,
        time_before: None,
        time_after: time(link.time),
        handoff_share: Some(share(link.handoffs, link.journeys)),
        anchor: None,
        ..common
    })
}

/// Share of the journeys whose customer had a case open at the instant that they are listed for.
fn open_share(asked: &Asked<'_>, customers: &[(u32, i64)]) -> Option<f64> {
    let data = asked.data;
    let open = data.mapped.open_cases(&data.snapshot, &data.inventory)?;
    let with = customers.iter().filter(|&&(customer, at)| open.is_open(customer as usize, at)).count();
    (!customers.is_empty()).then(|| with as f64 / customers.len() as f64)
}

/// Says of each link how many of its journeys have an open case: as many as its panel does.
pub fn mark_open(asked: &Asked<'_>, sankey: &Sankey, view: &mut SankeyView) {
    let data = asked.data;
    let Some(open) = data.mapped.open_cases(&data.snapshot, &data.inventory) else { return };
    let marked =
        analytics::sankey::marked(&asked.basis(), sankey, |customer, at| open.is_open(customer as usize, at));
    for (link, open) in view.links.iter_mut().zip(marked) {
        link.open = Some(open);
    }
}

fn found(asked: &Asked<'_>, sankey: &Sankey, selector: Selector) -> Result<Found, UserError> {
    find(&asked.basis(), sankey, selector).ok_or_else(|| UserError::not_found("node"))
}

/// Finds the selected place by its id.
fn selector(asked: &Asked<'_>, sankey: &Sankey, query: &ExploreQuery) -> Result<Selector, UserError> {
    let place = |wanted: &str| {
        sankey.columns.iter().enumerate().find_map(|(column, of)| {
            let node = of.nodes.iter().position(|node| id(asked.nodes(), of.step, node.kind) == wanted)?;
            Some((column, node))
        })
    };
    let gone = || {
        UserError::not_found("node or link in this drawing")
            .remedy("Close the panel, or go back to the drawing where it was selected.")
    };
    let (column, node) = query.select.as_deref().and_then(place).ok_or_else(gone)?;
    match query.select_to.as_deref() {
        None => Ok(Selector::Node { column, node }),
        Some(to) => {
            let (next, target) = place(to).ok_or_else(gone)?;
            if next == column + 1 { Ok(Selector::Link { column, source: node, target }) } else { Err(gone()) }
        }
    }
}
