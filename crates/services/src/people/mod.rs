//! People: getting in and out, sessions, invitations, and who may do what.

mod attempts;
mod door;
mod invitations;
mod passwords;
mod sessions;
mod users;

use contract::people::Role;
use contract::{Kind, UserError};
use db::people::Account;

pub use attempts::Attempts;
pub use door::{Knock, door, sign_in, sign_in_demo};
pub use invitations::{Setup, accept, invitation, setup_token};
pub use passwords::Hashing;
pub(crate) use sessions::actor_of_account;
pub use sessions::{actor_of, me, note_refused, sign_out};
pub use users::{NewUser, UserChange, add_user, change_user, disable_by_email, invite_again, users};

/// Invitations and setup links work for so long (seconds).
const INVITED: i64 = 7 * 86_400;
/// Longest address, by the standards of mail.
const LONGEST: usize = 254;

fn department_name(inventory: &db::inventory::Inventory, id: Option<&str>) -> Option<String> {
    let id = id?;
    inventory.departments.iter().find(|one| one.id == id).map(|one| one.name.clone())
}

fn invalid(place: &str, message: &str) -> UserError {
    UserError::new(Kind::Unprocessable, "invalid_value", message).at(place)
}

fn required(text: &str, place: &str, message: &str) -> Result<(), UserError> {
    if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        Err(invalid(place, message))
    } else {
        Ok(())
    }
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
        || email.contains(|letter: char| letter.is_whitespace() || letter.is_control())
        || email.len() > LONGEST
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
