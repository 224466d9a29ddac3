//! Reviews: agendas that stay as they were, actions with their rights, commitments, and measured effects.

use contract::people::Role;
use contract::reviews::{ActionInput, ActionState, EffectView};
use services::reviews::{ReviewInput, commit, review, reviews, save, save_action, start};
use services::{Actor, inventory};

use crate::setting::{Setting, code, setting};

const INVENTORY: &str = "touchpoint,stage,channel,department,delivery,started_by,contact,cost_per_contact,source,match,activity,condition,experience,emotion,failure\n\
    Call,Get help,Phone,Care,in_house,customer,yes,5.00,web,exact,Call,,,,\n\
    Visit,Use,On site,Field,in_house,company,no,,web,exact,Visit,,,,\n\
    Letter,Use,Mail,Billing,in_house,company,no,,web,exact,Letter,,,,\n";

fn day(number: u32) -> String {
    (chrono::NaiveDate::from_ymd_opt(2025, 6, 2).expect("a Monday") + chrono::Days::new(u64::from(number)))
        .to_string()
}

/// Visits are followed by calls: until day 175 by all of those of a day, then by a fifth.
async fn company() -> Setting {
    let setting = setting().await;
    let console = Actor::console();
    let mut log = "who,when,what\n".to_owned();
    for at in 0..350_u32 {
        for one in 0..5 {
            let who = at * 5 + one;
            log.push_str(&format!("c{who},{}T06:00:00Z,Letter\n", day(at.saturating_sub(20))));
            log.push_str(&format!("c{who},{}T08:0{one}:00Z,Visit\n", day(at)));
            if at < 175 || one == 0 {
                log.push_str(&format!("c{who},{}T12:0{one}:00Z,Call\n", day(at)));
            }
        }
        // Calls that nobody caused: before the visit, and of customers without one.
        log.push_str(&format!("c{},{}T12:10:00Z,Call\n", at * 5, day(at.saturating_sub(10))));
        log.push_str(&format!(
            "n{at},{}T06:00:00Z,Letter\nn{at},{}T12:00:00Z,Call\n",
            day(at.saturating_sub(20)),
            day(at)
        ));
    }
    setting.import("web", &log, "customer=who,time=when,activity=what").await.expect("imported");
    inventory::import_csv(&setting.services, &console, INVENTORY).await.expect("an inventory");
    setting
}

fn action(title: &str, department: &str) -> ActionInput {
    ActionInput {
        title: title.into(),
        department: department.into(),
        state: "open".into(),
        ..ActionInput::default()
    }
}

#[tokio::test]
async fn an_action_that_worked_shows_it_and_a_young_one_says_too_early() {
    let setting = company().await;
    let (services, console) = (&setting.services, Actor::console());
    let acted = |started: String, target: &str| ActionInput {
        target: target.into(),
        started,
        state: "done".into(),
        ..action("Call before the visit", "Field")
    };
    save_action(services, &console, acted(day(175), "Visit")).await.expect("added");
    save_action(services, &console, acted(day(330), "Visit")).await.expect("added");
    save_action(services, &console, acted(day(175), "Letter")).await.expect("added");
    let rows = reviews(services, &console).await.expect("a page").actions;
    let of = |started: String, target: &str| {
        let row = rows.iter().find(|row| row.started.as_deref() == Some(&started) && row.target == target);
        row.expect("the action").effect.expect("an effect")
    };
    match of(day(175), "Visit") {
        EffectView::Measured { before, change: (value, low, high), others, level, slope } => {
            // 35 calls a week became 7.
            assert!(
                before > 25.0 && value < -15.0 && high < 0.0 && low <= value,
                "{before} {value} {low} {high}"
            );
            assert!(others.0.abs() < 6.0, "{others:?}");
            // It fell at once, and stayed where it fell to.
            assert!(level.0 < -15.0 && level.2 < 0.0, "{level:?}");
            assert!(slope.1 <= slope.0 && slope.0 <= slope.2 && slope.0.abs() < 1.0, "{slope:?}");
        }
        early => panic!("{early:?}"),
    }
    assert!(matches!(of(day(330), "Visit"), EffectView::TooEarly { before: 8, after } if after < 8));
    // Letters cause no call: there is nothing to measure, and that is said.
    assert!(matches!(of(day(175), "Letter"), EffectView::NoContacts));
}

#[tokio::test]
async fn agendas_stay_as_they_were() {
    let setting = company().await;
    let (services, console) = (&setting.services, Actor::console());
    save_action(services, &console, action("Ask the customers", "Care")).await.expect("added");
    let id = start(services, &console, "Review of May", "2026-06-01", "Care, Field").await.expect("made");
    let first = review(services, &console, &id).await.expect("a review");
    assert_eq!(first.agenda.drivers.first().map(|one| one.name.as_str()), Some("Visit"));
    assert_eq!(first.agenda.actions, [("Ask the customers".to_owned(), Some("Care".to_owned()), None)]);
    // More contacts come in: the agenda says what it said.
    setting
        .import("web", "who,when,what\nz,2026-05-01T12:00:00Z,Call\n", "customer=who,time=when,activity=what")
        .await
        .expect("imported");
    let present = ["Field".to_owned()];
    let input = |version, notes| ReviewInput {
        id: &id,
        version,
        title: "Review of May",
        day: "2026-06-02",
        participants: "",
        notes,
        attended: &present,
    };
    save(services, &console, input(first.version, "Decided:\nto call first")).await.expect("saved");
    let later = review(services, &console, &id).await.expect("a review");
    assert_eq!(later.agenda, first.agenda);
    let here = later.attended.iter().filter(|(_, here)| *here).map(|(name, _)| name.as_str());
    assert_eq!(here.collect::<Vec<_>>(), ["Field"]);
    assert_eq!((later.notes.as_str(), later.day.as_str()), ("Decided:\nto call first", "2026-06-02"));
    // A second one who read the first version does not overwrite.
    assert_eq!(code(save(services, &console, input(first.version, "Mine")).await), "stale");
    let act = ActionInput { review: id.clone(), due: "2026-05-31".into(), ..action("Call first", "Field") };
    let of_review = save_action(services, &console, act.clone()).await.expect("added");
    let row = review(services, &console, &id).await.expect("a review").actions.remove(0);
    assert_eq!((row.overdue, row.state, row.version), (true, ActionState::Open, 1));
    let changed = ActionInput { id: of_review.clone(), version: 1, state: "started".into(), ..act.clone() };
    save_action(services, &console, changed.clone()).await.expect("changed");
    assert_eq!(code(save_action(services, &console, changed).await), "stale");
    let row = review(services, &console, &id).await.expect("a review").actions.remove(0);
    assert_eq!((row.state, row.started.as_deref()), (ActionState::Started, Some("2026-06-01")));
}

#[tokio::test]
async fn who_may_do_what() {
    let setting = company().await;
    let (services, console) = (&setting.services, Actor::console());
    let id = start(services, &console, "Review", "2026-06-01", "").await.expect("made");
    let of_billing = save_action(services, &console, action("Write clearly", "Billing")).await.expect("added");
    let field = setting.actor(Role::DepartmentHead, "Field").await;
    let executive = setting.actor(Role::Executive, "").await;
    let front = setting.actor(Role::FrontLine, "Care").await;
    let admin = setting.actor(Role::Admin, "").await;
    for reader in [&field, &executive, &front] {
        assert_eq!(code(reviews(services, reader).await), "ok");
        assert_eq!(code(review(services, reader, &id).await), "ok");
        assert_eq!(code(start(services, reader, "Mine", "2026-06-01", "").await), "forbidden");
    }
    assert_eq!(code(reviews(services, &admin).await), "not_found");
    assert_eq!(code(save_action(services, &field, action("Call first", "Field")).await), "ok");
    assert_eq!(
        code(save_action(services, &field, action("Call first", "Billing")).await),
        "unknown_department"
    );
    let theirs = ActionInput { id: of_billing.clone(), version: 1, ..action("Mine now", "Field") };
    assert_eq!(code(save_action(services, &field, theirs).await), "not_found");
    for other in [&executive, &front] {
        assert_eq!(
            code(save_action(services, other, action("Call first", "Field")).await),
            "unknown_department"
        );
    }
    assert_eq!(code(commit(services, &front, &id, "Field", "We will").await), "forbidden");
    // Departments answer to executives, who commit with them.
    let may_commit = review(services, &executive, &id).await.expect("a review").may_commit;
    assert_eq!(may_commit.len(), 3);
    assert_eq!(code(commit(services, &executive, &id, "Billing", "They explain the price").await), "ok");
    assert_eq!(code(commit(services, &field, &id, "Field", "We call first").await), "ok");
    assert_eq!(code(commit(services, &field, &id, "Field", "We call the day before").await), "ok");
    assert_eq!(code(commit(services, &field, &id, "Billing", "They pay").await), "forbidden");
    assert_eq!(code(commit(services, &field, &id, "Nobody", "They pay").await), "not_found");
    let held = review(services, &executive, &id).await.expect("a review").commitments;
    assert_eq!(
        held.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(),
        ["They explain the price", "We call first", "We call the day before"]
    );
}

#[tokio::test]
async fn bad_input_is_refused_at_its_place() {
    let setting = company().await;
    let (services, console) = (&setting.services, Actor::console());
    let long = "x".repeat(201);
    for (input, expected) in [
        (action("", "Field"), "bad_text"),
        (action(&long, "Field"), "bad_text"),
        (action("Two\nlines", "Field"), "bad_text"),
        (action("Fine", "Nobody"), "unknown_department"),
        (ActionInput { state: "sleeping".into(), ..action("Fine", "Field") }, "bad_value"),
        (ActionInput { due: "soon".into(), ..action("Fine", "Field") }, "bad_date"),
        (ActionInput { target: "Nothing".into(), ..action("Fine", "Field") }, "unknown_target"),
        (ActionInput { review: "nothing".into(), ..action("Fine", "Field") }, "not_found"),
        (ActionInput { id: "nothing".into(), ..action("Fine", "Field") }, "not_found"),
    ] {
        assert_eq!(code(save_action(services, &console, input.clone()).await), expected, "{input:?}");
    }
    assert_eq!(code(start(services, &console, "Review", "someday", "").await), "bad_date");
    assert_eq!(code(review(services, &console, "nothing").await), "not_found");
    assert!(reviews(services, &console).await.expect("a page").actions.is_empty());
}

#[tokio::test]
async fn what_was_done_in_time_and_who_was_there_is_told() {
    let setting = company().await;
    let (services, console) = (&setting.services, Actor::console());
    let id = start(services, &console, "Review", "2026-06-01", "").await.expect("made");
    let present = ["Field".to_owned(), "Care".to_owned()];
    let input = ReviewInput {
        id: &id,
        version: 1,
        title: "Review",
        day: "2026-06-01",
        participants: "",
        notes: "",
        attended: &present,
    };
    save(services, &console, input).await.expect("saved");
    let unknown = ["Nobody".to_owned()];
    let input = ReviewInput {
        id: &id,
        version: 2,
        title: "Review",
        day: "2026-06-01",
        participants: "",
        notes: "",
        attended: &unknown,
    };
    assert_eq!(code(save(services, &console, input).await), "not_found");
    for (title, due, state) in
        [("In time", "2099-01-01", "done"), ("Late", "2026-01-01", "done"), ("Open", "2026-01-01", "open")]
    {
        let given = ActionInput { due: due.into(), state: state.into(), ..action(title, "Field") };
        save_action(services, &console, given).await.expect("added");
    }
    let query = contract::summary::SummaryQuery::default();
    let standing = services::summary::summary(services, &console, query).await.expect("a page").standing;
    let of = |name: &str| standing.iter().find(|one| one.department == name).expect("a row");
    let field = of("Field");
    assert_eq!((field.attended, field.committed, field.reviews), (1, 0, 1));
    assert_eq!((field.open, field.overdue, field.done, field.on_time), (1, 1, 2, (1, 2)));
    assert_eq!((of("Care").attended, of("Billing").attended), (1, 0));

    // What a department committed to stays readable: the department can't be removed under it.
    commit(services, &console, &id, "Field", "We call first").await.expect("recorded");
    let lists = services::inventory::lists(services, &console).await.expect("a page");
    let field = lists.departments.iter().find(|one| one.name == "Field").expect("a department");
    let kind = contract::inventory::NamedKind::Department;
    let gone = services::inventory::delete_name(services, &console, kind, &field.id, field.version).await;
    assert_eq!(code(gone), "has_committed");
}
