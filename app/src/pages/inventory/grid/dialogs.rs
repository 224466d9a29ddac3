//! What the grid asks: whether to apply many changes, what to do about cells that others changed, why something was
//! refused, a value for all selected cells; and its keys.

use contract::inventory::{CellChange, CellConflict, CellProblem, Edited, RowEdit};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::state::{Ask, Grid};
use contract::format::{counted, instant};

/// Changes and problems that are listed.
const LISTED: usize = 60;

/// Letters of a cell that are shown.
const SHOWN: usize = 240;

/// The dialog, where something is asked.
#[component]
pub fn Dialogs(grid: Grid) -> impl IntoView {
    // What waited behind a dialog goes on.
    Effect::new(move |before: Option<bool>| {
        let asks = grid.ask.with(Option::is_some);
        if before == Some(true) && !asks {
            back_to_writing(grid);
            grid.resume();
        }
        asks
    });
    move || {
        grid.ask.get().map(|ask| {
            let (title, inside) = match ask {
                Ask::Apply { edits, outcome } => (
                    if outcome.problems.is_empty() {
                        "Apply these changes?"
                    } else {
                        "These can\u{2019}t be applied yet"
                    },
                    view! { <Apply grid edits outcome/> }.into_any(),
                ),
                Ask::Merge { edits, conflicts } => {
                    ("Somebody changed this meanwhile", view! { <Merge grid edits conflicts/> }.into_any())
                }
                Ask::Refused { outcome } => {
                    ("This can\u{2019}t be applied", view! { <Refused grid outcome/> }.into_any())
                }
                Ask::SetAll => ("Set all selected cells", view! { <SetAll grid/> }.into_any()),
                Ask::Keys => ("Keys of the grid", view! { <Keys grid/> }.into_any()),
            };
            view! { <Dialog grid title>{inside}</Dialog> }
        })
    }
}

#[component]
fn Dialog(grid: Grid, title: &'static str, children: Children) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // A dialog that is shown already stays shown.
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="dialog-title" on:close=move |_| grid.ask.set(None)>
            <h2 id="dialog-title">{title}</h2>
            {children()}
        </dialog>
    }
}

/// A field that waited behind the dialog has the focus again.
fn back_to_writing(grid: Grid) {
    if grid.editing.with_untracked(Option::is_none) {
        return;
    }
    set_timeout(
        || {
            let field = document().query_selector(".sheet-editor").ok().flatten();
            if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                // Without focus the field is still there to be clicked.
                let _ = field.focus();
            }
        },
        std::time::Duration::ZERO,
    );
}

fn shown(text: &str) -> String {
    if text.is_empty() {
        return "nothing".to_owned();
    }
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}

#[component]
fn Changes(changes: Vec<CellChange>, all: u32) -> impl IntoView {
    let more = (all as usize).saturating_sub(changes.len().min(LISTED));
    view! {
        <div class="dialog-list" tabindex="0" role="region" aria-label="Changes">
            <table class="table">
                <thead><tr><th>"Touchpoint"</th><th>"Column"</th><th>"From"</th><th>"To"</th></tr></thead>
                <tbody>
                    {changes.into_iter().take(LISTED).map(|CellChange { touchpoint, column, before, after, proposal, new }| view! {
                        <tr>
                            <td>{touchpoint} {new.then(|| view! { " " <span class="badge">"new"</span> })} {proposal.then(|| view! { " " <span class="badge badge-wait">"proposal"</span> })}</td>
                            <td>{column.label()}</td>
                            <td class="was">{shown(&before)}</td>
                            <td>{shown(&after)}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        {(more > 0).then(|| view! { <p class="help">{format!("and {} more", counted(more as u64, "cell", "cells"))}</p> })}
    }
}

#[component]
fn Problems(problems: Vec<CellProblem>) -> impl IntoView {
    let more = problems.len().saturating_sub(LISTED);
    view! {
        <ul class="dialog-problems">
            {problems.into_iter().take(LISTED).map(|CellProblem { touchpoint, column, message, remedy, .. }| view! {
                <li><strong>{if touchpoint.is_empty() { "New row".to_owned() } else { touchpoint }} ", " {column.label()}</strong> ": " {message} " " {remedy}</li>
            }).collect_view()}
        </ul>
        {(more > 0).then(|| view! { <p class="help">{format!("and {more} more")}</p> })}
    }
}

/// What edits would come to, in a sentence.
fn sum(outcome: &Edited) -> String {
    let mut parts = Vec::new();
    let Edited { changed, created, proposed, .. } = outcome;
    let plain = changed.saturating_sub(*proposed);
    if plain > 0 {
        parts.push(format!("{} would change", counted(u64::from(plain), "cell", "cells")));
    }
    if *created > 0 {
        parts.push(format!("{} would be added", counted(u64::from(*created), "touchpoint", "touchpoints")));
    }
    if *proposed > 0 {
        parts
            .push(format!("{} would be proposed to the owner", counted(u64::from(*proposed), "cell", "cells")));
    }
    if parts.is_empty() { "Nothing would change.".to_owned() } else { format!("{}.", parts.join("; ")) }
}

#[component]
fn Apply(grid: Grid, edits: Vec<RowEdit>, outcome: Edited) -> impl IntoView {
    let close = move || grid.ask.set(None);
    let bad = !outcome.problems.is_empty();
    let none = outcome.changed == 0;
    let edits = StoredValue::new(edits);
    view! {
        <p>{sum(&outcome)} {bad.then(|| format!(" {} can\u{2019}t be applied, so nothing is applied until these are right.", counted(outcome.problems.len() as u64, "cell", "cells")))}</p>
        {bad.then(|| view! { <Problems problems=outcome.problems.clone()/> })}
        {(!outcome.changes.is_empty()).then(|| view! { <Changes changes=outcome.changes.clone() all=outcome.changed/> })}
        <p class="actions">
            {(!bad && !none).then(|| view! { <button type="button" class="button button-main" autofocus on:click=move |_| { close(); grid.send_first(edits.get_value()); }>"Apply"</button> })}
            <button type="button" class="button" on:click=move |_| close()>{if bad || none { "Close" } else { "Cancel" }}</button>
        </p>
    }
}

#[component]
fn Refused(grid: Grid, outcome: Edited) -> impl IntoView {
    view! {
        <p>"Nothing was changed."</p>
        <Problems problems=outcome.problems/>
        <p class="actions"><button type="button" class="button button-main" autofocus on:click=move |_| grid.ask.set(None)>"Close"</button></p>
    }
}

/// Both words side by side; one's own can be written anew, and then goes over theirs knowingly.
#[component]
fn Merge(grid: Grid, edits: Vec<RowEdit>, conflicts: Vec<CellConflict>) -> impl IntoView {
    let rest = edits.iter().map(|edit| edit.cells.len()).sum::<usize>().saturating_sub(conflicts.len());
    let wanted = StoredValue::new(edits);
    let all = StoredValue::new(conflicts.clone());
    let mine: Vec<RwSignal<Option<String>>> =
        conflicts.iter().map(|one| RwSignal::new(Some(one.yours.clone()))).collect();
    let signals = StoredValue::new(mine.clone());
    let finish = move || {
        // All that was to be changed goes along; the cells in conflict begin from what stands there now.
        let mut edits = wanted.get_value();
        for (conflict, mine) in all.get_value().into_iter().zip(signals.get_value()) {
            let text = mine.get_untracked().filter(|text| *text != conflict.theirs);
            for edit in edits.iter_mut().filter(|edit| edit.id == conflict.id) {
                edit.cells.retain(|(column, ..)| *column != conflict.column);
                if let Some(text) = &text {
                    edit.cells.push((conflict.column, conflict.theirs.clone(), text.clone()));
                }
            }
        }
        edits.retain(|edit| !edit.cells.is_empty());
        let ids = all.with_value(|all| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>());
        grid.ask.set(None);
        if edits.is_empty() {
            grid.refresh(ids);
            grid.say("Theirs is kept.");
        } else {
            grid.send_first(edits);
        }
    };
    view! {
        <p>"Nothing was changed. For each cell, keep theirs, or write what shall stand there." {(rest > 0).then(|| format!(" {} without a conflict will be applied with them.", counted(rest as u64, "cell", "cells")))}</p>
        <ul class="merge">
            {conflicts.into_iter().zip(mine).enumerate().map(|(at, (conflict, mine))| {
                let CellConflict { touchpoint, column, before, theirs, yours, by, .. } = conflict;
                let who = by.map(|(name, at)| format!("{name}, {} UTC", instant(at))).unwrap_or_else(|| "Somebody".to_owned());
                let name = format!("keep-{at}");
                let other = name.clone();
                view! {
                    <li>
                        <h3>{touchpoint} ", " {column.label()}</h3>
                        <p class="help">"It was: " {shown(&before)}</p>
                        <label class="check"><input type="radio" name=name on:change=move |_| mine.set(None)/><span>"Theirs: " <strong>{shown(&theirs)}</strong> " " <small>{who}</small></span></label>
                        <label class="check"><input type="radio" name=other checked on:change={ let yours = yours.clone(); move |_| mine.set(Some(yours.clone())) }/><span>"Yours:"</span></label>
                        <textarea class="merge-text" rows="1" prop:value=yours aria-label=format!("Yours for {}", column.label()) on:input=move |event| mine.set(Some(event_target_value(&event))) disabled=move || mine.with(Option::is_none)></textarea>
                    </li>
                }
            }).collect_view()}
        </ul>
        <p class="actions">
            <button type="button" class="button button-main" on:click=move |_| finish()>"Done"</button>
            <button type="button" class="button" on:click=move |_| grid.ask.set(None)>"Cancel"</button>
        </p>
    }
}

#[component]
fn SetAll(grid: Grid) -> impl IntoView {
    let size = grid.cursor.with_untracked(super::cursor::Cursor::size);
    let field = NodeRef::<html::Input>::new();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let text = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        grid.ask.set(None);
        grid.set_all(&text);
    };
    view! {
        <form on:submit=send>
            <label class="field"><span>{format!("Value for {}", counted(size as u64, "selected cell", "selected cells"))}</span><input node_ref=field autofocus maxlength="10000"/></label>
            <p class="help">"Counted cells are left out. You see what changes before it is applied."</p>
            <p class="actions">
                <button type="submit" class="button button-main">"Look at the changes"</button>
                <button type="button" class="button" on:click=move |_| grid.ask.set(None)>"Cancel"</button>
            </p>
        </form>
    }
}

const KEYS: [(&str, &str); 17] = [
    ("Arrows, Page up, Page down", "move; with Control to the edge"),
    ("Home, End", "to the beginning or end of the row; with Control of the grid"),
    ("Shift with any of these", "select"),
    ("Control A", "select everything"),
    ("Enter, F2, or just type", "write in the cell"),
    ("Enter, Tab", "take what was written, and go down or right"),
    ("Control Enter while writing", "fill all selected cells"),
    ("Escape", "leave the cell as it was"),
    ("Delete", "empty the selected cells"),
    ("Control D", "fill the selection down"),
    ("Control C, Control V", "copy and paste, also from and to spreadsheets"),
    ("Control Z, Control Y", "undo and do again your own changes"),
    ("Control Enter", "open the touchpoint beside the grid"),
    ("Alt and an arrow up or down", "sort by this column, up or down"),
    ("Escape, then Tab", "leave the grid"),
    ("Control K", "find anything"),
    ("?", "this list"),
];

#[component]
fn Keys(grid: Grid) -> impl IntoView {
    view! {
        <dl class="keys">
            {KEYS.into_iter().map(|(key, does)| view! { <dt>{key}</dt><dd>{does}</dd> }).collect_view()}
        </dl>
        <p class="actions"><button type="button" class="button button-main" autofocus on:click=move |_| grid.ask.set(None)>"Close"</button></p>
    }
}
