//! The Sankey: columns by step, colour by department, a seam where a link changes department.
//!
//! Drawn twice from the server's geometry, side by side for wide screens and downward for narrow ones; the
//! style shows one. Every node and link is a link to its panel, so it works without JavaScript. With it,
//! pointing or focusing lights the whole flow, and the arrow keys walk along it.

mod figures;
mod heads;
mod minimap;

use contract::journeys::{Drawing, ExploreQuery, Flow, JourneysView, LinkView, NodeKind, NodeView, SankeyView};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use self::figures::{figures, taking};
use self::heads::heads;
use self::minimap::Minimap;
use super::walk::{Key, Spot, step};
use crate::api::journeys::flow;
use crate::components::owner::swatch;
use contract::format::percent;

/// Room for the heads of the columns.
const HEAD: f32 = 44.0;
/// Nodes that one click on Other brings out.
const MORE: u32 = 30;
/// How long the pointer must rest before the exact flow is asked for, in milliseconds.
const REST: u64 = 60;

/// Columns that fit a wide screen; more scroll, below a small map.
const FIT: usize = 10;

/// Which way the flow runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Across,
    Down,
}

#[derive(Clone, Copy)]
struct State {
    /// What the pointer or the focus is on.
    at: RwSignal<Option<Spot>>,
    /// The exact flow through a spot, once known.
    lit: RwSignal<Option<(Spot, Flow)>>,
    view: StoredValue<JourneysView>,
    /// Sets the ids of several drawings on a page apart.
    prefix: &'static str,
    sankey: StoredValue<SankeyView>,
}

/// The drawing with its line of figures.
#[component]
pub fn Sankey(view: JourneysView, #[prop(optional)] prefix: &'static str) -> impl IntoView {
    let Some(sankey) = view.sankey.clone() else {
        return ().into_any();
    };
    let chosen = chosen(&view.query, &sankey);
    let lit = chosen.zip(view.selected.as_ref().map(|behind| behind.flow.clone()));
    let state = State {
        at: RwSignal::new(None),
        lit: RwSignal::new(lit),
        view: StoredValue::new(view.clone()),
        prefix,
        sankey: StoredValue::new(sankey),
    };
    let rest = RwSignal::new(chosen);
    let window = NodeRef::<leptos::html::Div>::new();
    let classes = state
        .sankey
        .with_value(|sankey| sankey.nodes.iter().map(|node| class(state, node)).collect::<Vec<_>>());
    Effect::new(move |_| {
        let Some(spot) = state.at.get() else { return };
        if state.lit.with_untracked(|lit| lit.as_ref().is_some_and(|(known, _)| *known == spot)) {
            return;
        }
        let query = asked(state, spot);
        set_timeout(
            move || {
                if state.at.try_get_untracked() != Some(Some(spot)) {
                    return;
                }
                leptos::task::spawn_local(async move {
                    if let Ok(found) = flow(query).await
                        && state.at.try_get_untracked() == Some(Some(spot))
                    {
                        state.lit.set(Some((spot, found)));
                    }
                });
            },
            std::time::Duration::from_millis(REST),
        );
    });
    let figures = move || {
        match state.at.get().or_else(|| rest.get()) {
        Some(spot) => {
            let text = state.sankey.with_value(|sankey| figures(sankey, spot));
            // The time that a link takes comes with its exact flow, a moment later.
            let time = state.lit.with(|lit| lit.as_ref().filter(|(at, _)| *at == spot).and_then(|(_, flow)| flow.seconds));
            match (spot, time) {
                (Spot::Link(_), Some(time)) => format!("{text}; {}", taking(time)),
                _ => text,
            }
        }
        None => "Point at a node or a link for its figures; click for the customers behind it. Arrow keys walk the flow.".to_owned(),
    }
    };
    view! {
        <figure class="sankey">
            <figcaption class="sankey-figures" aria-live="polite">{figures}</figcaption>
            {(view.wide.columns.len() > FIT || view.selected.is_some()).then(|| view! { <Minimap drawing=view.wide.clone() classes window/> })}
            <div class="sankey-wide" tabindex="-1" node_ref=window><Drawn state run=Run::Across drawing=view.wide.clone()/></div>
            <div class="sankey-tall" tabindex="-1"><Drawn state run=Run::Down drawing=view.tall.clone()/></div>
        </figure>
    }
    .into_any()
}

/// What the URL has selected.
fn chosen(query: &ExploreQuery, sankey: &SankeyView) -> Option<Spot> {
    let from = query.select.as_deref()?;
    match query.select_to.as_deref() {
        Some(to) => {
            sankey.links.iter().position(|link| link.source == from && link.target == to).map(Spot::Link)
        }
        None => sankey.nodes.iter().position(|node| node.id == from).map(Spot::Node),
    }
}

/// The question with a spot selected.
fn asked(state: State, spot: Spot) -> ExploreQuery {
    let query = state.view.with_value(|view| view.query.clone());
    state.sankey.with_value(|sankey| match spot {
        Spot::Node(at) => {
            ExploreQuery { select: Some(sankey.nodes[at].id.clone()), select_to: None, page: 1, ..query }
        }
        Spot::Link(at) => {
            let LinkView { source, target, .. } = sankey.links[at].clone();
            ExploreQuery { select: Some(source), select_to: Some(target), page: 1, ..query }
        }
    })
}

/// Where a click leads: Other opens in place, everything else opens its panel.
fn href(state: State, spot: Spot) -> String {
    let query = state.view.with_value(|view| view.query.clone());
    let other = state.sankey.with_value(|sankey| match spot {
        Spot::Node(at) if sankey.nodes[at].kind == NodeKind::Other => Some(sankey.nodes[at].step),
        _ => None,
    });
    let query = match other {
        Some(step) => {
            let top = query.opened.iter().find(|(at, _)| *at == step).map_or(query.top, |(_, top)| *top);
            let mut opened: Vec<(i32, u32)> =
                query.opened.iter().copied().filter(|(at, _)| *at != step).collect();
            opened.push((step, (top + MORE).min(500)));
            ExploreQuery { opened, ..query.unselected() }
        }
        None => asked(state, spot),
    };
    format!("/journeys{}", query.to_search())
}

/// Colour of the department that owns a node.
fn colour(state: State, node: &NodeView) -> Option<u32> {
    let department = node.department?;
    state.view.with_value(|view| view.departments.get(department as usize).map(|one| one.colour))
}

/// Name of a node's colour among the gradients.
fn paint(state: State, node: &NodeView) -> String {
    match node.kind {
        NodeKind::Ended | NodeKind::Started => "gone".to_owned(),
        _ => colour(state, node).map_or("none".to_owned(), |colour| (colour % 10).to_string()),
    }
}

/// Classes of a node, by what it stands for and by its department.
fn class(state: State, node: &NodeView) -> String {
    match node.kind {
        NodeKind::Node => format!("node {}", swatch(colour(state, node))),
        NodeKind::Other => "node node-other".to_owned(),
        NodeKind::Ended | NodeKind::Started => "node node-gone".to_owned(),
    }
}

#[component]
fn Drawn(state: State, run: Run, drawing: Drawing) -> impl IntoView {
    let sankey = state.sankey.get_value();
    let prefix = format!("{}{}", state.prefix, if run == Run::Across { "w" } else { "t" });
    let key_prefix = prefix.clone();
    let lit_prefix = prefix.clone();
    let place = |id: &str| sankey.nodes.iter().position(|node| node.id == id).unwrap_or(0);
    let ends: Vec<(usize, usize)> =
        sankey.links.iter().map(|link| (place(&link.source), place(&link.target))).collect();
    let paints: Vec<String> = sankey.nodes.iter().map(|node| paint(state, node)).collect();
    let mut pairs: Vec<(String, String)> =
        ends.iter().map(|&(from, to)| (paints[from].clone(), paints[to].clone())).collect();
    pairs.sort();
    pairs.dedup();
    let (x2, y2) = if run == Run::Across { ("1", "0") } else { ("0", "1") };
    let navigate = use_navigate();
    let go = Callback::new(move |spot: Spot| {
        navigate(&href(state, spot), leptos_router::NavigateOptions { scroll: false, ..Default::default() })
    });
    let walk_ends = ends.clone();
    let nodes = sankey.nodes.clone();
    let starts: Vec<(f32, f32)> = drawing.nodes.iter().map(|node| (node.at, node.start)).collect();
    let keys = move |event: KeyboardEvent| {
        let key = match event.key().as_str() {
            "ArrowRight" => {
                if run == Run::Across {
                    Key::Onward
                } else {
                    Key::Next
                }
            }
            "ArrowLeft" => {
                if run == Run::Across {
                    Key::Back
                } else {
                    Key::Previous
                }
            }
            "ArrowDown" => {
                if run == Run::Across {
                    Key::Next
                } else {
                    Key::Onward
                }
            }
            "ArrowUp" => {
                if run == Run::Across {
                    Key::Previous
                } else {
                    Key::Back
                }
            }
            _ => return,
        };
        let Some(spot) = state.at.get_untracked() else { return };
        event.prevent_default();
        let sizes: Vec<u64> =
            state.sankey.with_value(|sankey| sankey.links.iter().map(|link| link.journeys).collect());
        if let Some(next) = step(spot, key, &starts, &walk_ends, &sizes) {
            focus(&format!("{key_prefix}-{}", next.id()));
        }
    };
    let labels = nodes.clone();
    let lit_drawing = drawing.clone();
    let lit_ends = ends.clone();
    let (width, height) = (drawing.width, drawing.height + HEAD);
    let asked = state.view.with_value(|view| view.query.clone());
    view! {
        <svg
            class="sankey-svg"
            class:sankey-lit=move || state.at.get().is_some() || state.lit.with(Option::is_some)
            viewBox=format!("0 0 {width} {height}")
            width=width.to_string()
            height=height.to_string()
            role="group"
            aria-label="Journeys by step. Arrow keys walk along the flow."
            on:keydown=keys
        >
            <defs>
                {pairs.into_iter().map(|(from, to)| view! {
                    <linearGradient id=format!("{prefix}-{from}-{to}") x1="0" y1="0" x2=x2 y2=y2>
                        <stop offset="0" class=format!("paint-{from}")></stop>
                        <stop offset="1" class=format!("paint-{to}")></stop>
                    </linearGradient>
                }).collect_view()}
                <pattern id=format!("{prefix}-hatch") width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="5" height="5" class="hatch-ground"></rect>
                    <rect width="2" height="5" class="hatch-line"></rect>
                </pattern>
            </defs>
            {heads(&asked, run, &drawing, &sankey)}
            <g transform=format!("translate(0 {HEAD})")>
                <g class="links">
                    {ends.iter().enumerate().map(|(at, &(from, to))| {
                        let ribbon = &drawing.links[at];
                        let link = &sankey.links[at];
                        let path = drawing.ribbon(&drawing.nodes[from], &drawing.nodes[to], ribbon, run == Run::Down);
                        let seam = (link.handoff_share > 0.0).then(|| seam(&drawing, from, to, at, run));
                        let label = figures(&sankey, Spot::Link(at));
                        let open = link.open.filter(|open| *open > 0).map(|open| {
                            let part = open as f32 / link.journeys.max(1) as f32;
                            drawing.ribbon_part(&drawing.nodes[from], &drawing.nodes[to], ribbon, part, run == Run::Down)
                        });
                        view! {
                            <g><a
                                id=format!("{prefix}-l{at}")
                                class="link"
                                href=href(state, Spot::Link(at))
                                tabindex="-1"
                                aria-label=label
                                on:mouseenter=move |_| state.at.set(Some(Spot::Link(at)))
                                on:mouseleave=move |_| state.at.set(None)
                                on:focus=move |_| state.at.set(Some(Spot::Link(at)))
                                on:blur=move |_| state.at.set(None)
                                on:click=move |event| { event.prevent_default(); go.run(Spot::Link(at)); }
                            >
                                <path d=path fill=format!("url(#{prefix}-{}-{})", paints[from], paints[to])></path>
                                {open.map(|path| view! { <path class="open-part" d=path></path> })}
                                {seam.map(|path| view! { <path class="seam" d=path></path> })}
                            </a></g>
                        }
                    }).collect_view()}
                </g>
                <g class="lit" aria-hidden="true">
                    {move || state.lit.get().filter(|(spot, _)| state.at.get().is_none_or(|at| at == *spot)).map(|(_, flow)| {
                        state.sankey.with_value(|sankey| lit_ends.iter().enumerate().filter_map(|(at, &(from, to))| {
                            let through = *flow.through.get(at)?;
                            let part = through as f32 / sankey.links[at].journeys.max(1) as f32;
                            (through > 0).then(|| {
                                let path = lit_drawing.ribbon_part(&lit_drawing.nodes[from], &lit_drawing.nodes[to], &lit_drawing.links[at], part, run == Run::Down);
                                let fill = format!("url(#{lit_prefix}-{}-{})", paint(state, &sankey.nodes[from]), paint(state, &sankey.nodes[to]));
                                view! { <path d=path fill=fill></path> }
                            })
                        }).collect_view())
                    })}
                </g>
                <g class="nodes">
                    {labels.into_iter().enumerate().map(|(at, node)| {
                        let drawn = drawing.nodes[at].clone();
                        let (x, y, w, h) = match run {
                            Run::Across => (drawn.at, drawn.start, Drawing::NODE, drawn.length),
                            Run::Down => (drawn.start, drawn.at, drawn.length, Drawing::NODE),
                        };
                        let class = class(state, &node);
                        let fill = (node.kind == NodeKind::Other).then(|| format!("url(#{prefix}-hatch)"));
                        let share = percent(node.journeys as f64 / sankey.journeys.max(1) as f64);
                        let (text_x, text_y) = match run {
                            Run::Across => (x + Drawing::NODE + 5.0, y + h / 2.0 + 4.0),
                            Run::Down => (x.min(drawing.width - 40.0), y - 4.0),
                        };
                        // What is written beside the node comes first, so that saying it aloud finds it.
                        let written = if drawn.label.is_empty() { String::new() } else { format!("{} {share}. ", drawn.label) };
                        let label = format!("{written}Step {}, {}", node.step, figures(&sankey, Spot::Node(at)));
                        view! {
                            <g><a
                                id=format!("{prefix}-n{at}")
                                class=class
                                href=href(state, Spot::Node(at))
                                tabindex=if at == 0 { "0" } else { "-1" }
                                aria-label=label
                                on:mouseenter=move |_| state.at.set(Some(Spot::Node(at)))
                                on:mouseleave=move |_| state.at.set(None)
                                on:focus=move |_| state.at.set(Some(Spot::Node(at)))
                                on:blur=move |_| state.at.set(None)
                                on:click=move |event| { event.prevent_default(); go.run(Spot::Node(at)); }
                            >
                                <rect class="hit" x=(x - 2.0).to_string() y=(y - 2.0).to_string() width=(w + 4.0).to_string() height=(h + 4.0).to_string()></rect>
                                <rect class="body" x=x.to_string() y=y.to_string() width=w.to_string() height=h.to_string() rx="2" fill=fill></rect>
                                {(!drawn.label.is_empty()).then(|| view! {
                                    <text class="node-label" aria-hidden="true" x=text_x.to_string() y=text_y.to_string()>
                                        {drawn.label.clone()} " " <tspan class="node-share" dx="1">{share}</tspan>
                                    </text>
                                })}
                            </a></g>
                        }
                    }).collect_view()}
                </g>
            </g>
        </svg>
    }
}

/// The fine line across a link that changes department.
fn seam(drawing: &Drawing, from: usize, to: usize, at: usize, run: Run) -> String {
    let (source, target, link) = (&drawing.nodes[from], &drawing.nodes[to], &drawing.links[at]);
    let along = f32::midpoint(source.at + Drawing::NODE, target.at);
    let start = f32::midpoint(link.source_start, link.target_start);
    let end = start + link.thickness.max(1.0);
    match run {
        Run::Across => format!("M{along:.1} {start:.1}V{end:.1}"),
        Run::Down => format!("M{start:.1} {along:.1}H{end:.1}"),
    }
}

fn focus(id: &str) {
    use leptos::wasm_bindgen::JsCast as _;
    if let Some(element) = document().get_element_by_id(id)
        && let Ok(element) = element.dyn_into::<leptos::web_sys::SvgElement>()
    {
        // Focusing a shown element does not fail.
        let _ = element.focus();
    }
}
