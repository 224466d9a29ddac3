//! The table of the grid. Only the lines that are seen are drawn; the others are room above and below.

use contract::inventory::Column;
use leptos::ev::{ClipboardEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::tachys::html::attribute::custom::custom_attribute;
use wasm_bindgen::JsCast as _;

use super::cell::content;
use super::cursor::{Cursor, Move};
use super::editor::Editor;
use super::lines::Line;
use super::look::Look;
use super::state::{Ask, Grid, LINE};
use contract::format::{count, counted};

/// Room that the fixed head takes, and with filters.
const HEAD: f64 = 33.0;
const HEAD_WITH_FILTERS: f64 = 73.0;

/// The table.
#[component]
pub fn Sheet(grid: Grid, filtering: RwSignal<bool>) -> impl IntoView {
    let panes = NodeRef::<html::Div>::new();
    let live = RwSignal::new(false);
    let leaving = StoredValue::new(false);
    let most = Memo::new(move |_| {
        grid.rows.with(|rows| rows.live.iter().flatten().map(|live| live.events).max().unwrap_or(0))
    });
    let measure = move || {
        if let Some(pane) = panes.get_untracked() {
            grid.scroll.set((f64::from(pane.scroll_top()), f64::from(pane.client_height())));
        }
    };
    Effect::new(move |_| {
        live.set(true);
        measure();
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    // The cell under the cursor is always in sight; but a cell that the pointer is on stays where it is, or the second of
    // two clicks would meet another.
    Effect::new(move |before: Option<Cursor>| {
        let cursor = grid.cursor.get();
        let by_pointer = grid.pressed.try_update_value(std::mem::take) == Some(true);
        if !by_pointer
            && before.is_some_and(|before| before.at != cursor.at)
            && let Some(pane) = panes.get_untracked()
        {
            let head = if filtering.get_untracked() { HEAD_WITH_FILTERS } else { HEAD };
            show(&pane, grid, cursor, head);
        }
        cursor
    });
    // Writing ended: the keys are the grid's again.
    Effect::new(move |before: Option<bool>| {
        let writing = grid.editing.with(Option::is_some);
        if before == Some(true)
            && !writing
            && let Some(pane) = panes.get_untracked()
        {
            // An element that was focused before can be focused again.
            let _ = pane.focus();
        }
        writing
    });
    let page = move || {
        let height = panes.get_untracked().map_or(400.0, |pane| f64::from(pane.client_height()));
        ((height - HEAD) / LINE).max(1.0) as isize
    };
    let keys = move |event: KeyboardEvent| {
        let (extend, control) = (event.shift_key(), event.ctrl_key() || event.meta_key());
        if grid.editing.with_untracked(Option::is_some) {
            let plain = !control && !event.alt_key();
            if ahead(grid, &event.key(), plain) {
                event.prevent_default();
            }
            if let Some(pane) = panes.get_untracked() {
                focus_editor(&pane, grid);
            }
            return;
        }
        let key = event.key();
        if key == "Tab" && leaving.get_value() {
            leaving.set_value(false);
            return;
        }
        leaving.set_value(key == "Escape");
        let by = |lines: isize, columns: isize| Move::By { lines, columns };
        const FAR: isize = isize::MAX / 4;
        let way = match key.as_str() {
            "ArrowDown" => Some(by(if control { FAR } else { 1 }, 0)),
            "ArrowUp" => Some(by(if control { -FAR } else { -1 }, 0)),
            "ArrowRight" => Some(by(0, if control { FAR } else { 1 })),
            "ArrowLeft" => Some(by(0, if control { -FAR } else { -1 })),
            "PageDown" => Some(by(page(), 0)),
            "PageUp" => Some(by(-page(), 0)),
            "Home" => Some(if control { Move::First } else { Move::RowStart }),
            "End" => Some(if control { Move::Last } else { Move::RowEnd }),
            _ => None,
        };
        if event.alt_key() && matches!(key.as_str(), "ArrowUp" | "ArrowDown") {
            event.prevent_default();
            let at = grid.cursor.get_untracked().at.column;
            if let Some(column) = grid.columns.with_untracked(|columns| columns.get(at).copied()) {
                grid.look.update(|look| look.sort = Some((column, key == "ArrowDown")));
            }
            return;
        }
        if let Some(way) = way {
            event.prevent_default();
            grid.go(way, extend);
            return;
        }
        match key.as_str() {
            "Tab" if grid.go(if extend { Move::Back } else { Move::Next }, false) => event.prevent_default(),
            "Enter" if control => {
                event.prevent_default();
                let line = grid.cursor.get_untracked().at.line;
                grid.keyed.set_value(true);
                grid.open.set(grid.row(line).map(|row| row.id));
            }
            "Enter" | "F2" => {
                event.prevent_default();
                grid.write(None);
            }
            "Escape" => grid.open.set(None),
            "Delete" | "Backspace" => {
                event.prevent_default();
                grid.clear();
            }
            "a" | "A" if control => {
                event.prevent_default();
                grid.go(Move::First, false);
                grid.go(Move::Last, true);
            }
            "d" | "D" if control => {
                event.prevent_default();
                grid.fill_down();
            }
            "z" | "Z" if control => {
                event.prevent_default();
                grid.undo(extend);
            }
            "y" | "Y" if control => {
                event.prevent_default();
                grid.undo(true);
            }
            "?" => {
                event.prevent_default();
                grid.ask.set(Some(Ask::Keys));
            }
            // One letter, typed: it begins the new text.
            letter if letter.chars().count() == 1 && !control && !event.alt_key() => {
                event.prevent_default();
                grid.write(Some(letter.to_owned()));
            }
            _ => {}
        }
    };
    let writing = move || grid.editing.with_untracked(Option::is_some);
    let copy = move |event: ClipboardEvent| {
        if let Some(clip) = event.clipboard_data().filter(|_| !writing()) {
            event.prevent_default();
            // A clipboard that takes nothing leaves what it had.
            let _ = clip.set_data("text/plain", &grid.copied());
        }
    };
    let paste = move |event: ClipboardEvent| {
        if let Some(clip) = event.clipboard_data().filter(|_| !writing()) {
            event.prevent_default();
            if let Ok(text) = clip.get_data("text/plain") {
                grid.paste(&text);
            }
        }
    };
    let visible = Memo::new(move |_| {
        let (first, last) = grid.drawn();
        grid.lines.with(|lines| {
            let last = last.min(lines.len());
            lines[first.min(last)..last].iter().cloned().zip(first..).collect::<Vec<(Line, usize)>>()
        })
    });
    let count_of = move || grid.lines.with(Vec::len);
    let above = move || ((grid.drawn().0 as f64 * LINE) as u32).to_string();
    let below = move || ((count_of().saturating_sub(grid.drawn().1) as f64 * LINE) as u32).to_string();
    // More columns than there are would take room of their own.
    let wide = move || grid.columns.with(Vec::len).to_string();
    let heads = move || -> Vec<(usize, Column)> { grid.columns.get().into_iter().enumerate().collect() };
    let active = move || {
        let at = grid.cursor.get().at;
        format!("cell-{}-{}", at.line, at.column)
    };
    view! {
        <div
            class="sheet"
            class:sheet-filtering=move || filtering.get()
            node_ref=panes
            tabindex="0"
            role="grid"
            aria-label="Touchpoints"
            aria-describedby="sheet-help"
            aria-multiselectable="true"
            aria-rowcount=move || (count_of() + 1).to_string()
            aria-colcount=move || grid.columns.with(Vec::len).to_string()
            aria-activedescendant=active
            aria-busy=move || grid.busy.get().then_some("true")
            on:keydown=keys
            on:copy=copy
            on:paste=paste
            on:scroll=move |_| measure()
        >
            <table class="sheet-table" role="presentation">
                <colgroup>
                    {move || grid.look.with(|look| look.columns.iter().map(|(_, width)| view! { <col {..custom_attribute("width", width.to_string())}/> }).collect_view())}
                </colgroup>
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">
                        <For each=heads key=|place| *place children=move |(at, column)| view! { <Head grid at column live/> }/>
                    </tr>
                    {move || filtering.get().then(|| view! {
                        <tr class="sheet-filters" role="row">
                            <For each=move || grid.columns.get() key=|column| *column children=move |column| view! {
                                <td role="gridcell" class:sheet-pinned=column == Column::Name>
                                    <input
                                        name=format!("f.{}", column.key())
                                        form="look"
                                        value=grid.look.with_untracked(|look| look.filter(column))
                                        aria-label=format!("Filter {}", column.label())
                                        placeholder=if column.is_number() { "> 0" } else { "" }
                                        on:input=move |event| {
                                            let text = event_target_value(&event);
                                            grid.look.update(|look| look.set_filter(column, &text));
                                            grid.fit();
                                        }
                                        on:keydown=move |event: KeyboardEvent| event.stop_propagation()
                                    />
                                </td>
                            }/>
                        </tr>
                    })}
                </thead>
                <tbody role="rowgroup">
                    <tr class="sheet-room" aria-hidden="true"><td {..custom_attribute("height", above)} colspan=wide></td></tr>
                    <For
                        each=move || visible.get()
                        key=|one| (one.1, format!("{:?}", one.0))
                        children=move |(line, at)| match line {
                            Line::Row(row) => view! { <RowLine grid row at most live/> }.into_any(),
                            Line::Group { label, rows, events, folded } => view! { <GroupLine grid label rows events folded at/> }.into_any(),
                            Line::New => view! { <NewLine grid at/> }.into_any(),
                        }
                    />
                    <tr class="sheet-room" aria-hidden="true"><td {..custom_attribute("height", below)} colspan=wide></td></tr>
                </tbody>
            </table>
        </div>
        <p id="sheet-help" class="visually-hidden">"Arrow keys move. Enter writes in a cell, Escape leaves it as it was. Control and Enter open the touchpoint. Escape, then Tab, leaves the grid. Question mark lists all keys."</p>
    }
}

/// While one writes, the field stops its own keys. What arrives at the grid was typed before the field had the focus, or
/// after its cell scrolled away: it belongs to the text all the same. Says whether the key is dealt with.
fn ahead(grid: Grid, key: &str, plain: bool) -> bool {
    match key {
        "Enter" | "Tab" => grid.settle(),
        "Escape" => grid.editing.set(None),
        letter if plain && letter.chars().count() == 1 => grid.type_on(letter),
        _ => return false,
    }
    true
}

/// Puts what is typed so far into the field, where it is drawn, and the focus with it.
fn focus_editor(pane: &web_sys::HtmlDivElement, grid: Grid) {
    let Some(field) = pane.query_selector(".sheet-editor").ok().flatten() else { return };
    let Some(text) = grid.editing.with_untracked(|editing| editing.as_ref().map(|one| one.text.clone())) else {
        return;
    };
    if let Some(field) = field.dyn_ref::<web_sys::HtmlInputElement>() {
        field.set_value(&text);
    } else if let Some(field) = field.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        field.set_value(&text);
    }
    if let Some(field) = field.dyn_ref::<web_sys::HtmlElement>() {
        // Without focus the field is still there to be clicked.
        let _ = field.focus();
    }
}

/// Scrolls a cell into sight.
fn show(pane: &web_sys::HtmlDivElement, grid: Grid, cursor: Cursor, head: f64) {
    let (top, height) = (f64::from(pane.scroll_top()), f64::from(pane.client_height()));
    let line = cursor.at.line as f64 * LINE;
    if line < top {
        pane.set_scroll_top(line as i32);
    } else if line + LINE + head > top + height {
        pane.set_scroll_top((line + LINE + head - height).ceil() as i32);
    }
    let (pinned, left, width) = grid.look.with_untracked(|look| {
        let widths: Vec<u32> = look.columns.iter().map(|(_, width)| *width).collect();
        let at = cursor.at.column.min(widths.len().saturating_sub(1));
        let pinned: u32 = widths.iter().take(look.pinned).sum();
        let left: u32 = widths.iter().take(at).sum();
        (if at < look.pinned { None } else { Some(pinned) }, left, widths.get(at).copied().unwrap_or(0))
    });
    let Some(pinned) = pinned else { return };
    let (seen, room) = (pane.scroll_left() as u32, pane.client_width() as u32);
    if left < seen + pinned {
        pane.set_scroll_left(left.saturating_sub(pinned) as i32);
    } else if left + width > seen + room {
        pane.set_scroll_left((left + width - room) as i32);
    }
}

/// Where a pinned column begins.
fn pinned_at(look: &Look, at: usize) -> Option<u32> {
    (at < look.pinned).then(|| look.columns.iter().take(at).map(|(_, width)| *width).sum())
}

#[component]
fn Head(grid: Grid, at: usize, column: Column, live: RwSignal<bool>) -> impl IntoView {
    let sorted = move || grid.look.with(|look| look.sort.filter(|(of, _)| *of == column).map(|(_, down)| down));
    let left = move || grid.look.with(|look| pinned_at(look, at));
    let href = move || {
        let mut look = grid.look.get();
        look.sort_by(column);
        format!("/inventory{}", look.search(grid.figures))
    };
    let dragged = StoredValue::new(None::<(i32, u32)>);
    let begin = move |event: PointerEvent| {
        event.prevent_default();
        event.stop_propagation();
        let width = grid.look.with_untracked(|look| look.columns.get(at).map(|(_, width)| *width));
        dragged.set_value(width.map(|width| (event.client_x(), width)));
        if let Some(grip) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            // Without the capture, a fast pointer leaves the grip.
            let _ = grip.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: PointerEvent| {
        if let Some((from, width)) = dragged.get_value() {
            grid.look.update(|look| look.resize(column, width as i32 + event.client_x() - from));
        }
    };
    view! {
        <th
            role="columnheader"
            scope="col"
            class:number=column.is_number()
            class:sheet-pinned=move || left().is_some()
            style:left=move || left().filter(|_| live.get()).map(|left| format!("{left}px"))
            aria-colindex=(at + 1).to_string()
            aria-sort=move || sorted().map(|down| if down { "descending" } else { "ascending" })
            title=column.meaning()
        >
            <a href=href tabindex="-1" on:click=move |event: MouseEvent| {
                event.prevent_default();
                grid.look.update(|look| look.sort_by(column));
            }>{column.label()} {move || sorted().map(|down| if down { " \u{2193}" } else { " \u{2191}" })}</a>
            <span class="sheet-grip" aria-hidden="true" on:pointerdown=begin on:pointermove=drag on:pointerup=move |_| dragged.set_value(None)></span>
        </th>
    }
}

#[component]
fn RowLine(grid: Grid, row: usize, at: usize, most: Memo<u64>, live: RwSignal<bool>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        grid.rows.with(|rows| Some((rows.rows.get(row)?.clone(), rows.live.get(row).cloned().flatten())))
    });
    let id = move || shown.with(|shown| shown.as_ref().map(|(row, _)| row.id.clone()).unwrap_or_default());
    // News of the row must not take the field from under the one who writes in it.
    let writing = Memo::new(move |_| grid.writing_in(&id()));
    let open = move || grid.open.with(|open| open.as_deref() == Some(id().as_str()));
    let fixed = move || shown.with(|shown| shown.as_ref().is_some_and(|(row, _)| !row.may_edit));
    view! {
        <tr role="row" aria-rowindex=(at + 2).to_string() class:sheet-open=open class:sheet-fixed=fixed data-id=id>
            {move || grid.columns.get().into_iter().enumerate().map(|(place, column)| {
                let inside = move || {
                    if writing.get() == Some(column) {
                        return view! { <Editor grid column/> }.into_any();
                    }
                    let others = (place == 0).then(|| view! { <Others grid id=id()/> });
                    shown.with(|shown| shown.as_ref().map(|(row, live)| content(row, live.as_ref(), column, most.get()))).map(|content| view! { {others} {content} }).into_any()
                };
                cell(grid, at, place, column, live, inside)
            }).collect_view()}
        </tr>
    }
}

/// A cell around what it shows.
fn cell(
    grid: Grid,
    line: usize,
    place: usize,
    column: Column,
    live: RwSignal<bool>,
    inside: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let left = move || grid.look.with(|look| pinned_at(look, place));
    let chosen = move || grid.cursor.with(|cursor| cursor.holds(line, place));
    let here = move || grid.cursor.with(|cursor| cursor.at.line == line && cursor.at.column == place);
    let press = move |event: MouseEvent| {
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if event.button() != 0 || on.is_some_and(|element| element.class_list().contains("sheet-editor")) {
            return;
        }
        // What is written in a cell out of sight is taken when one goes on elsewhere.
        grid.settle();
        grid.pressed.set_value(true);
        grid.cursor.update(|cursor| {
            let to = Cursor::at(line, place);
            cursor.at = to.at;
            if !event.shift_key() {
                cursor.anchor = to.at;
            }
        });
    };
    let cross = move |event: MouseEvent| {
        if event.buttons() == 1 && !grid.editing.with_untracked(Option::is_some) {
            grid.pressed.set_value(true);
            grid.cursor.update(|cursor| cursor.at = Cursor::at(line, place).at);
        }
    };
    // A plain click on a name opens the touchpoint beside the grid; with a key held, the browser does what it does.
    let click = move |event: MouseEvent| {
        let link = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let on_link = link.and_then(|target| target.closest("a").ok().flatten()).is_some();
        if on_link && !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            grid.open.set(grid.row(line).map(|row| row.id));
        }
    };
    view! {
        <td
            id=format!("cell-{line}-{place}")
            role=if place == 0 { "rowheader" } else { "gridcell" }
            aria-colindex=(place + 1).to_string()
            aria-selected=move || chosen().to_string()
            aria-readonly=(!column.is_typed()).then_some("true")
            class:number=column.is_number()
            class:bar-cell=column == Column::Events
            class:sheet-name=place == 0
            class:sheet-counted=!column.is_typed()
            class:sheet-pinned=move || left().is_some()
            class:sheet-chosen=chosen
            class:sheet-at=here
            style:left=move || left().filter(|_| live.get()).map(|left| format!("{left}px"))
            on:mousedown=press
            on:mouseover=cross
            on:click=click
            on:dblclick=move |_| grid.write(None)
        >
            {inside}
        </td>
    }
    .into_any()
}

/// Who else is at a touchpoint.
#[component]
fn Others(grid: Grid, id: String) -> impl IntoView {
    move || {
        let here: Vec<String> = grid
            .others
            .with(|others| others.iter().filter(|one| one.at == id).map(|one| one.name.clone()).collect());
        (!here.is_empty()).then(|| {
            let names = here.join(", ");
            let initials: String =
                here[0].split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
            view! { <span class="sheet-other" title=format!("{names} is here") aria-label=format!("{names} is here")>{initials}</span> }
        })
    }
}

#[component]
fn GroupLine(
    grid: Grid,
    label: String,
    rows: u32,
    events: Option<u64>,
    folded: bool,
    at: usize,
) -> impl IntoView {
    let word = label.clone();
    let here = move || grid.cursor.with(|cursor| cursor.at.line == at);
    view! {
        <tr role="row" class="sheet-group" class:sheet-group-at=here aria-rowindex=(at + 2).to_string()>
            <td colspan=move || grid.columns.with(Vec::len).to_string() role="gridcell" id=format!("cell-{at}-0") aria-expanded=(!folded).to_string()>
                <button type="button" tabindex="-1" on:click=move |_| {
                    grid.cursor.set(Cursor::at(at, 0));
                    grid.fold(&word);
                }>
                    <span aria-hidden="true">{if folded { "\u{25b8}" } else { "\u{25be}" }}</span> " " <strong>{label}</strong> " "
                    <span class="sheet-sums">{counted(u64::from(rows), "touchpoint", "touchpoints")} {events.map(|events| format!(", {} events", count(events)))}</span>
                </button>
            </td>
        </tr>
    }
}

#[component]
fn NewLine(grid: Grid, at: usize) -> impl IntoView {
    let writing = move || grid.editing.with(|editing| editing.as_ref().is_some_and(|one| one.of.is_none()));
    let here = move || grid.cursor.with(|cursor| cursor.at.line == at);
    view! {
        <tr role="row" class="sheet-new" class:sheet-group-at=here aria-rowindex=(at + 2).to_string()>
            <td colspan=move || grid.columns.with(Vec::len).to_string() role="gridcell" id=format!("cell-{at}-0") on:mousedown=move |_| grid.cursor.set(Cursor::at(at, 0)) on:dblclick=move |_| grid.write(None)>
                {move || if writing() {
                    view! { <Editor grid column=Column::Name/> }.into_any()
                } else {
                    view! { <a href="/inventory/new" tabindex="-1" on:click=move |event: MouseEvent| {
                        event.prevent_default();
                        grid.cursor.set(Cursor::at(at, 0));
                        grid.write(None);
                    }>"+ Add a touchpoint"</a> }.into_any()
                }}
            </td>
        </tr>
    }
}
