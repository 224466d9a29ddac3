//! The controls of the journeys page: one form whose fields are the URL. It works without JavaScript; with
//! it, a change asks at once.

use contract::journeys::{ExploreQuery, JourneysView, Level, Occurrence, Towards};
use leptos::prelude::*;
use leptos_router::components::Form;

use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions, submit_around};
use crate::components::format::counted;
use crate::components::help::Help;

/// Period, source and how to look.
#[component]
pub fn Controls(view: JourneysView) -> impl IntoView {
    let JourneysView { query, period, anchors, sources, departments, .. } = view;
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
    let anchored = anchor.is_some();
    // The form asks by itself once this runs in the browser.
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let anchors = anchors
        .into_iter()
        .map(|one| {
            let colour = one.department.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
            Suggestion::of(one.label, counted(one.events, "event", "events"), colour)
        })
        .collect();
    let anchors = Suggestions::new("anchors", anchors);
    view! {
        <Form method="GET" action="/journeys" attr:class="controls" on:change=move |event| submit_around(&event)>
            <fieldset class="controls-row">
                <legend class="visually-hidden">"What is counted"</legend>
                <label class="field"><span>"From"</span><input type="date" name="from" value=from.unwrap_or_else(|| period.data_from.clone()) min=period.data_from.clone() max=period.data_to.clone()/></label>
                <label class="field"><span>"To"</span><input type="date" name="to" value=to.unwrap_or_else(|| period.data_to.clone()) min=period.data_from max=period.data_to/></label>
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
                <div class="field field-anchor">
                    <span><label for="anchor">"Look from"</label> <Help id="help-anchor" term="Look from">"The node that the drawing starts from. Only journeys that contain it count: forward from its first occurrence, backward from its last, unless you choose otherwise."</Help></span>
                    <Combobox list=anchors name="anchor" id="anchor" value=anchor.unwrap_or_default() placeholder=if direction == Towards::Backward { "The end of each journey" } else { "The start of each journey" }/>
                    <Datalist list=anchors/>
                </div>
                {anchored.then(|| view! {
                    <label class="field">
                        <span>"Occurrence"</span>
                        <select name="occurrence">
                            <option value="">{if direction == Towards::Backward { "Last" } else { "First" }}</option>
                            <option value="first" selected=occurrence == Some(Occurrence::First)>"First"</option>
                            <option value="last" selected=occurrence == Some(Occurrence::Last)>"Last"</option>
                        </select>
                    </label>
                })}
                <label class="field field-short"><span>"Steps"</span><input type="number" name="steps" min="2" max="30" value=steps.to_string()/></label>
                <div class="field field-short">
                    <span><label for="top">"Nodes a step"</label> <Help id="help-top" term="Nodes a step">"Each step keeps its largest nodes; the rest are together in Other, which opens in place."</Help></span>
                    <input id="top" type="number" name="top" min="1" max="60" value=top.to_string()/>
                </div>
                <div class="field">
                    <span><label for="repeats">"Repeats"</label> <Help id="help-repeats" term="Repeats">"Folded, a node that follows itself at once counts as one stop; how often it was repeated stays visible in its panel. Kept, every event is a stop of its own."</Help></span>
                    <select id="repeats" name="repeats">
                        <option value="" selected=!keep_repeats>"Fold"</option>
                        <option value="keep" selected=keep_repeats>"Keep"</option>
                    </select>
                </div>
                {table.then(|| view! { <input type="hidden" name="view" value="table"/> })}
                <button class="button" class:visually-hidden=move || live.get() type="submit">"Show"</button>
            </fieldset>
        </Form>
    }
}
