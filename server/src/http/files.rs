//! Files up and down: logs, inventories, quarantined rows, charts. Rights are checked by the services.

use app::api::session::actor_of;
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use contract::drivers::DriversQuery;
use contract::journeys::{ExploreQuery, Form};
use contract::{Kind, UserError};
use services::{ServiceError, drivers, inventory, journeys, sources};
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::{ReaderStream, SyncIoBridge};

use super::Site;

/// Largest log that a page takes; larger ones go by the command line.
const UPLOAD_LIMIT: u64 = 4 << 30;
/// Variants in a file.
const MOST_VARIANTS: usize = 100_000;
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

fn download(kind: &'static str, name: &str, body: impl Into<Body>) -> Response {
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

/// The inventory as CSV.
pub async fn export_inventory(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let text = inventory::export_csv(&site.services, &actor).await?;
    Ok(download("text/csv; charset=utf-8", "inventory.csv", text))
}

/// The inventory as a workbook.
pub async fn export_workbook(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let tables = inventory::export_xlsx(&site.services, &actor).await?;
    workbook("inventory.xlsx", tables).await
}

/// The tables of a driver report as a workbook.
pub async fn drivers_workbook(
    State(site): State<Site>,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let query = DriversQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let tables = drivers::tables(&site.services, &actor, query).await?;
    workbook("drivers.xlsx", tables).await
}

async fn workbook(name: &str, tables: Vec<contract::table::Table>) -> Result<Response, Failure> {
    let written = tokio::task::spawn_blocking(move || report::xlsx::workbook(&tables)).await;
    let bytes = written.map_err(ServiceError::from)?.map_err(|error| {
        tracing::error!(error = %error, "a workbook could not be written");
        UserError::new(Kind::Internal, "internal", "The workbook could not be written.")
            .remedy("Export CSV instead.")
    })?;
    Ok(download("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name, bytes))
}

/// A KPI's readings as a picture.
pub async fn kpi_chart(
    State(site): State<Site>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let kpi = inventory::kpi_to_draw(&site.services, &actor, &id).await?;
    let readings = report::chart::Readings {
        title: kpi.name,
        unit: kpi.unit,
        points: kpi.readings.into_iter().map(|one| (one.day, one.value)).collect(),
        target: kpi.target,
    };
    let drawn = tokio::task::spawn_blocking(move || report::chart::readings(&readings)).await;
    let drawn = drawn.map_err(ServiceError::from)?;
    if drawn.is_empty() {
        return Err(UserError::not_found("chart").remedy("A chart needs two readings.").into());
    }
    Ok(download("image/svg+xml", "kpi.svg", drawn))
}

fn question(pairs: &[(String, String)]) -> Result<ExploreQuery, UserError> {
    ExploreQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
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

/// The links of the drawing as CSV.
pub async fn journeys_csv(
    State(site): State<Site>,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let query = question(&pairs)?;
    let (services, form) = (&site.services, query.form);
    let (name, text) = match form {
        Form::Transitions | Form::Map => {
            let view = journeys::exported(&actor, journeys::transitions(services, &actor, query)).await?;
            ("transitions.csv", report::csv::transitions(&view))
        }
        Form::Variants => {
            let view = journeys::variants(services, &actor, query, MOST_VARIANTS);
            ("variants.csv", report::csv::variants(&journeys::exported(&actor, view).await?))
        }
        Form::Funnel => {
            let view = journeys::funnel(services, &actor, query);
            ("funnel.csv", report::csv::funnel(&journeys::exported(&actor, view).await?))
        }
        Form::Between => {
            let view = journeys::between(services, &actor, query);
            ("time-between.csv", report::csv::between(&journeys::exported(&actor, view).await?))
        }
        Form::Compare => {
            let view = journeys::compare(services, &actor, query);
            ("comparison.csv", report::csv::compare(&journeys::exported(&actor, view).await?))
        }
        Form::Flow | Form::Table => {
            ("journeys.csv", report::csv::sankey(&journeys::sankey(services, &actor, query).await?))
        }
    };
    Ok(download("text/csv; charset=utf-8", name, text))
}

/// The candidates of a driver report as CSV.
pub async fn drivers_csv(
    State(site): State<Site>,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let query = DriversQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let figures = drivers::figures(&site.services, &actor, query).await?;
    Ok(download("text/csv; charset=utf-8", "drivers.csv", report::csv::drivers(&figures)))
}

/// The drawing as a picture.
pub async fn journeys_svg(
    State(site): State<Site>,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let view = journeys::picture(&site.services, &actor, question(&pairs)?).await?;
    let caption = format!(
        "{} journeys, {} to {}",
        view.sankey.as_ref().map_or(0, |sankey| sankey.journeys),
        view.period.from,
        view.period.to
    );
    Ok(download("image/svg+xml", "journeys.svg", report::svg::sankey(&view, &caption)))
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
