//! Logs get in: counts that add up, nothing twice, nothing lost.

use contract::journeys::{ExploreQuery, Level};
use services::sources::NewImport;
use services::{Actor, journeys};

use crate::setting::{code, setting};

const MAP: &str = "customer=who,time=when,activity=what";

#[tokio::test]
async fn a_second_import_adds_nothing() {
    let setting = setting().await;
    // Two identical rows are two events, in the second import too.
    let log = "who,when,what\na,2026-01-01T10:00:00Z,Home\na,2026-01-01T10:00:00Z,Home\nb,2026-01-02T10:00:00Z,Home\n";
    let first = setting.import("web", log, MAP).await.expect("imported").counts;
    assert_eq!((first.received, first.accepted, first.duplicate, first.quarantined), (3, 3, 0, 0));
    let second = setting.import("web", log, MAP).await.expect("imported").counts;
    assert_eq!((second.received, second.accepted, second.duplicate, second.quarantined), (3, 0, 3, 0));
    let query = ExploreQuery { by: Level::Activity, keep_repeats: true, ..ExploreQuery::default() };
    let found = journeys::transitions(&setting.services, &Actor::console(), query).await.expect("figures");
    assert_eq!((found.journeys, found.events), (2, 3));
}

#[tokio::test]
async fn bad_rows_are_named_and_kept() {
    let setting = setting().await;
    let log = "who,when,what,id\n\
        a,2026-01-01T10:00:00Z,Home,1\n\
        a,2026-01-01T11:00:00Z,Other,1\n\
        a,tomorrow,Home,2\n\
        a,2026-01-01T10:00:00Z\n\
        ,2026-01-01T10:00:00Z,Home,3\n\
        a,1960-01-01T10:00:00Z,Home,4\n\
        a,2027-01-01T10:00:00Z,Home,5\n\
        a,2026-01-01T10:00:00Z,x\0y,6\n";
    let done =
        setting.import("web", log, "customer=who,time=when,activity=what,id=id").await.expect("imported");
    let counts = done.counts;
    assert_eq!((counts.received, counts.accepted, counts.duplicate, counts.quarantined), (8, 1, 0, 7));
    let mut codes: Vec<(u64, &str)> = done.examples.iter().map(|row| (row.line, row.code.as_str())).collect();
    codes.sort();
    let expected = [
        (3, "id_conflict"),
        (4, "bad_time"),
        (5, "ragged_row"),
        (6, "missing_customer"),
        (7, "time_out_of_range"),
        (8, "time_out_of_range"),
        (9, "nul_byte"),
    ];
    assert_eq!(codes, expected);
    let conflict = done.examples.iter().find(|row| row.code == "id_conflict").expect("kept");
    assert_eq!((conflict.column.as_str(), conflict.value.as_str()), ("id", "1"));
}

#[tokio::test]
async fn of_rows_with_one_id_the_first_counts() {
    let setting = setting().await;
    // Customers whose events lie in buckets of all kinds, wherever their pseudonyms put them.
    let rows = (0..40).map(|customer| format!("c{customer},2026-01-01T10:00:00Z,Home,1\n"));
    let log = format!("who,when,what,id\n{}", rows.collect::<String>());
    let done =
        setting.import("web", &log, "customer=who,time=when,activity=what,id=id").await.expect("imported");
    assert_eq!((done.counts.accepted, done.counts.quarantined), (1, 39));
    assert!(done.examples.iter().all(|row| row.code == "id_conflict" && row.line > 2), "{:?}", done.examples);
}

#[tokio::test]
async fn files_that_make_no_sense_are_refused_by_name() {
    let setting = setting().await;
    for (log, expected) in [
        ("", "empty_file"),
        ("who,who,when,what\n", "duplicate_header"),
        ("who,,when,what\n", "missing_header"),
        ("a,2026-01-01T10:00:00Z,Home\nb,2026-01-01T10:00:00Z,Home\n", "missing_header"),
        ("visitor,when,what\n", "missing_header"),
    ] {
        assert_eq!(code(setting.import("web", log, MAP).await), expected, "{log:?}");
    }
}

#[tokio::test]
async fn local_times_need_a_zone() {
    let setting = setting().await;
    let path =
        setting.file("local.csv", "who,when,what\na,2026-03-29 02:30:00,Home\na,2026-10-25 02:30:00,Home\n");
    let mapping = events::csv::Mapping::parse(MAP).expect("a mapping");
    let import = |zone| NewImport { zone, ..NewImport::of("web", &path, mapping.clone()) };
    let console = Actor::console();
    let refused = services::sources::import_now(&setting.services, &console, import(None)).await;
    assert_eq!(code(refused), "time_zone_needed");
    let berlin = Some(chrono_tz::Tz::Europe__Berlin);
    let done =
        services::sources::import_now(&setting.services, &console, import(berlin)).await.expect("imported");
    assert_eq!(done.counts.quarantined, 2);
    assert_eq!(done.reasons[0].code, "ambiguous_local_time");
}

#[tokio::test]
async fn other_encodings_are_detected() {
    let setting = setting().await;
    let path = setting.file("x.csv", "");
    let text = "\u{feff}who;when;what\nM\u{fc}ller;2026-01-01T10:00:00Z;Gr\u{fc}\u{df}e\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, bytes).expect("written");
    let new = NewImport::of("web", &path, events::csv::Mapping::parse(MAP).expect("a mapping"));
    let done =
        services::sources::import_now(&setting.services, &Actor::console(), new).await.expect("imported");
    assert_eq!(done.counts.accepted, 1);
    let query = ExploreQuery { by: Level::Activity, ..ExploreQuery::default() };
    let found = journeys::transitions(&setting.services, &Actor::console(), query).await.expect("figures");
    assert_eq!(found.starts[0].node, "Gr\u{fc}\u{df}e");
}

#[tokio::test]
async fn an_open_quote_costs_its_own_row() {
    let setting = setting().await;
    let mut log = String::from("who,when,what,note\nc0,2026-01-01T00:00:00Z,Call,\"oops\n");
    for number in 1..500 {
        log.push_str(&format!("c{number},2026-01-01T00:00:00Z,Call,fine\n"));
    }
    // A text over two lines is no mistake.
    log.push_str("c500,2026-01-01T00:00:00Z,Call,\"two\nlines\"\n");
    let done = setting.import("calls", &log, &format!("{MAP},text=note")).await.expect("imported");
    assert_eq!((done.counts.accepted, done.counts.quarantined), (500, 1));
    assert_eq!((done.reasons[0].code.as_str(), done.examples[0].line), ("unclosed_quote", 2));
}

#[tokio::test]
async fn one_wrong_byte_does_not_change_the_encoding() {
    let setting = setting().await;
    let path = setting.file("x.csv", "");
    let mut bytes = "who,when,what\nM\u{fc}ller,2026-01-01T00:00:00Z,Gespr\u{e4}ch\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"b,2026-01-01T00:00:00Z,Gespr\xe4ch\n");
    std::fs::write(&path, bytes).expect("written");
    let new = NewImport::of("calls", &path, events::csv::Mapping::parse(MAP).expect("a mapping"));
    let done =
        services::sources::import_now(&setting.services, &Actor::console(), new).await.expect("imported");
    assert_eq!((done.counts.accepted, done.counts.quarantined), (1, 1));
    let example = &done.examples[0];
    assert_eq!((example.code.as_str(), example.column.as_str(), example.line), ("bad_encoding", "what", 3));
}

#[tokio::test]
async fn day_and_month_are_never_guessed() {
    let setting = setting().await;
    let path = setting.file("us.csv", "who,when,what\na,01/02/2026 10:00,Call\nb,03/04/2026 10:00,Call\n");
    let mapping = events::csv::Mapping::parse(MAP).expect("a mapping");
    let import = |order| NewImport {
        order,
        zone: Some(chrono_tz::Tz::UTC),
        ..NewImport::of("calls", &path, mapping.clone())
    };
    let console = Actor::console();
    let refused = services::sources::import_now(&setting.services, &console, import(None)).await;
    assert_eq!(code(refused), "ambiguous_day");
    let month = Some(events::time::DayOrder::MonthFirst);
    let done =
        services::sources::import_now(&setting.services, &console, import(month)).await.expect("imported");
    // The second of January, in microseconds.
    assert_eq!(done.first_event, Some(1_767_348_000_000_000));
}

#[tokio::test]
async fn an_uploaded_file_is_imported_once() {
    let setting = setting().await;
    let services = &setting.services;
    let cx = setting.actor(contract::people::Role::CxManager, "").await;
    let (id, path) = services::sources::begin_upload(services, &cx).await.expect("a place");
    std::fs::write(&path, "who,when,what\na,2026-01-01T10:00:00Z,Home\n").expect("written");
    services::sources::finish_upload(services, &cx, &id, "log.csv", 40).await.expect("noted");
    let form = contract::sources::StartImport {
        upload: id,
        source: "web".into(),
        customer: "who".into(),
        time: "when".into(),
        activity: "what".into(),
        ..Default::default()
    };
    let first = services::sources::start(services, &cx, form.clone()).await;
    let second = services::sources::start(services, &cx, form).await;
    assert_eq!((code(first), code(second)), ("ok".to_owned(), "not_found".to_owned()));
}

/// A dry run says of every row what the import then does with it, and leaves nothing behind.
#[tokio::test]
async fn a_dry_run_says_what_the_import_will_do() {
    let setting = setting().await;
    let services = &setting.services;
    let cx = setting.actor(contract::people::Role::CxManager, "").await;
    let (id, path) = services::sources::begin_upload(services, &cx).await.expect("a place");
    let mut rows = String::from("who,when,what\n");
    for at in 0..30 {
        rows.push_str(&format!("c{at},2026-01-01T10:00:{at:02}Z,Home\n"));
        rows.push_str(&format!("c{at},yesterday,Home\n"));
    }
    std::fs::write(&path, &rows).expect("written");
    services::sources::finish_upload(services, &cx, &id, "log.csv", rows.len() as u64).await.expect("noted");
    let form = contract::sources::StartImport {
        upload: id,
        source: "web".into(),
        customer: "who".into(),
        time: "when".into(),
        activity: "what".into(),
        dry: true,
        ..Default::default()
    };
    let run = services::sources::start_dry(services, &cx, form).await.expect("begun");
    let tried = loop {
        let tried = services::sources::dry_run(services, &cx, &run).await.expect("known");
        if tried.state != contract::sources::ImportState::Running {
            break tried;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(tried.state, contract::sources::ImportState::Done, "{:?}", tried.error);
    let counts = tried.counts;
    assert_eq!((counts.received, counts.accepted, counts.duplicate, counts.quarantined), (60, 30, 0, 30));
    assert_eq!((tried.accepted.len(), tried.refused.len()), (10, 10));
    assert_eq!((tried.accepted[1].line, tried.accepted[1].customer.as_str()), (4, "c1"));
    assert_eq!((tried.refused[0].line, tried.refused[0].code.as_str()), (3, "bad_time"));

    // Nothing of it is kept: no source, no import, no file.
    let sources = services::sources::sources(services, &cx).await.expect("listed");
    assert_eq!((sources.sources.len(), sources.imports.len()), (0, 0));
    let files = std::fs::read_dir(setting.folder.path().join("quarantine")).map_or(0, Iterator::count);
    assert_eq!(files, 0);
    // It is nobody else's.
    let other = Actor::console();
    assert_eq!(code(services::sources::dry_run(services, &other, &run).await), "not_found");
    // Going back to the mapping, the person finds what they had said.
    let wish =
        services::sources::PreviewWish { upload: &tried.form.upload, dry_run: &run, ..Default::default() };
    let preview = services::sources::preview(services, &cx, wish).await.expect("looked at");
    assert_eq!((preview.source.as_str(), preview.mapping.activity.as_str()), ("web", "what"));

    let import = services::sources::start(services, &cx, tried.form).await.expect("begun");
    let done = loop {
        let done = services::sources::import(services, &cx, &import).await.expect("known");
        if done.state != contract::sources::ImportState::Running {
            break done;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!((done.counts, done.reasons), (counts, tried.reasons));
    assert_eq!(done.examples[..10], tried.refused[..]);

    // Once more, and all that was taken in is known.
    let again = setting.file("again.csv", &rows);
    let mapping = contract::sources::ColumnMapping {
        customer: "who".into(),
        time: "when".into(),
        activity: "what".into(),
        ..Default::default()
    };
    let new = NewImport::of("web", &again, mapping);
    let outcome = services::sources::dry_run_now(services, &Actor::console(), new).await.expect("read");
    let counts = outcome.counts;
    assert_eq!((counts.received, counts.accepted, counts.duplicate, counts.quarantined), (60, 0, 30, 30));
    assert!(outcome.segments.is_empty());
}

/// A log of two traces, with the given text in front and within the first event.
fn xes(front: &str, within: &str) -> String {
    let event = |name: &str, time: &str, more: &str| {
        format!(
            r#"<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{time}"/>{more}</event>"#
        )
    };
    format!(
        r#"<?xml version="1.0"?>{front}<log><global scope="event"><string key="concept:name" value="?"/></global>
<trace><string key="concept:name" value="c1"/>{}{}</trace>
<trace><string key="concept:name" value="c2"/>{}<event><string key="concept:name" value="No time"/></event></trace>
<trace>{}</trace></log>"#,
        event("Claim &amp; form", "2026-03-01T10:00:00.000+01:00", within),
        event(
            "Check",
            "2026-03-01T11:00:00Z",
            r#"<string key="org:resource" value="Ann"><string key="level" value="2"/></string>"#
        ),
        event("Claim &amp; form", "2026-03-02T10:00:00Z", ""),
        event("No case", "2026-03-02T10:00:00Z", ""),
    )
}

async fn import_xes(
    setting: &crate::setting::Setting,
    text: &str,
) -> Result<contract::sources::ImportView, services::ServiceError> {
    let path = setting.file("log.xes", text);
    let guess = events::formats::look(&path, events::formats::Hints::default())?.guess;
    services::sources::import_now(&setting.services, &Actor::console(), NewImport::of("log", &path, guess))
        .await
}

#[tokio::test]
async fn xes_traces_are_cases() {
    let setting = setting().await;
    let done = import_xes(&setting, &xes("", "")).await.expect("imported");
    assert_eq!((done.counts.accepted, done.counts.quarantined), (3, 2));
    let codes: Vec<&str> = done.examples.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, ["bad_time", "missing_customer"]);
    let again = import_xes(&setting, &xes("", "")).await.expect("imported");
    assert_eq!((again.counts.accepted, again.counts.duplicate), (0, 3));
    let query =
        ExploreQuery { by: Level::Activity, unit: contract::journeys::Unit::Case, ..ExploreQuery::default() };
    let found = journeys::transitions(&setting.services, &Actor::console(), query).await.expect("figures");
    assert_eq!((found.journeys, found.starts[0].node.as_str(), found.starts[0].count), (2, "Claim & form", 2));
    assert_eq!((found.transitions[0].to.as_str(), found.transitions[0].median_seconds), ("Check", 7200.0));
}

#[tokio::test]
async fn xes_events_that_are_too_large_are_quarantined() {
    let setting = setting().await;
    let large = format!(r#"<string key="x" value="{}"/>"#, "a".repeat(2 << 20));
    let many = r#"<int key="n" value="1"/>"#.repeat(2_000);
    for within in [large, many] {
        let done = import_xes(&setting, &xes("", &within)).await.expect("imported");
        assert_eq!(done.examples[0].code, "event_too_large");
    }
    // UTF-16, as some tools write it.
    let text = xes("", "");
    let bytes: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let path = setting.file("wide.xes", "");
    std::fs::write(&path, bytes).expect("written");
    let look = events::formats::look(&path, events::formats::Hints::default()).expect("a log");
    assert_eq!(look.rows.len(), 5);
}

#[tokio::test]
async fn hostile_xes_is_refused() {
    let setting = setting().await;
    let doctype = r#"<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    let unknown = r#"<string key="x" value="&b;"/>"#;
    for (text, expected) in [
        (xes(doctype, ""), "doctype_forbidden"),
        (xes("", unknown), "bad_xml"),
        (xes("", "").replace("</trace></log>", ""), "bad_xml"),
        // Cut between two traces: nothing within is broken, and yet it is not all of it.
        (xes("", "").replace("</log>", ""), "bad_xml"),
        (xes("", &format!("{}{}", "<list>".repeat(80), "</list>".repeat(80))), "bad_xml"),
        ("<html><log/></html>".to_owned(), "bad_xml"),
        (xes("", "").replace("</event>", "</trace>"), "bad_xml"),
        ("<log></log>".to_owned(), "empty_file"),
        (format!("<log><trace><string key=\"x\" value=\"{}\"/>", "a".repeat(5 << 20)), "bad_xml"),
    ] {
        assert_eq!(code(import_xes(&setting, &text).await), expected, "{}", &text[..text.len().min(200)]);
    }
}

#[tokio::test]
async fn json_lines_that_are_broken_are_quarantined() {
    let setting = setting().await;
    let deep = format!("{{\"who\":\"a\",\"x\":{}1{}}}", "[".repeat(80), "]".repeat(80));
    let lines = [
        r#"{"who":"a","when":"2026-03-01T10:00:00Z","what":"Call","cost":6.5,"tags":["x","y"]}"#,
        r#"{"who":"a","when":1772445600,"what":"Call"}"#,
        r#"{"who":"b","when":"2026-03-01T10:00:00Z","what":"Call""#,
        r#"{"who":"b","when":"2026-03-01T10:00:00Z","what":NaN}"#,
        r#"{"who":"b","when":"2026-03-01T10:00:00Z","what":"\ud800"}"#,
        deep.as_str(),
        "[1,2]",
        "",
        r#"{"when":"2026-03-01T10:00:00Z","what":"Call"}"#,
        r#"{"who":"c","when":"2026-03-01T11:00:00Z","what":"Gespr\u00e4ch"}"#,
    ];
    let path = setting.file("log.jsonl", &lines.join("\n"));
    let mapping = events::csv::Mapping::parse(&format!("{MAP},tags=tags")).expect("a mapping");
    let import = || NewImport::of("calls", &path, mapping.clone());
    let console = Actor::console();
    let done = services::sources::import_now(&setting.services, &console, import()).await.expect("imported");
    assert_eq!((done.counts.received, done.counts.accepted, done.counts.quarantined), (9, 2, 7));
    let found: Vec<(u64, &str)> = done.examples.iter().map(|row| (row.line, row.code.as_str())).collect();
    let expected = [
        (2, "bad_time"),
        (3, "broken_json"),
        (4, "broken_json"),
        (5, "broken_json"),
        (6, "too_deep"),
        (7, "broken_json"),
        (9, "missing_customer"),
    ];
    assert_eq!(found, expected);
    let again = services::sources::import_now(&setting.services, &console, import()).await.expect("imported");
    assert_eq!((again.counts.accepted, again.counts.duplicate), (0, 2));
}
