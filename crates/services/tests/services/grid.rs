//! The grid: nobody's edit is overwritten unseen, everything can be undone, and rights hold for every way to change
//! something.

use std::collections::BTreeMap;

use contract::inventory::{
    Column, Edited, ExperienceInput, GridRow, KpiInput, LinkInput, NamedKind, RowEdit, RuleInput,
    STARTER_INVENTORIES, TouchpointInput,
};
use contract::people::Role;
use services::inventory::Options;
use services::{Actor, inventory};

use crate::setting::{NOW, Setting, code, setting, setting_at};

const INVENTORY: &str = "touchpoint,stage,department,source,match,activity,condition,experience,emotion,failure\n\
    Invoice,Use,Billing,web,exact,Bill,tone=high,Too high,-2,yes\n\
    Invoice,,,web,exact,Bill,,,,\n\
    Reminder,Use,Billing,,,,,,,\n\
    Call,Get help,Contact centre,,prefix,Ca,,,,\n\
    Advert,,,,,,,,,\n";

const LOG: &str = "who,when,what,tone\n\
    a,2026-01-01T10:00:00Z,Bill,high\n\
    a,2026-01-02T10:00:00Z,Call,\n\
    b,2026-01-01T10:00:00Z,Bill,low\n\
    c,2026-01-01T10:00:00Z,Walk,\n";

async fn ready() -> Setting {
    let setting = setting().await;
    setting.import("web", LOG, "customer=who,time=when,activity=what,tone=tone").await.expect("imported");
    inventory::import_csv(&setting.services, &Actor::console(), INVENTORY).await.expect("imported");
    setting
}

async fn row(setting: &Setting, actor: &Actor, name: &str) -> GridRow {
    let view = inventory::grid(&setting.services, actor, "", "").await.expect("the grid");
    view.rows.into_iter().find(|row| row.name == name).expect("a row")
}

fn cell(row: &GridRow, column: Column, after: &str) -> Vec<RowEdit> {
    vec![RowEdit { id: row.id.clone(), cells: vec![(column, row.text(column), after.to_owned())] }]
}

async fn edit(setting: &Setting, actor: &Actor, edits: Vec<RowEdit>) -> Edited {
    inventory::edit(&setting.services, actor, edits, false).await.expect("answered")
}

#[tokio::test]
async fn a_cell_that_somebody_changed_meanwhile_is_not_overwritten() {
    let setting = ready().await;
    let (ann, bob) = (setting.actor(Role::CxManager, "").await, Actor::console());
    let seen = row(&setting, &ann, "Invoice").await;
    assert!(edit(&setting, &bob, cell(&seen, Column::Stage, "Get help")).await.applied);
    let refused = edit(&setting, &ann, cell(&seen, Column::Stage, "")).await;
    assert!(!refused.applied);
    let conflict = &refused.conflicts[0];
    assert_eq!(
        (conflict.before.as_str(), conflict.theirs.as_str(), conflict.yours.as_str()),
        ("Use", "Get help", "")
    );
    assert_eq!(conflict.by.as_ref().map(|(by, _)| by.as_str()), Some("Command line"));
    // Another cell of the same row is nobody's business.
    assert!(edit(&setting, &ann, cell(&seen, Column::Description, "What is owed")).await.applied);
    // Having seen theirs, mine may go over it.
    let now = row(&setting, &ann, "Invoice").await;
    assert_eq!((now.stage.as_str(), now.description.as_str()), ("Get help", "What is owed"));
    assert!(edit(&setting, &ann, cell(&now, Column::Stage, "")).await.applied);
}

#[tokio::test]
async fn one_bad_cell_holds_all_of_them_back() {
    let setting = ready().await;
    let console = Actor::console();
    let (invoice, call) = (row(&setting, &console, "Invoice").await, row(&setting, &console, "Call").await);
    let mut edits = cell(&invoice, Column::Description, "Fine");
    edits.extend(cell(&call, Column::Owner, "Nobody we know"));
    edits.push(RowEdit { id: "new-1".into(), cells: vec![(Column::Name, String::new(), "invoice".into())] });
    edits.push(RowEdit { id: "new-2".into(), cells: vec![(Column::Cost, String::new(), "6,50".into())] });
    let refused = edit(&setting, &console, edits).await;
    assert!(!refused.applied);
    let problems: Vec<(Column, &str)> =
        refused.problems.iter().map(|one| (one.column, one.message.as_str())).collect();
    assert_eq!(
        problems,
        [
            (Column::Owner, "There is no department \u{201c}Nobody we know\u{201d}."),
            (Column::Cost, "\u{201c}6,50\u{201d} is no amount."),
            (Column::Name, "There is a touchpoint \u{201c}invoice\u{201d} already."),
        ]
    );
    assert_eq!(row(&setting, &console, "Invoice").await.description, "");
}

#[tokio::test]
async fn steps_are_undone_and_done_again_unless_somebody_changed_it_since() {
    let setting = ready().await;
    let (ann, bob) = (setting.actor(Role::CxManager, "").await, Actor::console());
    let whole = inventory::export_csv(&setting.services, &bob).await.expect("exported");
    let seen = row(&setting, &ann, "Invoice").await;
    edit(&setting, &ann, cell(&seen, Column::Promise, "No surprise")).await;
    inventory::delete_touchpoint(&setting.services, &ann, &seen.id, seen.version + 1).await.expect("removed");
    let view = inventory::grid(&setting.services, &ann, "", "").await.expect("the grid");
    assert_eq!(view.history.undo.as_deref(), Some("Removing Invoice"));
    assert_eq!(view.rows.len(), 3);
    // The removal comes back with its experiences and rules, and so do the figures.
    inventory::undo(&setting.services, &ann).await.expect("undone");
    let view = inventory::grid(&setting.services, &ann, "", "").await.expect("the grid");
    let at = view.rows.iter().position(|row| row.name == "Invoice").expect("back");
    assert_eq!((view.rows[at].experiences, view.rows[at].rules), (1, 2));
    assert_eq!(view.live[at].as_ref().expect("figures").events, 2);
    inventory::undo(&setting.services, &ann).await.expect("undone");
    let plain = |text: &str| -> Vec<String> {
        let mut lines: Vec<String> =
            text.lines().map(|line| line.rsplitn(3, ',').last().expect("versions").to_owned()).collect();
        lines.sort();
        lines
    };
    let back = inventory::export_csv(&setting.services, &bob).await.expect("exported");
    assert_eq!(plain(&back), plain(&whole));
    assert_eq!(code(inventory::undo(&setting.services, &ann).await), "nothing_to_undo");
    // Done again, then somebody else writes: that stays.
    inventory::redo(&setting.services, &ann).await.expect("done again");
    let seen = row(&setting, &bob, "Invoice").await;
    assert_eq!(seen.promise, "No surprise");
    edit(&setting, &bob, cell(&seen, Column::Promise, "Bob's promise")).await;
    assert_eq!(code(inventory::undo(&setting.services, &ann).await), "changed_since");
    assert_eq!(row(&setting, &ann, "Invoice").await.promise, "Bob's promise");
    // One person's undo is not another's.
    assert_eq!(code(inventory::undo(&setting.services, &bob).await), "not_found");
}

#[tokio::test]
async fn a_change_in_the_history_is_put_back() {
    let setting = ready().await;
    let ann = setting.actor(Role::CxManager, "").await;
    let seen = row(&setting, &ann, "Invoice").await;
    edit(&setting, &ann, cell(&seen, Column::Stage, "Get help")).await;
    let now = row(&setting, &ann, "Invoice").await;
    edit(&setting, &ann, cell(&now, Column::Description, "New words")).await;
    let view = inventory::touchpoint(&setting.services, &ann, &seen.id).await.expect("a page");
    let stage = view.changes.iter().find(|change| change.details == ["stage: Use \u{2192} Get help"]);
    let id = stage.expect("in the history").id.clone().expect("can be put back");
    inventory::restore(&setting.services, &ann, &id, &view.latest).await.expect("restored");
    let now = row(&setting, &ann, "Invoice").await;
    assert_eq!((now.stage.as_str(), now.description.as_str()), ("Use", "New words"));
    // A page that does not show the newest change can't put anything over it.
    assert_eq!(code(inventory::restore(&setting.services, &ann, &id, &view.latest).await), "stale");
    // A name comes back only while nobody else has it, whatever the capital letters.
    edit(&setting, &ann, cell(&now, Column::Name, "Bill")).await;
    let call = row(&setting, &ann, "Call").await;
    edit(&setting, &ann, cell(&call, Column::Name, "INVOICE")).await;
    let view = inventory::touchpoint(&setting.services, &ann, &seen.id).await.expect("a page");
    let renamed = view.changes.iter().find(|change| change.details[0].contains("Invoice \u{2192} Bill"));
    let id = renamed.expect("in the history").id.clone().expect("can be put back");
    let refused = inventory::restore(&setting.services, &ann, &id, &view.latest).await;
    assert_eq!(code(refused), "name_taken");
    assert_eq!(row(&setting, &ann, "Bill").await.id, seen.id);
}

#[tokio::test]
async fn names_that_changed_places_change_back() {
    let setting = ready().await;
    let ann = setting.actor(Role::CxManager, "").await;
    let (one, other) = (row(&setting, &ann, "Invoice").await, row(&setting, &ann, "Call").await);
    let mut swap = cell(&one, Column::Name, "Call");
    swap.extend(cell(&other, Column::Name, "Invoice"));
    assert!(edit(&setting, &ann, swap).await.applied);
    assert_eq!(row(&setting, &ann, "Call").await.id, one.id);
    inventory::undo(&setting.services, &ann).await.expect("undone");
    assert_eq!(row(&setting, &ann, "Invoice").await.id, one.id);
    inventory::redo(&setting.services, &ann).await.expect("done again");
    assert_eq!(row(&setting, &ann, "Invoice").await.id, other.id);
}

#[tokio::test]
async fn names_that_look_alike_are_one_name() {
    let setting = ready().await;
    let console = Actor::console();
    let add = async |name: &str| {
        inventory::add_name(&setting.services, &console, NamedKind::Department, name, "").await
    };
    assert_eq!(code(add("BILLING").await), "name_taken");
    assert_eq!(code(add("Billing\u{200b}").await), "invalid_value");
    assert_eq!(code(add("\u{202e}gnilliB").await), "invalid_value");
    add("Family \u{1f468}\u{200d}\u{1f467}").await.expect("a name with a joiner");
    let kpi = |name: &str| KpiInput {
        name: name.into(),
        direction: "lower".into(),
        kind: "inside_out".into(),
        ..KpiInput::default()
    };
    inventory::save_kpi(&setting.services, &console, kpi("Handle time")).await.expect("saved");
    let again = inventory::save_kpi(&setting.services, &console, kpi("handle TIME")).await;
    assert_eq!(code(again), "name_taken");
}

#[tokio::test]
async fn each_row_of_a_file_may_say_what_is_new() {
    let setting = ready().await;
    let console = Actor::console();
    let exported = async || inventory::export_csv(&setting.services, &console).await.expect("exported");
    let apply = async |text: &str| {
        inventory::import_file(&setting.services, &console, text.as_bytes(), Options::default())
            .await
            .expect("read")
    };
    let head = "touchpoint,stage,channel,department,delivery,started_by,contact,cost_per_contact,source,match,activity,condition,experience,emotion,failure,keeps_promise,description,expectation,promise\n";
    let two = format!(
        "{head}Visit,Use,Phone,Billing,,,,,web,exact,A,,,,,,First words,,\nVisit,Use,Phone,Billing,,,,,web,exact,B,,,,,,First words,,\n"
    );
    let options = Options { new_names: true, overwrite: false };
    let made =
        inventory::import_file(&setting.services, &console, two.as_bytes(), options).await.expect("read");
    assert!(made.applied, "{made:?}");
    // Only the first of its rows is changed: that is the change.
    let text = exported().await;
    let changed = text.replacen("First words", "Other words", 1);
    let report = apply(&changed).await;
    assert!(report.applied && report.changed == 1, "{report:?}");
    let visit = row(&setting, &console, "Visit").await;
    assert_eq!(visit.description, "Other words");
    // Two rows that say different things are a problem, and nothing is applied.
    let text = exported().await;
    let torn = text.replacen("Other words", "One", 1).replacen("Other words", "Two", 1);
    let report = apply(&torn).await;
    assert!(!report.applied && report.problems.len() == 1, "{report:?}");
    assert_eq!(report.problems[0].column, "description");
    // What nothing is said about keeps its version: it was not looked at.
    assert_eq!(row(&setting, &console, "Visit").await.version, visit.version);
    // A file from before a renaming brings nothing back unasked.
    let old = exported().await;
    edit(&setting, &console, cell(&visit, Column::Name, "Technician")).await;
    let report = apply(&old).await;
    assert!(!report.applied && report.problems.iter().any(|one| one.column == "touchpoint"), "{report:?}");
}

#[tokio::test]
async fn readings_are_taken_as_they_are_written_or_not_at_all() {
    let setting = ready().await;
    let console = Actor::console();
    let kpi = KpiInput {
        name: "Wait".into(),
        direction: "lower".into(),
        kind: "inside_out".into(),
        ..KpiInput::default()
    };
    let id = inventory::save_kpi(&setting.services, &console, kpi).await.expect("saved");
    let read = async |lines: &str| inventory::read(&setting.services, &console, &id, lines).await;
    for bad in [
        "2026-01-01,1,234.5,a note",
        "2026-01-01,1,\"a note\n2026-01-02,2\n",
        "2199-12-31,1",
        "2026-01-01,one",
        "1 January,1",
    ] {
        assert_eq!(code(read(bad).await), "invalid_value", "{bad}");
    }
    assert_eq!(read("day,value,note\n2026-01-01,4.5,\"a note, with a comma\"").await.expect("read"), 1);
    let view = inventory::kpi(&setting.services, &console, &id).await.expect("a page");
    assert_eq!(view.readings.len(), 1);
    assert_eq!(view.readings[0].note, "a note, with a comma");
}

/// 50 people, 10,000 edits of 20 cells, all at once: the last word in each cell is the last that was accepted, and every
/// accepted edit is in the history.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_editors_lose_nothing() {
    const EDITORS: usize = 50;
    const EDITS: usize = 200;
    let setting = ready().await;
    let console = Actor::console();
    let mut new: Vec<RowEdit> = Vec::new();
    for at in 0..20 {
        let cells = vec![(Column::Name, String::new(), format!("Place {at}"))];
        new.push(RowEdit { id: format!("new-{at}"), cells });
    }
    let rows = edit(&setting, &console, new).await.rows;
    let mut tasks = Vec::new();
    for editor in 0..EDITORS {
        let (services, rows) = (setting.services.clone(), rows.clone());
        tasks.push(tokio::spawn(async move {
            let console = Actor::console();
            let mut accepted: Vec<(String, String, String)> = Vec::new();
            let mut seen: BTreeMap<String, String> =
                rows.iter().map(|row| (row.id.clone(), String::new())).collect();
            for number in 0..EDITS {
                let id = rows[(editor * 7 + number * 3) % rows.len()].id.clone();
                let after = format!("{editor}-{number}");
                let before = seen[&id].clone();
                let cells = vec![(Column::Description, before.clone(), after.clone())];
                let edits = vec![RowEdit { id: id.clone(), cells }];
                let done = inventory::edit(&services, &console, edits, false).await.expect("answered");
                if done.applied {
                    accepted.push((id.clone(), before, after.clone()));
                    seen.insert(id, after);
                } else {
                    // Told what stands there, and nothing else happened.
                    seen.insert(id, done.conflicts[0].theirs.clone());
                }
            }
            accepted
        }));
    }
    let mut accepted = Vec::new();
    for task in tasks {
        accepted.extend(task.await.expect("edited"));
    }
    assert!(accepted.len() > EDITORS, "somebody must get through");
    let view = inventory::grid(&setting.services, &console, "", "").await.expect("the grid");
    for row in &rows {
        // Each accepted edit began from exactly what another left: together they are one chain to what stands there.
        let mut next: BTreeMap<&str, &str> = BTreeMap::new();
        let own = accepted.iter().filter(|(id, ..)| *id == row.id);
        let mut count = 0;
        for (_, before, after) in own {
            assert_eq!(next.insert(before, after), None, "{before} was overwritten twice");
            count += 1;
        }
        let mut last = "";
        for _ in 0..count {
            last = next[last];
        }
        let now = view.rows.iter().find(|one| one.id == row.id).expect("there");
        assert_eq!(now.description, last);
        // Every one of them made a version.
        assert_eq!(now.version, 1 + count);
    }
}

#[tokio::test]
async fn what_others_own_is_proposed_and_its_owner_decides() {
    let setting = ready().await;
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    let centre = setting.actor(Role::DepartmentHead, "Contact centre").await;
    let front = setting.actor(Role::FrontLine, "Contact centre").await;
    let seen = row(&setting, &centre, "Invoice").await;
    let proposed = edit(&setting, &centre, cell(&seen, Column::Promise, "The price that was offered")).await;
    assert_eq!((proposed.applied, proposed.proposed), (true, 1));
    assert_eq!(row(&setting, &centre, "Invoice").await.promise, "");
    let edited = edit(&setting, &front, cell(&seen, Column::Owner, "Contact centre")).await;
    assert_eq!(edited.proposed, 1);
    // Only its owner decides.
    let work = inventory::gaps(&setting.services, &billing).await.expect("gaps");
    assert_eq!(work.proposals.iter().filter(|one| one.may_decide).count(), 2);
    let claimed = work.lists.iter().find(|list| list.key == "claimed").expect("a list");
    assert_eq!(claimed.items.len(), 1);
    let of = |column| work.proposals.iter().find(|one| one.column == Some(column)).expect("there").id.clone();
    let (promise, owner) = (of(Column::Promise), of(Column::Owner));
    assert_eq!(code(inventory::decide(&setting.services, &centre, &promise, true, "").await), "forbidden");
    assert_eq!(code(inventory::withdraw(&setting.services, &billing, &promise).await), "forbidden");
    inventory::decide(&setting.services, &billing, &promise, true, "Right").await.expect("accepted");
    assert_eq!(row(&setting, &billing, "Invoice").await.promise, "The price that was offered");
    assert_eq!(code(inventory::decide(&setting.services, &billing, &promise, true, "").await), "not_found");
    // A department that is renamed is still the one that was proposed.
    let console = Actor::console();
    let names = inventory::lists(&setting.services, &console).await.expect("lists");
    let one = names.departments.into_iter().find(|one| one.name == "Contact centre").expect("there");
    inventory::rename(
        &setting.services,
        &console,
        NamedKind::Department,
        &one.id,
        one.version,
        "Customer care",
    )
    .await
    .expect("renamed");
    let page = inventory::touchpoint(&setting.services, &front, &seen.id).await.expect("a page");
    let proposed = page.proposals.iter().find(|one| one.id == owner).expect("there");
    assert_eq!((proposed.before.as_str(), proposed.after.as_str()), ("Billing", "Customer care"));
    // Giving it away is not the department's to do.
    assert_eq!(code(inventory::decide(&setting.services, &billing, &owner, true, "").await), "forbidden");
    inventory::decide(&setting.services, &billing, &owner, false, "It is ours").await.expect("declined");
    let page = inventory::touchpoint(&setting.services, &front, &seen.id).await.expect("a page");
    let mine: Vec<(&str, &str)> = page
        .proposals
        .iter()
        .filter(|one| one.mine)
        .map(|one| (one.state.as_str(), one.answer.as_str()))
        .collect();
    assert_eq!(mine, [("declined", "It is ours")]);
}

/// Every way to change something, by every role, at an own and at another's touchpoint.
#[tokio::test]
async fn rights_hold_for_every_mutation() {
    let setting = ready().await;
    let services = &setting.services;
    let manager = setting.actor(Role::CxManager, "").await;
    let kpi = |name: &str, department_id: &str| KpiInput {
        name: name.into(),
        direction: "higher".into(),
        kind: "outside_in".into(),
        department_id: department_id.into(),
        ..KpiInput::default()
    };
    let view = inventory::lists(services, &manager).await.expect("lists");
    let department =
        |name: &str| view.departments.iter().find(|one| one.name == name).expect("there").id.clone();
    let (billing, centre) = (department("Billing"), department("Contact centre"));
    for (role, at) in [
        (Role::CxManager, ""),
        (Role::DepartmentHead, "Billing"),
        (Role::FrontLine, "Billing"),
        (Role::Executive, ""),
        (Role::Admin, ""),
    ] {
        let actor = match role {
            Role::CxManager => manager.clone(),
            _ => setting.actor(role, at).await,
        };
        for (place, owner) in [("Invoice", &billing), ("Call", &centre)] {
            let own = role == Role::CxManager || (role == Role::DepartmentHead && place == "Invoice");
            let change = if own { "ok" } else { "forbidden" };
            let seen = row(&setting, &actor, place).await;
            let id = seen.id.clone();
            let what = format!("{role:?} at {place}");
            let form = TouchpointInput {
                id: id.clone(),
                version: seen.version,
                name: place.into(),
                department_id: owner.clone(),
                delivery: "in_house".into(),
                started_by: "customer".into(),
                description: format!("by {what}"),
                ..TouchpointInput::default()
            };
            assert_eq!(code(inventory::save_touchpoint(services, &actor, form).await), change, "{what}");
            let rule = RuleInput {
                touchpoint_id: id.clone(),
                matching: "exact".into(),
                activity: format!("Heard of by {role:?}"),
                ..RuleInput::default()
            };
            assert_eq!(code(inventory::save_rule(services, &actor, rule).await), change, "{what}");
            let experience = ExperienceInput {
                touchpoint_id: id.clone(),
                name: format!("As {role:?}"),
                ..ExperienceInput::default()
            };
            let saved = inventory::save_experience(services, &actor, experience).await;
            assert_eq!(code(saved), change, "{what}");
            assert_eq!(code(inventory::look_at(services, &actor, &id).await), change, "{what}");
            let seen = row(&setting, &actor, place).await;
            let cells = cell(&seen, Column::Expectation, &format!("of {what}"));
            let edited = inventory::edit(services, &actor, cells, false).await;
            let proposes = matches!(role, Role::DepartmentHead | Role::FrontLine) && !own;
            match edited {
                Ok(edited) => {
                    assert_eq!(
                        (edited.applied, edited.proposed),
                        (own || proposes, u32::from(proposes)),
                        "{what}"
                    );
                    assert!(own || proposes, "{what}");
                }
                Err(error) => {
                    assert_eq!(error.into_user().code, "forbidden", "{what}");
                    assert!(!own && !proposes, "{what}");
                }
            }
            let may_comment = matches!(role, Role::CxManager | Role::DepartmentHead);
            let commented = code(inventory::comment(services, &actor, &id, "Seen").await);
            assert_eq!(commented, if may_comment { "ok" } else { "forbidden" }, "{what}");
            // KPIs belong to their department.
            let name = format!("{role:?} on {place}");
            let saved = inventory::save_kpi(services, &actor, kpi(&name, owner)).await;
            let sees_kpis = role != Role::Admin;
            let expected = if own {
                "ok"
            } else if sees_kpis {
                "forbidden"
            } else {
                "not_found"
            };
            assert_eq!(code(saved), expected, "{what}");
            let made = inventory::save_kpi(services, &manager, kpi(&format!("{name}!"), owner)).await;
            let made = made.expect("a KPI");
            let visible = sees_kpis && (role != Role::FrontLine || place == "Invoice");
            let expected = if own {
                "ok"
            } else if visible {
                "forbidden"
            } else {
                "not_found"
            };
            assert_eq!(
                code(inventory::read(services, &actor, &made, "2026-01-01,5").await),
                expected,
                "{what}"
            );
            let link = LinkInput {
                kpi: made.clone(),
                touchpoint: id.clone(),
                control: "controlled".into(),
                ..LinkInput::default()
            };
            assert_eq!(code(inventory::save_link(services, &actor, link).await), expected, "{what}");
            assert_eq!(code(inventory::delete_kpi(services, &actor, &made, 1).await), expected, "{what}");
        }
        let all = if role == Role::CxManager { "ok" } else { "forbidden" };
        let kind = contract::inventory::NamedKind::Stage;
        let added = inventory::add_name(services, &actor, kind, &format!("Stage of {role:?}"), "").await;
        assert_eq!(code(added), all, "{role:?}");
        let file = inventory::import_file(services, &actor, b"touchpoint\nAdvert\n", Options::default()).await;
        assert_eq!(code(file), all, "{role:?}");
        let advert = row(&setting, &actor, "Advert").await;
        let removed = inventory::delete_touchpoint(services, &actor, &advert.id, advert.version).await;
        assert_eq!(code(removed), all, "{role:?}");
        if role == Role::CxManager {
            inventory::undo(services, &actor).await.expect("undone");
        }
    }
}

#[tokio::test]
async fn a_cycle_of_departments_is_refused() {
    let setting = ready().await;
    let console = Actor::console();
    let view = inventory::lists(&setting.services, &console).await.expect("lists");
    let one = |name: &str| view.departments.iter().find(|one| one.name == name).expect("there");
    let (billing, centre) = (one("Billing"), one("Contact centre"));
    inventory::put_below(&setting.services, &console, &billing.id, 1, &centre.id).await.expect("below");
    let round = inventory::put_below(&setting.services, &console, &centre.id, 1, &billing.id).await;
    assert_eq!(code(round), "cycle");
    let own = inventory::put_below(&setting.services, &console, &centre.id, 1, &centre.id).await;
    assert_eq!(code(own), "cycle");
}

#[tokio::test]
async fn a_file_says_what_it_would_change_and_what_stands_against_it() {
    let setting = ready().await;
    let console = Actor::console();
    let services = &setting.services;
    let written = inventory::export_csv(services, &console).await.expect("exported");
    let options = Options { new_names: false, overwrite: false };
    let none = inventory::dry_import(services, &console, written.as_bytes(), options).await.expect("read");
    assert!(none.is_empty() && none.problems.is_empty() && none.conflicts.is_empty(), "{none:?}");
    // Somebody changes a cell that the file changes too.
    let seen = row(&setting, &console, "Invoice").await;
    edit(&setting, &console, cell(&seen, Column::Delivery, "Partner")).await;
    let file = written.replace("Invoice,Use,,Billing,in_house", "Invoice,Use,,Billing,outsourced");
    let report = inventory::import_file(services, &console, file.as_bytes(), options).await.expect("read");
    assert!(!report.applied);
    let conflict = &report.conflicts[0];
    assert_eq!((conflict.theirs.as_str(), conflict.yours.as_str()), ("Partner", "Outsourced"));
    let over = Options { overwrite: true, ..options };
    let report = inventory::import_file(services, &console, file.as_bytes(), over).await.expect("read");
    assert!(report.applied);
    assert_eq!(row(&setting, &console, "Invoice").await.delivery, "outsourced");
    // Every bad cell is named, and nothing is applied.
    let bad = "touchpoint,department,emotion,experience,match,activity\n\
        Parking,Biling,,,,\n\
        Invoice,,7,Odd,,\n\
        Call,,,,regex,([\n";
    let report = inventory::import_file(services, &console, bad.as_bytes(), options).await.expect("read");
    assert!(!report.applied);
    let places: Vec<(u64, &str)> = report.problems.iter().map(|one| (one.line, one.column.as_str())).collect();
    assert_eq!(places, [(2, "department"), (3, "emotion"), (4, "activity")]);
    let remedy = report.problems[0].remedy.clone().unwrap_or_default();
    assert!(remedy.contains("\u{201c}Billing\u{201d}"), "{remedy}");
    let view = inventory::grid(services, &console, "", "").await.expect("the grid");
    assert!(view.rows.iter().all(|row| row.name != "Parking"));
    // A large paste as a file is refused with its limit.
    let large = "x".repeat(21 << 20);
    let refused = inventory::import_file(services, &console, large.as_bytes(), options).await;
    assert_eq!(code(refused), "too_large");
}

#[tokio::test]
async fn starters_fill_an_empty_inventory_only() {
    for (key, _) in STARTER_INVENTORIES {
        let setting = setting().await;
        let console = Actor::console();
        let done = inventory::begin_with(&setting.services, &console, key).await.expect("begun");
        assert!(done.applied && done.touchpoints_created.len() >= 20, "{key}");
        let again = inventory::begin_with(&setting.services, &console, key).await;
        assert_eq!(code(again), "not_empty");
    }
}

#[tokio::test]
async fn gaps_are_what_a_look_by_hand_finds() {
    let setting = setting_at(NOW).await;
    let services = &setting.services;
    let console = Actor::console();
    setting.import("web", LOG, "customer=who,time=when,activity=what,tone=tone").await.expect("imported");
    inventory::import_csv(services, &console, INVENTORY).await.expect("imported");
    let invoice = row(&setting, &console, "Invoice").await;
    edit(&setting, &console, cell(&invoice, Column::Promise, "No surprise")).await;
    let experience = ExperienceInput {
        touchpoint_id: invoice.id.clone(),
        name: "Lost".into(),
        ..ExperienceInput::default()
    };
    inventory::save_experience(services, &console, experience).await.expect("saved");
    for (name, control) in [("Handle time", "not_controlled"), ("Solved", "influenced")] {
        let kpi = KpiInput {
            name: name.into(),
            direction: "lower".into(),
            kind: "inside_out".into(),
            ..KpiInput::default()
        };
        let kpi = inventory::save_kpi(services, &console, kpi).await.expect("saved");
        let link =
            LinkInput { kpi, touchpoint: "Call".into(), control: control.into(), ..LinkInput::default() };
        inventory::save_link(services, &console, link).await.expect("linked");
    }
    let view = inventory::gaps(services, &console).await.expect("gaps");
    let found: BTreeMap<&str, Vec<&str>> = view
        .lists
        .iter()
        .map(|list| (list.key.as_str(), list.items.iter().map(|item| item.label.as_str()).collect()))
        .collect();
    let expected = BTreeMap::from([
        ("no_owner", vec!["Advert"]),
        ("claimed", vec![]),
        ("no_kpi", vec!["Advert", "Invoice", "Reminder"]),
        ("not_controlled", vec!["Handle time"]),
        ("no_data", vec!["Advert", "Reminder"]),
        ("no_touchpoint", vec!["Walk"]),
        ("no_rule", vec!["Invoice: Lost"]),
        ("promise", vec!["Invoice"]),
        ("stale", vec![]),
    ]);
    assert_eq!(found, expected);
    let coverage = view.coverage;
    assert_eq!(
        (coverage.touchpoints, coverage.owned, coverage.measured, coverage.logged, coverage.covered),
        (4, 3, 1, 2, 1)
    );
    assert_eq!(coverage.events, Some((4, 1)));
    // Half a year later, all of them wait for a look.
    let later = setting.later(200 * 86_400).await;
    let view = inventory::gaps(&later.services, &console).await.expect("gaps");
    let stale = view.lists.iter().find(|list| list.key == "stale").expect("a list");
    assert_eq!(stale.items.len(), 4);
    inventory::look_at(&later.services, &console, &invoice.id).await.expect("looked at");
    let view = inventory::gaps(&later.services, &console).await.expect("gaps");
    let stale = view.lists.iter().find(|list| list.key == "stale").expect("a list");
    assert_eq!(stale.items.len(), 3);
}

#[tokio::test]
async fn a_rule_is_tried_before_it_is_saved() {
    let setting = ready().await;
    let console = Actor::console();
    let invoice = row(&setting, &console, "Invoice").await;
    let rule = |activity: &str, matching: &str| RuleInput {
        touchpoint_id: invoice.id.clone(),
        matching: matching.into(),
        activity: activity.into(),
        ..RuleInput::default()
    };
    let trial = inventory::try_rule(&setting.services, &console, rule("^(Walk|Bill)$", "regex")).await;
    let trial = trial.expect("tried");
    // Two bills are taken by the rules that are there.
    assert_eq!((trial.all, trial.recent, trial.taken), (3, 3, 2));
    assert_eq!(trial.examples.len(), 1);
    assert_eq!(trial.examples[0].activity, "Walk");
    let bad = inventory::try_rule(&setting.services, &console, rule("([", "regex")).await;
    assert_eq!(code(bad), "bad_regex");
    let head = setting.actor(Role::DepartmentHead, "Contact centre").await;
    let others = inventory::try_rule(&setting.services, &head, rule("Walk", "exact")).await;
    assert_eq!(code(others), "forbidden");
}

#[tokio::test]
async fn readings_are_typed_or_computed() {
    let setting = ready().await;
    let services = &setting.services;
    let console = Actor::console();
    let typed = KpiInput {
        name: "Solved".into(),
        direction: "higher".into(),
        kind: "outside_in".into(),
        target: "80".into(),
        ..KpiInput::default()
    };
    let id = inventory::save_kpi(services, &console, typed).await.expect("saved");
    let taken =
        inventory::read(services, &console, &id, "day,value\n2026-01-05,70\n2026-01-12,82,better\n").await;
    assert_eq!(taken.expect("read"), 2);
    inventory::read(services, &console, &id, "2026-01-05;71").await.expect("read");
    let page = inventory::kpi(services, &console, &id).await.expect("a page");
    let values: Vec<(&str, f64)> = page.readings.iter().map(|one| (one.day.as_str(), one.value)).collect();
    assert_eq!(values, [("2026-01-05", 71.0), ("2026-01-12", 82.0)]);
    let list = inventory::kpis(services, &console).await.expect("a list");
    assert_eq!((list.kpis[0].met, list.kpis[0].change), (Some(true), Some(11.0)));
    for bad in ["2026-02-30,5", "2026-01-01,many", "2026-01-01", "", "2026-01-01,inf"] {
        assert_ne!(code(inventory::read(services, &console, &id, bad).await), "ok", "{bad}");
    }
    // Two weeks of events: whole weeks only.
    let log = "who,when,what\n\
        a,2026-03-02T10:00:00Z,Bill\nb,2026-03-03T10:00:00Z,Bill\na,2026-03-04T10:00:00Z,Call\n\
        a,2026-03-09T10:00:00Z,Bill\na,2026-03-10T12:00:00Z,Call\nb,2026-03-23T10:00:00Z,Walk\n";
    setting.import("more", log, "customer=who,time=when,activity=what").await.expect("imported");
    let text = "touchpoint,source,match,activity\nInvoice,more,exact,Bill\nCall,more,exact,Call\n";
    inventory::import_csv(services, &console, text).await.expect("imported");
    let mut values = BTreeMap::new();
    for (measure, name) in [("count", "Bills"), ("repeat_rate", "Again"), ("median_gap", "Wait")] {
        let kpi = KpiInput {
            name: name.into(),
            direction: "lower".into(),
            kind: "inside_out".into(),
            measure: measure.into(),
            touchpoint: "Invoice".into(),
            ..KpiInput::default()
        };
        let id = inventory::save_kpi(services, &console, kpi).await.expect("saved");
        let page = inventory::kpi(services, &console, &id).await.expect("a page");
        let march: Vec<(String, f64)> = page
            .readings
            .iter()
            .filter(|one| one.day.as_str() >= "2026-03-02")
            .map(|one| (one.day.clone(), one.value))
            .collect();
        values.insert(name, march);
    }
    let week = |day: &str, value: f64| (day.to_owned(), value);
    assert_eq!(values["Bills"], [week("2026-03-02", 2.0), week("2026-03-09", 1.0), week("2026-03-16", 0.0)]);
    // Of the first week's two customers, one has another bill within 7 days.
    assert_eq!(values["Again"], [week("2026-03-02", 50.0), week("2026-03-09", 0.0)]);
    // b never goes on to another touchpoint; a after 48 hours, then after 26.
    assert_eq!(values["Wait"], [week("2026-03-02", 48.0), week("2026-03-09", 26.0)]);
}

#[tokio::test]
async fn undoing_an_addition_spares_what_others_put_there() {
    let setting = ready().await;
    let services = &setting.services;
    let (ann, bob) = (setting.actor(Role::CxManager, "").await, Actor::console());
    let cells = vec![(Column::Name, String::new(), "Kiosk".to_owned())];
    let added = edit(&setting, &ann, vec![RowEdit { id: "new".into(), cells }]).await;
    let id = added.rows[0].id.clone();
    let experience =
        ExperienceInput { touchpoint_id: id.clone(), name: "Broken".into(), ..ExperienceInput::default() };
    inventory::save_experience(services, &bob, experience).await.expect("saved");
    assert_eq!(code(inventory::undo(services, &ann).await), "changed_since");
    assert_eq!(row(&setting, &ann, "Kiosk").await.experiences, 1);
}

#[tokio::test]
async fn what_a_kpi_is_computed_from_comes_back_with_it() {
    let setting = ready().await;
    let services = &setting.services;
    let manager = setting.actor(Role::CxManager, "").await;
    let kpi = KpiInput {
        name: "Too high".into(),
        direction: "lower".into(),
        kind: "outside_in".into(),
        measure: "share".into(),
        experience: "Invoice: Too high".into(),
        ..KpiInput::default()
    };
    let id = inventory::save_kpi(services, &manager, kpi).await.expect("saved");
    let invoice = row(&setting, &manager, "Invoice").await;
    let billing = setting.actor(Role::DepartmentHead, "Billing").await;
    // A head's removal takes another department's link and KPI along, and undoing brings both back.
    let link = LinkInput {
        kpi: id.clone(),
        touchpoint: "Invoice".into(),
        control: "influenced".into(),
        ..LinkInput::default()
    };
    inventory::save_link(services, &manager, link).await.expect("linked");
    inventory::delete_touchpoint(services, &billing, &invoice.id, invoice.version).await.expect("removed");
    let gone = inventory::kpi(services, &manager, &id).await.expect("a KPI");
    assert_eq!((gone.experience.as_str(), gone.readings.len()), ("", 0));
    inventory::undo(services, &billing).await.expect("undone");
    let back = inventory::kpi(services, &manager, &id).await.expect("a KPI");
    assert_eq!((back.experience.as_str(), back.links.len()), ("Invoice: Too high", 1));
}

#[tokio::test]
async fn departments_do_not_measure_what_is_not_theirs() {
    let setting = ready().await;
    let head = setting.actor(Role::DepartmentHead, "Contact centre").await;
    let lists = inventory::lists(&setting.services, &head).await.expect("lists");
    let own = lists.departments.iter().find(|one| one.name == "Contact centre").expect("there");
    let kpi = |touchpoint: &str| KpiInput {
        name: format!("Events at {touchpoint}"),
        direction: "lower".into(),
        kind: "inside_out".into(),
        measure: "count".into(),
        touchpoint: touchpoint.into(),
        department_id: own.id.clone(),
        ..KpiInput::default()
    };
    assert_eq!(code(inventory::save_kpi(&setting.services, &head, kpi("Invoice")).await), "forbidden");
    assert_eq!(code(inventory::save_kpi(&setting.services, &head, kpi("Call")).await), "ok");
    // Nor do they count others' events by trying rules.
    let call = row(&setting, &head, "Call").await;
    let rule = RuleInput {
        touchpoint_id: call.id,
        matching: "exact".into(),
        activity: "Bill".into(),
        ..RuleInput::default()
    };
    let trial = inventory::try_rule(&setting.services, &head, rule).await.expect("tried");
    assert_eq!((trial.all, trial.examples.len()), (0, 0));
}

#[tokio::test]
async fn names_pass_from_one_row_to_another() {
    let setting = ready().await;
    let console = Actor::console();
    let (one, other) = (row(&setting, &console, "Invoice").await, row(&setting, &console, "Reminder").await);
    let mut edits = cell(&one, Column::Name, "Reminder");
    edits.extend(cell(&other, Column::Name, "Invoice"));
    assert!(edit(&setting, &console, edits).await.applied);
    assert_eq!(row(&setting, &console, "Reminder").await.id, one.id);
    // The same cell twice in one request is nobody's wish.
    let now = row(&setting, &console, "Call").await;
    let mut twice = cell(&now, Column::Description, "a");
    let again = twice[0].cells[0].clone();
    twice[0].cells.push(again);
    assert_eq!(edit(&setting, &console, twice).await.problems.len(), 1);
}
