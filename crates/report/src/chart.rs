//! Charts that stand alone, drawn on the server: light theme, direct labels, axes from zero where that costs little.

use plotters::chart::ChartBuilder;
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::{Circle, Text};
use plotters::prelude::SVGBackend;
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::{Color as _, IntoFont as _, RGBColor, TextStyle};

const PAPER: RGBColor = RGBColor(0xfb, 0xfa, 0xf7);
const INK: RGBColor = RGBColor(0x1d, 0x1c, 0x1a);
const SOFT: RGBColor = RGBColor(0x5c, 0x5a, 0x54);
const LINE: RGBColor = RGBColor(0xe4, 0xe1, 0xda);
const ACCENT: RGBColor = RGBColor(0x2c, 0x5f, 0xa8);
const SIZE: (u32, u32) = (860, 320);

/// Readings over time.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    pub title: String,
    pub unit: String,
    /// Day as 2026-03-01, and value, oldest first.
    pub points: Vec<(String, f64)>,
    pub target: Option<f64>,
}

/// A line of readings with its target; empty with fewer than two.
pub fn readings(of: &Readings) -> String {
    let mut out = String::new();
    let far = |value: f64| !value.is_finite() || value.abs() > 1e15;
    if of.points.len() < 2 || of.points.iter().any(|(_, value)| far(*value)) || of.target.is_some_and(far) {
        return out;
    }
    // Drawing into a string does not fail.
    let _ = draw(of, &mut out);
    out
}

fn draw(of: &Readings, out: &mut String) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let Readings { title, unit, points, target } = of;
    let values = || points.iter().map(|(_, value)| *value).chain(*target);
    let (low, high) =
        values().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let pad = if high > low { (high - low) * 0.08 } else { 1.0 };
    let floor = if low > 0.0 && low < high * 0.6 { 0.0 } else { low - pad };
    let last = points.len() - 1;
    // Days in the places of days.
    let days: Vec<f64> = points.iter().map(|(day, _)| place(day)).collect();
    let (begin, end_day) = (days[0], days[last].max(days[0] + 1.0));
    let area = SVGBackend::with_string(out, SIZE).into_drawing_area();
    area.fill(&PAPER)?;
    let style = |size: i32, colour: &RGBColor| -> TextStyle<'static> {
        ("Inter, sans-serif", size).into_font().color(colour)
    };
    area.draw(&Text::new(title.clone(), (16, 14), style(17, &INK)))?;
    let measure = if unit.is_empty() { String::new() } else { format!("in {unit}") };
    area.draw(&Text::new(measure, (16, 36), style(13, &SOFT)))?;
    let mut chart = ChartBuilder::on(&area)
        .margin_top(60)
        .margin_right(110)
        .margin_bottom(10)
        .margin_left(10)
        .x_label_area_size(28)
        .y_label_area_size(56)
        .build_cartesian_2d(begin..end_day, floor..high + pad)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(PAPER)
        .bold_line_style(LINE)
        .axis_style(LINE)
        .x_labels(0)
        .y_labels(5)
        .label_style(style(12, &SOFT))
        .draw()?;
    if let Some(target) = target {
        let ends = [(begin, *target), (end_day, *target)];
        chart.draw_series(DashedLineSeries::new(ends, 6, 4, SOFT.stroke_width(1)))?;
    }
    let line = days.iter().zip(points).map(|(day, (_, value))| (*day, *value));
    chart.draw_series(LineSeries::new(line, ACCENT.stroke_width(2)))?;
    let (end, latest) = ((days[last], points[last].1), points[last].1);
    chart.draw_series([Circle::new(end, 4, ACCENT.filled())])?;
    let at = chart.backend_coord(&end);
    let (from, foot) = chart.backend_coord(&(begin, floor));
    area.draw(&Text::new(points[0].0.clone(), (from, foot + 10), style(12, &SOFT)))?;
    area.draw(&Text::new(points[last].0.clone(), (at.0 - 66, foot + 10), style(12, &SOFT)))?;
    let label = format!("{} {unit}", short(latest));
    area.draw(&Text::new(label.trim().to_owned(), (at.0 + 10, at.1 - 8), style(14, &INK)))?;
    if let Some(target) = target {
        let place = chart.backend_coord(&(end_day, *target));
        // It makes way for the latest value.
        let near = (place.1 - at.1).abs() < 18;
        let down = if near { if place.1 >= at.1 { 12 } else { -24 } } else { -7 };
        area.draw(&Text::new(
            format!("target {}", short(*target)),
            (place.0 + 10, place.1 + down),
            style(12, &SOFT),
        ))?;
    }
    area.present()
}

/// A day as 2026-03-01 in days, near enough to stand on an axis.
fn place(day: &str) -> f64 {
    let mut parts = day.split('-').filter_map(|part| part.parse::<f64>().ok());
    let (year, month, of_month) =
        (parts.next().unwrap_or(0.0), parts.next().unwrap_or(1.0), parts.next().unwrap_or(1.0));
    year * 365.25 + (month - 1.0) * 30.4375 + of_month
}

fn short(value: f64) -> String {
    if value == value.round() { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::{Readings, readings};

    #[test]
    fn a_chart_is_one_picture_whose_text_is_text() {
        let of = Readings {
            title: "</text><script>".into(),
            unit: "%".into(),
            points: vec![("2026-01-05".into(), 70.0), ("2026-01-12".into(), 82.5)],
            target: Some(80.0),
        };
        let svg = readings(&of);
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        assert!(!svg.contains("<script") && svg.contains("82.5 %") && svg.contains("target 80"), "{svg}");
        assert_eq!(readings(&Readings { points: vec![("2026-01-05".into(), 1.0)], ..of }), "");
    }
}
