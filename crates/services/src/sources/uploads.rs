//! Files that people sent and that wait for their import. Nobody but the sender sees them, and they go after a day.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use contract::UserError;
use db::uploads::Upload;

use crate::actor::need;
use crate::{Actor, ServiceError, Services};

/// An uploaded file that nobody imports is removed after so long (seconds).
const FORGOTTEN: i64 = 86_400;

/// Where to put a file that is being uploaded, and its id.
pub async fn begin_upload(services: &Services, actor: &Actor) -> Result<(String, PathBuf), ServiceError> {
    need(actor.may().import, "page")?;
    sweep(services).await?;
    let id = db::new_id();
    let path = services.store.upload(&id);
    Ok((id, path))
}

/// Notes an uploaded file.
pub async fn finish_upload(
    services: &Services,
    actor: &Actor,
    id: &str,
    file: &str,
    bytes: u64,
) -> Result<(), ServiceError> {
    need(actor.may().import, "page")?;
    let account_id = actor.account_id.clone().ok_or_else(|| UserError::not_found("account"))?;
    let file: String = file.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let upload =
        Upload { id: id.to_owned(), account_id, file, bytes: bytes as i64, created_at: services.now() };
    let tx = services.db.write().await?;
    db::uploads::add(&tx, &upload).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets uploads that nobody imported for a day, and removes their files; also those of uploads that never
/// came to an end.
pub(super) async fn sweep(services: &Services) -> Result<(), ServiceError> {
    let old = db::uploads::old(&services.db, services.now() - FORGOTTEN).await?;
    if !old.is_empty() {
        let tx = services.db.write().await?;
        for upload in &old {
            db::uploads::delete(&tx, &upload.id).await?;
        }
        tx.commit().await?;
    }
    let waited_for: HashSet<String> = services.jobs.files();
    let store = services.store.clone();
    let before = SystemTime::now() - Duration::from_secs(FORGOTTEN as u64);
    Ok(tokio::task::spawn_blocking(move || store.sweep_uploads(before, &waited_for)).await??)
}

/// Removes an uploaded file that was read in.
pub(super) async fn remove_file(services: &Services, id: &str) -> Result<(), ServiceError> {
    let path = services.store.upload(id);
    match tokio::fs::remove_file(&path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ServiceError::Io { path, source: error })
        }
        _ => Ok(()),
    }
}

/// An upload of the person's own.
pub(super) async fn own_upload(services: &Services, actor: &Actor, id: &str) -> Result<Upload, ServiceError> {
    need(actor.may().import, "page")?;
    let upload = db::uploads::get(&services.db, id).await?;
    let own = upload.filter(|upload| Some(&upload.account_id) == actor.account_id.as_ref());
    Ok(own.ok_or_else(|| {
        UserError::not_found("uploaded file").remedy("Choose the file again: uploads are kept for a day.")
    })?)
}
