//! The funnel: how many journeys reach each step, who fell out, and what they did next.

use contract::journeys::{
    Condition, Department, ExploreQuery, Form, FunnelStep, FunnelView, Join, Occurrence, Segment, Towards, Unit,
};
use leptos::prelude::*;

use crate::components::owner::swatch;
use contract::format::{count, counted, duration, percent};

/// One bar a step, as long as its part of all journeys.
#[component]
pub fn Funnel(funnel: FunnelView, query: ExploreQuery, departments: Vec<Department>) -> impl IntoView {
    let FunnelView { journeys, steps } = funnel;
    let last = steps.len();
    view! {
        <p class="caption">{format!("{} in all; each bar is as long as its part of them.", counted(journeys, "journey", "journeys"))}</p>
        <ol class="funnel">
            {steps.into_iter().enumerate().map(|(at, step)| {
                let colour = step.department.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
                view! { <Step step at all=journeys is_last=at + 1 == last colour query=query.clone()/> }
            }).collect_view()}
        </ol>
    }
}

#[component]
fn Step(
    step: FunnelStep,
    at: usize,
    all: u64,
    is_last: bool,
    colour: Option<u32>,
    query: ExploreQuery,
) -> impl IntoView {
    let FunnelStep { node, journeys, share, left, median_seconds, p95_seconds, .. } = step;
    let link = |select: String| {
        format!("/journeys{}", ExploreQuery { select: Some(select), page: 1, ..query.clone() }.to_search())
    };
    let reached = link(format!("reached/{}", at + 1));
    let fallen = link(format!("left/{}", at + 1));
    // A figure stands for customers, and may not stand on too many others.
    let can_follow = query.unit == Unit::Customer
        && !query.filter.conditions.iter().any(|one| matches!(one, Condition::Behind { .. }));
    // Of the customers who went no further, what came after they were here last.
    let behind = ExploreQuery { select: Some(format!("left/{}", at + 1)), page: 1, ..query.clone() };
    let mut filter = query.filter.clone();
    if filter.join == Join::Any && !filter.is_empty() {
        // A question has one list of conditions: those so far are asked for by the figure itself.
        filter = Segment::default();
    }
    filter.conditions.push(Condition::Behind { question: behind.to_search() });
    let next = ExploreQuery {
        form: Form::Flow,
        anchor: Some(node.clone()),
        occurrence: Some(Occurrence::Last),
        direction: Towards::Forward,
        filter,
        ..query.redrawn()
    };
    let width = journeys as f64 / all.max(1) as f64 * 100.0;
    let before = if at == 0 { "of all journeys" } else { "of the step before" };
    view! {
        <li>
            <div class="funnel-head">
                <strong><span class=format!("swatch {}", swatch(colour)) aria-hidden="true"></span> {node}</strong>
                <a class="funnel-count" href=reached>{counted(journeys, "journey", "journeys")}</a>
                <span>{percent(share)} " " {before}</span>
                {median_seconds.zip(p95_seconds).map(|(median, p95)| view! { <span>{format!("median {} from the step before, 95 % within {}", duration(median), duration(p95))}</span> })}
            </div>
            <svg class=format!("funnel-bar {}", swatch(colour)) viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="funnel-ground" width="100" height="10"></rect>
                <rect class="funnel-part" width=format!("{width:.3}") height="10"></rect>
            </svg>
            {(!is_last).then(|| view! {
                <p class="funnel-left">
                    <a href=fallen>{format!("{} went no further", count(left))}</a>
                    {can_follow.then(|| view! { " · " <a href=format!("/journeys{}", next.to_search())>"What they did next"</a> })}
                </p>
            })}
        </li>
    }
}
