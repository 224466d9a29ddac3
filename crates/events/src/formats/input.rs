//! A file's bytes, unpacked where they are compressed, with a guard against files that unpack to far more than
//! logs do.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use contract::{Kind, UserError};
use flate2::read::MultiGzDecoder;

use crate::EventsError;

/// Unpacked bytes for each packed one, at most, beyond the first megabytes.
const MOST_RATIO: u64 = 100;
const FREE: u64 = 16 << 20;
/// Bytes that decide what a file is.
const START: usize = 256 * 1024;

/// A file to read from.
pub type Input = Box<dyn Read + Send>;

/// Opens a file for reading, unpacking gzip.
pub fn input(path: &Path) -> Result<Input, EventsError> {
    let opened = || File::open(path).map_err(EventsError::io("opening", path));
    let mut magic = [0; 4];
    let read = opened()?.read(&mut magic).map_err(EventsError::io("reading", path))?;
    let file = opened()?;
    match &magic[..read] {
        [0x1f, 0x8b, ..] => {
            let mut within = [0; 4];
            // A file that is damaged shows so when it is read.
            let read = MultiGzDecoder::new(opened()?).read(&mut within).unwrap_or(0);
            if is_packed(&within[..read]) {
                return Err(UserError::new(
                    Kind::Unprocessable,
                    "nested_compression",
                    "The file is packed more than once.",
                )
                .remedy("Unpack it until one packing is left.")
                .into());
            }
            let packed = Arc::new(AtomicU64::new(0));
            let counted = Counted { inner: BufReader::new(file), read: packed.clone() };
            Ok(Box::new(Guarded { inner: MultiGzDecoder::new(counted), packed, unpacked: 0 }))
        }
        [b'P', b'K', 3, 4] => Err(unpackable("zip")),
        [0x28, 0xb5, 0x2f, 0xfd] => Err(unpackable("zstd")),
        _ => Ok(Box::new(file)),
    }
}

fn is_packed(start: &[u8]) -> bool {
    matches!(start, [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4] | [0x28, 0xb5, 0x2f, 0xfd])
}

fn unpackable(kind: &str) -> EventsError {
    UserError::new(Kind::Unprocessable, "unsupported_compression", format!("The file is packed with {kind}."))
        .remedy("Unpack it first, or pack it with gzip.")
        .into()
}

/// The unpacked start of a file.
pub fn start(path: &Path) -> Result<Vec<u8>, EventsError> {
    let mut start = Vec::new();
    input(path)?.take(START as u64).read_to_end(&mut start).map_err(|error| failed(path, error))?;
    Ok(start)
}

/// What a failed read means: a mistake in the file says so, the rest is the disk's.
pub fn failed(path: &Path, error: io::Error) -> EventsError {
    if let Some(refused) = error.get_ref().and_then(|inner| inner.downcast_ref::<UserError>()) {
        return refused.clone().into();
    }
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            UserError::new(
                Kind::Unprocessable,
                "broken_compression",
                "The packed file is damaged or cut short.",
            )
            .remedy("Pack or copy it again.")
            .into()
        }
        _ => EventsError::io("reading", path)(error),
    }
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
            return Err(io::Error::other(
                UserError::new(
                    Kind::Unprocessable,
                    "compression_ratio",
                    format!("The file unpacks to more than {MOST_RATIO} times its size."),
                )
                .remedy("Unpack it and look at it first."),
            ));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::{failed, input};
    use crate::EventsError;

    fn packed(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut out = flate2::write::GzEncoder::new(&file, flate2::Compression::best());
        out.write_all(bytes).expect("written");
        out.finish().expect("written");
        file
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let file = packed(b"who,when,what\n");
        let mut text = String::new();
        input(file.path()).expect("opened").read_to_string(&mut text).expect("read");
        assert_eq!(text, "who,when,what\n");
    }

    #[test]
    fn bombs_are_refused() {
        let file = packed(&vec![b'a'; 64 << 20]);
        let mut bytes = Vec::new();
        let error = input(file.path()).expect("opened").read_to_end(&mut bytes).expect_err("refused");
        match failed(file.path(), error) {
            EventsError::Input(error) => assert_eq!(error.code, "compression_ratio"),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_cut_file_says_so() {
        let file = packed(b"who,when,what\nand much more that is cut off");
        let whole = std::fs::read(file.path()).expect("read");
        std::fs::write(file.path(), &whole[..whole.len() - 12]).expect("written");
        let error = input(file.path()).expect("opened").read_to_end(&mut Vec::new()).expect_err("cut");
        match failed(file.path(), error) {
            EventsError::Input(error) => assert_eq!(error.code, "broken_compression"),
            other => panic!("{other}"),
        }
    }
}
