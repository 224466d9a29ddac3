//! Getting in and out: the setup link of the first run, invitations, sign-in, sessions, and the users page.

use std::collections::HashMap;
use std::sync::Mutex;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use contract::people::{DemoAccount, Door, Invitation, Me, Role, UserRow, Users};
use contract::{Kind, UserError};
use db::people::Account;

use crate::actor::need;
use crate::{Actor, ServiceError, Services, cache, tokens};

/// A session ends after so long without use, and after so long in any case (seconds).
const IDLE: i64 = 12 * 3600;
const ABSOLUTE: i64 = 14 * 86_400;
/// Invitations and setup links work for so long (seconds).
const INVITED: i64 = 7 * 86_400;
/// The use of a session is noted at most so often (seconds).
const NOTED: i64 = 300;
/// Wrong passwords for one address within the window, before it must wait.
const TRIES: u32 = 8;
const WINDOW: i64 = 300;

/// Failed sign-ins by address: (first of the window, number).
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<String, (i64, u32)>>);

impl Attempts {
    fn check(&self, email: &str, now: i64) -> Result<(), UserError> {
        let mut attempts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        attempts.retain(|_, (first, _)| now - *first < WINDOW);
        match attempts.get(email) {
            Some((_, number)) if *number >= TRIES => Err(UserError::new(
                Kind::TooMany,
                "too_many_attempts",
                "Too many wrong passwords for this address.",
            )
            .remedy("Wait five minutes, then try again.")),
            _ => Ok(()),
        }
    }

    fn failed(&self, email: &str, now: i64) {
        let mut attempts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Bounded, so that made-up addresses can't fill the memory.
        if attempts.len() < 100_000 || attempts.contains_key(email) {
            attempts.entry(email.to_owned()).or_insert((now, 0)).1 += 1;
        }
    }

    fn succeeded(&self, email: &str) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(email);
    }
}

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

fn department_name(inventory: &db::inventory::Inventory, id: Option<&str>) -> Option<String> {
    let id = id?;
    inventory.departments.iter().find(|one| one.id == id).map(|one| one.name.clone())
}

/// Who is signed in, for the frame of every page.
pub async fn me(services: &Services, actor: &Actor) -> Result<Me, ServiceError> {
    let workspace = db::workspace::get(&services.db).await?;
    Ok(Me {
        name: actor.name.clone(),
        email: actor.email.clone(),
        role: actor.role.unwrap_or(Role::Admin),
        department: actor.department.clone(),
        company: workspace.name,
        demo: services.demo,
        may: actor.may(),
    })
}

/// Signs in by address and password. Returns the token of the new session.
pub async fn sign_in(services: &Services, email: &str, password: &str) -> Result<String, ServiceError> {
    let email = normal(email);
    let now = services.now();
    services.attempts.check(&email, now)?;
    let account = db::people::by_email(&services.db, &email).await?.filter(|account| !account.disabled);
    let known = account.as_ref().and_then(|account| account.password_hash.clone());
    let password = password.to_owned();
    // An unknown address costs as much time as a known one, so that it can't be told apart.
    let right = tokio::task::spawn_blocking(move || verify(&password, known.as_deref())).await?;
    match account {
        Some(account) if right => {
            services.attempts.succeeded(&email);
            open(services, &account.id).await
        }
        _ => {
            services.attempts.failed(&email, now);
            Err(UserError::new(Kind::Unprocessable, "wrong_password", "The address or the password is wrong.")
                .remedy("Check both; an administrator can send you a new link.")
                .into())
        }
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

async fn open(services: &Services, account_id: &str) -> Result<String, ServiceError> {
    let token = tokens::new_token()?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::people::drop_sessions(&tx, now - ABSOLUTE, now - IDLE).await?;
    db::people::open_session(&tx, &tokens::hash(&token), account_id, now).await?;
    tx.commit().await?;
    Ok(token)
}

/// Ends a session.
pub async fn sign_out(services: &Services, token: &str) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    db::people::close_session(&tx, &tokens::hash(token)).await?;
    tx.commit().await?;
    Ok(())
}

/// Whose session a token is: asked anew on every request, so that changes of role take effect at once.
pub async fn actor_of(services: &Services, token: &str) -> Result<Option<Actor>, ServiceError> {
    let hash = tokens::hash(token);
    let now = services.now();
    let Some(session) = db::people::session(&services.db, &hash).await? else {
        return Ok(None);
    };
    if now - session.seen_at > IDLE || now - session.created_at > ABSOLUTE {
        return Ok(None);
    }
    let Some(account) = db::people::by_id(&services.db, &session.account_id).await? else {
        return Ok(None);
    };
    let Some(role) = Role::from_key(&account.role).filter(|_| !account.disabled) else {
        return Ok(None);
    };
    // A demo account is worth nothing once the server no longer runs in demo mode.
    if account.demo && !services.demo {
        return Ok(None);
    }
    if now - session.seen_at > NOTED {
        let tx = services.db.write().await?;
        db::people::seen(&tx, &hash, &account.id, now).await?;
        tx.commit().await?;
    }
    let (_, inventory) = cache::inventory(services).await?;
    let departments = below(&inventory, account.department_id.as_deref());
    Ok(Some(Actor {
        account_id: Some(account.id),
        name: account.name,
        email: account.email,
        role: Some(role),
        department: department_name(&inventory, account.department_id.as_deref()),
        departments,
    }))
}

/// A department and all below it.
fn below(inventory: &db::inventory::Inventory, id: Option<&str>) -> Vec<String> {
    let mut own: Vec<String> = id.map(str::to_owned).into_iter().collect();
    let mut at = 0;
    while at < own.len() {
        for department in &inventory.departments {
            if department.parent_id.as_deref() == Some(own[at].as_str()) && !own.contains(&department.id) {
                own.push(department.id.clone());
            }
        }
        at += 1;
    }
    own
}

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
            time_zones: crate::sources::time_zones(),
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
    check_password(password)?;
    let password = password.to_owned();
    let password_hash = tokio::task::spawn_blocking(move || hash_password(&password)).await??;
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

fn check_password(password: &str) -> Result<(), UserError> {
    let length = password.chars().count();
    if length < 12 {
        return Err(invalid("password", "The password is shorter than 12 characters.")
            .remedy("A few words in a row are easy to remember."));
    }
    if length > 512 {
        return Err(invalid("password", "The password is longer than 512 characters."));
    }
    Ok(())
}

fn invalid(place: &str, message: &str) -> UserError {
    UserError::new(Kind::Unprocessable, "invalid_value", message).at(place)
}

fn required(text: &str, place: &str, message: &str) -> Result<(), UserError> {
    if text.trim().is_empty() || text.chars().count() > 200 { Err(invalid(place, message)) } else { Ok(()) }
}

fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

fn new_account(
    name: &str,
    email: &str,
    role: Role,
    department_id: Option<String>,
) -> Result<Account, UserError> {
    required(name, "name", "The name is empty or too long.")?;
    let email = normal(email);
    let parts: Vec<&str> = email.split('@').collect();
    if parts.len() != 2
        || parts.iter().any(|part| part.is_empty())
        || email.contains(char::is_whitespace)
        || email.len() > 254
    {
        return Err(
            invalid("email", "This is no e-mail address.").remedy("Write it like name@company.example.")
        );
    }
    Ok(Account {
        id: db::new_id(),
        email,
        name: name.trim().to_owned(),
        role: role.key().to_owned(),
        department_id,
        password_hash: None,
        demo: false,
        disabled: false,
        version: 1,
        seen_at: None,
    })
}

fn hash_password(password: &str) -> Result<String, ServiceError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| ServiceError::Password(error.to_string()))
}

fn verify(password: &str, hash: Option<&str>) -> bool {
    /// Of a password that nobody has; same cost as real ones.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$dGhyb3VnaGxpbmVzYWx0$9Kp0H4wAmB0vQzM0HkTn0mJmXcWbEo0p6E8f0mN2xWc";
    let right = Argon2::default().verify_password(password.as_bytes(), hash.unwrap_or(NOBODY)).is_ok();
    right && hash.is_some()
}

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

/// The id of a department by its name, for the command line.
pub async fn department_id(services: &Services, name: &str) -> Result<String, ServiceError> {
    let (_, inventory) = cache::inventory(services).await?;
    let found = inventory.departments.iter().find(|one| one.name == name);
    Ok(found.map(|one| one.id.clone()).ok_or_else(|| UserError::not_found("department").at("department"))?)
}

/// Names the company, for the demo.
pub async fn name_company(
    services: &Services,
    actor: &Actor,
    name: &str,
    zone: &str,
) -> Result<(), ServiceError> {
    need(actor.role.is_none(), "page")?;
    let tx = services.db.write().await?;
    db::workspace::name(&tx, name, zone).await?;
    tx.commit().await?;
    Ok(())
}
