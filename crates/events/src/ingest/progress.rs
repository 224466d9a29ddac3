//! How far an import is, readable and stoppable from other threads.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use contract::sources::Counts;

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Another import has the lock.
    Waiting,
    /// Reading what is stored, to know duplicates.
    Comparing,
    Reading,
    Writing,
}

impl Phase {
    /// As pages say it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting for another import",
            Self::Comparing => "Looking at what is stored",
            Self::Reading => "Reading rows",
            Self::Writing => "Writing to disk",
        }
    }
}

/// Shared between the import and those who watch it.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    received: AtomicU64,
    accepted: AtomicU64,
    duplicate: AtomicU64,
    quarantined: AtomicU64,
    bytes: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// Says what is going on now.
    pub fn phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// What is going on now.
    pub fn current(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Waiting,
            1 => Phase::Comparing,
            2 => Phase::Reading,
            _ => Phase::Writing,
        }
    }

    /// Asks the import to stop; nothing of it will count.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn update(&self, counts: &Counts, bytes: u64) {
        let Counts { received, accepted, duplicate, quarantined } = *counts;
        self.received.store(received, Ordering::Relaxed);
        self.accepted.store(accepted, Ordering::Relaxed);
        self.duplicate.store(duplicate, Ordering::Relaxed);
        self.quarantined.store(quarantined, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// Rows so far.
    pub fn counts(&self) -> Counts {
        Counts {
            received: self.received.load(Ordering::Relaxed),
            accepted: self.accepted.load(Ordering::Relaxed),
            duplicate: self.duplicate.load(Ordering::Relaxed),
            quarantined: self.quarantined.load(Ordering::Relaxed),
        }
    }

    /// Bytes of text read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
