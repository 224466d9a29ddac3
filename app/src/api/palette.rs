//! The server function of the command palette.

use contract::palette::Place;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn places() -> Result<Vec<Place>, AppError> {
    let (services, actor) = context().await?;
    services::palette::places(&services, &actor).await.map_err(refuse)
}
