//! New events in open pages: the server says when there are some, and the page asks again.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

/// How long after the page came the stream is opened: what the page itself needs goes first.
const AFTER: std::time::Duration = std::time::Duration::from_secs(2);

/// Grows whenever there are new events; 0 until then, so that the page that was sent is the page that is shown.
pub fn live() -> ReadSignal<u64> {
    let (news, tell) = signal(0_u64);
    let stream = StoredValue::new(None::<SendWrapper<web_sys::EventSource>>);
    Effect::new(move |_| {
        set_timeout(
            move || {
                // The page may have gone meanwhile.
                if stream.try_with_value(Option::is_none) == Some(true)
                    && let Some(opened) = open(tell)
                {
                    stream.set_value(Some(SendWrapper::new(opened)));
                }
            },
            AFTER,
        );
    });
    on_cleanup(move || {
        stream.try_update_value(|stream| {
            if let Some(stream) = stream.take() {
                stream.close();
            }
        });
    });
    news
}

fn open(tell: WriteSignal<u64>) -> Option<web_sys::EventSource> {
    let source = web_sys::EventSource::new("/live").ok()?;
    let mut first: Option<u64> = None;
    let heard = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let version = event.data().as_string().and_then(|text| text.parse::<u64>().ok());
        match (first, version) {
            // What the page shows may be as new as that already.
            (None, version) => first = version,
            (Some(known), Some(version)) if version > known => {
                first = Some(version);
                tell.try_set(version);
            }
            _ => {}
        }
    });
    source.add_event_listener_with_callback("version", heard.as_ref().unchecked_ref()).ok()?;
    // It lives as long as the stream.
    heard.forget();
    Some(source)
}
