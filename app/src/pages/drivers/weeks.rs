//! Contacts week by week, with the part that other departments cause.

use contract::drivers::WeekRow;
use leptos::prelude::*;

use contract::format::{counted, rounded};

const WIDTH: f64 = 980.0;
const HEIGHT: f64 = 110.0;

/// Bars, one a week.
#[component]
pub fn Weeks(weeks: Vec<WeekRow>) -> impl IntoView {
    if weeks.len() < 2 {
        return ().into_any();
    }
    let most = weeks.iter().map(|week| week.contacts).max().unwrap_or(0).max(1) as f64;
    let width = WIDTH / weeks.len() as f64;
    let (first, last) = (weeks[0].day.clone(), weeks[weeks.len() - 1].day.clone());
    let peak = weeks.iter().max_by_key(|week| week.contacts).map(|week| week.day.clone()).unwrap_or_default();
    let words = format!(
        "Contacts by week, at most {} in the week of {peak}; below, the part that other departments cause",
        rounded(most)
    );
    view! {
        <figure class="weeks">
            <figcaption>{words.clone()}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {}", HEIGHT + 20.0) role="img" aria-label=words>
                {weeks.into_iter().enumerate().map(|(at, week)| {
                    let x = format!("{:.1}", at as f64 * width + 1.0);
                    let wide = format!("{:.1}", (width - 2.0).max(1.0));
                    let (tall, own) = (week.contacts as f64 / most * HEIGHT, week.elsewhere / most * HEIGHT);
                    let partial = if week.partial { ", not a whole week" } else { "" };
                    view! {
                        <g class:week-partial=week.partial>
                            <title>{format!("Week of {}: {}, {} of other departments{partial}", week.day, counted(week.contacts, "contact", "contacts"), rounded(week.elsewhere))}</title>
                            <rect class="week-all" x=x.clone() y=format!("{:.1}", HEIGHT - tall) width=wide.clone() height=format!("{tall:.1}")></rect>
                            <rect class="week-elsewhere" x=x y=format!("{:.1}", HEIGHT - own) width=wide height=format!("{own:.1}")></rect>
                        </g>
                    }
                }).collect_view()}
                <path class="axis" d=format!("M0 {HEIGHT}H{WIDTH}")></path>
                <text class="axis-label" x="0" y=(HEIGHT + 16.0).to_string()>{first}</text>
                <text class="axis-label axis-end" x=WIDTH.to_string() y=(HEIGHT + 16.0).to_string()>{last}</text>
            </svg>
        </figure>
    }
    .into_any()
}
