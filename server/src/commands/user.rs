//! `throughline user`.

use services::people::{self, NewUser};
use services::{Actor, ServiceError, company};

use super::say;
use crate::cli::UserAction;
use crate::open::open;

/// Adds, lists or disables users.
pub async fn run(action: UserAction) -> Result<(), ServiceError> {
    let actor = Actor::console();
    match action {
        UserAction::Add { email, name, role, department, place } => {
            let services = open(&place, false).await?;
            let department = match department {
                Some(name) => company::department_id(&services, &name).await?,
                None => String::new(),
            };
            let new =
                NewUser { name: &name, email: &email, role: &role, department_id: &department, demo: false };
            let token = people::add_user(&services, &actor, new).await?;
            say(&format!("{email} can choose a password within 7 days at /invitation/{token}"));
        }
        UserAction::List { place } => {
            let services = open(&place, false).await?;
            for user in people::users(&services, &actor).await?.users {
                let state = if user.disabled {
                    "disabled"
                } else if user.invited {
                    "invited"
                } else {
                    "active"
                };
                let department = user.department.unwrap_or_default();
                say(&format!("{}\t{}\t{}\t{department}\t{state}", user.email, user.name, user.role.key()));
            }
        }
        UserAction::Disable { email, place } => {
            let services = open(&place, false).await?;
            people::disable_by_email(&services, &actor, &email).await?;
        }
    }
    Ok(())
}
