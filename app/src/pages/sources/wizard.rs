//! Before a file is read in: what it is, which column holds what, and its first rows.

use contract::sources::Preview;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::sources::preview;
use crate::components::loaded::loaded_or;
use crate::components::notice::Problem;
use crate::components::post::{Post, Refusal, Submission};
use contract::format::{bytes, count};

/// The wizard.
#[component]
pub fn WizardPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let wish = move || {
        let (params, query) = (params.read(), query.read());
        let text = |name: &str| query.get(name).unwrap_or_default();
        (
            params.get("upload").unwrap_or_default(),
            text("format"),
            text("encoding"),
            text("delimiter"),
            text("source"),
            text("day_order"),
            text("dry_run"),
        )
    };
    let ask = |(upload, format, encoding, delimiter, source, order, dry_run)| {
        preview(upload, format, encoding, delimiter, source, order, dry_run)
    };
    view! {
        <Title text="Import a log"/>
        {loaded_or(wish, ask, |preview| view! { <Inside preview/> }.into_any(), |error| view! {
            <header class="page-head"><h1>"Import a log"</h1></header>
            <Problem error/>
            <p><a class="button" href="/sources">"Choose another file"</a></p>
        }.into_any())}
    }
}

const FORMATS: [(&str, &str); 6] = [
    ("csv", "CSV"),
    ("jsonl", "JSON Lines"),
    ("xes", "XES"),
    ("ocel", "OCEL 2.0"),
    ("parquet", "Parquet"),
    ("xlsx", "Excel workbook"),
];
const ENCODINGS: [(&str, &str); 4] = [
    ("utf-8", "UTF-8"),
    ("utf-16le", "UTF-16 (little-endian)"),
    ("utf-16be", "UTF-16 (big-endian)"),
    ("latin-1", "Latin-1 (Windows-1252)"),
];
const DELIMITERS: [(&str, char, &str); 4] =
    [(",", ',', "Comma"), (";", ';', "Semicolon"), ("tab", '\t', "Tab"), ("|", '|', "Bar")];

#[component]
fn Inside(preview: Preview) -> impl IntoView {
    let start = Submission::to::<crate::api::sources::StartImport>();
    let Preview {
        upload,
        file,
        bytes: size,
        format,
        encoding,
        delimiter,
        columns,
        rows,
        mapping,
        source,
        sources,
        time_zone,
        time_zones,
        zone_needed,
        day_order_needed,
        day_order,
        times,
        warnings,
    } = preview;
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let delimiter_key =
        DELIMITERS.iter().find(|(_, letter, _)| *letter == delimiter).map_or(",", |(key, ..)| key);
    let select = {
        let names = names.clone();
        move |part: &'static str,
              label: &'static str,
              help: &'static str,
              chosen: Option<String>,
              required: bool| {
            let chosen = chosen.unwrap_or_default();
            view! {
                <label class="field">
                    <span>{label} {required.then_some(" *")}</span>
                    <select name=format!("form[{part}]") required=required>
                        <option value="">{if required { "Choose a column" } else { "None" }}</option>
                        {names.iter().map(|name| view! { <option value=name.clone() selected=*name == chosen>{name.clone()}</option> }).collect_view()}
                    </select>
                    <small>{help}</small>
                </label>
            }
        }
    };
    let (csv, format_key) = (format == "csv", format.clone());
    let attributes: Vec<String> = mapping.attributes.iter().map(|(_, column)| column.clone()).collect();
    view! {
        <header class="page-head">
            <h1>{file}</h1>
            <p class="page-sub">{bytes(size)} ", " {count(columns.len() as u64)} " columns. Nothing is read in yet."</p>
        </header>
        {day_order_needed.then(|| view! { <p class="notice notice-problem">"In the times of this file, day and month can't be told apart. Say below which comes first, and look again."</p> })}
        {warnings.into_iter().map(|warning| view! { <p class="notice">{warning}</p> }).collect_view()}
        <form class="form form-row" method="get">
            <label class="field">
                <span>"Format"</span>
                <select name="format">{FORMATS.into_iter().map(|(key, label)| view! { <option value=key selected=key == format>{label}</option> }).collect_view()}</select>
            </label>
            {csv.then(|| view! { <label class="field">
                <span>"Encoding"</span>
                <select name="encoding">{ENCODINGS.into_iter().map(|(key, label)| view! { <option value=key selected=key == encoding>{label}</option> }).collect_view()}</select>
            </label>
            <label class="field">
                <span>"Delimiter"</span>
                <select name="delimiter">{DELIMITERS.into_iter().map(|(key, _, label)| view! { <option value=key selected=key == delimiter_key>{label}</option> }).collect_view()}</select>
            </label> })}
            {(day_order_needed || !day_order.is_empty()).then(|| view! {
                <label class="field">
                    <span>"Day and month"</span>
                    <select name="day_order" required>
                        <option value="">"Which comes first?"</option>
                        <option value="day" selected=day_order == "day">"Day first"</option>
                        <option value="month" selected=day_order == "month">"Month first"</option>
                    </select>
                </label>
            })}
            {(!sources.is_empty()).then(|| view! { <label class="field">
                <span>"Columns as in files of"</span>
                <select name="source">
                    <option value="-">"No known source"</option>
                    {sources.iter().map(|name| view! { <option value=name.clone() selected=*name == source>{name.clone()}</option> }).collect_view()}
                </select>
            </label> })}
            <button class="button" type="submit">"Look again"</button>
        </form>
        <div class="table-box table-preview" tabindex="0" role="region" aria-label="First rows of the file">
            <table class="table">
                <thead><tr>{columns.into_iter().map(|column| view! { <th title=format!("{} different values in the sample", column.distinct)>{column.name}</th> }).collect_view()}</tr></thead>
                <tbody>{rows.into_iter().map(|row| view! { <tr>{row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }).collect_view()}</tbody>
            </table>
        </div>
        <Post to=start class="form">
            <input type="hidden" name="form[upload]" value=upload/>
            <input type="hidden" name="form[format]" value=format_key/>
            <input type="hidden" name="form[encoding]" value=encoding.clone()/>
            <input type="hidden" name="form[delimiter]" value=delimiter_key/>
            <input type="hidden" name="form[day_order]" value=day_order.clone()/>
            <fieldset class="fields">
                <legend>"Where it comes from"</legend>
                <label class="field">
                    <span>"Source *"</span>
                    <input name="form[source]" value=source required maxlength="100" list="known-sources"/>
                    <datalist id="known-sources">{sources.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
                    <small>"The channel that wrote the log: web, ivr, billing. Files of one source belong together."</small>
                </label>
                <label class="field">
                    <span>"Time zone"</span>
                    <select name="form[time_zone]">{time_zones.into_iter().map(|zone| { let chosen = zone == time_zone; view! { <option value=zone.clone() selected=chosen>{zone.clone()}</option> } }).collect_view()}</select>
                    <small>{if zone_needed { "The times carry no zone: say in which they are." } else { "The times carry their own zone; this one is for those that don't." }}</small>
                </label>
            </fieldset>
            <fieldset class="fields">
                <legend>"Which column holds what"</legend>
                {select("customer", "Customer", "Whoever the journey belongs to. Stored as a pseudonym.", Some(mapping.customer), true)}
                {select("time", "Time", "When it happened.", Some(mapping.time), true)}
                {select("activity", "Activity", "What happened, in the log's own words.", Some(mapping.activity), true)}
                {select("id", "Event id", "Tells events apart when files overlap.", mapping.id, false)}
                {select("case", "Case", "Order, ticket or call.", mapping.case, false)}
                {select("reason", "Contact reason", "Wrap-up code.", mapping.reason, false)}
                {select("text", "Text", "What was said or written.", mapping.text, false)}
                {select("duration", "Duration", "In seconds.", mapping.duration, false)}
                {select("cost", "Cost", "In units of the currency.", mapping.cost, false)}
                {select("known_as", "Also known as", "Another id of the same customer: both become one.", mapping.known_as, false)}
            </fieldset>
            <fieldset class="fields fields-checks">
                <legend>"Keep as attributes, for mapping rules"</legend>
                {names.into_iter().enumerate().map(|(at, name)| { let kept = attributes.contains(&name); view! {
                    <label class="check"><input type="checkbox" name=format!("form[attributes][{at}]") value=name.clone() checked=kept/>{name.clone()}</label>
                } }).collect_view()}
            </fieldset>
            {(!times.is_empty()).then(|| view! {
                <p class="times">"Times read as (UTC): " {times.into_iter().map(|(raw, read)| format!("{raw} → {}", read.unwrap_or_else(|| "not a time".to_owned()))).collect::<Vec<_>>().join("; ")}</p>
            })}
            <Refusal of=start/>
            <p class="actions">
                <button class="button button-main" type="submit" disabled=move || day_order_needed || start.pending()>"Import"</button>
                <button class="button" type="submit" name="form[dry]" value="true" disabled=move || day_order_needed || start.pending()>"Dry run"</button>
                <a class="button" href="/sources">"Cancel"</a>
            </p>
            <p class="help">"A dry run reads every row and shows what would be taken in and what would be refused, with examples. Nothing is kept."</p>
        </Post>
    }
}
