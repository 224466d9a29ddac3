//! Several ids of one customer: which were joined, by what, and taking it back.

use contract::ingest::{LinkRow, Links};
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{Page, SourcesTabs};
use crate::api::machines::{UndoLinks, links};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};
use crate::components::upload::Upload;
use contract::format::{count, counted, instant};

/// The page of joined ids.
#[component]
pub fn LinksPage() -> impl IntoView {
    let undo = Submission::to::<UndoLinks>();
    view! {
        <Title text="Joined ids"/>
        <header class="page-head"><h1>"Joined ids"</h1></header>
        <SourcesTabs page=Page::Links/>
        <Refusal of=undo/>
        <Toast of=undo text="Done. All figures follow."/>
        {loaded(move || undo.done(), |_| links(), move |found| view! { <Inside found undo/> }.into_any())}
    }
}

/// More ids than a person has.
const MANY_IDS: u64 = 100;

#[component]
fn Inside(found: Links, undo: Submission) -> impl IntoView {
    let Links { sets, ids, customers, joined_with_events, most_ids, may_link } = found;
    // Pairs that came by HTTP just now are in no set yet, and count.
    let none = sets.is_empty() && ids == 0;
    let remedy = if may_link {
        "Undo the set that brought it, and take the id out."
    } else {
        "Tell a CX manager, who can undo the set that brought it."
    };
    view! {
        <p class="lead">"A customer may be a cookie on the web, a number on the phone and an account in billing. A link file says which ids are the same person, or a column \u{201c}also known as\u{201d} of a log does; their journeys become one."</p>
        {(!none).then(|| view! {
            <dl class="stats">
                <div class="stat"><dt>"Ids joined"</dt><dd>{count(ids)}</dd></div>
                <span class="stats-sign" aria-hidden="true">"\u{2192}"</span>
                <div class="stat"><dt>"Customers that they make"</dt><dd>{count(customers)}</dd></div>
                <div class="stat"><dt>"Fewer customers with events"</dt><dd>{count(joined_with_events)}</dd></div>
                <div class="stat"><dt>"Ids of the customer who has most"</dt><dd>{count(most_ids)}</dd></div>
            </dl>
        })}
        {(most_ids > MANY_IDS).then(|| view! {
            <p class="notice notice-problem">{format!("One customer has {} ids. That is more than a person has: an id that stands for \u{201c}unknown\u{201d} may have joined people who are not one. {remedy}", count(most_ids))}</p>
        })}
        {may_link.then(|| view! {
            <Upload
                action="/links/import"
                title="Join ids by a file"
                help="Two columns of ids as the logs write them, after a line that names the columns: CSV, JSON Lines, Parquet or a workbook. It can be undone."
                accept=".csv,.tsv,.txt,.jsonl,.parquet,.xlsx,.gz,.zip,.zst,text/csv"
                button="Join"
            />
        })}
        {if none {
            view! { <Empty title="No ids are joined"><p>"Every id is a customer of its own until a link file says otherwise."</p></Empty> }.into_any()
        } else {
            view! {
                <div class="table-box" tabindex="0" role="region" aria-label="Link files">
                    <table class="table">
                        <thead><tr><th>"From"</th><th>"State"</th><th class="number">"Rows"</th><th class="number">"Pairs"</th><th class="number">"Ids joined by it"</th><th>"By"</th><th class="number">"Added (UTC)"</th><th><span class="visually-hidden">"Actions"</span></th></tr></thead>
                        <tbody>{sets.into_iter().map(|set| view! { <Set set undo may_link/> }).collect_view()}</tbody>
                    </table>
                </div>
            }.into_any()
        }}
    }
}

#[component]
fn Set(set: LinkRow, undo: Submission, may_link: bool) -> impl IntoView {
    let LinkRow { id, name, source, received, pairs, joined, author, created, undone } = set;
    let name = source.map_or(name, |source| format!("Events of {source}"));
    let word = if undone { "Join again" } else { "Undo" };
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td>{if undone { view! { <span class="badge">"undone"</span> } } else { view! { <span class="badge badge-good">"joined"</span> } }}</td>
            <td class="number">{count(received)}</td>
            <td class="number" title=counted(pairs, "pair of different ids", "pairs of different ids")>{count(pairs)}</td>
            <td class="number">{(!undone).then(|| count(joined))}</td>
            <td>{author}</td>
            <td class="number">{instant(created)}</td>
            <td class="row-actions">
                {may_link.then(|| view! {
                    <Post to=undo>
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="undone" value=(!undone).to_string()/>
                        <button class="button button-quiet" type="submit" aria-label=format!("{word} {name}")>{word}</button>
                    </Post>
                })}
            </td>
        </tr>
    }
}
