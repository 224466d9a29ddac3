//! What can be wrong with a record before anyone asks what its cells mean.

use super::records::MAX_CELL;

/// Why a record can't be used, whatever its cells mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordError {
    CellTooLarge,
    UnclosedQuote,
    BrokenJson,
    EventTooLarge,
    TooDeep,
    TooManyCells,
    Nul,
    Encoding,
}

impl RecordError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::CellTooLarge => "cell_too_large",
            Self::UnclosedQuote => "unclosed_quote",
            Self::BrokenJson => "broken_json",
            Self::EventTooLarge => "event_too_large",
            Self::TooDeep => "too_deep",
            Self::TooManyCells => "too_many_cells",
            Self::Nul => "nul_byte",
            Self::Encoding => "bad_encoding",
        }
    }

    /// One sentence.
    pub fn reason(self) -> &'static str {
        match self {
            Self::CellTooLarge => "A cell is larger than 1 MiB, or a quote is never closed.",
            Self::UnclosedQuote => "A quote is opened and not closed before the row should end.",
            Self::BrokenJson => "The line is not a JSON object.",
            Self::EventTooLarge => "The event is larger than 1 MiB, or has more than 1,000 attributes.",
            Self::TooDeep => "The line nests deeper than 64 levels.",
            Self::TooManyCells => "The row has more than 4,096 cells.",
            Self::Nul => "The row holds a NUL byte.",
            Self::Encoding => "The row holds bytes that are no text in the file's encoding.",
        }
    }

    /// One sentence.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::CellTooLarge => "Shorten the cell, or close the quote.",
            Self::UnclosedQuote => "Close the quote, or write it twice if it is part of the text.",
            Self::BrokenJson => "Write one object a line, in UTF-8, without NaN and without half characters.",
            Self::TooDeep => "Flatten what is nested.",
            Self::EventTooLarge => "Leave out what no figure needs.",
            Self::TooManyCells => "Check the delimiter.",
            Self::Nul => "Remove the NUL byte; files from databases often hold them for empty values.",
            Self::Encoding => "Save the file as UTF-8, or choose its encoding in the preview.",
        }
    }
}

/// What is wrong with a record's bytes, and with which of its cells.
pub fn check(text: &[u8], ends: &[usize]) -> Option<(RecordError, usize)> {
    let cell_of = |place: usize| ends.partition_point(|&end| end <= place);
    if let Some(place) = text.iter().position(|&byte| byte == 0) {
        return Some((RecordError::Nul, cell_of(place)));
    }
    if let Err(error) = std::str::from_utf8(text) {
        return Some((RecordError::Encoding, cell_of(error.valid_up_to())));
    }
    let mut from = 0;
    for (at, &end) in ends.iter().enumerate() {
        if end - from > MAX_CELL {
            return Some((RecordError::CellTooLarge, at));
        }
        from = end;
    }
    None
}

/// Whether a quote in the raw bytes of a record is not closed where one should be: before the end, and right
/// before a delimiter or a line's end. Otherwise it was closed by the opening quote of a later row.
pub fn has_open_quote(raw: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            b'"' if quoted => {
                quoted = false;
                if bytes.peek().is_some_and(|&next| next != delimiter && !matches!(next, b'\n' | b'\r')) {
                    return true;
                }
            }
            b'"' if at_start => quoted = true,
            _ => {}
        }
        at_start = !quoted && (byte == delimiter || matches!(byte, b'\n' | b'\r'));
    }
    quoted
}
