//! How contacts, drivers, reasons and touchpoints move, and when their level changed.

use contract::journeys::{Department, encode};
use contract::trends::{LevelChange, Of, TrendRow, TrendsView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::tabs::{DriversTabs, Page};
use crate::api::trends::trends;
use crate::components::export::{Export, TABLES, WORKBOOK};
use crate::components::frame::Signed;
use crate::components::help::Help;
use crate::components::live::live;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::owner::{Owner, owner_of};
use contract::format::{counted, percent, rounded};

/// The page of trends.
#[component]
pub fn TrendsPage() -> impl IntoView {
    let live = live();
    view! {
        <Title text="Trends"/>
        <header class="page-head"><h1>"Trends"</h1><div class="page-actions"><Export of="trends" search="" kinds=vec![WORKBOOK, TABLES]/></div></header>
        <DriversTabs page=Page::Trends/>
        {loaded(move || live.news(), |_| trends(), move |view: TrendsView| { live.shows(view.version); view! { <Inside view/> }.into_any() })}
    }
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

#[component]
fn Inside(view: TrendsView) -> impl IntoView {
    let TrendsView { period, any_events, weeks, weekdays, rows, departments, .. } = view;
    if !any_events || weeks.len() < 2 {
        return view! { <Empty title="No trend yet"><p>"Trends need a few whole weeks of events."</p><p><a class="button" href="/sources">"To the logs"</a></p></Empty> }.into_any();
    }
    let query = use_query_map();
    // A word that is no kind of series shows them all.
    let chosen = query
        .with_untracked(|query| Of::ALL.into_iter().find(|of| query.get("of").as_deref() == Some(of.label())));
    let moved = rows.iter().filter(|row| !row.changes.is_empty()).count();
    let shown: Vec<TrendRow> =
        rows.into_iter().filter(|row| chosen.is_none_or(|chosen| row.of == chosen)).collect();
    let all_weeks = weeks.len();
    let ends = (weeks[0].clone(), weeks[weeks.len() - 1].clone());
    view! {
        <p class="lead">{format!("{} from the week of {} to that of {}, in {}. {} to another level in that time.", counted(weeks.len() as u64, "whole week", "whole weeks"), ends.0, ends.1, period.time_zone, counted(moved as u64, "series moved", "series moved"))} " " <Help id="help-level" term="Change of level">"A week from which a figure stays higher or lower than before, by more than its noise. Fewer than one series in twenty that only wanders shows one. What happened around then is a coincidence: it may be the reason, or not. A KPI needs a reading in three of four weeks for its level to be judged."</Help></p>
        <nav class="actions" aria-label="Series">
            <a class="button" href="/drivers/trends" aria-current=chosen.is_none().then_some("true")>"All"</a>
            {Of::ALL.into_iter().filter(|of| *of != Of::Contacts).map(|of| view! { <a class="button" href=format!("/drivers/trends?of={}", of.label()) aria-current=(chosen == Some(of)).then_some("true") rel="external">{format!("{}s", of.label())}</a> }).collect_view()}
        </nav>
        {(chosen.is_none() && weekdays.len() == 7).then(|| view! { <Weekdays weekdays/> })}
        {shown.is_empty().then(|| view! { <p class="soft">"No such series with events in these weeks."</p> })}
        <div class="table-box" tabindex="0" role="region" aria-label="Weekly series">
            <table class="table trends">
                <thead><tr><th>"Series"</th><th>"Of"</th><th>"Department"</th><th>"By week"</th><th class="number">"Latest"</th><th>"Latest change of level"</th></tr></thead>
                <tbody>{shown.into_iter().map(|row| view! { <Line row departments=departments.clone() weeks=all_weeks/> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Contacts by day of the week, against a mean day.
#[component]
fn Weekdays(weekdays: Vec<f64>) -> impl IntoView {
    let most = weekdays.iter().copied().fold(1.0, f64::max);
    let words: Vec<String> =
        DAYS.into_iter().zip(&weekdays).map(|(day, index)| format!("{day} {}", percent(*index))).collect();
    view! {
        <figure class="weekdays">
            <figcaption>"Contacts by day of the week, against a mean day"</figcaption>
            <svg viewBox="0 -6 420 90" role="img" aria-label=words.join(", ")>
                {DAYS.into_iter().zip(weekdays).enumerate().map(|(at, (day, index))| {
                    let tall = index / most * 48.0;
                    view! {
                        <rect x=(at * 60 + 6).to_string() y=format!("{:.1}", 60.0 - tall) width="48" height=format!("{tall:.1}")></rect>
                        <text x=(at * 60 + 30).to_string() y=format!("{:.1}", 55.0 - tall) text-anchor="middle">{percent(index)}</text>
                        <text x=(at * 60 + 30).to_string() y="76" text-anchor="middle" class="weekday">{day}</text>
                    }
                }).collect_view()}
            </svg>
        </figure>
    }
}

#[component]
fn Line(row: TrendRow, departments: Vec<Department>, weeks: usize) -> impl IntoView {
    let TrendRow { of, name, unit, department, values, first, changes, path } = row;
    let (owner, colour) = owner_of(&departments, department);
    let latest = values.last().copied().unwrap_or(0.0);
    let may_export = use_context::<Signed>().is_some_and(|signed| signed.0.may.export_reports);
    let picture =
        |kind: &str| format!("/export/trends.{kind}?id={}&part={}", encode(of.label()), encode(&name));
    let pictures = [("SVG", picture("svg")), ("PNG", picture("png"))];
    let said = changes.last().map(|change| {
        let near = change.near.clone();
        view! {
            <p>{format!("{} in the week of {}: {}", change.word(), change.day, change.levels(of, &unit))}</p>
            {(!near.is_empty()).then(|| view! { <p class="soft">"A coincidence? " {near.join("; ")} "."</p> })}
        }
    });
    view! {
        <tr>
            <th scope="row">{match path { Some(path) => view! { <a href=path>{name}</a> }.into_any(), None => name.into_any() }}</th>
            <td>{of.label()}</td>
            <td>{owner.is_some().then(|| view! { <Owner name=owner colour/> })}</td>
            <td><Levels values changes first weeks/> {may_export.then(|| pictures.map(|(kind, href)| view! { <a class="soft" href=href rel="external" download title="Save this line as a picture">{kind}</a> " " }))}</td>
            <td class="number">{rounded(latest)}</td>
            <td>{said}</td>
        </tr>
    }
}

/// A line through the weeks, with the level before and after each change.
#[component]
fn Levels(values: Vec<f64>, changes: Vec<LevelChange>, first: u32, weeks: usize) -> impl IntoView {
    let most = values.iter().copied().fold(0.0_f64, f64::max).max(1e-9);
    let last = values.len().saturating_sub(1).max(1) as f64;
    // A series that began later begins further right.
    let whole = weeks.saturating_sub(1).max(1) as f64;
    let across = move |at: f64| (at + f64::from(first)) / whole * 196.0 + 2.0;
    let up = move |value: f64| 36.0 - value / most * 32.0;
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(at, value)| format!("{:.1},{:.1}", across(at as f64), up(*value)))
        .collect();
    let mut levels = Vec::new();
    let mut from = 0.0;
    for change in &changes {
        let at = f64::from(change.at) - 0.5;
        levels.push((from, at, change.before));
        from = at;
    }
    if let Some(change) = changes.last() {
        levels.push((from, last, change.after));
    }
    view! {
        <svg class="levels" viewBox="0 0 200 40" width="200" height="40" aria-hidden="true">
            <polyline points=points.join(" ")></polyline>
            {levels.into_iter().map(|(from, until, level)| view! { <line x1=format!("{:.1}", across(from)) x2=format!("{:.1}", across(until)) y1=format!("{:.1}", up(level)) y2=format!("{:.1}", up(level))></line> }).collect_view()}
            {changes.into_iter().map(|change| { let x = format!("{:.1}", across(f64::from(change.at) - 0.5)); view! { <path d=format!("M{x} 2V38")></path> } }).collect_view()}
        </svg>
    }
}
