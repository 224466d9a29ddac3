//! One customer's whole history across departments, pseudonymous.

use contract::journeys::{CustomerEvent, CustomerView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::journeys::customer;
use crate::components::loaded::loaded;
use crate::components::owner::{Owner, swatch};
use contract::format::{count, counted, duration, money};

/// The customer page.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    view! {
        <Title text="Customer"/>
        {loaded(move || params.read().get("id").unwrap_or_default(), customer, move |customer| view! { <Inside customer/> }.into_any())}
    }
}

/// A pseudonym short enough for a list.
pub fn short(id: &str) -> String {
    let start: String = id.chars().take(10).collect();
    format!("C-{start}")
}

#[component]
fn Inside(customer: CustomerView) -> impl IntoView {
    let CustomerView { id, ids, events, total, departments, time_zone } = customer;
    let shown = events.len() as u64;
    let mut last_day = String::new();
    view! {
        <header class="page-head">
            <p class="crumb"><a href="/journeys">"Journeys"</a></p>
            <h1>"Customer " <code>{short(&id)}</code></h1>
            <p class="page-sub">{counted(total, "event", "events")} ", times in " {time_zone} ". The name is a pseudonym." {(ids > 1).then(|| format!(" {ids} ids of theirs are joined."))}</p>
        </header>
        {(shown < total).then(|| view! { <p class="notice">{format!("The first {} events are shown.", count(shown))}</p> })}
        <ol class="timeline">
            {events.into_iter().map(|event| {
                let (day, time) = event.local.split_at(10);
                let heading = (day != last_day).then(|| day.to_owned());
                last_day = day.to_owned();
                let time = time.trim().to_owned();
                let department = event.department.and_then(|at| departments.get(at as usize));
                let owner = (department.map(|one| one.name.clone()), department.map(|one| one.colour));
                view! { <Line event heading time owner/> }
            }).collect_view()}
        </ol>
    }
}

#[component]
fn Line(
    event: CustomerEvent,
    heading: Option<String>,
    time: String,
    owner: (Option<String>, Option<u32>),
) -> impl IntoView {
    let CustomerEvent {
        source,
        activity,
        touchpoint,
        experience,
        failure,
        channel,
        case,
        reason,
        text,
        duration_seconds,
        cost,
        attributes,
        ..
    } = event;
    let title = touchpoint.unwrap_or_else(|| format!("Unmapped: {activity}"));
    let mut facts = Vec::new();
    facts.extend(channel);
    facts.extend(case.map(|case| format!("case {case}")));
    facts.extend(reason.map(|reason| format!("reason {reason}")));
    facts.extend(duration_seconds.map(duration));
    facts.extend(cost.map(|cents| format!("cost {}", money(cents))));
    facts.extend(attributes.into_iter().map(|(name, value)| format!("{name} {value}")));
    view! {
        {heading.map(|day| view! { <li class="timeline-day"><h2>{day}</h2></li> })}
        <li class=format!("timeline-event {}", swatch(owner.1))>
            <time>{time}</time>
            <div>
                <p><strong>{title}</strong> {experience.map(|name| view! { ": " <span class=if failure { "bad" } else { "" }>{name}{failure.then_some(" (failure)")}</span> })}</p>
                <p class="timeline-facts"><Owner name=owner.0 colour=owner.1/> " " <span>"from " {source} ": " {activity}</span></p>
                {(!facts.is_empty()).then(|| view! { <p class="timeline-facts">{facts.join(" · ")}</p> })}
                {text.map(|text| view! { <blockquote>{text}</blockquote> })}
            </div>
        </li>
    }
}
