//! Our half of the comparison with other engines (`cargo xtask bench`): makes the log, and answers five questions on it
//! as it was imported. What the others do, on the same file, stands in `bench/`.
//!
//! `make EVENTS FOLDER` writes `log.csv` and `touchpoints.csv`; `ask DATA_DIR FOLDER OUT` loads the data folder and
//! writes times and answers; `large EVENTS OUT` asks the kernel alone, on a log that is made in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use analytics::followed::followed;
use analytics::funnel::{Request as Funnel, funnel};
use analytics::sankey::{Direction, Kind, Occurrence, Request, Sankey, sankey};
use analytics::transitions::transitions;
use analytics::{Basis, JourneyLog, Journeys, Projection, Repeats, Selection, Times};
use events::{SegmentRef, Snapshot};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// Touchpoints, and activities that are mapped to them.
const NODES: u32 = 200;
const ACTIVITIES: u32 = 320;
/// First instant of the made-up log: 2026-01-01, in seconds.
const START: i64 = 1_767_225_600;
/// What is asked: the anchor, the steps of the funnel, and its window, which is that of the contacts too.
const ANCHOR: u32 = 40;
const STEPS: [u32; 4] = [2, 5, 9, 14];
const WEEK: i64 = 7 * 86_400_000_000;
const RUNS: usize = 9;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", events, folder] => make(events.parse()?, Path::new(folder)),
        ["ask", data, folder, out] => ask(Path::new(data), Path::new(folder), Path::new(out)),
        ["large", events, out] => large(events.parse()?, Path::new(out)),
        // Run with all other benches, it has nothing to measure.
        _ => Ok(()),
    }
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }

    /// Small activities are frequent, as pages and calls are.
    fn activity(&mut self) -> u32 {
        let (a, b) = (self.below(u64::from(ACTIVITIES)), self.below(u64::from(ACTIVITIES)));
        (a * b / u64::from(ACTIVITIES)) as u32
    }
}

/// Hands each event to `take`, customer by customer: (customer, seconds, activity). No customer has two events in one
/// second, so that every engine has the same order.
fn invent(events: usize, mut take: impl FnMut(u32, i64, u32)) {
    let mut random = Random(7);
    let (mut made, mut customer) = (0, 0);
    while made < events {
        let mut at = START + random.below(86_400 * 180) as i64;
        for _ in 0..1 + random.below(19) {
            take(customer, at, random.activity());
            at += 1 + random.below(86_400 * 6) as i64;
            made += 1;
        }
        customer += 1;
    }
}

fn make(events: usize, folder: &Path) -> Result<(), Failure> {
    let mut all: Vec<(i64, u32, u32)> = Vec::with_capacity(events + 20);
    invent(events, |customer, at, activity| all.push((at, customer, activity)));
    // As logs are: in order of time, all customers mixed.
    all.sort_unstable();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join("log.csv"))?);
    writeln!(out, "customer,time,activity,channel")?;
    for (at, customer, activity) in all {
        let at = chrono::DateTime::from_timestamp(at, 0).ok_or("an instant")?;
        let channel = ["web", "app", "phone"][(activity % 3) as usize];
        writeln!(
            out,
            "C{customer:09},{},activity number {activity:03},{channel}",
            at.format("%Y-%m-%dT%H:%M:%SZ")
        )?;
    }
    out.flush()?;
    let mut out = BufWriter::new(File::create(folder.join("touchpoints.csv"))?);
    writeln!(out, "activity,node")?;
    for activity in 0..ACTIVITIES {
        writeln!(out, "activity number {activity:03},{}", activity % NODES)?;
    }
    Ok(out.flush()?)
}

/// Times an answer: the median of several runs after one that warms up, in milliseconds.
fn timed<T>(mut answer: impl FnMut() -> T) -> (f64, T) {
    let mut last = answer();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            last = black_box(answer());
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[RUNS / 2], last)
}

fn flow(direction: Direction) -> Request {
    let backward = direction == Direction::Backward;
    Request {
        direction,
        anchor: backward.then_some((ANCHOR, Occurrence::First)),
        steps: if backward { 6 } else { 8 },
        top: 12,
        opened: Vec::new(),
        filters: Vec::new(),
        times: Times::Leave,
    }
}

fn steps() -> Funnel {
    let step = |node: u32| (0..NODES).map(|other| other == node).collect();
    Funnel { steps: STEPS.map(step).into(), window: Some(WEEK) }
}

fn outcome() -> Vec<bool> {
    (0..NODES).map(|node| node % 20 == 3).collect()
}

/// Links as text: step, from, to.
fn links(found: &Sankey) -> BTreeMap<String, u64> {
    let name = |kind: Kind| match kind {
        Kind::Node(node) => node.to_string(),
        Kind::Other { .. } => "other".to_owned(),
        Kind::Ended => "end".to_owned(),
        Kind::Started => "start".to_owned(),
    };
    let named = |link: &analytics::sankey::Link| {
        let (from, to) = (&found.columns[link.column], &found.columns[link.column + 1]);
        let ends = (name(from.nodes[link.source].kind), name(to.nodes[link.target].kind));
        (format!("{}|{}|{}", from.step, ends.0, ends.1), link.journeys)
    };
    found.links.iter().map(named).collect()
}

/// The five questions, with times and answers.
fn questions(basis: &Basis<'_>) -> Result<BTreeMap<&'static str, Value>, Failure> {
    let mut all = BTreeMap::new();
    let mut put = |name, (median, answer): (f64, Value)| {
        all.insert(name, json!({ "median_ms": median, "answer": answer }));
    };
    let (median, found) = timed(|| transitions(basis, Times::Leave));
    let pairs: BTreeMap<String, u64> =
        found.transitions.iter().map(|one| (format!("{}|{}", one.from, one.to), one.count)).collect();
    put("transitions", (median, json!(pairs)));
    for (name, direction) in [("sankey", Direction::Forward), ("backward", Direction::Backward)] {
        let request = flow(direction);
        let (median, found) = timed(|| sankey(basis, &request));
        let found = found.map_err(|error| format!("{error:?}"))?;
        put(name, (median, json!(links(&found))));
    }
    let request = steps();
    let (median, found) = timed(|| funnel(basis, &request));
    put("funnel", (median, json!(found.steps.iter().map(|step| step.journeys).collect::<Vec<_>>())));
    let contacts = outcome();
    let (median, found) = timed(|| followed(basis, &contacts, WEEK));
    let nodes: BTreeMap<String, (u64, u64)> = (0..)
        .zip(&found)
        .filter(|(_, one)| one.events > 0)
        .map(|(node, one): (u32, _)| (node.to_string(), (one.events, one.followed)))
        .collect();
    put("followed", (median, json!(nodes)));
    Ok(all)
}

/// Most memory that this process ever had, in MiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn keeping() -> Selection {
    Selection { repeats: Repeats::Keep, ..Selection::default() }
}

fn ask(data: &Path, folder: &Path, out: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let manifest = runtime.block_on(async {
        let db = db::connect(None, data).await?.into_db(0).await?;
        db::imports::manifest(&db).await
    })?;
    let segments: Vec<SegmentRef> = manifest
        .segments
        .into_iter()
        .map(|segment| SegmentRef {
            file: segment.file,
            bucket: segment.bucket as u32,
            source: manifest.sources[0].name.clone(),
            source_order: 0,
        })
        .collect();
    let store = events::Store::open(data)?;
    let began = Instant::now();
    let snapshot = Snapshot::load(&store, &segments)?;
    let load = began.elapsed().as_secs_f64();

    let mut node_of = BTreeMap::new();
    for line in BufReader::new(File::open(folder.join("touchpoints.csv"))?).lines().skip(1) {
        let line = line?;
        let (activity, node) = line.split_once(',').ok_or("a row of two cells")?;
        node_of.insert(activity.to_owned(), node.parse::<u32>()?);
    }
    let node: Vec<u32> = snapshot.activities.iter().map(|activity| node_of[&activity.name]).collect();
    let owner: Vec<u32> = node.iter().map(|node| node % 9).collect();
    let projection = Projection { class: snapshot.log.activities(), node: &node, owner: &owner, nodes: NODES };
    let began = Instant::now();
    let journeys = Journeys::of(&snapshot.log, &projection, &keeping());
    let layout = began.elapsed().as_secs_f64() * 1000.0;
    let basis = Basis { log: &snapshot.log, projection, journeys: &journeys };
    let answers = questions(&basis)?;
    let events = snapshot.log.events() as u64;
    let core = size_of::<i64>() + 2 * size_of::<u32>();
    let report = json!({
        "engine": "throughline", "version": env!("CARGO_PKG_VERSION"), "events": events, "load_s": load,
        "layout_ms": layout, "peak_mib": peak(), "core_bytes": core, "answers": answers,
    });
    Ok(std::fs::write(out, report.to_string())?)
}

fn large(events: usize, out: &Path) -> Result<(), Failure> {
    let (mut offsets, mut time, mut activity) =
        (Vec::new(), Vec::with_capacity(events), Vec::with_capacity(events));
    let mut last = None;
    invent(events, |customer, at, of| {
        if last != Some(customer) {
            offsets.push(time.len() as u32);
            last = Some(customer);
        }
        time.push(at * 1_000_000);
        activity.push(of);
    });
    offsets.push(time.len() as u32);
    let events = time.len();
    let log =
        JourneyLog::new(offsets, time, activity, vec![0; events]).map_err(|error| format!("{error:?}"))?;
    let node: Vec<u32> = (0..ACTIVITIES).map(|activity| activity % NODES).collect();
    let owner: Vec<u32> = node.iter().map(|node| node % 9).collect();
    let projection = Projection { class: log.activities(), node: &node, owner: &owner, nodes: NODES };
    let journeys = Journeys::of(&log, &projection, &keeping());
    let basis = Basis { log: &log, projection, journeys: &journeys };
    let times: BTreeMap<&str, Value> =
        questions(&basis)?.into_iter().map(|(name, one)| (name, one["median_ms"].clone())).collect();
    let report = json!({ "events": events, "median_ms": times, "peak_mib": peak() });
    Ok(std::fs::write(out, report.to_string())?)
}
