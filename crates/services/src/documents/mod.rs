//! Reports as documents: the same figures as their pages, by the same rights, in the order in which they are read on paper.

mod drivers;
mod review;
mod summary;

pub use drivers::drivers;
pub use review::review;
pub use summary::summary;

use contract::document::{Block, Document};
use contract::journeys::Department;

use crate::cache;
use crate::{ServiceError, Services};

/// Today, in the company's time zone.
pub async fn today(services: &Services) -> Result<String, ServiceError> {
    let (workspace, _) = cache::inventory(services).await?;
    let zone = crate::journeys::question::zone_of(&workspace.time_zone);
    Ok(events::time::local_day(services.now().saturating_mul(1_000_000), zone))
}

/// A document of today, without anything in it yet.
async fn begun(services: &Services, title: String, subtitle: String) -> Result<Document, ServiceError> {
    let (workspace, _) = cache::inventory(services).await?;
    Ok(Document {
        title,
        subtitle,
        company: workspace.name.clone(),
        day: today(services).await?,
        audience: String::new(),
        blocks: Vec::new(),
    })
}

/// A department's name, or that there is none.
fn named(departments: &[Department], at: Option<u32>) -> String {
    let found = at.and_then(|at| departments.get(at as usize));
    found.map_or_else(|| "No owner".to_owned(), |one| one.name.clone())
}

/// The place of a department's colour.
fn colour(departments: &[Department], at: Option<u32>) -> Option<u32> {
    at.and_then(|at| departments.get(at as usize)).map(|one| one.colour)
}

/// What every figure of causes needs to be read right.
fn caution() -> Block {
    Block::note(
        "Causes are associations: what comes after what, for the same customers, more often than otherwise. Intervals hold in 95 of 100 cases.",
    )
}
