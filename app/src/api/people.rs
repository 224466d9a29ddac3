//! Server functions of sign-in, invitations and the users page.

use contract::people as view;
use leptos::prelude::*;

use super::AppError;
#[cfg(feature = "ssr")]
use super::session::{context, current_token, keep_token, redirect, refuse, services};
use super::wire::{Form, Question, View};

#[server(prefix = "/api", input = Question, output = View)]
pub async fn door() -> Result<view::Door, AppError> {
    services::people::door(&services()).await.map_err(refuse)
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn me() -> Result<view::Me, AppError> {
    let (services, actor) = context().await?;
    let me = services::people::me(&services, &actor).await.map_err(refuse)?;
    Ok(view::Me { tour: super::preferences::tour(), ..me })
}

#[server(prefix = "/api", input = Form)]
pub async fn sign_in(email: String, password: String) -> Result<(), AppError> {
    let place = super::session::place();
    let knock = services::people::Knock { email: &email, password: &password, place: &place };
    let token = services::people::sign_in(&services(), knock).await.map_err(refuse)?;
    keep_token(Some(&token));
    redirect("/");
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn sign_in_demo(email: String) -> Result<(), AppError> {
    let token = services::people::sign_in_demo(&services(), &email).await.map_err(refuse)?;
    keep_token(Some(&token));
    redirect("/");
    Ok(())
}

#[server(prefix = "/api", input = Form)]
pub async fn sign_out() -> Result<(), AppError> {
    if let Some(token) = current_token() {
        services::people::sign_out(&services(), &token).await.map_err(refuse)?;
    }
    keep_token(None);
    redirect("/sign-in");
    Ok(())
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn invitation(token: String) -> Result<view::Invitation, AppError> {
    services::people::invitation(&services(), &token).await.map_err(refuse)
}

#[server(prefix = "/api", input = Form)]
pub async fn accept(
    token: String,
    password: String,
    #[server(default)] company: String,
    #[server(default)] time_zone: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
) -> Result<(), AppError> {
    let setup =
        services::people::Setup { company: &company, time_zone: &time_zone, name: &name, email: &email };
    let session = services::people::accept(&services(), &token, &password, setup).await.map_err(refuse)?;
    keep_token(Some(&session));
    redirect("/");
    Ok(())
}

#[server(prefix = "/api", input = Question, output = View)]
pub async fn users() -> Result<view::Users, AppError> {
    let (services, actor) = context().await?;
    services::people::users(&services, &actor).await.map_err(refuse)
}

/// Answers with the path of the new user's link, which is shown once.
#[server(prefix = "/api", input = Form)]
pub async fn add_user(
    name: String,
    email: String,
    role: String,
    #[server(default)] department_id: String,
) -> Result<String, AppError> {
    let (services, actor) = context().await?;
    let new = services::people::NewUser {
        name: &name,
        email: &email,
        role: &role,
        department_id: &department_id,
        demo: false,
    };
    let token = services::people::add_user(&services, &actor, new).await.map_err(refuse)?;
    Ok(format!("/invitation/{token}"))
}

/// Answers with the path of a fresh link.
#[server(prefix = "/api", input = Form)]
pub async fn invite_again(id: String) -> Result<String, AppError> {
    let (services, actor) = context().await?;
    let token = services::people::invite_again(&services, &actor, &id).await.map_err(refuse)?;
    Ok(format!("/invitation/{token}"))
}

#[server(prefix = "/api", input = Form)]
pub async fn change_user(
    id: String,
    version: i32,
    role: String,
    #[server(default)] department_id: String,
    #[server(default)] disabled: Option<String>,
) -> Result<(), AppError> {
    let (services, actor) = context().await?;
    let change = services::people::UserChange {
        id: &id,
        version,
        role: &role,
        department_id: &department_id,
        disabled: disabled.is_some(),
    };
    services::people::change_user(&services, &actor, change).await.map_err(refuse)
}
