//! What one does in the grid, on its way to the server: one thing after the other, in the order it was done.

use std::collections::{HashMap, VecDeque};

use contract::inventory::{Edited, GridRow, RowEdit};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::cursor::Cursor;
use super::lines::Line;
use super::state::{Ask, Editing, Grid, guess};
use crate::api::AppError;
use crate::api::inventory::{edit_cells, undo_step};
use crate::components::format::counted;

/// Something that waits for its turn.
#[derive(Debug, Clone)]
pub enum Job {
    /// Changes, with the rows as they stood before.
    Edit {
        edits: Vec<RowEdit>,
        before: HashMap<String, GridRow>,
    },
    Undo {
        again: bool,
    },
}

impl Grid {
    /// Sends changes. They show at once; what is refused comes back.
    pub fn send(self, edits: Vec<RowEdit>) {
        let before = self.show(&edits);
        self.queue(Job::Edit { edits, before });
    }

    /// Undoes one's own latest step, or does again what was undone.
    pub fn undo(self, again: bool) {
        self.queue(Job::Undo { again });
    }

    fn queue(self, job: Job) {
        let first = self.waiting.try_update_value(|waiting: &mut VecDeque<Job>| {
            waiting.push_back(job);
            waiting.len() == 1
        });
        if first == Some(true) {
            self.busy.set(true);
            spawn_local(async move { self.work().await });
        }
    }

    /// Sends what waits, until nothing does.
    async fn work(self) {
        let front = move || self.waiting.try_with_value(|waiting| waiting.front().cloned()).flatten();
        while let Some(job) = front() {
            match job {
                Job::Edit { edits, before } => {
                    let answer = edit_cells(edits.clone(), false).await;
                    if self.waiting.try_with_value(|_| ()).is_none() {
                        return;
                    }
                    self.answered(edits, &before, answer);
                }
                Job::Undo { again } => {
                    let answer = undo_step(again).await;
                    if self.waiting.try_with_value(|_| ()).is_none() {
                        return;
                    }
                    match answer {
                        Ok(Edited { rows, removed, history, label, .. }) => {
                            self.merge(rows, &removed);
                            self.history.set(history);
                            self.say(format!("{}: {label}.", if again { "Done again" } else { "Undone" }));
                        }
                        Err(error) => self.complain(&error),
                    }
                }
            }
            self.waiting.try_update_value(VecDeque::pop_front);
        }
        self.busy.try_set(false);
    }

    fn answered(
        self,
        edits: Vec<RowEdit>,
        before: &HashMap<String, GridRow>,
        answer: Result<Edited, AppError>,
    ) {
        match answer {
            Ok(outcome) if outcome.applied => {
                self.follow_on(&edits, &outcome.rows);
                self.take(outcome, before);
            }
            Ok(outcome) => {
                self.put_back(before);
                self.reopen(&edits);
                let ask = if outcome.conflicts.is_empty() {
                    Ask::Refused { outcome }
                } else {
                    // The dialog holds what was typed.
                    self.editing.set(None);
                    Ask::Merge { edits, conflicts: outcome.conflicts }
                };
                self.ask.set(Some(ask));
            }
            Err(error) => {
                self.put_back(before);
                self.reopen(&edits);
                self.complain(&error);
            }
        }
    }

    /// What was typed in one cell and could not be taken stands in its field again: nobody types it twice.
    fn reopen(self, edits: &[RowEdit]) {
        let [RowEdit { id, cells }] = edits else { return };
        let [(column, before, text)] = cells.as_slice() else { return };
        if self.editing.with_untracked(Option::is_some) {
            return;
        }
        let line = match id.starts_with("new") {
            true => self.lines.with_untracked(|lines| lines.iter().position(|line| *line == Line::New)),
            false => self.line_of(id),
        };
        let place = self.columns.with_untracked(|columns| columns.iter().position(|known| known == column));
        let (Some(line), Some(place)) = (line, place) else { return };
        self.cursor.set(Cursor::at(line, place));
        let of = (!id.starts_with("new")).then(|| (id.clone(), before.clone()));
        self.editing.set(Some(Editing { column: *column, text: text.clone(), of }));
    }

    /// Changes that wait began from what one had typed oneself; now they begin from what the server made of it.
    fn follow_on(self, sent: &[RowEdit], now: &[GridRow]) {
        self.waiting.try_update_value(|waiting| {
            let later = waiting.iter_mut().skip(1).filter_map(|job| match job {
                Job::Edit { edits, .. } => Some(edits),
                Job::Undo { .. } => None,
            });
            for edit in later.flatten() {
                let Some(row) = now.iter().find(|row| row.id == edit.id) else { continue };
                let own = sent.iter().filter(|sent| sent.id == edit.id).flat_map(|sent| &sent.cells);
                let own: Vec<_> = own.map(|(column, ..)| *column).collect();
                for (column, before, _) in &mut edit.cells {
                    if own.contains(column) {
                        *before = row.text(*column);
                    }
                }
            }
        });
    }

    fn put_back(self, before: &HashMap<String, GridRow>) {
        self.rows.update(|rows| {
            for row in &mut rows.rows {
                if let Some(old) = before.get(&row.id) {
                    *row = old.clone();
                }
            }
        });
    }

    /// Shows cells as they shall be, and returns the rows as they were.
    fn show(self, edits: &[RowEdit]) -> HashMap<String, GridRow> {
        let by_id: HashMap<&str, &RowEdit> = edits.iter().map(|edit| (edit.id.as_str(), edit)).collect();
        let mut before = HashMap::new();
        self.keeping_place(|| {
            self.rows.update(|rows| {
                for row in rows.rows.iter_mut().filter(|row| row.may_edit) {
                    let Some(edit) = by_id.get(row.id.as_str()) else { continue };
                    before.insert(row.id.clone(), row.clone());
                    for (column, _, text) in &edit.cells {
                        guess(row, *column, text, &self.choices.read_value());
                    }
                }
            });
        });
        before
    }

    /// Takes what the server made of changes.
    fn take(self, outcome: Edited, before: &HashMap<String, GridRow>) {
        let Edited { rows: changed, removed, created, proposed, history, label, changed: cells, .. } = outcome;
        let newest = (created > 0).then(|| changed.last().map(|row| row.id.clone())).flatten();
        // What was only proposed stands as it stood.
        let changed_ids: Vec<&String> = changed.iter().map(|row| &row.id).collect();
        let stood: HashMap<String, GridRow> = before
            .iter()
            .filter(|(id, _)| !changed_ids.contains(id))
            .map(|(id, row)| (id.clone(), row.clone()))
            .collect();
        if !stood.is_empty() {
            self.put_back(&stood);
        }
        self.merge(changed, &removed);
        self.history.set(history);
        if let Some(line) = newest.and_then(|id| self.line_of(&id)) {
            self.cursor.set(Cursor::at(line, 0));
        }
        let done = match (created, proposed) {
            (0, 0) if cells > 1 => format!("{} changed.", counted(u64::from(cells), "cell", "cells")),
            (0, 0) => format!("{label}: saved."),
            (0, proposed) => format!(
                "{} proposed; the owner decides.",
                counted(u64::from(proposed), "change is", "changes are")
            ),
            (created, _) => format!("{} added.", counted(u64::from(created), "touchpoint", "touchpoints")),
        };
        self.say(done);
    }
}
