//! The command palette: Ctrl K finds touchpoints, departments, pages and actions.

use contract::palette::Place;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::icon::Icon;
use super::owner::swatch;
use crate::api::palette::places;

/// Rows shown at once.
const MOST: usize = 12;

/// Places that hold all typed words; those that begin with them first, and pages before the rest.
fn matching(all: &[Place], words: &str) -> Vec<Place> {
    let words = words.to_lowercase();
    let mut found: Vec<(bool, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(at, place)| {
            let label = place.label.to_lowercase();
            let whole = format!("{label} {}", place.kind);
            let holds = words.split_whitespace().all(|word| whole.contains(word));
            holds.then(|| (!label.starts_with(words.trim()), at))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(MOST).map(|(_, at)| all[at].clone()).collect()
}

/// The button that opens it, and the dialog.
#[component]
pub fn Palette() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let input = NodeRef::<html::Input>::new();
    let words = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let all = RwSignal::new(None::<Vec<Place>>);
    let found = Memo::new(move |_| all.with(|all| matching(all.as_deref().unwrap_or_default(), &words.read())));
    let show = move || {
        let Some(dialog) = dialog.get_untracked() else { return };
        if dialog.open() {
            return;
        }
        words.set(String::new());
        at.set(0);
        if let Some(input) = input.get_untracked() {
            input.set_value("");
        }
        // Opening what is open would fail; it was checked.
        let _ = dialog.show_modal();
        leptos::task::spawn_local(async move {
            // What is offered changes with the inventory, so it is asked for anew each time.
            if let Ok(places) = places().await {
                all.try_set(Some(places));
            }
        });
    };
    Effect::new(move |_| {
        let listening = window_event_listener(leptos::ev::keydown, move |event| {
            if (event.ctrl_key() || event.meta_key()) && event.key() == "k" {
                event.prevent_default();
                show();
            }
        });
        on_cleanup(move || listening.remove());
    });
    let navigate = use_navigate();
    let go = Callback::new(move |path: String| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        navigate(&path, NavigateOptions::default());
    });
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                let path =
                    found.with_untracked(|found| found.get(at.get_untracked()).map(|place| place.path.clone()));
                if let Some(path) = path {
                    go.run(path);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <a class="palette-open" href="/inventory" on:click=move |event| { event.prevent_default(); show(); }>
            <Icon name="search"/><span>"Find"</span><kbd>"Ctrl K"</kbd>
        </a>
        <dialog class="palette" node_ref=dialog aria-label="Find a touchpoint, department, page or action">
            <input
                node_ref=input
                type="text"
                role="combobox"
                autocomplete="off"
                aria-label="Find"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", at.get())
                placeholder="Touchpoint, department, page or action"
                on:input=move |event| { words.set(event_target_value(&event)); at.set(0); }
                on:keydown=keys
            />
            <ul id="palette-list" role="listbox" aria-label="Found">
                {move || found.get().into_iter().enumerate().map(|(row, Place { label, kind, path, department })| view! {
                    <li
                        id=format!("palette-{row}")
                        role="option"
                        aria-selected=move || (at.get() == row).to_string()
                        on:mousemove=move |_| at.set(row)
                        on:click=move |_| go.run(path.clone())
                    >
                        {department.map(|colour| view! { <span class=format!("swatch {}", swatch(Some(colour))) aria-hidden="true"></span> })}
                        <span class="combobox-text">{label}</span>
                        <small>{kind}</small>
                    </li>
                }).collect_view()}
            </ul>
            <p class="palette-none">
                {move || match all.with(Option::is_some) {
                    false => "Looking…",
                    true if found.with(Vec::is_empty) => "Nothing like this. Try a part of the name.",
                    true => "Arrows to choose, Enter to open, Esc to close",
                }}
            </p>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use contract::palette::Place;

    use super::matching;

    #[test]
    fn labels_that_begin_with_the_words_come_first() {
        let place = |label: &str, kind: &str| Place {
            label: label.into(),
            kind: kind.into(),
            path: String::new(),
            department: None,
        };
        let all = [place("Change a bill", "touchpoint"), place("Billing", "department")];
        let labels: Vec<String> = matching(&all, "bill").into_iter().map(|place| place.label).collect();
        assert_eq!(labels, ["Billing", "Change a bill"]);
        assert_eq!(matching(&all, "department").len(), 1);
    }
}
