//! The lines of the grid: rows that pass the filters, in their order, under the heads of their groups.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use contract::inventory::{Column, GridRow, LiveFigures};

use super::look::{Group, Look};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// The head of a group, with its sums.
    Group { label: String, rows: u32, events: Option<u64>, folded: bool },
    /// A row, by its place.
    Row(usize),
    /// Where a new row begins.
    New,
}

/// All rows with their figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    pub rows: Vec<GridRow>,
    pub live: Vec<Option<LiveFigures>>,
}

/// A cell as a number, where its column holds numbers.
fn number(row: &GridRow, live: Option<&LiveFigures>, column: Column) -> Option<f64> {
    match column {
        Column::Cost => row.cost.map(|cents| cents as f64 / 100.0),
        Column::Experiences => Some(f64::from(row.experiences)),
        Column::Rules => Some(f64::from(row.rules)),
        Column::Kpis => Some(f64::from(row.kpis)),
        Column::Notes => Some(f64::from(row.comments + row.proposals)),
        Column::Events | Column::Trend => live.map(|live| live.events as f64),
        Column::Customers => live.map(|live| live.customers as f64),
        Column::Share => live.map(|live| live.share * 100.0),
        Column::Failures => live.and_then(|live| live.failures).map(|share| share * 100.0),
        Column::ContactsAfter => live.map(|live| live.contacts_after as f64),
        // Days in their order, as numbers.
        Column::LastEvent => {
            live.and_then(|live| live.last.as_ref()).and_then(|day| day.replace('-', "").parse().ok())
        }
        _ => None,
    }
}

/// A cell as text, typed or counted.
fn text(row: &GridRow, live: Option<&LiveFigures>, column: Column) -> String {
    if column.is_typed() {
        return row.text(column);
    }
    if column == Column::LastEvent {
        return live.and_then(|live| live.last.clone()).unwrap_or_default();
    }
    number(row, live, column).map(|value| value.to_string()).unwrap_or_default()
}

/// Whether a cell fulfils a condition: `=` for empty cells, `*` for filled ones, `=words` for exactly these, `>n` and `<n`
/// for numbers, `!words` for cells without them, else cells that hold all words.
fn fulfils(row: &GridRow, live: Option<&LiveFigures>, column: Column, condition: &str) -> bool {
    let condition = condition.trim();
    let value = text(row, live, column).to_lowercase();
    let bound = |rest: &str| rest.trim().parse::<f64>().ok();
    match condition.chars().next() {
        None => true,
        Some('*') if condition.len() == 1 => !value.is_empty(),
        Some('=') if condition.len() == 1 => value.is_empty(),
        Some('=') => value == condition[1..].trim().to_lowercase(),
        Some('!') => !holds(&value, &condition[1..]),
        Some(sign @ ('<' | '>')) => match (number(row, live, column), bound(&condition[1..])) {
            (Some(value), Some(bound)) => {
                if sign == '<' {
                    value < bound
                } else {
                    value > bound
                }
            }
            _ => false,
        },
        Some(_) => holds(&value, condition),
    }
}

fn holds(value: &str, words: &str) -> bool {
    words.to_lowercase().split_whitespace().all(|word| value.contains(word))
}

fn compare(rows: &Rows, a: usize, b: usize, column: Column, down: bool) -> Ordering {
    let (one, other) = (&rows.rows[a], &rows.rows[b]);
    let (live, other_live) = (rows.live[a].as_ref(), rows.live[b].as_ref());
    let way = |order: Ordering| if down { order.reverse() } else { order };
    if column.is_number() || matches!(column, Column::Trend | Column::LastEvent) {
        // What has no number comes last, whichever way.
        return match (number(one, live, column), number(other, other_live, column)) {
            (Some(one), Some(other)) => way(one.total_cmp(&other)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
    }
    let (one, other) = (one.text(column).to_lowercase(), other.text(column).to_lowercase());
    match (one.is_empty(), other.is_empty()) {
        (false, true) => Ordering::Less,
        (true, false) => Ordering::Greater,
        _ => way(one.cmp(&other)),
    }
}

/// The lines of a look; `folded` names groups whose rows are hidden, `order` is that of the stages.
pub fn lines(rows: &Rows, look: &Look, folded: &HashSet<String>, order: &[String], may_add: bool) -> Vec<Line> {
    let words = look.words.to_lowercase();
    let mut kept: Vec<usize> = (0..rows.rows.len())
        .filter(|&at| {
            let (row, live) = (&rows.rows[at], rows.live[at].as_ref());
            let all = || {
                let fields = [&row.name, &row.owner, &row.stage, &row.channel, &row.description];
                fields.map(|field| field.to_lowercase()).join(" ")
            };
            (words.trim().is_empty() || holds(&all(), &words))
                && look.filters.iter().all(|(column, condition)| fulfils(row, live, *column, condition))
        })
        .collect();
    if let Some((column, down)) = look.sort {
        kept.sort_by(|&a, &b| compare(rows, a, b, column, down).then(a.cmp(&b)));
    }
    let mut lines: Vec<Line> = match look.group {
        Group::None => kept.into_iter().map(Line::Row).collect(),
        Group::By(column) => {
            let mut groups: BTreeMap<(bool, usize, String), Vec<usize>> = BTreeMap::new();
            for at in kept {
                let label = rows.rows[at].text(column);
                let place = order.iter().position(|known| *known == label).unwrap_or(usize::MAX);
                groups.entry((label.is_empty(), place, label)).or_default().push(at);
            }
            let mut lines = Vec::new();
            for ((empty, _, label), members) in groups {
                let label = if empty { format!("No {}", column.label().to_lowercase()) } else { label };
                let sum: Option<u64> = members
                    .iter()
                    .filter_map(|&at| rows.live[at].as_ref().map(|live| live.events))
                    .reduce(|a, b| a + b);
                let folded = folded.contains(&label);
                lines.push(Line::Group { label, rows: members.len() as u32, events: sum, folded });
                if !folded {
                    lines.extend(members.into_iter().map(Line::Row));
                }
            }
            lines
        }
    };
    if may_add {
        lines.push(Line::New);
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use contract::inventory::{Column, GridRow, LiveFigures};

    use super::{Line, Rows, lines};
    use crate::pages::inventory::grid::look::{Group, Look};

    fn rows() -> Rows {
        let row = |name: &str, owner: &str, cost: Option<i64>| GridRow {
            name: name.into(),
            owner: owner.into(),
            cost,
            ..GridRow::default()
        };
        let live = |events: u64| Some(LiveFigures { events, ..LiveFigures::default() });
        Rows {
            rows: vec![
                row("Invoice", "Billing", None),
                row("Call", "Contact centre", Some(650)),
                row("Advert", "", None),
                row("Chat", "Contact centre", Some(420)),
            ],
            live: vec![live(10), live(3), None, live(7)],
        }
    }

    fn places(look: &Look) -> Vec<usize> {
        let found = lines(&rows(), look, &HashSet::new(), &[], false);
        found.into_iter().filter_map(|line| if let Line::Row(at) = line { Some(at) } else { None }).collect()
    }

    #[test]
    fn conditions_and_order() {
        let with = |column: Column, text: &str| {
            let mut look = Look::plain(true);
            look.set_filter(column, text);
            places(&look)
        };
        assert_eq!(with(Column::Owner, "centre"), [1, 3]);
        assert_eq!(with(Column::Owner, "="), [2]);
        assert_eq!(with(Column::Owner, "*"), [0, 1, 3]);
        assert_eq!(with(Column::Owner, "!billing"), [1, 2, 3]);
        assert_eq!(with(Column::Owner, "=billing"), [0]);
        assert_eq!(with(Column::Events, ">5"), [0, 3]);
        assert_eq!(with(Column::Cost, "<5"), [3]);
        assert_eq!(with(Column::Cost, "<many"), [0_usize; 0]);
        let mut look = Look::plain(true);
        look.sort_by(Column::Events);
        // What has no figure comes last, up and down.
        assert_eq!(places(&look), [0, 3, 1, 2]);
        look.sort_by(Column::Events);
        assert_eq!(places(&look), [1, 3, 0, 2]);
        look.words = "ca contact".into();
        assert_eq!(places(&look), [1]);
    }

    #[test]
    fn groups_have_heads_and_sums() {
        let look = Look { group: Group::By(Column::Owner), ..Look::plain(true) };
        let folded = HashSet::from(["Contact centre".to_owned()]);
        let found = lines(&rows(), &look, &folded, &[], true);
        let head = |label: &str, rows: u32, events: Option<u64>, folded: bool| Line::Group {
            label: label.into(),
            rows,
            events,
            folded,
        };
        assert_eq!(
            found,
            [
                head("Billing", 1, Some(10), false),
                Line::Row(0),
                head("Contact centre", 2, Some(10), true),
                head("No owner", 1, None, false),
                Line::Row(2),
                Line::New,
            ]
        );
    }
}
