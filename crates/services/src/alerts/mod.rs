//! Alerts: rules of what people want to be told, looked at whenever something may have changed; what they were told, once
//! each; reports that come by themselves; and letters, which wait until the mail server took them.

mod look;
mod page;
mod post;
mod schedules;

pub use look::{Looked, look};
pub use page::{add_rule, alerts, delete_rule, read};
pub use post::{Ready, failed, next_letter, sent};
pub use schedules::{delete_schedule, schedule, send_now};

use crate::{Actor, ServiceError, Services};

/// Number of notices that the person has not read yet.
pub(crate) async fn unread(services: &Services, actor: &Actor) -> Result<u64, ServiceError> {
    match &actor.account_id {
        Some(account) => Ok(db::alerts::unread(&services.db, account).await?),
        None => Ok(0),
    }
}

/// Does all that time or new figures call for: looks at rules, lets reports come, and puts what waits into letters.
pub async fn tick(services: &Services) -> Result<(), ServiceError> {
    // One that fails holds up none of the others.
    let looked = look(services).await;
    let scheduled = schedules::run(services).await;
    let collected = post::collect(services).await;
    looked.and(scheduled).and(collected)
}
