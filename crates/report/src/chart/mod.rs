//! Charts that stand alone, drawn on the server: one light theme, a title that says the finding, direct labels, bars from
//! zero. Wide enough for a phone and for half a page of paper.

mod bars;
mod distribution;
mod heat;
mod line;
mod spark;
mod theme;

use contract::chart::Chart;

pub use theme::register_fonts;

/// The chart as SVG; empty where there is nothing to draw.
pub fn svg(of: &Chart) -> String {
    register_fonts();
    let mut out = String::new();
    // Drawing into a string does not fail.
    let _ = match of {
        Chart::Line(of) => line::draw(of, &mut out),
        Chart::Bars(of) => bars::draw(of, &mut out),
        Chart::Heat(of) => heat::draw(of, &mut out),
        Chart::Distribution(of) => distribution::draw(of, &mut out),
        Chart::Spark(of) => spark::draw(of, &mut out),
    };
    out
}

#[cfg(test)]
mod tests {
    use contract::chart::{Bar, Bars, Bin, Chart, Distribution, Heat, Line, Mark, Spark};

    use super::svg;

    fn charts(label: &str) -> Vec<Chart> {
        let points =
            vec![("2026-01-05".to_owned(), 70.0), ("2026-01-12".into(), 82.5), ("2026-01-19".into(), 81.0)];
        let bar = |value: f64| Bar {
            label: format!("{label} {value}"),
            value,
            interval: Some((value * 0.8, value * 1.3)),
            colour: Some(2),
        };
        vec![
            Chart::Line(Line {
                title: label.into(),
                unit: "%".into(),
                points,
                target: Some(80.0),
                marks: vec![Mark { day: "2026-01-12".into(), label: label.into() }],
                ..Line::default()
            }),
            Chart::Bars(Bars { title: label.into(), bars: vec![bar(30.0), bar(7.0)], ..Bars::default() }),
            Chart::Heat(Heat {
                title: label.into(),
                rows: vec![label.into(), "b".into()],
                columns: vec![label.into(), "y".into(), "z".into()],
                cells: vec![vec![1.0, 0.0, 9.0], vec![4.0, 2.0, 0.0]],
                ..Heat::default()
            }),
            Chart::Distribution(Distribution {
                title: label.into(),
                bins: vec![
                    Bin { from: 0.0, until: 5.0, count: 3.0 },
                    Bin { from: 5.0, until: 10.0, count: 9.0 },
                ],
                ..Distribution::default()
            }),
        ]
    }

    #[test]
    fn a_chart_is_one_picture_whose_text_is_text() {
        for chart in charts("</text><script>") {
            let drawn = svg(&chart);
            assert!(drawn.starts_with("<svg") && drawn.trim_end().ends_with("</svg>"), "{drawn}");
            assert!(!drawn.contains("<script"), "{drawn}");
        }
    }

    #[test]
    fn nothing_is_drawn_outside_and_no_labels_overlap() {
        for chart in charts(&"A touchpoint with quite a long name that goes on ".repeat(3)) {
            let drawn = svg(&chart);
            let (width, height) = size(&drawn);
            let boxes = texts(&drawn);
            assert!(boxes.len() >= 3, "{drawn}");
            for (at, one) in boxes.iter().enumerate() {
                assert!(one.0 >= -1.0 && one.2 <= width + 1.0, "{one:?} leaves {width}: {drawn}");
                assert!(one.1 >= -1.0 && one.3 <= height + 1.0, "{one:?} leaves {height}");
                for other in &boxes[at + 1..] {
                    let apart = one.2 <= other.0 || other.2 <= one.0 || one.3 <= other.1 || other.3 <= one.1;
                    assert!(apart, "{one:?} and {other:?} of {}", chart.title());
                }
            }
        }
    }

    #[test]
    fn a_line_within_a_text_stays_within_it() {
        for values in [vec![3.0, 9.0, 1.0, 4.0], vec![5.0, 5.0], (0..60).map(f64::from).collect()] {
            let drawn = svg(&Chart::Spark(Spark { title: "Contacts".into(), values: values.clone() }));
            let points =
                drawn.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a line");
            let points: Vec<(f64, f64)> = points
                .split_whitespace()
                .filter_map(|point| {
                    let (x, y) = point.split_once(',')?;
                    Some((x.parse().ok()?, y.parse().ok()?))
                })
                .collect();
            assert_eq!(points.len(), values.len());
            assert!(points.iter().all(|(x, y)| (0.0..=120.0).contains(x) && (0.0..=28.0).contains(y)));
            // Higher values stand higher.
            let highest = values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("a value").0;
            assert!(points.iter().all(|(_, y)| *y >= points[highest].1));
        }
    }

    #[test]
    fn nothing_to_draw_is_nothing() {
        assert_eq!(svg(&Chart::Spark(Spark::default())), "");
        assert_eq!(svg(&Chart::Line(Line::default())), "");
        assert_eq!(svg(&Chart::Bars(Bars::default())), "");
        assert_eq!(svg(&Chart::Heat(Heat::default())), "");
        assert_eq!(svg(&Chart::Distribution(Distribution::default())), "");
        let points = vec![("2026-01-05".into(), f64::NAN), ("2026-01-06".into(), 1.0)];
        assert_eq!(svg(&Chart::Line(Line { points, ..Line::default() })), "");
    }

    fn attribute(tag: &str, name: &str) -> f64 {
        let from = tag.split_once(&format!("{name}=\"")).map(|(_, rest)| rest).unwrap_or_default();
        from.split('"').next().and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    fn size(svg: &str) -> (f64, f64) {
        (attribute(svg, " width"), attribute(svg, " height"))
    }

    /// Boxes of all texts: left, top, right, bottom.
    fn texts(svg: &str) -> Vec<(f64, f64, f64, f64)> {
        let parts = svg.split("<text ").skip(1);
        parts
            .map(|part| {
                let (tag, rest) = part.split_once('>').expect("a tag");
                let words = rest.split_once("</text>").expect("an end").0.trim();
                let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
                let tall = attribute(tag, "font-size");
                // plotters writes sizes in its own way: what it calls 12 is as tall as 12 / 1.24.
                let wide = super::theme::width(&words, (tall * 1.24).round() as i32) / 1.0;
                let (x, y) = (attribute(tag, "x"), attribute(tag, "y"));
                let left = if tag.contains("text-anchor=\"end\"") {
                    x - wide
                } else if tag.contains("text-anchor=\"middle\"") {
                    x - wide / 2.0
                } else {
                    x
                };
                let top = if tag.contains("dy=\"0.76em\"") {
                    y
                } else if tag.contains("dy=\"0.5ex\"") {
                    y - tall / 2.0
                } else {
                    y - tall * 0.76
                };
                (left, top, left + wide, top + tall)
            })
            .collect()
    }
}
