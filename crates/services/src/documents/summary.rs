//! The summary on paper.

use contract::chart::{Bar, Bars, Chart, Heat as HeatChart};
use contract::document::{Block, Document, KeyFigure, Rows, Saying};
use contract::format::{count, percent, rounded, whole_money};
use contract::reviews::EffectView;
use contract::summary::{CostlyDriver, Heat, Standing, SummaryQuery, SummaryView};

use super::{begun, caution, colour, named};
use crate::actor::need;
use crate::{Actor, ServiceError, Services};

pub async fn summary(
    services: &Services,
    actor: &Actor,
    query: SummaryQuery,
) -> Result<Document, ServiceError> {
    need(actor.may().export_reports, "export")?;
    let view = crate::summary::summary(services, actor, query).await?;
    let of =
        view.query.segment.clone().map_or_else(|| "all customers".to_owned(), |name| format!("segment {name}"));
    let against = view
        .before
        .as_ref()
        .map_or_else(|| "no whole period before it".to_owned(), |(from, to)| format!("against {from} to {to}"));
    let subtitle = format!("{} to {}, {against} · {of}", view.period.from, view.period.to);
    let mut document = begun(services, "Summary".to_owned(), subtitle).await?;
    document.blocks = blocks(&view);
    Ok(document)
}

fn blocks(view: &SummaryView) -> Vec<Block> {
    if let Some(hint) = &view.hint {
        return vec![Block::text(format!("{} {}", hint.message, hint.remedy.clone().unwrap_or_default()))];
    }
    if !view.any_events {
        return vec![Block::text("There are no events yet, so there is nothing to sum up.")];
    }
    let figures = view.headlines.iter().map(|one| {
        let (change, good) = one.change().unwrap_or_default();
        let weeks = one.weeks.iter().filter(|(_, of)| *of > 0.0).map(|(part, of)| part / of).collect();
        let (name, note) = (one.name.clone(), one.note.clone());
        KeyFigure { name, figure: one.figure.written(), change, good, note, weeks }
    });
    let mut blocks = vec![Block::Figures { figures: figures.collect() }];
    blocks.push(Block::heading("What changed"));
    if view.sentences.is_empty() {
        blocks.push(Block::text("Nothing that is more than chance."));
    } else {
        let sentences = view.sentences.iter().map(|one| Saying {
            words: one.words.clone(),
            rule: one.rule.clone(),
            good: one.good,
        });
        blocks.push(Block::Sentences { sentences: sentences.collect() });
    }
    blocks.push(Block::heading("What costs most"));
    costliest(view, &mut blocks);
    heat(&view.heat, &mut blocks);
    commitments(view, &mut blocks);
    blocks.push(caution());
    blocks
}

fn costliest(view: &SummaryView, blocks: &mut Vec<Block>) {
    let Some(first) = view.drivers.first() else {
        blocks.push(Block::text("No touchpoint raises the rate of contacts by more than chance."));
        return;
    };
    let bars = view.drivers.iter().map(|one| Bar {
        label: one.name.clone(),
        value: one.cost / 100.0,
        interval: None,
        colour: colour(&view.departments, one.department),
    });
    blocks.push(Block::chart(Chart::Bars(Bars {
        title: format!("{} costs most", first.name),
        measure: "Cost of the contacts that belong to it, in the company\u{2019}s currency".into(),
        unit: String::new(),
        bars: bars.collect(),
    })));
    let rows = view.drivers.iter().map(|one| {
        let change = one.cost_before.filter(|before| *before > 0.0).map(|before| one.cost / before - 1.0);
        let change = change.map_or_else(
            || "\u{2013}".to_owned(),
            |change| format!("{}{}", if change < 0.0 { "\u{2212}" } else { "+" }, percent(change.abs())),
        );
        vec![
            one.name.clone(),
            named(&view.departments, one.department),
            whole_money(one.cost),
            rounded(one.contacts),
            change,
            acted(one),
        ]
    });
    let heads = ["Driver", "Owner", "#Cost", "#Contacts\u{2019} worth", "#Change", "Action"];
    blocks.push(Rows::of("", &heads, rows.collect()));
}

fn acted(driver: &CostlyDriver) -> String {
    let Some(action) = &driver.action else { return "No action yet".to_owned() };
    let due = action.due.as_ref().filter(|_| action.state.is_open());
    let due = due.map(|day| if action.overdue { format!(", was due {day}") } else { format!(", due {day}") });
    let effect = match action.effect {
        Some(EffectView::TooEarly { .. }) => ", too early to tell its effect".to_owned(),
        Some(EffectView::NoContacts) => ", no contact is shared out to it".to_owned(),
        Some(EffectView::Measured { change: (value, low, high), .. }) => {
            format!(", {} contacts a week ({} to {})", rounded(value), rounded(low), rounded(high))
        }
        None => String::new(),
    };
    format!("{}: {}{}{effect}", action.title, action.state.label(), due.unwrap_or_default())
}

fn heat(heat: &Heat, blocks: &mut Vec<Block>) {
    let Heat { stages, departments, cells, unexplained } = heat;
    if departments.is_empty() {
        return;
    }
    blocks.push(Block::heading("Where avoidable contacts come from"));
    let sums = cells.iter().map(|row| row.iter().map(|(_, cost)| cost).sum::<f64>());
    let most = departments.iter().zip(sums).max_by(|a, b| a.1.total_cmp(&b.1));
    let title = most.map(|((name, _), _)| format!("Most come from {name}")).unwrap_or_default();
    blocks.push(Block::chart(Chart::Heat(HeatChart {
        title,
        measure:
            "Cost of contacts by the department and stage that cause them, in the company\u{2019}s currency"
                .into(),
        unit: String::new(),
        rows: departments.iter().map(|(name, _)| name.clone()).collect(),
        columns: stages.clone(),
        cells: cells.iter().map(|row| row.iter().map(|(_, cost)| cost / 100.0).collect()).collect(),
    })));
    let rows = departments.iter().zip(cells).map(|((name, _), row)| {
        let sum: f64 = row.iter().map(|(_, cost)| cost).sum();
        let cells = row.iter().map(|(contacts, cost)| match *contacts >= 0.5 {
            true => whole_money(*cost),
            false => String::new(),
        });
        [name.clone()].into_iter().chain(cells).chain([whole_money(sum)]).collect()
    });
    let heads: Vec<String> = ["Department".to_owned()]
        .into_iter()
        .chain(stages.iter().map(|stage| format!("#{stage}")))
        .chain(["#All stages".to_owned()])
        .collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    blocks.push(Rows::of("", &heads, rows.collect()));
    let all: f64 = cells.iter().flatten().map(|(_, cost)| cost).sum();
    blocks.push(Block::note(format!(
        "{} in all; nothing explains {} more.",
        whole_money(all),
        whole_money(unexplained.1)
    )));
}

fn commitments(view: &SummaryView, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading("Who committed to what"));
    if view.standing.iter().all(Standing::is_empty) {
        blocks.push(Block::text("No department has committed to anything yet."));
        return;
    }
    let rows = view.standing.iter().map(|one| {
        vec![
            one.department.clone(),
            format!("{} of {}", count(one.attended), count(one.reviews)),
            count(one.committed),
            count(one.open),
            count(one.overdue),
            count(one.done),
            one.on_time_words(),
            one.words.clone().unwrap_or_default(),
        ]
    });
    let heads =
        ["Department", "#Attended", "#Committed", "#Open", "#Overdue", "#Done", "#On time", "Latest words"];
    blocks.push(Rows::of("", &heads, rows.collect()));
}
