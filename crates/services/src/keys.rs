//! Keys by which machines read reports. A key acts with the rights of the account that it belongs to, as far as its scope
//! goes, and asks no more often than it may.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use contract::alerts::ReadKeyRow;
use contract::reports::REPORTS;
use contract::{Kind, UserError};
use db::read_keys::ReadKey;
use serde_json::json;

use crate::actor::need;
use crate::people::actor_of_account;
use crate::{Actor, ServiceError, Services, tokens};

/// Begins every such key, so that it is known when it is found somewhere.
const PREFIX: &str = "tlr_";
/// Questions that a key may ask in a minute.
const RATE: u32 = 120;
/// Keys of one account.
const MOST: usize = 20;
/// Seconds after which the use of a key is noted again.
const NOTED: i64 = 300;

/// How often each key asked in the minute that runs.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<String, (i64, u32)>>);

impl Rates {
    /// Counts a question; the seconds to wait where it is one too many.
    fn count(&self, key: &str, now: i64) -> Result<(), i64> {
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.div_euclid(60);
        rates.retain(|_, (of, _)| *of == minute);
        let (_, asked) = rates.entry(key.to_owned()).or_insert((minute, 0));
        if *asked >= RATE {
            return Err(60 - now.rem_euclid(60));
        }
        *asked += 1;
        Ok(())
    }
}

/// The person's keys.
pub(crate) async fn of(services: &Services, actor: &Actor) -> Result<Vec<ReadKeyRow>, ServiceError> {
    let Some(account) = &actor.account_id else { return Ok(Vec::new()) };
    let keys = db::read_keys::read_keys(&services.db, account).await?.into_iter();
    Ok(keys
        .map(|one| ReadKeyRow {
            id: one.id,
            name: one.name,
            scope: one.scope.trim().to_owned(),
            at: one.created_at,
            used_at: one.used_at,
        })
        .collect())
}

/// Makes a key of one's own, and returns it: it is shown this once. `scope` names reports; empty stands for all.
pub async fn add(
    services: &Services,
    actor: &Actor,
    name: &str,
    scope: &[String],
) -> Result<String, ServiceError> {
    need(actor.may().export_reports, "key")?;
    let account = actor.account_id.clone().ok_or_else(|| UserError::not_found("key"))?;
    let name = name.trim();
    let refused =
        |place: &str, message: &str| UserError::new(Kind::Invalid, "invalid_value", message).at(place);
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(refused("name", "A key needs a name of at most 100 letters.").into());
    }
    if let Some(odd) = scope.iter().find(|one| !REPORTS.iter().any(|(key, _)| key == one)) {
        return Err(refused("scope", &format!("There is no report \u{201c}{odd}\u{201d}.")).into());
    }
    if db::read_keys::read_keys(&services.db, &account).await?.len() >= MOST {
        return Err(UserError::new(Kind::TooMany, "too_many", format!("You have {MOST} keys."))
            .remedy("Revoke one first.")
            .into());
    }
    let now = services.now();
    let token = format!("{PREFIX}{}", tokens::new_token()?);
    let scope: String = scope.iter().map(|one| format!(" {one} ")).collect();
    let key =
        ReadKey { account_id: account, name: name.to_owned(), scope, created_at: now, ..ReadKey::default() };
    let tx = services.db.write().await?;
    let id = db::read_keys::add_read_key(&tx, &key, &tokens::hash(&token)).await?;
    db::audit(&tx, &actor.audited(now), "add", "read key", &id, &json!({ "name": name })).await?;
    tx.commit().await?;
    Ok(token)
}

/// Revokes a key of one's own.
pub async fn revoke(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    let account = actor.account_id.clone().ok_or_else(|| UserError::not_found("key"))?;
    let now = services.now();
    let tx = services.db.write().await?;
    db::read_keys::revoke_read_key(&tx, &account, id, now).await?;
    db::audit(&tx, &actor.audited(now), "revoke", "read key", id, &json!({})).await?;
    Ok(tx.commit().await?)
}

/// Who asks by a key.
pub struct Admitted {
    pub actor: Actor,
    scope: String,
}

impl Admitted {
    /// Whether the key reads this report.
    pub fn reads(&self, report: &str) -> bool {
        self.scope.is_empty() || self.scope.contains(&format!(" {report} "))
    }
}

/// Lets a key in, or says why not.
pub async fn admit(services: &Services, token: &str) -> Result<Admitted, ServiceError> {
    let refused = || {
        UserError::new(Kind::SignedOut, "bad_key", "This key reads nothing.")
            .remedy("Make a key on the page \u{201c}Alerts\u{201d}, and send Authorization: Bearer KEY.")
    };
    let key = db::read_keys::read_key_of(&services.db, &tokens::hash(token)).await?.ok_or_else(refused)?;
    let now = services.now();
    if let Err(wait) = services.rates.count(&key.id, now) {
        let message = format!("A key may ask {RATE} times a minute.");
        return Err(UserError::new(Kind::TooMany, "too_many", message)
            .remedy(format!("Wait {wait} seconds."))
            .into());
    }
    let actor = actor_of_account(services, &key.account_id).await?;
    let actor = actor.filter(|actor| actor.may().export_reports).ok_or_else(refused)?;
    if key.used_at.is_none_or(|used| now - used > NOTED) {
        // Beside the question, which is answered where nothing can be written.
        let (services, id) = (services.clone(), key.id.clone());
        tokio::spawn(async move {
            let noted: Result<(), ServiceError> = async {
                let tx = services.db.write().await?;
                db::read_keys::read_key_used(&tx, &id, now).await?;
                Ok(tx.commit().await?)
            }
            .await;
            if let Err(error) = noted {
                tracing::warn!(error = %error, "the use of a key could not be noted");
            }
        });
    }
    Ok(Admitted { actor, scope: key.scope })
}
