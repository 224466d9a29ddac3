//! The inventory decides what journeys show, and its owners decide about the inventory.

use contract::inventory::RuleInput;
use contract::journeys::{ExploreQuery, NodeKind};
use contract::people::Role;
use services::{Actor, inventory, journeys};

use crate::setting::{Setting, code, setting};

const LOG: &str = "who,when,what,tone\n\
    a,2026-01-01T10:00:00Z,Bill,high\n\
    a,2026-01-02T10:00:00Z,Call,\n\
    b,2026-01-01T10:00:00Z,Bill,low\n\
    c,2026-01-01T10:00:00Z,Walk,\n";

const INVENTORY: &str = "touchpoint,department,source,match,activity,condition,experience,emotion,failure\n\
    Invoice,Billing,web,exact,Bill,tone=high,Too high,-2,yes\n\
    Invoice,,web,exact,Bill,,,,\n\
    Call,Contact centre,,prefix,Ca,,,,\n";

async fn mapped() -> Setting {
    let setting = setting().await;
    setting.import("web", LOG, "customer=who,time=when,activity=what,tone=tone").await.expect("imported");
    inventory::import_csv(&setting.services, &Actor::console(), INVENTORY).await.expect("imported");
    setting
}

async fn labels(setting: &Setting, actor: &Actor, query: ExploreQuery) -> Vec<(i32, String, u64)> {
    let view = journeys::sankey(&setting.services, actor, query).await.expect("a diagram");
    let nodes = view.nodes.into_iter().filter(|node| node.kind == NodeKind::Node);
    nodes.map(|node| (node.step, node.label, node.journeys)).collect()
}

#[tokio::test]
async fn rules_apply_when_reading_and_the_first_wins() {
    let setting = mapped().await;
    let console = Actor::console();
    let by = |by| ExploreQuery { by, ..ExploreQuery::default() };
    let touchpoints = labels(&setting, &console, by(contract::journeys::Level::Touchpoint)).await;
    assert_eq!(touchpoints, [(1, "Invoice".into(), 2), (1, "Unmapped: Walk".into(), 1), (2, "Call".into(), 1)]);
    let experiences = labels(&setting, &console, by(contract::journeys::Level::Experience)).await;
    assert_eq!(
        experiences,
        [
            (1, "Invoice".into(), 1),
            (1, "Invoice: Too high".into(), 1),
            (1, "Unmapped: Walk".into(), 1),
            (2, "Call".into(), 1)
        ]
    );
    // One more rule, and the next view shows it.
    let view = inventory::grid(&setting.services, &console, "", "").await.expect("the inventory");
    let call = view.rows.iter().find(|one| one.name == "Call").expect("there").id.clone();
    let rule = RuleInput {
        touchpoint_id: call,
        matching: "regex".into(),
        activity: "^W.*k$".into(),
        ..RuleInput::default()
    };
    inventory::save_rule(&setting.services, &console, rule).await.expect("saved");
    let touchpoints = labels(&setting, &console, by(contract::journeys::Level::Touchpoint)).await;
    assert_eq!(touchpoints, [(1, "Invoice".into(), 2), (1, "Call".into(), 1), (2, "Call".into(), 1)]);
}

#[tokio::test]
async fn export_and_import_change_nothing() {
    let setting = mapped().await;
    let console = Actor::console();
    let text = inventory::export_csv(&setting.services, &console).await.expect("exported");
    let done = inventory::import_csv(&setting.services, &console, &text).await.expect("imported");
    assert!(done.touchpoints_created.is_empty() && done.touchpoints_changed.is_empty(), "{done:?}");
    assert_eq!((done.rules_created, done.rules_unchanged, done.experiences_created), (0, 3, 0));
    assert_eq!(inventory::export_csv(&setting.services, &console).await.expect("exported"), text);
}

#[tokio::test]
async fn a_bad_cell_changes_nothing_and_is_named() {
    let setting = setting().await;
    let console = Actor::console();
    let bad = "touchpoint,department,match,activity\nGood,Sales,exact,A\nBad,Sales,regex,([\n";
    let error = inventory::import_csv(&setting.services, &console, bad).await.expect_err("refused").into_user();
    assert_eq!((error.code.as_str(), error.place.as_deref()), ("bad_row", Some("line 3, column activity")));
    assert!(inventory::grid(&setting.services, &console, "", "").await.expect("read").rows.is_empty());
}

#[tokio::test]
async fn departments_change_their_own_and_see_journeys_that_touch_them() {
    let setting = mapped().await;
    let head = setting.actor(Role::DepartmentHead, "Contact centre").await;
    let view = inventory::grid(&setting.services, &head, "", "").await.expect("the inventory");
    let id = |name: &str| view.rows.iter().find(|one| one.name == name).expect("there").id.clone();
    let rule = |touchpoint_id| RuleInput {
        touchpoint_id,
        matching: "exact".into(),
        activity: "Walk".into(),
        ..RuleInput::default()
    };
    assert_eq!(code(inventory::save_rule(&setting.services, &head, rule(id("Invoice"))).await), "forbidden");
    let all = ExploreQuery::default();
    // Only customer a ever called.
    assert_eq!(labels(&setting, &head, all.clone()).await, [(1, "Invoice".into(), 1), (2, "Call".into(), 1)]);
    assert_eq!(code(inventory::save_rule(&setting.services, &head, rule(id("Call"))).await), "ok");
    assert_eq!(
        code(inventory::delete_touchpoint(&setting.services, &head, &id("Invoice"), 1).await),
        "forbidden"
    );
    assert_eq!(code(inventory::delete_touchpoint(&setting.services, &head, &id("Call"), 7).await), "stale");
    // A pattern could take everybody's events.
    let all_events = RuleInput { matching: "regex".into(), activity: ".*".into(), ..rule(id("Call")) };
    assert_eq!(code(inventory::save_rule(&setting.services, &head, all_events).await), "exact_only");
    let console = Actor::console();
    let everyone = journeys::explore(
        &setting.services,
        &console,
        ExploreQuery { select: Some("1/n/Invoice".into()), ..all.clone() },
    )
    .await;
    let customers = everyone.expect("a view").selected.expect("selected").customers;
    assert_eq!(customers.len(), 2);
    let mut seen = 0;
    for customer in customers {
        let found = journeys::customer(&setting.services, &head, customer.id).await;
        match code(found).as_str() {
            "ok" => seen += 1,
            other => assert_eq!(other, "not_found"),
        }
    }
    assert_eq!(seen, 1, "only the customer who called is in the department's scope");
    for role in [Role::Executive, Role::Admin] {
        let actor = setting.actor(role, "").await;
        assert_eq!(code(journeys::explore(&setting.services, &actor, all.clone()).await), "not_found");
        assert_eq!(code(inventory::save_rule(&setting.services, &actor, rule(id("Call"))).await), "forbidden");
    }
}

#[tokio::test]
async fn files_are_for_those_who_may_take_them_away() {
    let setting = mapped().await;
    for (role, department, allowed) in [
        (Role::CxManager, "", true),
        (Role::DepartmentHead, "Contact centre", true),
        (Role::FrontLine, "Contact centre", false),
        (Role::Executive, "", false),
        (Role::Admin, "", false),
    ] {
        let actor = setting.actor(role, department).await;
        let expected = if allowed { "ok" } else { "not_found" };
        assert_eq!(code(inventory::export_csv(&setting.services, &actor).await), expected, "{role:?}");
        let query = ExploreQuery::default();
        assert_eq!(
            code(journeys::sankey(&setting.services, &actor, query.clone()).await),
            expected,
            "{role:?}"
        );
        assert_eq!(code(journeys::picture(&setting.services, &actor, query).await), expected, "{role:?}");
    }
}

#[tokio::test]
async fn a_question_has_bounds_however_it_comes() {
    let setting = mapped().await;
    let console = Actor::console();
    for query in [
        ExploreQuery { top: u32::MAX, ..ExploreQuery::default() },
        ExploreQuery { steps: 31, ..ExploreQuery::default() },
        ExploreQuery { opened: vec![(1, 501)], ..ExploreQuery::default() },
    ] {
        assert_eq!(code(journeys::explore(&setting.services, &console, query).await), "out_of_range");
    }
}

#[tokio::test]
async fn names_that_look_like_formulas_come_back() {
    let setting = setting().await;
    let console = Actor::console();
    let text = "touchpoint,match,activity\n''=sum,exact,A\n'-1+2,exact,B\n";
    inventory::import_csv(&setting.services, &console, text).await.expect("imported");
    let out = inventory::export_csv(&setting.services, &console).await.expect("exported");
    let again = inventory::import_csv(&setting.services, &console, &out).await.expect("imported");
    assert_eq!((again.touchpoints_created.len(), again.rules_created), (0, 0), "{out}");
}
