//! `cargo xtask bench [EVENTS [LARGE]]`: the kernel beside other engines, on the same log, in one run; the figures go to
//! docs/benchmarks.md with what the machine is.
//!
//! Never part of the tests: times say something only on a machine that does nothing else.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::run::{Step, exists, program};
use crate::{NATIVE, Outcome, build, root, setup, target};

const ENGINES: [&str; 3] = ["duckdb", "polars", "pm4py"];
/// (name in the answers, what people call it).
const QUESTIONS: [(&str, &str); 5] = [
    ("transitions", "transitions"),
    ("sankey", "step-Sankey, 8 steps, top 12"),
    ("backward", "backward from an anchor, 6 steps, top 12"),
    ("funnel", "funnel, 4 steps in 7 days"),
    ("followed", "followed by a contact within 7 days, each touchpoint"),
];

/// What was measured of one engine.
struct Report(Value);

impl Report {
    fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map(Self).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn name(&self) -> String {
        let text = |name: &str| self.0[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("engine"), text("version"))
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.0[name].as_f64()
    }

    fn median(&self, question: &str) -> Option<f64> {
        self.0["answers"][question]["median_ms"].as_f64()
    }

    fn answers_as(&self, other: &Self, question: &str) -> Option<bool> {
        let answer = |report: &Self| report.0["answers"].get(question).map(|one| one["answer"].clone());
        Some(answer(self)? == answer(other)?)
    }
}

/// Makes the log, asks everyone, and writes the table.
pub fn run(words: &[String]) -> Outcome {
    let number = |at: usize, otherwise: u64| -> Outcome<u64> {
        let word = words.get(at).map_or(Ok(otherwise), |word| word.replace('_', "").parse());
        word.map_err(|_| "usage: cargo xtask bench [EVENTS [LARGE]]".to_owned())
    };
    let (events, large) = (number(0, 10_000_000)?, number(1, 100_000_000)?);
    let throughline = build()?;
    let python = python()?;
    let folder = target().join("bench").join(events.to_string());
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if !folder.join("touchpoints.csv").exists() {
        Step::new(format!("making a log of {events} events"))
            .run(ours().arg("make").arg(events.to_string()).arg(&folder))?;
    }
    let Ours { import, first } = ourselves(&throughline, &folder)?;
    let mine = Report::read(&folder.join("throughline.json"))?;
    let mut others = Vec::new();
    for engine in ENGINES {
        let out = folder.join(format!("{engine}.json"));
        Step::new(format!("asking {engine}"))
            .run(program(&python).arg("bench/peers.py").arg(engine).arg(&folder).arg(&out))?;
        others.push(Report::read(&out)?);
    }
    // Written by the first of the others, for all.
    let parquet = imported(&throughline, &folder, "log.parquet", "of-parquet")?;
    let at_scale = folder.join("large.json");
    Step::new(format!("asking the kernel on {large} events"))
        .run(ours().arg("large").arg(large.to_string()).arg(&at_scale))?;
    let at_scale = Report::read(&at_scale)?;
    let text = table(&mine, &others, &at_scale, &Times { import, parquet, first });
    println!("{text}");
    let path = root().join("docs").join("benchmarks.md");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    for other in &others {
        for (question, name) in QUESTIONS {
            if mine.answers_as(other, question) == Some(false) {
                return Err(format!("{} answers otherwise: {name}", other.name()));
            }
        }
    }
    Ok(())
}

/// Our half of the comparison.
fn ours() -> Command {
    let mut command = program("cargo");
    command.args(["bench"]).args(NATIVE).args(["--bench", "peers", "--"]);
    command
}

/// Seconds of ours: the import, and a first Sankey of the program started anew.
struct Ours {
    import: f64,
    first: f64,
}

/// What was timed beside the questions, in seconds.
struct Times {
    import: f64,
    parquet: f64,
    first: f64,
}

/// Imports a file of the log into a data folder of its own, three times anew, and gives the median in seconds.
fn imported(throughline: &Path, folder: &Path, file: &str, data: &str) -> Outcome<f64> {
    let mut times = Vec::new();
    for _ in 0..3 {
        times.push(imported_once(throughline, folder, file, data)?);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn imported_once(throughline: &Path, folder: &Path, file: &str, data: &str) -> Outcome<f64> {
    let data = folder.join(data);
    // What an earlier run left; where there is none, nothing is to be removed.
    let _ = fs::remove_dir_all(&data);
    let began = Instant::now();
    Step::new(format!("importing {file}")).run(
        program(throughline)
            .arg("import")
            .arg(folder.join(file))
            .args(["--source", "log", "--map", "customer=customer,time=time,activity=activity,channel=channel"])
            .args(["--time-zone", "UTC", "--data-dir"])
            .arg(&data),
    )?;
    Ok(began.elapsed().as_secs_f64())
}

/// Imports the log, asks the kernel, and starts the program anew for a first Sankey.
fn ourselves(throughline: &Path, folder: &Path) -> Outcome<Ours> {
    let data = folder.join("data");
    let import = imported(throughline, folder, "log.csv", "data")?;
    Step::new("asking the kernel")
        .run(ours().arg("ask").arg(&data).arg(folder).arg(folder.join("throughline.json")))?;
    let mut first = f64::MAX;
    for _ in 0..3 {
        let began = Instant::now();
        Step::quiet("a first Sankey").run(
            program(throughline)
                .args(["query", "sankey", "--by", "activity", "--json", "--data-dir"])
                .arg(&data)
                .stdout(Stdio::null()),
        )?;
        first = first.min(began.elapsed().as_secs_f64());
    }
    Ok(Ours { import, first })
}

/// A Python with the other engines, in an environment of its own.
fn python() -> Outcome<PathBuf> {
    if !exists("python3") {
        setup::packages(&["python3", "python3-venv"])?;
    }
    let python = setup::virtual_environment(&target().join("bench").join("venv"))?;
    Step::new("installing the other engines").run(program(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--requirement",
        "bench/requirements.txt",
    ]))?;
    Ok(python)
}

fn table(mine: &Report, others: &[Report], at_scale: &Report, times: &Times) -> String {
    let Times { import, parquet, first } = times;
    let mut out = String::new();
    let events = mine.number("events").unwrap_or(0.0);
    let mut line = |text: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    line("# Benchmarks\n");
    line(
        "Written by `cargo xtask bench`. Everyone reads the same made-up log (seeded: customers mixed in order of time, 320 activities that an inventory maps to 200 touchpoints, small ones frequent, about ten events a customer, no two of a customer at one instant) and answers the same questions in one run, one after the other, on the same machine. Each engine may sort its events by customer and time and keep the touchpoint of each event before the clock runs, as Throughline does. Medians of warm runs, and of three loads; of several ways to ask an engine, the fastest. Answers are compared value by value.\n",
    );
    line(&format!("Machine: {}.\n", machine()));
    line(&format!("## {} million events\n", (events / 1e6).round()));
    let names: Vec<String> = others.iter().map(Report::name).collect();
    line(&format!(
        "| median, ms | Throughline | {} | times as fast as the fastest that answers equally |",
        names.join(" | ")
    ));
    line(&format!("| --- | --- |{} --- |", " --- |".repeat(others.len())));
    for (question, name) in QUESTIONS {
        let Some(own) = mine.median(question) else { continue };
        let mut cells = Vec::new();
        let mut fastest = f64::MAX;
        for other in others {
            cells.push(match (other.median(question), mine.answers_as(other, question)) {
                (Some(median), Some(true)) => {
                    fastest = fastest.min(median);
                    format!("{median:.0}")
                }
                (Some(median), _) => format!("{median:.0} (answers otherwise)"),
                (None, _) => "not asked".to_owned(),
            });
        }
        let ratio =
            if fastest < f64::MAX { format!("{:.1}", fastest / own) } else { "no equal answer".to_owned() };
        line(&format!("| {name} | {own:.1} | {} | {ratio} |", cells.join(" | ")));
    }
    line("");
    line(&format!("| | Throughline | {} |", names.join(" | ")));
    line(&format!("| --- | --- |{}", " --- |".repeat(others.len())));
    let of = |name: &str, digits: usize| -> Vec<String> {
        others
            .iter()
            .map(|one| one.number(name).map_or("".to_owned(), |value| format!("{value:.digits$}")))
            .collect()
    };
    line(&format!(
        "| CSV, loaded and sorted, s (duckdb and Throughline: durable) | {import:.1} | {} |",
        of("load_s", 1).join(" | ")
    ));
    line(&format!(
        "| Parquet, loaded and sorted, s (the same) | {parquet:.1} | {} |",
        of("parquet_s", 1).join(" | ")
    ));
    let peak = mine.number("peak_mib").unwrap_or(0.0);
    line(&format!("| peak memory while asked, MiB | {peak:.0} | {} |", of("peak_mib", 0).join(" | ")));
    line("");
    let layout = mine.number("layout_ms").unwrap_or(0.0);
    let load = mine.number("load_s").unwrap_or(0.0);
    let core = mine.number("core_bytes").unwrap_or(0.0);
    line(&format!(
        "A process that starts gives its first Sankey after {first:.2} s (with the copy of the columns; reading all segments takes {load:.1} s). Laying out the journeys of a new selection takes {layout:.0} ms, once. Core columns take {core:.0} bytes an event.\n"
    ));
    line(&format!(
        "## {} million events, the kernel alone\n",
        (at_scale.number("events").unwrap_or(0.0) / 1e6).round()
    ));
    line("| median, ms | Throughline |");
    line("| --- | --- |");
    for (question, name) in QUESTIONS {
        line(&format!("| {name} | {:.0} |", at_scale.0["median_ms"][question].as_f64().unwrap_or(0.0)));
    }
    line(&format!("\nPeak memory: {:.0} MiB.", at_scale.number("peak_mib").unwrap_or(0.0)));
    out
}

/// What the machine is.
fn machine() -> String {
    let read = |path: &str, start: &str| {
        let text = fs::read_to_string(path).ok()?;
        let line = text.lines().find(|line| line.starts_with(start))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = read("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = read("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let memory = memory.map_or_else(String::new, |kilobytes| format!(", {:.0} GB memory", kilobytes / 1e6));
    format!("{model}, {cores} cores{memory}")
}
