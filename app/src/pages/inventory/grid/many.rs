//! What one does with many cells at once: set, empty, fill, copy, paste.

use contract::inventory::{Column, GridRow, RowEdit};
use leptos::prelude::*;

use super::clip;
use super::cursor::Cursor;
use super::lines::Line;
use super::state::Grid;
use contract::format::counted;

/// Letters that are pasted at once.
const MOST_PASTED: usize = 6 << 20;

impl Grid {
    /// The typed cells of the selection: each row with its columns.
    fn selected(self) -> Vec<(GridRow, Vec<Column>)> {
        let (top, bottom, left, right) = self.cursor.with_untracked(Cursor::range);
        let columns: Vec<Column> = self.columns.with_untracked(|columns| {
            columns[left.min(columns.len())..(right + 1).min(columns.len())].to_vec()
        });
        let typed: Vec<Column> = columns.into_iter().filter(|column| column.is_typed()).collect();
        (top..=bottom).filter_map(|line| Some((self.row(line)?, typed.clone()))).collect()
    }

    /// Puts one text into all selected cells, after a look at what that changes.
    pub fn set_all(self, text: &str) {
        let edits = self.selected().into_iter().map(|(row, columns)| RowEdit {
            cells: columns
                .into_iter()
                .map(|column| (column, row.text(column), text.to_owned()))
                .filter(|(_, before, after)| before != after)
                .collect(),
            id: row.id,
        });
        self.look_first(edits.filter(|edit| !edit.cells.is_empty()).collect());
    }

    /// Empties the selected cells; names stay.
    pub fn clear(self) {
        let edits = self.selected().into_iter().map(|(row, columns)| RowEdit {
            cells: columns
                .into_iter()
                .filter(|column| *column != Column::Name)
                .map(|column| (column, row.text(column), String::new()))
                .filter(|(_, before, _)| !before.is_empty())
                .collect(),
            id: row.id,
        });
        self.look_first(edits.filter(|edit| !edit.cells.is_empty()).collect());
    }

    /// Fills the selection down from its first row.
    pub fn fill_down(self) {
        let rows = self.selected();
        let Some((first, _)) = rows.first().cloned() else { return };
        let edits = rows.into_iter().skip(1).map(|(row, columns)| RowEdit {
            cells: columns
                .into_iter()
                .filter(|column| *column != Column::Name)
                .map(|column| (column, row.text(column), first.text(column)))
                .filter(|(_, before, after)| before != after)
                .collect(),
            id: row.id,
        });
        self.look_first(edits.filter(|edit| !edit.cells.is_empty()).collect());
    }

    /// The selection as text for a spreadsheet.
    pub fn copied(self) -> String {
        let (top, bottom, left, right) = self.cursor.with_untracked(Cursor::range);
        let columns = self.columns.get_untracked();
        let wanted = &columns[left.min(columns.len())..(right + 1).min(columns.len())];
        let lines = self.lines.get_untracked();
        let rows: Vec<Vec<String>> = self.rows.with_untracked(|rows| {
            let cells = |line: usize| {
                let at = match lines.get(line) {
                    Some(Line::Row(at)) => *at,
                    _ => usize::MAX,
                };
                wanted.iter().map(|&column| super::cell::plain(rows, at, column)).collect()
            };
            (top..=bottom).map(cells).collect()
        });
        let size = self.cursor.with_untracked(Cursor::size) as u64;
        self.say(format!("{} copied.", counted(size, "cell", "cells")));
        clip::write(&rows)
    }

    /// Takes cells from a spreadsheet, from the first selected cell on; what reaches below the last row is new.
    pub fn paste(self, text: &str) {
        if text.len() > MOST_PASTED {
            self.said.set((
                "That is more than can be pasted at once (6 MB). Paste a part, or import a file.".into(),
                false,
            ));
            return;
        }
        let cells = clip::read(text);
        let (top, bottom, left, right) = self.cursor.with_untracked(Cursor::range);
        if let [row] = cells.as_slice()
            && let [only] = row.as_slice()
            && (bottom > top || right > left)
        {
            self.set_all(only);
            return;
        }
        let columns = self.columns.get_untracked();
        let mut edits: Vec<RowEdit> = Vec::new();
        let (mut line, mut new) = (top, 0);
        for row in &cells {
            // Heads of groups take no cells.
            while self.lines.with_untracked(|lines| matches!(lines.get(line), Some(Line::Group { .. }))) {
                line += 1;
            }
            let pairs = columns.iter().skip(left).zip(row).filter(|(column, _)| column.is_typed());
            match self.row(line) {
                Some(known) => {
                    let cells: Vec<(Column, String, String)> = pairs
                        .map(|(&column, text)| (column, known.text(column), text.trim().to_owned()))
                        .filter(|(_, before, after)| before != after)
                        .collect();
                    if !cells.is_empty() {
                        edits.push(RowEdit { id: known.id, cells });
                    }
                }
                None => {
                    let cells: Vec<(Column, String, String)> = pairs
                        .map(|(&column, text)| (column, String::new(), text.trim().to_owned()))
                        .filter(|(_, _, after)| !after.is_empty())
                        .collect();
                    if !cells.is_empty() {
                        edits.push(RowEdit { id: format!("new-{new}"), cells });
                        new += 1;
                    }
                }
            }
            line += 1;
        }
        self.look_first(edits);
    }

    /// Sends one cell at once, and asks before it sends more.
    fn look_first(self, edits: Vec<RowEdit>) {
        let cells: usize = edits.iter().map(|edit| edit.cells.len()).sum();
        match cells {
            0 => self.say("Nothing would change."),
            1 => self.send(edits),
            _ => self.look(edits),
        }
    }
}
