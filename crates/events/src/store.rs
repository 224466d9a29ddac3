//! The data folder: where segments, quarantined rows, uploads and the key lie, and who may write.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use contract::{Kind, UserError};

use crate::{EventsError, Pseudonyms};

/// How segments and identities are written: another number, and what was written before is not understood.
const FORMAT: &str = "3";

/// The folders of one data folder.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// Held while an import writes; other processes that import wait or are told.
#[derive(Debug)]
pub struct ImportLock {
    _file: File,
}

impl Store {
    /// Opens a data folder, creating what is missing.
    pub fn open(root: &Path) -> Result<Self, EventsError> {
        for folder in ["segments", "quarantine", "uploads", "keys", "links", "cache", "inbox"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(EventsError::io("creating", &path))?;
        }
        let store = Self { root: root.to_owned() };
        store.check_format()?;
        Ok(store)
    }

    /// Refuses a folder whose segments another version wrote: their events would not be known again.
    fn check_format(&self) -> Result<(), EventsError> {
        let path = self.root.join("format");
        let known = match fs::read_to_string(&path) {
            Ok(known) => known.trim() == FORMAT,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let new = !self.has_segments()?;
                if new {
                    fs::write(&path, FORMAT).map_err(EventsError::io("writing", &path))?;
                    sync_folder(&self.root)?;
                }
                new
            }
            Err(error) => return Err(EventsError::io("reading", &path)(error)),
        };
        if known {
            return Ok(());
        }
        Err(UserError::new(Kind::Conflict, "other_version", "The data folder was made by another version.")
            .at(self.root.display().to_string())
            .remedy("Take another folder, and import the logs into it.")
            .into())
    }

    /// A made-up log that the demo wrote and did not import.
    pub fn demo_log(&self, name: &str) -> PathBuf {
        self.root.join("demo").join(name)
    }

    /// The pseudonyms of this folder.
    ///
    /// A key is made only where nothing was pseudonymised yet: a fresh key beside old events would make two
    /// customers of each.
    pub fn pseudonyms(&self) -> Result<Pseudonyms, EventsError> {
        let path = self.root.join("keys").join("pseudonyms.key");
        if !path.exists() && self.has_segments()? {
            return Err(EventsError::io("reading", path)(std::io::ErrorKind::NotFound.into()));
        }
        Pseudonyms::open(&path)
    }

    /// Where a segment lies.
    pub fn segment(&self, file: &str) -> PathBuf {
        self.segments().join(file)
    }

    pub(crate) fn segments(&self) -> PathBuf {
        self.root.join("segments")
    }

    /// Where an import's quarantined rows lie.
    pub fn quarantine(&self, import: &str) -> PathBuf {
        self.root.join("quarantine").join(format!("{import}.csv"))
    }

    /// Where a set of links lies.
    pub fn links(&self, file: &str) -> PathBuf {
        self.root.join("links").join(file)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// Where files of a source are dropped to be imported; made where it is missing. None for a source whose name can't
    /// be a folder's.
    pub fn inbox(&self, source: &str) -> Option<PathBuf> {
        let plain = |letter: char| letter.is_alphanumeric() || "-_ ".contains(letter);
        if source.is_empty() || source.trim() != source || !source.chars().all(plain) {
            return None;
        }
        let folder = self.root.join("inbox").join(source);
        fs::create_dir_all(&folder).ok()?;
        Some(folder)
    }

    /// Where an uploaded file waits for its import.
    pub fn upload(&self, id: &str) -> PathBuf {
        self.root.join("uploads").join(id)
    }

    /// Takes the right to import, or says that another process has it.
    pub fn lock(&self) -> Result<ImportLock, EventsError> {
        let path = self.root.join("import.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(EventsError::io("opening", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(ImportLock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(EventsError::Locked),
            Err(fs::TryLockError::Error(error)) => Err(EventsError::io("locking", path)(error)),
        }
    }

    /// Removes what counts for nothing: what imports left behind that never finished, and segments that the manifest does
    /// not name (any more). Files of imports that are not `known` stay, whoever wrote them. Only for the holder of the
    /// lock.
    pub fn sweep(
        &self,
        _lock: &ImportLock,
        known: &HashSet<String>,
        unfinished: &HashSet<String>,
        named: &HashSet<String>,
    ) -> Result<usize, EventsError> {
        let mut removed = 0;
        for folder in [self.segments(), self.root.join("quarantine")] {
            for entry in fs::read_dir(&folder).map_err(EventsError::io("listing", &folder))? {
                let entry = entry.map_err(EventsError::io("listing", &folder))?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                // An import's id is the 36 characters that its files' names begin with.
                let import = name.get(..36).unwrap_or_default();
                let segment = name.ends_with(".parquet") || name.ends_with(".tmp");
                let left = unfinished.contains(import) || (segment && known.contains(import));
                if left && !named.contains(name) {
                    fs::remove_file(entry.path()).map_err(EventsError::io("removing", entry.path()))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// Removes uploaded files older than a moment, except those that are waited for.
    pub fn sweep_uploads(
        &self,
        before: std::time::SystemTime,
        waited_for: &HashSet<String>,
    ) -> Result<(), EventsError> {
        let folder = self.root.join("uploads");
        for entry in fs::read_dir(&folder).map_err(EventsError::io("listing", &folder))? {
            let entry = entry.map_err(EventsError::io("listing", &folder))?;
            let old = entry.metadata().and_then(|data| data.modified()).is_ok_and(|at| at < before);
            if old && !entry.file_name().to_str().is_some_and(|name| waited_for.contains(name)) {
                fs::remove_file(entry.path()).map_err(EventsError::io("removing", entry.path()))?;
            }
        }
        Ok(())
    }

    /// Removes sets of links older than a moment that the manifest does not name (any more).
    pub fn sweep_links(
        &self,
        _lock: &ImportLock,
        before: std::time::SystemTime,
        named: &HashSet<String>,
    ) -> Result<(), EventsError> {
        let folder = self.root.join("links");
        for entry in fs::read_dir(&folder).map_err(EventsError::io("listing", &folder))? {
            let entry = entry.map_err(EventsError::io("listing", &folder))?;
            let old = entry.metadata().and_then(|data| data.modified()).is_ok_and(|at| at < before);
            if old && !entry.file_name().to_str().is_some_and(|name| named.contains(name)) {
                fs::remove_file(entry.path()).map_err(EventsError::io("removing", entry.path()))?;
            }
        }
        Ok(())
    }

    /// Makes sure that this folder belongs to a workspace: notes it in a new folder, and says whose it is
    /// where it is another's.
    pub fn claim(&self, workspace: &str) -> Result<Result<(), String>, EventsError> {
        let path = self.root.join("workspace");
        match fs::read_to_string(&path) {
            Ok(known) if known.trim() == workspace => Ok(Ok(())),
            Ok(known) => Ok(Err(known.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                fs::write(&path, workspace).map_err(EventsError::io("writing", &path))?;
                sync_folder(&self.root)?;
                Ok(Ok(()))
            }
            Err(error) => Err(EventsError::io("reading", &path)(error)),
        }
    }

    /// Whether any segment lies here.
    pub fn has_segments(&self) -> Result<bool, EventsError> {
        let folder = self.segments();
        let mut entries = fs::read_dir(&folder).map_err(EventsError::io("listing", &folder))?;
        Ok(entries.any(|entry| {
            entry.is_ok_and(|entry| entry.path().extension().is_some_and(|kind| kind == "parquet"))
        }))
    }
}

/// Makes renames and new names in a folder survive a power loss.
pub(crate) fn sync_folder(path: &Path) -> Result<(), EventsError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(EventsError::io("syncing", path))
}
