//! Cells shaded by their value, with the value in them.

use contract::chart::Heat;
use contract::format::rounded;
use plotters::element::Rectangle;
use plotters::style::{Color as _, RGBColor};

use super::theme::{
    ACCENT, Drawn, INK, MARGIN, PAPER, SOFT, Stands, TOP, WIDTH, begin, fitted, is_sound, width, write,
};

const EACH: i32 = 28;
/// Columns that have room.
const MOST: usize = 8;

pub fn draw(of: &Heat, out: &mut String) -> Drawn {
    let Heat { title, measure, rows, columns, cells, .. } = of;
    let full = cells.len() == rows.len() && cells.iter().all(|row| row.len() == columns.len());
    let sound = cells.iter().flatten().all(|value| is_sound(*value));
    if rows.is_empty() || columns.is_empty() || !full || !sound {
        return Ok(());
    }
    let columns = &columns[..columns.len().min(MOST)];
    let most = cells.iter().flat_map(|row| row.iter().take(MOST)).copied().fold(0.0, f64::max);
    let names = rows.iter().map(|name| width(name, 12)).fold(0.0, f64::max).ceil() as i32;
    let left = MARGIN + names.min(WIDTH / 3) + 10;
    let wide = (WIDTH - MARGIN - left) / columns.len() as i32;
    let height = TOP + 20 + EACH * rows.len() as i32 + 12;
    let area = begin(out, height, title, measure)?;
    for (at, name) in (0..).zip(columns) {
        let text = fitted(name, 11, wide - 6);
        write(&area, &text, (left + wide * at + wide / 2, TOP + 8), 11, SOFT, Stands::Middle)?;
    }
    for (down, (name, row)) in (0..).zip(rows.iter().zip(cells)) {
        let top = TOP + 20 + EACH * down;
        write(
            &area,
            &fitted(name, 12, left - MARGIN - 10),
            (left - 10, top + EACH / 2),
            12,
            INK,
            Stands::Left,
        )?;
        for (at, value) in (0..).zip(row.iter().take(MOST)) {
            let from = left + wide * at;
            let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
            let cell = [(from + 1, top + 1), (from + wide - 1, top + EACH - 1)];
            area.draw(&Rectangle::new(cell, shade(share).filled()))?;
            if *value > 0.0 {
                let colour = if share > 0.55 { PAPER } else { INK };
                let text = fitted(&rounded(*value), 12, wide - 6);
                write(&area, &text, (from + wide / 2, top + EACH / 2), 12, colour, Stands::Middle)?;
            }
        }
    }
    area.present()
}

/// From paper to the accent.
fn shade(share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    RGBColor(mix(0xf1, ACCENT.0), mix(0xef, ACCENT.1), mix(0xea, ACCENT.2))
}
