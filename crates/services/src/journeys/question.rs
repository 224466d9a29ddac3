//! From the query's words to what the kernel understands: instants, codes, and the person's scope.

use analytics::sankey::{Direction, Occurrence as Occurs, Request, SankeyError, StepFilter};
use analytics::segment::Segment;
use analytics::{Repeats, Selection, Times, Unit};
use chrono::NaiveDate;
use chrono_tz::Tz;
use contract::journeys::{ExploreQuery, Occurrence, Period, Towards, Unit as UnitChoice};
use contract::{Kind, UserError};
use events::time::{local_day, start_of_day};

use super::nodes::{Nodes, owner};
use super::{sources, unknown};
use crate::Actor;
use crate::cache::Data;

/// A query, resolved.
pub struct Question {
    pub selection: Selection,
    /// What to draw, or why it can't be drawn; figures without a drawing need only the selection.
    pub request: Result<Request, UserError>,
    pub period: Period,
}

impl Question {
    pub fn of(
        data: &Data,
        actor: &Actor,
        nodes: &Nodes,
        segments: Vec<Segment>,
        query: &ExploreQuery,
    ) -> Result<Self, UserError> {
        let zone = zone_of(&data.workspace.time_zone);
        let (from, until) = period(query, zone)?;
        let activities = match &query.source {
            Some(source) => {
                let known = sources(data);
                if !known.contains(source) {
                    return Err(unknown("source", source, &known));
                }
                Some(data.snapshot.activities.iter().map(|activity| activity.source == *source).collect())
            }
            None => None,
        };
        let repeats = if query.keep_repeats { Repeats::Keep } else { Repeats::Collapse };
        let unit = match query.unit {
            UnitChoice::Customer => Unit::Customer,
            UnitChoice::Case => Unit::Case,
            UnitChoice::Visit => Unit::Visit { gap: i64::from(query.gap) * 60_000_000 },
        };
        let selection =
            Selection { unit, from, until, activities, touching: touching(data, actor), segments, repeats };
        let period = shown(data, query);
        Ok(Self { selection, request: request(nodes, query), period })
    }
}

/// The period of a question as people read it.
pub fn shown(data: &Data, query: &ExploreQuery) -> Period {
    let zone = zone_of(&data.workspace.time_zone);
    let span = data.snapshot.log.span();
    let day = |instant: Option<i64>| instant.map(|at| local_day(at, zone)).unwrap_or_default();
    let data_from = day(span.map(|(first, _)| first));
    let data_to = day(span.map(|(_, last)| last));
    Period {
        from: query.from.clone().unwrap_or_else(|| data_from.clone()),
        to: query.to.clone().unwrap_or_else(|| data_to.clone()),
        data_from,
        data_to,
        time_zone: data.workspace.time_zone.clone(),
    }
}

/// The classes that a person's journeys must touch; none for those who see all.
pub fn touching(data: &Data, actor: &Actor) -> Option<Vec<bool>> {
    let scope = actor.scope()?;
    let own: Vec<bool> =
        data.inventory.departments.iter().map(|department| scope.contains(&department.id)).collect();
    let classes = data.mapped.classes.iter();
    Some(classes.map(|class| owner(data, class).is_some_and(|at| own[at as usize])).collect())
}

pub fn zone_of(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// First instant that counts, and the first that no longer does.
pub fn period(query: &ExploreQuery, zone: Tz) -> Result<(Option<i64>, Option<i64>), UserError> {
    let day = |place: &str, text: &Option<String>| -> Result<Option<NaiveDate>, UserError> {
        let Some(text) = text else { return Ok(None) };
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Some).map_err(|_| {
            UserError::new(Kind::Invalid, "bad_date", format!("\u{201c}{text}\u{201d} is no day."))
                .at(place)
                .remedy("Write a day as year-month-day, like 2026-03-01.")
        })
    };
    let (first, last) = (day("from", &query.from)?, day("to", &query.to)?);
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        return Err(UserError::new(Kind::Invalid, "empty_period", "The period ends before it begins.")
            .at("from")
            .remedy("Choose a first day that is not after the last."));
    }
    let from = first.and_then(|day| start_of_day(day, zone));
    let until = last.and_then(|day| day.succ_opt()).and_then(|day| start_of_day(day, zone));
    Ok((from, until))
}

fn request(nodes: &Nodes, query: &ExploreQuery) -> Result<Request, UserError> {
    let direction = match query.direction {
        Towards::Forward => Direction::Forward,
        Towards::Backward => Direction::Backward,
        Towards::Both => Direction::Both,
    };
    let anchor = match &query.anchor {
        Some(label) => {
            let node = nodes.find(label).ok_or_else(|| unknown("node", label, nodes.labels()).at("anchor"))?;
            let occurrence = match (query.occurrence, direction) {
                (Some(Occurrence::First), _) => Occurs::First,
                (Some(Occurrence::Last), _) | (None, Direction::Backward) => Occurs::Last,
                (None, _) => Occurs::First,
            };
            Some((node, occurrence))
        }
        None => None,
    };
    if direction == Direction::Both && anchor.is_none() {
        return Err(refused(SankeyError::NoAnchor));
    }
    let filters = query.step_filters.iter().map(|filter| {
        let node =
            nodes.find(&filter.node).ok_or_else(|| unknown("node", &filter.node, nodes.labels()).at("at"))?;
        let nodes = (0..nodes.len() as u32).map(|other| other == node).collect();
        Ok(StepFilter { step: filter.step, nodes, there: filter.there })
    });
    let filters = filters.collect::<Result<_, UserError>>()?;
    let (steps, top, opened) = (query.steps, query.top, query.opened.clone());
    Ok(Request { direction, anchor, steps, top, opened, filters, times: Times::Leave })
}

/// The kernel's refusals in words.
pub fn refused(error: SankeyError) -> UserError {
    match error {
        SankeyError::Steps { asked, most } => {
            UserError::new(Kind::Invalid, "out_of_range", format!("{asked} steps can't be drawn."))
                .at("steps")
                .remedy(format!("Choose from 1 to {most}."))
        }
        SankeyError::NoAnchor => {
            UserError::new(Kind::Invalid, "anchor_needed", "Looking both ways needs a place to stand.")
                .at("anchor")
                .remedy("Choose what to look from, or look forward or backward only.")
        }
        SankeyError::TooLarge { cells, most } => UserError::new(
            Kind::TooLarge,
            "too_many_nodes",
            format!("Steps times nodes is {cells}; at most {most} can be counted."),
        )
        .at("steps")
        .remedy("Choose fewer steps, or a coarser level than activity."),
    }
}
