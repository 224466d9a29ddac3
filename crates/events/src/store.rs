//! The data folder: where segments, quarantined rows, uploads and the key lie, and who may write.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::{EventsError, Pseudonyms};

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
        for folder in ["segments", "quarantine", "uploads", "keys"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(EventsError::io("creating", &path))?;
        }
        Ok(Self { root: root.to_owned() })
    }

    /// The pseudonyms of this folder.
    pub fn pseudonyms(&self) -> Result<Pseudonyms, EventsError> {
        Pseudonyms::open(&self.root.join("keys").join("pseudonyms.key"))
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

    /// Removes segment files that the manifest does not name: leftovers of imports that never finished.
    /// Only for the holder of the lock.
    pub fn sweep(&self, _lock: &ImportLock, named: &HashSet<String>) -> Result<usize, EventsError> {
        let folder = self.segments();
        let mut removed = 0;
        for entry in fs::read_dir(&folder).map_err(EventsError::io("listing", &folder))? {
            let entry = entry.map_err(EventsError::io("listing", &folder))?;
            let name = entry.file_name();
            if !name.to_str().is_some_and(|name| named.contains(name)) {
                fs::remove_file(entry.path()).map_err(EventsError::io("removing", entry.path()))?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// Makes renames and new names in a folder survive a power loss.
pub(crate) fn sync_folder(path: &Path) -> Result<(), EventsError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(EventsError::io("syncing", path))
}
