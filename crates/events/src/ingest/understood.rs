//! Rows of a piece that were understood: what they say, and what becomes of them.

use std::collections::HashMap;

use contract::sources::{Counts, Quarantined};
use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::chunk::Piece;
use super::identity::{Relation, SHARDS, Wanted, shard_of};
use super::quarantine::{self, Problem};
use super::row::{EXAMPLES, Examples, RowReader};
use crate::links::Pair;
use crate::segment::{BUCKETS, Batch, NewEvent, bucket_of};
use crate::{CustomerKey, EventsError};

/// What the rows of a piece say. Text is given as codes of this piece; events know their row by their position.
pub struct Understood<'t> {
    rows: u32,
    /// Rows of the file before this piece, once known.
    before: u64,
    events: Vec<NewEvent>,
    /// Whether the source gave each event an id; empty while it gave none.
    named: Vec<bool>,
    width: usize,
    attributes: Vec<u32>,
    texts: Vec<&'t [u8]>,
    codes: HashMap<&'t [u8], u32, RandomState>,
    /// Places of events that name another id of their customer, and both.
    pairs: Vec<(u32, Pair)>,
    /// Rows, and what is wrong with them.
    problems: Vec<(u32, Problem)>,
    by_bucket: Grouped<{ BUCKETS as usize }>,
    by_shard: Grouped<SHARDS>,
    /// What became of each event; of none while all are new.
    left_out: Vec<bool>,
    conflicts: Vec<u32>,
}

/// Places of values by group, in order within each.
struct Grouped<const GROUPS: usize> {
    places: Vec<u32>,
    ends: [usize; GROUPS],
}

impl<const GROUPS: usize> Default for Grouped<GROUPS> {
    fn default() -> Self {
        Self { places: Vec::new(), ends: [0; GROUPS] }
    }
}

impl<const GROUPS: usize> Grouped<GROUPS> {
    fn of<T>(values: &[T], group: impl Fn(&T) -> usize) -> Self {
        let mut sizes = [0; GROUPS];
        values.iter().for_each(|value| sizes[group(value)] += 1);
        let mut ends = [0; GROUPS];
        let mut next = 0;
        for (end, size) in ends.iter_mut().zip(sizes) {
            *end = next;
            next += size;
        }
        let mut places = vec![0; values.len()];
        for (place, value) in (0..).zip(values) {
            let end = &mut ends[group(value)];
            places[*end] = place;
            *end += 1;
        }
        Self { places, ends }
    }

    fn group(&self, group: usize) -> &[u32] {
        let from = if group == 0 { 0 } else { self.ends[group - 1] };
        &self.places[from..self.ends[group]]
    }
}

impl<'t> Understood<'t> {
    /// Nothing yet; events will have so many attributes.
    pub fn new(width: usize) -> Self {
        Self {
            rows: 0,
            before: 0,
            events: Vec::new(),
            named: Vec::new(),
            width,
            attributes: Vec::new(),
            texts: vec![&[]],
            codes: HashMap::default(),
            pairs: Vec::new(),
            problems: Vec::new(),
            by_bucket: Grouped::default(),
            by_shard: Grouped::default(),
            left_out: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    /// The code of a text; 0 for none.
    pub fn text(&mut self, text: &'t [u8]) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let next = self.texts.len() as u32;
        *self.codes.entry(text).or_insert_with(|| {
            self.texts.push(text);
            next
        })
    }

    /// The next attribute of the event that is pushed next.
    pub fn attribute(&mut self, text: &'t [u8]) {
        let code = self.text(text);
        self.attributes.push(code);
    }

    /// The event that is pushed next names another id of its customer.
    pub fn known_as(&mut self, customer: CustomerKey, other: CustomerKey) {
        if customer != other {
            let pair = (customer.min(other), customer.max(other));
            self.pairs.push((self.events.len() as u32, pair));
        }
    }

    /// Pairs of ids that events name which are stored, be it since now or before.
    pub fn pairs(&self) -> impl Iterator<Item = Pair> {
        let counts = |place: &u32| self.conflicts.binary_search(place).is_err();
        self.pairs.iter().filter(move |(place, _)| counts(place)).map(|&(_, pair)| pair)
    }

    /// Takes the next row as an event, whose attributes were given; `named` where its key is an id of the source's own.
    pub fn push(&mut self, event: NewEvent, named: bool) {
        if named {
            self.named.resize(self.events.len(), false);
            self.named.push(true);
        }
        self.events.push(NewEvent { position: i64::from(self.rows), ..event });
        self.rows += 1;
    }

    /// Takes the next row as one that can't be used.
    pub fn refuse(&mut self, problem: Problem) {
        self.problems.push((self.rows, problem));
        self.rows += 1;
    }

    /// Sorts events by what they are looked at by, after the last row.
    pub fn finish(&mut self) {
        self.by_bucket = Grouped::of(&self.events, |event| bucket_of(event.customer) as usize);
        self.by_shard = Grouped::of(&self.events, |event| shard_of(event.key));
    }

    /// The events whose keys belong to a shard, by place and in order.
    pub fn wanted(&self, shard: usize) -> impl Iterator<Item = (u32, Wanted)> {
        self.by_shard.group(shard).iter().map(|&place| {
            let NewEvent { key, content, .. } = self.events[place as usize];
            let named = self.named.get(place as usize).copied().unwrap_or(false);
            (place, Wanted { key, content, named })
        })
    }

    /// Says which events are not simply new, and counts all rows.
    pub fn settle(&mut self, found: &[(u32, u32, Relation)], counts: &mut Counts) {
        self.before = counts.received;
        let mut duplicates = 0;
        for &(_, place, relation) in found {
            let place = place as usize;
            match relation {
                Relation::Again(key) => {
                    self.events[place].key = key;
                    continue;
                }
                Relation::Duplicate => duplicates += 1,
                Relation::Conflict => self.conflicts.push(place as u32),
            }
            self.left_out.resize(self.events.len(), false);
            self.left_out[place] = true;
        }
        let refused = (self.problems.len() + self.conflicts.len()) as u64;
        counts.received += u64::from(self.rows);
        counts.duplicate += duplicates;
        counts.quarantined += refused;
        counts.accepted += u64::from(self.rows) - duplicates - refused;
    }

    fn is_new(&self, place: usize) -> bool {
        !self.left_out.get(place).copied().unwrap_or(false)
    }

    /// Quarantines rows that can't be used, and keeps examples.
    pub fn report(
        &mut self,
        piece: &Piece<'_>,
        reader: &RowReader<'_>,
        quarantine: &mut quarantine::Writer,
        examples: &mut Examples,
    ) -> Result<(), EventsError> {
        let wanting = examples.accepted.len() < EXAMPLES;
        if self.problems.is_empty() && self.conflicts.is_empty() && !wanting {
            return Ok(());
        }
        let mut problems = std::mem::take(&mut self.problems).into_iter().peekable();
        let mut conflicts = self.conflicts.iter().map(|&place| self.events[place as usize].position).peekable();
        let mut accepted = (0..self.events.len()).filter(|&place| self.is_new(place)).peekable();
        let (mut number, mut done) = (0, Ok(()));
        piece.each(|row| {
            let problem = match problems.next_if(|(at, _)| *at == number) {
                Some((_, problem)) => Some(problem),
                None => conflicts.next_if_eq(&i64::from(number)).map(|_| reader.conflict(row)),
            };
            if let Some(problem) = problem
                && done.is_ok()
            {
                done = quarantine.write(row, &problem);
                if examples.refused.len() < EXAMPLES {
                    examples.refused.push(Quarantined {
                        line: problem.line,
                        column: problem.column,
                        value: problem.value,
                        code: problem.code.to_owned(),
                        reason: problem.reason,
                    });
                }
            }
            let here = |place: &usize| self.events[*place].position == i64::from(number);
            if examples.accepted.len() < EXAMPLES
                && let Some(place) = accepted.next_if(here)
            {
                examples.accepted.push(reader.accepted(row, self.events[place].time));
            }
            number += 1;
        });
        done
    }

    /// What its codes of text are in a batch. Text that only events say that are known already costs the batch nothing.
    fn codes_in(&self, batch: &mut Batch) -> Vec<u32> {
        let mut used = vec![self.left_out.is_empty(); self.texts.len()];
        if !self.left_out.is_empty() {
            for (place, event) in self.events.iter().enumerate().filter(|&(place, _)| self.is_new(place)) {
                let attributes = &self.attributes[place * self.width..][..self.width];
                let texts = [event.activity, event.case, event.reason, event.text];
                texts.iter().chain(attributes).for_each(|&code| used[code as usize] = true);
            }
        }
        let code = |(text, used): (&&[u8], bool)| if used { batch.text(text) } else { 0 };
        self.texts.iter().zip(used).map(code).collect()
    }
}

/// Adds the new events of some pieces to a batch, all buckets side by side.
pub fn push(pieces: &[Understood<'_>], batch: &mut Batch) {
    let codes: Vec<Vec<u32>> = pieces.iter().map(|piece| piece.codes_in(batch)).collect();
    batch.parts().par_iter_mut().enumerate().for_each(|(bucket, part)| {
        for (piece, codes) in pieces.iter().zip(&codes) {
            for &place in piece.by_bucket.group(bucket) {
                let place = place as usize;
                if !piece.is_new(place) {
                    continue;
                }
                let event = &piece.events[place];
                let code = |local: u32| codes[local as usize];
                let event = NewEvent {
                    position: piece.before as i64 + event.position + 1,
                    activity: code(event.activity),
                    case: code(event.case),
                    reason: code(event.reason),
                    text: code(event.text),
                    ..*event
                };
                let attributes = &piece.attributes[place * piece.width..][..piece.width];
                part.push(event, attributes.iter().map(|&local| code(local)));
            }
        }
    });
}
