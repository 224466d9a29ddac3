//! What the grid holds while one works in it, and what one can do: edit, paste, fill.

use std::collections::{HashMap, HashSet, VecDeque};

use contract::inventory::{CellConflict, Column, Edited, GridRow, GridView, Named, RowEdit, Undoable};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::cursor::{Cursor, Move};
use super::lines::{Line, Rows, lines};
use super::look::Look;
use super::sending::Job;
use crate::api::AppError;
use crate::api::inventory::rows as fetch_rows;

/// Height of a line in pixels; the style says the same.
pub const LINE: f64 = 32.0;
/// Lines drawn beyond what is seen, and lines drawn before the size is known.
const BEYOND: usize = 8;
pub const FIRST: usize = 60;

/// A cell that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    pub column: Column,
    pub text: String,
    /// The row, and what stood there when the writing began: what others change meanwhile is not overwritten unseen.
    pub of: Option<(String, String)>,
}

/// What the page asks in a dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Whether to apply what was pasted or filled.
    Apply {
        edits: Vec<RowEdit>,
        outcome: Edited,
    },
    /// What to do about cells that others changed.
    Merge {
        edits: Vec<RowEdit>,
        conflicts: Vec<CellConflict>,
    },
    /// What could not be applied.
    Refused {
        outcome: Edited,
    },
    /// A value for all selected cells.
    SetAll,
    Keys,
}

/// Somebody else in the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub account: String,
    pub name: String,
    pub at: String,
}

/// The grid.
#[derive(Clone, Copy)]
pub struct Grid {
    pub rows: RwSignal<Rows>,
    pub look: RwSignal<Look>,
    pub folded: RwSignal<HashSet<String>>,
    pub lines: Memo<Vec<Line>>,
    pub columns: Memo<Vec<Column>>,
    pub cursor: RwSignal<Cursor>,
    pub editing: RwSignal<Option<Editing>>,
    pub ask: RwSignal<Option<Ask>>,
    pub history: RwSignal<Undoable>,
    /// What was done last, or why not, for everybody to read.
    pub said: RwSignal<(String, bool)>,
    pub busy: RwSignal<bool>,
    /// Whether the panel was opened by a key: then the focus goes there, and comes back.
    pub keyed: StoredValue<bool>,
    /// Whether it was the pointer that moved the cursor.
    pub pressed: StoredValue<bool>,
    /// What is on its way to the server, in its order.
    pub waiting: StoredValue<VecDeque<Job>>,
    /// Whether something of that is being sent.
    pub working: StoredValue<bool>,
    pub others: RwSignal<Vec<Other>>,
    /// Top of what is seen, and its height, in pixels.
    pub scroll: RwSignal<(f64, f64)>,
    /// The touchpoint whose panel is open.
    pub open: RwSignal<Option<String>>,
    pub choices: StoredValue<Choices>,
    pub figures: bool,
    pub may_propose: bool,
    pub me: StoredValue<String>,
    /// Version of the inventory that is shown.
    pub version: StoredValue<i64>,
}

/// What can be chosen in cells.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    pub stages: Vec<Named>,
    pub channels: Vec<Named>,
    pub departments: Vec<Named>,
}

impl Grid {
    /// Takes what the server sent.
    pub fn of(view: &GridView, look: Look, open: Option<String>) -> Self {
        let GridView {
            rows,
            live,
            stages,
            channels,
            departments,
            may_add,
            may_propose,
            history,
            me,
            version,
            ..
        } = view.clone();
        let figures = live.iter().any(Option::is_some);
        let order = StoredValue::new(stages.iter().map(|stage| stage.name.clone()).collect::<Vec<String>>());
        let rows = RwSignal::new(Rows { rows, live });
        let look = RwSignal::new(look);
        let folded = RwSignal::new(HashSet::new());
        Self {
            rows,
            look,
            folded,
            lines: Memo::new(move |_| {
                lines(&rows.read(), &look.read(), &folded.read(), &order.read_value(), may_add)
            }),
            columns: Memo::new(move |_| look.read().shown()),
            cursor: RwSignal::new(Cursor::at(0, 0)),
            editing: RwSignal::new(None),
            ask: RwSignal::new(None),
            history: RwSignal::new(history),
            said: RwSignal::new((String::new(), true)),
            busy: RwSignal::new(false),
            keyed: StoredValue::new(false),
            pressed: StoredValue::new(false),
            waiting: StoredValue::new(VecDeque::new()),
            working: StoredValue::new(false),
            others: RwSignal::new(Vec::new()),
            scroll: RwSignal::new((0.0, 0.0)),
            open: RwSignal::new(open),
            choices: StoredValue::new(Choices { stages, channels, departments }),
            figures,
            may_propose,
            me: StoredValue::new(me),
            version: StoredValue::new(version),
        }
    }

    /// First line that is drawn, and the first that is not any more.
    pub fn drawn(self) -> (usize, usize) {
        let count = self.lines.with(Vec::len);
        let (top, height) = self.scroll.get();
        if height == 0.0 {
            let page = self.look.with(|look| look.page);
            let first = (page * FIRST).min(count.saturating_sub(1));
            return (first, (first + FIRST).min(count));
        }
        let first = ((top / LINE) as usize).saturating_sub(BEYOND).min(count);
        (first, (first + (height / LINE) as usize + 2 * BEYOND).min(count))
    }

    /// The row of a line.
    pub fn row(self, line: usize) -> Option<GridRow> {
        let at = match self.lines.with_untracked(|lines| lines.get(line).cloned())? {
            Line::Row(at) => at,
            _ => return None,
        };
        self.rows.with_untracked(|rows| rows.rows.get(at).cloned())
    }

    /// The line that a touchpoint stands in.
    pub fn line_of(self, id: &str) -> Option<usize> {
        let at = self.rows.with_untracked(|rows| rows.rows.iter().position(|row| row.id == id))?;
        self.lines.with_untracked(|lines| lines.iter().position(|line| *line == Line::Row(at)))
    }

    /// Moves the cursor. False where there is nowhere to go.
    pub fn go(self, way: Move, extend: bool) -> bool {
        let (lines, columns) = (self.lines.with_untracked(Vec::len), self.columns.with_untracked(Vec::len));
        let mut moved = false;
        self.cursor.update(|cursor| moved = cursor.step(way, lines, columns, extend));
        moved
    }

    /// Keeps the cursor where there still is something.
    pub fn fit(self) {
        let (lines, columns) = (self.lines.with_untracked(Vec::len), self.columns.with_untracked(Vec::len));
        let mut cursor = self.cursor.get_untracked();
        cursor.fit(lines, columns);
        if cursor != self.cursor.get_untracked() {
            self.cursor.set(cursor);
        }
    }

    pub fn say(self, text: impl Into<String>) {
        self.said.set((text.into(), true));
    }

    pub fn complain(self, error: &AppError) {
        self.said.set((error.to_string(), false));
    }

    /// Begins to write in the cell under the cursor; `text` replaces what stands there.
    pub fn write(self, text: Option<String>) {
        let Cursor { at, .. } = self.cursor.get_untracked();
        let Some(column) = self.columns.with_untracked(|columns| columns.get(at.column).copied()) else {
            return;
        };
        let line = self.lines.with_untracked(|lines| lines.get(at.line).cloned());
        let (now, of) = match line {
            Some(Line::Row(_)) => {
                let Some(row) = self.row(at.line) else { return };
                if !column.is_typed() {
                    self.say(format!(
                        "{} are counted from the logs; they can\u{2019}t be typed.",
                        column.label()
                    ));
                    return;
                }
                if !row.may_edit && !self.may_propose {
                    self.say("Your role may look at the inventory, not change it.");
                    return;
                }
                let now = row.text(column);
                (now.clone(), Some((row.id, now)))
            }
            // A new row begins with its name, wherever one stands in it.
            Some(Line::New) => (String::new(), None),
            Some(Line::Group { label, .. }) => {
                self.fold(&label);
                return;
            }
            None => return,
        };
        let column = if of.is_some() { column } else { Column::Name };
        self.editing.set(Some(Editing { column, text: text.unwrap_or(now), of }));
    }

    /// Shows or hides the rows of a group.
    pub fn fold(self, label: &str) {
        self.folded.update(|folded| {
            if !folded.remove(label) {
                folded.insert(label.to_owned());
            }
        });
        self.fit();
    }

    /// The column in which a touchpoint is being written.
    pub fn writing_in(self, id: &str) -> Option<Column> {
        self.editing.with(|editing| {
            let Editing { column, of, .. } = editing.as_ref()?;
            of.as_ref().filter(|(row, _)| row == id).map(|_| *column)
        })
    }

    /// Keeps what is typed, so that a cell that scrolls away and comes back still holds it.
    pub fn typed(self, text: &str) {
        if let Some(Some(editing)) = self.editing.try_write_untracked().as_deref_mut() {
            text.clone_into(&mut editing.text);
        }
    }

    /// Adds what was typed before the field had the focus.
    pub fn type_on(self, letter: &str) {
        if let Some(Some(editing)) = self.editing.try_write_untracked().as_deref_mut() {
            editing.text.push_str(letter);
        }
    }

    /// Takes what is being written, so that the keys are the grid's again.
    pub fn settle(self) {
        // While something is asked, what is being written waits behind the dialog.
        if self.ask.with_untracked(Option::is_some) {
            return;
        }
        self.commit(false);
    }

    /// Takes what was written; with `all`, for every selected cell.
    pub fn commit(self, all: bool) {
        let Some(Editing { column, of, text }) = self.editing.get_untracked() else { return };
        self.editing.set(None);
        if all && self.cursor.with_untracked(Cursor::size) > 1 {
            self.set_all(&text);
            return;
        }
        match of {
            Some((_, before)) if before == text.trim() => {}
            Some((id, before)) => {
                self.send(vec![RowEdit { id, cells: vec![(column, before, text)] }]);
            }
            None if text.trim().is_empty() => {}
            None => {
                let cells = vec![(Column::Name, String::new(), text)];
                self.send(vec![RowEdit { id: "new".into(), cells }]);
            }
        }
    }

    /// Does something that may move rows, and keeps the cursor at its row.
    pub fn keeping_place(self, change: impl FnOnce()) {
        let line = self.cursor.with_untracked(|cursor| cursor.at.line);
        let id = self.row(line).map(|row| row.id);
        change();
        if let Some(now) = id.and_then(|id| self.line_of(&id)).filter(|now| *now != line) {
            let moved = now as isize - line as isize;
            self.cursor.update(|cursor| {
                cursor.at.line = now;
                cursor.anchor.line = cursor.anchor.line.saturating_add_signed(moved);
            });
        }
        self.fit();
    }

    /// Shows everything anew, as the server has it now.
    pub fn replace(self, view: GridView) {
        if self.version.try_set_value(view.version).is_some() {
            return;
        }
        self.keeping_place(|| self.rows.set(Rows { rows: view.rows, live: view.live }));
        self.history.set(view.history);
    }

    /// Puts rows as they are now in the place of what is shown.
    pub fn merge(self, changed: Vec<GridRow>, removed: &[String]) {
        let put = |rows: &mut Rows| {
            if !removed.is_empty() {
                let removed: HashSet<&String> = removed.iter().collect();
                let keep: Vec<bool> = rows.rows.iter().map(|row| !removed.contains(&row.id)).collect();
                let mut kept = keep.iter();
                rows.rows.retain(|_| *kept.next().unwrap_or(&true));
                let mut kept = keep.iter();
                rows.live.retain(|_| *kept.next().unwrap_or(&true));
            }
            let places: HashMap<String, usize> =
                rows.rows.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
            for row in changed {
                match places.get(&row.id) {
                    // An answer that was overtaken says nothing new.
                    Some(&at) if row.version < rows.rows[at].version => {}
                    Some(&at) => rows.rows[at] = row,
                    None => {
                        rows.rows.push(row);
                        rows.live.push(None);
                    }
                }
            }
        };
        self.keeping_place(|| self.rows.update(put));
    }

    /// Asks for rows that others changed.
    pub fn refresh(self, ids: Vec<String>) {
        spawn_local(async move {
            if let Ok(now) = fetch_rows(ids.clone()).await {
                let there: HashSet<&String> = now.iter().map(|row| &row.id).collect();
                let removed: Vec<String> = ids.into_iter().filter(|id| !there.contains(id)).collect();
                if self.rows.try_with_untracked(|_| ()).is_some() {
                    self.merge(now, &removed);
                }
            }
        });
    }
}

/// Shows a text in a row as the server will probably read it.
pub fn guess(row: &mut GridRow, column: Column, text: &str, choices: &Choices) {
    let text = text.trim().to_owned();
    let chosen = |list: &[Named]| {
        let found = list.iter().find(|one| one.name.eq_ignore_ascii_case(&text));
        found.map_or_else(|| text.clone(), |one| one.name.clone())
    };
    let fixed = || {
        let list = column.fixed().unwrap_or(&[]);
        let found = list.iter().find(|(_, label)| label.eq_ignore_ascii_case(&text));
        found.map_or_else(|| text.clone(), |(key, _)| (*key).to_owned())
    };
    match column {
        Column::Name if !text.is_empty() => row.name = text,
        Column::Owner => {
            row.owner = chosen(&choices.departments);
            let known = choices.departments.iter().find(|one| one.name == row.owner);
            row.colour = known.map(|one| one.position);
        }
        Column::Stage => row.stage = chosen(&choices.stages),
        Column::Channel => row.channel = chosen(&choices.channels),
        Column::Delivery => row.delivery = fixed(),
        Column::StartedBy => row.started_by = fixed(),
        Column::Cost => {
            let cents = text.parse::<f64>().ok().filter(|cost| cost.is_finite());
            row.cost =
                cents.map(|cost| (cost * 100.0).round() as i64).or(row.cost.filter(|_| !text.is_empty()));
        }
        Column::Contact => row.contact = text.eq_ignore_ascii_case("yes"),
        Column::Description => row.description = text,
        Column::Expectation => row.expectation = text,
        Column::Promise => row.promise = text,
        _ => {}
    }
}
