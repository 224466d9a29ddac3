//! Two sets of journeys against each other: the difference as a flow, its significant links as a table, and both flows
//! side by side.

use contract::journeys::{CompareView, ComparedLink, ComparedNode, ExploreQuery, SideView, Unit};
use leptos::prelude::*;

use crate::charts::difference::DifferenceFlow;
use crate::charts::sankey::Sankey;
use crate::components::help::Help;
use crate::components::tabs::{Tab, Tabs};
use contract::format::{count, counted, percent};

/// Rows of the table.
const MOST: usize = 60;

/// The comparison.
#[component]
pub fn Compare(compare: CompareView, query: ExploreQuery) -> impl IntoView {
    let CompareView { first, second, shared_customers, links, nodes, sides, .. } = compare.clone();
    let changed = links.iter().filter(|link| link.significant).count();
    let tabs = [("Difference", false), ("Side by side", true)].map(|(label, beside)| Tab {
        label: label.to_owned(),
        href: format!("/journeys{}", ExploreQuery { beside, ..query.unselected() }.to_search()),
        count: None,
        current: query.beside == beside,
    });
    view! {
        <div class="sides">
            <Side side=first.clone() letter="A"/>
            <Side side=second.clone() letter="B"/>
        </div>
        <Tabs label="How to compare" tabs=tabs.into()/>
        {(query.unit != Unit::Customer).then(|| view! { <p class="caption">"Differences are tested where a journey is all of a customer's: several journeys of one customer are no independent trials."</p> })}
        {(shared_customers > 0).then(|| view! { <p class="caption">{format!("{} are in both, so that some of the difference may be theirs changing: the test takes the two for independent.", counted(shared_customers, "customer", "customers"))}</p> })}
        {match sides {
            Some(both) => {
                let (one, other) = *both;
                view! {
                    <div class="beside">
                        <section><h2>"A · " {first.name.clone()}</h2><Sankey view=one prefix="a"/></section>
                        <section><h2>"B · " {second.name.clone()}</h2><Sankey view=other prefix="b"/></section>
                    </div>
                }.into_any()
            }
            None => view! { <DifferenceFlow compare=compare query=query.clone()/> }.into_any(),
        }}
        <h2>{match changed { 0 => "No link differs by more than chance".to_owned(), 1 => "One link differs by more than chance".to_owned(), many => format!("{many} links differ by more than chance") }} " " <Help id="help-significant" term="More than chance">"Each link's share of A is tested against its share of B (two proportions, two-sided; exactly by Fisher where counts are small). The q-value allows for testing all links at once (Benjamini and Hochberg); below 0.01 a difference is called significant. It says that the two differ, not why."</Help></h2>
        {(changed > 0).then(|| view! { <Changes links nodes query first second/> })}
    }
}

#[component]
fn Side(side: SideView, letter: &'static str) -> impl IntoView {
    view! {
        <p class="side"><strong>{letter}</strong> " " {side.name} " · " {counted(side.journeys, "journey", "journeys")}</p>
    }
}

/// The significant links, the largest changes first.
#[component]
fn Changes(
    links: Vec<ComparedLink>,
    nodes: Vec<ComparedNode>,
    query: ExploreQuery,
    first: SideView,
    second: SideView,
) -> impl IntoView {
    let mut rows: Vec<ComparedLink> = links.into_iter().filter(|link| link.significant).collect();
    let change = |link: &ComparedLink| (link.second_share - link.first_share).abs();
    rows.sort_by(|a, b| change(b).total_cmp(&change(a)));
    let all = rows.len();
    rows.truncate(MOST);
    let node = move |id: &str| nodes.iter().find(|node| node.id == id).cloned();
    let opened = move |side: &str, link: &ComparedLink| {
        let asked = ExploreQuery {
            select: Some(format!("{side}/{}", link.source)),
            select_to: Some(link.target.clone()),
            page: 1,
            ..query.clone()
        };
        format!("/journeys{}", asked.to_search())
    };
    view! {
        {(all > MOST).then(|| view! { <p class="help">{format!("The {MOST} largest of {all} changes.")}</p> })}
        <div class="table-box" tabindex="0" role="region" aria-label="Significant changes">
            <table class="table">
                <thead><tr><th class="number">"Step"</th><th>"From"</th><th>"To"</th><th class="number" title=first.name>"Journeys A"</th><th class="number" title=second.name>"Journeys B"</th><th class="number">"Share of A"</th><th class="number">"Share of B"</th><th class="number">"Change, points"</th><th class="number">"q-value"</th></tr></thead>
                <tbody>
                    {rows.into_iter().filter_map(|link| {
                        let (from, to) = (node(&link.source)?, node(&link.target)?);
                        Some(view! {
                            <tr>
                                <td class="number">{from.step}</td>
                                <td>{from.label}</td>
                                <td>{to.label}</td>
                                <td class="number"><a href=opened("first", &link)>{count(link.first)}</a></td>
                                <td class="number"><a href=opened("second", &link)>{count(link.second)}</a></td>
                                <td class="number">{percent(link.first_share)}</td>
                                <td class="number">{percent(link.second_share)}</td>
                                <td class="number">{points(link.second_share - link.first_share)}</td>
                                <td class="number">{if link.q < 0.0001 { "<0.0001".to_owned() } else { format!("{:.4}", link.q) }}</td>
                            </tr>
                        })
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// `+3.2`, `−0.4`.
pub fn points(change: f64) -> String {
    let value = change * 100.0;
    if value < 0.0 { format!("\u{2212}{:.1}", -value) } else { format!("+{value:.1}") }
}
