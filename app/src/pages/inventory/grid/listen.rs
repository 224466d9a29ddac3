//! Others in the same inventory: their changes come in as they happen, and one sees who is where.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::inventory::News;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::{Grid, Other};
use crate::api::inventory::{be_at, grid as fetch};
use crate::components::stream::{listen_to, seen};

/// How long after the page came the stream is opened.
const AFTER: Duration = Duration::from_secs(1);
/// How long the cursor rests before others are told where it is, and how often they are told again.
const RESTS: Duration = Duration::from_millis(700);
const AGAIN: Duration = Duration::from_secs(20);
/// Changes of others are asked for together, when so long none came.
const TOGETHER: Duration = Duration::from_millis(150);

/// What changed and is not asked for yet.
#[derive(Debug, Default)]
struct Changed {
    ids: BTreeSet<String>,
    all: bool,
    waiting: Option<TimeoutHandle>,
}

/// Listens, and tells.
pub fn listen(grid: Grid) {
    let changed = StoredValue::new(Changed::default());
    let ask = move || {
        let Some(asked) = changed.try_update_value(std::mem::take) else { return };
        if asked.all { reload(grid) } else { grid.refresh(asked.ids.into_iter().collect()) }
    };
    let soon = move |ids: Vec<String>, all: bool| {
        changed.try_update_value(|changed| {
            changed.all |= all;
            changed.ids.extend(ids);
            if let Some(waiting) = changed.waiting.take() {
                waiting.clear();
            }
            changed.waiting = set_timeout_with_handle(ask, TOGETHER).ok();
        });
    };
    listen_to("/inventory/live", "news", AFTER, move |text| {
        let (Ok(news), Some(me)) = (serde_json::from_str::<News>(&text), grid.me.try_get_value()) else {
            return;
        };
        match news {
            News::Now { version } => {
                grid.others.try_set(Vec::new());
                // What happened before the stream was opened, or while it was cut.
                if grid.version.try_get_value().is_some_and(|shown| version > shown) {
                    soon(Vec::new(), true);
                }
            }
            News::Here { account, .. } | News::Changed { account, .. } if account == me => {}
            News::Here { account, name, at } => {
                grid.others.try_update(|others| {
                    others.retain(|one| one.account != account);
                    if let Some(at) = at {
                        others.push(Other { account, name, at });
                    }
                });
            }
            News::Changed { by, ids, .. } => {
                if !by.is_empty() {
                    grid.say(format!("{by} changed something."));
                }
                let all = ids.is_empty();
                soon(ids, all);
            }
        }
    });
    // Where the cursor rests.
    let place = Memo::new(move |_| {
        let line = grid.cursor.with(|cursor| cursor.at.line);
        grid.lines.with(Vec::len);
        grid.row(line).map(|row| row.id).unwrap_or_default()
    });
    let tell = move |place: String| {
        spawn_local(async move {
            // Nobody knowing where one is harms nothing.
            let _ = be_at(place).await;
        });
    };
    Effect::new(move |before: Option<Option<TimeoutHandle>>| {
        let now = place.get();
        if let Some(Some(waiting)) = before {
            waiting.clear();
        }
        set_timeout_with_handle(
            move || {
                if place.try_get_untracked().as_ref() == Some(&now) && seen() {
                    tell(now.clone());
                }
            },
            RESTS,
        )
        .ok()
    });
    let again = StoredValue::new(None::<IntervalHandle>);
    let told = move || {
        if let Some(place) = place.try_get_untracked().filter(|_| seen()) {
            tell(place);
        }
    };
    Effect::new(move |_| again.set_value(set_interval_with_handle(told, AGAIN).ok()));
    // Whoever looks elsewhere is not here; the browser says so when the page is left, too.
    let turned =
        window_event_listener_untyped(
            "visibilitychange",
            move |_| {
                if seen() { told() } else { tell(String::new()) }
            },
        );
    on_cleanup(move || {
        turned.remove();
        if let Some(Some(again)) = again.try_update_value(Option::take) {
            again.clear();
            tell(String::new());
        }
    });
}

/// Asks for everything anew: too much changed to name.
fn reload(grid: Grid) {
    let Some((from, to)) = grid.look.try_with_untracked(|look| (look.from.clone(), look.to.clone())) else {
        return;
    };
    spawn_local(async move {
        if let Ok(view) = fetch(from, to).await {
            grid.replace(view);
        }
    });
}
