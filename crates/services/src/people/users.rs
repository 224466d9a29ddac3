//! The users page: who may sign in, and as what.

use contract::people::{Role, UserRow, Users};
use contract::{Kind, UserError};
use db::people::Account;

use super::{INVITED, department_name, invalid, new_account, normal};
use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache, tokens};

/// The users page.
pub async fn users(services: &Services, actor: &Actor) -> Result<Users, ServiceError> {
    need(actor.may().see_users, "page")?;
    let (_, inventory) = cache::inventory(services).await?;
    let users = db::people::accounts(&services.db)
        .await?
        .into_iter()
        .filter_map(|account| {
            Some(UserRow {
                role: Role::from_key(&account.role)?,
                department: department_name(&inventory, account.department_id.as_deref()),
                invited: account.password_hash.is_none() && !account.demo,
                is_me: actor.account_id.as_deref() == Some(&account.id),
                id: account.id,
                name: account.name,
                email: account.email,
                department_id: account.department_id,
                disabled: account.disabled,
                last_seen: account.seen_at,
                version: account.version,
            })
        })
        .collect();
    let departments = inventory.departments.iter().map(|one| (one.id.clone(), one.name.clone())).collect();
    Ok(Users { users, departments, may_manage: actor.may().manage_users })
}

/// Someone to add.
#[derive(Debug, Clone, Default)]
pub struct NewUser<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub role: &'a str,
    /// Id, or empty.
    pub department_id: &'a str,
    pub demo: bool,
}

/// Adds a user and returns the token of the link by which they choose a password; shown once.
pub async fn add_user(services: &Services, actor: &Actor, new: NewUser<'_>) -> Result<String, ServiceError> {
    need(actor.may().manage_users, "page")?;
    let role = role_of(new.role)?;
    let department = department_for(services, role, new.department_id).await?;
    let account = Account { demo: new.demo, ..new_account(new.name, new.email, role, department)? };
    let token = tokens::new_token()?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::people::add(&tx, &account, now).await.map_err(|error| match error {
        error if error.is_duplicate() => {
            UserError::new(Kind::Conflict, "email_taken", "Someone with this address has an account already.")
                .at("email")
                .remedy("Change that account instead.")
                .into()
        }
        error => ServiceError::from(error),
    })?;
    if !new.demo {
        db::people::invite(&tx, &tokens::hash(&token), Some(&account.id), now + INVITED).await?;
    }
    let details = serde_json::json!({ "email": account.email, "role": account.role, "department": account.department_id });
    db::audit(&tx, &actor.audited(now), "add", "account", &account.id, &details).await?;
    tx.commit().await?;
    Ok(token)
}

/// Makes a new link for someone who lost theirs, or their password.
pub async fn invite_again(services: &Services, actor: &Actor, id: &str) -> Result<String, ServiceError> {
    need(actor.may().manage_users, "page")?;
    let account = db::people::by_id(&services.db, id).await?.ok_or_else(|| UserError::not_found("user"))?;
    let token = tokens::new_token()?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::people::invite(&tx, &tokens::hash(&token), Some(&account.id), now + INVITED).await?;
    db::audit(&tx, &actor.audited(now), "invite", "account", &account.id, &serde_json::json!({})).await?;
    tx.commit().await?;
    Ok(token)
}

/// What may be changed about a user.
#[derive(Debug, Clone, Default)]
pub struct UserChange<'a> {
    pub id: &'a str,
    pub version: i32,
    pub role: &'a str,
    pub department_id: &'a str,
    pub disabled: bool,
}

/// Changes role, department, or whether someone may sign in. Nobody changes their own rights.
pub async fn change_user(
    services: &Services,
    actor: &Actor,
    change: UserChange<'_>,
) -> Result<(), ServiceError> {
    need(actor.may().manage_users, "page")?;
    if actor.account_id.as_deref() == Some(change.id) {
        return Err(UserError::new(Kind::Forbidden, "own_rights", "Nobody changes their own rights.")
            .remedy("Ask another administrator.")
            .into());
    }
    let role = role_of(change.role)?;
    let department = department_for(services, role, change.department_id).await?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::people::change(&tx, change.id, change.version, role.key(), department.as_deref(), change.disabled)
        .await?;
    let details =
        serde_json::json!({ "role": role.key(), "department": department, "disabled": change.disabled });
    db::audit(&tx, &actor.audited(now), "change", "account", change.id, &details).await?;
    tx.commit().await?;
    Ok(())
}

/// Disables by address, for the command line.
pub async fn disable_by_email(services: &Services, actor: &Actor, email: &str) -> Result<(), ServiceError> {
    let account = db::people::by_email(&services.db, &normal(email)).await?;
    let account = account.ok_or_else(|| UserError::not_found("user"))?;
    let change = UserChange {
        id: &account.id,
        version: account.version,
        role: &account.role,
        department_id: account.department_id.as_deref().unwrap_or_default(),
        disabled: true,
    };
    change_user(services, actor, change).await
}

fn role_of(key: &str) -> Result<Role, UserError> {
    Role::from_key(key).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.into_iter().map(Role::key).collect();
        invalid("role", "There is no such role.").remedy(format!("Use one of: {}.", known.join(", ")))
    })
}

async fn department_for(services: &Services, role: Role, id: &str) -> Result<Option<String>, ServiceError> {
    if !role.has_department() {
        return Ok(None);
    }
    let (_, inventory) = cache::inventory(services).await?;
    match inventory.departments.iter().find(|one| one.id == id) {
        Some(department) => Ok(Some(department.id.clone())),
        None => Err(invalid("department", "This role needs a department.")
            .remedy("Choose one; departments are made in the inventory.")
            .into()),
    }
}
