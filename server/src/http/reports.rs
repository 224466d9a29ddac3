//! Reports for machines: `GET /api/v1/reports/…`, by a key of a person, with that person's rights.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use contract::reports::REPORTS;
use contract::table::{Cell, Table};
use contract::{Kind, UserError};
use serde::Serialize;
use serde_json::Value;
use services::ServiceError;
use services::keys::{self, Admitted};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi, ToSchema};

use super::Site;
use super::exports::tables_of;
use super::ingest::refused;

/// Rows of a page, at most and without a choice.
const MOST_ROWS: u64 = 1000;
const ROWS: u64 = 200;

/// One report that a key may read.
#[derive(Debug, Serialize, ToSchema)]
struct ReportName {
    /// As it stands in its address.
    report: String,
    /// What it holds.
    about: String,
    href: String,
}

/// One page of one table of a report.
#[derive(Debug, Serialize, ToSchema)]
struct ReportPage {
    report: String,
    /// The table that this is, and all that the report has.
    table: String,
    tables: Vec<String>,
    /// The filter that made it, and when.
    about: BTreeMap<String, String>,
    columns: Vec<String>,
    /// Cells in the order of the columns: a text, a number, or null.
    rows: Vec<Vec<Value>>,
    /// Rows of the whole table.
    total: u64,
    page: u64,
    per_page: u64,
    pages: u64,
}

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
struct Problem {
    kind: String,
    /// Stable, for programs.
    code: String,
    message: String,
    /// The parameter that it is about.
    place: Option<String>,
    remedy: Option<String>,
}

/// Which part of a table.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
struct Part {
    /// Name of the table; the first without it.
    table: Option<String>,
    /// Page of the table, from 1.
    #[param(minimum = 1, maximum = 1_000_000)]
    page: Option<u64>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000)]
    per_page: Option<u64>,
}

/// Days in the company's time zone, and customers.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
struct Days {
    /// First day that counts.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day that counts.
    #[param(format = Date)]
    to: Option<String>,
    /// Name of a saved segment.
    segment: Option<String>,
}

/// What is explained.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
struct Explained {
    /// Days after a touchpoint in which a contact may belong to it.
    #[param(minimum = 1, maximum = 90)]
    window: Option<u32>,
    /// Name of the touchpoint whose events are explained.
    outcome: Option<String>,
    /// Only contacts of this channel.
    channel: Option<String>,
    /// Only contacts with this reason.
    reason: Option<String>,
    /// Name of the department whose report it is.
    department: Option<String>,
}

/// How journeys are looked at.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what is read by name")]
struct Looked {
    view: Option<View>,
    by: Option<By>,
    /// Only events of this log.
    source: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the description of what is read by name")]
enum View {
    Flow,
    Transitions,
    Variants,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the description of what is read by name")]
enum By {
    Activity,
    Experience,
    Touchpoint,
    Channel,
    Department,
    Stage,
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi.components.get_or_insert_default().add_security_scheme("key", scheme);
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Throughline",
        description = "Reports for machines. A key acts with the rights of the person that it belongs to; make one on the page Alerts.",
        version = "1"
    ),
    paths(list, summary, drivers, journeys, reasons, trends, reviews, kpis, matrix, gaps, inventory),
    components(schemas(ReportName, ReportPage, Problem, View, By)),
    modifiers(&Bearer),
    servers((url = "/"))
)]
struct Description;

/// The description of this interface.
pub async fn openapi() -> Response {
    ([(header::CACHE_CONTROL, "private, max-age=300")], Json(Description::openapi())).into_response()
}

/// The same as text.
pub fn described() -> String {
    Description::openapi().to_pretty_json().unwrap_or_default()
}

async fn admitted(site: &Site, headers: &HeaderMap) -> Result<Admitted, UserError> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::trim);
    let token = token.ok_or_else(|| {
        UserError::new(Kind::SignedOut, "bad_key", "The request carries no key.")
            .remedy("Send Authorization: Bearer KEY, with a key of the page \u{201c}Alerts\u{201d}.")
    })?;
    keys::admit(&site.services, token).await.map_err(ServiceError::into_user)
}

/// A refusal, with what a client needs to try again or to sign in.
fn answer_refused(error: UserError) -> Response {
    let (signed_out, too_often) = (error.kind == Kind::SignedOut, error.code == "too_many");
    let mut response = refused(error);
    if too_often {
        // Asked by the minute: after one, all of it is free again.
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
    }
    if signed_out {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    }
    response
}

/// Reports that the key reads.
#[utoipa::path(
    get,
    path = "/api/v1/reports",
    security(("key" = [])),
    responses(
        (status = 200, description = "The reports", body = [ReportName]),
        (status = 401, description = "No key, or one that reads nothing", body = Problem),
        (status = 429, description = "Asked too often; Retry-After says how long to wait", body = Problem),
    )
)]
pub async fn list(State(site): State<Site>, headers: HeaderMap) -> Response {
    let admitted = match admitted(&site, &headers).await {
        Ok(admitted) => admitted,
        Err(error) => return answer_refused(error),
    };
    let may = admitted.actor.may();
    let for_role = |name: &str| match name {
        "journeys" | "inventory" => may.export,
        _ => true,
    };
    let reports =
        REPORTS.into_iter().filter(|(name, _)| admitted.reads(name) && for_role(name)).map(|(name, about)| {
            ReportName {
                report: name.to_owned(),
                about: about.to_owned(),
                href: format!("/api/v1/reports/{name}"),
            }
        });
    Json(reports.collect::<Vec<_>>()).into_response()
}

/// Handlers of reports, each with its description.
macro_rules! reports {
    ($($(#[$words:meta])* $name:ident $path:literal [$($more:ident),*];)*) => {
        $(
            $(#[$words])*
            #[utoipa::path(
                get,
                path = $path,
                security(("key" = [])),
                params(
                    Part,
                    $($more,)*
                    ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer"),
                ),
                responses(
                    (status = 200, description = "The page", body = ReportPage, headers(("ETag" = String, description = "Of exactly this answer"))),
                    (status = 304, description = "As it was when it had this ETag"),
                    (status = 400, description = "A parameter can't be read, or is none of this report", body = Problem),
                    (status = 401, description = "No key, or one that reads nothing", body = Problem),
                    (status = 404, description = "None for this key, or nothing by that name, page or period; the message says what", body = Problem),
                    (status = 429, description = "Asked too often; Retry-After says how long to wait", body = Problem),
                    (status = 503, description = "Busy; Retry-After says how long to wait", body = Problem),
                )
            )]
            async fn $name(
                state: State<Site>,
                headers: HeaderMap,
                pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
            ) -> Response {
                report(state, headers, stringify!($name), pairs).await
            }
        )*

        /// The routes of reports.
        pub fn routes() -> Router<Site> {
            Router::new()$(.route($path, get($name)))*
        }
    };
}

reports! {
    /// Headlines, costliest drivers, where avoidable contacts come from, commitments.
    summary "/api/v1/reports/summary" [Days];
    /// What causes contacts: drivers, departments, weeks, reasons.
    drivers "/api/v1/reports/drivers" [Days, Explained];
    /// Flow, transitions or variants.
    journeys "/api/v1/reports/journeys" [Days, Looked];
    /// Contact reasons and what the evidence gives to each touchpoint.
    reasons "/api/v1/reports/reasons" [];
    /// Weekly series and changes of level.
    trends "/api/v1/reports/trends" [];
    /// Actions with their effect, and reviews.
    reviews "/api/v1/reports/reviews" [];
    /// KPIs with their latest readings.
    kpis "/api/v1/reports/kpis" [];
    /// Which KPI measures which touchpoint, and which department owns what.
    matrix "/api/v1/reports/matrix" [];
    /// What the inventory does not say yet.
    gaps "/api/v1/reports/gaps" [];
    /// The service inventory.
    inventory "/api/v1/reports/inventory" [];
}

/// What can be read and still names nothing is not found: a period that ends before it begins, a segment that nobody saved.
fn nothing_there(error: UserError) -> UserError {
    match error.kind {
        Kind::Invalid if error.code == "unknown_filter" => error,
        Kind::Invalid | Kind::Unprocessable => UserError { kind: Kind::NotFound, ..error },
        _ => error,
    }
}

/// One page of a table of a report. Parameters that a report does not know are refused by name.
async fn report(
    State(site): State<Site>,
    headers: HeaderMap,
    name: &'static str,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    let page = async {
        let admitted = admitted(&site, &headers).await?;
        if !admitted.reads(name) {
            return Err(UserError::not_found("report"));
        }
        let Query(pairs) = pairs.map_err(|_| {
            UserError::new(Kind::Invalid, "bad_query", "The address can't be read.")
                .remedy("Encode its parameters as a form does.")
        })?;
        let asked = Asked::of(pairs)?;
        let tables = tables_of(&site.services, &admitted.actor, name, asked.filters.clone()).await;
        asked.page(name, tables.map_err(|error| nothing_there(error.into_user()))?)
    };
    let page = match page.await {
        Ok(page) => page,
        Err(error) => return answer_refused(error),
    };
    let body = match serde_json::to_vec(&page) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(error = %error, "a report could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let hash = blake3::hash(&body).to_hex();
    let etag = format!("\"{}\"", &hash[..32]);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*") {
        return (StatusCode::NOT_MODIFIED, tags).into_response();
    }
    (tags, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Which part of a report, and the filters that make it.
struct Asked {
    table: Option<String>,
    page: u64,
    per_page: u64,
    filters: Vec<(String, String)>,
}

impl Asked {
    fn of(pairs: Vec<(String, String)>) -> Result<Self, UserError> {
        let mut asked = Self { table: None, page: 1, per_page: ROWS, filters: Vec::new() };
        for (name, value) in pairs {
            let number = |most: u64| {
                let number = value.parse().ok().filter(|number| (1..=most).contains(number));
                number.ok_or_else(|| {
                    UserError::new(Kind::Invalid, "bad_value", format!("{name} is no number from 1 to {most}."))
                        .at(name.clone())
                })
            };
            match name.as_str() {
                "table" => asked.table = Some(value),
                "page" => asked.page = number(1_000_000)?,
                "per_page" => asked.per_page = number(MOST_ROWS)?,
                // A list of single customers is no report.
                "open" | "of" | "select" | "select_to" | "stage" => {
                    return Err(UserError::new(
                        Kind::Invalid,
                        "unknown_filter",
                        format!("Reports have no {name}."),
                    )
                    .at(name));
                }
                "from" | "to"
                    if chrono::NaiveDate::parse_from_str(&value, "%Y-%m-%d").is_err() || value.len() != 10 =>
                {
                    return Err(UserError::new(
                        Kind::Invalid,
                        "bad_value",
                        format!("{name} is no day like 2026-03-01."),
                    )
                    .at(name));
                }
                "window" => {
                    number(90)?;
                    asked.filters.push((name, value));
                }
                _ => asked.filters.push((name, value)),
            }
        }
        Ok(asked)
    }

    fn page(self, report: &str, tables: Vec<Table>) -> Result<ReportPage, UserError> {
        let names: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
        let about = tables.first().map(|table| table.about.iter().cloned().collect()).unwrap_or_default();
        let found = tables.into_iter().find(|table| self.table.as_ref().is_none_or(|name| *name == table.name));
        let table = found.ok_or_else(|| {
            UserError::not_found("table").at("table").remedy(format!("Tables are: {}.", names.join(", ")))
        })?;
        let total = table.rows.len() as u64;
        let pages = total.div_ceil(self.per_page).max(1);
        if self.page > pages {
            let remedy = format!("It has {pages}.");
            return Err(UserError::not_found("page").at("page").remedy(remedy));
        }
        let first = (self.page - 1) * self.per_page;
        let rows = table.rows.into_iter().skip(first as usize).take(self.per_page as usize);
        let cell = |cell: Cell| match cell {
            Cell::Empty => Value::Null,
            Cell::Text(text) | Cell::Day(text) => Value::String(text),
            Cell::Number(value) => serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number),
        };
        Ok(ReportPage {
            report: report.to_owned(),
            table: table.name,
            tables: names,
            about,
            columns: table.heads,
            rows: rows.map(|row| row.into_iter().map(cell).collect()).collect(),
            total,
            page: self.page,
            per_page: self.per_page,
            pages,
        })
    }
}
