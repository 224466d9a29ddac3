//! How the grid is looked at: columns, order, filters, groups. It lives in the page's address, so that a link shows the
//! same, and a saved view is a name for it.

use contract::inventory::Column;
use contract::journeys::encode;

/// Narrowest and widest column.
pub const WIDTHS: (u32, u32) = (56, 640);

/// By what rows are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    None,
    By(Column),
}

/// Columns that can group.
pub const GROUPS: [Column; 3] = [Column::Owner, Column::Stage, Column::Channel];

/// A way to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Columns shown, in order, each with its width.
    pub columns: Vec<(Column, u32)>,
    /// How many of them stay while the others scroll.
    pub pinned: usize,
    /// Sorted by this column, downwards or not.
    pub sort: Option<(Column, bool)>,
    pub group: Group,
    /// Words that a row must hold anywhere, and conditions by column.
    pub words: String,
    pub filters: Vec<(Column, String)>,
    pub from: String,
    pub to: String,
    /// First row without JavaScript, in pages.
    pub page: usize,
}

/// Columns shown first; without figures, what people type.
fn first(figures: bool) -> Vec<(Column, u32)> {
    use Column::{
        Channel, ContactsAfter, Delivery, Description, Events, Experiences, Failures, Kpis, LastEvent, Name,
        Owner, Rules, Stage, StartedBy, Trend,
    };
    let shown: &[Column] = if figures {
        &[Name, Owner, Stage, Channel, Kpis, Events, Trend, Failures, ContactsAfter, LastEvent]
    } else {
        &[Name, Owner, Stage, Channel, Delivery, StartedBy, Kpis, Experiences, Rules, Description]
    };
    shown.iter().map(|&column| (column, column.width())).collect()
}

impl Look {
    /// The way to look before anybody chose one.
    pub fn plain(figures: bool) -> Self {
        Self {
            columns: first(figures),
            pinned: 1,
            sort: None,
            group: Group::None,
            words: String::new(),
            filters: Vec::new(),
            from: String::new(),
            to: String::new(),
            page: 0,
        }
    }

    /// Reads an address; what it does not say, or says wrongly, stays plain.
    pub fn read(get: impl Fn(&str) -> Option<String>, figures: bool) -> Self {
        let mut look = Self::plain(figures);
        if let Some(text) = get("cols") {
            let mut columns: Vec<(Column, u32)> = Vec::new();
            for part in text.split(',') {
                let (key, width) = part.split_once('.').unwrap_or((part, ""));
                let known = Column::from_key(key).filter(|of| columns.iter().all(|(known, _)| known != of));
                if let Some(column) = known {
                    let width = width.parse().unwrap_or(column.width()).clamp(WIDTHS.0, WIDTHS.1);
                    columns.push((column, width));
                }
            }
            // A row is known by its name.
            columns.retain(|(column, _)| *column != Column::Name);
            let width = text.split(',').find_map(|part| part.strip_prefix("name.")?.parse().ok());
            let width: u32 = width.unwrap_or(Column::Name.width());
            columns.insert(0, (Column::Name, width.clamp(WIDTHS.0, WIDTHS.1)));
            look.columns = columns;
        }
        if let Some(pinned) = get("pin").and_then(|text| text.parse::<usize>().ok()) {
            look.pinned = pinned.clamp(1, look.columns.len());
        }
        look.sort = get("sort").and_then(|text| {
            let (key, way) = text.split_once('.').unwrap_or((text.as_str(), "asc"));
            Some((Column::from_key(key)?, way == "desc"))
        });
        if let Some(column) = get("group").and_then(|key| Column::from_key(&key)) {
            look.group = if GROUPS.contains(&column) { Group::By(column) } else { Group::None };
        }
        look.words = get("q").unwrap_or_default();
        look.filters = Column::ALL
            .into_iter()
            .filter_map(|column| Some((column, get(&format!("f.{}", column.key()))?)))
            .filter(|(_, text)| !text.trim().is_empty())
            .collect();
        look.from = get("from").unwrap_or_default();
        look.to = get("to").unwrap_or_default();
        look.page = get("page").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0).min(100_000);
        look
    }

    /// The search part of its address; empty for the plain way.
    pub fn search(&self, figures: bool) -> String {
        let pairs = self.pairs(figures).into_iter().map(|(name, text)| format!("{name}={}", encode(&text)));
        let pairs: Vec<String> = pairs.collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// What the address says, as names and texts.
    pub fn pairs(&self, figures: bool) -> Vec<(String, String)> {
        let plain = Self::plain(figures);
        let mut pairs: Vec<(String, String)> = Vec::new();
        if self.columns != plain.columns {
            let columns: Vec<String> = self
                .columns
                .iter()
                .map(|(column, width)| {
                    let key = column.key();
                    if *width == column.width() { key.to_owned() } else { format!("{key}.{width}") }
                })
                .collect();
            pairs.push(("cols".into(), columns.join(",")));
        }
        if self.pinned != plain.pinned {
            pairs.push(("pin".into(), self.pinned.to_string()));
        }
        if let Some((column, down)) = self.sort {
            pairs.push(("sort".into(), format!("{}.{}", column.key(), if down { "desc" } else { "asc" })));
        }
        if let Group::By(column) = self.group {
            pairs.push(("group".into(), column.key().into()));
        }
        for (name, text) in [("q", &self.words), ("from", &self.from), ("to", &self.to)] {
            if !text.is_empty() {
                pairs.push((name.into(), text.clone()));
            }
        }
        for (column, text) in &self.filters {
            pairs.push((format!("f.{}", column.key()), text.clone()));
        }
        pairs
    }

    /// Columns alone, in their order.
    pub fn shown(&self) -> Vec<Column> {
        self.columns.iter().map(|(column, _)| *column).collect()
    }

    /// The condition on a column.
    pub fn filter(&self, column: Column) -> String {
        self.filters.iter().find(|(of, _)| *of == column).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Sets the condition on a column; an empty one goes.
    pub fn set_filter(&mut self, column: Column, text: &str) {
        self.filters.retain(|(of, _)| *of != column);
        if !text.trim().is_empty() {
            self.filters.push((column, text.to_owned()));
            self.filters.sort_by_key(|(column, _)| *column);
        }
    }

    /// Shows or hides a column.
    pub fn toggle(&mut self, column: Column) {
        if column == Column::Name {
            return;
        }
        match self.columns.iter().position(|(of, _)| *of == column) {
            Some(at) => {
                self.columns.remove(at);
                self.pinned = self.pinned.min(self.columns.len());
            }
            None => self.columns.push((column, column.width())),
        }
    }

    /// Moves a column a place to the left or right; the name stays first.
    pub fn shift(&mut self, column: Column, right: bool) {
        let Some(at) = self.columns.iter().position(|(of, _)| *of == column) else { return };
        let to = if right { at + 1 } else { at.saturating_sub(1) };
        if at > 0 && to > 0 && to < self.columns.len() {
            self.columns.swap(at, to);
        }
    }

    /// Makes a column wider or narrower.
    pub fn resize(&mut self, column: Column, width: i32) {
        if let Some((_, own)) = self.columns.iter_mut().find(|(of, _)| *of == column) {
            *own = width.clamp(WIDTHS.0 as i32, WIDTHS.1 as i32) as u32;
        }
    }

    /// Sorts by a column: first the way that its kind is read, then the other way, then not at all.
    pub fn sort_by(&mut self, column: Column) {
        let first = column.is_number() || column == Column::LastEvent;
        self.sort = match self.sort {
            Some((of, down)) if of == column && down == first => Some((column, !first)),
            Some((of, _)) if of == column => None,
            _ => Some((column, first)),
        };
    }
}

#[cfg(test)]
mod tests {
    use contract::inventory::Column;

    use super::{Group, Look};

    fn pairs(search: &str) -> Vec<(String, String)> {
        let search = search.trim_start_matches('?');
        let pairs = search.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, text)| {
                (name.to_owned(), text.replace("%20", " ").replace("%2C", ",").replace('+', " "))
            })
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut look = Look::plain(true);
        assert_eq!(look.search(true), "");
        look.toggle(Column::Promise);
        look.toggle(Column::Stage);
        look.shift(Column::Promise, false);
        look.resize(Column::Owner, 400);
        look.sort_by(Column::Events);
        look.group = Group::By(Column::Owner);
        look.set_filter(Column::Owner, "Field service");
        look.words = "visit".into();
        look.pinned = 2;
        let search = look.search(true);
        let pairs = pairs(&search);
        let get = |name: &str| pairs.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone());
        assert_eq!(Look::read(get, true), look, "{search}");
    }

    #[test]
    fn the_name_stays_first_and_nonsense_is_left_out() {
        let get = |name: &str| match name {
            "cols" => Some("stage,owner.9999,stage,nothing,name.300".to_owned()),
            "pin" => Some("99".to_owned()),
            "sort" => Some("nothing.desc".to_owned()),
            _ => None,
        };
        let look = Look::read(get, true);
        assert_eq!(look.columns, [(Column::Name, 300), (Column::Stage, 100), (Column::Owner, 640)]);
        assert_eq!((look.pinned, look.sort), (3, None));
        let mut look = look;
        look.toggle(Column::Name);
        look.shift(Column::Stage, false);
        assert_eq!(look.shown()[0], Column::Name);
        look.sort_by(Column::Owner);
        assert_eq!(look.sort, Some((Column::Owner, false)));
        look.sort_by(Column::Owner);
        look.sort_by(Column::Owner);
        assert_eq!(look.sort, None);
    }
}
