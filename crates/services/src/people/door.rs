//! The door: what the sign-in page needs, and signing in.

use contract::people::{DemoAccount, Door, Role};
use contract::{Kind, UserError};

use super::sessions::open;
use super::{LONGEST, department_name, normal, passwords};
use crate::actor::need;
use crate::{ServiceError, Services, cache};

/// What the sign-in page needs to know.
pub async fn door(services: &Services) -> Result<Door, ServiceError> {
    let accounts = db::people::accounts(&services.db).await?;
    let (workspace, inventory) = cache::inventory(services).await?;
    let mut demo_accounts = Vec::new();
    if services.demo {
        for role in Role::ALL {
            let demo = accounts.iter().filter(|one| one.demo && !one.disabled && one.role == role.key());
            demo_accounts.extend(demo.map(|one| DemoAccount {
                email: one.email.clone(),
                name: one.name.clone(),
                role,
                department: department_name(&inventory, one.department_id.as_deref()),
            }));
        }
    }
    Ok(Door { company: workspace.name, needs_setup: accounts.is_empty(), demo_accounts })
}

/// Someone at the door.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// Where the request comes from, as an address of the network.
    pub place: &'a str,
}

/// Signs in by address and password. Returns the token of the new session.
pub async fn sign_in(services: &Services, knock: Knock<'_>) -> Result<String, ServiceError> {
    let Knock { email, password, place } = knock;
    let email = normal(email);
    let wrong = || {
        UserError::new(Kind::Unprocessable, "wrong_password", "The address or the password is wrong.")
            .remedy("Check both; an administrator can send you a new link.")
    };
    if email.len() > LONGEST || password.len() > passwords::LONGEST {
        return Err(wrong().into());
    }
    services.attempts.begin(&email, place, services.now())?;
    let account = db::people::by_email(&services.db, &email).await?.filter(|account| !account.disabled);
    let known = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = passwords::verify(services, password, known).await?;
    match account {
        Some(account) if right => {
            services.attempts.succeeded(&email, place);
            open(services, &account.id).await
        }
        _ => Err(wrong().into()),
    }
}

/// Signs in to a demo account by one click. Only in demo mode, which only listens to this machine.
pub async fn sign_in_demo(services: &Services, email: &str) -> Result<String, ServiceError> {
    need(services.demo, "demo account")?;
    let account = db::people::by_email(&services.db, &normal(email)).await?;
    let account = account
        .filter(|account| account.demo && !account.disabled)
        .ok_or_else(|| UserError::not_found("demo account"))?;
    open(services, &account.id).await
}
