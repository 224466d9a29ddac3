//! The inventory page: a grid of all touchpoints, with one of them open beside it.

mod cell;
mod clip;
mod cursor;
mod dialogs;
mod editor;
mod lines;
mod listen;
mod look;
mod many;
mod sending;
mod sheet;
mod state;
mod tools;

use contract::inventory::{GridView, STARTER_INVENTORIES};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::{JsCast as _, JsValue};

use super::tabs::{InventoryTabs, Page};
use super::touchpoint::Beside;
use crate::api::inventory::{BeginWith, grid as fetch};
use crate::components::export::{CSV, Export, WORKBOOK};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission};
use crate::components::upload::Upload;
use contract::format::{count, counted, percent};
use dialogs::Dialogs;
use look::Look;
use sheet::Sheet;
use state::{FIRST, Grid};
use tools::Tools;

pub use cell::trend;

/// The inventory page.
#[component]
pub fn InventoryPage() -> impl IntoView {
    let query = use_query_map();
    let day = move |name: &str| query.read().get(name).unwrap_or_default();
    let begin = Submission::to::<BeginWith>();
    view! {
        <Title text="Inventory"/>
        <Refusal of=begin/>
        {loaded(move || (day("from"), day("to"), begin.done()), |(from, to, _)| fetch(from, to), move |view| view! { <Inside view begin/> }.into_any())}
    }
}

#[component]
fn Inside(view: GridView, begin: Submission) -> impl IntoView {
    let figures = view.live.iter().any(Option::is_some);
    let query = use_query_map();
    let look = query.with_untracked(|query| Look::read(|name| query.get(name), figures));
    let open = query.with_untracked(|query| query.get("open"));
    let filtering = RwSignal::new(!look.filters.is_empty());
    let grid = Grid::of(&view, look, open);
    let GridView {
        rows,
        departments,
        unmapped,
        gaps,
        may_add,
        may_import,
        may_export,
        saved,
        from,
        to,
        data_from,
        data_to,
        ..
    } = view;
    let all = rows.len();
    let of_departments = departments.len() as u64;
    if all > 0 {
        listen::listen(grid);
    }
    // The address follows, so that a link and the browser's Back show the same.
    Effect::new(move |before: Option<String>| {
        let search = grid.look.with(|look| look.search(figures));
        let open = grid.open.get().map(|id| format!("{}open={id}", if search.is_empty() { "?" } else { "&" }));
        let address = format!("/inventory{search}{}", open.unwrap_or_default());
        if before.is_some_and(|before| before != address)
            && let Ok(history) = window().history()
        {
            // An address that can't be set leaves the one that is there.
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
        address
    });
    // Opened by a key, the panel has the focus, until it closes.
    let aside = NodeRef::<html::Aside>::new();
    Effect::new(move |before: Option<bool>| {
        let open = grid.open.with(Option::is_some);
        if open
            && let Some(aside) = aside.get()
            && grid.keyed.try_update_value(std::mem::take) == Some(true)
        {
            // Without focus the panel is still there to be clicked.
            let _ = aside.focus();
        }
        if before == Some(true)
            && !open
            && let Some(sheet) = document().query_selector(".sheet").ok().flatten()
            && let Some(sheet) = sheet.dyn_ref::<web_sys::HtmlElement>()
        {
            // The same.
            let _ = sheet.focus();
        }
        open
    });
    // Escape closes it, but for whoever writes in it.
    let leave = move |event: KeyboardEvent| {
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let writes =
            on.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
        if event.key() == "Escape" && !writes && !event.default_prevented() {
            grid.open.set(None);
        }
    };
    // What the panel shows is asked for once the page itself is awake: one awaiting part within another would be woken
    // before its parts are there.
    let mounted = RwSignal::new(false);
    Effect::new(move |_| mounted.set(true));
    let shown = move || {
        grid.lines.with(|lines| lines.iter().filter(|line| matches!(line, lines::Line::Row(_))).count())
    };
    let nothing =
        move || shown() == 0 && grid.look.with(|look| !look.words.is_empty() || !look.filters.is_empty());
    let partly = grid
        .rows
        .with_untracked(|rows| rows.live.iter().any(Option::is_some) && rows.live.iter().any(Option::is_none));
    view! {
        <header class="page-head">
            <h1>"Inventory"</h1>
            <p class="page-sub">{move || { let (all, shown) = (grid.rows.with(|rows| rows.rows.len()), shown()); let some = if shown == all { String::new() } else { format!(", {} shown", count(shown as u64)) }; format!("{} of {}{some}", counted(all as u64, "touchpoint", "touchpoints"), counted(of_departments, "department", "departments")) }}</p>
            <div class="page-actions">
                {may_export.then(|| view! { <Export of="inventory" search="" kinds=vec![WORKBOOK, CSV]/> })}
                {may_import.then(|| view! { <a class="button" href="#import">"Import"</a> })}
            </div>
        </header>
        <InventoryTabs page=Page::Touchpoints unmapped=unmapped.map(|(activities, ..)| u64::from(activities)) gaps=Some(u64::from(gaps))/>
        {unmapped.filter(|(activities, ..)| *activities > 0).map(|(activities, events, of)| view! {
            <p class="notice notice-line">
                {format!("{} without a rule: {} of {} events ({}) belong to no touchpoint. ", counted(u64::from(activities), "activity is", "activities are"), count(events), count(of), percent(events as f64 / of.max(1) as f64))}
                <a href="/inventory/unmapped">"Map them"</a>
            </p>
        })}
        {if all == 0 {
            view! { <Nothing may_add may_import begin/> }.into_any()
        } else {
            view! {
                <Tools grid filtering saved period=(from, to, data_from, data_to)/>
                <p class="sheet-said" role="status" class:bad=move || grid.said.with(|(_, fine)| !fine)>{move || grid.said.with(|(text, _)| text.clone())}</p>
                <div class="stage" class:stage-with-panel=move || grid.open.with(Option::is_some)>
                    <div class="stage-main">
                        <Sheet grid filtering/>
                        {move || nothing().then(|| view! { <p class="caption">"No touchpoint matches the search and the filters. " <button type="button" class="button" on:click=move |_| grid.look.update(|look| { look.words.clear(); look.filters.clear(); })>"Show all"</button></p> })}
                        {partly.then(|| view! { <p class="caption">"Events and what is counted from them are shown for your own department\u{2019}s touchpoints only."</p> })}
                        <Pages grid/>
                    </div>
                    {move || grid.open.get().map(|id| view! {
                        <aside class="panel" aria-label="Touchpoint" tabindex="-1" node_ref=aside on:keydown=leave>
                            {mounted.get().then(|| view! { <Beside id=id.clone() changed=Callback::new(move |id: String| grid.refresh(vec![id])) close=Callback::new(move |()| grid.open.set(None))/> })}
                        </aside>
                    })}
                </div>
                <editor::Lists grid/>
                <Dialogs grid/>
            }.into_any()
        }}
        {may_import.then(|| view! {
            <div id="import">
                <Upload
                    action="/inventory/import"
                    title="Import an inventory"
                    help="A workbook or a CSV as exported here. You see what it changes before anything is applied."
                    accept=".csv,.xlsx,text/csv"
                    button="Preview"
                    class="drop-small"
                />
            </div>
        })}
    }
}

/// Without JavaScript, rows come a page at a time.
#[component]
fn Pages(grid: Grid) -> impl IntoView {
    let count_of = grid.lines.with_untracked(Vec::len);
    let look = grid.look.get_untracked();
    let page = look.page;
    let href = move |to: usize| {
        let search = look.search(grid.figures);
        format!("/inventory{search}{}page={to}", if search.is_empty() { "?" } else { "&" })
    };
    let more = (page + 1) * FIRST < count_of;
    view! {
        <noscript>
            <nav class="actions" aria-label="Pages">
                {(page > 0).then(|| view! { <a class="button" href=href(page - 1)>"Rows before"</a> })}
                {more.then(|| view! { <a class="button" href=href(page + 1)>"More rows"</a> })}
            </nav>
        </noscript>
    }
}

#[component]
fn Nothing(may_add: bool, may_import: bool, begin: Submission) -> impl IntoView {
    view! {
        <Empty title="No touchpoint yet">
            <p>"A touchpoint is a place where a customer meets the company. Begin from what most companies of a kind have, import a file, or map the activities of a log."</p>
            {may_import.then(|| view! {
                <div class="starters">
                    {STARTER_INVENTORIES.into_iter().map(|(key, label)| view! {
                        <Post to=begin>
                            <button class="button" type="submit" name="starter" value=key disabled=move || begin.pending()>{label}</button>
                        </Post>
                    }).collect_view()}
                </div>
            })}
            {may_add.then(|| view! { <p class="actions"><a class="button button-main" href="/sources">"Import a log"</a> <a class="button" href="/inventory/new">"Add a touchpoint"</a></p> })}
        </Empty>
    }
}
