//! A file's bytes, unpacked where they are compressed, with a guard against files that unpack to far more than
//! logs do.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use contract::{Kind, UserError};
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use crate::EventsError;

/// Unpacked bytes for each packed one, at most, beyond the first megabytes.
const MOST_RATIO: u64 = 100;
const FREE: u64 = 16 << 20;
/// Bytes that decide what a file is.
const START: usize = 256 * 1024;
/// Memory that a zstd stream may ask for: 128 MiB.
const ZSTD_WINDOW: u32 = 27;
/// Files that an archive may list.
const MOST_ENTRIES: usize = 10_000;

/// A file to read from.
pub type Input = Box<dyn Read + Send>;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zip,
    Zstd,
}

impl Packing {
    /// By the first bytes.
    fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Self::Zip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Opens a file for reading, unpacking gzip, zstd, and zip archives of one file.
pub fn input(path: &Path) -> Result<Input, EventsError> {
    let Some(packing) = Packing::of(&magic(path)?) else {
        return Ok(Box::new(opened(path)?));
    };
    let mut within = [0; 8];
    // A file that is damaged shows so when it is read.
    let read = unpacked(path, packing)?.read(&mut within).unwrap_or(0);
    if Packing::of(&within[..read]).is_some() {
        return Err(UserError::new(
            Kind::Unprocessable,
            "nested_compression",
            "The file is packed more than once.",
        )
        .remedy("Unpack it until one packing is left.")
        .into());
    }
    unpacked(path, packing)
}

fn opened(path: &Path) -> Result<File, EventsError> {
    File::open(path).map_err(EventsError::io("opening", path))
}

/// The first bytes of a file as it lies there.
pub fn magic(path: &Path) -> Result<Vec<u8>, EventsError> {
    let mut start = Vec::new();
    opened(path)?.take(64).read_to_end(&mut start).map_err(EventsError::io("reading", path))?;
    Ok(start)
}

fn unpacked(path: &Path, packing: Packing) -> Result<Input, EventsError> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = |file: File| Counted { inner: BufReader::new(file), read: packed.clone() };
    let inner: Input = match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(counted(opened(path)?))),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(counted(opened(path)?))
                .map_err(|error| failed(path, error))?;
            decoder.window_log_max(ZSTD_WINDOW).map_err(|error| failed(path, error))?;
            Box::new(decoder)
        }
        Packing::Zip => {
            let Entry { from, bytes, method } = only_entry(path)?;
            let mut file = opened(path)?;
            file.seek(SeekFrom::Start(from)).map_err(EventsError::io("reading", path))?;
            let part = counted(file).take(bytes);
            match method {
                CompressionMethod::Stored => Box::new(part),
                _ => Box::new(DeflateDecoder::new(part)),
            }
        }
    };
    Ok(Box::new(Guarded { inner, packed, unpacked: 0 }))
}

/// Where a file lies in its archive.
struct Entry {
    from: u64,
    bytes: u64,
    method: CompressionMethod,
}

/// The one file of a zip archive.
fn only_entry(path: &Path) -> Result<Entry, EventsError> {
    let refused = |code: &str, message: String, remedy: &str| -> EventsError {
        UserError::new(Kind::Unprocessable, code, message).remedy(remedy).into()
    };
    let broken = |_| {
        refused(
            "broken_compression",
            "The packed file is damaged or cut short.".into(),
            "Pack or copy it again.",
        )
    };
    let mut archive = ZipArchive::new(BufReader::new(opened(path)?)).map_err(broken)?;
    if archive.len() > MOST_ENTRIES {
        return Err(refused(
            "too_many_files",
            format!("The archive lists {} files.", archive.len()),
            "Pack one log.",
        ));
    }
    let mut found = None;
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if entry.enclosed_name().is_none() || name.contains("..") {
            return Err(refused(
                "path_in_archive",
                format!("The archive holds a file named \u{201c}{name}\u{201d}, outside of itself."),
                "Pack the log again, by its plain name.",
            ));
        }
        // What macOS adds beside each file is no log.
        if entry.is_dir() || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            continue;
        }
        if found.is_some() {
            return Err(refused(
                "several_files",
                "The archive holds several files.".into(),
                "Import them one by one, or pack one alone.",
            ));
        }
        let method = entry.compression();
        if entry.encrypted() || !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refused(
                "unsupported_compression",
                format!("\u{201c}{name}\u{201d} is encrypted, or packed by another method than deflate."),
                "Unpack it first.",
            ));
        }
        let from = entry.data_start().ok_or_else(|| {
            refused(
                "broken_compression",
                "The packed file is damaged or cut short.".into(),
                "Pack or copy it again.",
            )
        })?;
        found = Some(Entry { from, bytes: entry.compressed_size(), method });
    }
    found.ok_or_else(|| refused("empty_file", "The archive holds no file.".into(), "Pack the log again."))
}

/// The unpacked start of a file.
pub fn start(path: &Path) -> Result<Vec<u8>, EventsError> {
    let mut start = Vec::new();
    input(path)?.take(START as u64).read_to_end(&mut start).map_err(|error| failed(path, error))?;
    Ok(start)
}

/// Whether the archive is a workbook; and refuses one that would unpack to far more than it is.
pub fn is_workbook(path: &Path) -> Result<bool, EventsError> {
    if Packing::of(&magic(path)?) != Some(Packing::Zip) {
        return Ok(false);
    }
    is_workbook_in(BufReader::new(opened(path)?))
}

/// The same of what is open already.
pub fn is_workbook_in(file: impl io::Read + io::Seek) -> Result<bool, EventsError> {
    let Ok(mut archive) = ZipArchive::new(file) else { return Ok(false) };
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Ok(false);
    }
    let mut packed = 0;
    let mut unpacked = 0;
    for at in 0..archive.len().min(MOST_ENTRIES) {
        if let Ok(entry) = archive.by_index_raw(at) {
            packed += entry.compressed_size();
            unpacked += entry.size();
        }
    }
    if unpacked > FREE && unpacked / MOST_RATIO > packed {
        return Err(too_dense().into());
    }
    // The reader makes room for as many texts as the workbook says that it has: more than letters can't be.
    if let Ok(mut shared) = archive.by_name("xl/sharedStrings.xml") {
        let size = shared.size();
        let mut head = vec![0; 4096];
        let read = shared.read(&mut head).unwrap_or(0);
        let head = String::from_utf8_lossy(&head[..read]).into_owned();
        let said = head.split("uniqueCount=").nth(1).map(|rest| {
            let digits: String =
                rest.trim_start_matches(['"', '\'']).chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u64>().unwrap_or(u64::MAX)
        });
        if said.is_some_and(|said| said > size) {
            return Err(too_dense().into());
        }
    }
    Ok(true)
}

fn too_dense() -> UserError {
    UserError::new(
        Kind::Unprocessable,
        "compression_ratio",
        format!("The file unpacks to more than {MOST_RATIO} times its size."),
    )
    .remedy("Unpack it and look at it first.")
}

/// What a failed read means: a mistake in the file says so, the rest is the disk's.
pub fn failed(path: &Path, error: io::Error) -> EventsError {
    if let Some(refused) = error.get_ref().and_then(|inner| inner.downcast_ref::<UserError>()) {
        return refused.clone().into();
    }
    let packed = magic(path).is_ok_and(|start| Packing::of(&start).is_some());
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => broken(),
        // The zstd library has no kinds of its own.
        io::ErrorKind::Other if packed => broken(),
        _ => EventsError::io("reading", path)(error),
    }
}

fn broken() -> EventsError {
    UserError::new(Kind::Unprocessable, "broken_compression", "The packed file is damaged or cut short.")
        .remedy("Pack or copy it again.")
        .into()
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Stops where far more comes out than went in.
struct Guarded<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.unpacked += read as u64;
        if self.unpacked > FREE && self.unpacked / MOST_RATIO > self.packed.load(Ordering::Relaxed) {
            return Err(io::Error::other(too_dense()));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use zip::write::SimpleFileOptions;

    use super::{failed, input};
    use crate::EventsError;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        file
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(bytes).expect("written");
        out.finish().expect("written")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 19).expect("packed")
    }

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            out.start_file(*name, SimpleFileOptions::default()).expect("a file");
            out.write_all(bytes).expect("written");
        }
        out.finish().expect("written").into_inner()
    }

    fn code(bytes: &[u8]) -> String {
        let file = file(bytes);
        let error = match input(file.path()) {
            Err(error) => error,
            Ok(mut input) => match input.read_to_end(&mut Vec::new()) {
                Ok(_) => return "read".to_owned(),
                Err(error) => failed(file.path(), error),
            },
        };
        match error {
            EventsError::Input(error) => error.code,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let text = b"who,when,what\n";
        for packed in [gzip(text), zstd(text), zip(&[("a/log.csv", text), ("__MACOSX/a", b"x")]), text.to_vec()]
        {
            let file = file(&packed);
            let mut found = Vec::new();
            input(file.path()).expect("opened").read_to_end(&mut found).expect("read");
            assert_eq!(found, text);
        }
    }

    #[test]
    fn bombs_are_refused() {
        let bytes = vec![b'a'; 64 << 20];
        for packed in [gzip(&bytes), zstd(&bytes), zip(&[("log.csv", &bytes)])] {
            assert_eq!(code(&packed), "compression_ratio");
        }
        assert_eq!(code(&gzip(&zip(&[("log.csv", b"a,b")]))), "nested_compression");
        assert_eq!(code(&zip(&[("log.gz", &gzip(b"a,b"))])), "nested_compression");
    }

    #[test]
    fn archives_hold_one_file_of_their_own() {
        assert_eq!(code(&zip(&[("a.csv", b"1"), ("b.csv", b"2")])), "several_files");
        assert_eq!(code(&zip(&[("../a.csv", b"1")])), "path_in_archive");
        assert_eq!(code(&zip(&[])), "empty_file");
    }

    #[test]
    fn a_cut_file_says_so() {
        let text: Vec<u8> = (0..9000_u32).flat_map(|at| (at ^ at << 7).to_le_bytes()).collect();
        for packed in [gzip(&text), zstd(&text), zip(&[("log.csv", &text)])] {
            assert_eq!(code(&packed[..packed.len() / 2]), "broken_compression");
        }
    }
}
