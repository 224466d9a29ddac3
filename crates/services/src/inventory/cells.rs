//! Cells of the grid as text: what a touchpoint's cell holds, and what a typed or pasted text means.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use contract::UserError;
use contract::inventory::{Column, GridRow};
use db::inventory::{Inventory, Name, Touchpoint};

use super::by_name::ByName;
use super::{brief, checked_name, invalid};
use crate::Actor;

/// Longest text of a cell that holds prose.
const LONGEST: usize = 10_000;

/// The names of an inventory, by id and by what people type.
pub struct Names<'a> {
    by_id: HashMap<&'a str, &'a Name>,
    stages: ByName<&'a Name>,
    channels: ByName<&'a Name>,
    departments: ByName<&'a Name>,
}

impl<'a> Names<'a> {
    pub fn of(inventory: &'a Inventory) -> Self {
        let Inventory { stages, channels, departments, .. } = inventory;
        let typed = |list: &'a [Name]| list.iter().map(|one| (one.name.as_str(), one)).collect();
        let all = [stages, channels, departments].into_iter().flatten();
        Self {
            by_id: all.map(|one| (one.id.as_str(), one)).collect(),
            stages: typed(stages),
            channels: typed(channels),
            departments: typed(departments),
        }
    }

    fn name(&self, id: Option<&String>) -> String {
        id.and_then(|id| self.by_id.get(id.as_str())).map(|one| one.name.clone()).unwrap_or_default()
    }

    /// A touchpoint as a row, without what is counted of it.
    pub fn row(&self, actor: &Actor, one: &Touchpoint) -> GridRow {
        let owner = one.department_id.as_ref();
        GridRow {
            id: one.id.clone(),
            version: one.version,
            name: one.name.clone(),
            owner: self.name(owner),
            colour: owner.and_then(|id| self.by_id.get(id.as_str())).map(|one| one.position.unsigned_abs()),
            stage: self.name(one.stage_id.as_ref()),
            channel: self.name(one.channel_id.as_ref()),
            delivery: one.delivery.clone(),
            started_by: one.started_by.clone(),
            contact: one.contact,
            cost: one.cost_per_contact,
            description: one.description.clone(),
            expectation: one.expectation.clone(),
            promise: one.promise.clone(),
            experiences: 0,
            rules: 0,
            kpis: 0,
            comments: 0,
            proposals: 0,
            may_edit: actor.owns(one.department_id.as_deref()),
        }
    }

    /// Puts a text into a cell.
    pub fn put(&self, one: &mut Touchpoint, column: Column, text: &str) -> Result<(), UserError> {
        match column {
            Column::Name => one.name = checked_name(text, column.key())?,
            Column::Owner => one.department_id = chosen(&self.departments, text, "department")?,
            Column::Stage => one.stage_id = chosen(&self.stages, text, "stage")?,
            Column::Channel => one.channel_id = chosen(&self.channels, text, "channel")?,
            Column::Delivery => one.delivery = fixed(column, text)?,
            Column::StartedBy => one.started_by = fixed(column, text)?,
            Column::Contact => one.contact = truth(column.key(), text)?.unwrap_or(false),
            Column::Cost => one.cost_per_contact = cents(text)?,
            Column::Description => one.description = prose(column, text)?,
            Column::Expectation => one.expectation = prose(column, text)?,
            Column::Promise => one.promise = prose(column, text)?,
            other => {
                return Err(invalid(other.key(), format!("{} are counted, not typed.", other.label())));
            }
        }
        Ok(())
    }
}

fn chosen(known: &ByName<&Name>, text: &str, noun: &str) -> Result<Option<String>, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    known.get(text).map(|one| Some(one.id.clone())).ok_or_else(|| {
        invalid(noun, format!("There is no {noun} \u{201c}{}\u{201d}.", brief(text))).remedy(
            "Choose one that is there, or add it under \u{201c}Departments, stages, channels\u{201d} first.",
        )
    })
}

/// One of few values, by its label or its key.
fn fixed(column: Column, text: &str) -> Result<String, UserError> {
    let list = column.fixed().unwrap_or(&[]);
    let text = text.trim();
    if text.is_empty() {
        return Ok(list.first().map(|(key, _)| (*key).to_owned()).unwrap_or_default());
    }
    let found =
        list.iter().find(|(key, label)| key.eq_ignore_ascii_case(text) || label.eq_ignore_ascii_case(text));
    found.map(|(key, _)| (*key).to_owned()).ok_or_else(|| {
        let labels: Vec<&str> = list.iter().map(|(_, label)| *label).collect();
        invalid(column.key(), format!("\u{201c}{}\u{201d} is not known.", brief(text)))
            .remedy(format!("Use one of: {}.", labels.join(", ")))
    })
}

/// Prose of a cell: not endless; tabs and line breaks stay, other control characters go.
pub fn prose(column: Column, text: &str) -> Result<String, UserError> {
    if text.chars().count() > LONGEST {
        let message = format!("{} is longer than 10,000 letters.", column.label());
        return Err(invalid(column.key(), message).remedy("Shorten it."));
    }
    Ok(plain_text(text))
}

/// Text without control characters, but for line breaks and tabs.
pub fn plain_text(text: &str) -> String {
    let kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    text.replace("\r\n", "\n").chars().filter(kept).collect::<String>().trim().to_owned()
}

/// Reads a day on which something was measured: none that is still to come. `now` is in seconds since 1970.
pub fn past_day(text: &str, now: i64) -> Result<String, UserError> {
    let day = checked_day(text)?;
    // Somewhere on earth it is tomorrow already.
    let latest = chrono::DateTime::from_timestamp(now + 86_400, 0).unwrap_or_default().date_naive().to_string();
    if day > latest {
        return Err(
            invalid("day", format!("{day} is still to come.")).remedy("Write the day of the measurement.")
        );
    }
    Ok(day)
}

/// Reads a day as 2026-03-01, of times that people measure in.
pub fn checked_day(text: &str) -> Result<String, UserError> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    let day = day.filter(|day| (1970..2200).contains(&day.year()));
    let shown: String = text.chars().take(40).collect();
    day.map(|day| day.to_string()).ok_or_else(|| {
        invalid("day", format!("\u{201c}{shown}\u{201d} is no day.")).remedy("Write days as 2026-03-01.")
    })
}

/// Reads yes or no; nothing for an empty text.
pub fn truth(place: &str, text: &str) -> Result<Option<bool>, UserError> {
    match text.trim().to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" | "1" => Ok(Some(true)),
        "no" | "false" | "0" => Ok(Some(false)),
        _ => Err(invalid(place, format!("\u{201c}{}\u{201d} is neither yes nor no.", brief(text)))
            .remedy("Write yes or no.")),
    }
}

/// Reads an amount as typed; empty for none.
pub fn cents(text: &str) -> Result<Option<i64>, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refused = || {
        invalid("cost_per_contact", format!("\u{201c}{}\u{201d} is no amount.", brief(text)))
            .remedy("Write it with a point and no currency, as in 6.50.")
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return Err(refused());
    }
    let whole: i64 = whole.parse().map_err(|_| refused())?;
    let fraction: i64 = format!("{fraction:0<2}").parse().map_err(|_| refused())?;
    Ok(Some(whole * 100 + fraction))
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn amounts() {
        assert_eq!(cents("6.5"), Ok(Some(650)));
        assert_eq!(cents(" 12 "), Ok(Some(1200)));
        assert_eq!(cents(""), Ok(None));
        for bad in ["-1", "1.234", "1,5", "ten", "."] {
            assert!(cents(bad).is_err(), "{bad}");
        }
    }
}
