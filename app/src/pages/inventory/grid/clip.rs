//! Cells on their way from and to spreadsheets: lines of cells with tabs between them, quoted where a cell holds a tab, a
//! quote or a line break.

/// Writes cells.
pub fn write(cells: &[Vec<String>]) -> String {
    let one = |cell: &String| {
        if cell.contains(['\t', '\n', '\r', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let rows = cells.iter().map(|row| row.iter().map(one).collect::<Vec<_>>().join("\t"));
    rows.collect::<Vec<_>>().join("\n")
}

/// Reads cells; a line break at the end begins no row.
pub fn read(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    let mut fresh = true;
    while let Some(letter) = letters.next() {
        let begins = std::mem::take(&mut fresh);
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if begins => quoted = true,
            '\r' if letters.peek() == Some(&'\n') => fresh = begins,
            '\t' if !quoted => {
                row.push(std::mem::take(&mut cell));
                fresh = true;
            }
            '\n' | '\r' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
                fresh = true;
            }
            other => cell.push(other),
        }
    }
    if rows.is_empty() || !row.is_empty() || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn what_is_copied_is_pasted() {
        let cells = vec![
            vec!["plain".to_owned(), "two\nlines".to_owned(), String::new()],
            vec!["a \"quote\"".to_owned(), "tab\there".to_owned(), "end".to_owned()],
        ];
        assert_eq!(read(&write(&cells)), cells);
    }

    #[test]
    fn spreadsheets_end_with_a_line_break() {
        assert_eq!(read("a\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(read("5\" pipe\tx"), [["5\" pipe", "x"]]);
        assert_eq!(read(""), [[""]]);
        assert_eq!(read("\n\n"), [[""], [""]]);
        assert_eq!(read("\"open\ttext"), [["open\ttext"]]);
    }
}
