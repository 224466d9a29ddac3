//! New events in open pages: the server says when there are some, and the page asks again.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

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
    let stream = StoredValue::new(None::<SendWrapper<web_sys::EventSource>>);
    Effect::new(move |_| {
        set_timeout(
            move || {
                if stream.try_with_value(Option::is_none) == Some(true)
                    && let Some(opened) = open(tell, shown)
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
    Live { news, shown }
}

fn open(tell: WriteSignal<u64>, shown: StoredValue<u64>) -> Option<web_sys::EventSource> {
    let source = web_sys::EventSource::new("/live").ok()?;
    let heard = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let version = event.data().as_string().and_then(|text| text.parse::<u64>().ok());
        let (Some(version), Some(known)) = (version, shown.try_get_value()) else { return };
        shown.try_update_value(|shown| *shown = version.max(*shown));
        // A page that does not say what it shows begins with what it hears first.
        if known > 0 && version > known {
            tell.try_set(version);
        }
    });
    source.add_event_listener_with_callback("version", heard.as_ref().unchecked_ref()).ok()?;
    // It lives as long as the stream.
    heard.forget();
    Some(source)
}
