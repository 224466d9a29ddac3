//! The controls of the journeys page: one form whose fields are the URL. It works without JavaScript; with
//! it, a change asks at once.

use contract::journeys::{ExploreQuery, JourneysView, Level, Occurrence, Towards};
use leptos::prelude::*;
use leptos_router::components::Form;

/// Period, source and how to look.
#[component]
pub fn Controls(view: JourneysView) -> impl IntoView {
    let JourneysView { query, period, anchors, sources, .. } = view;
    let ExploreQuery {
        by,
        direction,
        anchor,
        occurrence,
        steps,
        top,
        from,
        to,
        source,
        keep_repeats,
        table,
        ..
    } = query;
    let ask = move |event: leptos::ev::Event| {
        use leptos::wasm_bindgen::JsCast as _;
        let field = event.target().and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok());
        let form = field.and_then(|field| field.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<leptos::web_sys::HtmlFormElement>().ok()) {
            // A form that can't be sent yet says so by itself.
            let _ = form.request_submit();
        }
    };
    view! {
        <Form method="GET" action="/journeys" attr:class="controls" on:change=ask>
            <fieldset class="controls-row">
                <legend class="visually-hidden">"What is counted"</legend>
                <label class="field"><span>"From"</span><input type="date" name="from" value=from.unwrap_or_default() min=period.data_from.clone() max=period.data_to.clone()/></label>
                <label class="field"><span>"To"</span><input type="date" name="to" value=to.unwrap_or_default() min=period.data_from max=period.data_to/></label>
                <label class="field">
                    <span>"Source"</span>
                    <select name="source">
                        <option value="">"All sources"</option>
                        {sources.into_iter().map(|name| { let chosen = Some(&name) == source.as_ref(); view! { <option value=name.clone() selected=chosen>{name.clone()}</option> } }).collect_view()}
                    </select>
                </label>
                <label class="field">
                    <span>"Show"</span>
                    <select name="by">{Level::ALL.into_iter().map(|one| view! { <option value=one.key() selected=one == by>{one.label()}</option> }).collect_view()}</select>
                </label>
                <label class="field">
                    <span>"Direction"</span>
                    <select name="direction">{Towards::ALL.into_iter().map(|one| view! { <option value=one.key() selected=one == direction>{one.label()}</option> }).collect_view()}</select>
                </label>
                <label class="field field-anchor">
                    <span>"Look from"</span>
                    <input name="anchor" list="anchors" value=anchor.unwrap_or_default() placeholder=if direction == Towards::Backward { "The end of each journey" } else { "The start of each journey" }/>
                    <datalist id="anchors">{anchors.into_iter().map(|one| view! { <option value=one.label></option> }).collect_view()}</datalist>
                </label>
                <label class="field">
                    <span>"Occurrence"</span>
                    <select name="occurrence">
                        <option value="">{if direction == Towards::Backward { "Last" } else { "First" }}</option>
                        <option value="first" selected=occurrence == Some(Occurrence::First)>"First"</option>
                        <option value="last" selected=occurrence == Some(Occurrence::Last)>"Last"</option>
                    </select>
                </label>
                <label class="field field-short"><span>"Steps"</span><input type="number" name="steps" min="2" max="30" value=steps.to_string()/></label>
                <label class="field field-short"><span>"Nodes a step"</span><input type="number" name="top" min="1" max="60" value=top.to_string()/></label>
                <label class="field">
                    <span>"Repeats"</span>
                    <select name="repeats">
                        <option value="" selected=!keep_repeats>"Fold"</option>
                        <option value="keep" selected=keep_repeats>"Keep"</option>
                    </select>
                </label>
                {table.then(|| view! { <input type="hidden" name="view" value="table"/> })}
                <button class="button" type="submit">"Show"</button>
            </fieldset>
        </Form>
    }
}
