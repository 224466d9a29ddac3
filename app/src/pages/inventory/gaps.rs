//! What is missing in the inventory, as work lists with counts that open; and what waits for this person.

use contract::inventory::{CommentRow, Coverage, GapItem, GapList, GapsView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::tabs::{InventoryTabs, Page};
use super::touchpoint::Proposal;
use crate::api::inventory::{Decide, Withdraw, gaps};
use crate::components::export::{Export, TABLES, WORKBOOK};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::owner::Owner;
use crate::components::post::{Refusal, Submission, Toast};
use contract::format::{count, counted, instant, percent};

/// Items of a list before one opens it whole.
const FIRST: usize = 6;

/// The page of gaps.
#[component]
pub fn GapsPage() -> impl IntoView {
    let decide = Submission::to::<Decide>();
    let withdraw = Submission::to::<Withdraw>();
    view! {
        <Title text="Gaps"/>
        <header class="page-head"><h1>"Gaps"</h1><p class="page-sub">"What the inventory does not say yet"</p><div class="page-actions"><Export of="gaps" search="" kinds=vec![WORKBOOK, TABLES]/></div></header>
        <Toast of=decide text="Decided."/>
        <Refusal of=decide/>
        <Refusal of=withdraw/>
        {loaded(move || (decide.done(), withdraw.done()), |_| gaps(), move |view| view! { <Inside view decide withdraw/> }.into_any())}
    }
}

#[component]
fn Inside(view: GapsView, decide: Submission, withdraw: Submission) -> impl IntoView {
    let GapsView { lists, coverage, proposals, mentions } = view;
    let all: u64 = lists.iter().map(|list| list.items.len() as u64).sum();
    let query = use_query_map();
    let opened = query.with_untracked(|query| query.get("list"));
    let waiting = proposals.len();
    let (lists, empty): (Vec<GapList>, Vec<GapList>) =
        lists.into_iter().partition(|list| !list.items.is_empty());
    let fine = empty.iter().map(|list| list.title.clone()).collect::<Vec<_>>().join("; ");
    view! {
        <InventoryTabs page=Page::Gaps gaps=Some(all)/>
        <Covered coverage/>
        {(waiting > 0).then(|| view! {
            <section class="section" id="proposals">
                <h2>{counted(waiting as u64, "proposal concerns you", "proposals concern you")}</h2>
                <ul class="proposals">{proposals.into_iter().map(|one| view! { <Proposal one decide withdraw with_name=true/> }).collect_view()}</ul>
            </section>
        })}
        {(!mentions.is_empty()).then(|| view! {
            <section class="section">
                <h2>"Comments that mention you"</h2>
                <ul class="comments">
                    {mentions.into_iter().map(|CommentRow { touchpoint_id, touchpoint, author, words, at, .. }| view! {
                        <li><p class="comments-who"><strong>{author}</strong> " on " <a href=format!("/inventory/{touchpoint_id}")>{touchpoint}</a> " " <time>{instant(at)} " UTC"</time></p><p class="comments-words">{words}</p></li>
                    }).collect_view()}
                </ul>
            </section>
        })}
        {if all == 0 {
            view! { <Empty title="No gap"><p>"Everything that you answer for has an owner, a KPI, data and a look within 180 days."</p></Empty> }.into_any()
        } else {
            view! { <div class="gap-lists">{lists.into_iter().map(|list| { let whole = opened.as_deref() == Some(&list.key); view! { <List list whole/> } }).collect_view()}</div>
                {(!fine.is_empty()).then(|| view! { <p class="help gap-fine">"Nothing on the lists: " {fine} "."</p> })}
            }.into_any()
        }}
    }
}

#[component]
fn Covered(coverage: Coverage) -> impl IntoView {
    let Coverage { touchpoints, owned, measured, logged, covered, events } = coverage;
    let share = |part: u32| percent(f64::from(part) / f64::from(touchpoints.max(1)));
    let figure = move |label: &'static str, part: u32| {
        view! { <div><dt>{label}</dt><dd>{share(part)} <small>{format!("{} of {}", count(u64::from(part)), counted(u64::from(touchpoints), "touchpoint", "touchpoints"))}</small></dd></div> }
    };
    view! {
        <dl class="facts facts-row">
            {figure("Owner, KPI and data", covered)}
            {figure("Have an owner", owned)}
            {figure("Have a KPI", measured)}
            {figure("Have data", logged)}
            {events.map(|(all, of)| view! { <div><dt>"Events at covered touchpoints"</dt><dd>{percent(of as f64 / all.max(1) as f64)} <small>{format!("{} of {}", count(of), count(all))}</small></dd></div> })}
        </dl>
    }
}

#[component]
fn List(list: GapList, whole: bool) -> impl IntoView {
    let GapList { key, title, help, items } = list;
    let all = items.len();
    let shown = if whole { all } else { FIRST };
    view! {
        <section class="section gap-list" id=key.clone()>
            <h2>{title} " " <span class="tabs-count">{count(all as u64)}</span></h2>
            <p class="help">{help}</p>
            <ul>
                {items.into_iter().take(shown).map(|GapItem { label, path, owner, colour, note, events }| view! {
                    <li><a href=path>{label}</a> {owner.map(|name| view! { <Owner name=Some(name) colour/> })} <span class="gap-note">{note} {events.map(|events| format!(", {}", counted(events, "event", "events")))}</span></li>
                }).collect_view()}
            </ul>
            {(all > shown).then(|| view! { <p><a href=format!("/inventory/gaps?list={key}#{key}") rel="external">{format!("All {}", count(all as u64))}</a></p> })}
        </section>
    }
}
