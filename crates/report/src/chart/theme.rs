//! What all charts share: colours, letters, and where a text has room.

use std::sync::Once;

use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::Text;
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, IntoFont as _, RGBColor, TextStyle, register_font};

pub const PAPER: RGBColor = RGBColor(0xfb, 0xfa, 0xf7);
pub const INK: RGBColor = RGBColor(0x1d, 0x1c, 0x1a);
pub const SOFT: RGBColor = RGBColor(0x5c, 0x5a, 0x54);
pub const LINE: RGBColor = RGBColor(0xe4, 0xe1, 0xda);
pub const ACCENT: RGBColor = RGBColor(0x2c, 0x5f, 0xa8);

/// Colours of departments, as pages have them; of those without one, the last.
pub const PALETTE: [RGBColor; 10] = [
    RGBColor(0x2f, 0x6d, 0xb3),
    RGBColor(0xd9, 0x77, 0x2b),
    RGBColor(0x2e, 0x8b, 0x74),
    RGBColor(0xb6, 0x4a, 0x7a),
    RGBColor(0x7d, 0x6b, 0xb8),
    RGBColor(0x9a, 0x7b, 0x1f),
    RGBColor(0x4a, 0xa3, 0xc7),
    RGBColor(0xc4, 0x50, 0x3f),
    RGBColor(0x6b, 0x8f, 0x3a),
    RGBColor(0x8a, 0x65, 0x52),
];
pub const NEUTRAL: RGBColor = RGBColor(0x8c, 0x8a, 0x83);

/// Width of every chart: letters stay legible when it is shown 400 pixels wide.
pub const WIDTH: i32 = 520;
/// Where the drawing begins, below title and measure.
pub const TOP: i32 = 62;
pub const MARGIN: i32 = 14;

pub type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
pub type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

static FONTS: Once = Once::new();

/// Makes the charts' letters known, once.
pub fn register_fonts() {
    FONTS.call_once(|| {
        let regular = include_bytes!("../../fonts/Inter-Regular.otf");
        // Without the font, letters are measured roughly.
        let _ = register_font("Inter", FontStyle::Normal, regular);
    });
}

pub fn style(size: i32, colour: RGBColor) -> TextStyle<'static> {
    ("Inter", size).into_font().color(&colour)
}

/// Width of a text in pixels.
pub fn width(text: &str, size: i32) -> f64 {
    register_fonts();
    let layout = ("Inter", size).into_font().layout_box(text);
    layout.map_or(text.chars().count() as f64 * f64::from(size) * 0.6, |((left, _), (right, _))| {
        f64::from(right - left)
    })
}

/// The text, or as much of its beginning as has room.
pub fn fitted(text: &str, size: i32, room: i32) -> String {
    let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if width(&plain, size) <= f64::from(room) {
        return plain;
    }
    let mut letters: Vec<char> = plain.chars().take(200).collect();
    while !letters.is_empty() {
        letters.pop();
        let begin: String = letters.iter().collect();
        let begin = format!("{}\u{2026}", begin.trim_end());
        if width(&begin, size) <= f64::from(room) {
            return begin;
        }
    }
    String::new()
}

/// Where a text stands about its place.
#[derive(Clone, Copy)]
pub enum Stands {
    Right,
    Left,
    Middle,
}

/// Writes a text whose middle is at that height.
pub fn write(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    size: i32,
    colour: RGBColor,
    stands: Stands,
) -> Drawn {
    let across = match stands {
        Stands::Right => HPos::Left,
        Stands::Left => HPos::Right,
        Stands::Middle => HPos::Center,
    };
    let style = style(size, colour).pos(Pos::new(across, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style))
}

/// Paper with title and measure.
pub fn begin<'a>(
    out: &'a mut String,
    height: i32,
    title: &str,
    measure: &str,
) -> Result<Area<'a>, DrawingAreaErrorKind<std::io::Error>> {
    let area = SVGBackend::with_string(out, (WIDTH as u32, height.unsigned_abs())).into_drawing_area();
    area.fill(&PAPER)?;
    let room = WIDTH - 2 * MARGIN;
    write(&area, &fitted(title, 16, room), (MARGIN, 20), 16, INK, Stands::Right)?;
    write(&area, &fitted(measure, 12, room), (MARGIN, 42), 12, SOFT, Stands::Right)?;
    Ok(area)
}

/// The colour of a department.
pub fn of_department(colour: Option<u32>) -> RGBColor {
    colour.map_or(NEUTRAL, |place| PALETTE[place as usize % PALETTE.len()])
}

/// A step between marks of an axis: 1, 2 or 5 times a power of ten.
pub fn step(span: f64, marks: f64) -> f64 {
    let rough = (span / marks).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let times = rough / power;
    power
        * if times <= 1.0 {
            1.0
        } else if times <= 2.0 {
            2.0
        } else if times <= 5.0 {
            5.0
        } else {
            10.0
        }
}

/// Whether a value can be drawn.
pub fn is_sound(value: f64) -> bool {
    value.is_finite() && value.abs() < 1e15
}
