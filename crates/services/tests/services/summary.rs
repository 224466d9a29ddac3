//! The summary, trends and workbooks: every figure is the one of the page that it comes from.

use contract::drivers::DriversQuery;
use contract::people::Role;
use contract::reviews::ActionInput;
use contract::summary::{Figure, SummaryQuery};
use contract::table::Cell;
use contract::trends::Of;
use services::summary::summary;
use services::trends::trends;
use services::{Actor, drivers};

use crate::drivers::demo_company;
use crate::setting::{code, setting};

#[tokio::test]
async fn its_figures_are_those_of_the_reports() {
    let (setting, _) = demo_company(|_| true).await;
    let console = Actor::console();
    let view = summary(&setting.services, &console, SummaryQuery::default()).await.expect("a page");
    // The later half of all whole weeks, from a Monday to a Sunday, and the earlier half before.
    assert_eq!((view.period.from.as_str(), view.period.to.as_str()), ("2026-04-06", "2026-06-28"));
    assert_eq!(view.before, Some(("2026-01-12".into(), "2026-04-05".into())));
    let report = async |from: &str, to: &str| {
        let query = DriversQuery { from: Some(from.into()), to: Some(to.into()), ..DriversQuery::default() };
        drivers::report(&setting.services, &console, query).await.expect("a report")
    };
    let of = report("2026-04-06", "2026-06-28").await;
    let figure = |name: &str| view.headlines.iter().find(|one| one.name == name).expect("a headline").figure;
    assert_eq!(figure("Cost of contacts that others cause"), Figure::Money(of.totals.elsewhere_cost));
    let solved = 1.0 - of.totals.repeats as f64 / of.totals.contacts as f64;
    assert!(figure("Solved at first contact").value().is_some_and(|share| (share - solved).abs() < 1e-12));
    assert_eq!(figure("Failure demand"), Figure::Unknown, "no reason is marked");
    // Visits on time keep a promise, the others break one, and prices that differ do.
    assert!(figure("Promises kept").value().is_some_and(|share| (0.0..1.0).contains(&share)));
    // The cells and what nothing explains are all contacts.
    let cells = view.heat.cells.iter().flatten();
    let (contacts, cost) = cells.fold(view.heat.unexplained, |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
    assert!((contacts - of.totals.contacts as f64).abs() < 0.5 * 49.0, "{contacts}");
    assert!((cost - of.totals.cost).abs() < 0.01 * of.totals.cost, "{cost} of {}", of.totals.cost);
    let mut costs: Vec<(String, f64)> = of.drivers.iter().map(|row| (row.name.clone(), row.cost)).collect();
    costs.sort_by(|a, b| b.1.total_cmp(&a.1));
    costs.truncate(5);
    let found: Vec<(String, f64)> = view.drivers.iter().map(|row| (row.name.clone(), row.cost)).collect();
    assert_eq!(found, costs);
    assert!(!view.sentences.is_empty());
    // A shorter period has one before it, and its figures are that period's.
    let query = SummaryQuery { from: Some("2026-05-04".into()), to: Some("2026-05-31".into()), segment: None };
    let view = summary(&setting.services, &console, query).await.expect("a page");
    let (from, to) = view.before.clone().expect("data");
    assert_eq!((from.as_str(), to.as_str()), ("2026-04-06", "2026-05-03"));
    let earlier = report(&from, &to).await;
    let cost =
        view.headlines.iter().find(|one| one.name == "Cost of contacts that others cause").expect("a headline");
    assert_eq!(cost.before, Some(earlier.totals.elsewhere_cost));
}

#[tokio::test]
async fn who_may_not_open_a_driver_gets_no_way_to_it() {
    let (setting, _) = demo_company(|_| true).await;
    let executive = setting.actor(Role::Executive, "").await;
    let view = summary(&setting.services, &executive, SummaryQuery::default()).await.expect("a page");
    assert!(!view.drivers.is_empty() && view.drivers.iter().all(|driver| driver.path.is_none()));
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let view = summary(&setting.services, &billing, SummaryQuery::default()).await.expect("a page");
    assert_eq!(view.reports, ["Billing"]);
    for driver in &view.drivers {
        let owner = driver.department.map(|at| view.departments[at as usize].name.as_str());
        assert_eq!(driver.path.is_some(), owner == Some("Billing"), "{}", driver.name);
    }
    let admin = setting.actor(Role::Admin, "").await;
    assert_eq!(code(summary(&setting.services, &admin, SummaryQuery::default()).await), "not_found");
}

#[tokio::test]
async fn a_summary_of_nothing_says_so() {
    let setting = setting().await;
    let console = Actor::console();
    let view = summary(&setting.services, &console, SummaryQuery::default()).await.expect("a page");
    assert!(!view.any_events && view.headlines.is_empty());
    for (from, to) in [("yesterday", "2026-01-01"), ("2026-02-01", "2026-01-01")] {
        let query = SummaryQuery { from: Some(from.into()), to: Some(to.into()), segment: None };
        let refused = code(summary(&setting.services, &console, query).await);
        assert!(matches!(refused.as_str(), "bad_date" | "empty_period"), "{refused}");
    }
    let unknown = SummaryQuery::from_pairs([("colour", "red")]);
    assert_eq!(unknown.expect_err("refused").code, "unknown_filter");
}

#[tokio::test]
async fn trends_are_the_weeks_of_the_reports_and_a_planted_outage_shows() {
    let (setting, _) = demo_company(|_| true).await;
    let console = Actor::console();
    let view = trends(&setting.services, &console).await.expect("a page");
    let report = drivers::report(&setting.services, &console, DriversQuery::default()).await.expect("a report");
    let whole: u64 = report.weeks.iter().filter(|week| !week.partial).map(|week| week.contacts).sum();
    let sum = |of: Of| -> f64 { view.rows.iter().filter(|row| row.of == of).flat_map(|row| &row.values).sum() };
    assert_eq!(sum(Of::Contacts), whole as f64);
    // Every contact of the demo carries a reason.
    assert_eq!(sum(Of::Reason), whole as f64);
    assert!((view.weekdays.iter().sum::<f64>() - 7.0).abs() < 1e-9);
    assert!(view.rows.iter().all(|row| row.values.len() == view.weeks.len()));
    // The app failed from 10 April on for three days, and people called about it for two weeks.
    let outage = view.rows.iter().find(|row| row.name == "App: Outage").expect("a row");
    let days: Vec<&str> = outage.changes.iter().map(|change| change.day.as_str()).collect();
    assert!(days.iter().any(|day| ("2026-03-30".."2026-05-05").contains(day)), "{days:?}");
    // What coincides is said.
    let action = ActionInput {
        title: "Say sorry".into(),
        department: "Digital".into(),
        state: "started".into(),
        started: outage.changes[0].day.clone(),
        ..ActionInput::default()
    };
    services::reviews::save_action(&setting.services, &console, action).await.expect("saved");
    let view = trends(&setting.services, &console).await.expect("a page");
    let outage = view.rows.iter().find(|row| row.name == "App: Outage").expect("a row");
    assert_eq!(outage.changes[0].near, ["on the day that the action \u{201c}Say sorry\u{201d} began"]);

    // An executive reads the same figures, opens no contacts of single customers, and is told nothing of the logs.
    let executive = setting.actor(Role::Executive, "").await;
    let read = trends(&setting.services, &executive).await.expect("a page");
    assert_eq!(read.rows.len(), view.rows.len());
    let opens = |path: &Option<String>| path.as_deref().is_some_and(|path| path.starts_with("/drivers"));
    assert!(read.rows.iter().all(|row| !opens(&row.path)));
    let told = read.rows.iter().flat_map(|row| &row.changes).flat_map(|change| &change.near);
    assert!(told.into_iter().all(|words| !words.contains("the log ")));
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let own = trends(&setting.services, &billing).await.expect("a page");
    let named = |at: Option<u32>| at.map(|at| own.departments[at as usize].name.as_str());
    assert!(own.rows.iter().any(|row| row.of == Of::Touchpoint));
    assert!(
        own.rows
            .iter()
            .filter(|row| row.of == Of::Touchpoint)
            .all(|row| named(row.department) == Some("Billing"))
    );
    assert!(own.rows.iter().filter(|row| row.of == Of::Contacts).all(|row| row.path.is_none()));
}

#[tokio::test]
async fn a_workbook_holds_the_report_and_what_made_it() {
    let (setting, _) = demo_company(|_| true).await;
    let console = Actor::console();
    let query = || DriversQuery { window: 14, ..DriversQuery::default() };
    let report = drivers::report(&setting.services, &console, query()).await.expect("a report");
    let tables = drivers::tables(&setting.services, &console, query()).await.expect("tables");
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["Drivers", "Departments", "Weeks", "Reasons"]);
    assert!(tables.iter().all(|table| table.rows.iter().all(|row| row.len() == table.heads.len())));
    let symptoms: usize = report.drivers.iter().map(|row| row.symptoms.len()).sum();
    assert_eq!(tables[0].rows.len(), report.drivers.len() + symptoms + report.others.len());
    let number = |cell: &Cell| if let Cell::Number(value) = cell { *value } else { 0.0 };
    let split: f64 = tables[1].rows.iter().map(|row| number(&row[1])).sum();
    assert!((split - report.totals.contacts as f64).abs() < 1e-6, "{split}");
    assert!(tables[0].about.contains(&("Window".to_owned(), "14 days".to_owned())));
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let own = drivers::tables(&setting.services, &billing, query()).await.expect("tables");
    assert!(own.len() == 2 && own[0].rows.iter().all(|row| row[1] == Cell::text("Billing")));
    assert!(own[1].rows.iter().all(|row| row[0] == Cell::text("Billing")));
    // A department's own workbook: its drivers, where they land, and what others cause for it.
    let of_billing = DriversQuery { department: Some("Billing".into()), ..query() };
    let report = drivers::report(&setting.services, &billing, of_billing.clone()).await.expect("a report");
    let landed = report.own.expect("a department").lands;
    let tables = drivers::tables(&setting.services, &billing, of_billing).await.expect("tables");
    assert_eq!(
        tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(),
        ["Drivers", "Lands", "From others"]
    );
    assert_eq!(tables[1].rows.len(), landed.len());
    assert!(tables[0].about.contains(&("Department".to_owned(), "Billing".to_owned())));
    let of_sales = DriversQuery { department: Some("Sales".into()), ..query() };
    assert_eq!(code(drivers::tables(&setting.services, &billing, of_sales).await), "not_found");
    let front = setting.actor(Role::FrontLine, "Contact centre").await;
    assert_eq!(code(drivers::tables(&setting.services, &front, query()).await), "not_found");
}
