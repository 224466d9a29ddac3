//! Who measures what, who owns what, and where nobody does.

use contract::inventory::{DepartmentRow, MatrixRow, MatrixView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{InventoryTabs, Page};
use crate::api::kpis::matrix;
use crate::components::export::{Export, TABLES, WORKBOOK};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::owner::Owner;
use contract::format::counted;
use contract::journeys::encode;

/// The matrix.
#[component]
pub fn MatrixPage() -> impl IntoView {
    view! {
        <Title text="Matrix"/>
        <header class="page-head"><h1>"Matrix"</h1><p class="page-sub">"Who owns what, who measures what, and where nobody does"</p><div class="page-actions"><Export of="matrix" search="" kinds=vec![WORKBOOK, TABLES]/></div></header>
        <InventoryTabs page=Page::Matrix/>
        {loaded(|| (), |()| matrix(), move |view| view! { <Inside view/> }.into_any())}
    }
}

#[component]
fn Inside(view: MatrixView) -> impl IntoView {
    let MatrixView { kpis, touchpoints, stages, departments } = view;
    if touchpoints.is_empty() {
        return view! { <Empty title="No touchpoint yet"><p><a class="button" href="/inventory">"To the inventory"</a></p></Empty> }.into_any();
    }
    let unmeasured = touchpoints.iter().filter(|row| row.cells.iter().all(String::is_empty)).count();
    view! {
        <section class="section">
            <h2>"Departments by stages"</h2>
            <p class="help">"Touchpoints that a department owns in a stage; beside it, those without a KPI."</p>
            <Departments stages departments/>
        </section>
        <section class="section">
            <h2>"KPIs by touchpoints"</h2>
            <p class="help">{format!("{unmeasured} of {} without a KPI. C: controlled by the KPI\u{2019}s owner, i: influenced, \u{2717}: not controlled.", counted(touchpoints.len() as u64, "touchpoint is", "touchpoints are"))}</p>
            {if kpis.is_empty() {
                view! { <p><a href="/inventory/kpis/new">"Add the first KPI"</a></p> }.into_any()
            } else {
                view! { <Links kpis touchpoints/> }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Departments(stages: Vec<String>, departments: Vec<DepartmentRow>) -> impl IntoView {
    let most = departments.iter().flat_map(|row| &row.cells).map(|(all, _)| *all).max().unwrap_or(1).max(1);
    let names: Vec<String> = stages.iter().cloned().chain(["No stage".to_owned()]).collect();
    let keys: Vec<String> = stages.into_iter().chain(["=".to_owned()]).collect();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label="Departments by stages">
            <table class="table heat">
                <thead><tr><th>"Department"</th>{names.into_iter().map(|stage| view! { <th class="number">{stage}</th> }).collect_view()}<th class="number">"Inside-out KPIs"</th><th class="number">"Outside-in KPIs"</th></tr></thead>
                <tbody>
                    {departments.into_iter().map(|row| {
                        let DepartmentRow { name, colour, cells, inside_out, outside_in } = row;
                        let owner = name.clone().map_or_else(|| "=".to_owned(), |name| format!("={name}"));
                        let cells = cells.into_iter().zip(keys.clone()).map(|((all, measured), stage)| {
                            let level = (all * 4).div_ceil(most);
                            let stage = if stage == "=" { stage } else { format!("={stage}") };
                            let path = format!("/inventory?f.owner={}&f.stage={}", encode(&owner), encode(&stage));
                            let missing = all - measured;
                            view! { <td class=format!("number heat-{level}")>{(all > 0).then(|| view! { <a href=path>{all}</a> {(missing > 0).then(|| view! { " " <small title="without a KPI">{format!("{missing} without")}</small> })} })}</td> }
                        }).collect_view();
                        view! {
                            <tr>
                                <th scope="row"><Owner name colour/></th>
                                {cells}
                                <td class="number">{(inside_out > 0).then_some(inside_out)}</td>
                                <td class="number">{(outside_in > 0).then_some(outside_in)}</td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Links(
    kpis: Vec<(String, String, Option<String>, Option<u32>)>,
    touchpoints: Vec<MatrixRow>,
) -> impl IntoView {
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label="KPIs by touchpoints">
            <table class="table matrix">
                <thead>
                    <tr>
                        <th>"Touchpoint"</th>
                        <th>"Owner"</th>
                        {kpis.into_iter().map(|(id, name, owner, colour)| view! { <th><a href=format!("/inventory/kpis/{id}")>{name}</a><Owner name=owner colour/></th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {touchpoints.into_iter().map(|MatrixRow { id, name, owner, colour, cells }| {
                        let none = cells.iter().all(String::is_empty);
                        view! {
                            <tr class:matrix-none=none>
                                <th scope="row"><a href=format!("/inventory/{id}")>{name}</a></th>
                                <td><Owner name=owner colour/></td>
                                {cells.into_iter().map(|control| {
                                    let (mark, words) = match control.as_str() {
                                        "controlled" => ("C", "controlled"),
                                        "influenced" => ("i", "influenced"),
                                        "not_controlled" => ("\u{2717}", "not controlled"),
                                        _ => ("", ""),
                                    };
                                    view! { <td class=format!("matrix-cell control-{control}")>{(!mark.is_empty()).then(|| view! { <abbr title=words>{mark}</abbr> })}</td> }
                                }).collect_view()}
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}
