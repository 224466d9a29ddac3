//! `throughline query`.

use contract::journeys::{ExploreQuery, Level, Occurrence, Towards};
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
        keep_repeats,
        anchor,
        occurrence,
        direction,
        steps,
        top,
        json,
    } = options;
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
        keep_repeats,
        ..ExploreQuery::default()
    };
    let services = open(&place, false).await?;
    let actor = Actor::console();
    match report {
        Report::Sankey => {
            let view = journeys::sankey(&services, &actor, query).await?;
            if json {
                say(&serde_json::to_string(&view).unwrap_or_default());
            } else {
                say(report::csv::sankey(&view).trim_end());
            }
        }
        Report::Transitions => {
            let view = journeys::transitions(&services, &actor, query).await?;
            if json {
                say(&serde_json::to_string(&view).unwrap_or_default());
            } else {
                say(report::csv::transitions(&view).trim_end());
            }
        }
    }
    Ok(())
}
