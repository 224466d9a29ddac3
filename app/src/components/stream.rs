//! What the server tells open pages as it happens. A page that nobody sees listens to nothing: browsers keep few
//! connections to a server, and a forgotten tab must not hold one.

use std::time::Duration;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

/// A stream of events.
#[derive(Clone, Copy)]
struct Stream {
    path: &'static str,
    event: &'static str,
    open: StoredValue<Option<SendWrapper<web_sys::EventSource>>>,
}

impl Stream {
    fn begin(self, heard: impl Fn(String) + 'static) {
        if self.open.try_with_value(Option::is_none) != Some(true) {
            return;
        }
        let Ok(source) = web_sys::EventSource::new(self.path) else { return };
        let take = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
            if let Some(text) = event.data().as_string() {
                heard(text);
            }
        });
        if source.add_event_listener_with_callback(self.event, take.as_ref().unchecked_ref()).is_ok() {
            // It lives as long as the stream.
            take.forget();
            self.open.set_value(Some(SendWrapper::new(source)));
        }
    }

    fn end(self) {
        self.open.try_update_value(|open| {
            if let Some(source) = open.take() {
                source.close();
            }
        });
    }
}

/// Whether somebody can see the page.
pub fn seen() -> bool {
    !document().hidden()
}

/// Calls `heard` with what the server tells, from `after` on: what the page itself needs goes first.
pub fn listen_to(
    path: &'static str,
    event: &'static str,
    after: Duration,
    heard: impl Fn(String) + Copy + 'static,
) {
    let stream = Stream { path, event, open: StoredValue::new(None) };
    Effect::new(move |_| {
        let begin = move || {
            if seen() {
                stream.begin(heard);
            }
        };
        set_timeout(begin, after);
    });
    let turned = window_event_listener_untyped("visibilitychange", move |_| {
        if seen() { stream.begin(heard) } else { stream.end() }
    });
    on_cleanup(move || {
        turned.remove();
        stream.end();
    });
}
