//! How the files of a source were read last: the next one is read the same way, by page, command and inbox.

use chrono_tz::Tz;
use contract::sources::ColumnMapping;
use events::csv::{Encoding, Mapping};
use events::formats::{self, Hints};
use events::time::DayOrder;
use serde::{Deserialize, Serialize};

use super::jobs::NewImport;
use crate::{ServiceError, Services};

/// What is known of a source's files.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    pub mapping: Option<ColumnMapping>,
    pub zone: Option<Tz>,
    pub order: Option<DayOrder>,
    pub hints: Hints,
}

/// What was said and could not be seen in the file, as it is stored. What can be detected is detected in each file anew.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    encoding: Option<String>,
    delimiter: Option<u8>,
    day_order: Option<String>,
}

impl Remembered {
    pub fn of(source: &db::imports::Source) -> Self {
        let said: Said =
            source.reading.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self {
            mapping: source.mapping.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            zone: source.time_zone.as_deref().and_then(|name| name.parse().ok()),
            order: said.day_order.as_deref().and_then(DayOrder::from_key),
            hints: Hints {
                format: None,
                encoding: said.encoding.as_deref().and_then(Encoding::from_key),
                delimiter: said.delimiter,
            },
        }
    }

    /// The mapping, where a file with that header can be read by it.
    pub fn mapping_for(&self, header: &[String]) -> Option<ColumnMapping> {
        self.mapping.clone().filter(|mapping| Mapping::resolve(mapping, header).is_ok())
    }
}

/// What is known of a source by its name; nothing of one that is new.
pub async fn remembered(services: &Services, source: &str) -> Result<Remembered, ServiceError> {
    let sources = db::imports::sources(&services.db).await?;
    Ok(sources.iter().find(|one| one.name == source.trim()).map(Remembered::of).unwrap_or_default())
}

/// What an import was told that its file does not show, to be stored.
pub(super) fn said(new: &NewImport) -> Option<String> {
    let seen = formats::look(&new.path, Hints { format: new.hints.format, ..Hints::default() }).ok()?.dialect;
    let said = Said {
        encoding: new.hints.encoding.filter(|one| *one != seen.encoding).map(|one| one.key().to_owned()),
        delimiter: new.hints.delimiter.filter(|one| *one != seen.delimiter),
        day_order: new.order.map(|order| order.key().to_owned()),
    };
    if said == Said::default() { None } else { serde_json::to_string(&said).ok() }
}
