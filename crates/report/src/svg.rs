//! The Sankey as a picture that stands alone: light theme, no script, text escaped.

use std::fmt::Write as _;

use contract::journeys::{JourneysView, NodeKind};

/// The fixed categorical palette of departments in the light theme; the page's style has the same.
const PALETTE: [&str; 10] = [
    "#2f6db3", "#d9772b", "#2e8b74", "#b64a7a", "#7d6bb8", "#9a7b1f", "#4aa3c7", "#c4503f", "#6b8f3a",
    "#8a6552",
];
const NEUTRAL: &str = "#8c8a83";

/// The drawing with a caption; empty where there is nothing to draw.
pub fn sankey(view: &JourneysView, caption: &str) -> String {
    let Some(sankey) = &view.sankey else {
        return String::new();
    };
    let drawing = &view.wide;
    let (width, height) = (drawing.width, drawing.height + 56.0);
    let colour = |department: Option<u32>| {
        let department = department.and_then(|at| view.departments.get(at as usize));
        department.map_or(NEUTRAL, |one| PALETTE[one.colour as usize % PALETTE.len()])
    };
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="Inter, sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fbfaf7"/><text x="0" y="16" font-weight="600" fill="#1d1c1a">{}</text>"##,
        escape(caption)
    );
    for (column, at) in sankey.columns.iter().zip(&drawing.columns) {
        let _ = write!(
            out,
            r##"<text x="{at}" y="40" fill="#5c5a54">{} · {}</text>"##,
            column.step, column.journeys
        );
    }
    let _ = write!(out, r#"<g transform="translate(0 50)">"#);
    let place = |id: &str| sankey.nodes.iter().position(|node| node.id == id);
    for (link, ribbon) in sankey.links.iter().zip(&drawing.links) {
        let (Some(source), Some(target)) = (place(&link.source), place(&link.target)) else { continue };
        let path = drawing.ribbon(&drawing.nodes[source], &drawing.nodes[target], ribbon, false);
        let fill = colour(sankey.nodes[source].department);
        let _ = write!(out, r#"<path d="{path}" fill="{fill}" fill-opacity="0.33"/>"#);
    }
    for (node, drawn) in sankey.nodes.iter().zip(&drawing.nodes) {
        let opacity = if node.kind == NodeKind::Node { 1.0 } else { 0.5 };
        let _ = write!(
            out,
            r#"<rect x="{}" y="{}" width="10" height="{}" rx="2" fill="{}" fill-opacity="{opacity}"/>"#,
            drawn.at,
            drawn.start,
            drawn.length,
            colour(node.department)
        );
        if !drawn.label.is_empty() {
            let _ = write!(
                out,
                r##"<text x="{}" y="{}" fill="#1d1c1a">{}</text>"##,
                drawn.at + 14.0,
                drawn.start + drawn.length / 2.0 + 4.0,
                escape(&drawn.label)
            );
        }
    }
    out.push_str("</g></svg>\n");
    out
}

fn escape(text: &str) -> String {
    // XML has no place for control characters and non-characters, however they are written.
    let allowed = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text: String = text.chars().filter(allowed).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
