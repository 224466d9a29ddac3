//! The reports that leave the product: as files, by mail, and to machines.

/// Stable name, and what it holds.
pub const REPORTS: [(&str, &str); 10] = [
    ("summary", "Headlines, costliest drivers, where avoidable contacts come from, commitments"),
    ("drivers", "What causes contacts: drivers, departments, weeks, reasons"),
    ("reasons", "Contact reasons and what the evidence gives to each touchpoint"),
    ("trends", "Weekly series and changes of level"),
    ("reviews", "Actions with their effect, and reviews"),
    ("kpis", "KPIs with their latest readings"),
    ("matrix", "Which KPI measures which touchpoint, and which department owns what"),
    ("gaps", "What the inventory does not say yet"),
    ("inventory", "The service inventory"),
    ("journeys", "Flow, transitions or variants"),
];
