//! On the server: who asks, by the cookie of the request, and what answers carry in their head.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use contract::{Kind, UserError};
use leptos::nonce::use_nonce;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use services::{Actor, ServiceError, Services};

use super::AppError;

/// What the server gives to every request besides its services.
#[derive(Debug, Clone, Copy)]
pub struct Transport {
    /// Cookies are sent by HTTPS only.
    pub https: bool,
}

impl Transport {
    fn cookie(self) -> &'static str {
        if self.https { "__Host-throughline" } else { "throughline" }
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The token of a request's session.
pub fn token(headers: &HeaderMap, transport: Transport) -> Option<&str> {
    cookie(headers, transport.cookie())
}

/// Who sends a request with these headers.
pub async fn actor_of(
    services: &Services,
    headers: &HeaderMap,
    transport: Transport,
) -> Result<Actor, ServiceError> {
    let token = token(headers, transport).map(str::to_owned);
    let actor = match token {
        Some(token) => services::people::actor_of(services, &token).await?,
        None => None,
    };
    Ok(actor.ok_or_else(signed_out)?)
}

fn signed_out() -> UserError {
    UserError::new(Kind::SignedOut, "signed_out", "You are not signed in.").remedy("Sign in and try again.")
}

/// The services, for pages that anyone may see.
pub fn services() -> Services {
    expect_context::<Services>()
}

/// The services and who asks.
pub async fn context() -> Result<(Services, Actor), AppError> {
    let services = services();
    let transport = expect_context::<Transport>();
    let headers = use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default();
    let actor = actor_of(&services, &headers, transport).await.map_err(refuse)?;
    Ok((services, actor))
}

/// The token of the current request's session.
pub fn current_token() -> Option<String> {
    let transport = expect_context::<Transport>();
    let parts = use_context::<Parts>()?;
    token(&parts.headers, transport).map(str::to_owned)
}

/// Turns an error into an answer with its status.
pub fn refuse(error: ServiceError) -> AppError {
    answer_with(error.into_user())
}

/// Gives an answer the status of its error, and the pause after which trying again makes sense.
pub fn answer_with(error: UserError) -> AppError {
    if let Some(response) = use_context::<ResponseOptions>()
        && !is_plain_form()
        && let Ok(status) = StatusCode::from_u16(error.kind.status())
    {
        response.set_status(status);
        if let Some(seconds) = error.kind.retry_after() {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    AppError(error)
}

/// Writes into the audit log that a request tried to set a field that its form does not have.
pub fn note_refused(field: &str) {
    let (Some(services), Some(transport)) = (use_context::<Services>(), use_context::<Transport>()) else {
        return;
    };
    let headers = use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default();
    let what: String = format!("unknown field {field}").chars().take(200).collect();
    tokio::spawn(async move {
        let noted = async {
            let actor = actor_of(&services, &headers, transport).await?;
            services::people::note_refused(&services, &actor, &what).await
        };
        if let Err(error) = noted.await {
            tracing::warn!(error = %error, "a refused form could not be noted");
        }
    });
}

/// Logs what must not be shown.
pub fn log_fault(message: &str) {
    tracing::error!(message, "a server function failed");
}

/// Where the current request comes from, as an address of the network.
pub fn place() -> String {
    let parts = use_context::<Parts>();
    let address = parts.as_ref().and_then(|parts| parts.extensions.get::<ConnectInfo<SocketAddr>>());
    address.map(|ConnectInfo(address)| address.ip().to_string()).unwrap_or_default()
}

/// A form posted without JavaScript is answered by a redirect, whose status must stay.
fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let html = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        parts.method == axum::http::Method::POST && html.is_some_and(|html| html.contains("text/html"))
    })
}

/// Lets the browser keep a session's token, or forget it.
pub fn keep_token(token: Option<&str>) {
    let transport = expect_context::<Transport>();
    let secure = if transport.https { "; Secure" } else { "" };
    let name = transport.cookie();
    let cookie = match token {
        Some(token) => format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600{secure}"),
        None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"),
    };
    set_cookie(&cookie);
}

/// Adds a cookie to the answer.
pub fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(cookie)) {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// Sends the visitor elsewhere.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}

/// The header that lets this page run its own script and nothing else.
pub fn protect() {
    let nonce = use_nonce().map(|nonce| format!("'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {nonce}; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}
