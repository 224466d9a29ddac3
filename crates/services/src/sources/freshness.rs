//! Which sources went quiet: without a new event for longer than their own rhythm lets expect.

use std::collections::BTreeMap;

use crate::{Actor, ServiceError, Services, cache};

/// Hours that a source may always be silent.
const LEAST: i64 = 24;
/// A silence counts as quiet from so many times the longest pause.
const TIMES: i64 = 3;
/// Days at the end of a source's events that show its rhythm.
const DAYS: i64 = 90;
const HOUR: i64 = 3_600_000_000;

/// The quiet ones of the sources that a person sees, with the instant of their last event in microseconds.
pub async fn quiet(services: &Services, actor: &Actor) -> Result<BTreeMap<String, i64>, ServiceError> {
    if !actor.may().see_sources {
        return Ok(BTreeMap::new());
    }
    let visible = super::visible(services, actor).await?;
    let data = cache::data(services).await?;
    let now = services.now().saturating_mul(1_000_000);
    let found = tokio::task::spawn_blocking(move || {
        let snapshot = &data.snapshot;
        let mut names: Vec<&str> = snapshot.activities.iter().map(|one| one.source.as_str()).collect();
        names.dedup();
        let source_of: Vec<usize> = snapshot
            .activities
            .iter()
            .map(|one| names.iter().position(|name| *name == one.source).unwrap_or(0))
            .collect();
        let events = || snapshot.log.times().iter().zip(snapshot.log.activities());
        let mut last = vec![i64::MIN; names.len()];
        for (&time, &activity) in events() {
            let at = &mut last[source_of[activity as usize]];
            *at = (*at).max(time);
        }
        // One mark an hour with events, counted back from the last.
        let hours = (DAYS * 24) as usize;
        let mut busy = vec![vec![false; hours]; names.len()];
        for (&time, &activity) in events() {
            let source = source_of[activity as usize];
            let back = ((last[source] - time) / HOUR) as usize;
            if back < hours {
                busy[source][back] = true;
            }
        }
        let mut quiet = BTreeMap::new();
        for ((name, last), busy) in names.iter().zip(last).zip(busy) {
            let seen = visible.iter().any(|one| one == name);
            if seen && last != i64::MIN && (now - last) / HOUR > limit(&busy) {
                quiet.insert((*name).to_owned(), last);
            }
        }
        quiet
    });
    Ok(found.await?)
}

/// Hours of silence that are still usual, by the hours with events.
fn limit(busy: &[bool]) -> i64 {
    let marks: Vec<usize> = busy.iter().enumerate().filter(|(_, busy)| **busy).map(|(at, _)| at).collect();
    let longest = marks.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0) as i64;
    (longest * TIMES).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn the_rhythm_decides() {
        let mut busy = vec![false; 500];
        (0..500).step_by(3).for_each(|at| busy[at] = true);
        assert_eq!(limit(&busy), 24);
        let mut weekly = vec![false; 500];
        (0..500).step_by(168).for_each(|at| weekly[at] = true);
        assert_eq!(limit(&weekly), 504);
        assert_eq!(limit(&[true]), 24);
    }
}
