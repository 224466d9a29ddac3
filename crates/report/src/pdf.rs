//! Documents as PDF: set by Typst from one template, tagged for assistive technology, with their fonts inside. What a
//! document says reaches the template as data, never as markup.

use std::collections::HashMap;
use std::sync::LazyLock;

use contract::document::{Block, Document, KeyFigure};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::chart::svg;

const TEMPLATE: &str = include_str!("document.typ");
const FONTS: [&[u8]; 2] =
    [include_bytes!("../fonts/Inter-Regular.otf"), include_bytes!("../fonts/Inter-SemiBold.otf")];

/// Why a document could not be set.
#[derive(Debug, thiserror::Error)]
#[error("the document can't be set: {0}")]
pub struct PdfError(String);

impl PdfError {
    fn of(errors: &[SourceDiagnostic]) -> Self {
        let messages: Vec<String> = errors.iter().map(|error| error.message.to_string()).collect();
        Self(messages.join("; "))
    }
}

/// What does not change from document to document.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONTS.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect();
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(id_of("document.typ"), TEMPLATE.to_owned()),
    }
});

/// The id of a file that only the template sees; ids are kept for as long as the process lives, so names are few.
fn id_of(name: &str) -> FileId {
    let path = VirtualPath::new(name).unwrap_or_else(|_| unreachable!("names of files are plain"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// One document with its pictures.
struct Job {
    files: HashMap<FileId, Bytes>,
    today: Option<Datetime>,
}

impl World for Job {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &PRESS.book
    }

    fn main(&self) -> FileId {
        PRESS.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == PRESS.template.id() { Ok(PRESS.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        PRESS.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

/// Sets a document.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let data = serde_json::to_vec(document).map_err(|error| PdfError(error.to_string()))?;
    let mut files = HashMap::from([(id_of("document.json"), Bytes::new(data))]);
    for (at, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Chart { chart, .. } => {
                files.insert(id_of(&format!("chart-{at}.svg")), Bytes::from_string(svg(chart)));
            }
            Block::Figures { figures } => {
                for (number, spark) in figures.iter().map(KeyFigure::spark).enumerate() {
                    let Some(spark) = spark else { continue };
                    files.insert(id_of(&format!("spark-{at}-{number}.svg")), Bytes::from_string(svg(&spark)));
                }
            }
            _ => {}
        }
    }
    let mut day = document.day.split('-').filter_map(|part| part.parse::<i32>().ok());
    let today = (|| Datetime::from_ymd(day.next()?, day.next()? as u8, day.next()? as u8))();
    let job = Job { files, today };
    let set = typst::compile::<PagedDocument>(&job).output.map_err(|errors| PdfError::of(&errors))?;
    let standards =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| PdfError(error.message().to_string()))?;
    let options = PdfOptions { standards, ..PdfOptions::default() };
    let written = typst_pdf::pdf(&set, &options).map_err(|errors| PdfError::of(&errors));
    // What was remembered for this document serves no other.
    typst::comemo::evict(0);
    written
}

#[cfg(test)]
mod tests {
    use contract::chart::{Bar, Bars, Chart};
    use contract::document::{Block, Document, KeyFigure, Rows, Saying};

    use super::pdf;

    #[test]
    fn a_document_says_what_it_was_given_in_its_order() {
        let hostile = "#panic() [*not bold*] $x$ <label> @ref \"quoted\" \u{202e}";
        let bar = Bar { label: "Missed visit".into(), value: 12.0, ..Bar::default() };
        let bars = Bars { title: "Missed visits cost most".into(), bars: vec![bar], ..Bars::default() };
        let mut blocks = vec![
            Block::heading("First part"),
            Block::Figures {
                figures: vec![KeyFigure {
                    name: "Contacts".into(),
                    figure: "1,234".into(),
                    change: "+5 %".into(),
                    good: Some(false),
                    note: hostile.into(),
                    weeks: vec![1.0, 3.0, 2.0],
                }],
            },
            Block::Sentences {
                sentences: vec![Saying { words: "It rose.".into(), rule: "Rule".into(), good: None }],
            },
            Block::chart(Chart::Bars(bars)),
            Block::heading("Second part"),
        ];
        let rows = (0..120).map(|at| vec![format!("Row {at}"), format!("{hostile} {at}")]).collect();
        blocks.push(Rows::of("A long table", &["Name", "#Value"], rows));
        let document = Document {
            title: "Summary".into(),
            subtitle: hostile.into(),
            company: "Northwind <Telecom>".into(),
            day: "2026-11-24".into(),
            audience: String::new(),
            blocks,
        };
        let bytes = pdf(&document).expect("a document");
        assert!(bytes.starts_with(b"%PDF-"));
        let text = pdf_extract::extract_text_from_mem(&bytes).expect("text");
        let mut from = 0;
        for words in
            ["Summary", "First part", "Contacts", "1,234", "It rose.", "Second part", "Row 0", "Row 119"]
        {
            let at = text[from..].find(words).unwrap_or_else(|| panic!("{words} after {from} in {text}"));
            from += at;
        }
        assert!(text.contains("*not bold*") && text.contains("#panic()"), "{text}");
        let pages = pdf_extract::extract_text_from_mem_by_pages(&bytes).expect("pages").len();
        assert!(pages >= 3, "{pages} pages");
    }
}
