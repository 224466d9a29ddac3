//! Getting in, staying in, and being let out.

use contract::people::Role;
use services::Actor;
use services::people::{self, NewUser, Setup, UserChange};

use crate::setting::{code, setting};

const PASSWORD: &str = "correct horse battery";

fn knock<'a>(email: &'a str, password: &'a str) -> people::Knock<'a> {
    people::Knock { email, password, place: "192.0.2.1" }
}

#[tokio::test]
async fn the_setup_link_works_once() {
    let setting = setting().await;
    let services = &setting.services;
    let token = people::setup_token(services).await.expect("asked").expect("nobody is there");
    let setup = Setup { company: "Acme", time_zone: "Europe/Berlin", name: "A", email: "A@acme.example" };
    assert_eq!(code(people::accept(services, &token, "short", setup.clone()).await), "invalid_value");
    assert_eq!(code(people::accept(services, &token, PASSWORD, setup.clone()).await), "ok");
    assert_eq!(code(people::accept(services, &token, PASSWORD, setup).await), "link_used");
    assert_eq!(people::setup_token(services).await.expect("asked"), None);
    assert_eq!(code(people::sign_in(services, knock("a@acme.example", PASSWORD)).await), "ok");
    assert_eq!(
        code(people::sign_in(services, knock("a@acme.example", "wrong wrong wrong")).await),
        "wrong_password"
    );
    assert_eq!(code(people::sign_in(services, knock("nobody@acme.example", PASSWORD)).await), "wrong_password");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let setting = setting().await;
    let mut last = String::new();
    for _ in 0..9 {
        last = code(people::sign_in(&setting.services, knock("x@acme.example", "guess guess guess")).await);
    }
    assert_eq!(last, "too_many_attempts");
}

#[tokio::test]
async fn disabling_takes_effect_on_the_next_request() {
    let setting = setting().await;
    let services = &setting.services;
    let console = Actor::console();
    let new = NewUser { name: "B", email: "b@acme.example", role: "cx_manager", ..NewUser::default() };
    let link = people::add_user(services, &console, new).await.expect("added");
    let token = people::accept(services, &link, PASSWORD, Setup::default()).await.expect("accepted");
    assert!(people::actor_of(services, &token).await.expect("asked").is_some());
    let users = people::users(services, &console).await.expect("listed").users;
    let user = users.iter().find(|user| user.email == "b@acme.example").expect("there");
    let change = UserChange {
        id: &user.id,
        version: user.version,
        role: "cx_manager",
        department_id: "",
        disabled: true,
    };
    people::change_user(services, &console, change.clone()).await.expect("changed");
    assert!(people::actor_of(services, &token).await.expect("asked").is_none());
    assert_eq!(code(people::change_user(services, &console, change).await), "stale");
}

#[tokio::test]
async fn nobody_grants_themselves_anything() {
    let setting = setting().await;
    let admin = setting.actor(Role::Admin, "").await;
    let me = people::users(&setting.services, &admin).await.expect("listed").users.remove(0);
    assert!(me.is_me);
    let change = UserChange { id: &me.id, version: me.version, role: "cx_manager", ..UserChange::default() };
    assert_eq!(code(people::change_user(&setting.services, &admin, change).await), "own_rights");
    let manager = setting.actor(Role::CxManager, "").await;
    assert_eq!(code(people::users(&setting.services, &manager).await), "not_found");
}
