//! The document and its routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::api::preferences::{prepare, rail, theme};
use crate::components::frame::Frame;
use crate::pages;

/// Names of the files that the browser loads; they change with their content.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    pub script: String,
    pub wasm: String,
    pub style: String,
}

/// The document around the pages.
pub fn shell(assets: Assets) -> impl IntoView {
    let nonce = prepare();
    let script = format!(
        "import('/{}').then(m=>m.default({{module_or_path:'/{}'}}).then(()=>m.hydrate()))",
        assets.script, assets.wasm
    );
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme() data-rail=rail()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/pkg/icon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("/{}", assets.style)/>
                <link rel="modulepreload" href=format!("/{}", assets.script)/>
                <link rel="preload" href=format!("/{}", assets.wasm) r#as="fetch" type="application/wasm" crossorigin=""/>
                <script type="module" nonce=nonce>{script}</script>
                <leptos_meta::MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// All routes. Pages are sent whole, so that they read without JavaScript and carry their status.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Throughline".into() } else { format!("{} · Throughline", crate::components::escape::title(&title)) }/>
        <Router>
            <Routes fallback=|| view! { <pages::missing::Missing/> }>
                <Route path=path!("/sign-in") view=pages::people::sign_in::SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/invitation/:token") view=pages::people::invitation::InvitationPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/") view=|| view! { <pages::home::Home/> } ssr=SsrMode::Async/>
                    <Route path=path!("/summary") view=pages::summary::SummaryPage ssr=SsrMode::Async/>
                    <Route path=path!("/journeys") view=pages::journeys::page::JourneysPage ssr=SsrMode::Async/>
                    <Route path=path!("/segments") view=pages::journeys::segments::SegmentsPage ssr=SsrMode::Async/>
                    <Route path=path!("/segments/edit") view=pages::journeys::segments::BuilderPage ssr=SsrMode::Async/>
                    <Route path=path!("/customers/:id") view=pages::journeys::customer::CustomerPage ssr=SsrMode::Async/>
                    <Route path=path!("/drivers") view=pages::drivers::page::DriversPage ssr=SsrMode::Async/>
                    <Route path=path!("/alerts") view=pages::alerts::AlertsPage ssr=SsrMode::Async/>
                    <Route path=path!("/drivers/trends") view=pages::drivers::trends::TrendsPage ssr=SsrMode::Async/>
                    <Route path=path!("/drivers/reasons") view=pages::drivers::reasons::ReasonsPage ssr=SsrMode::Async/>
                    <Route path=path!("/reviews") view=pages::reviews::page::ReviewsPage ssr=SsrMode::Async/>
                    <Route path=path!("/reviews/:id") view=pages::reviews::review::ReviewPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory") view=pages::inventory::grid::InventoryPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/gaps") view=pages::inventory::gaps::GapsPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/kpis") view=pages::inventory::kpis::KpisPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/kpis/new") view=pages::inventory::kpi::KpiPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/kpis/:id") view=pages::inventory::kpi::KpiPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/matrix") view=pages::inventory::matrix::MatrixPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/import/:id") view=pages::inventory::file::FilePage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/new") view=pages::inventory::touchpoint::TouchpointPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/unmapped") view=pages::inventory::unmapped::UnmappedPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/lists") view=pages::inventory::lists::ListsPage ssr=SsrMode::Async/>
                    <Route path=path!("/inventory/:id") view=pages::inventory::touchpoint::TouchpointPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources") view=pages::sources::page::SourcesPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources/links") view=pages::sources::links::LinksPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources/cases") view=pages::sources::cases::CasesPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources/keys") view=pages::sources::keys::KeysPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources/new/:upload") view=pages::sources::wizard::WizardPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources/dry-runs/:id") view=pages::sources::dry::DryRunPage ssr=SsrMode::Async/>
                    <Route path=path!("/sources/imports/:id") view=pages::sources::import::ImportPage ssr=SsrMode::Async/>
                    <Route path=path!("/users") view=pages::people::users::UsersPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
