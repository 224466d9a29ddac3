//! The command line as scripts use it, killed at any moment included.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const MAP: &str = "customer=who,time=when,activity=what";

fn throughline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    command.env_remove("THROUGHLINE_DATABASE_URL");
    command
}

fn import(data: &Path, file: &Path) -> Command {
    let mut command = throughline();
    command
        .args(["import", "--source", "log", "--map", MAP, "--time-zone", "UTC", "--data-dir"])
        .arg(data)
        .arg(file);
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn log(rows: usize) -> String {
    let mut log = String::from("who,when,what\n");
    for row in 0..rows {
        let (customer, activity) = (row % 9000, row % 40);
        writeln!(
            log,
            "c{customer},2026-01-01T{:02}:{:02}:{:02}Z,step {activity}",
            row / 3600 % 24,
            row / 60 % 60,
            row % 60
        )
        .expect("writing to a string");
    }
    log
}

#[test]
fn an_import_killed_at_any_moment_leaves_nothing_and_the_next_brings_everything() {
    const ROWS: usize = 120_000;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("log.csv");
    std::fs::write(&file, log(ROWS)).expect("written");
    // How long a whole import takes here decides when the others are killed.
    let began = Instant::now();
    let whole = folder.path().join("whole");
    assert!(import(&whole, &file).output().expect("run").status.success());
    let takes = began.elapsed();
    let data = folder.path().join("data");
    let mut killed = 0;
    for round in 0..50_u32 {
        // Spread over the whole import by a multiplicative sequence; a few come just too late.
        let moment = takes * (round * 37 % 50) / 48;
        let mut child =
            import(&data, &file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        std::thread::sleep(moment.max(Duration::from_millis(1)));
        child.kill().expect("killed");
        let done = child.wait().expect("waited").success();
        killed += u32::from(!done);
        // One that was quicker than thought brought everything: what follows it would have nothing left to do.
        if done {
            std::fs::remove_dir_all(&data).expect("removed");
        }
    }
    assert!(killed > 20, "only {killed} imports were cut short");
    let last = import(&data, &file).output().expect("run");
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    let query = |data: &Path| {
        let output = throughline()
            .args(["query", "transitions", "--by", "activity", "--keep-repeats", "--json", "--data-dir"])
            .arg(data)
            .output();
        text(&output.expect("run"))
    };
    let found = query(&data);
    assert!(found.contains(&format!("\"events\":{ROWS}")), "{}", &found[..found.len().min(200)]);
    assert_eq!(found, query(&whole));
    // Nothing lies about that the manifest does not name: 16 buckets of one import.
    let segments = std::fs::read_dir(data.join("segments")).expect("listed").count();
    assert!(segments <= 16, "{segments} segments");
}

#[test]
fn bad_input_is_exit_2_and_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("log.csv");
    std::fs::write(&file, "who,who\n").expect("written");
    let missing = folder.path().join("missing.csv");
    let data = folder.path().join("data");
    let mut zone = import(&data, &file);
    zone.args(["--encoding", "martian"]);
    let mut flag = throughline();
    flag.args(["query", "sankey", "--colour", "red"]);
    let mut node = throughline();
    node.args(["query", "sankey", "--anchor", "Nowhere", "--data-dir"]).arg(&data);
    for mut command in [import(&data, &file), import(&data, &missing), zone, flag, node] {
        let output = command.output().expect("run");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    }
}

#[test]
fn the_demo_is_the_same_every_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |name: &str| {
        let data = folder.path().join(name);
        let made =
            throughline().args(["demo", "--customers", "200", "--seed", "3", "--data-dir"]).arg(&data).output();
        assert!(made.expect("run").status.success());
        ["web", "ivr", "contact_centre", "billing", "mail", "dispatch"]
            .map(|log| std::fs::read(data.join("demo").join(format!("{log}.csv"))).expect("written"))
    };
    assert_eq!(make("one"), make("two"));
}

#[test]
fn drivers_are_told_in_the_shape_that_scripts_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made =
        throughline().args(["demo", "--customers", "3000", "--seed", "3", "--data-dir"]).arg(&data).output();
    assert!(made.expect("run").status.success());
    let told =
        throughline().args(["query", "drivers", "--json", "--data-dir"]).arg(&data).output().expect("run");
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let keys = |value: &serde_json::Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&told), ["contacts", "drivers", "source_gaps", "split"]);
    let first = &told["drivers"][0];
    assert_eq!(
        keys(first),
        [
            "ci_high",
            "ci_low",
            "cost",
            "department",
            "excess_contacts",
            "excess_high",
            "excess_low",
            "experience",
            "explained_by",
            "exposed_customers",
            "q_value",
            "rate_ratio",
            "touchpoint"
        ]
    );
    assert_eq!(
        (first["touchpoint"].as_str(), first["experience"].as_str()),
        (Some("Price promise"), Some("Broken"))
    );
    assert_eq!(keys(&told["split"][0]), ["contacts", "department"]);
    let parts: f64 =
        told["split"].as_array().expect("a list").iter().filter_map(|part| part["contacts"].as_f64()).sum();
    let contacts = told["contacts"].as_u64().expect("a count");
    assert!(contacts > 0 && (parts - contacts as f64).abs() < 1e-6, "{parts} of {contacts}");
    assert_eq!(keys(&told["source_gaps"][0]), ["contacts", "keywords"]);
}
