//! What charts show, wherever they are drawn: on a page, in a document, as a file. A title says the finding, a measure says
//! what is counted.

use serde::{Deserialize, Serialize};

use crate::format::rounded;

/// A chart that stands alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Chart {
    Line(Line),
    Bars(Bars),
    Heat(Heat),
    Distribution(Distribution),
    Spark(Spark),
}

impl Chart {
    pub fn title(&self) -> &str {
        match self {
            Self::Line(Line { title, .. })
            | Self::Bars(Bars { title, .. })
            | Self::Heat(Heat { title, .. })
            | Self::Distribution(Distribution { title, .. })
            | Self::Spark(Spark { title, .. }) => title,
        }
    }

    /// What its shape is called in addresses, where it stands for the chart: a document has one of each at most.
    pub fn shape(&self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Bars(_) => "bars",
            Self::Heat(_) => "heat",
            Self::Distribution(_) => "distribution",
            Self::Spark(_) => "spark",
        }
    }

    /// What the chart shows, for those who can't see it.
    pub fn alt(&self) -> String {
        match self {
            Self::Line(line) => {
                let Line { title, measure, points, target, marks, .. } = line;
                let ends = points.first().zip(points.last()).map(|((from, first), (to, last))| {
                    format!(", from {} on {from} to {} on {to}", rounded(*first), rounded(*last))
                });
                let target = target.map(|target| format!("; target {}", rounded(target))).unwrap_or_default();
                let marks: String =
                    marks.iter().map(|mark| format!("; {}: {}", mark.day, mark.label)).collect();
                format!("{title}. {measure}{}{target}{marks}.", ends.unwrap_or_default())
            }
            Self::Bars(Bars { title, measure, bars, .. }) => {
                let all: Vec<String> = bars
                    .iter()
                    .map(|bar| match bar.interval {
                        Some((low, high)) => {
                            format!(
                                "{} {} ({} to {})",
                                bar.label,
                                rounded(bar.value),
                                rounded(low),
                                rounded(high)
                            )
                        }
                        None => format!("{} {}", bar.label, rounded(bar.value)),
                    })
                    .collect();
                format!("{title}. {measure}: {}.", all.join(", "))
            }
            Self::Heat(Heat { title, measure, rows, columns, .. }) => {
                format!("{title}. {measure}, by {} rows and {} columns.", rows.len(), columns.len())
            }
            Self::Spark(Spark { title, values }) => {
                let ends = values.first().zip(values.last());
                let ends =
                    ends.map(|(first, last)| format!(", from {} to {}", rounded(*first), rounded(*last)));
                format!("{title} by week{}.", ends.unwrap_or_default())
            }
            Self::Distribution(Distribution { title, measure, bins, .. }) => {
                let most = bins.iter().max_by(|a, b| a.count.total_cmp(&b.count));
                let most = most.map(|bin| format!("; most at {} to {}", rounded(bin.from), rounded(bin.until)));
                format!("{title}. {measure}{}.", most.unwrap_or_default())
            }
        }
    }
}

/// Values over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub title: String,
    pub measure: String,
    pub unit: String,
    /// Day as 2026-03-01, and value, oldest first.
    pub points: Vec<(String, f64)>,
    pub target: Option<f64>,
    pub marks: Vec<Mark>,
}

/// Something that happened on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub day: String,
    pub label: String,
}

/// Bars from zero, the longest first as they are given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    pub title: String,
    pub measure: String,
    pub unit: String,
    pub bars: Vec<Bar>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    pub label: String,
    pub value: f64,
    /// Of 95 %.
    pub interval: Option<(f64, f64)>,
    /// Place of the department's colour.
    pub colour: Option<u32>,
}

/// Cells shaded by their value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    pub title: String,
    pub measure: String,
    pub unit: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// By row and column.
    pub cells: Vec<Vec<f64>>,
}

/// How a figure moved, as a line within its text: no axes, no labels.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spark {
    pub title: String,
    /// By whole week, oldest first.
    pub values: Vec<f64>,
}

/// How often values of a range occur.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    pub title: String,
    pub measure: String,
    pub unit: String,
    pub bins: Vec<Bin>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    pub from: f64,
    pub until: f64,
    pub count: f64,
}
