//! A line within a text: how a figure moved, from the lowest to the highest value, with a dot at the latest.

use contract::chart::Spark;
use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea as _;
use plotters::element::{Circle, PathElement};
use plotters::style::Color as _;

use super::theme::{ACCENT, Drawn, NEUTRAL, is_sound};

const WIDTH: i32 = 120;
const HEIGHT: i32 = 28;
const EDGE: i32 = 4;

/// Nothing with fewer than two values.
pub fn draw(of: &Spark, out: &mut String) -> Drawn {
    let values = &of.values;
    if values.len() < 2 || !values.iter().all(|value| is_sound(*value)) {
        return Ok(());
    }
    let (low, high) =
        values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let last = (values.len() - 1) as f64;
    let across = |at: usize| EDGE + (at as f64 / last * f64::from(WIDTH - 2 * EDGE)).round() as i32;
    // What never moved is a line in the middle.
    let part = |value: f64| if high > low { (value - low) / (high - low) } else { 0.5 };
    let up = |value: f64| HEIGHT - EDGE - (part(value) * f64::from(HEIGHT - 2 * EDGE)).round() as i32;
    let area = SVGBackend::with_string(out, (WIDTH as u32, HEIGHT as u32)).into_drawing_area();
    let path: Vec<(i32, i32)> = values.iter().enumerate().map(|(at, &value)| (across(at), up(value))).collect();
    let end = path[path.len() - 1];
    area.draw(&PathElement::new(path, NEUTRAL.stroke_width(2)))?;
    area.draw(&Circle::new(end, 3, ACCENT.filled()))?;
    area.present()
}
