//! What one does in the grid, on its way to the server: one thing after the other, in the order it was done. While
//! something is asked, the rest waits.

use std::collections::{HashMap, HashSet, VecDeque};

use contract::inventory::{Column, Edited, GridRow, RowEdit};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::cursor::Cursor;
use super::lines::Line;
use super::state::{Ask, Editing, Grid, guess};
use crate::api::AppError;
use crate::api::inventory::{edit_cells, undo_step};
use contract::format::counted;

/// Something that waits for its turn.
#[derive(Debug, Clone)]
pub enum Job {
    Edit(Vec<RowEdit>),
    /// A look at what many changes would come to.
    Look(Vec<RowEdit>),
    Undo {
        again: bool,
    },
}

/// What stands in cells, by row.
type Standing<'a> = HashMap<&'a str, Vec<(Column, String)>>;

impl Grid {
    /// Sends changes. They show at once; what is refused comes back.
    pub fn send(self, edits: Vec<RowEdit>) {
        self.show(&edits);
        self.queue(Job::Edit(edits));
    }

    /// Sends what was asked about before anything that waits.
    pub fn send_first(self, edits: Vec<RowEdit>) {
        self.show(&edits);
        self.waiting.update_value(|waiting| waiting.push_front(Job::Edit(edits)));
        self.resume();
    }

    /// Asks what changes would come to, and then whether to apply them.
    pub fn look(self, edits: Vec<RowEdit>) {
        self.queue(Job::Look(edits));
    }

    /// Undoes one's own latest step, or does again what was undone.
    pub fn undo(self, again: bool) {
        self.queue(Job::Undo { again });
    }

    fn queue(self, job: Job) {
        self.waiting.update_value(|waiting| waiting.push_back(job));
        self.resume();
    }

    /// Goes on sending, where nothing is being sent or asked.
    pub fn resume(self) {
        let waits = self.waiting.with_value(|waiting| !waiting.is_empty());
        if waits && !self.working.get_value() && self.ask.with_untracked(Option::is_none) {
            self.working.set_value(true);
            self.busy.set(true);
            spawn_local(async move { self.work().await });
        }
    }

    /// Sends what waits, until nothing does, or something is asked, or the page is gone.
    async fn work(self) {
        while self.ask.try_with_untracked(Option::is_none) == Some(true) {
            let Some(job) = self.waiting.try_update_value(VecDeque::pop_front).flatten() else { break };
            match job {
                Job::Edit(edits) => {
                    let answer = edit_cells(edits.clone(), false).await;
                    if self.is_there() {
                        self.answered(edits, answer);
                    }
                }
                Job::Look(edits) => {
                    let answer = edit_cells(edits.clone(), true).await;
                    if self.is_there() {
                        self.looked(edits, answer);
                    }
                }
                Job::Undo { again } => {
                    let answer = undo_step(again).await;
                    if self.is_there() {
                        self.undone(again, answer);
                    }
                }
            }
        }
        self.working.try_set_value(false);
        self.busy.try_set(false);
    }

    fn is_there(self) -> bool {
        self.waiting.try_with_value(|_| ()).is_some()
    }

    fn undone(self, again: bool, answer: Result<Edited, AppError>) {
        match answer {
            Ok(Edited { rows, removed, history, label, .. }) => {
                self.merge(rows, &removed);
                self.history.set(history);
                self.say(format!("{}: {label}.", if again { "Done again" } else { "Undone" }));
            }
            Err(error) => self.complain(&error),
        }
    }

    fn looked(self, edits: Vec<RowEdit>, answer: Result<Edited, AppError>) {
        match answer {
            Ok(outcome) if !outcome.conflicts.is_empty() => {
                self.ask.set(Some(Ask::Merge { edits, conflicts: outcome.conflicts }));
            }
            Ok(outcome) => self.ask.set(Some(Ask::Apply { edits, outcome })),
            Err(error) => self.complain(&error),
        }
    }

    fn answered(self, edits: Vec<RowEdit>, answer: Result<Edited, AppError>) {
        match answer {
            Ok(outcome) if outcome.applied => {
                self.rebase(&made(&edits, &outcome.rows));
                self.take(&edits, outcome);
            }
            Ok(outcome) => {
                self.put_back(&edits);
                let ask = if outcome.conflicts.is_empty() {
                    self.reopen(&edits);
                    Ask::Refused { outcome }
                } else {
                    // The dialog holds what was typed.
                    Ask::Merge { edits, conflicts: outcome.conflicts }
                };
                self.ask.set(Some(ask));
            }
            Err(error) => {
                self.put_back(&edits);
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

    /// What waits, and what is being written, began from what one had typed oneself; now it begins from what stands there.
    fn rebase(self, standing: &Standing<'_>) {
        let text_of = |id: &str, column: Column| {
            let cells = standing.get(id)?;
            cells.iter().find(|(of, _)| *of == column).map(|(_, text)| text)
        };
        self.waiting.update_value(|waiting| {
            let later = waiting.iter_mut().filter_map(|job| match job {
                Job::Edit(edits) | Job::Look(edits) => Some(edits),
                Job::Undo { .. } => None,
            });
            for edit in later.flatten() {
                for (column, before, _) in &mut edit.cells {
                    if let Some(text) = text_of(&edit.id, *column) {
                        before.clone_from(text);
                    }
                }
            }
        });
        if let Some(Some(Editing { column, of: Some((id, before)), .. })) =
            self.editing.try_write_untracked().as_deref_mut()
            && let Some(text) = text_of(id, *column)
        {
            before.clone_from(text);
        }
    }

    /// Shows the cells of refused changes as they were, where nothing newer is shown.
    fn put_back(self, edits: &[RowEdit]) {
        self.on_rows(edits, |row, edit, choices| {
            for (column, before, text) in &edit.cells {
                let mut guessed = row.clone();
                guess(&mut guessed, *column, text, choices);
                if guessed.text(*column) == row.text(*column) {
                    guess(row, *column, before, choices);
                }
            }
        });
        let standing = edits.iter().map(|edit| {
            let cells = edit.cells.iter().map(|(column, before, _)| (*column, before.clone()));
            (edit.id.as_str(), cells.collect())
        });
        self.rebase(&standing.collect());
    }

    /// Shows cells as they shall be.
    fn show(self, edits: &[RowEdit]) {
        self.on_rows(edits, |row, edit, choices| {
            for (column, _, text) in &edit.cells {
                guess(row, *column, text, choices);
            }
        });
    }

    /// Does something with each row that edits are of and that one may change.
    fn on_rows(self, edits: &[RowEdit], change: impl Fn(&mut GridRow, &RowEdit, &super::state::Choices)) {
        let by_id: HashMap<&str, &RowEdit> = edits.iter().map(|edit| (edit.id.as_str(), edit)).collect();
        let choices = self.choices.read_value();
        self.keeping_place(|| {
            self.rows.update(|rows| {
                for row in rows.rows.iter_mut().filter(|row| row.may_edit) {
                    if let Some(edit) = by_id.get(row.id.as_str()) {
                        change(row, edit, &choices);
                    }
                }
            });
        });
    }

    /// Takes what the server made of changes.
    fn take(self, edits: &[RowEdit], outcome: Edited) {
        let Edited { rows: changed, removed, created, proposed, history, label, changed: cells, .. } = outcome;
        let newest = (created > 0).then(|| changed.last().map(|row| row.id.clone())).flatten();
        // What was only proposed stands as it stood.
        let there: HashSet<&str> = changed.iter().map(|row| row.id.as_str()).collect();
        let stood: Vec<RowEdit> =
            edits.iter().filter(|edit| !there.contains(edit.id.as_str())).cloned().collect();
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

/// What the server made of the cells that were sent.
fn made<'a>(sent: &'a [RowEdit], now: &[GridRow]) -> Standing<'a> {
    let rows: HashMap<&str, &GridRow> = now.iter().map(|row| (row.id.as_str(), row)).collect();
    let known = sent.iter().filter_map(|edit| Some((edit, rows.get(edit.id.as_str())?)));
    known
        .map(|(edit, row)| {
            let cells = edit.cells.iter().map(|(column, ..)| (*column, row.text(*column)));
            (edit.id.as_str(), cells.collect())
        })
        .collect()
}
