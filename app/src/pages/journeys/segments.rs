//! Segments: the list of saved ones, and the builder. The builder's state is its address, so that it works without
//! JavaScript and can be sent to others.

use contract::UserError;
use contract::journeys::{Builder, ExploreQuery, Join, KINDS, SegmentRow, Segments, composed, offered};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::api::refused;
use crate::api::saved::{DeleteSegment, SaveSegment, builder, segments};
use crate::components::combobox::{Combobox, Datalist, Suggestion, Suggestions};
use crate::components::confirm::Confirm;
use crate::components::help::Help;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, counted, percent};

/// The saved segments.
#[component]
pub fn SegmentsPage() -> impl IntoView {
    let delete = Submission::to::<DeleteSegment>();
    view! {
        <Title text="Segments"/>
        <header class="page-head">
            <p class="crumb"><a href="/journeys">"Journeys"</a></p>
            <h1>"Segments"</h1>
            <div class="page-actions"><a class="button button-main" href="/segments/edit">"Build a segment"</a></div>
        </header>
        <Refusal of=delete/>
        <Toast of=delete text="The segment is removed."/>
        {loaded(move || delete.done(), |_| segments(), move |Segments { segments }| if segments.is_empty() {
            view! {
                <Empty title="No segment yet">
                    <p>"A segment is a set of journeys that you can name: those that passed one place and then another, with an attribute, or never."</p>
                    <p><a class="button button-main" href="/segments/edit">"Build a segment"</a></p>
                </Empty>
            }.into_any()
        } else {
            view! {
                <div class="table-box" tabindex="0" role="region" aria-label="Segments">
                    <table class="table">
                        <thead><tr><th>"Segment"</th><th>"Journeys that"</th><th>"Made by"</th><th><span class="visually-hidden">"Actions"</span></th></tr></thead>
                        <tbody>{segments.into_iter().map(|one| view! { <Line one delete/> }).collect_view()}</tbody>
                    </table>
                </div>
            }.into_any()
        })}
    }
}

#[component]
fn Line(one: SegmentRow, delete: Submission) -> impl IntoView {
    let SegmentRow { id, version, name, author, segment, may_change } = one;
    let seen = ExploreQuery { segment: Some(name.clone()), ..ExploreQuery::default() }.to_search();
    let words = segment.words();
    let edit = ExploreQuery { filter: segment, ..ExploreQuery::default() }.to_search();
    view! {
        <tr>
            <th><a href=format!("/journeys{seen}")>{name.clone()}</a></th>
            <td>{words}</td>
            <td>{author}</td>
            <td class="row-actions">
                {may_change.then(|| view! {
                    <a class="button button-quiet" href=format!("/segments/edit{edit}&id={id}")>"Change"</a>
                    <Confirm word="Remove" effect=format!("{name} is removed. Views that use it say so and show nothing until they are changed.")>
                        <Post to=delete>
                            <input type="hidden" name="id" value=id.clone()/>
                            <input type="hidden" name="version" value=version.to_string()/>
                            <button class="button" type="submit">"Remove the segment"</button>
                        </Post>
                    </Confirm>
                })}
            </td>
        </tr>
    }
}

/// Names of the builder's own fields.
const OWN: [&str; 9] =
    ["id", "add", "node", "attribute", "then_node", "then_attribute", "within", "times", "add_within"];

/// What the builder's address says: the question so far, a new condition included, and the segment that is changed.
fn read(pairs: &[(String, String)]) -> Result<(ExploreQuery, Option<String>), UserError> {
    let fields: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (if name == "add_within" { "within" } else { name.as_str() }, value.as_str()))
        .collect();
    let rest = pairs.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
    let mut query = ExploreQuery::from_pairs(rest.map(|(name, value)| (name.as_str(), value.as_str())))?;
    if let Some(condition) = composed(&fields)? {
        query.filter.conditions.push(condition);
    }
    let id =
        pairs.iter().find(|(name, value)| name == "id" && !value.is_empty()).map(|(_, value)| value.clone());
    Ok((query, id))
}

/// The builder.
#[component]
pub fn BuilderPage() -> impl IntoView {
    let map = use_query_map();
    let asked = Memo::new(move |_| {
        let pairs: Vec<(String, String)> =
            map.read().clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        read(&pairs)
    });
    let answer = |asked: Result<(ExploreQuery, Option<String>), UserError>| async move {
        match asked {
            Ok((query, id)) => builder(query, id).await,
            Err(error) => Err(refused(error)),
        }
    };
    view! {
        <Title text="Build a segment"/>
        <header class="page-head">
            <p class="crumb"><a href="/journeys">"Journeys"</a> " \u{203a} " <a href="/segments">"Segments"</a></p>
            <h1>"Build a segment"</h1>
        </header>
        {loaded(move || asked.get(), answer, |view| view! { <Inside view/> }.into_any())}
    }
}

#[component]
fn Inside(view: Builder) -> impl IntoView {
    let Builder { query, saved, matching, all, conditions, labels, attributes } = view;
    let save = Submission::to::<SaveSegment>();
    let id = saved.as_ref().map(|saved| saved.id.clone()).unwrap_or_default();
    let version = saved.as_ref().map(|saved| saved.version.to_string()).unwrap_or_else(|| "0".to_owned());
    let with_id = {
        let id = id.clone();
        move |query: &ExploreQuery| {
            let search = query.to_search();
            match (id.is_empty(), search.is_empty()) {
                (true, _) => format!("/segments/edit{search}"),
                (false, true) => format!("/segments/edit?id={id}"),
                (false, false) => format!("/segments/edit{search}&id={id}"),
            }
        }
    };
    let any = query.filter.join == Join::Any;
    let without = |at: usize| {
        let mut query = query.clone();
        query.filter.conditions.remove(at);
        with_id(&query)
    };
    let rows: Vec<(String, u64, String)> =
        conditions.into_iter().enumerate().map(|(at, (words, alone))| (words, alone, without(at))).collect();
    let joined = {
        let mut query = query.clone();
        query.filter.join = if any { Join::All } else { Join::Any };
        with_id(&query)
    };
    let nodes = labels.iter().flat_map(|(level, labels)| {
        labels.iter().map(|label| Suggestion {
            text: offered(*level, label),
            note: level.label().to_lowercase(),
            swatch: None,
        })
    });
    let nodes = Suggestions::new("segment-nodes", nodes.collect());
    let values = attributes.iter().flat_map(|(name, values)| {
        values.iter().map(move |value| Suggestion::plain(format!("{name} = {value}")))
    });
    let values = Suggestions::new("segment-attributes", values.collect());
    let pairs = query.pairs();
    let seen = format!("/journeys{}", query.to_search());
    let name = saved.as_ref().map(|saved| saved.name.clone()).unwrap_or_default();
    let of_form = id.clone();
    let definition = query.filter.text();
    let empty = rows.is_empty();
    let several = rows.len() > 1;
    view! {
        <div class="builder">
            <section class="section">
                <h2>{if saved.is_some() { format!("Change \u{201c}{name}\u{201d}") } else { "Journeys count that".to_owned() }}</h2>
                {if empty {
                    view! { <p class="help">"No condition yet: every journey counts. Add the first one below."</p> }.into_any()
                } else {
                    view! {
                        <ol class="conditions">
                            {rows.into_iter().enumerate().map(|(at, (words, alone, href))| view! {
                                <li>
                                    <span class="condition-join">{if at == 0 { "" } else if any { "or" } else { "and" }}</span>
                                    <span class="condition-words">{words}</span>
                                    <span class="number" title="Journeys that fulfil this condition alone">{counted(alone, "journey", "journeys")}</span>
                                    <a class="button button-quiet" href=href>"Remove"</a>
                                </li>
                            }).collect_view()}
                        </ol>
                    }.into_any()
                }}
                {several.then(|| view! { <p><a class="button button-quiet" href=joined>{if any { "Ask for all of them instead of any" } else { "Ask for any of them instead of all" }}</a></p> })}
                <p class="builder-result" role="status"><strong>{count(matching)}</strong> " of " {counted(all, "journey", "journeys")} " match (" {percent(matching as f64 / all.max(1) as f64)} ")"</p>
            </section>
            <section class="section">
                <h2>"Add a condition"</h2>
                <Form method="GET" action="/segments/edit" attr:class="form">
                    {pairs.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                    <input type="hidden" name="id" value=of_form/>
                    <AddFields nodes values/>
                    <Datalist list=nodes/>
                    <Datalist list=values/>
                    <p><button class="button button-main" type="submit">"Add"</button></p>
                </Form>
            </section>
            {(!empty).then(move || view! {
                <section class="section">
                    <h2>"Use it"</h2>
                    <Refusal of=save/>
                    <p class="actions"><a class="button" href=seen>"See these journeys without saving"</a></p>
                    <Post to=save class="inline-form">
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="version" value=version/>
                        <input type="hidden" name="definition" value=definition/>
                        <input name="name" required maxlength="120" value=name placeholder="Name of the segment" aria-label="Name of the segment"/>
                        <button class="button button-main" type="submit">"Save"</button>
                    </Post>
                </section>
            })}
        </div>
    }
}

/// The fields of a new condition; those of its second part show where its kind has one.
#[component]
fn AddFields(nodes: Suggestions, values: Suggestions) -> impl IntoView {
    let kind = RwSignal::new("passed".to_owned());
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let second = move || !live.get() || KINDS.iter().any(|(key, _, two)| *two && *key == kind.get());
    let times = move || !live.get() || kind.get() == "passed";
    view! {
        <div class="fields">
            <label class="field">
                <span>"A journey that"</span>
                <select name="add" on:change=move |event| kind.set(event_target_value(&event))>
                    {KINDS.into_iter().map(|(key, words, _)| view! { <option value=key>{words}</option> }).collect_view()}
                </select>
            </label>
            <div class="field">
                <span><label for="add-node">"Node"</label> <Help id="help-add-node" term="Node">"A touchpoint by its name; other levels with theirs before it, as in Channel: Phone."</Help></span>
                <Combobox list=nodes name="node" id="add-node" placeholder="Any"/>
            </div>
            <div class="field">
                <span><label for="add-attribute">"Attribute"</label> <Help id="help-add-attribute" term="Attribute">"The event must have this value, as in plan = gold; != is not, *= contains, >= and <= compare numbers. With a node, both must be true of the same event. What was last is the customer\u{2019}s latest value in the period."</Help></span>
                <Combobox list=values name="attribute" id="add-attribute" placeholder="Any"/>
            </div>
            <label class="field field-short" class:visually-hidden=move || !times()><span>"At least, times"</span><input type="number" name="times" min="1" max="1000" placeholder="1"/></label>
        </div>
        <div class="fields" class:visually-hidden=move || !second()>
            <span class="field field-lead">{move || match kind.get().as_str() {
                "before" => "and before it",
                "not_before" => "and not before it",
                "then" => "and then",
                "not_then" => "and then not",
                _ => "and then, or before it (or not)",
            }}</span>
            <div class="field"><span><label for="then-node">"Second node"</label></span><Combobox list=nodes name="then_node" id="then-node" placeholder="Any"/></div>
            <div class="field"><span><label for="then-attribute">"Second attribute"</label></span><Combobox list=values name="then_attribute" id="then-attribute" placeholder="Any"/></div>
            <label class="field field-short"><span>"Within (24h, 7d)"</span><input name="add_within" placeholder="Any time" pattern="[0-9]+ ?(s|m|min|h|d|w)"/></label>
        </div>
    }
}
