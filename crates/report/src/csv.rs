//! CSV of what a view shows. Cells that a spreadsheet would run as a formula are marked as text.

use contract::drivers::DriversReport;
use contract::journeys::{BetweenView, CompareView, FunnelView, SankeyView, TransitionsView, VariantsView};

/// One row a link.
pub fn sankey(view: &SankeyView) -> String {
    let node = |id: &str| view.nodes.iter().find(|node| node.id == id);
    let mut out = Table::new(&[
        "from step",
        "from",
        "to step",
        "to",
        "journeys",
        "share of from",
        "median seconds",
        "95th percentile seconds",
        "share that changes department",
    ]);
    for link in &view.links {
        let (Some(source), Some(target)) = (node(&link.source), node(&link.target)) else { continue };
        out.row(&[
            source.step.to_string(),
            text(&source.label),
            target.step.to_string(),
            text(&target.label),
            link.journeys.to_string(),
            format!("{:.6}", link.share),
            number(link.median_seconds),
            number(link.p95_seconds),
            format!("{:.6}", link.handoff_share),
        ]);
    }
    out.finish()
}

/// One row a candidate.
pub fn drivers(view: &DriversReport) -> String {
    let mut out = Table::new(&[
        "touchpoint",
        "experience",
        "department",
        "exposed customers",
        "rate ratio",
        "rate ratio low",
        "rate ratio high",
        "q-value",
        "excess contacts",
        "excess low",
        "excess high",
        "cost",
        "explained by",
    ]);
    let figure = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
    let name = |name: &Option<String>| name.as_deref().map_or_else(String::new, text);
    for row in &view.drivers {
        out.row(&[
            text(&row.touchpoint),
            name(&row.experience),
            name(&row.department),
            row.exposed_customers.to_string(),
            figure(row.rate_ratio),
            figure(row.ci_low),
            figure(row.ci_high),
            format!("{:.6}", row.q_value),
            figure(row.excess_contacts),
            figure(row.excess_low),
            figure(row.excess_high),
            figure(row.cost),
            name(&row.explained_by),
        ]);
    }
    out.finish()
}

/// One row a link, with both sets.
pub fn compare(view: &CompareView) -> String {
    let node = |id: &str| view.nodes.iter().find(|node| node.id == id);
    let mut out = Table::new(&[
        "from step",
        "from",
        "to",
        "journeys A",
        "journeys B",
        "share of A",
        "share of B",
        "q-value",
        "significant",
    ]);
    for link in &view.links {
        let (Some(source), Some(target)) = (node(&link.source), node(&link.target)) else { continue };
        out.row(&[
            source.step.to_string(),
            text(&source.label),
            text(&target.label),
            link.first.to_string(),
            link.second.to_string(),
            format!("{:.6}", link.first_share),
            format!("{:.6}", link.second_share),
            format!("{:.6}", link.q),
            if link.significant { "yes" } else { "no" }.to_owned(),
        ]);
    }
    out.finish()
}

/// One row a transition.
pub fn transitions(view: &TransitionsView) -> String {
    let mut out = Table::new(&["from", "to", "count", "median seconds", "95th percentile seconds"]);
    for transition in &view.transitions {
        out.row(&[
            text(&transition.from),
            text(&transition.to),
            transition.count.to_string(),
            number(Some(transition.median_seconds)),
            number(Some(transition.p95_seconds)),
        ]);
    }
    out.finish()
}

/// One row a variant.
pub fn variants(view: &VariantsView) -> String {
    let mut out = Table::new(&["journeys", "share", "covered", "median seconds", "nodes"]);
    for one in &view.variants {
        out.row(&[
            one.count.to_string(),
            format!("{:.6}", one.share),
            format!("{:.6}", one.covered),
            number(Some(one.median_seconds)),
            text(&one.nodes.join(" > ")),
        ]);
    }
    out.finish()
}

/// One row a step.
pub fn funnel(view: &FunnelView) -> String {
    let mut out = Table::new(&[
        "step",
        "journeys",
        "share of the step before",
        "left",
        "median seconds",
        "95th percentile seconds",
    ]);
    for step in &view.steps {
        out.row(&[
            text(&step.node),
            step.journeys.to_string(),
            format!("{:.6}", step.share),
            step.left.to_string(),
            number(step.median_seconds),
            number(step.p95_seconds),
        ]);
    }
    out.finish()
}

/// One row a bar of the distribution.
pub fn between(view: &BetweenView) -> String {
    let mut out = Table::new(&["from", "to", "up to seconds", "journeys"]);
    for (end, journeys) in &view.bars {
        out.row(&[text(&view.from), text(&view.until), format!("{end:.3}"), journeys.to_string()]);
    }
    out.finish()
}

/// A CSV file with its cells marked where a spreadsheet would run them.
pub fn marked(path: &std::path::Path, out: impl std::io::Write) -> Result<(), csv::Error> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path)?;
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row)? {
        out.write_record(row.iter().map(|cell| text(&String::from_utf8_lossy(cell))))?;
    }
    Ok(out.flush()?)
}

/// Marks text that would be taken for a formula.
pub fn text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn number(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.3}")).unwrap_or_default()
}

struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new(header: &[&str]) -> Self {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        table.row(header);
        table
    }

    fn row<T: AsRef<[u8]>>(&mut self, cells: &[T]) {
        // Writing to memory does not fail, and every row has as many cells as the header.
        let _ = self.0.write_record(cells);
    }

    fn finish(self) -> String {
        String::from_utf8(self.0.into_inner().unwrap_or_default()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@import"), "'@import");
        assert_eq!(text("-5"), "-5");
        assert_eq!(text("plain"), "plain");
    }
}
