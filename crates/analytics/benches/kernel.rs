//! The kernel on a made-up log: 200 nodes, ten events a customer on average, as many events as
//! `THROUGHLINE_BENCH_EVENTS` says (10 million otherwise).

use std::sync::LazyLock;

use analytics::funnel::{Request as Funnel, funnel};
use analytics::sankey::{Direction, Occurrence, Request, sankey};
use analytics::transitions::transitions;
use analytics::variants::{Loops, variants};
use analytics::{JourneyLog, Projection, Repeats, Selection, Times};
use divan::{Bencher, black_box};

const NODES: u32 = 200;
/// Classes: several rules lead to one node.
const CLASSES: u32 = 320;

struct Made {
    log: JourneyLog,
    class: Vec<u32>,
    node: Vec<u32>,
    owner: Vec<u32>,
}

impl Made {
    fn projection(&self) -> Projection<'_> {
        Projection { class: &self.class, node: &self.node, owner: &self.owner, nodes: NODES }
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
    let node = (0..CLASSES).map(|class| class % NODES).collect();
    let owner = (0..CLASSES).map(|class| class % 9).collect();
    Made { log, class, node, owner }
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
    bencher.bench(|| black_box(transitions(&made.log, &made.projection(), &keeping(), times)));
}

#[divan::bench(sample_count = 10, args = [Times::Leave, Times::Measure])]
fn sankey_8_steps_top_12(bencher: Bencher<'_, '_>, times: Times) {
    let made = &*MADE;
    let request =
        Request { direction: Direction::Forward, anchor: None, steps: 8, top: 12, opened: Vec::new(), times };
    bencher.bench(|| black_box(sankey(&made.log, &made.projection(), &keeping(), &request)));
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
        times: Times::Leave,
    };
    bencher.bench(|| black_box(sankey(&made.log, &made.projection(), &keeping(), &request)));
}

#[divan::bench(sample_count = 10)]
fn funnel_4_steps_in_7_days(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    let step = |node: u32| (0..NODES).map(|other| other == node).collect();
    let request = Funnel { steps: [2, 5, 9, 14].map(step).into(), window: Some(7 * 86_400_000_000) };
    bencher.bench(|| black_box(funnel(&made.log, &made.projection(), &Selection::default(), &request)));
}

#[divan::bench(sample_count = 5)]
fn variants_with_loops_folded(bencher: Bencher<'_, '_>) {
    let made = &*MADE;
    bencher.bench(|| {
        black_box(variants(&made.log, &made.projection(), &Selection::default(), Loops::Collapse, 200))
    });
}
