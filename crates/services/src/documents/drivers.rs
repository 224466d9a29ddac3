//! A driver report on paper: the company's, or a department's.

use contract::UserError;
use contract::chart::{Bar, Bars, Chart, Line};
use contract::document::{Block, Document, KeyFigure, Rows};
use contract::drivers::{DriverRow, DriversQuery, DriversView, Landing, OwnView, WeekRow};
use contract::format::{count, counted, percent, ratio, rounded, whole_money};

use super::{begun, caution, colour, named};
use crate::actor::need;
use crate::{Actor, ServiceError, Services};

/// Rows of a table on paper.
const MOST: usize = 25;
/// Bars of a chart.
const BARS: usize = 10;

/// Whoever is bound to a department gets its report alone.
pub async fn drivers(
    services: &Services,
    actor: &Actor,
    query: DriversQuery,
) -> Result<Document, ServiceError> {
    need(actor.may().export_reports, "export")?;
    if actor.scope().is_some() && query.department.is_none() {
        return Err(UserError::not_found("report").remedy("Choose your department\u{2019}s report.").into());
    }
    let query = DriversQuery { stage: None, ..query.closed() };
    let view = crate::drivers::report(services, actor, query).await?;
    let mut of = vec![format!("{} to {}", view.period.from, view.period.to)];
    let DriversQuery { outcome, channel, reason, segment, window, .. } = &view.query;
    let named = [("contacts at", outcome), ("channel", channel), ("reason", reason), ("segment", segment)];
    of.extend(named.into_iter().filter_map(|(name, text)| Some(format!("{name} {}", text.as_ref()?))));
    of.push(format!("{window} days after a touchpoint"));
    let title = match &view.own {
        Some(own) => format!("What {} causes", own.name),
        None => "What causes contacts".to_owned(),
    };
    let mut document = begun(services, title, of.join(" · ")).await?;
    if let Some(own) = &view.own {
        document.audience = format!("For {}.", own.name);
    }
    document.blocks = blocks(&view);
    Ok(document)
}

fn blocks(view: &DriversView) -> Vec<Block> {
    if let Some(hint) = &view.hint {
        return vec![Block::text(format!("{} {}", hint.message, hint.remedy.clone().unwrap_or_default()))];
    }
    if view.totals.contacts == 0 {
        return vec![Block::text("There are no contacts in this period.")];
    }
    let mut blocks = Vec::new();
    let rows: Vec<&DriverRow> = match &view.own {
        Some(own) => {
            blocks.push(own_figures(own));
            view.drivers.iter().filter(|row| row.department == Some(own.department)).collect()
        }
        None => {
            blocks.push(figures(view));
            view.drivers.iter().collect()
        }
    };
    ranked(view, &rows, &mut blocks);
    match &view.own {
        Some(own) => {
            landings(view, "Where it lands", "Touchpoint", &own.lands, &mut blocks);
            landings(view, "What others cause for it", "Driver", &own.from_others, &mut blocks);
            actions(own, &mut blocks);
        }
        None => {
            split(view, &mut blocks);
            weeks(view, &mut blocks);
            reasons(view, &mut blocks);
        }
    }
    blocks.push(caution());
    blocks
}

fn key(name: &str, figure: String, note: String) -> KeyFigure {
    KeyFigure { name: name.to_owned(), figure, note, ..KeyFigure::default() }
}

fn figures(view: &DriversView) -> Block {
    let totals = &view.totals;
    let share = |part: f64| percent(part / totals.contacts.max(1) as f64);
    // A week that the period cuts would look like a fall.
    let by_week = |figure: fn(&WeekRow) -> f64| -> Vec<f64> {
        view.weeks.iter().filter(|week| !week.partial).map(figure).collect()
    };
    let mut figures = vec![
        KeyFigure {
            weeks: by_week(|week| week.contacts as f64),
            ..key("Contacts", count(totals.contacts), format!("of {} customers", count(totals.customers)))
        },
        KeyFigure { weeks: by_week(|week| week.cost), ..key("Cost", whole_money(totals.cost), String::new()) },
        key(
            "Caused by others than those who answer",
            share(totals.elsewhere),
            format!(
                "{} contacts\u{2019} worth, {}",
                rounded(totals.elsewhere),
                whole_money(totals.elsewhere_cost)
            ),
        ),
        key("Repeats within seven days", share(totals.repeats as f64), count(totals.repeats)),
        key("Not explained", share(totals.unexplained), rounded(totals.unexplained)),
    ];
    if let Some(failure) = totals.failure {
        figures.push(key("Failure demand", share(failure as f64), count(failure)));
    }
    Block::Figures { figures }
}

fn own_figures(own: &OwnView) -> Block {
    Block::Figures {
        figures: vec![
            key(
                "Contacts\u{2019} worth it causes",
                rounded(own.caused),
                format!("in {}", counted(own.shared_in, "contact", "contacts")),
            ),
            key("Their cost", whole_money(own.cost), String::new()),
            key(
                "Touchpoints",
                count(own.touchpoints),
                match own.without_data {
                    0 => "all with data".to_owned(),
                    some => format!("{} without data", count(some)),
                },
            ),
        ],
    }
}

fn ranked(view: &DriversView, rows: &[&DriverRow], blocks: &mut Vec<Block>) {
    blocks.push(Block::heading("Drivers"));
    let Some(first) = rows.first() else {
        blocks.push(Block::text("No touchpoint raises the rate of contacts by more than chance."));
        return;
    };
    let bars = rows.iter().take(BARS).filter_map(|row| {
        let excess = row.excess?;
        Some(Bar {
            label: row.name.clone(),
            value: excess.contacts,
            interval: Some((excess.low, excess.high)),
            colour: colour(&view.departments, row.department),
        })
    });
    blocks.push(Block::chart(Chart::Bars(Bars {
        title: format!("{} causes most contacts", first.name),
        measure: "Excess contacts with their interval of 95 %".into(),
        unit: String::new(),
        bars: bars.collect(),
    })));
    let table = rows.iter().take(MOST).map(|row| {
        let rate = row.rate.map_or_else(
            || "\u{2013}".to_owned(),
            |rate| format!("{} ({} to {})", ratio(rate.ratio), ratio(rate.low), ratio(rate.high)),
        );
        let excess = row.excess.map_or_else(
            || "\u{2013}".to_owned(),
            |of| format!("{} ({} to {})", rounded(of.contacts), rounded(of.low), rounded(of.high)),
        );
        let symptoms: Vec<String> = row.symptoms.iter().map(|one| one.name.clone()).collect();
        let name = match symptoms.is_empty() {
            true => row.name.clone(),
            false => format!("{} (symptoms: {})", row.name, symptoms.join(", ")),
        };
        vec![
            name,
            named(&view.departments, row.department),
            rate,
            excess,
            rounded(row.shared),
            whole_money(row.cost),
        ]
    });
    let heads = ["Driver", "Owner", "#Rate ratio", "#Excess contacts", "#Contacts\u{2019} worth", "#Cost"];
    blocks.push(Rows::of("", &heads, table.collect()));
    if rows.len() > MOST {
        blocks.push(Block::note(format!("And {} more.", rows.len() - MOST)));
    }
}

fn landings(view: &DriversView, title: &str, head: &str, all: &[Landing], blocks: &mut Vec<Block>) {
    if all.is_empty() {
        return;
    }
    blocks.push(Block::heading(title));
    let rows = all.iter().take(MOST).map(|one| {
        vec![
            one.name.clone(),
            named(&view.departments, one.department),
            rounded(one.contacts),
            whole_money(one.cost),
        ]
    });
    blocks.push(Rows::of("", &[head, "Department", "#Contacts\u{2019} worth", "#Cost"], rows.collect()));
}

fn actions(own: &OwnView, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading("Open actions"));
    if own.actions.is_empty() {
        blocks.push(Block::text("None."));
        return;
    }
    let rows = own.actions.iter().map(|one| {
        vec![
            one.title.clone(),
            one.target.clone(),
            one.person.clone(),
            one.due.clone().unwrap_or_default(),
            one.state.label().to_owned(),
        ]
    });
    blocks.push(Rows::of("", &["Action", "Targets", "Who", "Due", "State"], rows.collect()));
}

fn split(view: &DriversView, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading("Whose contacts these are"));
    let rows = view.split.iter().map(|row| {
        vec![
            row.name.clone().unwrap_or_else(|| "Not explained".to_owned()),
            rounded(row.contacts),
            percent(row.contacts / view.totals.contacts.max(1) as f64),
            whole_money(row.cost),
        ]
    });
    let heads = ["Department", "#Contacts\u{2019} worth", "#Share", "#Cost"];
    blocks.push(Rows::of("", &heads, rows.collect()));
}

fn weeks(view: &DriversView, blocks: &mut Vec<Block>) {
    let whole: Vec<(String, f64)> = view
        .weeks
        .iter()
        .filter(|week| !week.partial)
        .map(|week| (week.day.clone(), week.contacts as f64))
        .collect();
    if whole.len() > 1 {
        blocks.push(Block::chart(Chart::Line(Line {
            title: "Contacts by week".into(),
            measure: "Whole weeks, by their first day".into(),
            points: whole,
            ..Line::default()
        })));
    }
}

fn reasons(view: &DriversView, blocks: &mut Vec<Block>) {
    if view.reasons.is_empty() {
        return;
    }
    blocks.push(Block::heading("Reasons that were given, against the evidence"));
    let rows = view.reasons.iter().take(MOST).map(|row| {
        let evidence = row.evidence.first().map(|(name, worth)| format!("{name} ({})", rounded(*worth)));
        vec![
            if row.reason.is_empty() { "None given".to_owned() } else { row.reason.clone() },
            count(row.contacts),
            whole_money(row.cost),
            row.touchpoint.clone().unwrap_or_default(),
            evidence.unwrap_or_default(),
        ]
    });
    let heads = ["Reason", "#Contacts", "#Cost", "Stands for", "Most of the evidence"];
    blocks.push(Rows::of("", &heads, rows.collect()));
}
