//! The controls of the journeys page: one form whose fields are the URL. It works without JavaScript; with
//! it, a change asks at once. What the shown form has no field for travels along unseen.

use contract::journeys::{
    ALL_JOURNEYS, ExploreQuery, Form as Shape, JourneysView, Level, Occurrence, Period, Towards, Unit,
};
use leptos::prelude::*;
use leptos_router::components::Form;

use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions, submit_around};
use crate::components::help::Help;
use contract::format::counted;

/// Windows that a funnel offers.
const WINDOWS: [(&str, &str); 7] = [
    ("", "Any time"),
    ("1h", "1 hour"),
    ("24h", "24 hours"),
    ("3d", "3 days"),
    ("7d", "7 days"),
    ("30d", "30 days"),
    ("90d", "90 days"),
];

/// Names of the fields that a form shows, beside period, source, level and unit.
fn fields(form: Shape) -> &'static [&'static str] {
    match form {
        Shape::Flow | Shape::Table => {
            &["direction", "anchor", "occurrence", "steps", "top", "repeats", "cases"]
        }
        Shape::Transitions => &["repeats"],
        Shape::Variants => &["repeats", "loops"],
        Shape::Funnel => &["funnel", "within"],
        Shape::Between => &["anchor", "until"],
        Shape::Map => &["repeats", "share"],
        Shape::Compare => &[
            "direction",
            "anchor",
            "occurrence",
            "steps",
            "top",
            "repeats",
            "against_from",
            "against_to",
            "against_segment",
        ],
    }
}

const ALWAYS: [&str; 7] = ["from", "to", "source", "segment", "by", "unit", "gap"];

/// What the form has no field for, to be sent along.
fn unseen(query: &ExploreQuery) -> Vec<(&'static str, String)> {
    let seen = fields(query.form);
    let pairs = query.redrawn().pairs().into_iter();
    pairs.filter(|(name, _)| !seen.contains(name) && !ALWAYS.contains(name)).collect()
}

/// Period, source and how to look.
#[component]
pub fn Controls(view: JourneysView) -> impl IntoView {
    let JourneysView { query, period, anchors, sources, segments, departments, has_cases, .. } = view;
    let unseen = unseen(&query);
    let ExploreQuery { by, from, to, source, segment, unit, gap, form, .. } = query.clone();
    let build = format!("/segments/edit{}", query.redrawn().to_search());
    let (of_period, of_segments) = (period.clone(), segments.clone());
    let anchors = anchors
        .into_iter()
        .map(|one| {
            let colour = one.department.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
            Suggestion::of(one.label, counted(one.events, "event", "events"), colour)
        })
        .collect();
    let nodes = Suggestions::new("nodes", anchors);
    // The form asks by itself once this runs in the browser.
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    view! {
        <Form method="GET" action="/journeys" attr:class="controls" on:change=move |event| submit_around(&event)>
            <fieldset class="controls-row">
                <legend class="visually-hidden">"What is counted"</legend>
                {unseen.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <label class="field"><span>"From"</span><input type="date" name="from" value=from.unwrap_or_else(|| period.data_from.clone()) min=period.data_from.clone() max=period.data_to.clone()/></label>
                <label class="field"><span>"To"</span><input type="date" name="to" value=to.unwrap_or_else(|| period.data_to.clone()) min=period.data_from max=period.data_to/></label>
                <label class="field">
                    <span>"Source"</span>
                    <select name="source">
                        <option value="">"All sources"</option>
                        {sources.into_iter().map(|name| { let chosen = Some(&name) == source.as_ref(); view! { <option value=name.clone() selected=chosen>{name.clone()}</option> } }).collect_view()}
                    </select>
                </label>
                <div class="field field-segment">
                    <span><label for="segment">"Segment"</label> <a href=build>"Build"</a></span>
                    <select id="segment" name="segment">
                        <option value="">"All customers"</option>
                        {segments.into_iter().map(|name| { let chosen = Some(&name) == segment.as_ref(); view! { <option value=name.clone() selected=chosen>{name.clone()}</option> } }).collect_view()}
                    </select>
                </div>
                <label class="field">
                    <span>"Show"</span>
                    <select name="by">{Level::ALL.into_iter().map(|one| view! { <option value=one.key() selected=one == by>{one.label()}</option> }).collect_view()}</select>
                </label>
                <div class="field field-unit">
                    <span><label for="unit">"Journey"</label> <Help id="help-unit" term="Journey">"The events that belong together: all of a customer's, those of one case, or those of one visit, which ends when the customer does nothing for a while. Every figure counts journeys."</Help></span>
                    <select id="unit" name="unit">{Unit::ALL.into_iter().map(|one| view! { <option value=one.key() selected=one == unit>{one.label()}</option> }).collect_view()}</select>
                </div>
                {(unit == Unit::Visit).then(|| view! {
                    <label class="field field-short"><span>"Pause, min"</span><input type="number" name="gap" min="1" max="525600" value=gap.to_string()/></label>
                })}
                {match form {
                    Shape::Flow | Shape::Table => view! { <OfFlow query=query.clone() nodes/> <Cases query has_cases/> }.into_any(),
                    Shape::Transitions => view! { <Repeats query/> }.into_any(),
                    Shape::Variants => view! { <Repeats query=query.clone()/> <Loops query/> }.into_any(),
                    Shape::Funnel => view! { <OfFunnel query nodes/> }.into_any(),
                    Shape::Between => view! { <OfBetween query nodes/> }.into_any(),
                    Shape::Map => view! { <Repeats query=query.clone()/> <OfMap query/> }.into_any(),
                    Shape::Compare => view! { <OfFlow query=query.clone() nodes/> <OfCompare query period=of_period segments=of_segments/> }.into_any(),
                }}
                <Datalist list=nodes/>
                <button class="button" class:visually-hidden=move || live.get() type="submit">"Show"</button>
            </fieldset>
        </Form>
    }
}

#[component]
fn OfFlow(query: ExploreQuery, nodes: Suggestions) -> impl IntoView {
    let ExploreQuery { direction, anchor, occurrence, steps, top, .. } = query.clone();
    let anchored = anchor.is_some();
    let backward = direction == Towards::Backward;
    view! {
        <label class="field">
            <span>"Direction"</span>
            <select name="direction">{Towards::ALL.into_iter().map(|one| view! { <option value=one.key() selected=one == direction>{one.label()}</option> }).collect_view()}</select>
        </label>
        <div class="field field-anchor">
            <span><label for="anchor">"Look from"</label> <Help id="help-anchor" term="Look from">"The node that the drawing starts from. Only journeys that contain it count: forward from its first occurrence, backward from its last, unless you choose otherwise."</Help></span>
            <Combobox list=nodes name="anchor" id="anchor" value=anchor.unwrap_or_default() placeholder=if backward { "The end of each journey" } else { "The start of each journey" }/>
        </div>
        {anchored.then(|| view! {
            <label class="field">
                <span>"Occurrence"</span>
                <select name="occurrence">
                    <option value="">{if backward { "Last" } else { "First" }}</option>
                    <option value="first" selected=occurrence == Some(Occurrence::First)>"First"</option>
                    <option value="last" selected=occurrence == Some(Occurrence::Last)>"Last"</option>
                </select>
            </label>
        })}
        <label class="field field-short"><span>"Steps"</span><input type="number" name="steps" min="2" max="30" value=steps.to_string()/></label>
        <div class="field field-short">
            <span><label for="top">"Nodes"</label> <Help id="help-top" term="Nodes a step">"Each step keeps its largest nodes; the rest are together in Other, which opens in place."</Help></span>
            <input id="top" type="number" name="top" min="1" max="60" value=top.to_string()/>
        </div>
        <Repeats query/>
    }
}

#[component]
fn Repeats(query: ExploreQuery) -> impl IntoView {
    let keep = query.keep_repeats;
    view! {
        <div class="field field-fold">
            <span><label for="repeats">"Repeats"</label> <Help id="help-repeats" term="Repeats">"Folded, a node that follows itself at once counts as one stop; how often it was repeated stays visible in its panel. Kept, every event is a stop of its own."</Help></span>
            <select id="repeats" name="repeats">
                <option value="" selected=!keep>"Fold"</option>
                <option value="keep" selected=keep>"Keep"</option>
            </select>
        </div>
    }
}

/// Nothing where no log says what opens a case.
#[component]
fn Cases(query: ExploreQuery, has_cases: bool) -> impl IntoView {
    let open = query.open_cases;
    has_cases.then(|| view! {
        <div class="field field-fold">
            <span><label for="cases">"Open cases"</label> <Help id="help-cases" term="Open cases">"Shown, each flow has a part of its own for the journeys whose customer had a case open when they came to the node that it leaves. Which events open and close a case is said of each log, under Sources."</Help></span>
            <select id="cases" name="cases">
                <option value="" selected=!open>"Leave out"</option>
                <option value="open" selected=open>"Show"</option>
            </select>
        </div>
    })
}

#[component]
fn Loops(query: ExploreQuery) -> impl IntoView {
    let fold = query.fold_loops;
    view! {
        <div class="field field-fold">
            <span><label for="loops">"Loops"</label> <Help id="help-loops" term="Loops">"Folded, a row of up to eight nodes that is repeated at once counts once: A, B, A, B, C is then the variant A, B, C."</Help></span>
            <select id="loops" name="loops">
                <option value="" selected=!fold>"Keep"</option>
                <option value="fold" selected=fold>"Fold"</option>
            </select>
        </div>
    }
}

#[component]
fn OfFunnel(query: ExploreQuery, nodes: Suggestions) -> impl IntoView {
    let ExploreQuery { funnel, within, .. } = query;
    let within = within.unwrap_or_default();
    let known = WINDOWS.iter().any(|(key, _)| *key == within);
    let steps = funnel.into_iter().map(Some).chain([None]).take(12);
    view! {
        <div class="field">
            <span><label for="within">"Within"</label> <Help id="help-within" term="Within">"From the first step to the last. A journey counts at the furthest step that it reaches from any start that works; other events may lie between."</Help></span>
            <select id="within" name="within">
                {WINDOWS.into_iter().map(|(key, label)| view! { <option value=key selected=key == within>{label}</option> }).collect_view()}
                {(!known).then(|| view! { <option value=within.clone() selected=true>{within.clone()}</option> })}
            </select>
        </div>
        <div class="controls-break"></div>
        {steps.enumerate().map(|(at, step)| view! {
            <div class="field field-anchor">
                <span><label for=format!("funnel-{at}")>{format!("Step {}", at + 1)}</label></span>
                <Combobox list=nodes name="funnel" id=format!("funnel-{at}") value=step.unwrap_or_default() placeholder=if at == 0 { "Where it begins" } else { "And then\u{2026}" }/>
            </div>
        }).collect_view()}
    }
}

#[component]
fn OfBetween(query: ExploreQuery, nodes: Suggestions) -> impl IntoView {
    let ExploreQuery { anchor, until, .. } = query;
    view! {
        <div class="field field-anchor">
            <span><label for="anchor">"From the first"</label></span>
            <Combobox list=nodes name="anchor" id="anchor" value=anchor.unwrap_or_default() placeholder="Where the time begins"/>
        </div>
        <div class="field field-anchor">
            <span><label for="until">"To the first after it"</label></span>
            <Combobox list=nodes name="until" id="until" value=until.unwrap_or_default() placeholder="Where it ends"/>
        </div>
    }
}

#[component]
fn OfMap(query: ExploreQuery) -> impl IntoView {
    let share = query.share;
    let shown = RwSignal::new(share.to_string());
    view! {
        <div class="field field-slider">
            <span><label for="share">"Transitions shown: " {move || shown.get()} " %"</label> <Help id="help-share" term="Transitions shown">"The most frequent arrows are drawn until they are this share of all transitions between different nodes. Less is plainer; the line below says what is left out."</Help></span>
            <input id="share" type="range" name="share" min="5" max="100" step="5" value=share.to_string() on:input=move |event| shown.set(event_target_value(&event))/>
        </div>
    }
}

#[component]
fn OfCompare(query: ExploreQuery, period: Period, segments: Vec<String>) -> impl IntoView {
    let ExploreQuery { against_from, against_to, against_segment, .. } = query;
    let against = against_segment.unwrap_or_default();
    view! {
        <div class="controls-break"></div>
        <fieldset class="controls-against">
            <legend>"B, to compare with"</legend>
            <label class="field"><span>"B from"</span><input type="date" name="against_from" value=against_from min=period.data_from.clone() max=period.data_to.clone()/></label>
            <label class="field"><span>"B to"</span><input type="date" name="against_to" value=against_to min=period.data_from max=period.data_to/></label>
            <label class="field">
                <span>"B segment"</span>
                <select name="against_segment">
                    <option value="">"Same as A"</option>
                    <option value=ALL_JOURNEYS selected=against == ALL_JOURNEYS>"All customers"</option>
                    {segments.into_iter().map(|name| { let chosen = name == against; view! { <option value=name.clone() selected=chosen>{name.clone()}</option> } }).collect_view()}
                </select>
            </label>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use contract::journeys::{ExploreQuery, Form};

    use super::unseen;

    #[test]
    fn nothing_is_lost_between_forms() {
        let query = ExploreQuery {
            form: Form::Variants,
            anchor: Some("Call".into()),
            funnel: vec!["A".into(), "B".into()],
            keep_repeats: true,
            select: Some("variant/1".into()),
            ..ExploreQuery::default()
        };
        let names: Vec<&str> = unseen(&query).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["anchor", "funnel", "funnel", "view"]);
    }
}
