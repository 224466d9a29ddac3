//! HTTP: the router, the middleware, and what is not a page (files up and down).

mod assets;
mod exports;
mod files;
mod ingest;
mod live;
mod reports;

use std::net::SocketAddr;
use std::time::Duration;

use app::api::session::Transport;
use axum::Router;
use axum::extract::{FromRef, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use contract::{Kind, UserError};
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use services::{ServiceError, Services, people, sources};
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::cli;
use crate::commands::say;
use crate::mail::Mailer;
use crate::open::open;

pub use exports::set;
pub use reports::described;

/// Largest body of a form or a server function.
const FORM_LIMIT: usize = 1 << 20;
/// Largest paste into the grid.
const PASTE_LIMIT: usize = 8 << 20;
const PASTE: &str = "/api/edit_cells";
/// How long connections and imports may take to end once the server was asked to.
const PATIENCE: Duration = Duration::from_secs(8);

/// What handlers work with.
#[derive(Clone)]
pub struct Site {
    pub services: Services,
    pub transport: Transport,
    options: LeptosOptions,
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.options.clone()
    }
}

/// Serves until the process is asked to end.
pub async fn serve(options: cli::Serve) -> Result<(), ServiceError> {
    let cli::Serve { place, listen, demo, site, https, smtp_url, mail_from, public_url } = options;
    if demo && !listen.ip().is_loopback() {
        return Err(UserError::new(
            Kind::Invalid,
            "demo_loopback",
            "Demo accounts need no password, so the demo listens to this machine only.",
        )
        .at("--listen")
        .remedy("Listen on 127.0.0.1, or leave --demo out.")
        .into());
    }
    let mailer = Mailer::new(smtp_url.as_deref(), mail_from.as_deref(), public_url)?;
    let services = open(&place, demo).await?;
    let services = if mailer.is_some() { services.with_mail() } else { services };
    sources::recover(&services).await?;
    let folder = assets::find(site)?;
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
        UserError::new(Kind::Unavailable, "listen", format!("Can't listen on {listen}: {error}."))
            .remedy("Choose another port with --listen, or end what uses this one.")
    })?;
    let address = listener.local_addr().unwrap_or(listen);
    greet(&services, address, https).await?;
    let working = tokio::spawn(services::background::run(services.clone()));
    let watching = tokio::spawn(crate::mail::run(services.clone(), mailer));
    let router = router(
        Site { services: services.clone(), transport: Transport { https }, options: leptos_options() },
        &folder,
    )?;
    let (asked, told) = tokio::sync::oneshot::channel::<()>();
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            signalled().await;
            // Nobody listens where the server has ended by itself.
            let _ = asked.send(());
        });
    let deadline = async move {
        // An error means that the server ended without being asked.
        if told.await.is_ok() {
            let imports = tokio::time::timeout(PATIENCE, sources::cancel_all(&services));
            let rest = tokio::time::sleep(PATIENCE);
            // What is still running then leaves no trace when it is cut off.
            let _ = tokio::join!(imports, rest);
        } else {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::select! {
        ended = async { serving.await } => ended.map_err(|source| ServiceError::Io { path: place.data_dir, source }),
        () = deadline => Ok(()),
    };
    working.abort();
    watching.abort();
    ended
}

async fn greet(services: &Services, address: SocketAddr, https: bool) -> Result<(), ServiceError> {
    let scheme = if https { "https" } else { "http" };
    say(&format!("Throughline serves {scheme}://{address}"));
    if let Some(token) = people::setup_token(services).await? {
        say(&format!("Set it up within 7 days, once: {scheme}://{address}/invitation/{token}"));
    }
    Ok(())
}

/// In the demo, whose accounts need no password, only requests that name this machine are answered: another
/// site's name that was pointed here would let its pages in.
async fn own_host(demo: bool, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    if demo && !matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return (StatusCode::MISDIRECTED_REQUEST, "The demo answers to 127.0.0.1 and localhost only.\n")
            .into_response();
    }
    next.run(request).await
}

/// Forms are small; only a paste into the grid may be larger.
async fn limited(request: Request, next: Next) -> Response {
    if request.uri().path() == PASTE {
        return next.run(request).await;
    }
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if said.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > FORM_LIMIT) {
        return (StatusCode::PAYLOAD_TOO_LARGE, "length limit exceeded").into_response();
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::Body::new(http_body_util::Limited::new(body, FORM_LIMIT));
    next.run(Request::from_parts(parts, body)).await
}

fn leptos_options() -> LeptosOptions {
    LeptosOptions::builder().output_name("throughline").build()
}

fn router(site: Site, folder: &std::path::Path) -> Result<Router, ServiceError> {
    let assets = assets::names(folder)?;
    let page = {
        let assets = assets.clone();
        move || app::shell(assets.clone())
    };
    let demo = site.services.is_demo();
    let routes = generate_route_list(app::App);
    let context = {
        let (services, transport) = (site.services.clone(), site.transport);
        move || {
            provide_context(services.clone());
            provide_context(transport);
        }
    };
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let pages = Router::new()
        .leptos_routes_with_context(&site, routes, context.clone(), page.clone())
        .fallback_service(get(leptos_axum::render_app_to_stream_with_context(context, page)).with_state(()))
        .layer(axum::middleware::from_fn(limited))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(PASTE_LIMIT))
        .with_state(site.clone());
    let files = Router::new()
        .route("/upload", post(files::upload))
        .route("/inventory/import", post(files::import_inventory))
        .route("/export/{file}", get(exports::export))
        .route("/sources/imports/{id}/quarantine.csv", get(files::quarantine))
        .route("/demo/dispatch.csv", get(files::demo_log))
        .route("/links/import", post(files::import_links))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(site.clone());
    let machines = Router::new()
        .route("/api/v1/events", post(ingest::events))
        .route("/api/v1/openapi.json", get(reports::openapi))
        .route("/api/v1/reports", get(reports::list))
        .merge(reports::routes())
        .route("/live", get(live::live))
        .route("/inventory/live", get(live::inventory))
        .with_state(site);
    let cached = SetResponseHeaderLayer::overriding(
        header::CACHE_CONTROL,
        |response: &Response<tower_http::services::fs::ServeFileSystemResponseBody>| {
            let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.status().is_success().then_some(forever)
        },
    );
    let pkg = tower::ServiceBuilder::new()
        .layer(cached)
        .service(ServeDir::new(folder.join("pkg")).precompressed_br());
    Ok(files
        .merge(machines)
        .merge(pages)
        .nest_service("/pkg", pkg)
        .route("/health", get(|| async { StatusCode::NO_CONTENT }))
        .layer(axum::middleware::from_fn(move |request: Request, next: Next| own_host(demo, request, next)))
        .layer(CsrfLayer::new())
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(CompressionLayer::new()))
}

/// Waits for Ctrl C or SIGTERM.
async fn signalled() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}
