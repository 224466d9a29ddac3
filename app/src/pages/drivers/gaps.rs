//! What customers talk about that no log covers.

use contract::drivers::{DriversQuery, GapView, KeywordView, Open};
use leptos::prelude::*;

use super::page::Opens;
use crate::components::help::Help;
use contract::format::{count, counted, percent};

/// Source gaps, each with the way to close it.
#[component]
pub fn Gaps(gaps: Vec<GapView>, query: DriversQuery, may_open: bool, may_import: bool) -> impl IntoView {
    (!gaps.is_empty()).then(move || view! {
        <section class="section" aria-labelledby="gaps-title">
            <h2 id="gaps-title">"What no log covers " <Help id="help-gaps" term="What no log covers">"Words that customers use before or at these contacts more often than at others, and that name no touchpoint with data. A log of what they talk about may show the real cause."</Help></h2>
            <ul class="gaps">
                {gaps.into_iter().map(|GapView { after, keywords, contacts, of, touchpoints }| {
                    let (words, open) = match after {
                        Some(name) => (format!("Customers who get in touch after {name} talk about"), Open::Driver(name)),
                        None => ("Customers whose contacts nothing explains talk about".to_owned(), Open::Unexplained),
                    };
                    view! {
                        <li>
                            <p>{words} " " {keywords.into_iter().map(|word| view! { <em class="keyword">{word}</em> " " }).collect_view()}</p>
                            <p class="soft">
                                {count(contacts)} " of " <Opens text=counted(of, "contact", "contacts") open query=query.clone() may=may_open/> " hold one of these words. "
                                {if touchpoints.is_empty() { "No touchpoint of the inventory is named so.".to_owned() } else { format!("In the inventory, without data: {}.", touchpoints.join(", ")) }}
                                {may_import.then(|| view! { " " <a href="/sources">"Import a log for this"</a> })}
                            </p>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </section>
    })
}

/// Telling words of opened contacts.
#[component]
pub fn Keywords(keywords: Vec<KeywordView>) -> impl IntoView {
    (!keywords.is_empty()).then(|| view! {
        <h3>"What they say more often than others " <Help id="help-keywords" term="What they say more often than others">"Words and phrases of these contacts, against all others, each counted once a customer: log-odds with a prior, shown above 1.96 standard errors and from five customers on."</Help></h3>
        <ul class="keywords">
            {keywords.into_iter().map(|KeywordView { word, customers, others, z }| view! {
                <li title=format!("{} here, {} elsewhere, score {z:.1}", counted(customers, "customer", "customers"), others)><em class="keyword">{word}</em> <span class="soft">{format!("{} ({} of those who say it)", counted(customers, "customer", "customers"), percent(customers as f64 / (customers + others) as f64))}</span></li>
            }).collect_view()}
        </ul>
    })
}
