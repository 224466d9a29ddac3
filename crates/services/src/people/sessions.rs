//! Sessions: opened at sign-in, asked anew on every request, ended by leaving or by time.

use contract::people::{Me, Role};

use super::department_name;
use crate::{Actor, ServiceError, Services, alerts, cache, reviews, tokens};

/// A session ends after so long without use, and after so long in any case (seconds).
const IDLE: i64 = 12 * 3600;
const ABSOLUTE: i64 = 14 * 86_400;
/// The use of a session is noted at most so often (seconds).
const NOTED: i64 = 300;

/// Who is signed in, for the frame of every page.
pub async fn me(services: &Services, actor: &Actor) -> Result<Me, ServiceError> {
    let workspace = db::workspace::get(&services.db).await?;
    Ok(Me {
        tour: 0,
        due: reviews::due(services, actor).await?,
        unread: alerts::unread(services, actor).await?,
        name: actor.name.clone(),
        email: actor.email.clone(),
        role: actor.role.unwrap_or(Role::Admin),
        department: actor.department.clone(),
        company: workspace.name,
        demo: services.demo,
        may: actor.may(),
    })
}

/// Opens a session and returns its token.
pub(super) async fn open(services: &Services, account_id: &str) -> Result<String, ServiceError> {
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
    let Some(actor) = actor_of_account(services, &session.account_id).await? else {
        return Ok(None);
    };
    if now - session.seen_at > NOTED {
        // Beside the request, which goes on where nothing can be written.
        let (services, account) = (services.clone(), session.account_id.clone());
        tokio::spawn(async move {
            if let Err(error) = note_seen(&services, &hash, &account, now).await {
                tracing::warn!(error = %error, "the use of a session could not be noted");
            }
        });
    }
    Ok(Some(actor))
}

/// An account as it acts now; none where it can't sign in any more.
pub(crate) async fn actor_of_account(services: &Services, id: &str) -> Result<Option<Actor>, ServiceError> {
    let Some(account) = db::people::by_id(&services.db, id).await? else {
        return Ok(None);
    };
    let Some(role) = Role::from_key(&account.role).filter(|_| !account.disabled) else {
        return Ok(None);
    };
    // A demo account is worth nothing once the server no longer runs in demo mode.
    if account.demo && !services.demo {
        return Ok(None);
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

async fn note_seen(services: &Services, hash: &str, account: &str, now: i64) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    db::people::seen(&tx, hash, account, now).await?;
    Ok(tx.commit().await?)
}

/// Writes down that a request tried to set something that its form does not have.
pub async fn note_refused(services: &Services, actor: &Actor, what: &str) -> Result<(), ServiceError> {
    let tx = services.db.write().await?;
    let details = serde_json::json!({ "refused": what });
    db::audit(&tx, &actor.audited(services.now()), "refused", "form", "", &details).await?;
    Ok(tx.commit().await?)
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
