//! A line of readings over time, with its target.

use leptos::prelude::*;

use crate::pages::inventory::kpi::figure;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
/// Room for labels: left, right, top, bottom.
const ROOM: (f64, f64, f64, f64) = (52.0, 64.0, 14.0, 24.0);

/// Round steps of an axis that cover a span: Heckbert's nice numbers.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let span = (high - low).max(f64::MIN_POSITIVE);
    let rough = span / wanted.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let part = rough / power;
    let step = power
        * if part < 1.5 {
            1.0
        } else if part < 3.0 {
            2.0
        } else if part < 7.0 {
            5.0
        } else {
            10.0
        };
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).take(32).map(|at| at as f64 * step).collect()
}

/// Days since 1970 of a day as 2026-03-01, near enough to stand on an axis.
fn place(day: &str) -> f64 {
    let mut parts = day.split('-').filter_map(|part| part.parse::<f64>().ok());
    let (year, month, of_month) =
        (parts.next().unwrap_or(0.0), parts.next().unwrap_or(1.0), parts.next().unwrap_or(1.0));
    year * 365.25 + (month - 1.0) * 30.4375 + of_month
}

/// The drawing; nothing with fewer than two readings.
#[component]
pub fn Series(name: String, unit: String, points: Vec<(String, f64)>, target: Option<f64>) -> impl IntoView {
    if points.len() < 2 {
        return ().into_any();
    }
    let values = points.iter().map(|(_, value)| *value).chain(target);
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    // From zero where that costs little of the picture.
    let low = if low > 0.0 && low < high * 0.6 { 0.0 } else { low };
    let pad = if high > low { (high - low) * 0.06 } else { 1.0 };
    let (low, high) = (if low == 0.0 { 0.0 } else { low - pad }, high + pad);
    let (left, right, top, bottom) = ROOM;
    let (first, last) = (place(&points[0].0), place(&points[points.len() - 1].0));
    let across =
        move |day: &str| left + (place(day) - first) / (last - first).max(1.0) * (WIDTH - left - right);
    let up = move |value: f64| top + (high - value) / (high - low) * (HEIGHT - top - bottom);
    let line: Vec<String> =
        points.iter().map(|(day, value)| format!("{:.1},{:.1}", across(day), up(*value))).collect();
    let (begin, end) = (points[0].clone(), points[points.len() - 1].clone());
    let ends = (begin.0.clone(), end.0.clone());
    let latest = format!("{} {unit}", figure(end.1)).trim().to_owned();
    let target_label = target.map(|target| (up(target), format!("target {}", figure(target))));
    // Above its line where it begins, or below where the readings begin there.
    let target_text = target_label.clone().map(|(at, label)| {
        let begins = up(begin.1);
        (if begins < at && at - begins < 24.0 { at + 14.0 } else { at - 6.0 }, label)
    });
    let said = format!(
        "{name}: {} readings from {} ({}) to {} ({})",
        points.len(),
        ends.0,
        figure(begin.1),
        ends.1,
        figure(end.1)
    );
    view! {
        <figure class="series">
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=said>
                {ticks(low, high, 4).into_iter().map(|tick| view! {
                    <line class="series-grid" x1=left x2=WIDTH - right y1=up(tick) y2=up(tick)></line>
                    <text class="series-tick" x=left - 8.0 y=up(tick) + 4.0 text-anchor="end">{figure(tick)}</text>
                }).collect_view()}
                <text class="series-tick" x=left y=HEIGHT - 6.0>{begin.0}</text>
                <text class="series-tick" x=WIDTH - right y=HEIGHT - 6.0 text-anchor="end">{end.0.clone()}</text>
                {target_label.map(|(at, _)| view! { <line class="series-target" x1=left x2=WIDTH - right y1=at y2=at></line> })}
                {target_text.map(|(at, label)| view! { <text class="series-label" x=left + 6.0 y=at>{label}</text> })}
                <polyline class="series-line" points=line.join(" ")></polyline>
                <circle class="series-end" cx=across(&end.0) cy=up(end.1) r="3.5"></circle>
                <text class="series-latest" x=WIDTH - right + 6.0 y=up(end.1) + 4.0>{latest}</text>
            </svg>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn steps_are_round() {
        assert_eq!(ticks(0.0, 100.0, 4), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(3.0, 3.0, 4).len(), 1);
        assert!(ticks(-1.0, 1.0, 4).contains(&0.0));
    }
}
