//! Others in the same inventory: their changes come in as they happen, and one sees who is where.

use std::time::Duration;

use contract::inventory::News;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::lines::Rows;
use super::state::{Grid, Other};
use crate::api::inventory::{be_at, grid as fetch};

/// How long after the page came the stream is opened: what the page itself needs goes first.
const AFTER: Duration = Duration::from_secs(1);
/// How long the cursor rests before others are told where it is, and how often they are told again.
const RESTS: Duration = Duration::from_millis(700);
const AGAIN: Duration = Duration::from_secs(20);

/// Listens, and tells.
pub fn listen(grid: Grid) {
    let stream = StoredValue::new(None::<SendWrapper<web_sys::EventSource>>);
    Effect::new(move |_| {
        set_timeout(
            move || {
                if stream.try_with_value(Option::is_none) == Some(true)
                    && let Some(opened) = open(grid)
                {
                    stream.set_value(Some(SendWrapper::new(opened)));
                }
            },
            AFTER,
        );
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
                if place.try_get_untracked().as_ref() == Some(&now) {
                    tell(now.clone());
                }
            },
            RESTS,
        )
        .ok()
    });
    let again = StoredValue::new(None::<IntervalHandle>);
    Effect::new(move |_| {
        let told = move || {
            if let Some(place) = place.try_get_untracked() {
                tell(place);
            }
        };
        again.set_value(set_interval_with_handle(told, AGAIN).ok());
    });
    on_cleanup(move || {
        stream.try_update_value(|stream| {
            if let Some(stream) = stream.take() {
                stream.close();
            }
        });
        if let Some(Some(again)) = again.try_update_value(Option::take) {
            again.clear();
            tell(String::new());
        }
    });
}

fn open(grid: Grid) -> Option<web_sys::EventSource> {
    let source = web_sys::EventSource::new("/inventory/live").ok()?;
    let heard = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let news = event.data().as_string().and_then(|text| serde_json::from_str::<News>(&text).ok());
        let (Some(news), Some(me)) = (news, grid.me.try_get_value()) else { return };
        match news {
            News::Now { version } => {
                grid.others.try_set(Vec::new());
                // What happened before the stream was opened, or while it was cut.
                if grid.version.try_get_value().is_some_and(|shown| version > shown) {
                    reload(grid);
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
                grid.say(format!("{by} changed something."));
                if ids.is_empty() { reload(grid) } else { grid.refresh(ids) }
            }
        }
    });
    source.add_event_listener_with_callback("news", heard.as_ref().unchecked_ref()).ok()?;
    // It lives as long as the stream.
    heard.forget();
    Some(source)
}

/// Asks for everything anew: too much changed to name.
fn reload(grid: Grid) {
    let Some((from, to)) = grid.look.try_with_untracked(|look| (look.from.clone(), look.to.clone())) else {
        return;
    };
    spawn_local(async move {
        if let Ok(view) = fetch(from, to).await {
            grid.rows.try_set(Rows { rows: view.rows, live: view.live });
            grid.history.try_set(view.history);
            grid.version.try_set_value(view.version);
        }
    });
}
