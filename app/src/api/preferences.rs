//! How a person likes the frame: theme and width of the navigation, kept in cookies, so that the first paint is
//! right.

use leptos::prelude::*;

use super::AppError;
use super::wire::Form;

/// Keeps the theme: light, dark, or as the system has it.
#[server(prefix = "/api", input = Form)]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    keep("theme", if matches!(theme.as_str(), "light" | "dark") { &theme } else { "system" });
    Ok(())
}

/// Keeps the width of the navigation: wide or narrow.
#[server(prefix = "/api", input = Form)]
pub async fn set_rail(rail: String) -> Result<(), AppError> {
    keep("rail", if rail == "narrow" { "narrow" } else { "wide" });
    Ok(())
}

/// Goes to a step of the tour; 0 ends it. Answers the step.
#[server(prefix = "/api", input = Form)]
pub async fn set_tour(step: u8) -> Result<String, AppError> {
    use contract::tour::path_of;
    let path = path_of(step);
    let step = if path.is_some() { step } else { 0 };
    super::session::set_cookie(&format!("tour={step}; Path=/; SameSite=Lax; HttpOnly"));
    super::session::redirect(path.unwrap_or("/"));
    Ok(step.to_string())
}

/// The step of the tour, where this runs on the server; 0 for none.
#[cfg(feature = "ssr")]
pub fn tour() -> u8 {
    let parts = use_context::<axum::http::request::Parts>();
    parts.and_then(|parts| super::session::cookie(&parts.headers, "tour")?.parse().ok()).unwrap_or(0)
}

#[cfg(feature = "ssr")]
fn keep(name: &str, value: &str) {
    super::session::set_cookie(&format!("{name}={value}; Path=/; SameSite=Lax; Max-Age=31536000"));
}

/// The theme, where this runs on the server; `system` elsewhere.
pub fn theme() -> String {
    kept("theme", &["light", "dark"]).unwrap_or("system").to_owned()
}

/// The width of the navigation, where this runs on the server; `wide` elsewhere.
pub fn rail() -> String {
    kept("rail", &["narrow"]).unwrap_or("wide").to_owned()
}

/// What a cookie of the request holds, if that is one of the known values.
fn kept(name: &str, known: &[&'static str]) -> Option<&'static str> {
    #[cfg(feature = "ssr")]
    if let Some(parts) = use_context::<axum::http::request::Parts>() {
        let value = super::session::cookie(&parts.headers, name)?;
        return known.iter().copied().find(|one| *one == value);
    }
    let _ = (name, known);
    None
}

/// Before a page is sent: its headers, and the nonce of its script.
pub fn prepare() -> Option<String> {
    #[cfg(feature = "ssr")]
    let nonce = {
        super::session::protect();
        leptos::nonce::use_nonce().map(|nonce| nonce.to_string())
    };
    #[cfg(not(feature = "ssr"))]
    let nonce = None;
    nonce
}
