//! The kernel on a made-up log: 200 nodes, ten events a customer on average, as many events as
//! `THROUGHLINE_BENCH_EVENTS` says (10 million otherwise).

use std::sync::LazyLock;

use analytics::followed::followed;
use analytics::funnel::{Request as Funnel, funnel};
use analytics::sankey::{Direction, Occurrence, Request, sankey};
use analytics::transitions::{measure, transitions};
use analytics::variants::{Loops, variants};
use analytics::{Basis, JourneyLog, Journeys, Projection, Repeats, Selection, Times};
use divan::{Bencher, black_box};

const NODES: u32 = 200;
/// Classes: several rules lead to one node.
const CLASSES: u32 = 320;

struct Made {
    log: JourneyLog,
    class: Vec<u32>,
    node: Vec<u32>,
    owner: Vec<u32>,
    /// With repeats kept, and folded.
    kept: Journeys,
    folded: Journeys,
}

impl Made {
    fn projection(&self) -> Projection<'_> {
        Projection { class: &self.class, node: &self.node, owner: &self.owner, nodes: NODES }
    }

    fn kept(&self) -> Basis<'_> {
        Basis { log: &self.log, projection: self.projection(), journeys: &self.kept }
    }

    fn folded(&self) -> Basis<'_> {
        Basis { log: &self.log, projection: self.projection(), journeys: &self.folded }
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
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let events = std::env::var("THROUGHLINE_BENCH_EVENTS").ok().and_then(|text| text.parse().ok());
    let events: usize = events.unwrap_or(10_000_000);
    let mut random = Random(7);
    let mut offsets = vec![0];
    let (mut time, mut class) = (Vec::with_capacity(events), Vec::with_capacity(events));
    while time.len() < events {
        let mut at = 1_767_000_000_000_000 + random.below(86_400 * 180) as i64 * 1_000_000;
        for _ in 0..1 + random.below(19) {
            // Small nodes are frequent, as pages and calls are.
            let (a, b) = (random.below(u64::from(CLASSES)), random.below(u64::from(CLASSES)));
            time.push(at);
            class.push((a * b / u64::from(CLASSES)) as u32);
            at += random.below(86_400 * 6) as i64 * 1_000_000;
        }
        offsets.push(time.len() as u32);
    }
    let cases = vec![0; time.len()];
    let log = JourneyLog::new(offsets, time, class.clone(), cases).expect("a log");
    let node: Vec<u32> = (0..CLASSES).map(|class| class % NODES).collect();
    let owner: Vec<u32> = (0..CLASSES).map(|class| class % NODES % 9).collect();
    let projection = Projection { class: &class, node: &node, owner: &owner, nodes: NODES };
    let kept = Journeys::of(&log, &projection, &keeping());
    let folded = Journeys::of(&log, &projection, &Selection::default());
    Made { log, class, node, owner, kept, folded }
});

fn main() {
    divan::main();
}

fn keeping() -> Selection {
    Selection { repeats: Repeats::Keep, ..Selection::default() }
}

#[divan::bench(sample_count = 10, args = [Times::Leave, Times::Measure])]
fn transitions_keeping_repeats(bencher: Bencher<'_, '_>, times: Times) {
    let made = &*MADE;
    bencher.bench(|| black_box(transitions(&made.kept(), times)));
}

#[divan::bench(sample_count = 10)]
fn measuring_100_transitions(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    let mut all = transitions(&made.kept(), Times::Leave).transitions;
    bencher.bench_local(|| measure(&made.kept(), black_box(&mut all[..100])));
}

#[divan::bench(sample_count = 10, args = [Times::Leave, Times::Measure])]
fn sankey_8_steps_top_12(bencher: Bencher<'_, '_>, times: Times) {
    let made = &*MADE;
    let request = Request {
        direction: Direction::Forward,
        anchor: None,
        steps: 8,
        top: 12,
        opened: Vec::new(),
        filters: Vec::new(),
        times,
    };
    bencher.bench(|| black_box(sankey(&made.kept(), &request)));
}

#[divan::bench(sample_count = 10)]
fn backward_6_steps(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    let request = Request {
        direction: Direction::Backward,
        anchor: Some((40, Occurrence::First)),
        steps: 6,
        top: 12,
        opened: Vec::new(),
        filters: Vec::new(),
        times: Times::Leave,
    };
    bencher.bench(|| black_box(sankey(&made.kept(), &request)));
}

#[divan::bench(sample_count = 10)]
fn funnel_4_steps_in_7_days(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    let step = |node: u32| (0..NODES).map(|other| other == node).collect();
    let request = Funnel { steps: [2, 5, 9, 14].map(step).into(), window: Some(7 * 86_400_000_000) };
    bencher.bench(|| black_box(funnel(&made.kept(), &request)));
}

#[divan::bench(sample_count = 5)]
fn variants_with_loops_folded(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    bencher.bench(|| black_box(variants(&made.folded(), Loops::Collapse, 200)));
}

#[divan::bench(sample_count = 10)]
fn followed_by_within_7_days(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    let outcome: Vec<bool> = (0..NODES).map(|node| node % 20 == 3).collect();
    bencher.bench(|| black_box(followed(&made.kept(), &outcome, 7 * 86_400_000_000)));
}

#[divan::bench(sample_count = 5, args = [Repeats::Keep, Repeats::Collapse])]
fn laying_out(bencher: Bencher<'_, '_>, repeats: Repeats) {
    let made = &*MADE;
    let selection = Selection { repeats, ..Selection::default() };
    bencher.bench(|| black_box(Journeys::of(&made.log, &made.projection(), &selection)));
}

#[divan::bench(sample_count = 5)]
fn laying_out_a_period(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    let (first, last) = made.log.span().expect("events");
    let (from, until) = (Some(first + (last - first) / 4), Some(last - (last - first) / 4));
    let selection = Selection { from, until, ..Selection::default() };
    bencher.bench(|| black_box(Journeys::of(&made.log, &made.projection(), &selection)));
}
