//! The columns of a snapshot as one file beside the segments, so that a process that starts need not read and sort
//! them again. It is a copy: without it, or where it does not fit the manifest, the segments are read.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use analytics::JourneyLog;
use bytemuck::{cast_slice, cast_slice_mut};
use serde::{Deserialize, Serialize};

use crate::snapshot::{Activity, Attribute, SegmentRef, Snapshot};
use crate::store::sync_folder;
use crate::{CustomerKey, EventsError, Store};

const MAGIC: &[u8; 8] = b"TLCOLS01";
/// Largest header.
const MOST_HEADER: u64 = 1 << 30;

/// All that is no column.
#[derive(Serialize, Deserialize)]
struct Header {
    events: u64,
    customers: u64,
    cases: u64,
    /// (source, name, order of the source).
    activities: Vec<(String, String, u32)>,
    /// (name, values).
    attributes: Vec<(String, Vec<String>)>,
}

/// The file of a manifest: another manifest has another.
fn path_of(store: &Store, segments: &[SegmentRef]) -> PathBuf {
    let mut hasher = blake3::Hasher::new();
    for SegmentRef { file, bucket, source, source_order } in segments {
        for part in [file.as_bytes(), source.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.update(&bucket.to_le_bytes()).update(&source_order.to_le_bytes());
    }
    store.cache().join(format!("{}.columns", &hasher.finalize().to_hex()[..32]))
}

/// Keeps a snapshot of these segments, in place of all that were kept before.
pub fn keep(store: &Store, segments: &[SegmentRef], snapshot: &Snapshot) -> Result<(), EventsError> {
    let path = path_of(store, segments);
    let folder = store.cache();
    let failed = |doing| EventsError::io(doing, &path);
    // Another process may keep the same columns at this moment.
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut out = File::create(&temporary).map_err(failed("creating"))?;
    let written = write(&mut out, snapshot).and_then(|()| out.sync_all());
    if let Err(error) = written {
        // Half a copy is of no use, least of all on a full disk.
        let _ = fs::remove_file(&temporary);
        return Err(failed("writing")(error));
    }
    fs::rename(&temporary, &path).map_err(failed("renaming"))?;
    sync_folder(&folder)?;
    for entry in fs::read_dir(&folder).map_err(EventsError::io("listing", &folder))?.flatten() {
        let file = entry.path();
        let columns = file.extension().is_some_and(|kind| kind == "columns");
        let old = entry
            .metadata()
            .and_then(|about| about.modified())
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age.as_secs() > 600));
        if file != path && (columns || old) {
            // Another process may have removed it already.
            let _ = fs::remove_file(file);
        }
    }
    Ok(())
}

fn write(out: &mut impl Write, snapshot: &Snapshot) -> std::io::Result<()> {
    let Snapshot { log, customers, activities, cases, attributes } = snapshot;
    let header = Header {
        events: log.events() as u64,
        customers: customers.len() as u64,
        cases: cases.len() as u64,
        activities: activities
            .iter()
            .map(|one| (one.source.clone(), one.name.clone(), one.source_order))
            .collect(),
        attributes: attributes.iter().map(|one| (one.name.clone(), one.values.clone())).collect(),
    };
    let header = serde_json::to_vec(&header).map_err(std::io::Error::other)?;
    out.write_all(MAGIC)?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    let keys: Vec<u128> = customers.iter().map(|key| key.0).collect();
    out.write_all(cast_slice(&keys))?;
    out.write_all(cast_slice(cases))?;
    out.write_all(cast_slice(log.times()))?;
    out.write_all(cast_slice(log.offsets()))?;
    out.write_all(cast_slice(log.activities()))?;
    out.write_all(cast_slice(log.cases()))?;
    for attribute in attributes {
        out.write_all(cast_slice(&attribute.codes))?;
    }
    Ok(())
}

/// The kept snapshot of these segments; none where there is none that can be used.
pub fn kept(store: &Store, segments: &[SegmentRef]) -> Option<Snapshot> {
    read(&path_of(store, segments)).ok().flatten()
}

/// A column of a file.
fn column<T: bytemuck::Pod>(path: &Path, from: u64, length: usize) -> std::io::Result<Vec<T>> {
    let mut values = vec![T::zeroed(); length];
    let bytes: &mut [u8] = cast_slice_mut(&mut values);
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    file.read_exact(bytes)?;
    Ok(values)
}

fn read(path: &Path) -> std::io::Result<Option<Snapshot>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut start = [0; 16];
    file.read_exact(&mut start)?;
    let mut length = [0; 8];
    length.copy_from_slice(&start[8..]);
    let length = u64::from_le_bytes(length);
    if &start[..8] != MAGIC || length > MOST_HEADER {
        return Ok(None);
    }
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header)?;
    let Ok(header) = serde_json::from_slice::<Header>(&header) else { return Ok(None) };
    let Header { events, customers, cases, activities, attributes } = header;
    // Where each column begins, by the order in which they are written.
    let mut next = 16 + length;
    let mut place = |values: u64, width: u64| {
        let from = next;
        next = values.checked_mul(width).and_then(|bytes| next.checked_add(bytes)).unwrap_or(u64::MAX);
        from
    };
    let places = [
        place(customers, 16),
        place(cases, 8),
        place(events, 8),
        place(customers.saturating_add(1), 4),
        place(events, 4),
        place(events, 4),
    ];
    let of_attributes: Vec<u64> = attributes.iter().map(|_| place(events, 4)).collect();
    if next != size {
        return Ok(None);
    }
    let (events, customers, cases) = (events as usize, customers as usize, cases as usize);
    let ((time, offsets), (activity, rest)) = rayon::join(
        || {
            rayon::join(
                || column::<i64>(path, places[2], events),
                || column::<u32>(path, places[3], customers + 1),
            )
        },
        || {
            rayon::join(
                || column::<u32>(path, places[4], events),
                || {
                    let keys = column::<u128>(path, places[0], customers)?;
                    let hashes = column::<u64>(path, places[1], cases)?;
                    let case = column::<u32>(path, places[5], events)?;
                    Ok::<_, std::io::Error>((keys, hashes, case))
                },
            )
        },
    );
    let (keys, cases, case) = rest?;
    let activity = activity?;
    let within = |codes: &[u32], most: usize| codes.iter().all(|&code| (code as usize) < most);
    let fits = within(&activity, activities.len()) && within(&case, cases.len() + 1);
    let ascending = keys.windows(2).all(|pair| pair[0] < pair[1]);
    let mut of_attribute = Vec::with_capacity(attributes.len());
    for ((name, values), from) in attributes.into_iter().zip(of_attributes) {
        let codes = column::<u32>(path, from, events)?;
        if !within(&codes, values.len() + 1) {
            return Ok(None);
        }
        of_attribute.push(Attribute { name, values, codes });
    }
    if !fits || !ascending {
        return Ok(None);
    }
    let Ok(log) = JourneyLog::new(offsets?, time?, activity, case) else { return Ok(None) };
    Ok(Some(Snapshot {
        log,
        customers: keys.into_iter().map(CustomerKey).collect(),
        activities: activities
            .into_iter()
            .map(|(source, name, source_order)| Activity { source, name, source_order })
            .collect(),
        cases,
        attributes: of_attribute,
    }))
}
