//! The transition map: nodes and arrows, as many as the chosen share of all transitions asks for.

use contract::journeys::{Department, ExploreQuery, MapArrow, MapNode, MapView};
use leptos::prelude::*;

use crate::components::owner::swatch;
use contract::format::{count, counted, duration, percent};

const WIDE: f32 = 150.0;
const HIGH: f32 = 34.0;

/// The drawing with what share it shows.
#[component]
pub fn TransitionMap(map: MapView, query: ExploreQuery, departments: Vec<Department>) -> impl IntoView {
    let MapView { nodes, arrows, width, height, shown, all, shown_pairs, all_pairs } = map;
    let most = arrows.iter().map(|arrow| arrow.count).max().unwrap_or(1).max(1) as f32;
    let labels: Vec<String> = nodes.iter().map(|node| node.label.clone()).collect();
    let arrow_view = {
        let (labels, query) = (labels, query.clone());
        move |arrow: MapArrow| {
            let MapArrow { from, to, count: times, share, median_seconds, path, back, figure, x, y } = arrow;
            let (from, to) = (labels[from as usize].clone(), labels[to as usize].clone());
            let search = ExploreQuery {
                select: Some(format!("from/{from}")),
                select_to: Some(to.clone()),
                page: 1,
                ..query.clone()
            };
            let time =
                median_seconds.map(|seconds| format!(", median {}", duration(seconds))).unwrap_or_default();
            let text = format!(
                "{from} to {to}: {}, {} of what leaves it{time}",
                counted(times, "time", "times"),
                percent(share)
            );
            let thickness = 1.0 + 7.0 * (times as f32 / most).sqrt();
            view! {
                <a class="arrow" class:arrow-back=back href=format!("/journeys{}", search.to_search()) aria-label=text.clone()>
                    <title>{text.clone()}</title>
                    <path class="arrow-hit" d=path.clone()></path>
                    <path class="arrow-line" d=path stroke-width=format!("{thickness:.1}") marker-end="url(#arrow-end)"></path>
                    {figure.then(|| view! { <text class="arrow-figure" x=format!("{x:.1}") y=format!("{:.1}", y - 4.0)>{count(times)}</text> })}
                </a>
            }
        }
    };
    let node_view = {
        let query = query.clone();
        move |node: MapNode| {
            let MapNode { label, department, stops, starts, ends, x, y, short } = node;
            let colour = department.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
            let search = ExploreQuery {
                anchor: Some(label.clone()),
                form: contract::journeys::Form::Flow,
                ..query.redrawn()
            };
            let text = format!(
                "{label}: {}, {} start here, {} end here",
                counted(stops, "stop", "stops"),
                count(starts),
                count(ends)
            );
            view! {
                <a class=format!("map-node {}", swatch(colour)) href=format!("/journeys{}", search.to_search()) aria-label=format!("{short} {}. {text}", count(stops))>
                    <title>{text.clone()}</title>
                    <rect class="map-box" x=(x - WIDE / 2.0).to_string() y=(y - HIGH / 2.0).to_string() width=WIDE.to_string() height=HIGH.to_string() rx="4"></rect>
                    <rect class="map-side" x=(x - WIDE / 2.0).to_string() y=(y - HIGH / 2.0).to_string() width="5" height=HIGH.to_string() rx="2"></rect>
                    <text class="map-label" x=(x - WIDE / 2.0 + 12.0).to_string() y=(y - 2.0).to_string()>
                        {short.clone()} " " <tspan class="map-count" x=(x - WIDE / 2.0 + 12.0).to_string() dy="14">{count(stops)}</tspan>
                    </text>
                </a>
            }
        }
    };
    let part = shown as f64 / all.max(1) as f64;
    view! {
        <p class="caption" role="status">{format!("{} of {} transitions between different nodes are shown: {} of {} pairs.", percent(part), count(all), count(u64::from(shown_pairs)), count(u64::from(all_pairs)))}</p>
        <figure class="map">
            <div class="map-window" tabindex="0" role="region" aria-label="Transition map">
                <svg viewBox=format!("0 0 {width} {height}") width=width.to_string() height=height.to_string() role="group" aria-label="Nodes and the transitions between them">
                    <defs>
                        <marker id="arrow-end" viewBox="0 0 8 8" refX="3" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L8 4L0 8Z" class="arrow-head"></path></marker>
                    </defs>
                    <g>{arrows.into_iter().map(arrow_view).collect_view()}</g>
                    <g>{nodes.into_iter().map(node_view).collect_view()}</g>
                </svg>
            </div>
            <figcaption class="help">"Arrows are as thick as they are frequent; dashed ones run back. A node opens the flow from it, an arrow the journeys behind it."</figcaption>
        </figure>
    }
}
