//! A small map of a drawing that is wider than the screen: shows which part is seen, and goes elsewhere by a click.

use contract::journeys::Drawing;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

/// Width and height of the map.
const WIDTH: f32 = 320.0;
const HEIGHT: f32 = 48.0;

/// The map of a drawing in the scrolling box `window`; `classes` are those of its nodes.
#[component]
pub fn Minimap(drawing: Drawing, classes: Vec<String>, window: NodeRef<html::Div>) -> impl IntoView {
    // Where the seen part begins and how wide it is, as parts of the whole.
    let seen = RwSignal::new((0.0_f64, 1.0_f64));
    let look = move || {
        if let Some(window) = window.get_untracked() {
            let whole = f64::from(window.scroll_width().max(1));
            seen.set((f64::from(window.scroll_left()) / whole, f64::from(window.client_width()) / whole));
        }
    };
    Effect::new(move |_| {
        let Some(window) = window.get() else { return };
        look();
        let listening = leptos::wasm_bindgen::closure::Closure::<dyn Fn()>::new(look);
        window.set_onscroll(Some(listening.as_ref().unchecked_ref()));
        // The box lets go of it when the page does.
        listening.forget();
    });
    let go = move |event: leptos::ev::MouseEvent| {
        let map = event.current_target().and_then(|map| map.dyn_into::<web_sys::Element>().ok());
        let (Some(map), Some(window)) = (map, window.get_untracked()) else { return };
        let rect = map.get_bounding_client_rect();
        let part = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        let middle = part * f64::from(window.scroll_width()) - f64::from(window.client_width()) / 2.0;
        window.set_scroll_left(middle.max(0.0) as i32);
    };
    let (along, across) = (WIDTH / drawing.width.max(1.0), HEIGHT / drawing.height.max(1.0));
    view! {
        <svg class="minimap" viewBox=format!("0 0 {WIDTH} {HEIGHT}") width=WIDTH.to_string() height=HEIGHT.to_string() aria-hidden="true" on:click=go>
            {drawing.nodes.into_iter().zip(classes).map(|(node, class)| view! {
                <g class=class><rect
                    class="body"
                    x=format!("{:.1}", node.at * along)
                    y=format!("{:.1}", node.start * across)
                    width="3"
                    height=format!("{:.1}", (node.length * across).max(0.7))
                ></rect></g>
            }).collect_view()}
            <rect
                class="minimap-seen"
                x=move || format!("{:.1}", seen.get().0 * f64::from(WIDTH))
                y="0"
                width=move || format!("{:.1}", seen.get().1.min(1.0) * f64::from(WIDTH))
                height=HEIGHT.to_string()
                rx="3"
            ></rect>
        </svg>
    }
}
