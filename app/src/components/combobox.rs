//! A text field that suggests: type to search, arrows and Enter to choose.
//!
//! What is typed is what is sent, so the field also takes words that are not in the list. Without JavaScript
//! the browser's own list stands in.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::owner::swatch;

/// Rows shown at once; typing narrows them.
const MOST: usize = 40;

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    /// What tells it from others, in a lighter tone.
    pub note: String,
    /// Class of a colour, where it has one.
    pub swatch: Option<String>,
}

impl Suggestion {
    /// One that belongs to a department, or to none.
    pub fn of(text: String, note: String, colour: Option<u32>) -> Self {
        Self { text, note, swatch: Some(swatch(colour)) }
    }

    /// One without colour.
    pub fn plain(text: String) -> Self {
        Self { text, note: String::new(), swatch: None }
    }
}

/// A list that several comboboxes of a page share.
#[derive(Clone, Copy)]
pub struct Suggestions {
    /// Id of the browser's own list.
    id: &'static str,
    all: StoredValue<Vec<Suggestion>>,
}

impl Suggestions {
    /// A list; `id` is unique on the page.
    pub fn new(id: &'static str, all: Vec<Suggestion>) -> Self {
        Self { id, all: StoredValue::new(all) }
    }

    /// Places of the suggestions that hold all typed words; those that begin with them first.
    fn matching(self, words: &str) -> Vec<usize> {
        self.all.with_value(|all| matching(all, words))
    }
}

fn matching(all: &[Suggestion], words: &str) -> Vec<usize> {
    let words = words.to_lowercase();
    let mut found: Vec<(bool, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(at, one)| {
            let text = one.text.to_lowercase();
            let whole = format!("{text} {}", one.note.to_lowercase());
            let holds = words.split_whitespace().all(|word| whole.contains(word));
            holds.then(|| (!text.starts_with(words.trim()), at))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).take(MOST).collect()
}

/// The browser's own list, once a page.
#[component]
pub fn Datalist(list: Suggestions) -> impl IntoView {
    view! {
        <datalist id=list.id>
            {list.all.with_value(|all| all.iter().map(|one| view! { <option value=one.text.clone()>{one.note.clone()}</option> }).collect_view())}
        </datalist>
    }
}

/// The field. `id` is unique on the page; `label` names it where no `<label>` does.
#[component]
pub fn Combobox(
    list: Suggestions,
    name: &'static str,
    #[prop(into)] id: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] placeholder: String,
    #[prop(into, optional)] label: Option<String>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let live = RwSignal::new(false);
    let open = RwSignal::new(false);
    let words = RwSignal::new(String::new());
    let at = RwSignal::new(None::<usize>);
    // Where the list hangs: it must not be cut off by a table that scrolls.
    let place = RwSignal::new((0.0, 0.0, 0.0));
    Effect::new(move |_| live.set(true));
    let found = Memo::new(move |_| if open.get() { list.matching(&words.read()) } else { Vec::new() });
    let show = move |all: bool| {
        let Some(field) = input.get_untracked() else { return };
        let rect = field.get_bounding_client_rect();
        place.set((rect.left(), rect.bottom() + 2.0, rect.width()));
        words.set(if all { String::new() } else { field.value() });
        at.set(None);
        open.set(true);
    };
    let pick = move |chosen: usize| {
        let Some(field) = input.get_untracked() else { return };
        field.set_value(&list.all.with_value(|all| all[chosen].text.clone()));
        open.set(false);
        let options = web_sys::EventInit::new();
        options.set_bubbles(true);
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("change", &options) {
            // Nobody listening is no failure.
            let _ = field.dispatch_event(&event);
        }
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open.get_untracked() => {
                event.prevent_default();
                show(true);
            }
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                at.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                at.update(|at| *at = Some(at.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Enter" if open.get_untracked() => {
                let chosen =
                    at.get_untracked().and_then(|at| found.with_untracked(|found| found.get(at).copied()));
                open.set(false);
                if let Some(chosen) = chosen {
                    event.prevent_default();
                    pick(chosen);
                }
            }
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                open.set(false);
            }
            _ => {}
        }
    };
    let list_id = format!("{id}-list");
    let option_id = {
        let id = id.clone();
        move |at: usize| format!("{id}-option-{at}")
    };
    let active = {
        let option_id = option_id.clone();
        move || if open.get() { at.get().map(&option_id) } else { None }
    };
    let controls = list_id.clone();
    view! {
        <span class="combobox">
            <input
                node_ref=input
                id=id
                name=name
                value=value
                placeholder=placeholder
                required=required
                aria-label=label
                autocomplete="off"
                list=move || (!live.get()).then_some(list.id)
                role=move || live.get().then_some("combobox")
                aria-autocomplete=move || live.get().then_some("list")
                aria-expanded=move || live.get().then(|| open.get().to_string())
                aria-controls=move || open.get().then(|| controls.clone())
                aria-activedescendant=active
                on:input=move |_| show(false)
                on:click=move |_| show(true)
                on:blur=move |_| open.set(false)
                on:keydown=keys
            />
            {move || open.get().then(|| {
                let found = found.get();
                let option_id = option_id.clone();
                let (left, top, width) = place.get();
                view! {
                    <ul
                        class="combobox-list"
                        id=list_id.clone()
                        role="listbox"
                        aria-label="Suggestions"
                        style:left=format!("{left}px")
                        style:top=format!("{top}px")
                        style:min-width=format!("{width}px")
                    >
                        {found.is_empty().then(|| view! { <li class="combobox-none">"Nothing like this"</li> })}
                        {found.into_iter().enumerate().map(|(row, chosen)| {
                            let Suggestion { text, note, swatch } = list.all.with_value(|all| all[chosen].clone());
                            view! {
                                <li
                                    id=option_id(row)
                                    role="option"
                                    class="combobox-option"
                                    aria-selected=move || (at.get() == Some(row)).to_string()
                                    on:mousedown=move |event| { event.prevent_default(); pick(chosen); }
                                >
                                    {swatch.map(|class| view! { <span class=format!("swatch {class}") aria-hidden="true"></span> })}
                                    <span class="combobox-text">{text}</span>
                                    <small>{note}</small>
                                </li>
                            }
                        }).collect_view()}
                    </ul>
                }
            })}
        </span>
    }
}

/// Sends the form around an event's target, if it can be sent.
pub fn submit_around(event: &leptos::ev::Event) {
    let field = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let form = field.and_then(|field| field.closest("form").ok().flatten());
    if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        // A form that can't be sent yet says so by itself.
        let _ = form.request_submit();
    }
}

#[cfg(test)]
mod tests {
    use super::{Suggestion, matching};

    #[test]
    fn all_words_must_be_there_and_beginnings_come_first() {
        let one = |text: &str, note: &str| Suggestion { note: note.into(), ..Suggestion::plain(text.into()) };
        let all = [one("Web order", "Sales"), one("Order status", "Billing"), one("Call", "Care")];
        assert_eq!(matching(&all, "order"), [1, 0]);
        assert_eq!(matching(&all, "SALES order"), [0]);
        assert_eq!(matching(&all, ""), [0, 1, 2]);
        assert!(matching(&all, "nothing").is_empty());
    }
}
