//! Two hundred made-up companies with planted causes of contacts: how often the interval of a cause's excess holds what
//! was planted, how often a decoy is called a driver, and how often a cause is found as one.
//!
//! `cargo bench -p analytics --bench causes -- [COMPANIES [FILE]]` prints the figures, and writes them where a file is
//! named. It fails where fewer planted contacts, or more decoys, are told than the product promises.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use analytics::JourneyLog;
use analytics::drivers::{Driver, NONE, Request, drivers, split};
use analytics::segment::What;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const DAY: i64 = 86_400_000_000;
const DAYS: i64 = 180;
const WINDOW: i64 = 7 * DAY;
/// Class of a contact; candidates follow.
const CONTACT: u32 = 0;
const DECOYS: usize = 6;

/// A cause of contacts, and the page that is looked up before them.
struct Cause {
    /// Part of customers that it can strike, strikes of each in the period, part of strikes with a contact, mean delay.
    exposed: f64,
    strikes: f64,
    contacts: f64,
    delay: f64,
    looked_up: f64,
}

struct Company {
    log: JourneyLog,
    class: Vec<u32>,
    causes: usize,
    planted: Vec<u64>,
}

fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    let limit = (-mean).exp();
    let (mut count, mut product) = (0, rng.random::<f64>());
    while product > limit {
        count += 1;
        product *= rng.random::<f64>();
    }
    count
}

fn exponential(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).ln()
}

/// Makes a company up: other causes, rates, delays and noise with each seed.
fn company(seed: u64) -> Company {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let number = rng.random_range(2..=4);
    let causes: Vec<Cause> = (0..number)
        .map(|_| Cause {
            exposed: rng.random_range(0.1..0.6),
            strikes: rng.random_range(0.6..2.5),
            contacts: rng.random_range(0.2..0.7),
            delay: rng.random_range(0.3..1.4) * DAY as f64,
            looked_up: rng.random_range(0.0..0.8),
        })
        .collect();
    let customers = rng.random_range(1_500..4_000);
    let base = rng.random_range(0.3..2.0);
    let spread = rng.random_range(0.2..1.2);
    let pages: Vec<f64> = (0..DECOYS).map(|_| rng.random_range(0.4..4.0)).collect();
    let mut planted = vec![0; causes.len()];
    let (mut offsets, mut times, mut class) = (vec![0], Vec::new(), Vec::new());
    // Classes: contact, causes, their pages, decoys.
    let page_of = |cause: usize| 1 + (causes.len() + cause) as u32;
    let decoy = |at: usize| 1 + (2 * causes.len() + at) as u32;
    for _ in 0..customers {
        let mut events: Vec<(i64, u32)> = Vec::new();
        let begin = if rng.random_bool(0.5) { 0 } else { rng.random_range(0..120 * DAY) };
        let end = DAYS * DAY;
        events.push((begin, decoy(0)));
        let years = (end - begin) as f64 / end as f64;
        // Some customers get in touch much more often than others.
        let frailty = (spread * (exponential(&mut rng, 1.0) - 1.0)).exp();
        let any = |rng: &mut ChaCha8Rng| rng.random_range(begin + 1..end);
        for _ in 0..poisson(&mut rng, base * frailty * years) {
            let at = any(&mut rng);
            events.push((at, CONTACT));
        }
        for (at, mean) in pages.iter().enumerate() {
            for _ in 0..poisson(&mut rng, mean * years) {
                let time = any(&mut rng);
                events.push((time, decoy(at)));
            }
        }
        for (number, cause) in causes.iter().enumerate() {
            // Pages are looked at without any cause too.
            for _ in 0..poisson(&mut rng, 0.5 * years) {
                let time = any(&mut rng);
                events.push((time, page_of(number)));
            }
            if !rng.random_bool(cause.exposed) {
                continue;
            }
            for _ in 0..poisson(&mut rng, cause.strikes * years) {
                let struck = any(&mut rng);
                events.push((struck, 1 + number as u32));
                if !rng.random_bool(cause.contacts) {
                    continue;
                }
                let contact = struck + 1 + exponential(&mut rng, cause.delay) as i64;
                if contact >= end {
                    continue;
                }
                planted[number] += 1;
                events.push((contact, CONTACT));
                if rng.random_bool(cause.looked_up) {
                    let before = contact - rng.random_range(60_000_000..7_200_000_000);
                    events.push((before.max(struck + 1).min(contact), page_of(number)));
                }
            }
        }
        events.sort_by_key(|event| event.0);
        times.extend(events.iter().map(|event| event.0));
        class.extend(events.iter().map(|event| event.1));
        offsets.push(times.len() as u32);
    }
    let cases = vec![0; times.len()];
    let log = JourneyLog::new(offsets, times, class.clone(), cases).expect("a log");
    Company { log, class, causes: causes.len(), planted }
}

fn judge(company: &Company) -> Vec<Driver> {
    let classes = 1 + 2 * company.causes + DECOYS;
    let candidate: Vec<u32> =
        (0..classes as u32).map(|class| if class == CONTACT { NONE } else { class - 1 }).collect();
    let request = Request {
        class: &company.class,
        candidate: &candidate,
        candidates: classes as u32 - 1,
        outcome: What::Classes((0..classes).map(|class| class == 0).collect()),
        customers: None,
        from: None,
        until: Some(DAYS * DAY),
        window: WINDOW,
    };
    drivers(&company.log, &request).drivers
}

/// Events of the timed log, and its candidates.
const EVENTS: usize = 1_000_000;
const CANDIDATES: u32 = 60;

/// Milliseconds that it takes to judge a million events with sixty candidates and to share out their contacts, the
/// median of several times; nothing is kept from one to the next.
fn timed() -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut offsets, mut times, mut class) = (vec![0], Vec::new(), Vec::new());
    while times.len() < EVENTS {
        let mut at = rng.random_range(0..DAYS * DAY / 2);
        for _ in 0..rng.random_range(1..20) {
            times.push(at);
            class.push(rng.random_range(0..=CANDIDATES));
            at += rng.random_range(1..9 * DAY);
        }
        offsets.push(times.len() as u32);
    }
    let cases = vec![0; times.len()];
    let log = JourneyLog::new(offsets, times, class.clone(), cases).expect("a log");
    let candidate: Vec<u32> = (0..=CANDIDATES).map(|one| if one == CONTACT { NONE } else { one - 1 }).collect();
    let request = Request {
        class: &class,
        candidate: &candidate,
        candidates: CANDIDATES,
        outcome: What::Classes((0..=CANDIDATES).map(|one| one == CONTACT).collect()),
        customers: None,
        from: None,
        until: None,
        window: WINDOW,
    };
    let mut took: Vec<f64> = (0..5)
        .map(|_| {
            let began = Instant::now();
            let found = drivers(&log, &request);
            black_box(split(&log, &request, &found.drivers, &[false; CANDIDATES as usize]));
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[2]
}

fn percent(part: u32, of: u32) -> f64 {
    f64::from(part) / f64::from(of.max(1)) * 100.0
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let companies: u64 = words.first().and_then(|word| word.parse().ok()).unwrap_or(200);
    let (mut causes, mut covered, mut found) = (0, 0, 0);
    let (mut decoys, mut raised, mut called) = (0, 0, 0);
    let (mut pages, mut folded, mut right) = (0, 0, 0);
    for seed in 0..companies {
        let company = company(seed);
        let judged = judge(&company);
        for (cause, &planted) in company.planted.iter().enumerate() {
            let driver = &judged[cause];
            causes += 1;
            found += u32::from(driver.is_cause());
            let within = driver
                .excess
                .is_some_and(|excess| excess.low <= planted as f64 && planted as f64 <= excess.high);
            covered += u32::from(within);
            let page = &judged[company.causes + cause];
            if page.is_significant() {
                pages += 1;
                folded += u32::from(page.explained_by.is_some());
                right += u32::from(page.explained_by.is_some_and(|(of, _)| of as usize == cause));
            }
        }
        for decoy in &judged[2 * company.causes..] {
            decoys += 1;
            raised += u32::from(decoy.is_significant());
            called += u32::from(decoy.is_cause());
        }
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "# Planted causes, and what is found of them\n\n\
        Written by `cargo bench -p analytics --bench causes`. {companies} made-up companies (seeded), each with two to four causes of contacts of other rates and delays, a page for each that is looked up before its contacts and without them, {DECOYS} decoys, 1,500 to 4,000 customers of unequal habits, and contacts that nobody caused.\n\n\
        | | of | |\n| --- | --- | --- |\n\
        | planted causes found as drivers, and so owned by the right department | {causes} | {:.1} % |\n\
        | planted contacts within the interval of the excess | {causes} | {:.1} % |\n\
        | decoys with a raised rate at all, folded under a cause or not | {decoys} | {:.1} % |\n\
        | decoys called a driver | {decoys} | {:.1} % |\n\
        | pages with a raised rate that are folded under a cause | {pages} | {:.1} % |\n\
        | under the right one | {pages} | {:.1} % |\n\n\
        A million events with {CANDIDATES} candidates are judged and their contacts shared out in {:.0} ms, with nothing kept from before (two cores).\n",
        percent(found, causes),
        percent(covered, causes),
        percent(raised, decoys),
        percent(called, decoys),
        percent(folded, pages),
        percent(right, pages),
        timed(),
    );
    print!("{out}");
    assert!(percent(covered, causes) >= 90.0, "intervals hold too few planted contacts");
    assert!(percent(found, causes) >= 90.0, "too few planted causes are found");
    assert!(percent(raised, decoys) <= 5.0, "too many decoys are significant");
    if let Some(path) = words.get(1) {
        std::fs::write(path, out).expect("written");
    }
}
