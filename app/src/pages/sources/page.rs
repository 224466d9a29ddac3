//! The sources page: logs, recent imports, and a place to drop a file.

use contract::sources::{ImportState, ImportView, SourceRow, Sources};
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{Page, SourcesTabs};
use crate::api::sources::sources;
use crate::components::live::live;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::upload::Upload;
use contract::format::{count, day, instant};

/// The sources page.
#[component]
pub fn SourcesPage() -> impl IntoView {
    let live = live();
    view! {
        <Title text="Sources"/>
        <header class="page-head"><h1>"Sources"</h1></header>
        <SourcesTabs page=Page::Logs/>
        {loaded(move || live.news(), |_| sources(), move |sources| view! { <Inside sources/> }.into_any())}
    }
}

#[component]
fn Inside(sources: Sources) -> impl IntoView {
    let Sources { sources, imports, may_import, .. } = sources;
    let none = sources.is_empty();
    view! {
        {may_import.then(|| view! {
            <Upload
                action="/upload"
                title="Import a log"
                help="Drop a file here, or choose one: CSV, JSON Lines, XES, OCEL, Parquet or a workbook, packed or not. Nothing is read in before you have seen a preview."
                accept=".csv,.tsv,.txt,.xes,.jsonl,.ndjson,.json,.jsonocel,.xmlocel,.sqlite,.parquet,.xlsx,.gz,.zip,.zst,text/csv"
                button="Look at the file"
                at_once=true
            />
        })}
        {(none && !may_import).then(|| view! {
            <Empty title="No log was imported yet"><p>"A CX manager or a department head can import one."</p></Empty>
        })}
        {(!none).then(|| view! {
            <section class="section">
                <h2>"Logs"</h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Logs">
                    <table class="table">
                        <thead><tr><th>"Source"</th><th class="number">"Events"</th><th class="number">"First event"</th><th class="number">"Last event"</th><th class="number">"Imports"</th><th class="number">"Quarantined rows"</th></tr></thead>
                        <tbody>{sources.into_iter().map(source_row).collect_view()}</tbody>
                    </table>
                </div>
            </section>
            {may_import.then(|| view! { <p class="help">"A file that is put into the inbox of a source is imported by itself, read as the last one of that source was, and then moved to done or failed."</p> })}
            <section class="section">
                <h2>"Imports"</h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Imports">
                    <table class="table">
                        <thead><tr><th>"File"</th><th>"Source"</th><th>"State"</th><th class="number">"Received"</th><th class="number">"Accepted"</th><th class="number">"Duplicate"</th><th class="number">"Quarantined"</th><th class="number">"Started (UTC)"</th></tr></thead>
                        <tbody>{imports.into_iter().map(import_row).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        })}
    }
}

fn source_row(row: SourceRow) -> impl IntoView {
    let date = |micros: Option<i64>| micros.map(|micros| day(micros.div_euclid(86_400_000_000)));
    view! {
        <tr>
            <th scope="row">
                {row.name}
                {row.quiet_since.map(|at| view! { " " <span class="badge badge-bad" title="No new event for more than three times its longest pause so far">{format!("quiet since {}", day(at.div_euclid(86_400_000_000)))}</span> })}
                {row.inbox.map(|path| view! { <span class="source-inbox">"Inbox: " <code>{path}</code></span> })}
            </th>
            <td class="number">{count(row.events)}</td>
            <td class="number">{date(row.first_event)}</td>
            <td class="number">{date(row.last_event)}</td>
            <td class="number">{row.imports}</td>
            <td class="number">{(row.quarantined > 0).then(|| count(row.quarantined))}</td>
        </tr>
    }
}

fn import_row(row: ImportView) -> impl IntoView {
    let ImportView { id, source, file, state, counts, started, .. } = row;
    let cell = |value: u64| (value > 0).then(|| count(value));
    view! {
        <tr>
            <th scope="row"><a href=format!("/sources/imports/{id}")>{file}</a></th>
            <td>{source}</td>
            <td>{state_badge(state)}</td>
            <td class="number">{count(counts.received)}</td>
            <td class="number">{cell(counts.accepted)}</td>
            <td class="number">{cell(counts.duplicate)}</td>
            <td class="number">{cell(counts.quarantined)}</td>
            <td class="number">{instant(started)}</td>
        </tr>
    }
}

/// The state in a word.
pub fn state_badge(state: ImportState) -> impl IntoView {
    let (class, label) = match state {
        ImportState::Running => ("badge badge-busy", "running"),
        ImportState::Done => ("badge badge-good", "done"),
        ImportState::Cancelled => ("badge", "cancelled"),
        ImportState::Failed => ("badge badge-bad", "failed"),
        ImportState::Interrupted => ("badge badge-bad", "interrupted"),
    };
    view! { <span class=class>{label}</span> }
}
