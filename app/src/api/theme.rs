//! Light, dark, or as the system has it: kept in a cookie, so that the first paint is right.

use leptos::prelude::*;

use super::AppError;

/// Keeps the choice.
#[server(prefix = "/api")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    let theme = if matches!(theme.as_str(), "light" | "dark") { theme } else { "system".to_owned() };
    super::session::set_cookie(&format!("theme={theme}; Path=/; SameSite=Lax; Max-Age=31536000"));
    Ok(())
}

/// The choice, where this runs on the server; `system` elsewhere.
pub fn theme() -> String {
    #[cfg(feature = "ssr")]
    if let Some(parts) = use_context::<axum::http::request::Parts>() {
        return super::session::cookie(&parts.headers, "theme").unwrap_or("system").to_owned();
    }
    "system".to_owned()
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
