//! `throughline query`.

use contract::drivers::DriversQuery;
use contract::journeys::{ExploreQuery, Level, Occurrence, Towards, Unit};
use contract::{Kind, UserError};
use services::{Actor, ServiceError, journeys};

use super::say;
use crate::cli::{self, By, Direction, Report};
use crate::open::open;

/// Prints a report.
pub async fn run(options: cli::Query) -> Result<(), ServiceError> {
    let cli::Query {
        report,
        place,
        by,
        from,
        to,
        source,
        segment,
        keep_repeats,
        anchor,
        occurrence,
        direction,
        steps,
        top,
        unit,
        gap,
        funnel,
        within,
        fold_loops,
        limit,
        outcome,
        window,
        json,
    } = options;
    let drivers = DriversQuery {
        from: from.clone(),
        to: to.clone(),
        segment: segment.clone(),
        outcome,
        window,
        ..DriversQuery::default()
    };
    let query = ExploreQuery {
        by: match by {
            By::Activity => Level::Activity,
            By::Experience => Level::Experience,
            By::Touchpoint => Level::Touchpoint,
            By::Channel => Level::Channel,
            By::Department => Level::Department,
            By::Stage => Level::Stage,
        },
        direction: match direction {
            Direction::Forward => Towards::Forward,
            Direction::Backward => Towards::Backward,
            Direction::Both => Towards::Both,
        },
        anchor,
        occurrence: occurrence.map(|which| match which {
            cli::Occurrence::First => Occurrence::First,
            cli::Occurrence::Last => Occurrence::Last,
        }),
        steps,
        top,
        from,
        to,
        source,
        segment,
        keep_repeats,
        unit: match unit {
            cli::Unit::Customer => Unit::Customer,
            cli::Unit::Case => Unit::Case,
            cli::Unit::Visit => Unit::Visit,
        },
        gap,
        funnel,
        within,
        fold_loops,
        ..ExploreQuery::default()
    };
    let services = open(&place, false).await?;
    let actor = Actor::console();
    let text = match report {
        Report::Sankey => {
            let view = journeys::sankey(&services, &actor, query).await?;
            printed(json, &view, report::tables::sankey)
        }
        Report::Transitions => {
            let view = journeys::transitions(&services, &actor, query).await?;
            printed(json, &view, report::tables::transitions)
        }
        Report::Variants => {
            let view = journeys::variants(&services, &actor, query, limit).await?;
            printed(json, &view, report::tables::variants)
        }
        Report::Funnel => {
            let view = journeys::funnel(&services, &actor, query).await?;
            printed(json, &view, report::tables::funnel)
        }
        Report::Drivers => {
            let view = services::drivers::figures(&services, &actor, drivers).await?;
            printed(json, &view, report::tables::drivers)
        }
        Report::Keywords => {
            let anchor = query.anchor.clone().ok_or_else(|| {
                UserError::new(Kind::Invalid, "no_anchor", "Keywords are of customers who come to a node.")
                    .at("--anchor")
                    .remedy("Name the node: --anchor Call.")
            })?;
            let select = Some(format!("0/n/{anchor}"));
            let query = ExploreQuery { direction: Towards::Backward, select, ..query };
            printed(json, &journeys::said(&services, &actor, query).await?, report::tables::keywords)
        }
        Report::OpenCases => {
            let view = services::drivers::report(&services, &actor, drivers).await?;
            if let Some(hint) = view.hint {
                return Err(hint.into());
            }
            printed(json, &view.open_cases(), report::tables::open_cases)
        }
        Report::Coverage => {
            let view = services::inventory::gaps(&services, &actor).await?.coverage;
            printed(json, &view, report::tables::coverage)
        }
    };
    say(text.trim_end());
    Ok(())
}

/// A view as JSON, or as CSV for people.
fn printed<T: serde::Serialize>(json: bool, view: &T, table: fn(&T) -> contract::table::Table) -> String {
    if json { serde_json::to_string(view).unwrap_or_default() } else { report::csv::write(&table(view)) }
}
