//! One KPI: its definition, its readings over time, and where it is controlled.

use contract::inventory::{CONTROLS, DIRECTIONS, KINDS, KpiView, LinkRow, MEASURES, ReadingRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::kpis::{DeleteKpi, DeleteLink, DeleteReading, ReadKpi, SaveKpi, SaveLink, kpi};
use crate::charts::series::Series;
use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions};
use crate::components::escape::escaped;
use crate::components::export::{Export, PNG, SVG};
use crate::components::help::Help;
use crate::components::loaded::loaded;
use crate::components::owner::Owner;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, counted};

/// Readings listed.
const LISTED: usize = 52;

/// A figure of a KPI: `1,234`, `82.5`, `0.42`.
pub fn figure(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    if size >= 100.0 || size == size.round() {
        format!("{sign}{}", count(size.round() as u64))
    } else if size >= 1.0 {
        format!("{sign}{size:.1}")
    } else {
        format!("{sign}{size:.2}")
    }
}

/// How far a KPI is controlled, as a word with a mark.
#[component]
pub fn Control(control: String) -> impl IntoView {
    let label = CONTROLS.iter().find(|(key, _)| *key == control).map_or("", |(_, label)| label);
    view! { <span class=format!("control control-{control}")>{label}</span> }
}

#[derive(Clone, Copy)]
struct Actions {
    save: Submission,
    delete: Submission,
    read: Submission,
    delete_reading: Submission,
    save_link: Submission,
    delete_link: Submission,
}

/// The KPI page, or the form of a new one.
#[component]
pub fn KpiPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let actions = Actions {
        save: Submission::to::<SaveKpi>(),
        delete: Submission::to::<DeleteKpi>(),
        read: Submission::to::<ReadKpi>(),
        delete_reading: Submission::to::<DeleteReading>(),
        save_link: Submission::to::<SaveLink>(),
        delete_link: Submission::to::<DeleteLink>(),
    };
    let all = [
        actions.save,
        actions.delete,
        actions.read,
        actions.delete_reading,
        actions.save_link,
        actions.delete_link,
    ];
    let version = move || all.into_iter().map(Submission::done).sum::<u32>();
    view! {
        <Toast of=actions.save text="Saved."/>
        <Toast of=actions.read text="The readings are taken."/>
        <Toast of=actions.save_link text="The link is saved."/>
        {all.into_iter().map(|of| view! { <Refusal of/> }).collect_view()}
        {loaded(move || (id(), version()), |(id, _)| kpi(id), move |view| view! { <Inside view actions/> }.into_any())}
    }
}

#[component]
fn Inside(view: KpiView, actions: Actions) -> impl IntoView {
    let fresh = view.id.is_empty();
    let title = if fresh { "New KPI".to_owned() } else { view.name.clone() };
    let KpiView { id, version, readings, target, unit, may_edit, may_read, .. } = view.clone();
    let points: Vec<(String, f64)> = readings.iter().map(|one| (one.day.clone(), one.value)).collect();
    let latest = points.last().cloned();
    let chart = format!("?id={id}");
    let (form, links) = (view.clone(), view.clone());
    let (read_id, table_id, delete_id) = (id.clone(), id.clone(), id.clone());
    let named = view.name.clone();
    view! {
        <Title text=title.clone()/>
        <header class="page-head">
            <p class="crumb"><a href="/inventory/kpis">"KPIs"</a></p>
            <h1>{title}</h1>
            <p class="page-sub">{latest.map(|(day, value)| format!("{} {unit} on {day}", figure(value)))}</p>
            <div class="page-actions">{(points.len() > 1).then(|| view! { <Export of="kpi" search=chart kinds=vec![SVG, PNG]/> })}</div>
        </header>
        {(!fresh).then(|| view! { <Series name=named.clone() unit=unit.clone() points=points.clone() target/> })}
        <Form view=form actions/>
        {(!fresh).then(|| view! {
            <section class="section">
                <h2>"At touchpoints"</h2>
                <p class="help">"Where this KPI is decided, and how far its owner controls it there."</p>
                <Links view=links.clone() actions/>
            </section>
            <section class="section">
                <h2>"Readings"</h2>
                {may_read.then(|| view! {
                    <Post to=actions.read class="form form-readings" reset=()>
                        <input type="hidden" name="id" value=read_id.clone()/>
                        <label class="field field-wide"><span>"One a line: day, value, note"</span><textarea name="lines" rows="3" required placeholder="2026-03-01, 82.5"></textarea></label>
                        <p class="help">"Lines can be pasted from a spreadsheet. What the KPI had on the same day is replaced."</p>
                        <p class="actions"><button class="button" type="submit">"Take readings"</button></p>
                    </Post>
                })}
                <Readings id=table_id.clone() readings=readings.clone() unit=unit.clone() may_read actions/>
            </section>
            {may_edit.then(|| view! {
                <details class="danger">
                    <summary>"Remove this KPI"</summary>
                    <p>"Its links and readings go with it. Undoing brings the links back, not the readings."</p>
                    <Post to=actions.delete>
                        <input type="hidden" name="id" value=delete_id.clone()/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <button class="button button-danger" type="submit">"Remove"</button>
                    </Post>
                </details>
            })}
        })}
    }
}

#[component]
fn Form(view: KpiView, actions: Actions) -> impl IntoView {
    let KpiView {
        id,
        version,
        name,
        definition,
        unit,
        direction,
        kind,
        target,
        department_id,
        measure,
        touchpoint,
        experience,
        departments,
        touchpoints,
        experiences,
        may_edit,
        ..
    } = view;
    let fixed = |list: &'static [(&'static str, &'static str)], chosen: String| {
        list.iter()
            .map(|(key, label)| view! { <option value=*key selected=*key == chosen>{*label}</option> })
            .collect_view()
    };
    let of_touchpoints =
        Suggestions::new("kpi-touchpoints", touchpoints.into_iter().map(Suggestion::plain).collect());
    let of_experiences =
        Suggestions::new("kpi-experiences", experiences.into_iter().map(Suggestion::plain).collect());
    view! {
        <Datalist list=of_touchpoints/>
        <Datalist list=of_experiences/>
        <Post to=actions.save class="form">
            <fieldset class="fields" disabled=!may_edit>
                <input type="hidden" name="form[id]" value=id/>
                <input type="hidden" name="form[version]" value=version.to_string()/>
                <label class="field"><span>"Name"</span><input name="form[name]" value=name required maxlength="120"/></label>
                <label class="field"><span>"Owner"</span>
                    <select name="form[department_id]">
                        <option value="">"No owner"</option>
                        {departments.into_iter().map(|one| { let selected = Some(&one.id) == department_id.as_ref(); view! { <option value=one.id selected=selected>{one.name}</option> } }).collect_view()}
                    </select>
                </label>
                <div class="field"><span><label for="kpi-kind">"View"</label> <Help id="help-kind" term="View">"Outside-in measures what the customer gets: was it solved? Inside-out measures what the company does: how long did it take?"</Help></span><select id="kpi-kind" name="form[kind]">{fixed(&KINDS, kind)}</select></div>
                <label class="field"><span>"Direction"</span><select name="form[direction]">{fixed(&DIRECTIONS, direction)}</select></label>
                <label class="field"><span>"Unit"</span><input name="form[unit]" value=unit maxlength="40" placeholder="%"/></label>
                <label class="field"><span>"Target"</span><input name="form[target]" inputmode="decimal" value=target.map(|target| target.to_string()).unwrap_or_default()/></label>
                <label class="field"><span>"Readings"</span><select name="form[measure]">{fixed(&MEASURES, measure)}</select></label>
                <div class="field"><span><label for="kpi-touchpoint">"Computed at touchpoint"</label></span><Combobox list=of_touchpoints name="form[touchpoint]" id="kpi-touchpoint" value=touchpoint/></div>
                <div class="field"><span><label for="kpi-experience">"Of experience"</label></span><Combobox list=of_experiences name="form[experience]" id="kpi-experience" value=experience/></div>
                <label class="field field-wide"><span>"Definition"</span><textarea name="form[definition]" rows="2" maxlength="10000" inner_html=escaped(&definition)></textarea></label>
            </fieldset>
            {may_edit.then(|| view! { <p class="actions"><button class="button button-main" type="submit" disabled=move || actions.save.pending()>"Save"</button></p> })}
        </Post>
    }
}

#[component]
fn Links(view: KpiView, actions: Actions) -> impl IntoView {
    let KpiView { id, links, touchpoints, may_edit, .. } = view;
    let none = links.is_empty();
    let list = Suggestions::new("link-touchpoints", touchpoints.into_iter().map(Suggestion::plain).collect());
    view! {
        {none.then(|| view! { <p class="help">"Not linked to a touchpoint yet."</p> })}
        <ul class="links">
            {links.into_iter().map(|link| {
                let LinkRow { id, version, touchpoint_id, touchpoint, owner, colour, control, reason, may_change, .. } = link;
                let (gone, now) = (id.clone(), control.clone());
                let (at, why, off) = (format!("Control at {touchpoint}"), format!("Why, at {touchpoint}"), format!("Remove the link to {touchpoint}"));
                view! {
                    <li>
                        <a href=format!("/inventory/{touchpoint_id}")>{touchpoint}</a>
                        <Owner name=owner colour/>
                        {if may_change {
                            view! {
                                <Post to=actions.save_link class="inline-form">
                                    <input type="hidden" name="form[id]" value=id/>
                                    <input type="hidden" name="form[version]" value=version.to_string()/>
                                    <select name="form[control]" aria-label=at>{CONTROLS.into_iter().map(|(key, label)| view! { <option value=key selected=key == now>{label}</option> }).collect_view()}</select>
                                    <input name="form[reason]" value=reason maxlength="1000" placeholder="Why" aria-label=why/>
                                    <button class="button button-quiet" type="submit">"Save"</button>
                                </Post>
                                <Post to=actions.delete_link>
                                    <input type="hidden" name="id" value=gone/>
                                    <input type="hidden" name="version" value=version.to_string()/>
                                    <button class="button button-quiet" type="submit" aria-label=off>"Remove"</button>
                                </Post>
                            }.into_any()
                        } else {
                            view! { <Control control/> <span class="links-reason">{reason}</span> }.into_any()
                        }}
                    </li>
                }
            }).collect_view()}
        </ul>
        {may_edit.then(|| view! {
            <Datalist list/>
            <Post to=actions.save_link class="inline-form" reset=()>
                <input type="hidden" name="form[id]" value=""/>
                <input type="hidden" name="form[version]" value="0"/>
                <input type="hidden" name="form[kpi]" value=id/>
                <Combobox list name="form[touchpoint]" id="link-touchpoint" required=true placeholder="Touchpoint" label="Touchpoint"/>
                <select name="form[control]" aria-label="How far its owner controls it there">{CONTROLS.into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}</select>
                <input name="form[reason]" maxlength="1000" placeholder="Why" aria-label="Why"/>
                <button class="button" type="submit">"Link"</button>
            </Post>
        })}
    }
}

#[component]
fn Readings(
    id: String,
    readings: Vec<ReadingRow>,
    unit: String,
    may_read: bool,
    actions: Actions,
) -> impl IntoView {
    let all = readings.len();
    if all == 0 {
        return view! { <p class="help">"No reading yet."</p> }.into_any();
    }
    let head = if unit.is_empty() { "Value".to_owned() } else { format!("Value, {unit}") };
    view! {
        <div class="table-box table-readings" tabindex="0" role="region" aria-label="Readings">
            <table class="table">
                <thead><tr><th>"Day"</th><th class="number">{head}</th><th>"Note"</th><th><span class="visually-hidden">"Remove"</span></th></tr></thead>
                <tbody>
                    {readings.into_iter().rev().take(LISTED).map(|ReadingRow { day, value, note, author }| {
                        let gone = day.clone();
                        let id = id.clone();
                        view! {
                            <tr>
                                <th scope="row">{day.clone()}</th>
                                <td class="number">{figure(value)}</td>
                                <td title=author>{note}</td>
                                <td>{may_read.then(|| view! {
                                    <Post to=actions.delete_reading>
                                        <input type="hidden" name="id" value=id/>
                                        <input type="hidden" name="day" value=gone/>
                                        <button class="button button-quiet" type="submit" aria-label=format!("Remove the reading of {day}")>"Remove"</button>
                                    </Post>
                                })}</td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        {(all > LISTED).then(|| view! { <p class="help">{format!("The latest {LISTED} of {}", counted(all as u64, "reading", "readings"))}</p> })}
    }
    .into_any()
}
