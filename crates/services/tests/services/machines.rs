//! Events over HTTP, the work in the background, and several ids of one customer.

use contract::ingest::Ingested;
use contract::journeys::{ExploreQuery, Level, TransitionsView, Unit};
use serde_json::{Map, Value, json};
use services::background::{Pace, once};
use services::sources::{self, Arrived};
use services::{Actor, ServiceError, journeys};

use crate::setting::{Setting, code, setting};

fn event(customer: &str, time: &str, activity: &str, id: &str) -> Arrived {
    let mut event = Map::new();
    for (name, value) in [("customer", customer), ("time", time), ("activity", activity), ("id", id)] {
        if !value.is_empty() {
            event.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    }
    Ok(event)
}

async fn figures(setting: &Setting, unit: Unit) -> TransitionsView {
    let query = ExploreQuery { by: Level::Activity, keep_repeats: true, unit, ..ExploreQuery::default() };
    journeys::transitions(&setting.services, &Actor::console(), query).await.expect("figures")
}

async fn key(setting: &Setting) -> String {
    sources::add_key(&setting.services, &Actor::console(), "web", "shop").await.expect("a key")
}

async fn ingest(setting: &Setting, key: &str, batch: Vec<Arrived>) -> Result<Ingested, ServiceError> {
    let admitted = sources::admit(&setting.services, key).await?;
    sources::ingest(&setting.services, admitted, batch).await
}

async fn work(setting: &Setting) {
    for (what, done) in once(&setting.services, Pace::AtOnce).await {
        assert_eq!(code(done), "ok", "{what}");
    }
}

#[tokio::test]
async fn a_batch_counts_once_however_often_it_is_sent() {
    let setting = setting().await;
    let key = key(&setting).await;
    let batch = || {
        vec![
            event("a", "2026-01-01T10:00:00Z", "Home", "1"),
            event("a", "2026-01-01T11:00:00Z", "Order", "2"),
            // Without an id, the same said twice is one event.
            event("b", "2026-01-01T10:00:00Z", "Home", ""),
            event("b", "2026-01-01T10:00:00Z", "Home", ""),
            // The same id says something else.
            event("a", "2026-01-01T12:00:00Z", "Order", "2"),
            event("a", "2027-01-01T12:00:00Z", "Order", "3"),
            event("", "2026-01-01T12:00:00Z", "Order", "4"),
            Err("not an object".to_owned()),
        ]
    };
    let first = ingest(&setting, &key, batch()).await.expect("taken in");
    let counts = first.counts;
    assert_eq!((counts.received, counts.accepted, counts.duplicate, counts.quarantined), (8, 3, 1, 4));
    let codes: Vec<(u64, &str)> = first.problems.iter().map(|one| (one.index, one.code.as_str())).collect();
    assert_eq!(
        codes,
        [(4, "id_conflict"), (5, "time_out_of_range"), (6, "missing_customer"), (7, "broken_json")]
    );
    let before = figures(&setting, Unit::Customer).await;
    assert_eq!((before.events, before.journeys), (3, 2));
    let again = ingest(&setting, &key, batch()).await.expect("taken in").counts;
    assert_eq!((again.accepted, again.duplicate, again.quarantined), (0, 4, 4));
    // Sealed into segments, they are the same events, known still.
    work(&setting).await;
    assert_eq!(figures(&setting, Unit::Customer).await, before);
    let sealed = ingest(&setting, &key, batch()).await.expect("taken in").counts;
    assert_eq!((sealed.accepted, sealed.duplicate, sealed.quarantined), (0, 4, 4));
    assert_eq!(figures(&setting, Unit::Customer).await, before);
    // The day's account adds up, and names the reasons.
    let page = sources::sources(&setting.services, &Actor::console()).await.expect("the page");
    let account = &page.imports[0];
    assert_eq!(
        account.counts.received,
        account.counts.accepted + account.counts.duplicate + account.counts.quarantined
    );
    assert_eq!(account.counts.received, 24);
    let id = account.id.clone();
    let account = sources::import(&setting.services, &Actor::console(), &id).await.expect("the account");
    assert_eq!(account.reasons.iter().map(|reason| reason.rows).sum::<u64>(), 12);
    assert_eq!(account.examples.len(), 12);
}

#[tokio::test]
async fn names_of_attributes_are_bounded_and_none_is_a_part_of_the_event() {
    let setting = setting().await;
    let key = key(&setting).await;
    let with = |number: u32, name: &str| -> Arrived {
        let event = json!({ "customer": "a", "time": "2026-01-01T10:00:00Z", "activity": "Home", "id": number, "attributes": { name: "x" } });
        Ok(event.as_object().cloned().unwrap_or_default())
    };
    let mut batch: Vec<Arrived> = (0..250).map(|number| with(number, &format!("name {number}"))).collect();
    batch.push(with(300, "reason"));
    let done = ingest(&setting, &key, batch).await.expect("taken in");
    assert_eq!((done.counts.accepted, done.counts.quarantined), (200, 51));
    work(&setting).await;
    let more =
        ingest(&setting, &key, vec![with(400, "name 1"), with(401, "name 299")]).await.expect("taken in");
    assert_eq!((more.counts.accepted, more.counts.quarantined), (1, 1));
}

#[tokio::test]
async fn a_file_does_not_overwrite_what_came_by_http() {
    let setting = setting().await;
    let key = key(&setting).await;
    ingest(&setting, &key, vec![event("a", "2026-01-01T10:00:00Z", "Home", "7")]).await.expect("taken in");
    let log = "who,when,what,nr\na,2026-01-01T10:00:00Z,Order,7\na,2026-01-01T10:00:00Z,Home,7\n";
    let counts = setting
        .import("web", log, "customer=who,time=when,activity=what,id=nr")
        .await
        .expect("imported")
        .counts;
    assert_eq!((counts.accepted, counts.duplicate, counts.quarantined), (0, 1, 1));
    let figures = figures(&setting, Unit::Customer).await;
    assert_eq!((figures.events, figures.starts[0].node.as_str()), (1, "Home"));
}

#[tokio::test]
async fn only_a_valid_key_lets_events_in() {
    let setting = setting().await;
    let key = key(&setting).await;
    let batch = || vec![event("a", "2026-01-01T10:00:00Z", "Home", "1")];
    assert_eq!(code(ingest(&setting, "tl_no", batch()).await), "bad_key");
    let rows = sources::keys(&setting.services, &Actor::console()).await.expect("keys");
    sources::revoke_key(&setting.services, &Actor::console(), &rows[0].id).await.expect("revoked");
    assert_eq!(code(ingest(&setting, &key, batch()).await), "bad_key");
}

#[tokio::test]
async fn what_came_by_http_and_in_a_file_counts_once() {
    let setting = setting().await;
    let key = key(&setting).await;
    let batch =
        vec![event("a", "2026-01-01T10:00:00Z", "Home", "1"), event("a", "2026-01-01T11:00:00Z", "Order", "2")];
    ingest(&setting, &key, batch.clone()).await.expect("taken in");
    let log = "who,when,what,nr\na,2026-01-01T10:00:00Z,Home,1\na,2026-01-01T11:00:00Z,Order,2\nb,2026-01-01T10:00:00Z,Home,3\n";
    setting.import("web", log, "customer=who,time=when,activity=what,id=nr").await.expect("imported");
    assert_eq!(figures(&setting, Unit::Customer).await.events, 3);
    let again = ingest(&setting, &key, batch).await.expect("taken in").counts;
    assert_eq!((again.accepted, again.duplicate), (0, 2));
}

/// Rows of a log that looks random, with cases and an attribute.
fn rows(count: u64) -> Vec<String> {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..count)
        .map(|_| {
            format!(
                "c{},2026-01-0{}T1{}:00:00Z,step {},case {},{}",
                next(40),
                1 + next(9),
                next(10),
                next(6),
                next(20),
                ["gold", "silver"][next(2) as usize]
            )
        })
        .collect()
}

const HEAD: &str = "who,when,what,case,plan\n";
const MAP: &str = "customer=who,time=when,activity=what,case=case,plan=plan";

#[tokio::test]
async fn pieces_give_the_same_figures_as_the_whole() {
    let rows = rows(600);
    let whole = setting().await;
    whole.import("web", &format!("{HEAD}{}\n", rows.join("\n")), MAP).await.expect("imported");
    let pieces = setting().await;
    for part in rows.chunks(97) {
        pieces.import("web", &format!("{HEAD}{}\n", part.join("\n")), MAP).await.expect("imported");
        // Each look loads what is new beside what is there.
        figures(&pieces, Unit::Customer).await;
    }
    // Identical rows of different files are one event, of one file they are two: compare what both have.
    for unit in [Unit::Customer, Unit::Case] {
        let (a, b) = (figures(&whole, unit).await, figures(&pieces, unit).await);
        assert_eq!(b.journeys, a.journeys);
        let lost = a.events - b.events;
        assert!(lost < 40, "{lost}");
    }
    let before = [figures(&pieces, Unit::Customer).await, figures(&pieces, Unit::Case).await];
    // Merged into fewer segments, and read anew by another process, they say the same.
    work(&pieces).await;
    let after = [figures(&pieces, Unit::Customer).await, figures(&pieces, Unit::Case).await];
    assert_eq!(after, before);
    let fresh = pieces.reopened().await;
    let fresh = [figures(&fresh, Unit::Customer).await, figures(&fresh, Unit::Case).await];
    assert_eq!(fresh, before);
}

#[tokio::test]
async fn joined_ids_are_one_customer_and_undone_they_are_two_again() {
    let setting = setting().await;
    setting.import("web", &format!("{HEAD}{}\n", rows(400).join("\n")), MAP).await.expect("imported");
    let before = [figures(&setting, Unit::Customer).await, figures(&setting, Unit::Case).await];
    let file = setting.file("links.csv", "cookie,account\nc1,c2\nc2,c3\nc7,c7\nc5,nobody\n,c4\n");
    let actor = Actor::console();
    let set = sources::link(&setting.services, &actor, "links.csv", &file).await.expect("linked");
    assert_eq!((set.received, set.pairs), (5, 3));
    let joined = figures(&setting, Unit::Customer).await;
    assert_eq!(joined.journeys, before[0].journeys - 2);
    assert_eq!(joined.events, before[0].events);
    let page = sources::links(&setting.services, &actor).await.expect("the page");
    assert_eq!((page.ids, page.customers, page.joined_with_events), (5, 2, 2));
    sources::undo_links(&setting.services, &actor, &set.id, true).await.expect("undone");
    let after = [figures(&setting, Unit::Customer).await, figures(&setting, Unit::Case).await];
    let text = |views: &[TransitionsView; 2]| json!(views).to_string();
    assert_eq!(text(&after), text(&before));
    assert_eq!(code(sources::undo_links(&setting.services, &actor, &set.id, true).await), "not_found");
    sources::undo_links(&setting.services, &actor, &set.id, false).await.expect("joined again");
    assert_eq!(figures(&setting, Unit::Customer).await, joined);
}

#[tokio::test]
async fn a_file_in_the_inbox_is_imported_as_the_last_one_was() {
    let setting = setting().await;
    setting.import("web", &format!("{HEAD}{}\n", rows(50).join("\n")), MAP).await.expect("imported");
    let page = sources::sources(&setting.services, &Actor::console()).await.expect("the page");
    let inbox = std::path::PathBuf::from(page.sources[0].inbox.clone().expect("an inbox"));
    let path = inbox.join("more.csv");
    std::fs::write(&path, format!("{HEAD}new,2026-01-05T10:00:00Z,step 1,case 1,gold\n")).expect("written");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(old)).expect("dated");
    let before = figures(&setting, Unit::Customer).await;
    work(&setting).await;
    assert_eq!(figures(&setting, Unit::Customer).await.events, before.events + 1);
    assert!(!path.exists());
    assert_eq!(std::fs::read_dir(inbox.join("done")).expect("a folder").count(), 1);
}

const NAMED: &str = "customer=who,time=when,activity=what,known_as=also";

#[tokio::test]
async fn ids_that_a_log_names_are_joined_and_undone() {
    let setting = setting().await;
    let actor = Actor::console();
    let log = "who,when,what,also\n\
        c1,2026-01-01T10:00:00Z,Home,\n\
        c2,2026-01-01T11:00:00Z,Order,c1\n\
        c3,2026-01-01T12:00:00Z,Call,c2\n\
        c3,tomorrow,Call,c9\n\
        c9,2026-01-01T13:00:00Z,Home,c9\n";
    let plain =
        log.lines().map(|line| line.rsplit_once(',').map_or(line, |(rest, _)| rest)).collect::<Vec<_>>();
    setting.import("web", &plain.join("\n"), MAP_OF_CALLS).await.expect("imported");
    let before = [figures(&setting, Unit::Customer).await, figures(&setting, Unit::Case).await];
    assert_eq!(before[0].journeys, 4);

    // What was read without the column is joined when it is read with it: nothing is new but that.
    let done = setting.import("web", log, NAMED).await.expect("imported");
    assert_eq!((done.counts.accepted, done.counts.duplicate, done.counts.quarantined), (0, 4, 1));
    let joined = figures(&setting, Unit::Customer).await;
    assert_eq!((joined.journeys, joined.events), (2, 4));
    let page = sources::links(&setting.services, &actor).await.expect("the page");
    assert_eq!((page.ids, page.customers, page.joined_with_events, page.most_ids), (3, 1, 2, 3));
    assert_eq!(page.sets.len(), 1);
    let set = &page.sets[0];
    assert_eq!((set.source.as_deref(), set.pairs, set.joined, set.undone), (Some("web"), 2, 2, false));

    // Read again, nothing changes; undone, everything is as before, to the byte, and stays so with more of it.
    setting.import("web", log, NAMED).await.expect("imported");
    let again = sources::links(&setting.services, &actor).await.expect("the page");
    assert_eq!(again.sets[0].pairs, 2);
    sources::undo_links(&setting.services, &actor, &set.id, true).await.expect("undone");
    let after = [figures(&setting, Unit::Customer).await, figures(&setting, Unit::Case).await];
    assert_eq!(json!(after).to_string(), json!(before).to_string());
    let more = "who,when,what,also\nc9,2026-01-02T10:00:00Z,Call,c1\n";
    setting.import("web", more, NAMED).await.expect("imported");
    assert_eq!(figures(&setting, Unit::Customer).await.journeys, 4);
    sources::undo_links(&setting.services, &actor, &set.id, false).await.expect("joined again");
    assert_eq!(figures(&setting, Unit::Customer).await.journeys, 1);
    // Another process sees the same.
    assert_eq!(figures(&setting.reopened().await, Unit::Customer).await.journeys, 1);
}

#[tokio::test]
async fn ids_that_events_name_by_http_are_joined_at_once() {
    let setting = setting().await;
    let key = key(&setting).await;
    let named = |customer: &str, time: &str, id: &str, other: &str| {
        let mut one = event(customer, time, "Home", id).expect("an event");
        one.insert("known_as".to_owned(), Value::String(other.to_owned()));
        Ok(one)
    };
    let batch = || {
        vec![
            event("cookie", "2026-01-01T10:00:00Z", "Home", "1"),
            event("account", "2026-01-01T11:00:00Z", "Order", "2"),
            event("other", "2026-01-01T11:00:00Z", "Order", "3"),
        ]
    };
    ingest(&setting, &key, batch()).await.expect("taken in");
    assert_eq!(figures(&setting, Unit::Customer).await.journeys, 3);
    // An event that is known already may say who its customer is; one that contradicts what is stored says nothing.
    let told = vec![
        named("account", "2026-01-01T12:00:00Z", "4", "cookie"),
        named("other", "2026-01-01T13:00:00Z", "1", "account"),
    ];
    let counts = ingest(&setting, &key, told).await.expect("taken in").counts;
    assert_eq!((counts.accepted, counts.quarantined), (1, 1));
    let joined = figures(&setting, Unit::Customer).await;
    assert_eq!((joined.journeys, joined.events), (2, 4));
    let page = || async { sources::links(&setting.services, &Actor::console()).await.expect("the page") };
    assert_eq!((page().await.ids, page().await.sets.len()), (2, 0));
    // Sealed, the pairs are a set that can be undone.
    work(&setting).await;
    assert_eq!(figures(&setting, Unit::Customer).await, joined);
    let sets = page().await.sets;
    assert_eq!((sets.len(), sets[0].pairs, sets[0].joined), (1, 1, 1));
    let again = vec![named("account", "2026-01-01T12:00:00Z", "4", "cookie")];
    assert_eq!(ingest(&setting, &key, again).await.expect("taken in").counts.duplicate, 1);
    sources::undo_links(&setting.services, &Actor::console(), &sets[0].id, true).await.expect("undone");
    assert_eq!(figures(&setting, Unit::Customer).await.journeys, 3);
}

#[tokio::test]
async fn a_source_is_read_as_it_was_told_before() {
    let setting = setting().await;
    // Day and month could be either: nobody would know without being told.
    let head = "who;when;what\n";
    let path = setting.file("calls.csv", &format!("{head}a;03/04/2026 10:00;Call\n"));
    let mapping = events::csv::Mapping::parse(MAP_OF_CALLS).expect("a mapping");
    let told = services::sources::NewImport {
        order: Some(events::time::DayOrder::DayFirst),
        zone: Some(chrono_tz::Tz::UTC),
        ..services::sources::NewImport::of("calls", &path, mapping)
    };
    sources::import_now(&setting.services, &Actor::console(), told).await.expect("imported");
    let page = sources::sources(&setting.services, &Actor::console()).await.expect("the page");
    let inbox = std::path::PathBuf::from(page.sources[0].inbox.clone().expect("an inbox"));
    let drop_in = |name: &str, text: &str| {
        let path = inbox.join(name);
        std::fs::write(&path, text).expect("written");
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
        std::fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(old))
            .expect("dated");
    };
    drop_in("a.csv", &format!("{head}b;05/04/2026 10:00;Call\n"));
    drop_in("b.csv", "other;columns\n1;2\n");
    drop_in("c.csv", &format!("{head}c;06/04/2026 10:00;Call\n"));
    work(&setting).await;
    assert_eq!(figures(&setting, Unit::Customer).await.events, 3);
    let page = sources::sources(&setting.services, &Actor::console()).await.expect("the page");
    let last = page.imports.iter().filter_map(|one| one.last_event).max().expect("an event");
    assert_eq!(events::time::local_day(last, chrono_tz::Tz::UTC), "2026-04-06");
    // What could not be read at all is listed, with why.
    let failed: Vec<_> = page.imports.iter().filter(|one| one.file == "b.csv").collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].error.is_some());
    assert_eq!(std::fs::read_dir(inbox.join("failed")).expect("a folder").count(), 1);
}

const MAP_OF_CALLS: &str = "customer=who,time=when,activity=what";
