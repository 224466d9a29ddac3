//! The tools above the grid: search, filters, groups, columns, views, undo.

use contract::inventory::{Column, GridSaved};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::Form;

use super::cursor::Cursor;
use super::look::{GROUPS, Group, Look};
use super::state::{Ask, Grid};
use crate::api::inventory::{DeleteGrid, SaveGrid, Undo};
use crate::components::combobox::submit_around;
use crate::components::icon::Icon;
use crate::components::post::{Post, Refusal, Submission, Toast};

/// The tools.
#[component]
pub fn Tools(
    grid: Grid,
    filtering: RwSignal<bool>,
    saved: Vec<GridSaved>,
    period: (String, String, String, String),
) -> impl IntoView {
    let look = grid.look.get_untracked();
    let (from, to, data_from, data_to) = period;
    let (first, last) = (data_from.clone(), data_to.clone());
    view! {
        <div class="tools" role="toolbar" aria-label="Grid">
            <Form method="GET" action="/inventory" attr:id="look" attr:class="tools-look">
                <Unseen grid filtering/>
                <input
                    type="search"
                    name="q"
                    value=look.words
                    placeholder="Search"
                    aria-label="Search touchpoints"
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        grid.look.update(|look| look.words = text);
                        grid.fit();
                    }
                />
                {grid.figures.then(|| view! {
                    <label class="tools-day"><span>"From"</span><input type="date" name="from" value=from min=data_from.clone() max=data_to.clone() on:change=move |event| submit_around(&event)/></label>
                    <label class="tools-day"><span>"To"</span><input type="date" name="to" value=to min=first max=last on:change=move |event| submit_around(&event)/></label>
                })}
                <label class="tools-group">
                    <span>"Group"</span>
                    <select name="group" on:change=move |event| {
                        let chosen = Column::from_key(&event_target_value(&event));
                        grid.look.update(|look| look.group = chosen.map_or(Group::None, Group::By));
                        grid.fit();
                    }>
                        <option value="">"None"</option>
                        {GROUPS.into_iter().map(|column| view! { <option value=column.key() selected=look.group == Group::By(column)>{column.label()}</option> }).collect_view()}
                    </select>
                </label>
                <noscript><button class="button" type="submit">"Show"</button></noscript>
            </Form>
            <button type="button" class="button" aria-pressed=move || filtering.get().to_string() on:click=move |_| filtering.update(|on| *on = !*on)>"Filter" {move || { let set = grid.look.with(|look| look.filters.len()); (set > 0).then(|| format!(" ({set})")) }}</button>
            <Columns grid/>
            <Views grid saved/>
            <span class="tools-gap"></span>
            {move || {
                let size = grid.cursor.with(Cursor::size);
                (size > 1).then(|| view! { <button type="button" class="button" on:click=move |_| grid.ask.set(Some(Ask::SetAll))>{format!("Set {size} cells")}</button> })
            }}
            <Step grid again=false/>
            <Step grid again=true/>
            <button type="button" class="button button-quiet" aria-label="Keys of the grid" title="Keys of the grid (?)" on:click=move |_| grid.ask.set(Some(Ask::Keys))><Icon name="keyboard"/></button>
        </div>
    }
}

/// What the form has no field for, to be sent along without JavaScript.
#[component]
fn Unseen(grid: Grid, filtering: RwSignal<bool>) -> impl IntoView {
    move || {
        let look = grid.look.get();
        let look =
            Look { words: String::new(), group: Group::None, from: String::new(), to: String::new(), ..look };
        look.pairs(grid.figures)
            .into_iter()
            .filter(|(name, _)| !filtering.get() || !name.starts_with("f."))
            .map(|(name, text)| view! { <input type="hidden" name=name value=text/> })
            .collect_view()
    }
}

#[component]
fn Step(grid: Grid, again: bool) -> impl IntoView {
    let label =
        move || grid.history.with(|history| if again { history.redo.clone() } else { history.undo.clone() });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        grid.undo(again);
    };
    let word = if again { "Redo" } else { "Undo" };
    view! {
        <form action=Undo::PATH method="post" on:submit=send>
            <input type="hidden" name="again" value=if again { "yes" } else { "" }/>
            <button
                type="submit"
                class="button button-quiet"
                disabled=move || label().is_none() || grid.busy.get()
                title=move || label().map_or_else(|| format!("Nothing to {}", word.to_lowercase()), |label| format!("{word}: {label}"))
                aria-label=move || label().map_or_else(|| word.to_owned(), |label| format!("{word}: {label}"))
            ><Icon name=if again { "redo-2" } else { "undo-2" }/></button>
        </form>
    }
}

#[component]
fn Columns(grid: Grid) -> impl IntoView {
    let line = move |at: usize, column: Column, width: u32, last: usize| {
        let name = column.label();
        view! {
            <li>
                <label class="check"><input type="checkbox" checked=true disabled=column == Column::Name on:change=move |_| { grid.look.update(|look| look.toggle(column)); grid.fit(); }/><span title=column.meaning()>{name}</span></label>
                <span class="columns-tools">
                    <button type="button" class="button button-quiet" disabled=at < 2 aria-label=format!("Move {name} to the left") on:click=move |_| grid.look.update(|look| look.shift(column, false))>"\u{2191}"</button>
                    <button type="button" class="button button-quiet" disabled=at == 0 || at == last aria-label=format!("Move {name} to the right") on:click=move |_| grid.look.update(|look| look.shift(column, true))>"\u{2193}"</button>
                    <button type="button" class="button button-quiet" aria-label=format!("Make {name} narrower") on:click=move |_| grid.look.update(|look| look.resize(column, width as i32 - 24))>"\u{2212}"</button>
                    <button type="button" class="button button-quiet" aria-label=format!("Make {name} wider") on:click=move |_| grid.look.update(|look| look.resize(column, width as i32 + 24))>"+"</button>
                    <button type="button" class="button button-quiet" aria-pressed=move || grid.look.with(|look| (at < look.pinned).to_string()) disabled=at == 0 title="Stays while the others scroll" on:click=move |_| grid.look.update(|look| look.pinned = if at < look.pinned { at } else { at + 1 })>"Pin"</button>
                </span>
            </li>
        }
    };
    view! {
        <details class="menu">
            <summary class="button">"Columns"</summary>
            <div class="menu-box columns-box">
                <ul class="columns-list">
                    {move || {
                        let columns = grid.look.with(|look| look.columns.clone());
                        let last = columns.len() - 1;
                        columns.into_iter().enumerate().map(|(at, (column, width))| line(at, column, width, last)).collect_view()
                    }}
                </ul>
                <h3>"Not shown"</h3>
                <ul class="columns-list columns-more">
                    {move || {
                        let shown = grid.columns.get();
                        Column::ALL.into_iter().filter(|column| !shown.contains(column)).map(|column| view! {
                            <li><label class="check"><input type="checkbox" on:change=move |_| grid.look.update(|look| look.toggle(column))/><span title=column.meaning()>{column.label()}</span></label></li>
                        }).collect_view()
                    }}
                </ul>
                <p class="actions"><button type="button" class="button" on:click=move |_| { grid.look.update(|look| { let plain = Look::plain(grid.figures); look.columns = plain.columns; look.pinned = 1; }); grid.fit(); }>"Reset columns"</button></p>
            </div>
        </details>
    }
}

#[component]
fn Views(grid: Grid, saved: Vec<GridSaved>) -> impl IntoView {
    let save = Submission::to::<SaveGrid>();
    let delete = Submission::to::<DeleteGrid>();
    let line = move |one: GridSaved| {
        let GridSaved { id, version, name, search, shared, author, mine } = one;
        let note = if mine { if shared { "shared".to_owned() } else { String::new() } } else { author };
        view! {
            <li>
                <a href=format!("/inventory{search}") rel="external">{name.clone()}</a>
                <span class="menu-note">{note}</span>
                {mine.then(|| view! {
                    <Post to=delete>
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <button class="button button-quiet" type="submit" aria-label=format!("Remove view {name}")>"Remove"</button>
                    </Post>
                })}
            </li>
        }
    };
    let none = saved.is_empty();
    view! {
        <details class="menu">
            <summary class="button">"Views"</summary>
            <div class="menu-box">
                <Refusal of=save/>
                <Refusal of=delete/>
                {none.then(|| view! { <p class="help">"A view keeps columns, order, filters and groups under a name."</p> })}
                <ul class="menu-list">{saved.into_iter().map(line).collect_view()}</ul>
                <h3>"Save this view"</h3>
                <Post to=save class="form">
                    <input type="hidden" name="search" value=move || grid.look.with(|look| look.search(grid.figures))/>
                    <label class="field"><span>"Name"</span><input name="name" required maxlength="120"/></label>
                    <label class="check"><input type="checkbox" name="shared" value="yes"/>"Others see it too"</label>
                    <button class="button button-main" type="submit">"Save"</button>
                </Post>
            </div>
        </details>
        <Toast of=save text="The view is saved."/>
    }
}
