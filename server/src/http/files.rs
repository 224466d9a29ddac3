//! Files up and down: logs, inventories, quarantined rows. Rights are checked by the services.

use app::api::session::actor_of;
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use contract::{Kind, UserError};
use services::{ServiceError, inventory, sources};
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::{ReaderStream, SyncIoBridge};

use super::Site;

/// Largest log that a page takes; larger ones go by the command line.
const UPLOAD_LIMIT: u64 = 4 << 30;
/// Largest inventory file.
const INVENTORY_LIMIT: usize = 20 << 20;

/// An error as a plain page of text: these routes are visited by forms and download links.
pub struct Failure(UserError);

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self(error.into_user())
    }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::UNAUTHORIZED {
            // A person goes to the door; a script sees the status.
            let page = "<!DOCTYPE html><meta http-equiv=refresh content=\"0;url=/sign-in\"><a href=/sign-in>Sign in</a>";
            return (status, axum::response::Html(page)).into_response();
        }
        if let Some(seconds) = self.0.kind.retry_after() {
            return (status, [(header::RETRY_AFTER, seconds.to_string())], format!("{}\n", self.0))
                .into_response();
        }
        (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{}\n", self.0)).into_response()
    }
}

pub fn download(kind: &'static str, name: &str, body: impl Into<Body>) -> Response {
    let name: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
        .collect();
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body.into())
        .into_response()
}

/// A part of a form that can't be read.
fn broken(_: axum::extract::multipart::MultipartError) -> Failure {
    UserError::new(Kind::Invalid, "broken_upload", "The upload ended early.")
        .remedy("Send the file again.")
        .into()
}

/// Takes a log into the data folder and shows its preview.
pub async fn upload(
    State(site): State<Site>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Redirect, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let (id, path) = sources::begin_upload(&site.services, &actor).await?;
    let field = form.next_field().await.map_err(broken)?;
    let field = field.filter(|field| field.name() == Some("file")).ok_or_else(|| {
        UserError::new(Kind::Invalid, "no_file", "No file was chosen.").remedy("Choose a file first.")
    })?;
    let name = field.file_name().unwrap_or("log.csv").to_owned();
    let bytes = match store(field, &path).await {
        Ok(bytes) => bytes,
        Err(failure) => {
            // What was written of it is of no use to anyone.
            let _ = tokio::fs::remove_file(&path).await;
            return Err(failure);
        }
    };
    sources::finish_upload(&site.services, &actor, &id, &name, bytes).await?;
    Ok(Redirect::to(&format!("/sources/new/{id}")))
}

async fn store(mut field: Field<'_>, path: &std::path::Path) -> Result<u64, Failure> {
    let failed = |source: std::io::Error| -> Failure {
        if source.kind() == std::io::ErrorKind::StorageFull {
            return UserError::new(Kind::Full, "disk_full", "The disk is full.")
                .remedy("Make room in the data folder, then try again.")
                .into();
        }
        ServiceError::Io { path: path.to_owned(), source }.into()
    };
    let mut file = tokio::fs::File::create(path).await.map_err(failed)?;
    let mut bytes = 0;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes += chunk.len() as u64;
        if bytes > UPLOAD_LIMIT {
            return Err(UserError::new(Kind::TooLarge, "too_large", "A page takes files of at most 4 GiB.")
                .remedy("Import it with the command line: throughline import.")
                .into());
        }
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(bytes)
}

/// Holds an inventory file and shows what it would change.
pub async fn import_inventory(
    State(site): State<Site>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Redirect, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    inventory::may_import(&actor)?;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("inventory.csv").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > INVENTORY_LIMIT {
                return Err(UserError::new(
                    Kind::TooLarge,
                    "too_large",
                    "An inventory file may have at most 20 MiB.",
                )
                .into());
            }
        }
        let id = inventory::hold(&site.services, &actor, &name, bytes)?;
        return Ok(Redirect::to(&format!("/inventory/import/{id}")));
    }
    Err(UserError::new(Kind::Invalid, "no_file", "No file was chosen.").remedy("Choose a file first.").into())
}

/// Takes a file of links between ids.
pub async fn import_links(
    State(site): State<Site>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Redirect, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let (_, path) = sources::begin_upload(&site.services, &actor).await?;
    let field = form.next_field().await.map_err(broken)?;
    let field = field.filter(|field| field.name() == Some("file")).ok_or_else(|| {
        UserError::new(Kind::Invalid, "no_file", "No file was chosen.").remedy("Choose a file first.")
    })?;
    let name = field.file_name().unwrap_or("links.csv").to_owned();
    let linked = match store(field, &path).await {
        Ok(_) => sources::link(&site.services, &actor, &name, &path).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    // It is read by now, or of no use to anyone.
    let _ = tokio::fs::remove_file(&path).await;
    linked?;
    Ok(Redirect::to("/sources/links"))
}

/// The log that the demo keeps back.
pub async fn demo_log(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let path = sources::demo_log(&site.services, &actor)?;
    let file = tokio::fs::File::open(path).await.map_err(|_| UserError::not_found("file"))?;
    Ok(download("text/csv; charset=utf-8", "dispatch.csv", Body::from_stream(ReaderStream::new(file))))
}

/// Quarantined rows of an import, with cells that a spreadsheet would run marked as text.
pub async fn quarantine(
    State(site): State<Site>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let (path, name) = sources::quarantine(&site.services, &actor, &id).await?;
    // Row by row: the file may be larger than the memory.
    let (rows, out) = tokio::io::duplex(1 << 16);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = report::csv::marked(&path, SyncIoBridge::new(out)) {
            tracing::warn!(error = %error, "a download of quarantined rows was cut short");
        }
    });
    Ok(download("text/csv; charset=utf-8", &name, Body::from_stream(ReaderStream::new(rows))))
}
