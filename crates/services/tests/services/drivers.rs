//! Driver reports on the demo company, whose causes are known because they were planted.

use std::collections::{BTreeMap, BTreeSet};

use contract::drivers::{DriversQuery, DriversView, Open, ReasonInput};
use contract::journeys::{Condition, ExploreQuery, Level, Segment, What};
use contract::people::Role;
use contract::sources::{LogRuleInput, LogRuleRow};
use events::csv::Mapping;
use services::drivers::{figures, reasons, report, save_reason};
use services::journeys::{explore, saved};
use services::sources::{NewImport, import_now};
use services::{Actor, ServiceError, company, inventory, sources};

use crate::setting::{Setting, code, setting, setting_at};

/// 2026-07-10 00:00 UTC, after the last event of the demo.
const AFTER: i64 = 1_783_641_600;
const CUSTOMERS: u32 = 6_000;

/// The demo company, with the logs whose names `wanted` lets in; and what was planted.
pub async fn demo_company(wanted: impl Fn(&str) -> bool) -> (Setting, serde_json::Value) {
    let setting = setting_at(AFTER).await;
    let console = Actor::console();
    let folder = setting.folder.path().join("made");
    demo::write(&demo::Company { customers: CUSTOMERS, seed: 1 }, &folder).expect("written");
    company::name_company(&setting.services, &console, "Nordlicht Telecom", "Europe/Berlin")
        .await
        .expect("named");
    inventory::import_csv(&setting.services, &console, demo::INVENTORY).await.expect("an inventory");
    for log in demo::LOGS.iter().filter(|log| wanted(log.source)) {
        let path = folder.join(format!("{}.csv", log.source));
        let mapping = Mapping::parse(log.mapping).expect("a mapping");
        let new = NewImport { zone: Some(chrono_tz::Tz::UTC), ..NewImport::of(log.source, &path, mapping) };
        import_now(&setting.services, &console, new).await.expect("imported");
    }
    let truth = std::fs::read(folder.join("truth.json")).expect("read");
    (setting, serde_json::from_slice(&truth).expect("JSON"))
}

async fn of(setting: &Setting, actor: &Actor, query: DriversQuery) -> DriversView {
    report(&setting.services, actor, query).await.expect("a report")
}

fn opening(open: Open) -> DriversQuery {
    DriversQuery::default().opening(open)
}

#[tokio::test]
async fn planted_causes_are_found_in_order_with_their_symptoms() {
    let (setting, truth) = demo_company(|_| true).await;
    let view = of(&setting, &Actor::console(), DriversQuery::default()).await;
    assert_eq!(Some(view.totals.contacts), truth["contacts"].as_u64());
    let mut causes: Vec<&serde_json::Value> = truth["causes"].as_array().expect("causes").iter().collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause["contacts"].as_u64()));
    let split: f64 = view.split.iter().map(|row| row.contacts).sum();
    assert!((split - view.totals.contacts as f64).abs() < 1e-6, "{split}");
    // Every planted cause is there, and first; what else is listed is smaller than any of them.
    assert!(view.drivers.len() >= causes.len(), "{} of {}", view.drivers.len(), causes.len());
    let least = causes.iter().filter_map(|cause| cause["contacts"].as_f64()).fold(f64::MAX, f64::min);
    for row in &view.drivers[causes.len()..] {
        assert!(row.excess.is_some_and(|excess| excess.contacts < least), "{}", row.name);
    }
    for (row, cause) in view.drivers.iter().zip(&causes) {
        let planted = cause["contacts"].as_f64().expect("a number");
        assert_eq!(Some(row.touchpoint.as_str()), cause["touchpoint"].as_str());
        assert_eq!(row.experience.as_deref(), cause["experience"].as_str());
        let department = row.department.map(|at| view.departments[at as usize].name.as_str());
        assert_eq!(department, cause["department"].as_str());
        let excess = row.excess.expect("an excess");
        assert!(excess.low <= planted && planted <= excess.high, "{}: {planted} not in {excess:?}", row.name);
        // The department's part of all contacts, within five points of the truth.
        let part = view.split.iter().find(|one| one.name.as_deref() == department).expect("a part");
        let (found, true_part) =
            (part.contacts / view.totals.contacts as f64, planted / view.totals.contacts as f64);
        assert!((found - true_part).abs() < 0.05, "{department:?}: {found} against {true_part}");
    }
    for pair in truth["symptoms"].as_array().expect("symptoms") {
        let (symptom, cause) = (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a cause"));
        let of_cause = causes.iter().find(|one| one["cause"] == cause).expect("the cause");
        let under = view.drivers.iter().find(|row| row.symptoms.iter().any(|one| one.name == symptom));
        assert_eq!(under.map(|row| row.touchpoint.as_str()), of_cause["touchpoint"].as_str(), "{symptom}");
    }
    for decoy in truth["decoys"].as_array().expect("decoys") {
        let decoy = decoy.as_str().expect("a name");
        let listed = view.drivers.iter().flat_map(|row| row.symptoms.iter().chain([row]));
        assert!(listed.into_iter().all(|row| row.touchpoint != decoy), "{decoy} is listed");
    }
    // The phone's menu comes before each call: it belongs to it.
    assert_eq!(view.parts_of_contact, ["Phone menu", "Phone queue"]);
    // The command line says the same.
    let printed =
        figures(&setting.services, &Actor::console(), DriversQuery::default()).await.expect("figures");
    assert_eq!(printed.contacts, view.totals.contacts);
    assert_eq!(printed.drivers[0].excess_contacts, view.drivers[0].excess.map(|excess| excess.contacts));
    assert_eq!(
        printed.drivers.len(),
        view.drivers.iter().map(|row| 1 + row.symptoms.len()).sum::<usize>() + view.others.len()
    );
}

#[tokio::test]
async fn without_the_dispatch_log_words_point_at_it() {
    let (setting, _) = demo_company(|source| source != "dispatch").await;
    let console = Actor::console();
    let view = of(&setting, &console, DriversQuery::default()).await;
    let gap = view.gaps.iter().take(3).find(|gap| gap.keywords.iter().any(|word| word.contains("technician")));
    let gap = gap.expect("a gap of the technician");
    assert_eq!(gap.after.as_deref(), Some("Order status page"));
    assert!(gap.touchpoints.iter().any(|name| name == "Technician visit"), "{gap:?}");
    // What a log covers is no gap: customers who were promised another price speak of it.
    assert!(
        view.gaps.iter().all(|gap| gap.after.as_deref() != Some("Price promise: Broken")),
        "{:?}",
        view.gaps
    );
    let printed = figures(&setting.services, &console, DriversQuery::default()).await.expect("figures");
    assert_eq!(printed.source_gaps.len(), view.gaps.len());
    let opened =
        of(&setting, &console, opening(Open::Driver("App: Outage".into()))).await.opened.expect("a list");
    assert!(opened.keywords.iter().any(|one| one.word.contains("app")), "{:?}", opened.keywords);

    // With the log, the look-up is a symptom, and the gap is closed.
    let (setting, _) = demo_company(|_| true).await;
    let view = of(&setting, &console, DriversQuery::default()).await;
    assert!(
        view.gaps.iter().all(|gap| gap.keywords.iter().all(|word| !word.contains("technician"))),
        "{:?}",
        view.gaps
    );
}

#[tokio::test]
async fn every_figure_opens_as_many_contacts_as_it_says() {
    let (setting, _) = demo_company(|_| true).await;
    let console = Actor::console();
    let view = of(&setting, &console, DriversQuery::default()).await;
    let mut figures = vec![
        (Open::All, view.totals.contacts),
        (Open::Elsewhere, view.totals.elsewhere_in),
        (Open::Unexplained, view.totals.unexplained_in),
        (Open::Repeats, view.totals.repeats),
        (Open::StartOver, view.totals.start_over),
        (Open::ByCase, view.totals.by_case),
        (Open::ByReason, view.totals.by_reason),
    ];
    for row in &view.drivers {
        figures.push((Open::Driver(row.name.clone()), row.shared_in));
        figures.push((Open::LastTouch(row.name.clone()), row.last_touch));
        figures.push((Open::AtRisk(row.name.clone()), row.inside));
    }
    figures.extend(view.others.iter().map(|row| (Open::AtRisk(row.name.clone()), row.inside)));
    let named = view.split.iter().filter_map(|row| Some((Open::Department(row.name.clone()?), row.shared_in)));
    figures.extend(named);
    figures.extend(view.reasons.iter().map(|row| (Open::Reason(row.reason.clone()), row.contacts)));
    for (open, expected) in figures {
        let view = of(&setting, &console, opening(open.clone())).await;
        assert_eq!(view.opened.map(|opened| opened.contacts), Some(expected), "{open:?}");
    }
    // A contact that is opened says whose it is: the parts are those that the departments' sums are made of.
    let mut worth = std::collections::BTreeMap::new();
    let mut named: BTreeMap<u32, BTreeSet<(String, String)>> = BTreeMap::new();
    for page in 1..=view.totals.contacts.div_ceil(50) as u32 {
        let query = DriversQuery { page, ..opening(Open::All) };
        let opened = of(&setting, &console, query).await.opened.expect("a list");
        for row in opened.rows {
            for (_, department, part) in row.shares {
                *worth.entry(department).or_insert(0.0) += part;
                if let Some(department) = department {
                    named.entry(department).or_default().insert((row.customer.clone(), row.time.clone()));
                }
            }
        }
    }
    // The same contact is in the report of exactly the departments that its shares name.
    for (at, department) in (0..).zip(&view.departments) {
        let mut listed = BTreeSet::new();
        let first = of(&setting, &console, opening(Open::Department(department.name.clone()))).await;
        let pages = first.opened.expect("a list").pages;
        for page in 1..=pages {
            let query = DriversQuery { page, ..opening(Open::Department(department.name.clone())) };
            let rows = of(&setting, &console, query).await.opened.expect("a list").rows;
            listed.extend(rows.into_iter().map(|row| (row.customer, row.time)));
        }
        assert_eq!(listed, named.remove(&at).unwrap_or_default(), "{}", department.name);
    }
    for row in view.split.iter().filter(|row| row.name.is_some()) {
        let listed = worth.get(&row.department).copied().unwrap_or(0.0);
        assert!((listed - row.contacts).abs() < 1e-6, "{:?}: {listed}", row.name);
    }
    let weeks: u64 = view.weeks.iter().map(|week| week.contacts).sum();
    let reasons: u64 = view.reasons.iter().map(|row| row.contacts).sum();
    assert_eq!((weeks, reasons), (view.totals.contacts, view.totals.contacts));
}

#[tokio::test]
async fn each_role_reads_what_is_its_own() {
    let (setting, _) = demo_company(|_| true).await;
    let services = &setting.services;
    let sales = setting.actor(Role::DepartmentHead, "Sales").await;
    let company = of(&setting, &sales, DriversQuery::default()).await;
    assert_eq!(company.reports, ["Sales"]);
    let of_department = |name: &str| DriversQuery { department: Some(name.into()), ..DriversQuery::default() };
    let own = of(&setting, &sales, of_department("Sales")).await.own.expect("a report");
    let row = company.split.iter().find(|row| row.name.as_deref() == Some("Sales")).expect("a row");
    assert_eq!((own.shared_in, own.caused), (row.shared_in, row.contacts));
    let lands: f64 = own.lands.iter().map(|one| one.contacts).sum();
    assert!((lands - own.caused).abs() < 1e-6);
    assert_eq!(code(report(services, &sales, of_department("Digital")).await), "not_found");
    assert_eq!(code(report(services, &sales, of_department("Nobody")).await), "not_found");
    let may = [Open::Department("Sales".into()), Open::Driver("Price promise: Broken".into())];
    for open in may {
        assert_eq!(code(report(services, &sales, opening(open.clone())).await), "ok", "{open:?}");
    }
    let not = [
        Open::All,
        Open::Elsewhere,
        Open::Unexplained,
        Open::Repeats,
        Open::Reason("invoice".into()),
        Open::Department("Digital".into()),
        Open::Driver("App: Outage".into()),
        Open::AtRisk("App: Outage".into()),
    ];
    for open in not {
        assert_eq!(code(report(services, &sales, opening(open.clone())).await), "not_found", "{open:?}");
    }
    let executive = setting.actor(Role::Executive, "").await;
    assert_eq!(code(report(services, &executive, DriversQuery::default()).await), "ok");
    assert_eq!(code(report(services, &executive, opening(Open::All)).await), "not_found");
    let admin = setting.actor(Role::Admin, "").await;
    assert_eq!(code(report(services, &admin, DriversQuery::default()).await), "not_found");
    // Who is limited takes the own rows away; executives the figures of all.
    let rows = figures(services, &sales, DriversQuery::default()).await.expect("figures").drivers;
    assert!(!rows.is_empty() && rows.iter().all(|row| row.department.as_deref() == Some("Sales")));
    assert_eq!(code(figures(services, &executive, DriversQuery::default()).await), "ok");
    assert_eq!(code(figures(services, &admin, DriversQuery::default()).await), "not_found");
    // A segment shows a department head only customers that met the own touchpoints.
    let filter = Segment {
        conditions: vec![Condition::Passed {
            what: What { node: Some((Level::Touchpoint, "Chat".into())), attribute: None },
            times: 1,
        }],
        ..Segment::default()
    };
    saved::save_segment(services, &sales, "", 0, "Chatted", &filter.text()).await.expect("saved");
    let query = DriversQuery { segment: Some("Chatted".into()), ..DriversQuery::default() };
    let (whole, limited) =
        (of(&setting, &Actor::console(), query.clone()).await, of(&setting, &sales, query).await);
    assert!(
        limited.totals.customers < whole.totals.customers,
        "{} of {}",
        limited.totals.customers,
        whole.totals.customers
    );
}

#[tokio::test]
async fn the_report_of_nothing_says_why() {
    let setting = setting().await;
    let console = Actor::console();
    let view = of(&setting, &console, DriversQuery::default()).await;
    assert_eq!((view.any_events, view.hint.map(|hint| hint.code)), (false, Some("no_contacts".into())));
    let log = "who,when,what\na,2026-01-01T10:00:00Z,Look up\na,2026-01-01T10:00:00Z,Call\n";
    setting.import("web", log, "customer=who,time=when,activity=what").await.expect("imported");
    let inventory = "touchpoint,stage,channel,department,delivery,started_by,contact,cost_per_contact,source,match,activity,condition,experience,emotion,failure\n\
        Call,Get help,Phone,Care,in_house,customer,yes,,web,exact,Call,,,,\n\
        Page,Use,Web,Digital,in_house,customer,no,,web,exact,Look up,,,,\n";
    inventory::import_csv(&setting.services, &console, inventory).await.expect("an inventory");
    // All events at one instant, of one customer: nothing to compare with, and the page says so.
    let hint = |view: DriversView| view.hint.map(|hint| hint.code);
    let view = of(&setting, &console, DriversQuery::default()).await;
    assert_eq!(hint(view).as_deref(), Some("window_too_long"));
    let more = "who,when,what\nb,2026-01-04T10:00:00Z,Look up\nb,2026-01-05T10:00:00Z,Call\n";
    setting.import("web", more, "customer=who,time=when,activity=what").await.expect("imported");
    let view = of(&setting, &console, DriversQuery { window: 30, ..DriversQuery::default() }).await;
    assert_eq!(hint(view).as_deref(), Some("window_too_long"));
    // Two customers without a contact otherwise: no ratio, and no figure that is none.
    let view = of(&setting, &console, DriversQuery { window: 1, ..DriversQuery::default() }).await;
    assert_eq!((view.totals.contacts, view.drivers.len(), view.others.len()), (2, 0, 1));
    assert_eq!((view.others[0].rate, view.others[0].excess, view.others[0].inside), (None, None, 1));
    assert_eq!((view.totals.unexplained, view.totals.unexplained_in), (2.0, 2));
    // The outcome is no candidate of its own.
    let query = DriversQuery { outcome: Some("Page".into()), window: 1, ..DriversQuery::default() };
    let view = of(&setting, &console, query).await;
    assert!(view.others.iter().all(|row| row.touchpoint != "Page"));
    for (query, expected) in [
        (DriversQuery { outcome: Some("Nothing".into()), ..DriversQuery::default() }, "unknown_touchpoint"),
        (DriversQuery { channel: Some("Nothing".into()), ..DriversQuery::default() }, "unknown_channel"),
        (DriversQuery { reason: Some("Nothing".into()), ..DriversQuery::default() }, "unknown_reason"),
        (DriversQuery { segment: Some("Nothing".into()), ..DriversQuery::default() }, "unknown_segment"),
        (DriversQuery { from: Some("soon".into()), ..DriversQuery::default() }, "bad_date"),
        (DriversQuery { window: 0, ..DriversQuery::default() }, "bad_value"),
    ] {
        assert_eq!(code(report(&setting.services, &console, query).await), expected);
    }
}

async fn stands_for(
    setting: &Setting,
    actor: &Actor,
    reason: &str,
    touchpoint: &str,
) -> Result<(), ServiceError> {
    let known = reasons(&setting.services, actor).await.expect("a page");
    let row = known.rows.iter().find(|row| row.reason == reason).expect("a reason");
    let form = ReasonInput {
        reason: reason.into(),
        touchpoint: touchpoint.into(),
        failure: "yes".into(),
        version: row.version,
    };
    save_reason(&setting.services, actor, form).await
}

async fn rule_of(setting: &Setting, log: &str, change: impl Fn(&mut LogRuleInput)) {
    let console = Actor::console();
    let rules = sources::log_rules(&setting.services, &console).await.expect("a page");
    let row = rules.rows.into_iter().find(|row| row.name == log).expect("a log");
    let mut form = LogRuleInput { id: row.id, version: row.version, ..LogRuleInput::default() };
    change(&mut form);
    sources::save_log_rule(&setting.services, &console, form).await.expect("saved");
}

#[tokio::test]
async fn reasons_have_owners_and_decide_only_where_they_are_trusted() {
    let (setting, _) = demo_company(|_| true).await;
    let console = Actor::console();
    let before = of(&setting, &console, DriversQuery::default()).await;
    assert_eq!(before.totals.failure, None, "nobody said what a failure is");
    stands_for(&setting, &console, "appointment", "Technician visit").await.expect("saved");
    let view = of(&setting, &console, DriversQuery::default()).await;
    let row = view.reasons.iter().find(|row| row.reason == "appointment").expect("a reason");
    assert_eq!(view.totals.failure, Some(row.contacts));
    assert_eq!(view.weeks.iter().map(|week| week.failure).sum::<u64>(), row.contacts);
    assert_eq!(row.touchpoint.as_deref(), Some("Technician visit"));
    // The evidence agrees with as much as it gives to what happens at that touchpoint: not with all, for codes are given
    // in a hurry.
    let agrees = row.agrees.expect("a share") / row.contacts as f64;
    let given = row.evidence.iter().filter(|(name, _)| name.starts_with("Technician visit"));
    let given: f64 = given.map(|(_, part)| part / row.contacts as f64).sum();
    assert!((agrees - given).abs() < 1e-9 && (0.1..0.95).contains(&agrees), "{agrees} against {given}");
    let page = reasons(&setting.services, &console).await.expect("a page");
    let line = page.rows.iter().find(|line| line.reason == "appointment").expect("a line");
    assert!((line.agrees.expect("a share") - agrees).abs() < 1e-9);
    // Linking decides nothing yet.
    assert_eq!(view.split, before.split);
    let failures = of(&setting, &console, opening(Open::Failure)).await.opened.expect("a list").contacts;
    assert_eq!(Some(failures), view.totals.failure);

    rule_of(&setting, "contact_centre", |form| form.trusted = "yes".into()).await;
    let view = of(&setting, &console, DriversQuery::default()).await;
    assert!(view.totals.by_reason > 0 && view.totals.by_reason <= row.contacts);
    // What a reason decides is no evidence for it: both pages say what the rest says, as they did before.
    let decided = view.reasons.iter().find(|row| row.reason == "appointment").expect("a reason");
    let page = reasons(&setting.services, &console).await.expect("a page");
    let line = page.rows.iter().find(|line| line.reason == "appointment").expect("a line");
    for found in [decided.agrees.expect("a share") / decided.contacts as f64, line.agrees.expect("a share")] {
        assert!((found - agrees).abs() < 1e-9, "{found} against {agrees}");
    }
    let trusted = of(&setting, &console, opening(Open::ByReason)).await.opened.expect("a list").contacts;
    assert_eq!(trusted, view.totals.by_reason);
    let split: f64 = view.split.iter().map(|row| row.contacts).sum();
    assert!((split - view.totals.contacts as f64).abs() < 1e-6, "{split}");
    let opened =
        of(&setting, &console, opening(Open::Reason("appointment".into()))).await.opened.expect("a list");
    for contact in opened.rows.iter().filter(|contact| contact.by_reason) {
        let [(name, _, part)] = contact.shares.as_slice() else { panic!("{contact:?}") };
        assert!(name.starts_with("Technician visit") && *part == 1.0, "{contact:?}");
    }
    assert!(opened.rows.iter().all(|contact| contact.by_reason || contact.by_case));
    assert!(opened.rows.iter().all(|contact| contact.text.is_some()), "what was said is shown");

    // Whose a reason is, its owner says, and nobody else.
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    assert_eq!(code(stands_for(&setting, &billing, "appointment", "Invoice").await), "forbidden");
    assert_eq!(code(stands_for(&setting, &billing, "move", "Technician visit").await), "forbidden");
    // What decides would open contacts to whoever claims it: nobody claims that for oneself.
    assert_eq!(code(stands_for(&setting, &billing, "move", "Invoice").await), "forbidden");
    rule_of(&setting, "contact_centre", |form| form.trusted = String::new()).await;
    stands_for(&setting, &billing, "move", "Invoice").await.expect("an own touchpoint");
    // A touchpoint that goes and comes back takes its reasons along.
    let invoice = async || {
        let grid = inventory::grid(&setting.services, &billing, "", "").await.expect("the grid");
        grid.rows.into_iter().find(|row| row.name == "Invoice")
    };
    let of_move = async || {
        let known = reasons(&setting.services, &billing).await.expect("a page");
        known.rows.into_iter().find(|row| row.reason == "move").expect("a reason").touchpoint
    };
    let own = invoice().await.expect("a row");
    inventory::delete_touchpoint(&setting.services, &billing, &own.id, own.version).await.expect("removed");
    assert_eq!(of_move().await, None);
    inventory::undo(&setting.services, &billing).await.expect("undone");
    assert_eq!(of_move().await.as_deref(), Some("Invoice"));
    let executive = setting.actor(Role::Executive, "").await;
    assert_eq!(code(stands_for(&setting, &executive, "other", "Invoice").await), "forbidden");
    let stale = ReasonInput { reason: "appointment".into(), ..ReasonInput::default() };
    assert_eq!(code(save_reason(&setting.services, &console, stale).await), "stale");
    assert_eq!(
        code(
            save_reason(
                &setting.services,
                &console,
                ReasonInput { reason: "made up".into(), ..ReasonInput::default() }
            )
            .await
        ),
        "not_found"
    );
}

#[tokio::test]
async fn contacts_with_an_open_case_and_visits_without_one_are_counted() {
    let setting = setting_at(AFTER).await;
    let console = Actor::console();
    let inventory = "touchpoint,stage,channel,department,delivery,started_by,contact,cost_per_contact,source,match,activity,condition,experience,emotion,failure\n\
        Help page,,Web,Digital,,customer,no,,log,exact,look,,,,\n\
        Call,,Phone,Contact centre,,customer,yes,5,log,exact,call,,,,\n";
    inventory::import_csv(&setting.services, &console, inventory).await.expect("an inventory");
    // One opens a case on the 1st, calls on the 3rd, closes on the 5th, calls on the 7th; the other looks twice at once, and
    // calls two days later; a last event leaves room for the day after.
    let log = "who,when,what\n\
        a,2026-03-01 00:00,open\na,2026-03-03 00:00,call\na,2026-03-05 00:00,close\na,2026-03-07 00:00,call\n\
        b,2026-03-01 00:00,look\nb,2026-03-01 00:10,look\nb,2026-03-03 00:00,call\nb,2026-03-06 00:00,look\nb,2026-03-06 12:00,call\n\
        a,2026-03-11 00:00,end\nb,2026-03-11 00:00,end\n";
    setting.import("log", log, "customer=who,time=when,activity=what").await.expect("imported");
    let query = || DriversQuery { window: 1, ..DriversQuery::default() };
    assert_eq!(of(&setting, &console, query()).await.totals.open, None);
    rule_of(&setting, "log", |form| {
        form.opens = vec!["open".into()];
        form.closes = vec!["close".into()];
    })
    .await;
    let view = of(&setting, &console, query()).await;
    let open = view.totals.open.expect("a rule says so");
    assert_eq!((view.totals.contacts, open.contacts), (4, 1));
    // Four of twice ten days.
    assert!((open.of_time - 4.0 / 20.0).abs() < 1e-6, "{}", open.of_time);
    let opened =
        of(&setting, &console, DriversQuery { open: Some(Open::All), ..query() }).await.opened.expect("a list");
    assert_eq!(opened.rows.iter().filter(|contact| contact.open).count(), 1);
    let with_open = DriversQuery { open: Some(Open::OpenCase), ..query() };
    assert_eq!(of(&setting, &console, with_open).await.opened.expect("a list").contacts, 1);
    // Every link of the flow says as much as its panel does.
    let flow =
        ExploreQuery { by: Level::Activity, keep_repeats: true, open_cases: true, ..ExploreQuery::default() };
    let drawn =
        explore(&setting.services, &console, flow.clone()).await.expect("a flow").sankey.expect("drawn");
    assert!(drawn.links.iter().any(|link| link.open.is_some_and(|open| open > 0 && open <= link.journeys)));
    for link in &drawn.links {
        let (select, select_to) = (Some(link.source.clone()), Some(link.target.clone()));
        let selected = ExploreQuery { select, select_to, ..flow.clone() };
        let behind =
            explore(&setting.services, &console, selected).await.expect("a flow").selected.expect("a panel");
        let share = link.open.map(|open| open as f64 / link.journeys as f64);
        assert_eq!(behind.open_share, share, "{link:?}");
    }
    // Two visits: after one nobody called within the day, after the other somebody did.
    let visits: Vec<(&str, u64, u64)> =
        view.self_service.iter().map(|row| (row.name.as_str(), row.visits, row.contained)).collect();
    assert_eq!(visits, [("Help page", 2, 1)]);
    // What opens and closes at once is refused, and so is what the log does not know.
    for (opens, closes, refusal) in
        [(vec!["open"], vec!["open"], "opens_and_closes"), (vec!["nothing"], vec![], "unknown_activity")]
    {
        let rules = sources::log_rules(&setting.services, &console).await.expect("a page");
        let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        let form = LogRuleInput {
            id: rules.rows[0].id.clone(),
            version: rules.rows[0].version,
            opens: own(opens),
            closes: own(closes),
            ..LogRuleInput::default()
        };
        assert_eq!(code(sources::save_log_rule(&setting.services, &console, form).await), refusal);
    }
    // A language of the list is kept, any other refused.
    rule_of(&setting, "log", |form| form.language = "de".into()).await;
    let rules = sources::log_rules(&setting.services, &console).await.expect("a page");
    assert_eq!(rules.rows[0].language, "de");
    let LogRuleRow { id, version, .. } = rules.rows[0].clone();
    let form = LogRuleInput { id, version, language: "xx".into(), ..LogRuleInput::default() };
    assert_eq!(code(sources::save_log_rule(&setting.services, &console, form).await), "bad_value");
    let head = setting.actor(Role::DepartmentHead, "Digital").await;
    let form = LogRuleInput::default();
    assert_eq!(code(sources::save_log_rule(&setting.services, &head, form).await), "not_found");
    assert_eq!(code(sources::log_rules(&setting.services, &head).await), "not_found");
}

const FEW: &str = "touchpoint,stage,channel,department,delivery,started_by,contact,cost_per_contact,source,match,activity,condition,experience,emotion,failure\n\
    Call,Get help,Phone,Care,in_house,customer,yes,5,log,exact,call,,,,\n\
    Chat,Get help,Chat,Digital,in_house,customer,yes,3,log,exact,chat,,,,\n\
    Page,Use,Web,Web shop,in_house,customer,no,,log,exact,look,,,,\n";

#[tokio::test]
async fn one_customer_or_one_instant_makes_no_figure_that_is_none() {
    let of_one: String = (1..28)
        .map(|day| format!("a,2026-03-{day:02} 08:00,look\na,2026-03-{day:02} 0{}:30,call\n", 8 + day % 2))
        .collect();
    let at_once: String =
        (0..40).map(|at| format!("c{at},2026-03-01 08:00,{}\n", ["look", "call"][at % 2])).collect();
    // An event long after leaves time to compare with.
    let later = "z,2026-06-01 08:00,look\n";
    for rows in [of_one.clone(), at_once.clone(), format!("{of_one}{later}"), format!("{at_once}{later}")] {
        let setting = setting_at(AFTER).await;
        let console = Actor::console();
        inventory::import_csv(&setting.services, &console, FEW).await.expect("an inventory");
        let log = format!("who,when,what\n{rows}");
        setting.import("log", &log, "customer=who,time=when,activity=what").await.expect("imported");
        for query in [
            DriversQuery { window: 1, ..DriversQuery::default() },
            DriversQuery { outcome: Some("Page".into()), window: 1, ..DriversQuery::default() },
            DriversQuery { channel: Some("Phone".into()), window: 1, ..DriversQuery::default() },
        ] {
            let outcome = query.outcome.clone().unwrap_or_else(|| "Call".to_owned());
            let view = of(&setting, &console, query).await;
            let text = format!("{:?}", (&view.totals, &view.drivers, &view.others, &view.split, &view.weeks));
            assert!(!["NaN", " inf", "-inf"].iter().any(|none| text.contains(none)), "{text}");
            if view.hint.is_none() {
                let split: f64 = view.split.iter().map(|row| row.contacts).sum();
                assert!((split - view.totals.contacts as f64).abs() < 1e-6);
                assert!(view.drivers.iter().chain(&view.others).all(|row| row.touchpoint != outcome));
            }
        }
    }
}

#[tokio::test]
async fn repeats_are_counted_against_all_contacts_and_across_the_edge_of_the_period() {
    let setting = setting_at(AFTER).await;
    let console = Actor::console();
    inventory::import_csv(&setting.services, &console, FEW).await.expect("an inventory");
    // a calls, chats three days later, and calls again after ten; b calls twice within a week.
    let log = "who,when,what,why\n\
        a,2026-03-01 08:00,look,\na,2026-03-02 08:00,call,bill\na,2026-03-05 08:00,chat,bill\na,2026-03-15 08:00,call,move\n\
        b,2026-03-01 08:00,look,\nb,2026-03-09 08:00,call,bill\nb,2026-03-14 08:00,call,move\n\
        z,2026-04-20 08:00,look,\n";
    setting.import("log", log, "customer=who,time=when,activity=what,reason=why").await.expect("imported");
    let totals = async |query: DriversQuery| {
        let totals = of(&setting, &console, DriversQuery { window: 2, ..query }).await.totals;
        (totals.contacts, totals.repeats, totals.repeats_same_reason, totals.start_over)
    };
    assert_eq!(totals(DriversQuery::default()).await, (5, 2, 1, 1));
    // The call before the period's first day is the one that these come after.
    let from = DriversQuery { from: Some("2026-03-04".into()), ..DriversQuery::default() };
    assert_eq!(totals(from).await, (4, 2, 1, 1));
    // Asked of one channel, it is still a repeat of a contact in another.
    let chat = DriversQuery { channel: Some("Chat".into()), ..DriversQuery::default() };
    assert_eq!(totals(chat).await, (1, 1, 1, 1));
    // Contacts of another channel cause none: they are contacts themselves.
    let phone = DriversQuery { channel: Some("Phone".into()), window: 2, ..DriversQuery::default() };
    let view = of(&setting, &console, phone).await;
    assert!(view.drivers.iter().chain(&view.others).all(|row| row.touchpoint != "Chat"));
}
