//! Time zones by name.

use chrono_tz::Tz;
use contract::{Kind, UserError};

/// All zone names.
pub fn time_zones() -> Vec<String> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect()
}

/// Reads a zone's name.
pub fn zone(name: &str) -> Result<Tz, UserError> {
    name.parse().map_err(|_| {
        UserError::new(
            Kind::Unprocessable,
            "unknown_time_zone",
            format!("There is no time zone \u{201c}{name}\u{201d}."),
        )
        .at("time zone")
        .remedy("Use a name like Europe/Berlin, or UTC.")
    })
}
