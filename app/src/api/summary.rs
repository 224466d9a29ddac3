//! Server functions of the summary.

use contract::summary as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, refuse};
use super::wire::{Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn summary(query: view::SummaryQuery) -> Result<view::SummaryView, AppError> {
    let (services, actor) = context().await?;
    services::summary::summary(&services, &actor, query).await.map_err(refuse)
}
