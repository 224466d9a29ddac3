//! Exploring: segments, display rules, comparisons and the map, and that their figures open.

use contract::inventory::NamedKind;
use contract::journeys::{
    Attribute, Condition, ExploreQuery, Form, Is, Level, Rule, Segment, Shown, StepFilter, What,
};
use contract::people::Role;
use services::inventory::add_name;
use services::journeys::{self, saved};
use services::{Actor, ServiceError};

use crate::setting::{Setting, code, setting};

const LOG: &str = "who,when,what,plan\n\
    a,2026-01-01T10:00:00Z,Look up,gold\n\
    a,2026-01-01T12:00:00Z,Call,gold\n\
    b,2026-01-01T10:00:00Z,Look up,silver\n\
    b,2026-01-03T12:00:00Z,Call,silver\n\
    c,2026-01-01T10:00:00Z,Look up,gold\n\
    c,2026-01-01T11:00:00Z,App,gold\n\
    c,2026-01-01T12:00:00Z,Call,gold\n\
    d,2026-02-01T10:00:00Z,App,silver\n";

async fn imported() -> Setting {
    let setting = setting().await;
    let console = Actor::console();
    let added = add_name(&setting.services, &console, NamedKind::Department, "Billing", "").await;
    added.expect("a department");
    setting.import("web", LOG, "customer=who,time=when,activity=what,plan=plan").await.expect("imported");
    setting
}

fn by_activity() -> ExploreQuery {
    ExploreQuery { by: Level::Activity, ..ExploreQuery::default() }
}

fn node(label: &str) -> What {
    What { node: Some((Level::Activity, label.into())), attribute: None }
}

fn plan(is: Is, value: &str) -> Option<Attribute> {
    Some(Attribute { name: "plan".into(), is, value: value.into() })
}

async fn customers(setting: &Setting, query: ExploreQuery) -> Result<u64, ServiceError> {
    Ok(journeys::explore(&setting.services, &Actor::console(), query).await?.customers)
}

#[tokio::test]
async fn conditions_choose_journeys() {
    let setting = imported().await;
    let of = |conditions: Vec<Condition>| ExploreQuery {
        filter: Segment { conditions, ..Segment::default() },
        ..by_activity()
    };
    let called = |within: &str| Condition::Then {
        first: node("Look up"),
        then: node("Call"),
        within: Some(within.into()),
    };
    assert_eq!(customers(&setting, of(vec![called("24h")])).await.expect("figures"), 2);
    assert_eq!(customers(&setting, of(vec![called("7d")])).await.expect("figures"), 3);
    let never = Condition::Never { what: node("App") };
    assert_eq!(customers(&setting, of(vec![called("24h"), never])).await.expect("figures"), 1);
    let gold = What { node: None, attribute: plan(Is::Equal, "gold") };
    assert_eq!(
        customers(&setting, of(vec![Condition::Passed { what: gold, times: 1 }])).await.expect("figures"),
        2
    );
    let gold_call = What { attribute: plan(Is::Equal, "gold"), ..node("Call") };
    assert_eq!(customers(&setting, of(vec![Condition::Ends { what: gold_call }])).await.expect("figures"), 2);
    let unknown = of(vec![Condition::Never { what: node("Fax") }]);
    assert_eq!(code(customers(&setting, unknown).await), "unknown_node");
    let unknown =
        What { node: None, attribute: Some(Attribute { name: "colour".into(), ..Attribute::default() }) };
    assert_eq!(
        code(customers(&setting, of(vec![Condition::Never { what: unknown }])).await),
        "unknown_attribute"
    );
}

#[tokio::test]
async fn a_saved_segment_is_used_changed_and_guarded() {
    let setting = imported().await;
    let manager = setting.actor(Role::CxManager, "").await;
    let definition = |label: &str| {
        let conditions = vec![Condition::Passed { what: node(label), times: 1 }];
        Segment { conditions, ..Segment::default() }.text()
    };
    let id = saved::save_segment(&setting.services, &manager, "", 0, "Callers", &definition("Call"))
        .await
        .expect("saved");
    let again = saved::save_segment(&setting.services, &manager, "", 0, "Callers", &definition("App")).await;
    assert_eq!(code(again), "name_taken");
    let asked = ExploreQuery { segment: Some("Callers".into()), ..by_activity() };
    assert_eq!(customers(&setting, asked.clone()).await.expect("figures"), 3);
    saved::save_segment(&setting.services, &manager, &id, 1, "Callers", &definition("App"))
        .await
        .expect("changed");
    assert_eq!(customers(&setting, asked.clone()).await.expect("figures"), 2);
    let stale = saved::save_segment(&setting.services, &manager, &id, 1, "Callers", &definition("Call")).await;
    assert_eq!(code(stale), "stale");
    // Someone else's segment is theirs, and an executive has no part in journeys at all.
    let head = setting.actor(Role::DepartmentHead, "Billing").await;
    assert_eq!(code(saved::delete_segment(&setting.services, &head, &id, 2).await), "forbidden");
    let executive = setting.actor(Role::Executive, "").await;
    assert_eq!(code(saved::segments(&setting.services, &executive).await), "not_found");
    saved::delete_segment(&setting.services, &manager, &id, 2).await.expect("removed");
    assert_eq!(code(customers(&setting, asked).await), "unknown_segment");
}

#[tokio::test]
async fn a_figure_becomes_a_segment_and_never_asks_for_itself() {
    let setting = imported().await;
    let manager = setting.actor(Role::CxManager, "").await;
    let figure = ExploreQuery { select: Some("1/n/Look up".into()), ..by_activity() };
    let behind = |question: String| {
        Segment { conditions: vec![Condition::Behind { question }], ..Segment::default() }.text()
    };
    saved::save_segment(&setting.services, &manager, "", 0, "Lookers", &behind(figure.to_search()))
        .await
        .expect("saved");
    let asked = ExploreQuery { segment: Some("Lookers".into()), ..by_activity() };
    assert_eq!(customers(&setting, asked).await.expect("figures"), 3);
    let own = ExploreQuery { segment: Some("Circle".into()), ..figure };
    saved::save_segment(&setting.services, &manager, "", 0, "Circle", &behind(own.to_search()))
        .await
        .expect("saved");
    let circle = ExploreQuery { segment: Some("Circle".into()), ..by_activity() };
    assert_eq!(code(customers(&setting, circle).await), "segment_too_deep");
}

#[tokio::test]
async fn nodes_are_hidden_named_and_grouped_in_the_question() {
    let setting = imported().await;
    let actor = Actor::console();
    let labels = |query: ExploreQuery| async {
        let view = journeys::transitions(&setting.services, &actor, query).await.expect("figures");
        let mut pairs: Vec<String> =
            view.transitions.iter().map(|one| format!("{}>{}:{}", one.from, one.to, one.count)).collect();
        pairs.sort();
        (view.journeys, pairs)
    };
    let hidden = ExploreQuery { rules: vec![Rule::Hide { node: "App".into() }], ..by_activity() };
    assert_eq!(labels(hidden).await, (3, vec!["Look up>Call:3".into()]));
    let grouped = Rule::Call { nodes: vec!["App".into(), "Look up".into()], name: "Self-service".into() };
    let grouped = ExploreQuery { rules: vec![grouped], ..by_activity() };
    assert_eq!(labels(grouped).await, (4, vec!["Self-service>Call:3".into()]));
    let filter = StepFilter { step: 2, node: "App".into(), there: false };
    let filtered = ExploreQuery { step_filters: vec![filter], ..by_activity() };
    let view = journeys::explore(&setting.services, &actor, filtered).await.expect("figures");
    assert_eq!(view.sankey.expect("a flow").journeys, 3);
}

#[tokio::test]
async fn two_periods_are_compared_and_each_side_opens() {
    let setting = imported().await;
    let query = ExploreQuery {
        form: Form::Compare,
        from: Some("2026-01-01".into()),
        to: Some("2026-01-31".into()),
        against_from: Some("2026-02-01".into()),
        against_to: Some("2026-02-28".into()),
        beside: true,
        ..by_activity()
    };
    let actor = Actor::console();
    let view = journeys::explore(&setting.services, &actor, query.clone()).await.expect("figures");
    let Shown::Compare(compare) = view.shown else { panic!("no comparison") };
    assert_eq!((compare.first.journeys, compare.second.journeys, compare.shared_customers), (3, 1, 0));
    let sides = compare.sides.clone().expect("both flows");
    assert_eq!((sides.0.customers, sides.1.customers), (3, 1));
    for node in &compare.nodes {
        for (side, shown) in [("first", node.first), ("second", node.second)] {
            let select = Some(format!("{side}/{}", node.id));
            let asked = ExploreQuery { select, beside: false, ..query.clone() };
            let opened = journeys::explore(&setting.services, &actor, asked).await.expect("figures").opened;
            assert_eq!(opened.expect("opened").journeys, shown, "{side} {}", node.id);
        }
    }
    let alone = ExploreQuery { against_from: None, against_to: None, ..query };
    let hint = journeys::explore(&setting.services, &actor, alone).await.expect("a hint").hint;
    assert_eq!(hint.expect("a hint").code, "no_other");
}

#[tokio::test]
async fn the_map_and_the_transitions_say_the_same() {
    let setting = imported().await;
    let actor = Actor::console();
    let query = ExploreQuery { form: Form::Map, share: 100, ..by_activity() };
    let view = journeys::explore(&setting.services, &actor, query.clone()).await.expect("figures");
    let Shown::Map(map) = view.shown else { panic!("no map") };
    let all = journeys::transitions(&setting.services, &actor, by_activity()).await.expect("figures");
    assert_eq!(map.shown, all.transitions.iter().map(|one| one.count).sum::<u64>());
    assert_eq!(map.arrows.len(), all.transitions.len());
    for arrow in &map.arrows {
        let (from, to) = (&map.nodes[arrow.from as usize].label, &map.nodes[arrow.to as usize].label);
        let asked =
            ExploreQuery { select: Some(format!("from/{from}")), select_to: Some(to.clone()), ..query.clone() };
        let opened = journeys::explore(&setting.services, &actor, asked).await.expect("figures").opened;
        assert_eq!(opened.expect("opened").journeys, arrow.count);
    }
}

#[tokio::test]
async fn a_shared_view_is_seen_by_others_and_removed_by_its_owner_alone() {
    let setting = imported().await;
    let manager = setting.actor(Role::CxManager, "").await;
    let head = setting.actor(Role::DepartmentHead, "Billing").await;
    let search =
        saved::save_view(&setting.services, &manager, "Mine", "?by=channel&select=1%2Fn%2FX", true).await;
    assert_eq!(search.expect("saved"), "?by=channel");
    saved::save_view(&setting.services, &manager, "Private", "?by=stage", false).await.expect("saved");
    assert_eq!(
        code(saved::save_view(&setting.services, &manager, "Bad", "?colour=red", false).await),
        "unknown_filter"
    );
    let view = journeys::explore(&setting.services, &head, ExploreQuery::default()).await.expect("figures");
    assert_eq!(
        view.views.iter().map(|one| (one.name.as_str(), one.mine)).collect::<Vec<_>>(),
        [("Mine", false)]
    );
    let id = view.views[0].id.clone();
    assert_eq!(code(saved::delete_view(&setting.services, &head, &id, 1).await), "forbidden");
    saved::delete_view(&setting.services, &manager, &id, 1).await.expect("removed");
}

#[tokio::test]
async fn values_are_compared_and_what_is_hidden_decides_nothing() {
    let setting = imported().await;
    let of = |conditions: Vec<Condition>| ExploreQuery {
        filter: Segment { conditions, ..Segment::default() },
        ..by_activity()
    };
    let passed = |attribute: Option<Attribute>| {
        of(vec![Condition::Passed { what: What { node: None, attribute }, times: 1 }])
    };
    let all = customers(&setting, by_activity()).await.expect("figures");
    let gold = customers(&setting, passed(plan(Is::Equal, "gold"))).await.expect("figures");
    // Who has the value, and who has another: an event without any has neither.
    let other = customers(&setting, passed(plan(Is::NotEqual, "gold"))).await.expect("figures");
    assert!(gold > 0 && other > 0 && gold.max(other) <= all, "{gold} {other} {all}");
    assert_eq!(code(customers(&setting, passed(plan(Is::Contains, ""))).await), "bad_value");
    assert_eq!(customers(&setting, passed(plan(Is::Contains, "OL"))).await.expect("figures"), gold);
    assert_eq!(customers(&setting, passed(plan(Is::AtLeast, "1"))).await.expect("figures"), 0);
    let latest = Condition::Latest { what: What { node: None, attribute: plan(Is::Equal, "gold") } };
    assert!(customers(&setting, of(vec![latest])).await.expect("figures") <= gold);

    // A rule of display changes no answer to "who".
    let never = of(vec![Condition::Never { what: node("App") }]);
    let before = customers(&setting, never.clone()).await.expect("figures");
    let hide = Rule::Hide { node: "App".into() };
    let hidden = ExploreQuery { rules: vec![hide], ..never };
    assert_eq!(customers(&setting, hidden).await.expect("figures"), before);
    assert!(before < all);
}

#[tokio::test]
async fn a_list_of_customers_is_as_long_as_its_figure_says() {
    let setting = imported().await;
    let query = ExploreQuery { form: Form::Transitions, select: Some("start/Look up".into()), ..by_activity() };
    let console = Actor::console();
    let view = journeys::explore(&setting.services, &console, query.clone()).await.expect("figures");
    let opened = view.opened.expect("a list").journeys;
    let list = journeys::customers(&setting.services, &console, query.clone()).await.expect("a list");
    assert!(opened > 0);
    assert_eq!(list.len() as u64, opened);
    let manager = setting.actor(Role::CxManager, "").await;
    assert_eq!(code(journeys::customers(&setting.services, &manager, query).await), "ok");
}
