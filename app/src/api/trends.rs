//! Server functions of trends.

use contract::trends as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn trends() -> Result<view::TrendsView, AppError> {
    let (services, actor) = context().await?;
    services::trends::trends(&services, &actor).await.map_err(refuse)
}
