//! Links that let someone in: the setup link of the first run, and invitations.

use contract::Kind;
use contract::UserError;
use contract::people::{Invitation, Role};
use db::people::Account;

use super::sessions::open;
use super::{INVITED, invalid, new_account, passwords, required};
use crate::zones::time_zones;
use crate::{ServiceError, Services, tokens};

/// The token for the first run's setup link, while nobody has an account.
pub async fn setup_token(services: &Services) -> Result<Option<String>, ServiceError> {
    let tx = services.db.write().await?;
    if db::people::any(&tx).await? {
        return Ok(None);
    }
    let token = tokens::new_token()?;
    db::people::invite(&tx, &tokens::hash(&token), None, services.now() + INVITED).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// What an invitation's page shows; not found where it was used, ran out, or never was.
pub async fn invitation(services: &Services, token: &str) -> Result<Invitation, ServiceError> {
    let (_, account) = valid(services, token).await?;
    let workspace = db::workspace::get(&services.db).await?;
    Ok(match account {
        Some(account) => Invitation {
            email: Some(account.email),
            name: Some(account.name),
            role: Role::from_key(&account.role).unwrap_or(Role::FrontLine),
            time_zone: workspace.time_zone,
            time_zones: Vec::new(),
        },
        None => Invitation {
            email: None,
            name: None,
            role: Role::Admin,
            time_zone: workspace.time_zone,
            time_zones: time_zones(),
        },
    })
}

async fn valid(services: &Services, token: &str) -> Result<(String, Option<Account>), ServiceError> {
    let gone = || {
        UserError::new(Kind::NotFound, "link_used", "This link was used already, has run out, or never was.")
            .remedy("Sign in, or ask an administrator for a new link.")
    };
    let hash = tokens::hash(token);
    let invitation = db::people::invitation(&services.db, &hash).await?;
    let invitation =
        invitation.filter(|one| one.used_at.is_none() && one.expires_at > services.now()).ok_or_else(gone)?;
    let account = match &invitation.account_id {
        Some(id) => {
            let account = db::people::by_id(&services.db, id).await?;
            Some(account.filter(|account| !account.disabled).ok_or_else(gone)?)
        }
        None => None,
    };
    Ok((hash, account))
}

/// What someone fills in at the first run.
#[derive(Debug, Clone, Default)]
pub struct Setup<'a> {
    pub company: &'a str,
    pub time_zone: &'a str,
    pub name: &'a str,
    pub email: &'a str,
}

/// Follows a link: sets a password and, at the first run, makes the administrator. Returns the token of a
/// new session.
pub async fn accept(
    services: &Services,
    token: &str,
    password: &str,
    setup: Setup<'_>,
) -> Result<String, ServiceError> {
    let (hash, account) = valid(services, token).await?;
    let password_hash = passwords::hash(services, password).await?;
    let now = services.now();
    let fresh = match &account {
        None => {
            let Setup { company, time_zone, name, email } = setup;
            required(company, "company", "The company has no name.")?;
            if time_zone.parse::<chrono_tz::Tz>().is_err() {
                return Err(invalid("time_zone", "There is no such time zone.").into());
            }
            Some(new_account(name, email, Role::Admin, None)?)
        }
        Some(_) => None,
    };
    let tx = services.db.write().await?;
    if !db::people::use_invitation(&tx, &hash, now).await? {
        return Err(UserError::not_found("link").into());
    }
    let id = match (account, fresh) {
        (Some(account), _) => {
            db::people::set_password(&tx, &account.id, &password_hash).await?;
            account.id
        }
        (None, Some(new)) => {
            // Two people may have followed the setup link at once; only one becomes the administrator.
            if db::people::any(&tx).await? {
                return Err(UserError::not_found("link").into());
            }
            db::people::add(&tx, &Account { password_hash: Some(password_hash), ..new.clone() }, now).await?;
            db::workspace::name(&tx, setup.company.trim(), setup.time_zone).await?;
            new.id
        }
        (None, None) => return Err(UserError::not_found("link").into()),
    };
    let actor = db::Actor { account_id: Some(&id), name: "Invitation", at: now };
    db::audit(&tx, &actor, "accept", "account", &id, &serde_json::json!({})).await?;
    tx.commit().await?;
    open(services, &id).await
}
