//! A dry run: what an import of the file would take in and what it would refuse, before anything is kept.

use contract::sources::{Accepted, DryRun, ImportState, StartImport as Fields};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::import::{Refused, Running, Tally, look_again};
use super::page::state_badge;
use crate::api::sources::{CancelDryRun, StartImport, dry_run};
use crate::components::loaded::loaded;
use crate::components::notice::Problem;
use crate::components::post::{Post, Refusal, Submission};
use contract::format::{bytes, count, counted, instant};

/// The page of a dry run.
#[component]
pub fn DryRunPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let tick = RwSignal::new(0_u32);
    let (cancel, start) = (Submission::to::<CancelDryRun>(), Submission::to::<StartImport>());
    view! {
        <Title text="Dry run"/>
        {loaded(move || (id(), tick.get()), |(id, _)| dry_run(id), move |run: DryRun| {
            look_again(run.state, tick);
            view! { <Inside run cancel start/> }.into_any()
        })}
    }
}

#[component]
fn Inside(run: DryRun, cancel: Submission, start: Submission) -> impl IntoView {
    let DryRun {
        id,
        state,
        counts,
        bytes: size,
        bytes_read,
        rate,
        phase,
        error,
        reasons,
        accepted,
        refused,
        pairs,
        file,
        form,
    } = run;
    let back = format!("/sources/new/{}?dry_run={id}", form.upload);
    let through = state == ImportState::Done;
    view! {
        <header class="page-head">
            <h1>{file}</h1>
            {state_badge(state)}
            <p class="page-sub">"Dry run for the source " {form.source.clone()} ", " {bytes(size)} ". Nothing is kept."</p>
        </header>
        {(state == ImportState::Running).then(|| view! {
            <Running id size bytes_read rate received=counts.received phase cancel/>
        })}
        <Tally counts/>
        {error.map(|error| view! { <Problem error=crate::api::AppError(error)/> })}
        {(pairs > 0).then(|| view! { <p class="notice">{format!("Events name {} of ids of one customer. An import joins those that are not joined yet, and the page of joined ids can take that back.", counted(pairs, "pair", "pairs"))}</p> })}
        {(through && counts.accepted == 0).then(|| view! { <p class="notice">"An import would take no row in."</p> })}
        <Post to=start class="form">
            <Kept form/>
            <Refusal of=start/>
            <p class="actions">
                {(through && (counts.accepted > 0 || pairs > 0)).then(|| view! {
                    <button class="button button-main" type="submit" disabled=move || start.pending()>{if counts.accepted > 0 { format!("Import {}", counted(counts.accepted, "event", "events")) } else { "Join the ids".to_owned() }}</button>
                })}
                <a class="button" href=back>"Change the mapping"</a>
            </p>
        </Post>
        {(!accepted.is_empty()).then(|| view! { <TakenIn rows=accepted/> })}
        {(!reasons.is_empty()).then(|| view! {
            <section class="section">
                <h2>"What would be refused"</h2>
                <p>"An import quarantines these rows: they can be downloaded, corrected and imported again."</p>
                <Refused reasons rows=refused/>
            </section>
        })}
    }
}

/// Microseconds since 1970 as `2026-03-01 14:03:22` in UTC.
fn to_the_second(time: i64) -> String {
    let seconds = time.div_euclid(1_000_000);
    format!("{}:{:02}", instant(seconds), seconds.rem_euclid(60))
}

#[component]
fn TakenIn(rows: Vec<Accepted>) -> impl IntoView {
    let some = |get: fn(&Accepted) -> &String| rows.iter().any(|row| !get(row).is_empty());
    let (cases, whys) = (some(|row| &row.case), some(|row| &row.reason));
    view! {
        <section class="section">
            <h2>"What would be taken in"</h2>
            <p>"The first " {count(rows.len() as u64)} " rows. Customers are stored as pseudonyms."</p>
            <div class="table-box" tabindex="0" role="region" aria-label="First rows that would be taken in">
                <table class="table">
                    <thead><tr>
                        <th class="number">"Line"</th><th>"Customer"</th><th>"Time (UTC)"</th><th>"Activity"</th>
                        {cases.then(|| view! { <th>"Case"</th> })}
                        {whys.then(|| view! { <th>"Contact reason"</th> })}
                    </tr></thead>
                    <tbody>
                        {rows.into_iter().map(|row| view! { <tr>
                            <td class="number">{row.line}</td><td>{row.customer}</td><td>{to_the_second(row.time)}</td><td>{row.activity}</td>
                            {cases.then(|| view! { <td>{row.case}</td> })}
                            {whys.then(|| view! { <td>{row.reason}</td> })}
                        </tr> }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// All that the wizard asked, so that the import reads the file as the dry run did.
#[component]
fn Kept(form: Fields) -> impl IntoView {
    let Fields {
        upload,
        source,
        format,
        encoding,
        delimiter,
        time_zone,
        day_order,
        customer,
        time,
        activity,
        id,
        case,
        reason,
        text,
        duration,
        cost,
        known_as,
        attributes,
        dry: _,
    } = form;
    let single = [
        ("upload", upload),
        ("source", source),
        ("format", format),
        ("encoding", encoding),
        ("delimiter", delimiter),
        ("time_zone", time_zone),
        ("day_order", day_order),
        ("customer", customer),
        ("time", time),
        ("activity", activity),
        ("id", id),
        ("case", case),
        ("reason", reason),
        ("text", text),
        ("duration", duration),
        ("cost", cost),
        ("known_as", known_as),
    ];
    view! {
        {single.into_iter().map(|(name, value)| view! { <input type="hidden" name=format!("form[{name}]") value=value/> }).collect_view()}
        {attributes.into_iter().enumerate().map(|(at, column)| view! { <input type="hidden" name=format!("form[attributes][{at}]") value=column/> }).collect_view()}
    }
}
