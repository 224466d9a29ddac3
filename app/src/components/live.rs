//! New events in open pages: the server says when there are some, and the page asks again.

use leptos::prelude::*;

use super::stream::listen_to;

/// How long after the page came the stream is opened: what the page itself needs goes first.
const AFTER: std::time::Duration = std::time::Duration::from_secs(2);

/// News of events, and what of them the page shows already.
#[derive(Clone, Copy)]
pub struct Live {
    news: ReadSignal<u64>,
    shown: StoredValue<u64>,
}

impl Live {
    /// Grows whenever there are newer events than the page shows; 0 until then, so that the page that was sent is the
    /// page that is shown.
    pub fn news(self) -> u64 {
        self.news.get()
    }

    /// Says which version of the events the page shows.
    pub fn shows(self, version: u64) {
        // The page may have gone meanwhile.
        self.shown.try_update_value(|shown| *shown = version);
    }
}

/// Listens for new events.
pub fn live() -> Live {
    let (news, tell) = signal(0_u64);
    let shown = StoredValue::new(0_u64);
    listen_to("/live", "version", AFTER, move |text| {
        let (Ok(version), Some(known)) = (text.parse::<u64>(), shown.try_get_value()) else { return };
        shown.try_update_value(|shown| *shown = version.max(*shown));
        // A page that does not say what it shows begins with what it hears first.
        if known > 0 && version > known {
            tell.try_set(version);
        }
    });
    Live { news, shown }
}
