//! The sheets of KPIs: what they measure, which touchpoints they are linked to, and their readings.

use contract::UserError;
use contract::inventory::{CONTROLS, DIRECTIONS, KINDS, MEASURES};
use db::inventory::{Kpi, Link, List, Reading};

use super::plan::Work;
use super::row::{keys, one_of, version_of};
use crate::inventory::cells::{past_day, plain_text};
use crate::inventory::kpis::check;
use crate::inventory::{checked_name, experience_name, invalid};

impl Work<'_> {
    pub fn kpi(&mut self, cells: &[String]) -> Result<(), UserError> {
        let [
            name,
            definition,
            unit,
            direction,
            kind,
            target,
            department,
            measure,
            touchpoint,
            experience,
            version,
        ] = cells
        else {
            return Err(invalid("kpi", "The row is too short."));
        };
        one_of("direction", direction, &keys(&DIRECTIONS))?;
        one_of("kind", kind, &keys(&KINDS))?;
        one_of("measure", measure, &keys(&MEASURES))?;
        let name = checked_name(name, "kpi")?;
        let department_id = self.name(List::Departments, department)?;
        let target = match target.as_str() {
            "" => None,
            text => Some(finite("target", text)?),
        };
        let place = match touchpoint.as_str() {
            "" => None,
            name => Some(
                self.touchpoints
                    .get(name)
                    .ok_or_else(|| {
                        invalid("touchpoint", format!("There is no touchpoint \u{201c}{name}\u{201d}."))
                    })?
                    .clone(),
            ),
        };
        let of = match (experience.as_str(), &place) {
            ("", _) | (_, None) => None,
            (name, Some(place)) => {
                let found = self
                    .experiences
                    .values()
                    .find(|one| one.touchpoint_id == place.id && experience_name(place, one) == name);
                Some(found.map(|one| one.id.clone()).ok_or_else(|| {
                    invalid("experience", format!("There is no experience \u{201c}{name}\u{201d}."))
                })?)
            }
        };
        let known = self.kpis.get(&name).cloned();
        let or = |text: &String, otherwise: String| if text.is_empty() { otherwise } else { text.clone() };
        let base = known.clone().unwrap_or_else(|| Kpi {
            id: db::new_id(),
            name: name.clone(),
            direction: DIRECTIONS[0].0.to_owned(),
            kind: KINDS[0].0.to_owned(),
            ..Kpi::default()
        });
        let wanted = Kpi {
            definition: or(&plain_text(definition), base.definition),
            unit: or(&plain_text(unit), base.unit),
            direction: or(direction, base.direction),
            kind: or(kind, base.kind),
            target: target.or(base.target),
            department_id: department_id.or(base.department_id),
            measure: or(measure, base.measure),
            // An experience belongs to its touchpoint: another touchpoint has others.
            experience_id: match &place {
                Some(place) if base.touchpoint_id.as_ref() != Some(&place.id) => of,
                _ => of.or(base.experience_id),
            },
            touchpoint_id: place.map(|place| place.id).or(base.touchpoint_id),
            ..base
        };
        check(&wanted)?;
        if known.as_ref() != Some(&wanted) {
            self.since("kpi", known.as_ref().map(|known| known.version), version_of("version", version)?)?;
            self.plan.report.kpis_changed += 1;
            self.touch(&wanted.id);
            self.kpis.insert(wanted.name.clone(), wanted);
        }
        Ok(())
    }

    fn kpi_of(&self, name: &str) -> Result<String, UserError> {
        let found = self.kpis.get(name).map(|kpi| kpi.id.clone());
        found.ok_or_else(|| invalid("kpi", format!("There is no KPI \u{201c}{name}\u{201d}.")))
    }

    pub fn link(&mut self, cells: &[String]) -> Result<(), UserError> {
        let [kpi, touchpoint, control, reason, version] = cells else {
            return Err(invalid("kpi", "The row is too short."));
        };
        one_of("control", control, &keys(&CONTROLS))?;
        let kpi_id = self.kpi_of(kpi)?;
        let place = self.touchpoints.get(touchpoint).ok_or_else(|| {
            invalid("touchpoint", format!("There is no touchpoint \u{201c}{touchpoint}\u{201d}."))
        })?;
        let key = (kpi_id.clone(), place.id.clone());
        let known = self.links.get(&key).cloned();
        let base = known.clone().unwrap_or_else(|| Link {
            id: db::new_id(),
            kpi_id,
            touchpoint_id: place.id.clone(),
            control: CONTROLS[1].0.to_owned(),
            ..Link::default()
        });
        let wanted = Link {
            control: if control.is_empty() { base.control.clone() } else { control.clone() },
            reason: if reason.is_empty() {
                base.reason.clone()
            } else {
                plain_text(reason).chars().take(1000).collect()
            },
            ..base
        };
        if known.as_ref() != Some(&wanted) {
            self.since("kpi", known.as_ref().map(|known| known.version), version_of("version", version)?)?;
            self.plan.report.links_changed += 1;
            self.touch(&wanted.id);
            self.links.insert(key, wanted);
        }
        Ok(())
    }

    pub fn reading(&mut self, cells: &[String]) -> Result<(), UserError> {
        let [kpi, day, value, note] = cells else {
            return Err(invalid("kpi", "The row is too short."));
        };
        let kpi_id = self.kpi_of(kpi)?;
        let (day, value) = (past_day(day, self.now)?, finite("value", value)?);
        let note: String = plain_text(note).chars().take(1000).collect();
        let computed = self.kpis.values().any(|one| one.id == kpi_id && !one.measure.is_empty());
        if computed {
            return Err(invalid("kpi", "This KPI is computed from events; it takes no readings."));
        }
        // What is there already is not written again.
        if self.known_readings.get(&(kpi_id.clone(), day.clone())) == Some(&(value.to_bits(), note.clone())) {
            return Ok(());
        }
        self.plan.report.readings_changed += 1;
        self.plan.readings.push(Reading {
            kpi_id,
            day,
            value,
            note,
            author: self.actor.name.clone(),
            ..Reading::default()
        });
        Ok(())
    }
}

/// A number that can be drawn and compared.
fn finite(place: &str, text: &str) -> Result<f64, UserError> {
    let value: Option<f64> = text.parse().ok();
    let shown: String = text.chars().take(40).collect();
    value
        .filter(|value| value.is_finite() && value.abs() < 1e15)
        .ok_or_else(|| invalid(place, format!("\u{201c}{shown}\u{201d} is no number.")))
}
