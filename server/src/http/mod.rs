//! HTTP: the router, the middleware, and what is not a page (files up and down).

mod assets;
mod files;

use std::net::SocketAddr;

use app::api::session::Transport;
use axum::Router;
use axum::extract::FromRef;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
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
use crate::open::open;

/// Largest body of a form or a server function.
const FORM_LIMIT: usize = 1 << 20;

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
    let cli::Serve { place, listen, demo, site, https } = options;
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
    let services = open(&place, demo).await?;
    sources::recover(&services).await?;
    let folder = assets::find(site)?;
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
        UserError::new(Kind::Unavailable, "listen", format!("Can't listen on {listen}: {error}."))
            .remedy("Choose another port with --listen, or end what uses this one.")
    })?;
    let address = listener.local_addr().unwrap_or(listen);
    greet(&services, address, https).await?;
    let router = router(
        Site { services: services.clone(), transport: Transport { https }, options: leptos_options() },
        &folder,
    )?;
    axum::serve(listener, router)
        .with_graceful_shutdown(ending(services))
        .await
        .map_err(|source| ServiceError::Io { path: place.data_dir, source })
}

async fn greet(services: &Services, address: SocketAddr, https: bool) -> Result<(), ServiceError> {
    let scheme = if https { "https" } else { "http" };
    say(&format!("Throughline serves {scheme}://{address}"));
    if let Some(token) = people::setup_token(services).await? {
        say(&format!("Set it up within 7 days, once: {scheme}://{address}/invitation/{token}"));
    }
    Ok(())
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
        .fallback(leptos_axum::render_app_to_stream_with_context(context, page))
        .layer(RequestBodyLimitLayer::new(FORM_LIMIT))
        .with_state(site.clone());
    let files = Router::new()
        .route("/upload", post(files::upload))
        .route("/inventory/import", post(files::import_inventory))
        .route("/inventory/export.csv", get(files::export_inventory))
        .route("/journeys.csv", get(files::journeys_csv))
        .route("/journeys.svg", get(files::journeys_svg))
        .route("/sources/imports/{id}/quarantine.csv", get(files::quarantine))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(site);
    let cached = SetResponseHeaderLayer::overriding(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    let pkg = tower::ServiceBuilder::new()
        .layer(cached)
        .service(ServeDir::new(folder.join("pkg")).precompressed_br());
    Ok(files
        .merge(pages)
        .nest_service("/pkg", pkg)
        .route("/health", get(|| async { StatusCode::NO_CONTENT }))
        .layer(CsrfLayer::new())
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(CompressionLayer::new()))
}

/// Ends on Ctrl C or SIGTERM; running imports are cut short and leave no trace.
async fn ending(services: Services) {
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
    sources::cancel_all(&services);
}
