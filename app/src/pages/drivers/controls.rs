//! The controls of a driver report: one form whose fields are the URL.

use contract::drivers::{DriversQuery, DriversView};
use leptos::prelude::*;
use leptos_router::components::Form;

use crate::components::combobox::submit_around;
use crate::components::help::Help;

/// Days that the window offers.
const WINDOWS: [u32; 6] = [1, 3, 7, 14, 30, 60];

/// A choice among names, with one for none of them.
#[component]
fn Choice(
    label: &'static str,
    name: &'static str,
    none: &'static str,
    options: Vec<String>,
    chosen: Option<String>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <select name=name>
                <option value="">{none}</option>
                {options.into_iter().map(|one| { let here = Some(&one) == chosen.as_ref(); view! { <option value=one.clone() selected=here>{one.clone()}</option> } }).collect_view()}
            </select>
        </label>
    }
}

/// Period, outcome and whose report.
#[component]
pub fn Controls(view: DriversView) -> impl IntoView {
    let DriversView { query, period, outcomes, channels, segments, reports, reasons, .. } = view;
    let DriversQuery { from, to, window, outcome, channel, reason, segment, department, .. } = query;
    let mut reasons: Vec<String> =
        reasons.into_iter().map(|row| row.reason).filter(|reason| !reason.is_empty()).collect();
    reasons.sort();
    // With one reason chosen, the report has no other.
    if let Some(reason) = &reason
        && !reasons.contains(reason)
    {
        reasons.push(reason.clone());
    }
    let mut windows = WINDOWS.to_vec();
    if !windows.contains(&window) {
        windows.push(window);
        windows.sort_unstable();
    }
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    view! {
        <Form method="GET" action="/drivers" attr:class="controls controls-choices" on:change=move |event| submit_around(&event)>
            <fieldset class="controls-row">
                <legend class="visually-hidden">"What is counted"</legend>
                <label class="field"><span>"From"</span><input type="date" name="from" value=from.unwrap_or_else(|| period.data_from.clone()) min=period.data_from.clone() max=period.data_to.clone()/></label>
                <label class="field"><span>"To"</span><input type="date" name="to" value=to.unwrap_or_else(|| period.data_to.clone()) min=period.data_from max=period.data_to/></label>
                {(!reports.is_empty()).then(|| view! { <Choice label="Report of" name="department" none="The company" options=reports chosen=department/> })}
                <Choice label="To be explained" name="outcome" none="All contacts" options=outcomes chosen=outcome/>
                <Choice label="Channel" name="channel" none="All channels" options=channels chosen=channel/>
                <Choice label="Reason" name="reason" none="All reasons" options=reasons chosen=reason/>
                <Choice label="Segment" name="segment" none="All customers" options=segments chosen=segment/>
                <div class="field">
                    <span><label for="window">"Within"</label> <Help id="help-window" term="Within">"A contact may belong to a touchpoint that the customer met so many days before it, at most."</Help></span>
                    <select id="window" name="window">{windows.into_iter().map(|days| view! { <option value=days.to_string() selected=days == window>{if days == 1 { "1 day".to_owned() } else { format!("{days} days") }}</option> }).collect_view()}</select>
                </div>
                <button class="button" class:visually-hidden=move || live.get() type="submit">"Show"</button>
            </fieldset>
        </Form>
    }
}
