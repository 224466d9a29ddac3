//! Stretches of time as sorted, disjoint, half-open ranges of instants. What makes some fills a vector of the caller's, since it
//! is asked for each customer and candidate.

use std::ops::Range;

/// A stretch; its length is the number of instants in it.
pub type Span = Range<i64>;

fn push(spans: &mut Vec<Span>, span: Span) {
    if span.start >= span.end {
        return;
    }
    match spans.last_mut() {
        Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
        _ => spans.push(span),
    }
}

/// The union of (t, t + `window`] over sorted times, within `bounds`.
pub fn after(spans: &mut Vec<Span>, times: impl Iterator<Item = i64>, window: i64, bounds: &Span) {
    spans.clear();
    for time in times {
        let from = time.saturating_add(1).max(bounds.start);
        let until = time.saturating_add(window).saturating_add(1).min(bounds.end);
        push(spans, from..until);
    }
}

/// The union of [t - `window`, t] over sorted times, within `bounds`.
pub fn before(spans: &mut Vec<Span>, times: impl Iterator<Item = i64>, window: i64, bounds: &Span) {
    spans.clear();
    for time in times {
        let from = time.saturating_sub(window).max(bounds.start);
        push(spans, from..time.saturating_add(1).min(bounds.end));
    }
}

/// What is in the one and not in the other.
pub fn without(rest: &mut Vec<Span>, one: &[Span], other: &[Span]) {
    rest.clear();
    let mut at = 0;
    for span in one {
        let mut from = span.start;
        while at < other.len() && other[at].end <= from {
            at += 1;
        }
        let mut cut = at;
        while cut < other.len() && other[cut].start < span.end {
            push(rest, from..other[cut].start.max(from));
            from = from.max(other[cut].end);
            cut += 1;
        }
        push(rest, from..span.end);
    }
}

/// Number of instants in them.
pub fn length(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.end - span.start).sum()
}

/// How many of some sorted times are in them.
pub fn count(times: &[i64], spans: &[Span]) -> u64 {
    let within = |span: &Span| {
        let from = times.partition_point(|&time| time < span.start);
        let until = times.partition_point(|&time| time < span.end);
        (until - from) as u64
    };
    spans.iter().map(within).sum()
}

/// Whether an instant is in them.
pub fn contain(spans: &[Span], time: i64) -> bool {
    let at = spans.partition_point(|span| span.end <= time);
    spans.get(at).is_some_and(|span| span.start <= time)
}
