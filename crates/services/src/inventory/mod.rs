//! The service inventory: reading it with its live figures, and changing it.

mod by_name;
mod cells;
mod edit;
mod exchange;
mod figures;
mod gaps;
mod grid;
mod kpis;
mod matrix;
mod measure;
mod names;
mod news;
mod notes;
mod rows;
mod rules;
mod starters;
mod steps;
mod touchpoint;
mod touchpoints;
mod trial;
mod unmapped;

use contract::inventory::Named;
use contract::{Kind, UserError};
use db::inventory::{Inventory, Name};

use crate::ServiceError;

pub use edit::{edit, rows_of};
pub use exchange::{
    Held, Options, apply_held, dry_import, export_csv, export_xlsx, hold, import_csv, import_file,
    import_whole, look_held, may_import,
};
pub use figures::Counted;
pub(crate) use gaps::coverage;
pub use gaps::gaps;
pub use grid::{delete_grid, grid, lists, save_grid};
pub(crate) use kpis::kpi_series;
pub use kpis::{delete_kpi, delete_link, delete_reading, kpi, kpi_to_draw, kpis, read, save_kpi, save_link};
pub(crate) use kpis::{link_rows, may_see as may_see_kpi};
pub use matrix::matrix;
pub use measure::Measured;
pub use names::{add_name, delete_name, put_below, rename};
pub use news::{Desk, be_at};
pub use notes::{comment, decide, delete_comment, propose, withdraw};
pub use rules::{
    add_sample, delete_experience, delete_rule, delete_sample, move_rule, save_experience, save_rule,
};
pub use starters::begin_with;
pub use steps::{redo, restore, undo};
pub use touchpoint::touchpoint;
pub use touchpoints::{delete_touchpoint, look_at, save_touchpoint};
pub use trial::try_rule;
pub use unmapped::{MapTo, map_activity, unmapped};

/// A list of names with their use.
fn named(inventory: &Inventory, list: &[Name]) -> Vec<Named> {
    list.iter()
        .map(|one| {
            let used = inventory.touchpoints.iter().filter(|touchpoint| {
                [&touchpoint.stage_id, &touchpoint.channel_id, &touchpoint.department_id]
                    .into_iter()
                    .flatten()
                    .any(|id| *id == one.id)
            });
            Named {
                id: one.id.clone(),
                name: one.name.clone(),
                position: one.position as u32,
                version: one.version,
                touchpoints: used.count() as u32,
                parent: one.parent_id.clone(),
            }
        })
        .collect()
}

/// Name and colour of a department.
fn owner_of(inventory: &Inventory, id: Option<&String>) -> (Option<String>, Option<u32>) {
    let found = id.and_then(|id| inventory.departments.iter().find(|one| one.id == *id));
    (found.map(|one| one.name.clone()), found.map(|one| one.position.unsigned_abs()))
}

/// An experience as reports and nodes are called.
pub(crate) fn experience_name(
    touchpoint: &db::inventory::Touchpoint,
    experience: &db::inventory::Experience,
) -> String {
    format!("{}: {}", touchpoint.name, experience.name)
}

fn invalid(place: &str, message: impl Into<String>) -> UserError {
    UserError::new(Kind::Unprocessable, "invalid_value", message).at(place)
}

/// A name that people gave: not empty, not endless, no control characters.
pub(crate) fn checked_name(text: &str, place: &str) -> Result<String, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid(place, "The name is empty.").remedy("Give it a name."));
    }
    if text.chars().count() > 120 {
        return Err(invalid(place, "The name is longer than 120 letters.")
            .remedy("Shorten it; details go into the description."));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid(place, "The name holds control characters.").remedy("Type it again."));
    }
    if text.chars().any(is_unseen) {
        return Err(invalid(place, "The name holds characters that nobody sees.")
            .remedy("Type it again by hand: two names must not look the same and differ."));
    }
    Ok(text.to_owned())
}

/// Letters that take no room, or turn the way of writing: with them, names look alike that are not. Joiners are part of
/// scripts and of emoji.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text as messages repeat it: not endless.
fn brief(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}

/// Refuses a name that another has, but for capital letters.
fn free<'a>(
    mut others: impl Iterator<Item = (&'a str, &'a str)>,
    own: &str,
    noun: &str,
    name: &str,
) -> Result<(), UserError> {
    let wanted = name.to_lowercase();
    match others.find(|(id, other)| *id != own && other.to_lowercase() == wanted) {
        Some((_, other)) => Err(UserError::new(
            Kind::Conflict,
            "name_taken",
            format!("There is a {noun} \u{201c}{other}\u{201d} already."),
        )
        .at("name")
        .remedy("Choose another name, or use the one that is there.")),
        None => Ok(()),
    }
}

/// The database's word for "this name is taken", in words.
pub(crate) fn taken(error: db::DbError, noun: &str, name: &str) -> ServiceError {
    if error.is_duplicate() {
        return UserError::new(
            Kind::Conflict,
            "name_taken",
            format!("There is a {noun} \u{201c}{name}\u{201d} already."),
        )
        .at("name")
        .remedy("Choose another name, or use the one that is there.")
        .into();
    }
    error.into()
}
