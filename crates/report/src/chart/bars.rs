//! Bars from zero with their intervals of 95 %, each with its label and value.

use contract::chart::{Bar, Bars};
use contract::format::rounded;
use plotters::element::{PathElement, Rectangle};
use plotters::style::Color as _;

use super::theme::{
    Drawn, INK, LINE, MARGIN, Stands, TOP, WIDTH, begin, fitted, is_sound, of_department, width, write,
};

const EACH: i32 = 26;
const MOST: usize = 20;

pub fn draw(of: &Bars, out: &mut String) -> Drawn {
    let Bars { title, measure, unit, bars } = of;
    let ends = |bar: &Bar| {
        [
            bar.value,
            bar.interval.map_or(bar.value, |(low, _)| low),
            bar.interval.map_or(bar.value, |(_, high)| high),
        ]
    };
    if bars.is_empty() || bars.iter().flat_map(ends).any(|value| !is_sound(value)) {
        return Ok(());
    }
    let bars = &bars[..bars.len().min(MOST)];
    let (low, high) = bars
        .iter()
        .flat_map(ends)
        .fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let said = |bar: &Bar| format!("{} {unit}", rounded(bar.value)).trim().to_owned();
    let names = bars.iter().map(|bar| width(&bar.label, 12)).fold(0.0, f64::max).ceil() as i32;
    let values = bars.iter().map(|bar| width(&said(bar), 12)).fold(0.0, f64::max).ceil() as i32;
    let left = MARGIN + names.min(WIDTH * 2 / 5) + 10;
    let right = WIDTH - MARGIN - values.min(WIDTH / 4) - 12;
    let across =
        |value: f64| left + ((value - low) / (high - low).max(1e-12) * f64::from(right - left)).round() as i32;
    let height = TOP + EACH * bars.len() as i32 + 12;
    let area = begin(out, height, title, measure)?;
    let zero = across(0.0);
    area.draw(&PathElement::new([(zero, TOP), (zero, height - 12)], LINE.stroke_width(1)))?;
    for (at, bar) in (0..).zip(bars) {
        let middle = TOP + EACH * at + EACH / 2;
        let end = across(bar.value);
        let body = [(zero.min(end), middle - 7), (zero.max(end).max(zero + 1), middle + 7)];
        area.draw(&Rectangle::new(body, of_department(bar.colour).filled()))?;
        let mut reaches = end;
        if let Some((from, to)) = bar.interval {
            let (from, to) = (across(from), across(to));
            reaches = reaches.max(to);
            area.draw(&PathElement::new([(from, middle), (to, middle)], INK.stroke_width(1)))?;
            for edge in [from, to] {
                area.draw(&PathElement::new([(edge, middle - 4), (edge, middle + 4)], INK.stroke_width(1)))?;
            }
        }
        write(&area, &fitted(&bar.label, 12, left - MARGIN - 10), (left - 10, middle), 12, INK, Stands::Left)?;
        write(&area, &said(bar), (reaches.max(zero) + 8, middle), 12, INK, Stands::Right)?;
    }
    area.present()
}
