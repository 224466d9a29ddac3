//! A line over time, with its target and what happened when.

use contract::chart::{Line, Mark};
use contract::format::rounded;
use plotters::element::{Circle, PathElement};
use plotters::style::Color as _;

use super::theme::{
    ACCENT, Drawn, INK, LINE, MARGIN, NEUTRAL, SOFT, Stands, TOP, WIDTH, begin, fitted, is_sound, step, width,
    write,
};

const HEIGHT: i32 = 250;
const FOOT: i32 = HEIGHT - 30;

/// Nothing with fewer than two points.
pub fn draw(of: &Line, out: &mut String) -> Drawn {
    let Line { title, measure, unit, points, target, marks } = of;
    let sound = points.iter().map(|(_, value)| *value).chain(*target).all(is_sound);
    if points.len() < 2 || !sound {
        return Ok(());
    }
    let values = || points.iter().map(|(_, value)| *value).chain(*target);
    let (low, high) =
        values().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let floor = if low >= 0.0 && low < high * 0.6 { 0.0 } else { low };
    let step = step((high - floor).max(1e-9), 4.0);
    let (floor, top) = ((floor / step).floor() * step, ((high / step).ceil() * step).max(floor + step));
    let latest = points[points.len() - 1].1;
    let said = format!("{} {unit}", rounded(latest));
    let aim = target.map(|target| format!("target {}", rounded(target)));
    let labels: Vec<(f64, String)> = (0..=((top - floor) / step).round() as i32)
        .map(|at| floor + f64::from(at) * step)
        .map(|value| (value, rounded(value)))
        .collect();
    let wide = |text: &str, size: i32| width(text, size).ceil() as i32;
    let left = MARGIN + labels.iter().map(|(_, text)| wide(text, 12)).max().unwrap_or(0) + 8;
    let ends = wide(said.trim(), 13).max(aim.as_deref().map_or(0, |text| wide(text, 12)));
    let right = WIDTH - MARGIN - ends.min(WIDTH / 3) - 12;
    let days: Vec<f64> = points.iter().map(|(day, _)| place(day)).collect();
    let (first, last) = (days[0], days[days.len() - 1].max(days[0] + 1.0));
    let across = |day: f64| left + ((day - first) / (last - first) * f64::from(right - left)).round() as i32;
    let up = |value: f64| FOOT - ((value - floor) / (top - floor) * f64::from(FOOT - TOP)).round() as i32;
    let area = begin(out, HEIGHT, title, measure)?;
    for (value, text) in &labels {
        let height = up(*value);
        area.draw(&PathElement::new([(left, height), (right, height)], LINE.stroke_width(1)))?;
        write(&area, text, (left - 8, height), 12, SOFT, Stands::Left)?;
    }
    if let Some(target) = target {
        let height = up(*target);
        for from in (left..right).step_by(10) {
            let dash = [(from, height), ((from + 6).min(right), height)];
            area.draw(&PathElement::new(dash, SOFT.stroke_width(1)))?;
        }
    }
    let mut taken = i32::MIN;
    for Mark { day, label } in marks {
        let at = across(place(day).clamp(first, last));
        area.draw(&PathElement::new([(at, TOP), (at, FOOT)], NEUTRAL.stroke_width(1)))?;
        // A label that would stand in another's place is left to the text beside the chart.
        let room = if at > (left + right) / 2 { at - left - 6 } else { right - at - 6 };
        let text = fitted(label, 11, room.min(190));
        let (from, stands, begins) = if at > (left + right) / 2 {
            (at - 5, Stands::Left, at - 5 - wide(&text, 11))
        } else {
            (at + 5, Stands::Right, at + 5)
        };
        if begins >= taken {
            write(&area, &text, (from, TOP - 4), 11, SOFT, stands)?;
            taken = begins + wide(&text, 11) + 6;
        }
    }
    let path: Vec<(i32, i32)> =
        days.iter().zip(points).map(|(day, (_, value))| (across(*day), up(*value))).collect();
    let end = path[path.len() - 1];
    area.draw(&PathElement::new(path, ACCENT.stroke_width(2)))?;
    area.draw(&Circle::new(end, 4, ACCENT.filled()))?;
    write(&area, said.trim(), (right + 12, end.1), 13, INK, Stands::Right)?;
    if let (Some(target), Some(aim)) = (target, aim) {
        // It makes way for the latest value.
        let height = up(*target);
        let height = match height - end.1 {
            near @ 0..17 => height + 17 - near,
            near @ -16..0 => height - 17 - near,
            _ => height,
        };
        write(&area, &aim, (right + 12, height), 12, SOFT, Stands::Right)?;
    }
    write(&area, &points[0].0, (left, FOOT + 16), 12, SOFT, Stands::Right)?;
    write(&area, &points[points.len() - 1].0, (right, FOOT + 16), 12, SOFT, Stands::Left)?;
    area.present()
}

/// A day as 2026-03-01 in days, near enough to stand on an axis.
fn place(day: &str) -> f64 {
    let mut parts = day.split('-').filter_map(|part| part.parse::<f64>().ok());
    let (year, month, of_month) =
        (parts.next().unwrap_or(0.0), parts.next().unwrap_or(1.0), parts.next().unwrap_or(1.0));
    year * 365.25 + (month - 1.0) * 30.4375 + of_month
}
