//! A review on paper: its agenda as it was frozen, what was decided, and who committed to what.

use contract::chart::{Bar, Bars, Chart};
use contract::document::{Block, Document, KeyFigure, Rows};
use contract::format::{count, rounded, whole_money};
use contract::reviews::{ActionRow, EffectView, ReviewView};

use super::begun;
use crate::actor::need;
use crate::{Actor, ServiceError, Services};

pub async fn review(services: &Services, actor: &Actor, id: &str) -> Result<Document, ServiceError> {
    need(actor.may().export_reports, "export")?;
    let view = crate::reviews::review(services, actor, id).await?;
    let subtitle = format!("Review of {}, figures of {} to {}", view.day, view.agenda.from, view.agenda.to);
    let mut document = begun(services, view.title.clone(), subtitle).await?;
    document.blocks = blocks(&view);
    Ok(document)
}

fn blocks(view: &ReviewView) -> Vec<Block> {
    let agenda = &view.agenda;
    let figure = |name: &str, figure: String| KeyFigure { name: name.into(), figure, ..KeyFigure::default() };
    let mut blocks = Vec::new();
    if !view.participants.is_empty() {
        blocks.push(Block::text(format!("With {}.", view.participants)));
    }
    blocks.push(Block::Figures {
        figures: vec![
            figure("Contacts", count(agenda.contacts)),
            figure("Cost", whole_money(agenda.cost)),
            figure("Contacts\u{2019} worth that others cause", rounded(agenda.elsewhere)),
        ],
    });
    if let Some(first) = agenda.drivers.first() {
        blocks.push(Block::heading("Drivers on the agenda"));
        let bars = agenda.drivers.iter().map(|one| Bar {
            label: one.name.clone(),
            value: one.excess,
            interval: Some((one.low, one.high)),
            colour: None,
        });
        blocks.push(Block::chart(Chart::Bars(Bars {
            title: format!("{} causes most contacts", first.name),
            measure: "Excess contacts with their interval of 95 %".into(),
            unit: String::new(),
            bars: bars.collect(),
        })));
        let rows = agenda.drivers.iter().map(|one| {
            vec![
                one.name.clone(),
                one.department.clone().unwrap_or_else(|| "No owner".to_owned()),
                format!("{} ({} to {})", rounded(one.excess), rounded(one.low), rounded(one.high)),
                whole_money(one.cost),
            ]
        });
        blocks.push(Rows::of("", &["Driver", "Owner", "#Excess contacts", "#Cost"], rows.collect()));
    }
    blocks.push(Block::heading("Notes and decisions"));
    match view.notes.trim() {
        "" => blocks.push(Block::text("None.")),
        notes => blocks.extend(notes.split("\n\n").map(|part| Block::text(part.trim()))),
    }
    blocks.push(Block::heading("Actions"));
    if view.actions.is_empty() {
        blocks.push(Block::text("None."));
    } else {
        let rows = view.actions.iter().map(action).collect();
        let heads = ["Action", "Department", "Who", "Due", "State", "Effect"];
        blocks.push(Rows::of("", &heads, rows));
    }
    if !agenda.actions.is_empty() {
        let rows = agenda.actions.iter().map(|(title, department, due)| {
            vec![title.clone(), department.clone().unwrap_or_default(), due.clone().unwrap_or_default()]
        });
        blocks.push(Rows::of("Open before this review", &["Action", "Department", "Due"], rows.collect()));
    }
    blocks.push(Block::heading("Commitments"));
    if view.commitments.is_empty() {
        blocks.push(Block::text("None yet."));
    } else {
        let rows = view
            .commitments
            .iter()
            .map(|one| vec![one.department.clone(), one.words.clone(), one.author.clone(), one.day.clone()]);
        blocks.push(Rows::of("", &["Department", "Committed to", "By", "On"], rows.collect()));
    }
    blocks
}

fn action(of: &ActionRow) -> Vec<String> {
    let effect = match of.effect {
        Some(EffectView::TooEarly { .. }) => "Too early to tell".to_owned(),
        Some(EffectView::NoContacts) => "No contact is shared out to it".to_owned(),
        Some(EffectView::Measured { change: (value, low, high), .. }) => {
            format!("{} contacts a week ({} to {})", rounded(value), rounded(low), rounded(high))
        }
        None => String::new(),
    };
    let due = of.due.clone().unwrap_or_default();
    vec![
        of.title.clone(),
        of.department.clone().unwrap_or_default(),
        of.person.clone(),
        if of.overdue { format!("{due} (overdue)") } else { due },
        of.state.label().to_owned(),
        effect,
    ]
}
