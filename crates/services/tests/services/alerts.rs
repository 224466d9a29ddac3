//! Alerts, scheduled reports, letters and keys: told once, to whom may know it, and never lost.

use contract::alerts::{AlertInput, ScheduleInput};
use contract::document::{Block, Document};
use contract::drivers::DriversQuery;
use contract::people::{Role, Users};
use contract::reviews::ActionInput;
use contract::summary::SummaryQuery;
use services::people::{self, UserChange};
use services::{Actor, Services, alerts, documents, drivers, keys, summary};

use crate::drivers::demo_company;
use crate::setting::{Setting, code, setting};

fn rule(kind: &str, series: &str, side: &str, level: &str, mail: &str) -> AlertInput {
    let text = str::to_owned;
    AlertInput {
        kind: text(kind),
        series: text(series),
        side: text(side),
        level: text(level),
        mail: text(mail),
        department: String::new(),
    }
}

async fn titles(services: &Services, actor: &Actor) -> Vec<String> {
    let view = alerts::alerts(services, actor).await.expect("a page");
    view.notices.into_iter().map(|one| one.title).collect()
}

/// The same folder, with a mail server.
async fn with_mail(setting: &Setting, later: i64) -> Services {
    setting.later(later).await.services.with_mail()
}

#[tokio::test]
async fn each_thing_is_told_once() {
    let (setting, _) = demo_company(|_| true).await;
    let services = &setting.services;
    let ann = setting.actor(Role::CxManager, "").await;
    let view = alerts::alerts(services, &ann).await.expect("a page");
    let repeats =
        view.figures.iter().find(|name| name.starts_with("Solved at first contact")).expect("a figure");
    alerts::add_rule(services, &ann, rule("limit", repeats, "above", "1", "no")).await.expect("added");
    assert_eq!(
        code(alerts::add_rule(services, &ann, rule("limit", repeats, "above", "1", "no")).await),
        "known"
    );
    for (bad, at) in [
        (rule("limit", repeats, "above", "much", "no"), "invalid_value"),
        (rule("limit", "Nothing", "above", "1", "no"), "invalid_value"),
        (rule("whatever", "", "", "", "no"), "invalid_value"),
        (rule("change", "Nothing", "", "", "no"), "invalid_value"),
    ] {
        assert_eq!(code(alerts::add_rule(services, &ann, bad).await), at);
    }
    alerts::add_rule(services, &ann, rule("overdue", "", "", "", "no")).await.expect("added");
    let late = ActionInput {
        title: "Confirm by text message".into(),
        department: "Field service".into(),
        due: "2026-01-05".into(),
        state: "open".into(),
        ..ActionInput::default()
    };
    services::reviews::save_action(services, &ann, late).await.expect("saved");
    for _ in 0..3 {
        alerts::tick(services).await.expect("looked");
        // Another process, which remembers nothing.
        alerts::tick(&setting.reopened().await.services).await.expect("looked");
    }
    let mut told = titles(services, &ann).await;
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("Solved at first contact") && told[0].ends_with("is above its limit"),
        "{told:?}"
    );
    assert_eq!(told[1], "\u{201c}Confirm by text message\u{201d} is overdue");
    let view = alerts::alerts(services, &ann).await.expect("a page");
    assert!(view.rules.iter().any(|rule| rule.beyond));
    // Nobody reads or removes what is another's.
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    assert_eq!(code(alerts::delete_rule(services, &billing, &view.rules[0].id).await), "not_found");
    alerts::read(services, &billing, &view.notices[0].id).await.expect("nothing happens");
    assert!(alerts::alerts(services, &ann).await.expect("a page").notices.iter().all(|one| !one.read));
    alerts::read(services, &ann, "").await.expect("read");
    assert!(alerts::alerts(services, &ann).await.expect("a page").notices.iter().all(|one| one.read));
}

#[tokio::test]
async fn a_log_that_goes_quiet_and_a_level_that_changes_are_told() {
    let setting = setting().await;
    let services = &setting.services;
    let inventory = "touchpoint,contact,cost_per_contact,source,match,activity\nCall,yes,5,log,exact,call\nHome,no,,log,exact,home\n";
    services::inventory::import_csv(services, &Actor::console(), inventory).await.expect("an inventory");
    // Twenty weeks, with more calls from the sixteenth on; the last event is a month before now.
    let mut log = "who,when,what\n".to_owned();
    let first = chrono::NaiveDate::from_ymd_opt(2025, 12, 15).expect("a Monday");
    for week in 0..20_u64 {
        for call in 0..if week < 16 { 40 } else { 120 } {
            let day = first + chrono::Days::new(week * 7 + call % 7);
            log.push_str(&format!("c{call},{day} {:02}:{:02}:00,call\n", 8 + call % 9, week));
            log.push_str(&format!("c{call},{day} 07:{week:02}:00,home\n"));
        }
    }
    setting.import("log", &log, "customer=who,time=when,activity=what").await.expect("imported");
    let ann = setting.actor(Role::CxManager, "").await;
    alerts::add_rule(services, &ann, rule("change", "All contacts", "", "", "no")).await.expect("added");
    alerts::add_rule(services, &ann, rule("quiet", "", "", "", "no")).await.expect("added");
    alerts::tick(services).await.expect("looked");
    alerts::tick(&setting.reopened().await.services).await.expect("looked");
    let mut told = titles(services, &ann).await;
    told.sort();
    assert_eq!(told, ["All contacts rose to another level", "No new events from log"]);
}

fn words(document: &Document) -> String {
    serde_json::to_string(document).expect("text")
}

#[tokio::test]
async fn a_document_says_what_its_page_says() {
    let (setting, _) = demo_company(|_| true).await;
    let services = &setting.services;
    let ann = setting.actor(Role::CxManager, "").await;
    let page = summary::summary(services, &ann, SummaryQuery::default()).await.expect("a page");
    let document = documents::summary(services, &ann, SummaryQuery::default()).await.expect("a document");
    let Some(Block::Figures { figures }) = document.blocks.first() else { panic!("{document:?}") };
    let on_page: Vec<(String, String)> =
        page.headlines.iter().map(|one| (one.name.clone(), one.figure.written())).collect();
    let on_paper: Vec<(String, String)> =
        figures.iter().map(|one| (one.name.clone(), one.figure.clone())).collect();
    assert_eq!(on_paper, on_page);
    let text = words(&document);
    for driver in &page.drivers {
        assert!(text.contains(&driver.name), "{}", driver.name);
    }
    for sentence in &page.sentences {
        assert!(text.contains(&serde_json::to_string(&sentence.words).expect("text")), "{}", sentence.words);
    }
    // A period without any contact is a document that says so.
    let empty = DriversQuery {
        from: Some("2020-01-01".into()),
        to: Some("2020-01-31".into()),
        ..DriversQuery::default()
    };
    let document = documents::drivers(services, &ann, empty).await.expect("a document");
    assert!(words(&document).contains("no contacts in this period"), "{document:?}");
}

#[tokio::test]
async fn a_scheduled_report_holds_nothing_that_its_reader_could_not_open() {
    let (setting, _) = demo_company(|_| true).await;
    let services = with_mail(&setting, 0).await;
    let ann = setting.actor(Role::CxManager, "").await;
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let view = alerts::alerts(&services, &ann).await.expect("a page");
    let id_of =
        |name: &str| view.people.iter().find(|(_, known)| known.contains(name)).map(|(id, _)| id.clone());
    let head = id_of("Department head").expect("a person");
    let form = |report: &str, department: &str, people: Vec<String>| ScheduleInput {
        report: report.into(),
        department: department.into(),
        cadence: "daily".into(),
        people,
    };
    // Neither the company's report nor another department's can be sent to a head, nor can a head send to others.
    for department in ["", "Field service", "Nowhere"] {
        let refused = alerts::schedule(&services, &ann, form("drivers", department, vec![head.clone()])).await;
        assert_eq!(code(refused), "forbidden", "{department}");
    }
    let front = setting.actor(Role::FrontLine, "Billing").await;
    assert_eq!(code(alerts::schedule(&services, &front, form("summary", "", Vec::new())).await), "not_found");
    let other = form("drivers", "Billing", vec!["somebody".into()]);
    assert_eq!(code(alerts::schedule(&services, &billing, other).await), "forbidden");
    alerts::schedule(&services, &ann, form("drivers", "Billing", vec![head])).await.expect("arranged");
    // Nothing before its time; then once, with the head's own rights.
    alerts::tick(&services).await.expect("looked");
    assert!(alerts::next_letter(&services).await.expect("asked").is_none());
    let tomorrow = with_mail(&setting, 86_400).await;
    alerts::tick(&tomorrow).await.expect("looked");
    alerts::tick(&tomorrow).await.expect("looked");
    let letter = alerts::next_letter(&tomorrow).await.expect("asked").expect("a letter");
    let (name, document) = letter.report.clone().expect("a report");
    assert_eq!(name, "drivers");
    let query = DriversQuery { department: Some("Billing".into()), ..DriversQuery::default() };
    let own = documents::drivers(&tomorrow, &billing, query.clone()).await.expect("a document");
    assert_eq!(words(&document), words(&own), "what the head gets is what the head sees");
    let page = drivers::report(&tomorrow, &billing, query).await.expect("a page");
    let others =
        page.drivers.iter().filter(|row| row.department != page.own.as_ref().map(|own| own.department));
    let ranked = document.blocks.iter().find_map(|block| match block {
        Block::Chart { alt, .. } => Some(alt.clone()),
        _ => None,
    });
    for row in others {
        assert!(ranked.as_ref().is_none_or(|alt| !alt.contains(&row.name)), "{} is another's", row.name);
    }
    // The mail server is down: it is tried again, later each time, and nothing is lost.
    alerts::failed(&tomorrow, &letter, "connection refused", false).await.expect("noted");
    assert!(alerts::next_letter(&tomorrow).await.expect("asked").is_none());
    let waiting = alerts::alerts(&tomorrow, &billing).await.expect("a page").waiting.expect("told");
    assert_eq!((waiting.0, waiting.1.as_str()), (1, "connection refused"));
    let again = with_mail(&setting, 86_400 + 30).await;
    let letter = alerts::next_letter(&again).await.expect("asked").expect("the same letter");
    alerts::sent(&again, &letter).await.expect("noted");
    assert!(alerts::next_letter(&again).await.expect("asked").is_none());
    assert_eq!(alerts::alerts(&again, &billing).await.expect("a page").waiting, None);
}

#[tokio::test]
async fn notices_go_by_mail_at_once_or_in_the_digest_of_a_monday() {
    let (setting, _) = demo_company(|_| true).await;
    // 2026-07-10 is a Friday.
    let services = with_mail(&setting, 0).await;
    let ann = setting.actor(Role::CxManager, "").await;
    let view = alerts::alerts(&services, &ann).await.expect("a page");
    assert!(view.mail);
    for (figure, mail) in [("Solved at first contact", "once"), ("Contacts per 1,000", "weekly")] {
        let name = view.figures.iter().find(|name| name.starts_with(figure)).expect("a figure");
        alerts::add_rule(&services, &ann, rule("limit", name, "above", "1", mail)).await.expect("added");
    }
    alerts::tick(&services).await.expect("looked");
    let letter = alerts::next_letter(&services).await.expect("asked").expect("a letter");
    assert!(letter.subject.starts_with("Solved at first contact"), "{}", letter.subject);
    alerts::sent(&services, &letter).await.expect("noted");
    assert!(alerts::next_letter(&services).await.expect("asked").is_none());
    let monday = with_mail(&setting, 3 * 86_400 + 43_200).await;
    alerts::tick(&monday).await.expect("looked");
    alerts::tick(&monday).await.expect("looked");
    let letter = alerts::next_letter(&monday).await.expect("asked").expect("the digest");
    assert_eq!(letter.subject, "One thing of the last week");
    assert!(letter.words.contains("Contacts per 1,000"), "{}", letter.words);
    alerts::sent(&monday, &letter).await.expect("noted");
    assert!(alerts::next_letter(&monday).await.expect("asked").is_none());
}

#[tokio::test]
async fn who_gets_other_rights_keeps_nothing_that_was_said_under_the_old_ones() {
    let (setting, _) = demo_company(|_| true).await;
    let services = with_mail(&setting, 0).await;
    let ann = setting.actor(Role::CxManager, "").await;
    let view = alerts::alerts(&services, &ann).await.expect("a page");
    for (figure, mail) in [("Solved at first contact", "once"), ("Contacts per 1,000", "weekly")] {
        let name = view.figures.iter().find(|name| name.starts_with(figure)).expect("a figure");
        alerts::add_rule(&services, &ann, rule("limit", name, "above", "1", mail)).await.expect("added");
    }
    alerts::tick(&services).await.expect("looked");
    let letter = alerts::next_letter(&services).await.expect("asked").expect("a letter");
    // Given up for good: it is said, and the notice stays.
    alerts::failed(&services, &letter, "no such mailbox", true).await.expect("noted");
    assert!(alerts::next_letter(&services).await.expect("asked").is_none());
    let view = alerts::alerts(&services, &ann).await.expect("a page");
    assert_eq!(view.given_up, Some((1, "no such mailbox".to_owned())));
    assert_eq!((view.waiting, view.notices.len()), (None, 2));
    // The same role again changes nothing; another one takes back what was told and what is on its way.
    let Users { users, departments, .. } = people::users(&services, &Actor::console()).await.expect("listed");
    let me = users.iter().find(|one| one.role == Role::CxManager).expect("the manager");
    let front_of = |version| UserChange { id: &me.id, version, role: "front_line", ..UserChange::default() };
    let same = UserChange { role: "cx_manager", ..front_of(me.version) };
    people::change_user(&services, &Actor::console(), same).await.expect("changed");
    assert_eq!(alerts::alerts(&services, &ann).await.expect("a page").notices.len(), 2);
    let front = UserChange { department_id: &departments[0].0, ..front_of(me.version + 1) };
    people::change_user(&services, &Actor::console(), front).await.expect("changed");
    let view = alerts::alerts(&services, &ann).await.expect("a page");
    assert_eq!((view.notices.len(), view.given_up), (0, None));
    let monday = with_mail(&setting, 3 * 86_400 + 43_200).await;
    alerts::tick(&monday).await.expect("looked");
    assert!(alerts::next_letter(&monday).await.expect("asked").is_none());
}

#[tokio::test]
async fn a_department_is_told_and_who_answers_for_it_decides_of_what() {
    let (setting, _) = demo_company(|_| true).await;
    let services = &setting.services;
    let ann = setting.actor(Role::CxManager, "").await;
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let field = setting.actor(Role::DepartmentHead, "Field service").await;
    let front = setting.actor(Role::FrontLine, "Billing").await;
    let view = alerts::alerts(services, &ann).await.expect("a page");
    let contacts = view.figures.iter().find(|name| name.starts_with("Contacts per 1,000")).expect("a figure");
    let of = |department: &str, level: &str| AlertInput {
        department: department.into(),
        ..rule("limit", contacts, "above", level, "no")
    };
    for (who, department) in [(&billing, "Field service"), (&ann, "Nowhere")] {
        assert_eq!(code(alerts::add_rule(services, who, of(department, "1")).await), "invalid_value");
    }
    alerts::add_rule(services, &ann, of("Billing", "1")).await.expect("added");
    alerts::add_rule(services, &billing, of("Billing", "2")).await.expect("added");
    for _ in 0..2 {
        alerts::tick(services).await.expect("looked");
        alerts::tick(&setting.reopened().await.services).await.expect("looked");
    }
    // Its head is told of both, once each; not who arranged it, nor another department.
    assert_eq!(titles(services, &billing).await.len(), 2);
    for other in [&ann, &field] {
        assert_eq!(titles(services, other).await, Vec::<String>::new());
    }
    // The front line reads these figures too, and is of the department.
    assert_eq!(titles(services, &front).await.len(), 2);
    let rules = |view: contract::alerts::AlertsView| {
        let of = |row: contract::alerts::AlertRow| (row.department, row.beyond, row.may_remove, row.id);
        view.rules.into_iter().map(of).collect::<Vec<_>>()
    };
    let seen = rules(alerts::alerts(services, &billing).await.expect("a page"));
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|one| (one.0.as_deref(), one.1, one.2) == (Some("Billing"), true, true)));
    assert_eq!(rules(alerts::alerts(services, &field).await.expect("a page")), []);
    assert!(rules(alerts::alerts(services, &front).await.expect("a page")).iter().all(|one| !one.2));
    for other in [&field, &front] {
        assert_eq!(code(alerts::delete_rule(services, other, &seen[0].3).await), "not_found");
    }
    alerts::delete_rule(services, &billing, &seen[0].3).await.expect("removed");
    alerts::delete_rule(services, &ann, &seen[1].3).await.expect("removed");
    assert_eq!(rules(alerts::alerts(services, &billing).await.expect("a page")), []);
}

#[tokio::test]
async fn a_key_reads_as_its_person_may_and_no_more_often_than_it_may() {
    let (setting, _) = demo_company(|_| true).await;
    let services = &setting.services;
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let token = keys::add(services, &billing, "dashboard", &["drivers".into()]).await.expect("made");
    assert_eq!(code(keys::add(services, &billing, "odd", &["secrets".into()]).await), "invalid_value");
    assert_eq!(code(keys::add(services, &billing, " ", &[]).await), "invalid_value");
    let admitted = keys::admit(services, &token).await.expect("let in");
    assert!(admitted.reads("drivers") && !admitted.reads("summary"));
    assert_eq!(code(keys::admit(services, "tlr_0").await.map(|_| ())), "bad_key");
    let front = setting.actor(Role::FrontLine, "Billing").await;
    assert_eq!(code(keys::add(services, &front, "mine", &[]).await), "not_found");
    let mut refused = None;
    for _ in 0..200 {
        if let Err(error) = keys::admit(services, &token).await {
            refused = Some(code::<()>(Err(error)));
            break;
        }
    }
    assert_eq!(refused.as_deref(), Some("too_many"));
    let id = alerts::alerts(services, &billing).await.expect("a page").keys[0].id.clone();
    let ann = setting.actor(Role::CxManager, "").await;
    assert_eq!(code(keys::revoke(services, &ann, &id).await), "not_found");
    keys::revoke(services, &billing, &id).await.expect("revoked");
    assert_eq!(code(keys::admit(services, &token).await.map(|_| ())), "bad_key");
}
