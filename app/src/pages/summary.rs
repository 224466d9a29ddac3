//! The summary: one page that is read in two minutes, on a phone or on paper, and believed, since every figure opens.

use contract::UserError;
use contract::drivers::DriversQuery;
use contract::journeys::{Department, Period};
use contract::reviews::{ActionRow, EffectView};
use contract::summary::{CostlyDriver, Headline, Heat, Sentence, Standing, SummaryQuery, SummaryView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::api::refused;
use crate::api::summary::summary;
use crate::components::combobox::submit_around;
use crate::components::export::{Export, PDF, PNG, SVG, TABLES, WORKBOOK};
use crate::components::help::Help;
use crate::components::live::live;
use crate::components::loaded::loaded_or;
use crate::components::notice::{Empty, Problem};
use crate::components::owner::{Owner, owner_of};
use crate::components::spark::Spark;
use contract::format::{count, counted, percent, rounded, whole_money};

/// The summary page.
#[component]
pub fn SummaryPage() -> impl IntoView {
    let map = use_query_map();
    let asked = Memo::new(move |_| -> Result<SummaryQuery, UserError> {
        let map = map.read();
        let pairs: Vec<(String, String)> =
            map.clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        SummaryQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    });
    let live = live();
    let answer = |(asked, _): (Result<SummaryQuery, UserError>, u64)| async move {
        match asked {
            Ok(query) => summary(query).await,
            Err(error) => Err(refused(error)),
        }
    };
    view! {
        <Title text="Summary"/>
        {loaded_or(move || (asked.get(), live.news()), answer, move |view: SummaryView| { live.shows(view.version); view! { <Inside view/> }.into_any() }, |error| view! {
            <header class="page-head"><h1>"Summary"</h1></header>
            <Problem error/>
            <p><a class="button" href="/summary">"Start over"</a></p>
        }.into_any())}
    }
}

#[component]
fn Inside(view: SummaryView) -> impl IntoView {
    if !view.any_events {
        return view! {
            <header class="page-head"><h1>"Summary"</h1></header>
            <Empty title="No events yet"><p>"The summary is made from the logs of your channels."</p><p><a class="button button-main" href="/sources">"Import a log"</a></p></Empty>
        }
        .into_any();
    }
    let SummaryView {
        query,
        company,
        period,
        before,
        hint,
        headlines,
        sentences,
        drivers,
        heat,
        departments,
        standing,
        segments,
        reports,
        took_ms,
        ..
    } = view;
    let against = before.as_ref().map_or_else(
        || "No whole period before it in the data".to_owned(),
        |(from, to)| format!("against {from} to {to}"),
    );
    let zone = period.time_zone.clone();
    let days = (period.from.clone(), period.to.clone());
    let of_heat = query.segment.clone();
    let mut kinds = vec![PDF, WORKBOOK, TABLES];
    if !(drivers.is_empty() && heat.departments.is_empty()) {
        kinds.extend([SVG, PNG]);
    }
    let pictures = if drivers.is_empty() || heat.departments.is_empty() {
        Vec::new()
    } else {
        vec![("heat", "Picture of where contacts come from")]
    };
    view! {
        <header class="page-head">
            <h1>{company}</h1>
            <p class="page-sub">{format!("{} to {}, {against}", period.from, period.to)} " · " {query.segment.clone().map_or_else(|| "all customers".to_owned(), |name| format!("segment {name}"))}</p>
            <div class="page-actions"><Export of="summary" search=query.to_search() kinds pictures/></div>
        </header>
        <Controls query period segments/>
        {match hint {
            Some(error) => view! { <p class="notice"><strong>{error.message}</strong> " " {error.remedy}</p> }.into_any(),
            None => view! {
                <div class="headlines">{headlines.into_iter().enumerate().map(|(at, one)| view! { <Head one at/> }).collect_view()}</div>
                <div class="summary-columns">
                    <Changed sentences/>
                    <Costliest drivers departments=departments.clone() compared=before.is_some()/>
                </div>
                <Where heat days reports segment=of_heat/>
                <Commitments standing/>
                <p class="caption">{format!("Computed in {took_ms:.0} ms in {zone}. ")} "Causes are associations: what comes after what, for the same customers, more often than otherwise."</p>
            }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Controls(query: SummaryQuery, period: Period, segments: Vec<String>) -> impl IntoView {
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let SummaryQuery { from, to, segment } = query;
    view! {
        <Form method="GET" action="/summary" attr:class="controls controls-choices summary-controls" on:change=move |event| submit_around(&event)>
            <fieldset class="controls-row">
                <legend class="visually-hidden">"What is counted"</legend>
                <label class="field"><span>"From"</span><input type="date" name="from" value=from.unwrap_or(period.from) min=period.data_from.clone() max=period.data_to.clone()/></label>
                <label class="field"><span>"To"</span><input type="date" name="to" value=to.unwrap_or(period.to) min=period.data_from max=period.data_to/></label>
                {(!segments.is_empty()).then(|| view! {
                    <label class="field"><span>"Segment"</span><select name="segment">
                        <option value="">"All customers"</option>
                        {segments.into_iter().map(|one| { let here = Some(&one) == segment.as_ref(); view! { <option value=one.clone() selected=here>{one.clone()}</option> } }).collect_view()}
                    </select></label>
                })}
                <button class="button" class:visually-hidden=move || live.get() type="submit">"Show"</button>
            </fieldset>
        </Form>
    }
}

const HELPS: [&str; 6] = ["head-0", "head-1", "head-2", "head-3", "head-4", "head-5"];

#[component]
fn Head(one: Headline, at: usize) -> impl IntoView {
    let change = one.change().map(|(words, better)| {
        let class = match better {
            None => "trend-same",
            Some(true) => "trend-better",
            Some(false) => "trend-worse",
        };
        (class, words)
    });
    let Headline { name, meaning, figure, weeks, note, path, .. } = one;
    // A week without anything to measure is no week at zero.
    let values: Vec<f64> = weeks.iter().filter(|(_, of)| *of > 0.0).map(|(part, of)| part / of).collect();
    let term = StoredValue::new(name.clone());
    view! {
        <section class="headline">
            <h2>{name} " " {HELPS.get(at).map(|id| view! { <Help id=id term="What this is"><strong>{term.get_value()}</strong> ": " {meaning}</Help> })}</h2>
            <p class="headline-figure"><a href=path>{figure.written()}</a> {(values.len() > 1).then(|| view! { <Spark values/> })}</p>
            <p class="headline-note">{change.map(|(class, words)| view! { <span class=class>{words}</span> " \u{b7} " })} {note}</p>
        </section>
    }
}

#[component]
fn Changed(sentences: Vec<Sentence>) -> impl IntoView {
    let none = sentences.is_empty();
    view! {
        <section class="section" aria-labelledby="changed-title">
            <h2 id="changed-title">"What changed"</h2>
            {none.then(|| view! { <p class="caption">"Nothing that is more than chance. A longer period shows more."</p> })}
            <ul class="sentences">
                {sentences.into_iter().map(|Sentence { words, rule, path, good }| {
                    let class = match good { Some(true) => "sentence-good", Some(false) => "sentence-bad", None => "" };
                    view! { <li class=class><a href=path title=rule.clone()>{words}</a><details><summary>"Why this is said"</summary><p>{rule}</p></details></li> }
                }).collect_view()}
            </ul>
        </section>
    }
}

fn effect(of: EffectView) -> String {
    match of {
        EffectView::TooEarly { .. } => "too early to tell its effect".to_owned(),
        EffectView::NoContacts => "no contact is shared out to it".to_owned(),
        EffectView::Measured { change: (value, low, high), .. } => {
            let sign = if value < 0.0 { "\u{2212}" } else { "+" };
            format!("{sign}{} contacts a week ({} to {})", rounded(value.abs()), rounded(low), rounded(high))
        }
    }
}

fn acted(action: Option<ActionRow>) -> AnyView {
    let Some(ActionRow { title, state, due, overdue, effect: measured, .. }) = action else {
        return view! { <a href="/reviews">"No action yet"</a> }.into_any();
    };
    let due = due.map(|day| if overdue { format!(", was due {day}") } else { format!(", due {day}") });
    view! { <a href="/reviews">{title}</a> <small class:bad=overdue>{state.label()} {due.filter(|_| state.is_open())} {measured.map(|of| format!(", {}", effect(of)))}</small> }.into_any()
}

#[component]
fn Costliest(drivers: Vec<CostlyDriver>, departments: Vec<Department>, compared: bool) -> impl IntoView {
    let none = drivers.is_empty();
    view! {
        <section class="section" aria-labelledby="costliest-title">
            <h2 id="costliest-title">"What costs most"</h2>
            {if none {
                view! { <p class="caption">"No touchpoint raises the rate of contacts by more than chance."</p> }.into_any()
            } else {
                view! {
                    <ol class="costliest">
                        {drivers.into_iter().map(|CostlyDriver { name, touchpoint_id, department, contacts, cost, cost_before, weeks, action, path }| {
                            let (owner, colour) = owner_of(&departments, department);
                            let href = path.unwrap_or_else(|| format!("/inventory/{touchpoint_id}"));
                            let change = cost_before.filter(|before| compared && *before > 0.0).map(|before| cost / before - 1.0);
                            view! {
                                <li>
                                    <div class="costliest-name"><h3><a href=href>{name}</a></h3> <Owner name=owner colour/></div>
                                    <p class="costliest-cost"><strong>{whole_money(cost)}</strong> <small>{format!("{} contacts\u{2019} worth", rounded(contacts))}</small></p>
                                    <p class="costliest-trend">{(weeks.len() > 1).then(|| view! { <Spark values=weeks from_zero=true/> })} {change.map(|change| { let class = if change < 0.0 { "trend-better" } else { "trend-worse" }; view! { <small class=class>{format!("{}{}", if change < 0.0 { "\u{2212}" } else { "+" }, percent(change.abs()))}</small> } })}</p>
                                    <p class="costliest-action">{acted(action)}</p>
                                </li>
                            }
                        }).collect_view()}
                    </ol>
                }.into_any()
            }}
        </section>
    }
}

/// The shade of a cost among all.
fn shade(cost: f64, most: f64) -> &'static str {
    match cost / most.max(1.0) {
        share if share <= 0.0 => "",
        share if share < 0.15 => "heat-1",
        share if share < 0.4 => "heat-2",
        share if share < 0.7 => "heat-3",
        _ => "heat-4",
    }
}

/// How the heat map calls what has no stage.
const NO_STAGE: &str = "No stage";

#[component]
fn Where(heat: Heat, days: (String, String), reports: Vec<String>, segment: Option<String>) -> impl IntoView {
    let Heat { stages, departments, cells, unexplained } = heat;
    if departments.is_empty() {
        return ().into_any();
    }
    let most = cells.iter().flatten().map(|(_, cost)| *cost).fold(0.0, f64::max);
    let all: f64 = cells.iter().flatten().map(|(_, cost)| cost).sum();
    view! {
        <section class="section" aria-labelledby="where-title">
            <h2 id="where-title">"Where avoidable contacts come from " <Help id="help-where" term="Where avoidable contacts come from">"The cost of contacts by the department and the stage of the touchpoint that causes them. What nothing explains stands below."</Help></h2>
            <div class="table-box" tabindex="0" role="region" aria-label="Cost of contacts by department and stage">
                <table class="table heat">
                    <thead><tr><th>"Department"</th>{stages.iter().map(|stage| view! { <th class="number">{stage.clone()}</th> }).collect_view()}<th class="number">"All stages"</th></tr></thead>
                    <tbody>
                        {departments.into_iter().zip(cells).map(|((name, colour), row)| {
                            let sum: f64 = row.iter().map(|(_, cost)| cost).sum();
                            let query = DriversQuery { from: Some(days.0.clone()), to: Some(days.1.clone()), department: Some(name.clone()), segment: segment.clone(), ..DriversQuery::default() };
                            let opens = reports.contains(&name);
                            let shown = |cost: f64, contacts: f64, stage: Option<&String>| {
                                let text = whole_money(cost);
                                let title = format!("{} contacts\u{2019} worth", rounded(contacts));
                                // What has no stage, or no department, has no page of its own.
                                let here = stage.is_none_or(|stage| stage != NO_STAGE);
                                let query = DriversQuery { stage: stage.cloned(), ..query.clone() };
                                match (opens && here).then(|| format!("/drivers{}", query.to_search())) {
                                    Some(href) => view! { <a href=href title=title>{text}</a> }.into_any(),
                                    None => view! { <span title=title>{text}</span> }.into_any(),
                                }
                            };
                            let contacts: f64 = row.iter().map(|(contacts, _)| contacts).sum();
                            let whole = shown(sum, contacts, None);
                            view! {
                                <tr>
                                    <th scope="row"><Owner name=Some(name) colour/></th>
                                    {row.iter().zip(&stages).map(|((contacts, cost), stage)| view! { <td class=format!("number {}", shade(*cost, most))>{(*contacts >= 0.5).then(|| shown(*cost, *contacts, Some(stage)))}</td> }).collect_view()}
                                    <td class="number"><strong>{whole}</strong></td>
                                </tr>
                            }
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
            <p class="caption">{format!("{} in all; nothing explains {} more.", whole_money(all), whole_money(unexplained.1))}</p>
        </section>
    }
    .into_any()
}

#[component]
fn Commitments(standing: Vec<Standing>) -> impl IntoView {
    let none = standing.iter().all(Standing::is_empty);
    view! {
        <section class="section" aria-labelledby="commitments-title">
            <h2 id="commitments-title">"Who committed to what"</h2>
            {if none {
                view! { <p class="caption">"No department has committed to anything yet. " <a href="/reviews">"Hold a review"</a></p> }.into_any()
            } else {
                view! {
                    <div class="table-box" tabindex="0" role="region" aria-label="Commitments by department">
                        <table class="table">
                            <thead><tr><th>"Department"</th><th class="number">"Reviews attended"</th><th class="number">"Committed in"</th><th class="number">"Open actions"</th><th class="number">"Overdue"</th><th class="number">"Done"</th><th class="number">"Done on time"</th><th>"Latest words"</th></tr></thead>
                            <tbody>
                                {standing.into_iter().map(|one| {
                                    let on_time = one.on_time_words();
                                    let Standing { department, colour, attended, committed, reviews, open, overdue, done, words, .. } = one;
                                    view! {
                                    <tr>
                                        <th scope="row"><Owner name=Some(department) colour/></th>
                                        <td class="number">{format!("{attended} of {}", counted(reviews, "review", "reviews"))}</td>
                                        <td class="number">{count(committed)}</td>
                                        <td class="number">{count(open)}</td>
                                        <td class="number" class:bad=overdue.gt(&0)>{count(overdue)}</td>
                                        <td class="number">{count(done)}</td>
                                        <td class="number">{on_time}</td>
                                        <td class="prose">{words}</td>
                                    </tr>
                                    }
                                }).collect_view()}
                            </tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
}
