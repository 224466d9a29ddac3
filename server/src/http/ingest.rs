//! Events from machines: one, a list, or lines, by a key of their source.

use axum::Json;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use contract::ingest::Ingested;
use contract::{Kind, UserError};
use serde_json::Value;
use services::sources::{self, Arrived};

use super::Site;

/// Largest batch, and largest event in it.
pub const BATCH_LIMIT: usize = 16 << 20;
const EVENT_LIMIT: usize = 1 << 20;
/// How long a batch may take to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Events of a batch.
const MOST_EVENTS: usize = 10_000;

pub fn refused(error: UserError) -> Response {
    let status = StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry = error.kind.retry_after();
    let mut response = (status, Json(error)).into_response();
    if let Some(seconds) = retry {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn too_large(message: String) -> UserError {
    UserError::new(Kind::TooLarge, "too_large", message).remedy("Send smaller batches.")
}

/// `POST /api/v1/events`. The key comes first: nothing of the body is read for whoever has none.
pub async fn events(State(site): State<Site>, headers: HeaderMap, body: Body) -> Response {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::trim);
    let Some(token) = token else {
        return refused(
            UserError::new(Kind::SignedOut, "bad_key", "The request carries no key.")
                .remedy("Send Authorization: Bearer KEY, with a key that an administrator made."),
        );
    };
    let admitted = match sources::admit(&site.services, token).await {
        Ok(admitted) => admitted,
        Err(error) => return refused(error.into_user()),
    };
    let body = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, BATCH_LIMIT)).await;
    let Ok(Ok(body)) = body else {
        return refused(too_large(format!(
            "A batch may have at most {BATCH_LIMIT} bytes, and must come within a minute."
        )));
    };
    let read = tokio::task::spawn_blocking(move || read(&headers, &body)).await;
    let (single, batch) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => return refused(error),
        Err(error) => return refused(services::ServiceError::from(error).into_user()),
    };
    match sources::ingest(&site.services, admitted, batch).await {
        Ok(done) => (status(single, &done), Json(done)).into_response(),
        Err(error) => refused(error.into_user()),
    }
}

/// A batch is answered as a whole; one event alone by what became of it.
fn status(single: bool, done: &Ingested) -> StatusCode {
    match done.problems.first() {
        Some(problem) if single && problem.code == "id_conflict" => StatusCode::CONFLICT,
        Some(_) if single => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<(bool, Vec<Arrived>), UserError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let lines = kind.starts_with("application/x-ndjson") || kind.starts_with("application/jsonl");
    if !lines && !kind.starts_with("application/json") {
        return Err(UserError::new(
            Kind::Unprocessable,
            "bad_content_type",
            "The body is neither JSON nor JSON lines.",
        )
        .at("Content-Type")
        .remedy("Send application/json, or application/x-ndjson with one event a line."));
    }
    if lines {
        let mut batch = Vec::new();
        for line in body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            if line.len() > EVENT_LIMIT {
                return Err(too_large(format!("An event may have at most {EVENT_LIMIT} bytes.")));
            }
            let arrived = match serde_json::from_slice::<Value>(line) {
                Ok(Value::Object(event)) => Ok(event),
                _ => Err(String::from_utf8_lossy(line).into_owned()),
            };
            batch.push(arrived);
            if batch.len() > MOST_EVENTS {
                return Err(too_large(format!("A batch may have at most {MOST_EVENTS} events.")));
            }
        }
        return Ok((false, batch));
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        UserError::new(Kind::Invalid, "broken_json", format!("The body is no JSON: {error}."))
            .remedy("Send an event, or a list of events.")
    })?;
    match value {
        Value::Object(event) if body.len() <= EVENT_LIMIT => Ok((true, vec![Ok(event)])),
        Value::Object(_) => Err(too_large(format!("An event may have at most {EVENT_LIMIT} bytes."))),
        Value::Array(events) if events.len() > MOST_EVENTS => {
            Err(too_large(format!("A batch may have at most {MOST_EVENTS} events.")))
        }
        Value::Array(events) => {
            let mut batch = Vec::with_capacity(events.len());
            for event in events {
                // Only a large body can hold a large event.
                if body.len() > EVENT_LIMIT && event.to_string().len() > EVENT_LIMIT {
                    return Err(too_large(format!("An event may have at most {EVENT_LIMIT} bytes.")));
                }
                batch.push(match event {
                    Value::Object(event) => Ok(event),
                    other => Err(other.to_string()),
                });
            }
            Ok((false, batch))
        }
        other => Ok((true, vec![Err(other.to_string())])),
    }
}
