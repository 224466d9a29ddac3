//! Writing in a cell: a field over it, with what can be chosen.

use contract::inventory::Column;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast as _;

use super::cursor::Move;
use super::state::Grid;

/// The list of what a column's cells can hold.
fn list_of(column: Column) -> Option<&'static str> {
    match column {
        Column::Owner => Some("owners"),
        Column::Stage => Some("stages"),
        Column::Channel => Some("channels"),
        Column::Delivery => Some("deliveries"),
        Column::StartedBy => Some("starters"),
        Column::Contact => Some("truths"),
        _ => None,
    }
}

/// The lists, once a page.
#[component]
pub fn Lists(grid: Grid) -> impl IntoView {
    let fixed = |column: Column| {
        let list = column.fixed().unwrap_or(&[]);
        list.iter().map(|(_, label)| (*label).to_owned()).collect::<Vec<String>>()
    };
    let choices = grid.choices.read_value();
    let names =
        |list: &[contract::inventory::Named]| list.iter().map(|one| one.name.clone()).collect::<Vec<String>>();
    let lists = [
        ("owners", names(&choices.departments)),
        ("stages", names(&choices.stages)),
        ("channels", names(&choices.channels)),
        ("deliveries", fixed(Column::Delivery)),
        ("starters", fixed(Column::StartedBy)),
        ("truths", fixed(Column::Contact)),
    ];
    lists
        .into_iter()
        .map(|(id, names)| {
            view! { <datalist id=id>{names.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist> }
        })
        .collect_view()
}

/// The field. Enter takes what was written and goes down, Tab goes on, Escape leaves it as it was; with Control, Enter
/// fills all selected cells.
#[component]
pub fn Editor(grid: Grid, column: Column) -> impl IntoView {
    // What is typed before the field has the focus is there already.
    let typed = move || {
        let text = grid.editing.with_untracked(|editing| editing.as_ref().map(|one| one.text.clone()));
        text.unwrap_or_default()
    };
    let label = column.label();
    let commit = move |way: Option<Move>, all: bool| {
        grid.commit(all);
        if let Some(way) = way {
            grid.go(way, false);
        }
    };
    // Scrolling moves rows about in the document, and a field that is moved loses the focus: it has it again at once. Only
    // who goes elsewhere is done, by a key, with the pointer, or to another field.
    let left = move |event: FocusEvent| {
        if event.related_target().is_some() {
            grid.settle();
            return;
        }
        let field = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
        let Some(field) = field.map(SendWrapper::new) else { return };
        queue_microtask(move || {
            if field.is_connected() {
                // Without focus the field is still there to be clicked.
                let _ = field.focus();
            }
        });
    };
    let pressed = window_event_listener(leptos::ev::mousedown, move |event| {
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if !on.is_some_and(|element| element.class_list().contains("sheet-editor")) {
            grid.settle();
        }
    });
    on_cleanup(move || pressed.remove());
    let keys = move |event: KeyboardEvent, prose: bool| {
        // The grid's own keys wait until this ends.
        event.stop_propagation();
        let down = |lines: isize| Some(Move::By { lines, columns: 0 });
        match event.key().as_str() {
            "Enter" if prose && (event.alt_key() || event.shift_key()) => {}
            "Enter" => {
                event.prevent_default();
                let all = event.ctrl_key() || event.meta_key();
                let way = if all { None } else { down(if event.shift_key() { -1 } else { 1 }) };
                commit(way, all);
            }
            "Tab" => {
                event.prevent_default();
                commit(Some(if event.shift_key() { Move::Back } else { Move::Next }), false);
            }
            "Escape" => {
                event.prevent_default();
                grid.editing.set(None);
            }
            _ => {}
        }
    };
    // What others own is proposed to them, and whoever writes knows it.
    let hint = grid
        .editing
        .with_untracked(|editing| editing.as_ref()?.of.as_ref().map(|(id, _)| id.clone()))
        .and_then(|id| {
            let row = grid.rows.with_untracked(|rows| rows.rows.iter().find(|row| row.id == id).cloned())?;
            let owner = if row.owner.is_empty() { "the CX manager".to_owned() } else { row.owner.clone() };
            (!row.may_edit).then(|| format!("A proposal to {owner}"))
        });
    let prose = matches!(column, Column::Description | Column::Expectation | Column::Promise);
    if prose {
        let field = NodeRef::<html::Textarea>::new();
        Effect::new(move |_| {
            if let Some(field) = field.get() {
                let begin = typed();
                field.set_value(&begin);
                // Without focus the field is still there to be clicked.
                let _ = field.focus();
                let end = begin.encode_utf16().count() as u32;
                let _ = field.set_selection_range(end, end);
            }
        });
        return view! {
            <textarea
                class="sheet-editor sheet-editor-prose"
                node_ref=field
                rows="4"
                aria-label=label
                on:keydown=move |event| keys(event, true)
                on:input=move |event| grid.typed(&event_target_value(&event))
                on:blur=left
                on:dblclick=move |event| event.stop_propagation()
            ></textarea>
        }
        .into_any();
    }
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let begin = typed();
            field.set_value(&begin);
            // Without focus the field is still there to be clicked.
            let _ = field.focus();
            let end = begin.encode_utf16().count() as u32;
            let _ = field.set_selection_range(end, end);
        }
    });
    view! {
        <input
            class="sheet-editor"
            node_ref=field
            list=list_of(column)
            autocomplete="off"
            inputmode=if column == Column::Cost { "decimal" } else { "text" }
            aria-label=label
            on:keydown=move |event| keys(event, false)
            on:input=move |event| grid.typed(&event_target_value(&event))
            on:blur=left
            on:dblclick=move |event| event.stop_propagation()
        />
        {hint.map(|hint| view! { <span class="sheet-hint">{hint}</span> })}
    }
    .into_any()
}
