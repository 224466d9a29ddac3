//! Rows that could not be used, kept in a file of the import: all their cells, and why. Corrected, the file
//! can be imported like any other; the columns that explain are not mapped and so not read.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use contract::sources::{Quarantined, Reason};

use crate::csv::{RecordError, Row};
use crate::store::sync_folder;
use crate::tail::Refused;
use crate::{EventsError, Store};

/// Why one row was refused.
#[derive(Clone)]
pub struct Problem {
    pub line: u64,
    pub column: String,
    pub value: String,
    pub code: &'static str,
    pub reason: String,
    pub remedy: String,
}

/// Bytes kept of a record that could not be read.
const MAX_BROKEN: usize = 4096;

/// Columns that a quarantine file has besides the file's own.
const EXPLAINING: [&str; 6] = [
    "quarantine line",
    "quarantine column",
    "quarantine value",
    "quarantine code",
    "quarantine reason",
    "quarantine rest",
];

/// Whether a header is that of a quarantine file.
pub fn is_download(header: &[String]) -> bool {
    EXPLAINING.iter().all(|name| header.iter().any(|known| known == name))
}

/// Writes an import's quarantined rows. The file is made with the first row.
pub struct Writer {
    /// None for a dry run, which only counts reasons.
    path: Option<PathBuf>,
    header: Vec<String>,
    out: Option<csv::Writer<BufWriter<File>>>,
    /// Whether the file is to stay.
    kept: bool,
    reasons: HashMap<(&'static str, String), Reason>,
}

impl Writer {
    pub fn new(path: Option<PathBuf>, header: &[String]) -> Self {
        // A corrected file that is refused again explains itself anew.
        let header = header.iter().filter(|name| !EXPLAINING.contains(&name.as_str())).cloned().collect();
        Self { path, header, out: None, kept: false, reasons: HashMap::new() }
    }

    pub fn write(&mut self, row: Row<'_, '_>, problem: &Problem) -> Result<(), EventsError> {
        // Reasons with numbers in them ("the row has 3 cells") are counted by their code.
        let kind = if problem.code == "ragged_row" { String::new() } else { problem.reason.clone() };
        let reason = self.reasons.entry((problem.code, kind)).or_insert_with(|| Reason {
            code: problem.code.to_owned(),
            rows: 0,
            reason: problem.reason.clone(),
            remedy: problem.remedy.clone(),
        });
        reason.rows += 1;
        let Some(path) = &self.path else { return Ok(()) };
        let out = match &mut self.out {
            Some(out) => out,
            None => {
                let file = File::create(path).map_err(EventsError::io("creating", path))?;
                let mut out = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(file));
                let header = self.header.iter().map(String::as_str).chain(EXPLAINING);
                out.write_record(header).map_err(|error| failed(path, error))?;
                self.out.insert(out)
            }
        };
        let width = self.header.len();
        // Of a record without end, only the beginning is of use.
        let broken = matches!(row.error, Some(RecordError::UnclosedQuote | RecordError::TooManyCells));
        let most = if broken { MAX_BROKEN } else { crate::csv::MAX_CELL };
        let rest: Vec<_> = (width..row.cells()).map(|at| String::from_utf8_lossy(row.cell(at))).collect();
        let line = problem.line.to_string();
        // A cell that was given up on is kept by its beginning: the original file has the whole.
        let own = (0..width).map(|at| {
            let cell = row.cell(at);
            &cell[..cell.len().min(most)]
        });
        let mut rest = rest.join(" | ");
        rest.truncate(rest.floor_char_boundary(most));
        let explained =
            [&line, &problem.column, &problem.value, problem.code, &problem.reason, &rest].map(str::as_bytes);
        out.write_record(own.chain(explained)).map_err(|error| failed(path, error))
    }

    /// Makes the file durable and tells the reasons, most frequent first.
    pub fn finish(mut self) -> Result<Vec<Reason>, EventsError> {
        if let (Some(out), Some(path)) = (self.out.take(), &self.path) {
            let mut file = out.into_inner().map_err(|error| {
                EventsError::io("writing", path)(std::io::Error::from(error.error().kind()))
            })?;
            file.flush().map_err(EventsError::io("writing", path))?;
            file.get_ref().sync_all().map_err(EventsError::io("syncing", path))?;
            sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        }
        self.kept = true;
        let mut reasons: Vec<Reason> = std::mem::take(&mut self.reasons).into_values().collect();
        reasons
            .sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| (&a.code, &a.reason).cmp(&(&b.code, &b.reason))));
        Ok(reasons)
    }
}

/// Bytes kept of an event that came over HTTP.
const MAX_EVENT: usize = 1 << 16;

fn ends_a_line(path: &Path) -> Result<bool, EventsError> {
    let failed = || EventsError::io("reading", path);
    let mut file = File::open(path).map_err(failed())?;
    file.seek(SeekFrom::End(-1)).map_err(failed())?;
    let mut last = [0];
    file.read_exact(&mut last).map_err(failed())?;
    Ok(last == *b"\n")
}

/// Adds events that came over HTTP to the quarantine of their day: (number, the event as it came, why). They are on disk
/// when this returns.
pub fn quarantine_events(
    store: &Store,
    import: &str,
    events: &[(u64, String, Refused)],
) -> Result<(), EventsError> {
    let path = store.quarantine(import);
    let file =
        File::options().create(true).append(true).open(&path).map_err(EventsError::io("opening", &path))?;
    let new = file.metadata().map_err(EventsError::io("reading", &path))?.len() == 0;
    let torn = !new && !ends_a_line(&path)?;
    let mut file = BufWriter::new(file);
    if torn {
        // What a process left that was killed while it wrote: its row ends here, and swallows none.
        file.write_all(b"\"\n").map_err(EventsError::io("writing", &path))?;
    }
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(file);
    if new {
        let header = ["event"].into_iter().chain(EXPLAINING);
        out.write_record(header).map_err(|error| failed(&path, error))?;
    }
    for (number, event, refused) in events {
        let number = number.to_string();
        let event = &event[..event.floor_char_boundary(MAX_EVENT)];
        let cells = [event, &number, &refused.place, &refused.value, refused.code, &refused.reason, ""];
        out.write_record(cells).map_err(|error| failed(&path, error))?;
    }
    let file = out
        .into_inner()
        .map_err(|error| EventsError::io("writing", &path)(std::io::Error::from(error.error().kind())))?;
    let file = file
        .into_inner()
        .map_err(|error| EventsError::io("writing", &path)(std::io::Error::from(error.error().kind())))?;
    file.sync_all().map_err(EventsError::io("syncing", &path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The import does not count, so nothing of its rows may stay. It may never have been made.
        if let (false, Some(path)) = (self.kept, &self.path) {
            let _ = fs::remove_file(path);
        }
    }
}

fn failed(path: &Path, error: csv::Error) -> EventsError {
    let kind = match error.kind() {
        csv::ErrorKind::Io(error) => error.kind(),
        _ => std::io::ErrorKind::InvalidData,
    };
    EventsError::io("writing", path)(kind.into())
}

/// The first quarantined rows of an import, for its page.
pub fn first_rows(path: &Path, most: usize) -> Result<Vec<Quarantined>, EventsError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(EventsError::io("opening", path)(error)),
    };
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(file));
    let header = rows.byte_headers().map_err(|error| failed(path, error))?.clone();
    let at = |name: &str| header.iter().position(|known| known == name.as_bytes());
    let places: Vec<Option<usize>> = EXPLAINING.iter().map(|name| at(name)).collect();
    let mut found = Vec::new();
    let mut record = csv::ByteRecord::new();
    while found.len() < most && rows.read_byte_record(&mut record).map_err(|error| failed(path, error))? {
        let text = |place: usize| {
            places[place]
                .and_then(|at| record.get(at))
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .unwrap_or_default()
        };
        found.push(Quarantined {
            line: text(0).parse().unwrap_or(0),
            column: text(1),
            value: text(2),
            code: text(3),
            reason: text(4),
        });
    }
    Ok(found)
}
