//! One import: live while it runs, and what it did.

use contract::sources::{Counts, ImportState, ImportView, Quarantined, Reason};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::page::state_badge;
use crate::api::sources::{CancelImport, import};
use crate::components::loaded::loaded;
use crate::components::notice::Problem;
use crate::components::post::{Post, Refusal, Submission};
use contract::format::{bytes, count, duration};

/// Milliseconds between looks at a running import.
const EVERY: u64 = 500;

/// The import page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let tick = RwSignal::new(0_u32);
    let cancel = Submission::to::<CancelImport>();
    view! {
        <Title text="Import"/>
        {loaded(move || (id(), tick.get()), |(id, _)| import(id), move |import: ImportView| {
            look_again(import.state, tick);
            view! { <Inside import cancel/> }.into_any()
        })}
    }
}

#[component]
fn Inside(import: ImportView, cancel: Submission) -> impl IntoView {
    let ImportView {
        id,
        source,
        file,
        state,
        counts,
        bytes: size,
        bytes_read,
        rate,
        phase,
        error,
        reasons,
        examples,
        ..
    } = import;
    let cancelled = id.clone();
    let running = state == ImportState::Running;
    view! {
        <header class="page-head">
            <h1>{file}</h1>
            {state_badge(state)}
            <p class="page-sub">"Source: " {source} ", " {bytes(size)}</p>
        </header>
        {running.then(|| view! { <Running id=cancelled size bytes_read rate received=counts.received phase cancel/> })}
        <Tally counts/>
        {error.map(|error| view! { <Problem error=crate::api::AppError(error)/> })}
        {(state == ImportState::Interrupted).then(|| view! { <p class="notice">"The process ended before the import did; nothing of it counts. Import the file again."</p> })}
        {(state == ImportState::Done && counts.accepted > 0).then(|| view! {
            <p class="actions">
                <a class="button button-main" href="/inventory/unmapped">"Map its activities"</a>
                <a class="button" href="/journeys?by=activity">"See the journeys"</a>
            </p>
        })}
        {(!reasons.is_empty()).then(|| view! {
            <section class="section">
                <h2>"Quarantined rows"</h2>
                <p>"They are kept. Download them, correct them, and import the file again: rows that were accepted count as duplicates."</p>
                <p><a class="button" href=format!("/sources/imports/{id}/quarantine.csv") rel="external" download>"Download as CSV"</a></p>
                <Refused reasons rows=examples/>
            </section>
        })}
    }
}

/// Asks again after a while for what still runs.
pub(super) fn look_again(state: ImportState, tick: RwSignal<u32>) {
    if state == ImportState::Running {
        // Only a browser looks again; the server has no timer to give.
        Effect::new(move |_| {
            set_timeout(move || tick.update(|tick| *tick += 1), std::time::Duration::from_millis(EVERY));
        });
    }
}

/// How far a file is read, and a way to stop it.
#[component]
pub(super) fn Running(
    id: String,
    size: u64,
    bytes_read: u64,
    rate: f64,
    received: u64,
    phase: String,
    cancel: Submission,
) -> impl IntoView {
    let left = if bytes_read > 0 && rate > 0.0 {
        let rows_left = received as f64 * (size as f64 / bytes_read as f64 - 1.0);
        (rows_left > 0.0).then(|| duration(rows_left / rate))
    } else {
        None
    };
    view! {
        <section class="section" aria-live="polite">
            <progress max=size.max(1).to_string() value=bytes_read.min(size).to_string() aria-label="How much of the file is read"></progress>
            <p>{phase} ": " {count(rate as u64)} " rows a second" {left.map(|left| format!(", about {left} left"))}</p>
            <Post to=cancel>
                <input type="hidden" name="id" value=id/>
                <button class="button" type="submit">"Cancel"</button>
            </Post>
            <noscript><p><a href="">"Look again"</a></p></noscript>
            <Refusal of=cancel/>
        </section>
    }
}

/// What became of the rows: received = accepted + duplicate + quarantined.
#[component]
pub(super) fn Tally(counts: Counts) -> impl IntoView {
    let stat = |label: &'static str, value: u64| view! { <div class="stat"><dt>{label}</dt><dd>{count(value)}</dd></div> };
    view! {
        <dl class="stats">
            {stat("Received", counts.received)}
            <span class="stats-sign">"="</span>
            {stat("Accepted", counts.accepted)}
            <span class="stats-sign">"+"</span>
            {stat("Duplicate", counts.duplicate)}
            <span class="stats-sign">"+"</span>
            {stat("Quarantined", counts.quarantined)}
        </dl>
    }
}

/// Why rows were refused, and the first of them.
#[component]
pub(super) fn Refused(reasons: Vec<Reason>, rows: Vec<Quarantined>) -> impl IntoView {
    view! {
        <ul class="reasons">
            {reasons.into_iter().map(|reason| view! { <li><strong>{count(reason.rows)} " × " <code>{reason.code}</code></strong> " " {reason.reason} " " {reason.remedy}</li> }).collect_view()}
        </ul>
        <div class="table-box" tabindex="0" role="region" aria-label="First refused rows">
            <table class="table">
                <thead><tr><th class="number">"Line"</th><th>"Column"</th><th>"Value"</th><th>"Reason"</th></tr></thead>
                <tbody>
                    {rows.into_iter().map(|row| view! { <tr><td class="number">{row.line}</td><td>{row.column}</td><td><code>{row.value}</code></td><td>{row.reason}</td></tr> }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}
