//! KPIs: what is measured, by whom, and from whose view.

use contract::inventory::{KpiRow, KpisView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::kpi::figure;
use super::tabs::{InventoryTabs, Page};
use crate::api::kpis::kpis;
use crate::components::export::{CSV, Export, WORKBOOK};
use crate::components::help::Help;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::owner::{Owner, swatch};
use crate::components::spark::Spark;
use contract::format::counted;

/// The list of KPIs.
#[component]
pub fn KpisPage() -> impl IntoView {
    view! {
        <Title text="KPIs"/>
        {loaded(|| (), |()| kpis(), move |view| view! { <Inside view/> }.into_any())}
    }
}

#[component]
fn Inside(view: KpisView) -> impl IntoView {
    let KpisView { kpis, balance, may_add } = view;
    let none = kpis.is_empty();
    let balance: Vec<_> = balance.into_iter().filter(|(_, inside, outside)| inside + outside > 0).collect();
    let most = balance.iter().map(|(_, inside, outside)| inside + outside).max().unwrap_or(1).max(1);
    view! {
        <header class="page-head">
            <h1>"KPIs"</h1>
            <p class="page-sub">{counted(kpis.len() as u64, "KPI", "KPIs")}</p>
            <div class="page-actions"><Export of="kpis" search="" kinds=vec![WORKBOOK, CSV]/> {(may_add && !none).then(|| view! { <a class="button button-main" href="/inventory/kpis/new">"Add a KPI"</a> })}</div>
        </header>
        <InventoryTabs page=Page::Kpis/>
        {if none {
            view! {
                <Empty title="No KPI yet">
                    <p>"A KPI says how well something goes: from the customer\u{2019}s view (was it solved?) or the company\u{2019}s (how long did it take?). Linked to touchpoints, it shows who is measured on what they can\u{2019}t control."</p>
                    {may_add.then(|| view! { <p><a class="button button-main" href="/inventory/kpis/new">"Add a KPI"</a></p> })}
                </Empty>
            }.into_any()
        } else {
            view! {
                <div class="table-box" tabindex="0" role="region" aria-label="KPIs">
                    <table class="table">
                        <thead><tr><th>"KPI"</th><th>"Owner"</th><th>"View"</th><th class="number">"Latest"</th><th class="number">"Change"</th><th class="number">"Target"</th><th>"Readings"</th><th>"Its owner"</th></tr></thead>
                        <tbody>{kpis.into_iter().map(line).collect_view()}</tbody>
                    </table>
                </div>
                <section class="section">
                    <h2>"Whose view each department takes" " " <Help id="help-balance" term="Inside-out and outside-in">"Inside-out KPIs measure what the company does, such as handle time. Outside-in KPIs measure what the customer gets, such as whether it was solved. A department with inside-out KPIs alone is measured past its customers."</Help></h2>
                    <ul class="balance">
                        {balance.into_iter().map(|(department, inside, outside)| {
                            let wide = |part: u32| format!("{:.1}", f64::from(part) / f64::from(most) * 100.0);
                            let (class, alone) = (swatch(Some(department.position)), outside == 0);
                            view! {
                                <li>
                                    <span class="owner"><span class=format!("swatch {class}") aria-hidden="true"></span>{department.name}</span>
                                    <svg class="balance-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="balance-inside" width=wide(inside) height="10"></rect><rect class="balance-outside" x=wide(inside) width=wide(outside) height="10"></rect></svg>
                                    <span>{format!("{inside} inside-out, {outside} outside-in")} {alone.then_some(": measured past its customers")}</span>
                                </li>
                            }
                        }).collect_view()}
                    </ul>
                </section>
            }.into_any()
        }}
    }
}

/// How far the owner controls a KPI, over the touchpoints that it is linked to.
fn held(controlled: u32, influenced: u32, not: u32) -> String {
    let parts = [(controlled, "controls it"), (influenced, "influences it"), (not, "can\u{2019}t control it")];
    let said = parts.into_iter().filter(|(at, _)| *at > 0);
    said.map(|(at, words)| format!("{words} at {at}")).collect::<Vec<_>>().join(", ")
}

fn line(row: KpiRow) -> impl IntoView {
    let KpiRow { id, name, unit, kind, owner, colour, target, latest, change, met, series, computed, links } =
        row;
    let (controlled, influenced, not) = links;
    let verdict = met.map(|met| if met { ("good", "meets its target") } else { ("bad", "misses its target") });
    let with_unit = |value: f64| format!("{} {unit}", figure(value)).trim().to_owned();
    view! {
        <tr>
            <th scope="row"><a href=format!("/inventory/kpis/{id}")>{name}</a> {computed.then(|| view! { " " <span class="badge">"from events"</span> })}</th>
            <td><Owner name=owner colour/></td>
            <td>{if kind == "inside_out" { "Inside-out" } else { "Outside-in" }}</td>
            <td class="number">
                {latest.map(|(day, value)| view! { <span title=day>{with_unit(value)}</span> })}
                {verdict.map(|(class, words)| view! { " " <span class=class title=words aria-label=words>{if class == "good" { "\u{2713}" } else { "\u{2717}" }}</span> })}
            </td>
            <td class="number">{change.map(|change| format!("{}{}", if change > 0.0 { "+" } else { "" }, figure(change)))}</td>
            <td class="number">{target.map(with_unit)}</td>
            <td>{(series.len() > 1).then(|| view! { <Spark values=series/> })}</td>
            <td>{held(controlled, influenced, not)}</td>
        </tr>
    }
}
