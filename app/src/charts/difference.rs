//! The difference of two flows: as wide as the mean of both shares, coloured where the share changed by more than
//! chance, the more so the more it changed.

use contract::journeys::{CompareView, ComparedLink, Drawing, ExploreQuery, NodeKind};
use leptos::prelude::*;

use crate::pages::journeys::compare::points;
use contract::format::{count, percent};

/// Room for the heads of the columns.
const HEAD: f32 = 30.0;
/// Change of share at which the colour is full.
const FULL: f64 = 0.05;

/// The drawing, side by side for wide screens and downward for narrow ones.
#[component]
pub fn DifferenceFlow(compare: CompareView, query: ExploreQuery) -> impl IntoView {
    let (wide, tall) = (compare.wide.clone(), compare.tall.clone());
    view! {
        <figure class="sankey difference">
            <ul class="legend" aria-label="Colours">
                <li><span class="legend-more" aria-hidden="true"></span>"+ larger share in B"</li>
                <li><span class="legend-less" aria-hidden="true"></span>"\u{2212} smaller share in B"</li>
                <li><span class="legend-same" aria-hidden="true"></span>"no more than chance"</li>
            </ul>
            <div class="sankey-wide" tabindex="-1"><Drawn compare=compare.clone() query=query.clone() drawing=wide downward=Downward(false)/></div>
            <div class="sankey-tall" tabindex="-1"><Drawn compare query drawing=tall downward=Downward(true)/></div>
        </figure>
    }
}

/// Whether the flow runs from top to bottom.
#[derive(Clone, Copy)]
struct Downward(bool);

#[component]
fn Drawn(compare: CompareView, query: ExploreQuery, drawing: Drawing, downward: Downward) -> impl IntoView {
    let CompareView { nodes, links, columns, .. } = compare;
    let place = |id: &str| nodes.iter().position(|node| node.id == id).unwrap_or(0);
    let (width, height) = (drawing.width, drawing.height + HEAD);
    let ribbons = links.iter().enumerate().map(|(at, link)| {
        let (from, to) = (place(&link.source), place(&link.target));
        let (source, target, ribbon) = (&drawing.nodes[from], &drawing.nodes[to], &drawing.links[at]);
        let path = drawing.ribbon(source, target, ribbon, downward.0);
        let change = link.second_share - link.first_share;
        let strength =
            if link.significant { (change.abs() / FULL).clamp(0.25, 1.0) * 0.45 + 0.15 } else { 0.14 };
        let class = match (link.significant, change > 0.0) {
            (false, _) => "difference-same",
            (true, true) => "difference-more",
            (true, false) => "difference-less",
        };
        let text = words(link, &nodes[from].label, &nodes[to].label);
        let side = if change > 0.0 { "second" } else { "first" };
        let search = ExploreQuery {
            select: Some(format!("{side}/{}", link.source)),
            select_to: Some(link.target.clone()),
            page: 1,
            ..query.clone()
        };
        view! {
            <a class="difference-link" href=format!("/journeys{}", search.to_search()) tabindex=if link.significant { "0" } else { "-1" } aria-label=text.clone()>
                <title>{text.clone()}</title>
                <path class=class d=path fill-opacity=format!("{strength:.2}")></path>
            </a>
        }
    });
    let drawn_nodes = nodes.iter().zip(&drawing.nodes).map(|(node, drawn)| {
        let (x, y, w, h) = if downward.0 {
            (drawn.start, drawn.at, drawn.length, Drawing::NODE)
        } else {
            (drawn.at, drawn.start, Drawing::NODE, drawn.length)
        };
        // Colour says what changed here, so that nodes have none of their own.
        let class = match node.kind {
            NodeKind::Node => "difference-node",
            NodeKind::Other | NodeKind::Ended | NodeKind::Started => "difference-node difference-rest",
        };
        let (text_x, text_y) =
            if downward.0 { (x.min(drawing.width - 40.0), y - 4.0) } else { (x + Drawing::NODE + 5.0, y + h / 2.0 + 4.0) };
        let change = points(node.second_share - node.first_share);
        let text = format!("{} {change} points: {} of A, {} of B ({} and {})", node.label, percent(node.first_share), percent(node.second_share), count(node.first), count(node.second));
        let opens = matches!(node.kind, NodeKind::Node | NodeKind::Other);
        let side = if node.second >= node.first { "second" } else { "first" };
        let search = ExploreQuery {
            select: Some(format!("{side}/{}", node.id)),
            select_to: None,
            page: 1,
            ..query.clone()
        };
        let inside = view! {
            <title>{text}</title>
            <rect class="body" x=x.to_string() y=y.to_string() width=w.to_string() height=h.to_string() rx="2"></rect>
            {(!drawn.label.is_empty()).then(|| view! { <text class="node-label" aria-hidden="true" x=text_x.to_string() y=text_y.to_string()>{drawn.label.clone()} " " <tspan class="node-share" dx="1">{change}</tspan></text> })}
        };
        if opens {
            view! { <a class=class href=format!("/journeys{}", search.to_search())>{inside}</a> }.into_any()
        } else {
            view! { <g class=class>{inside}</g> }.into_any()
        }
    });
    let heads = columns.iter().zip(&drawing.columns).map(|(column, at)| {
        let (x, y) = if downward.0 { (0.0, at + HEAD - 10.0) } else { (*at, 14.0) };
        let anchor = if downward.0 { drawing.width } else { x };
        view! { <text class="head-step" x=if downward.0 { anchor.to_string() } else { x.to_string() } y=y.to_string() text-anchor=if downward.0 { "end" } else { "start" }>{format!("Step {}", column.step)}</text> }
    });
    view! {
        <svg class="sankey-svg" viewBox=format!("0 0 {width} {height}") width=width.to_string() height=height.to_string() role="group" aria-label="Change of each link's share from A to B">
            {heads.collect_view()}
            <g transform=format!("translate(0 {HEAD})")>
                <g>{ribbons.collect_view()}</g>
                <g>{drawn_nodes.collect_view()}</g>
            </g>
        </svg>
    }
}

fn words(link: &ComparedLink, from: &str, to: &str) -> String {
    let verdict = if link.significant { "more than chance" } else { "no more than chance" };
    format!(
        "{from} to {to}: {} of A, {} of B, {} points, {verdict}",
        percent(link.first_share),
        percent(link.second_share),
        points(link.second_share - link.first_share)
    )
}
