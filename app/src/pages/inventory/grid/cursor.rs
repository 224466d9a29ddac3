//! Where one is in the grid, and what is selected.

/// A cell by its line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// The cell that has the focus, and the other corner of the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: Place,
    pub anchor: Place,
}

/// A way to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    By {
        lines: isize,
        columns: isize,
    },
    RowStart,
    RowEnd,
    First,
    Last,
    /// To the next cell, on to the next line at the end of one.
    Next,
    Back,
}

impl Cursor {
    /// At one cell.
    pub fn at(line: usize, column: usize) -> Self {
        let at = Place { line, column };
        Self { at, anchor: at }
    }

    /// Moves within so many lines and columns; with `extend`, the selection grows. False where there is nowhere to go.
    pub fn step(&mut self, way: Move, lines: usize, columns: usize, extend: bool) -> bool {
        if lines == 0 || columns == 0 {
            return false;
        }
        let (last_line, last_column) = (lines - 1, columns - 1);
        let Place { line, column } = self.at;
        let to = match way {
            Move::By { lines, columns } => Place {
                line: line.saturating_add_signed(lines).min(last_line),
                column: column.saturating_add_signed(columns).min(last_column),
            },
            Move::RowStart => Place { line, column: 0 },
            Move::RowEnd => Place { line, column: last_column },
            Move::First => Place { line: 0, column: 0 },
            Move::Last => Place { line: last_line, column: last_column },
            Move::Next if column < last_column => Place { line, column: column + 1 },
            Move::Next if line < last_line => Place { line: line + 1, column: 0 },
            Move::Back if column > 0 => Place { line, column: column - 1 },
            Move::Back if line > 0 => Place { line: line - 1, column: last_column },
            Move::Next | Move::Back => return false,
        };
        let moved = to != self.at;
        self.at = to;
        if !extend {
            self.anchor = to;
        }
        moved
    }

    /// First and last line, first and last column of the selection.
    pub fn range(&self) -> (usize, usize, usize, usize) {
        let Self { at, anchor } = self;
        (
            at.line.min(anchor.line),
            at.line.max(anchor.line),
            at.column.min(anchor.column),
            at.column.max(anchor.column),
        )
    }

    /// Whether a cell is selected.
    pub fn holds(&self, line: usize, column: usize) -> bool {
        let (top, bottom, left, right) = self.range();
        (top..=bottom).contains(&line) && (left..=right).contains(&column)
    }

    /// Cells that are selected.
    pub fn size(&self) -> usize {
        let (top, bottom, left, right) = self.range();
        (bottom - top + 1) * (right - left + 1)
    }

    /// Stays within the lines and columns that are left.
    pub fn fit(&mut self, lines: usize, columns: usize) {
        for place in [&mut self.at, &mut self.anchor] {
            place.line = place.line.min(lines.saturating_sub(1));
            place.column = place.column.min(columns.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Move, Place};

    #[test]
    fn it_stays_within_the_grid() {
        let mut cursor = Cursor::at(0, 0);
        assert!(!cursor.step(Move::By { lines: -1, columns: -5 }, 3, 4, false));
        assert!(!cursor.step(Move::Back, 3, 4, false));
        assert!(cursor.step(Move::By { lines: 99, columns: 99 }, 3, 4, false));
        assert_eq!(cursor.at, Place { line: 2, column: 3 });
        assert!(!cursor.step(Move::Next, 3, 4, false), "the last cell: one leaves");
        cursor.step(Move::RowStart, 3, 4, false);
        assert!(cursor.step(Move::Back, 3, 4, false));
        assert_eq!(cursor.at, Place { line: 1, column: 3 });
        cursor.fit(1, 2);
        assert_eq!(cursor, Cursor::at(0, 1));
        assert!(!cursor.step(Move::Next, 0, 0, false));
    }

    #[test]
    fn a_selection_has_two_corners() {
        let mut cursor = Cursor::at(2, 2);
        cursor.step(Move::By { lines: -2, columns: 1 }, 5, 5, true);
        assert_eq!(cursor.range(), (0, 2, 2, 3));
        assert_eq!(cursor.size(), 6);
        assert!(cursor.holds(1, 3) && !cursor.holds(1, 1));
        cursor.step(Move::First, 5, 5, false);
        assert_eq!(cursor.size(), 1);
    }
}
