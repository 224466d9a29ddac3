//! How often values of a range occur, range by range.

use contract::chart::{Bin, Distribution};
use contract::format::rounded;
use plotters::element::{PathElement, Rectangle};
use plotters::style::Color as _;

use super::theme::{ACCENT, Drawn, LINE, MARGIN, SOFT, Stands, TOP, WIDTH, begin, is_sound, width, write};

const HEIGHT: i32 = 220;
const FOOT: i32 = HEIGHT - 30;

pub fn draw(of: &Distribution, out: &mut String) -> Drawn {
    let Distribution { title, measure, unit, bins } = of;
    let sound =
        bins.iter().all(|bin| [bin.from, bin.until, bin.count].into_iter().all(is_sound) && bin.count >= 0.0);
    if bins.is_empty() || !sound {
        return Ok(());
    }
    let most = bins.iter().map(|bin| bin.count).fold(0.0, f64::max);
    if most <= 0.0 {
        return Ok(());
    }
    let (left, right) = (MARGIN, WIDTH - MARGIN);
    let wide = f64::from(right - left) / bins.len() as f64;
    let place = |at: usize| left + (wide * at as f64).round() as i32;
    let area = begin(out, HEIGHT, title, measure)?;
    area.draw(&PathElement::new([(left, FOOT), (right, FOOT)], LINE.stroke_width(1)))?;
    for (at, Bin { count, .. }) in bins.iter().enumerate() {
        let tall = (count / most * f64::from(FOOT - TOP - 16)).round() as i32;
        let body = [(place(at) + 1, FOOT - tall), ((place(at + 1) - 1).max(place(at) + 2), FOOT)];
        area.draw(&Rectangle::new(body, ACCENT.filled()))?;
        let text = rounded(*count);
        if *count > 0.0 && width(&text, 11) + 4.0 <= wide {
            let at = (place(at) + place(at + 1)) / 2;
            write(&area, &text, (at, FOOT - tall - 9), 11, SOFT, Stands::Middle)?;
        }
    }
    // Edges of ranges, as many as have room.
    let mut taken = i32::MIN;
    for (at, value) in bins.iter().map(|bin| bin.from).chain(bins.last().map(|bin| bin.until)).enumerate() {
        let text = format!("{} {unit}", rounded(value)).trim().to_owned();
        let long = width(&text, 11).ceil() as i32;
        let from = (place(at) - long / 2).clamp(left, right - long);
        if from >= taken {
            write(&area, &text, (from, FOOT + 14), 11, SOFT, Stands::Right)?;
            taken = from + long + 10;
        }
    }
    area.present()
}
