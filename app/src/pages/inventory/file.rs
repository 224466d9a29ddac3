//! An inventory file before it is applied: what it would add and change, and what stands against it.

use contract::inventory::{CellChange, CellConflict, FileProblem, InventoryImport};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::inventory::{ApplyFile, look_file};
use crate::components::combobox::submit_around;
use crate::components::loaded::loaded;
use crate::components::post::{Post, Refusal, Submission};
use contract::format::{count, counted};

/// Changes that are listed.
const LISTED: usize = 100;

/// The page of a file.
#[component]
pub fn FilePage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let apply = Submission::to::<ApplyFile>();
    let asked = move || {
        let query = query.read();
        let on = |name: &str| query.get(name).as_deref() == Some("yes");
        let id = params.read().get("id").unwrap_or_default();
        (id, on("new_names"), on("overwrite"), apply.done())
    };
    view! {
        <Title text="Import an inventory"/>
        <Refusal of=apply/>
        {loaded(asked, |(id, new_names, overwrite, _)| look_file(id, new_names, overwrite), move |(name, report)| {
            let (id, new_names, overwrite, _) = untrack(asked);
            view! { <Inside id name report new_names overwrite apply/> }.into_any()
        })}
    }
}

#[component]
fn Inside(
    id: String,
    name: String,
    report: InventoryImport,
    new_names: bool,
    overwrite: bool,
    apply: Submission,
) -> impl IntoView {
    let empty = report.is_empty();
    let InventoryImport {
        touchpoints_created,
        touchpoints_changed,
        experiences_created,
        rules_created,
        rules_unchanged,
        departments_created,
        stages_created,
        channels_created,
        links_changed,
        kpis_changed,
        readings_changed,
        changes,
        changed,
        conflicts,
        problems,
        applied: _,
    } = report;
    let fine = problems.is_empty() && conflicts.is_empty();
    let figure = |label: &'static str, value: u64| {
        view! { <div><dt>{label}</dt><dd>{count(value)}</dd></div> }
    };
    let added =
        [("Departments", departments_created), ("Stages", stages_created), ("Channels", channels_created)];
    let action = format!("/inventory/import/{id}");
    let more = (changed as usize).saturating_sub(changes.len().min(LISTED));
    view! {
        <header class="page-head">
            <p class="crumb"><a href="/inventory">"Inventory"</a></p>
            <h1>"Import an inventory"</h1>
            <p class="page-sub">{name}</p>
        </header>
        <dl class="facts facts-row">
            {figure("Touchpoints to add", touchpoints_created.len() as u64)}
            {figure("Touchpoints to change", touchpoints_changed.len() as u64)}
            {figure("Experiences to add", u64::from(experiences_created))}
            {figure("Rules to add", u64::from(rules_created))}
            {figure("Rules there already", u64::from(rules_unchanged))}
            {figure("KPIs, links and readings", u64::from(kpis_changed + links_changed + readings_changed))}
        </dl>
        <Form method="GET" action=action attr:class="actions" on:change=move |event| submit_around(&event)>
            <label class="check"><input type="checkbox" name="new_names" value="yes" checked=new_names/>"Add departments, stages and channels that are not there yet"</label>
            <label class="check"><input type="checkbox" name="overwrite" value="yes" checked=overwrite/>"Overwrite what somebody changed since the file was written"</label>
            <noscript><button class="button" type="submit">"Look again"</button></noscript>
        </Form>
        {added.into_iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| view! { <p class="help">{format!("{what} to add: {}", names.join(", "))}</p> }).collect_view()}
        {(!problems.is_empty()).then(|| view! {
            <section class="section">
                <h2>{counted(problems.len() as u64, "problem", "problems")}</h2>
                <p class="help">"Nothing is applied until these are right. Correct the file and choose it again."</p>
                <ul class="dialog-problems">
                    {problems.into_iter().take(LISTED).map(|FileProblem { line, column, message, remedy }| view! { <li><strong>{format!("Line {line}, {column}")}</strong> ": " {message} " " {remedy}</li> }).collect_view()}
                </ul>
            </section>
        })}
        {(!conflicts.is_empty()).then(|| view! {
            <section class="section">
                <h2>{counted(conflicts.len() as u64, "conflict", "conflicts")}</h2>
                <p class="help">"These cells were changed here since the file was written. Overwrite them knowingly, or export again and repeat the change."</p>
                <div class="table-box" tabindex="0" role="region" aria-label="Conflicts">
                    <table class="table">
                        <thead><tr><th>"Touchpoint"</th><th>"Column"</th><th>"Here now"</th><th>"In the file"</th></tr></thead>
                        <tbody>{conflicts.into_iter().take(LISTED).map(|CellConflict { touchpoint, column, theirs, yours, .. }| view! { <tr><th scope="row">{touchpoint}</th><td>{column.label()}</td><td>{theirs}</td><td>{yours}</td></tr> }).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        })}
        {(!changes.is_empty()).then(|| view! {
            <section class="section">
                <h2>"Cells that change"</h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Changes">
                    <table class="table">
                        <thead><tr><th>"Touchpoint"</th><th>"Column"</th><th>"From"</th><th>"To"</th></tr></thead>
                        <tbody>{changes.into_iter().take(LISTED).map(|CellChange { touchpoint, column, before, after, new, .. }| view! { <tr><th scope="row">{touchpoint} {new.then(|| view! { " " <span class="badge">"new"</span> })}</th><td>{column.label()}</td><td class="was">{before}</td><td>{after}</td></tr> }).collect_view()}</tbody>
                    </table>
                </div>
                {(more > 0).then(|| view! { <p class="help">{format!("and {} more", counted(more as u64, "cell", "cells"))}</p> })}
            </section>
        })}
        {(fine && empty).then(|| view! { <p class="notice">"The file changes nothing: the inventory says the same already."</p> })}
        <Post to=apply class="actions">
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="new_names" value=if new_names { "yes" } else { "" }/>
            <input type="hidden" name="overwrite" value=if overwrite { "yes" } else { "" }/>
            <button class="button button-main" type="submit" disabled=move || !fine || empty || apply.pending()>"Apply"</button>
            <a class="button" href="/inventory">"Cancel"</a>
        </Post>
    }
}
