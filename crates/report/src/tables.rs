//! What views show as tables with typed cells, for workbooks and CSV.

use contract::drivers::{DriversReport, OpenCases, ReasonsView, Said};
use contract::format::instant;
use contract::inventory::{Coverage, GapsView, KpisView, MatrixView};
use contract::journeys::{
    BehindCustomer, BetweenView, CompareView, FunnelView, SankeyView, TransitionsView, VariantsView,
};
use contract::reviews::{ActionRow, EffectView, ReviewsView};
use contract::summary::{Figure, SummaryView};
use contract::table::{Cell, Table};
use contract::trends::TrendsView;

fn table(name: &str, heads: &[&str]) -> Table {
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    Table { name: name.to_owned(), heads, ..Table::default() }
}

fn count(value: u64) -> Cell {
    Cell::Number(value as f64)
}

/// A figure without the digits that mean nothing.
fn share(value: f64) -> Cell {
    Cell::Number((value * 1e6).round() / 1e6)
}

/// Cents as an amount.
fn amount(cents: f64) -> Cell {
    Cell::Number(cents.round() / 100.0)
}

fn yes(is: bool) -> Cell {
    Cell::text(if is { "yes" } else { "no" })
}

fn optional(text: Option<&String>) -> Cell {
    Cell::text(text.cloned().unwrap_or_default())
}

/// One row a link.
pub fn sankey(view: &SankeyView) -> Table {
    let node = |id: &str| view.nodes.iter().find(|node| node.id == id);
    let mut out = table(
        "Links",
        &[
            "from step",
            "from",
            "to step",
            "to",
            "journeys",
            "share of from",
            "median seconds",
            "95th percentile seconds",
            "share that changes department",
        ],
    );
    for link in &view.links {
        let (Some(source), Some(target)) = (node(&link.source), node(&link.target)) else { continue };
        out.rows.push(vec![
            Cell::Number(source.step.into()),
            Cell::text(&source.label),
            Cell::Number(target.step.into()),
            Cell::text(&target.label),
            count(link.journeys),
            share(link.share),
            Cell::number(link.median_seconds),
            Cell::number(link.p95_seconds),
            share(link.handoff_share),
        ]);
    }
    out
}

/// One row a candidate.
pub fn drivers(view: &DriversReport) -> Table {
    let mut out = table(
        "Drivers",
        &[
            "touchpoint",
            "experience",
            "department",
            "exposed customers",
            "rate ratio",
            "rate ratio low",
            "rate ratio high",
            "q-value",
            "excess contacts",
            "excess low",
            "excess high",
            "cost",
            "explained by",
        ],
    );
    let name = |name: &Option<String>| Cell::text(name.clone().unwrap_or_default());
    for row in &view.drivers {
        out.rows.push(vec![
            Cell::text(&row.touchpoint),
            name(&row.experience),
            name(&row.department),
            count(row.exposed_customers),
            Cell::number(row.rate_ratio),
            Cell::number(row.ci_low),
            Cell::number(row.ci_high),
            share(row.q_value),
            Cell::number(row.excess_contacts),
            Cell::number(row.excess_low),
            Cell::number(row.excess_high),
            Cell::number(row.cost),
            name(&row.explained_by),
        ]);
    }
    out
}

/// One row a link, with both sets.
pub fn compare(view: &CompareView) -> Table {
    let node = |id: &str| view.nodes.iter().find(|node| node.id == id);
    let mut out = table(
        "Links",
        &[
            "from step",
            "from",
            "to",
            "journeys A",
            "journeys B",
            "share of A",
            "share of B",
            "q-value",
            "significant",
        ],
    );
    for link in &view.links {
        let (Some(source), Some(target)) = (node(&link.source), node(&link.target)) else { continue };
        out.rows.push(vec![
            Cell::Number(source.step.into()),
            Cell::text(&source.label),
            Cell::text(&target.label),
            count(link.first),
            count(link.second),
            share(link.first_share),
            share(link.second_share),
            share(link.q),
            yes(link.significant),
        ]);
    }
    out
}

/// One row a transition.
pub fn transitions(view: &TransitionsView) -> Table {
    let mut out = table("Transitions", &["from", "to", "count", "median seconds", "95th percentile seconds"]);
    for transition in &view.transitions {
        out.rows.push(vec![
            Cell::text(&transition.from),
            Cell::text(&transition.to),
            count(transition.count),
            share(transition.median_seconds),
            share(transition.p95_seconds),
        ]);
    }
    out
}

/// One row a variant.
pub fn variants(view: &VariantsView) -> Table {
    let mut out = table("Variants", &["journeys", "share", "covered", "median seconds", "nodes"]);
    for one in &view.variants {
        out.rows.push(vec![
            count(one.count),
            share(one.share),
            share(one.covered),
            share(one.median_seconds),
            Cell::text(one.nodes.join(" > ")),
        ]);
    }
    out
}

/// One row a step.
pub fn funnel(view: &FunnelView) -> Table {
    let mut out = table(
        "Steps",
        &["step", "journeys", "share of the step before", "left", "median seconds", "95th percentile seconds"],
    );
    for step in &view.steps {
        out.rows.push(vec![
            Cell::text(&step.node),
            count(step.journeys),
            share(step.share),
            count(step.left),
            Cell::number(step.median_seconds),
            Cell::number(step.p95_seconds),
        ]);
    }
    out
}

/// One row a bar of the distribution.
pub fn between(view: &BetweenView) -> Table {
    let mut out = table("Time between", &["from", "to", "up to seconds", "journeys"]);
    for (end, journeys) in &view.bars {
        out.rows.push(vec![
            Cell::text(&view.from),
            Cell::text(&view.until),
            Cell::Number(*end),
            count(*journeys),
        ]);
    }
    out
}

/// What customers say more often than others.
pub fn keywords(said: &Said) -> Table {
    let mut out = table("Keywords", &["word", "customers who say it", "others who say it", "z"]);
    for one in &said.keywords {
        out.rows.push(vec![Cell::text(&one.word), count(one.customers), count(one.others), share(one.z)]);
    }
    out
}

/// Contacts of customers with an open case: all, and by driver.
pub fn open_cases(view: &OpenCases) -> Table {
    let mut out =
        table("Open cases", &["contacts of", "contacts", "with an open case", "share of customers' time"]);
    let all = vec![
        Cell::text("all"),
        count(view.contacts),
        Cell::number(view.with_open_case.map(|one| one as f64)),
        Cell::number(view.share_of_customer_time),
    ];
    out.rows.push(all);
    for (name, contacts, open) in &view.drivers {
        out.rows.push(vec![Cell::text(name), count(*contacts), count(*open), Cell::Empty]);
    }
    out
}

/// How much of the inventory is covered.
pub fn coverage(view: &Coverage) -> Table {
    let Coverage { touchpoints, owned, measured, logged, covered, events } = view;
    let mut out = table("Coverage", &["of the inventory", "number"]);
    let rows = [
        ("touchpoints", touchpoints),
        ("with an owner", owned),
        ("with a KPI", measured),
        ("with data", logged),
        ("with all three", covered),
    ];
    for (name, number) in rows {
        out.rows.push(vec![Cell::text(name), count(u64::from(*number))]);
    }
    if let Some((events, covered)) = events {
        out.rows.push(vec![Cell::text("events"), count(*events)]);
        out.rows.push(vec![Cell::text("events at touchpoints with all three"), count(*covered)]);
    }
    out
}

/// Who is behind a figure of journeys.
pub fn customers(list: &[BehindCustomer]) -> Table {
    let mut out = table("Customers", &["customer (pseudonym)", "events in all", "there at (UTC)"]);
    for one in list {
        let at = instant(one.at.div_euclid(1_000_000));
        out.rows.push(vec![Cell::text(&one.id), count(u64::from(one.events)), Cell::text(&at)]);
    }
    out
}

/// The summary: headlines, costliest drivers, where contacts come from, commitments.
pub fn summary(view: &SummaryView) -> Vec<Table> {
    let owner = |at: Option<u32>| at.and_then(|at| view.departments.get(at as usize)).map(|one| &one.name);
    let mut headlines =
        table("Headlines", &["headline", "figure", "unit", "period before", "what it is made of"]);
    for one in &view.headlines {
        let (unit, in_unit): (&str, fn(f64) -> Cell) = match one.figure {
            Figure::Share(_) => ("share of 1", share),
            Figure::Money(_) => ("currency", amount),
            Figure::Number(_) | Figure::Unknown => ("number", share),
        };
        headlines.rows.push(vec![
            Cell::text(&one.name),
            one.figure.value().map_or(Cell::Empty, in_unit),
            Cell::text(unit),
            one.before.map_or(Cell::Empty, in_unit),
            Cell::text(&one.note),
        ]);
    }
    let heads =
        ["driver", "owner", "cost", "cost in the period before", "contacts' worth", "action", "action's state"];
    let mut drivers = table("Costliest drivers", &heads);
    for one in &view.drivers {
        drivers.rows.push(vec![
            Cell::text(&one.name),
            optional(owner(one.department)),
            amount(one.cost),
            one.cost_before.map_or(Cell::Empty, amount),
            share(one.contacts),
            optional(one.action.as_ref().map(|action| &action.title)),
            Cell::text(one.action.as_ref().map(|action| action.state.label()).unwrap_or_default()),
        ]);
    }
    let mut heat = table("Where from", &["department", "stage", "contacts' worth", "cost"]);
    for ((department, _), row) in view.heat.departments.iter().zip(&view.heat.cells) {
        for (stage, (contacts, cost)) in view.heat.stages.iter().zip(row).filter(|(_, cell)| cell.0 > 0.0) {
            heat.rows.push(vec![Cell::text(department), Cell::text(stage), share(*contacts), amount(*cost)]);
        }
    }
    let heads = [
        "department",
        "reviews attended",
        "reviews committed in",
        "reviews",
        "open actions",
        "overdue",
        "done",
        "done on time",
        "done that had a day",
        "latest words",
    ];
    let mut standing = table("Commitments", &heads);
    for one in &view.standing {
        standing.rows.push(vec![
            Cell::text(&one.department),
            count(one.attended),
            count(one.committed),
            count(one.reviews),
            count(one.open),
            count(one.overdue),
            count(one.done),
            count(one.on_time.0),
            count(one.on_time.1),
            optional(one.words.as_ref()),
        ]);
    }
    vec![headlines, drivers, heat, standing]
}

/// Reasons, and what the evidence gives to each touchpoint.
pub fn reasons(view: &ReasonsView) -> Vec<Table> {
    let owner = |at: Option<u32>| at.and_then(|at| view.departments.get(at as usize)).map(|one| &one.name);
    let heads =
        ["reason", "contacts", "cost", "stands for", "owner", "failure", "share that the evidence agrees with"];
    let mut reasons = table("Reasons", &heads);
    let mut evidence = table("Evidence", &["reason", "touchpoint", "share of the reason's contacts"]);
    for row in &view.rows {
        reasons.rows.push(vec![
            Cell::text(&row.reason),
            count(row.contacts),
            amount(row.cost),
            optional(row.touchpoint.as_ref()),
            optional(owner(row.department)),
            yes(row.failure),
            row.agrees.map_or(Cell::Empty, share),
        ]);
        for (name, part) in view.columns.iter().zip(&row.evidence).filter(|(_, part)| **part > 0.0) {
            evidence.rows.push(vec![Cell::text(&row.reason), Cell::text(name), share(*part)]);
        }
    }
    vec![reasons, evidence]
}

/// Weekly series, and when their level changed.
pub fn trends(view: &TrendsView) -> Vec<Table> {
    let owner = |at: Option<u32>| at.and_then(|at| view.departments.get(at as usize)).map(|one| &one.name);
    let mut weeks = table("Weeks", &["series", "of", "owner", "week of", "value", "unit"]);
    let mut changes =
        table("Changes", &["series", "of", "week of", "before", "after", "what happened around then"]);
    for row in &view.rows {
        for (day, value) in view.weeks.iter().skip(row.first as usize).zip(&row.values) {
            weeks.rows.push(vec![
                Cell::text(&row.name),
                Cell::text(row.of.label()),
                optional(owner(row.department)),
                Cell::day(day),
                share(*value),
                Cell::text(&row.unit),
            ]);
        }
        for change in &row.changes {
            changes.rows.push(vec![
                Cell::text(&row.name),
                Cell::text(row.of.label()),
                Cell::day(&change.day),
                share(change.before),
                share(change.after),
                Cell::text(change.near.join("; ")),
            ]);
        }
    }
    vec![weeks, changes]
}

/// Actions, and reviews.
pub fn reviews(view: &ReviewsView) -> Vec<Table> {
    let mut reviews =
        table("Reviews", &["review", "day", "participants", "actions", "open actions", "commitments"]);
    for one in &view.reviews {
        reviews.rows.push(vec![
            Cell::text(&one.title),
            Cell::day(&one.day),
            Cell::text(&one.participants),
            count(one.actions),
            count(one.open_actions),
            count(one.commitments),
        ]);
    }
    vec![actions(&view.actions), reviews]
}

fn actions(rows: &[ActionRow]) -> Table {
    let heads = [
        "action",
        "department",
        "person",
        "due",
        "overdue",
        "state",
        "targets",
        "started",
        "contacts a week before",
        "change a week",
        "change, low",
        "change, high",
    ];
    let mut out = table("Actions", &heads);
    for one in rows {
        let measured = match one.effect {
            Some(EffectView::Measured { before, change: (value, low, high), .. }) => {
                [before, value, low, high].map(share)
            }
            _ => [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty],
        };
        let row = vec![
            Cell::text(&one.title),
            optional(one.department.as_ref()),
            Cell::text(&one.person),
            Cell::day(one.due.clone().unwrap_or_default()),
            yes(one.overdue),
            Cell::text(one.state.label()),
            Cell::text(&one.target),
            Cell::day(one.started.clone().unwrap_or_default()),
        ];
        out.rows.push(row.into_iter().chain(measured).collect());
    }
    out
}

/// KPIs with their latest readings.
pub fn kpis(view: &KpisView) -> Vec<Table> {
    let heads = [
        "KPI",
        "owner",
        "view",
        "unit",
        "day",
        "latest",
        "change",
        "target",
        "meets the target",
        "controlled links",
        "influenced links",
        "links not controlled",
    ];
    let mut out = table("KPIs", &heads);
    for one in &view.kpis {
        let (controlled, influenced, not) = one.links;
        out.rows.push(vec![
            Cell::text(&one.name),
            optional(one.owner.as_ref()),
            Cell::text(&one.kind),
            Cell::text(&one.unit),
            optional(one.latest.as_ref().map(|(day, _)| day)),
            one.latest.as_ref().map_or(Cell::Empty, |(_, value)| share(*value)),
            one.change.map_or(Cell::Empty, share),
            one.target.map_or(Cell::Empty, share),
            one.met.map_or(Cell::Empty, yes),
            count(controlled.into()),
            count(influenced.into()),
            count(not.into()),
        ]);
    }
    vec![out]
}

/// Who measures what, and who owns what.
pub fn matrix(view: &MatrixView) -> Vec<Table> {
    let heads: Vec<&str> =
        ["touchpoint", "owner"].into_iter().chain(view.kpis.iter().map(|kpi| kpi.1.as_str())).collect();
    let mut measured = table("KPIs by touchpoint", &heads);
    for row in &view.touchpoints {
        let begin = [Cell::text(&row.name), optional(row.owner.as_ref())];
        measured.rows.push(begin.into_iter().chain(row.cells.iter().map(Cell::text)).collect());
    }
    let mut owned = table("Departments by stage", &["department", "stage", "touchpoints", "with a KPI"]);
    let stages = || view.stages.iter().map(String::as_str).chain(["no stage"]);
    for row in &view.departments {
        let name = row.name.as_deref().unwrap_or("nobody");
        for (stage, (all, with)) in stages().zip(&row.cells) {
            owned.rows.push(vec![
                Cell::text(name),
                Cell::text(stage),
                count((*all).into()),
                count((*with).into()),
            ]);
        }
    }
    vec![measured, owned]
}

/// Work lists, one row a gap.
pub fn gaps(view: &GapsView) -> Vec<Table> {
    let mut out = table("Gaps", &["list", "what", "owner", "note", "events"]);
    for list in &view.lists {
        for item in &list.items {
            out.rows.push(vec![
                Cell::text(&list.title),
                Cell::text(&item.label),
                optional(item.owner.as_ref()),
                Cell::text(&item.note),
                item.events.map_or(Cell::Empty, count),
            ]);
        }
    }
    vec![out]
}
