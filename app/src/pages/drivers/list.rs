//! The drivers, most contacts first, each with how sure it is and what else it shows.

use contract::drivers::{DriverRow, DriversQuery, ExcessView, KpiNote, Open, RateView};
use contract::journeys::{Department, encode};
use leptos::prelude::*;

use super::page::Opens;
use crate::components::help::Help;
use crate::components::owner::{Owner, owner_of};
use contract::format::{count, counted, percent, ratio, rounded, whole_money};

/// Drivers that stand on the page before the rest is folded.
const FIRST: usize = 25;

/// Ranked drivers with their symptoms.
#[component]
pub fn Drivers(
    rows: Vec<DriverRow>,
    query: DriversQuery,
    departments: Vec<Department>,
    reports: Vec<String>,
    may_open: bool,
    may_act: bool,
    /// Share of all customers' time in which a case is open.
    of_time: Option<f64>,
) -> impl IntoView {
    let most = rows.iter().filter_map(|row| row.excess).map(|excess| excess.high).fold(1.0_f64, f64::max);
    let own = query.department.is_some();
    let title = if own { "What your touchpoints cause" } else { "What causes contacts" };
    let staged = query.stage.is_some();
    let mut rows = rows;
    let less = rows.split_off(rows.len().min(FIRST));
    let most_of_less = less.first().and_then(|row| row.excess).map_or(0.0, |excess| excess.contacts);
    let line = move |row: DriverRow| {
        let (owner, colour) = owner_of(&departments, row.department);
        let may = may_open && owner.as_ref().is_some_and(|name| reports.contains(name));
        let target = if row.experience.is_some() { row.name.clone() } else { row.touchpoint.clone() };
        // Who may open an own driver and take its figures away may act on it.
        let act = owner
            .as_ref()
            .filter(|_| may && may_act)
            .map(|name| format!("/reviews?target={}&department={}", encode(&target), encode(name)));
        view! { <Driver row query=query.clone() departments=departments.clone() owner colour most may act of_time/> }
    };
    view! {
        <section class="section" aria-labelledby="drivers-title">
            <h2 id="drivers-title">{title} " " <Help id="help-drivers" term="Driver">"A touchpoint, or one of its experiences, after which the same customers get in touch more often than at other times. Excess contacts are those beyond what the other time lets expect, with the interval that holds the true number in 95 of 100 cases."</Help></h2>
            {if rows.is_empty() {
                view! { <p class="caption">{if staged { "No driver of this stage is more than chance; what its touchpoints get by cases alone stands under \u{201c}no driver\u{201d}." } else if own { "None of these touchpoints raises the rate of contacts by more than chance." } else { "No touchpoint raises the rate of contacts by more than chance. A longer period, or a log that is missing, may show more." }}</p> }.into_any()
            } else {
                view! {
                    <ol class="drivers">
                        {rows.into_iter().map(&line).collect_view()}
                    </ol>
                    {(!less.is_empty()).then(|| view! {
                        <details class="fold">
                            <summary>{format!("{} more, with {} excess contacts at most", counted(less.len() as u64, "driver", "drivers"), rounded(most_of_less))}</summary>
                            <ol class="drivers">{less.into_iter().map(&line).collect_view()}</ol>
                        </details>
                    })}
                }.into_any()
            }}
        </section>
    }
}

#[component]
fn Driver(
    row: DriverRow,
    query: DriversQuery,
    departments: Vec<Department>,
    owner: Option<String>,
    colour: Option<u32>,
    most: f64,
    may: bool,
    act: Option<String>,
    of_time: Option<f64>,
) -> impl IntoView {
    let DriverRow {
        name,
        touchpoint,
        touchpoint_id,
        experience,
        occurrences,
        exposed,
        followed_share,
        base_share,
        only_at_risk,
        inside,
        rate,
        excess,
        without_before,
        shared,
        cost,
        shared_in,
        last_touch,
        by_case,
        symptoms,
        weeks,
        open,
        kpis,
        ..
    } = row;
    let of_last = name.clone();
    let alone = if only_at_risk * 5 > exposed { "driver-warning" } else { "soft" };
    let words = experience.map(|experience| format!("{touchpoint}: {experience}")).unwrap_or(name.clone());
    view! {
        <li class="driver">
            <div class="driver-name">
                <h3><a href=format!("/inventory/{touchpoint_id}")>{words}</a></h3>
                <Owner name=owner colour/>
            </div>
            <div class="driver-figure">
                {excess.map(|excess| view! { <Interval excess most colour/> })}
                {excess.map(|ExcessView { contacts, low, high, cost }| view! {
                    <p><strong>{rounded(contacts)}</strong> " excess contacts " <span class="soft">{format!("({} to {}), cost {}", rounded(low), rounded(high), whole_money(cost))}</span></p>
                })}
            </div>
            <div class="driver-facts">
                {rate.map(|RateView { ratio: times, low, high }| view! {
                    <p><strong>{format!("{} times", ratio(times))}</strong> " the rate of the same customers otherwise " <span class="soft">{format!("({} to {})", ratio(low), ratio(high))}</span></p>
                })}
                <p>
                    {format!("{} met it {}. ", counted(exposed, "customer", "customers"), counted(occurrences, "time", "times"))}
                    {followed_share.map(|share| format!("{} got in touch within the window after the first time", percent(share)))}
                    {followed_share.and(base_share).map(|base| format!(", against {} in windows of the same length of customers who never met it", percent(base)))} {followed_share.map(|_| ". ")}
                    <Opens text=counted(inside, "contact", "contacts") open=Open::AtRisk(name.clone()) query=query.clone() may/> " came after it."
                </p>
                <p class="soft">
                    {format!("Shared out to it: {} contacts\u{2019} worth, cost {}, in ", rounded(shared), whole_money(cost))}
                    <Opens text=counted(shared_in, "contact", "contacts") open=Open::Driver(name.clone()) query=query.clone() may/>
                    {if last_touch == 0 { ". Never the last touch before one.".to_owned() } else { ". The last touch before ".to_owned() }}
                    {(last_touch > 0).then(|| view! { <Opens text=counted(last_touch, "contact", "contacts") open=Open::LastTouch(of_last) query=query.clone() may/> "." })}
                    {(by_case > 0).then(|| format!(" {} given to it by their case.", counted(by_case, "contact is", "contacts are")))}
                </p>
                {open.filter(|_| shared_in > 0).map(|open| view! { <p class="soft">{format!("{} of these contacts came from customers with an open case", percent(open as f64 / shared_in as f64))} {of_time.map(|time| format!("; one is open in {} of all customers\u{2019} time", percent(time)))} "."</p> })}
                <Kpis kpis/>
                {excess.map(|excess| view! { <WhatIf excess/> })}
                {act.map(|href| view! { <p><a href=href>"Begin an action"</a></p> })}
                {without_before.map(|other| view! { <p class="driver-warning">{format!("Without the time before it, the ratio is {}: contacts may also lead to it.", ratio(other))}</p> })}
                {(only_at_risk > 0).then(|| view! { <p class=alone>{format!("{} have no other time to compare with.", counted(only_at_risk, "customer", "customers"))}</p> })}
                {(!symptoms.is_empty()).then(|| view! { <Symptoms rows=symptoms departments/> })}
            </div>
            <Line weeks/>
        </li>
    }
}

/// By what it is measured, and whether whoever is measured can do anything about it.
#[component]
fn Kpis(kpis: Vec<KpiNote>) -> impl IntoView {
    if kpis.is_empty() {
        return view! { <p class="soft">"No KPI measures it."</p> }.into_any();
    }
    let stuck = kpis.iter().filter(|one| one.control == "not_controlled").count();
    let class = if stuck > 0 { "driver-warning" } else { "soft" };
    view! {
        <p class=class>
            "Measured by "
            {kpis.into_iter().enumerate().map(|(at, KpiNote { id, name, control, owner })| {
                let owner = owner.unwrap_or_else(|| "nobody".to_owned());
                let says = match control.as_str() {
                    "controlled" => format!(", which its owner {owner} controls"),
                    "influenced" => format!(", which its owner {owner} can influence"),
                    _ => format!(", whose owner {owner} can\u{2019}t control it"),
                };
                view! { {(at > 0).then_some("; ")} <a href=format!("/inventory/kpis/{id}")>{name}</a> {says} }
            }).collect_view()}
            "."
        </p>
    }
    .into_any()
}

/// Excess contacts from zero, with their interval.
#[component]
fn Interval(excess: ExcessView, most: f64, colour: Option<u32>) -> impl IntoView {
    let place = |value: f64| (value / most * 100.0).clamp(0.0, 100.0);
    let ExcessView { contacts, low, high, .. } = excess;
    let class = format!("interval {}", crate::components::owner::swatch(colour));
    view! {
        <svg class=class viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
            <rect class="interval-bar" x="0" y="2" width=format!("{:.2}", place(contacts)) height="8"></rect>
            <path class="interval-range" d=format!("M{:.2} 6H{:.2}", place(low), place(high))></path>
            <path class="interval-end" d=format!("M{0:.2} 3V9M{1:.2} 3V9", place(low), place(high))></path>
        </svg>
    }
}

/// What would go if a part of it did.
#[component]
fn WhatIf(excess: ExcessView) -> impl IntoView {
    let ExcessView { contacts, low, high, cost } = excess;
    let each = if contacts == 0.0 { 0.0 } else { cost / contacts };
    view! {
        <details class="what-if">
            <summary>"What if it happened less?"</summary>
            <table>
                <tbody>
                    {[0.25, 0.5, 1.0].map(|part| view! {
                        <tr><th scope="row">{if part < 1.0 { format!("{} less", percent(part)) } else { "Not at all".to_owned() }}</th><td>{format!("{} contacts fewer ({} to {})", rounded(contacts * part), rounded(low * part), rounded(high * part))}</td><td>{format!("cost {} ({} to {})", whole_money(cost * part), whole_money(each * low * part), whole_money(each * high * part))}</td></tr>
                    }).collect_view()}
                </tbody>
            </table>
            <p class="soft">"If the association is a cause, and all else stays as it is."</p>
        </details>
    }
}

/// Contacts' worth week by week.
#[component]
fn Line(weeks: Vec<f64>) -> impl IntoView {
    let most = weeks.iter().copied().fold(0.0_f64, f64::max);
    if weeks.len() < 2 || most <= 0.0 {
        return ().into_any();
    }
    let step = 120.0 / (weeks.len() - 1) as f64;
    let points: Vec<String> = weeks
        .iter()
        .enumerate()
        .map(|(at, value)| format!("{:.1} {:.1}", at as f64 * step, 26.0 - value / most * 24.0))
        .collect();
    view! {
        <figure class="driver-weeks">
            <svg viewBox="0 0 120 28" role="img" aria-label=format!("Contacts\u{2019} worth by week, at most {}", rounded(most))><path d=format!("M{}", points.join("L"))></path></svg>
            <figcaption>{format!("by week, at most {}", rounded(most))}</figcaption>
        </figure>
    }
    .into_any()
}

#[component]
fn Symptoms(rows: Vec<DriverRow>, departments: Vec<Department>) -> impl IntoView {
    view! {
        <div class="symptoms">
            <h4>"Explained by it " <Help id="help-symptoms" term="Explained by it">"These come before contacts too, but not, or much less, in time when the driver above has not struck: they are its symptoms."</Help></h4>
            <ul>
                {rows.into_iter().map(|row| {
                    let (owner, colour) = owner_of(&departments, row.department);
                    let all = row.rate.map(|rate| ratio(rate.ratio)).unwrap_or_default();
                    let outside = row.rate_outside.map_or_else(|| "nothing to tell from".to_owned(), |rate| format!("{} ({} to {})", ratio(rate.ratio), ratio(rate.low), ratio(rate.high)));
                    let given = (row.shared > 0.0).then(|| format!("; by their case, {} contacts\u{2019} worth", rounded(row.shared)));
                    view! { <li><span>{row.name}</span> <Owner name=owner colour/> <span class="soft">{format!("{all} times in all time; outside of it {outside}")} {given}</span></li> }
                }).collect_view()}
            </ul>
        </div>
    }
}

/// Candidates that are no drivers, folded away.
#[component]
pub fn Others(rows: Vec<DriverRow>, parts: Vec<String>, departments: Vec<Department>) -> impl IntoView {
    (!rows.is_empty()).then(|| view! {
        <details class="others">
            <summary>{format!("{} no driver", counted(rows.len() as u64, "candidate that is", "candidates that are"))}</summary>
            {(!parts.is_empty()).then(|| view! { <p class="caption">"Part of the contact itself, and so not tried: " {parts.join(", ")} "."</p> })}
            <div class="table-box" tabindex="0" role="region" aria-label="Candidates that are no drivers">
                <table class="table">
                    <thead><tr><th>"Touchpoint"</th><th>"Department"</th><th class="number">"Customers"</th><th class="number">"Contacts after"</th><th class="number">"Rate ratio"</th><th class="number">"95 % interval"</th><th class="number">"q-value"</th><th class="number">"Excess"</th><th class="number">"Contacts\u{2019} worth by case"</th></tr></thead>
                    <tbody>
                        {rows.into_iter().map(|row| {
                            let (owner, colour) = owner_of(&departments, row.department);
                            view! {
                                <tr>
                                    <th scope="row">{row.name}</th>
                                    <td><Owner name=owner colour/></td>
                                    <td class="number">{count(row.exposed)}</td>
                                    <td class="number">{count(row.inside)}</td>
                                    <td class="number">{row.rate.map(|rate| ratio(rate.ratio))}</td>
                                    <td class="number">{row.rate.map(|rate| format!("{} to {}", ratio(rate.low), ratio(rate.high)))}</td>
                                    <td class="number">{row.rate.map(|_| if row.q < 0.001 { "<0.001".to_owned() } else { format!("{:.3}", row.q) })}</td>
                                    <td class="number">{row.excess.map(|excess| rounded(excess.contacts))}</td>
                                    <td class="number">{(row.shared > 0.0).then(|| rounded(row.shared))}</td>
                                </tr>
                            }
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    })
}
