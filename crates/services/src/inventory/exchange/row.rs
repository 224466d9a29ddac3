//! Rows of an inventory file: what each cell means.

use contract::UserError;
use contract::inventory::{Column, DELIVERIES, STARTERS};

use crate::inventory::cells::{cents, prose, truth};
use crate::inventory::{checked_name, invalid};

/// One row, read but not yet compared with what is there. Empty cells leave things as they are.
pub struct Row<'a> {
    pub touchpoint: String,
    pub stage: &'a str,
    pub channel: &'a str,
    pub department: &'a str,
    pub delivery: &'a str,
    pub started_by: &'a str,
    pub contact: Option<bool>,
    pub cost: Option<i64>,
    pub source: &'a str,
    pub matching: &'a str,
    pub activity: &'a str,
    pub condition: &'a str,
    pub experience: &'a str,
    pub emotion: Option<i32>,
    pub failure: Option<bool>,
    pub keeps_promise: &'a str,
    pub description: String,
    pub expectation: String,
    pub promise: String,
    pub version: Option<i32>,
    pub experience_version: Option<i32>,
}

/// Reads a version as it was exported; nothing is fine.
pub fn version_of(place: &str, text: &str) -> Result<Option<i32>, UserError> {
    if text.is_empty() {
        return Ok(None);
    }
    let shown: String = text.chars().take(40).collect();
    text.parse().map(Some).map_err(|_| {
        invalid(place, format!("\u{201c}{shown}\u{201d} is no version."))
            .remedy("Leave the column as it was exported, or empty.")
    })
}

/// Refuses what is none of a few known values; nothing is fine.
pub fn one_of(place: &str, value: &str, known: &[&str]) -> Result<(), UserError> {
    if value.is_empty() || known.contains(&value) {
        return Ok(());
    }
    let known: Vec<&str> = known.iter().copied().filter(|one| !one.is_empty()).collect();
    Err(invalid(place, format!("\u{201c}{value}\u{201d} is not known."))
        .remedy(format!("Use one of: {}.", known.join(", "))))
}

/// The keys of a list of choices.
pub fn keys<const N: usize>(list: &[(&'static str, &str); N]) -> [&'static str; N] {
    list.map(|(key, _)| key)
}

impl<'a> Row<'a> {
    /// Reads the cells, in the order of the known columns.
    pub fn of(cells: &'a [String]) -> Result<Self, UserError> {
        let [
            touchpoint,
            stage,
            channel,
            department,
            delivery,
            started_by,
            contact,
            cost,
            source,
            matching,
            activity,
            condition,
            experience,
            emotion,
            failure,
            keeps_promise,
            description,
            expectation,
            promise,
            version,
            experience_version,
        ] = cells
        else {
            return Err(invalid("touchpoint", "The row is too short."));
        };
        one_of("delivery", delivery, &keys(&DELIVERIES))?;
        one_of("started_by", started_by, &keys(&STARTERS))?;
        one_of("keeps_promise", keeps_promise, &["kept", "broken"])?;
        if matching.is_empty() != activity.is_empty() {
            return Err(
                invalid("match", "A rule needs both match and activity.").remedy("Fill in both, or neither.")
            );
        }
        Ok(Self {
            touchpoint: checked_name(touchpoint, "touchpoint")?,
            stage,
            channel,
            department,
            delivery,
            started_by,
            contact: truth("contact", contact)?,
            cost: cents(cost)?,
            source,
            matching,
            activity,
            condition,
            experience,
            emotion: match emotion.as_str() {
                "" => None,
                text => Some(text.parse().ok().filter(|value| (-2..=2).contains(value)).ok_or_else(|| {
                    invalid("emotion", format!("\u{201c}{text}\u{201d} is not a number from -2 to 2."))
                })?),
            },
            failure: truth("failure", failure)?,
            keeps_promise,
            description: prose(Column::Description, description)?,
            expectation: prose(Column::Expectation, expectation)?,
            promise: prose(Column::Promise, promise)?,
            version: version_of("version", version)?,
            experience_version: version_of("experience_version", experience_version)?,
        })
    }
}
