//! Rows of a piece that were understood: what they say, and what becomes of them.

use std::collections::HashMap;
use std::ops::Range;

use contract::sources::{Counts, Quarantined};
use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::chunk::Piece;
use super::identity::{Relation, SHARDS, Wanted, shard_of};
use super::quarantine::{self, Problem};
use super::row::{EXAMPLES, Examples, RowReader};
use crate::links::Pair;
use crate::segment::{BUCKETS, Batch, NewEvent, bucket_of, got, put};
use crate::{CustomerKey, EventsError};

/// What the rows of a piece say. Text is given as codes of this piece. Events come to lie by bucket, and what became of them
/// with them; the columns beside them stay in the order of rows, where an event finds its own by [`Event::at`].
pub struct Understood<'t> {
    rows: u32,
    /// Rows of the file before this piece, once known.
    before: u64,
    /// By bucket, once there are all.
    events: Vec<Event>,
    /// What differs between the digest of what an event says and the lower half of its key.
    contents: Vec<i64>,
    durations: Vec<Option<i64>>,
    costs: Vec<Option<i64>>,
    /// Whether the source gave each event an id; empty while it gave none.
    named: Vec<bool>,
    width: usize,
    attributes: Vec<u32>,
    texts: Vec<&'t [u8]>,
    codes: HashMap<&'t [u8], u32, RandomState>,
    /// Rows of events that name another id of their customer, and both.
    pairs: Vec<(u32, Pair)>,
    /// Rows, and what is wrong with them.
    problems: Vec<(u32, Problem)>,
    by_bucket: Ends<{ BUCKETS as usize }>,
    by_shard: Grouped<SHARDS>,
    /// The events' keys by shard, within each in the order of rows.
    keys: Vec<u128>,
    /// What became of each event; of none while all are new.
    left_out: Vec<bool>,
    /// Rows of events whose id is known and says something else, in order.
    conflicts: Vec<u32>,
}

/// What every event has: as much as one line of a processor's memory holds. The rest lies in columns that are mostly empty.
#[derive(Debug, Clone, Copy)]
struct Event {
    customer: CustomerKey,
    key: u128,
    time: i64,
    row: u32,
    /// Its place in the columns of the rest.
    at: u32,
    activity: u32,
    case: u32,
    reason: u32,
    text: u32,
}

/// Where each group of some values ends that lie group by group.
type Ends<const GROUPS: usize> = [usize; GROUPS];

fn range<const GROUPS: usize>(ends: &Ends<GROUPS>, group: usize) -> Range<usize> {
    let from = if group == 0 { 0 } else { ends[group - 1] };
    from..ends[group]
}

/// Places of values by group, in order within each.
struct Grouped<const GROUPS: usize> {
    places: Vec<u32>,
    ends: Ends<GROUPS>,
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
}

impl<'t> Understood<'t> {
    /// Nothing yet; about so many events will have so many attributes.
    pub fn new(events: usize, width: usize) -> Self {
        Self {
            rows: 0,
            before: 0,
            events: Vec::with_capacity(events),
            contents: Vec::new(),
            durations: Vec::new(),
            costs: Vec::new(),
            named: Vec::new(),
            width,
            attributes: Vec::with_capacity(events * width),
            texts: vec![&[]],
            codes: HashMap::default(),
            pairs: Vec::new(),
            problems: Vec::new(),
            by_bucket: [0; _],
            by_shard: Grouped::default(),
            keys: Vec::new(),
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
            self.pairs.push((self.rows, pair));
        }
    }

    /// Pairs of ids that events name which are stored, be it since now or before.
    pub fn pairs(&self) -> impl Iterator<Item = Pair> {
        let counts = |row: &u32| self.conflicts.binary_search(row).is_err();
        self.pairs.iter().filter(move |(row, _)| counts(row)).map(|&(_, pair)| pair)
    }

    /// Takes the next row as an event, whose attributes were given; `named` where its key is an id of the source's own.
    pub fn push(&mut self, event: NewEvent, named: bool) {
        if named {
            self.named.resize(self.events.len(), false);
            self.named.push(true);
        }
        let at = self.events.len();
        let NewEvent {
            customer,
            key,
            content,
            time,
            position: _,
            activity,
            case,
            reason,
            text,
            duration,
            cost,
        } = event;
        put(&mut self.contents, at, content ^ key as i64);
        put(&mut self.durations, at, duration);
        put(&mut self.costs, at, cost);
        let (row, at) = (self.rows, at as u32);
        self.events.push(Event { customer, key, time, row, at, activity, case, reason, text });
        self.rows += 1;
    }

    /// Takes the next row as one that can't be used.
    pub fn refuse(&mut self, problem: Problem) {
        self.problems.push((self.rows, problem));
        self.rows += 1;
    }

    /// Sorts events by what they are looked at by, after the last row.
    pub fn finish(&mut self) {
        // Keys stay in order of their rows: of two events with one id, the first counts.
        let mut by_shard = Grouped::of(&self.events, |event| shard_of(event.key));
        self.keys = by_shard.places.iter().map(|&at| self.events[at as usize].key).collect();
        let Grouped { places, ends } = Grouped::of(&self.events, |event| bucket_of(event.customer) as usize);
        let mut place_of = vec![0; places.len()];
        for (place, &at) in (0..).zip(&places) {
            place_of[at as usize] = place;
        }
        by_shard.places.iter_mut().for_each(|at| *at = place_of[*at as usize]);
        self.events = places.iter().map(|&at| self.events[at as usize]).collect();
        (self.by_bucket, self.by_shard) = (ends, by_shard);
    }

    /// The keys that belong to a shard, in order of their events.
    pub fn keys(&self, shard: usize) -> &[u128] {
        &self.keys[range(&self.by_shard.ends, shard)]
    }

    /// The events of these keys, by place.
    pub fn wanted(&self, shard: usize) -> impl Iterator<Item = (u32, Wanted)> {
        let places = &self.by_shard.places[range(&self.by_shard.ends, shard)];
        // Without ids of the source's own, keys are all that there is to know.
        let simple = self.named.is_empty() && self.contents.is_empty();
        places.iter().zip(self.keys(shard)).map(move |(&place, &key)| {
            if simple {
                return (place, Wanted { key, content: key as i64, named: false });
            }
            let at = self.events[place as usize].at;
            (place, Wanted { key, content: got(&self.contents, at) ^ key as i64, named: got(&self.named, at) })
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
                    let event = &mut self.events[place];
                    let known = std::mem::replace(&mut event.key, key);
                    let at = event.at as usize;
                    self.contents.resize(self.events.len(), 0);
                    self.contents[at] ^= known as i64 ^ key as i64;
                    continue;
                }
                Relation::Duplicate => duplicates += 1,
                Relation::Conflict => self.conflicts.push(self.events[place].row),
            }
            self.left_out.resize(self.events.len(), false);
            self.left_out[place] = true;
        }
        self.conflicts.sort_unstable();
        let refused = (self.problems.len() + self.conflicts.len()) as u64;
        counts.received += u64::from(self.rows);
        counts.duplicate += duplicates;
        counts.quarantined += refused;
        counts.accepted += u64::from(self.rows) - duplicates - refused;
    }

    fn is_new(&self, place: usize) -> bool {
        !self.left_out.get(place).copied().unwrap_or(false)
    }

    /// Row and instant of the first new events, as many as are shown.
    fn first_new(&self) -> Vec<(u32, i64)> {
        let new = self.events.iter().enumerate().filter(|(place, _)| self.is_new(*place));
        let mut rows: Vec<(u32, i64)> = new.map(|(_, event)| (event.row, event.time)).collect();
        rows.sort_unstable();
        rows.truncate(EXAMPLES);
        rows
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
        let mut conflicts = self.conflicts.iter().peekable();
        let mut accepted = if wanting { self.first_new() } else { Vec::new() }.into_iter().peekable();
        let (mut number, mut done) = (0, Ok(()));
        piece.each(|row| {
            let problem = match problems.next_if(|(at, _)| *at == number) {
                Some((_, problem)) => Some(problem),
                None => conflicts.next_if_eq(&&number).map(|_| reader.conflict(row)),
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
            if examples.accepted.len() < EXAMPLES
                && let Some((_, time)) = accepted.next_if(|(at, _)| *at == number)
            {
                examples.accepted.push(reader.accepted(row, time));
            }
            number += 1;
        });
        done
    }

    /// Which of its texts an event says that is new: other text costs the batch nothing.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![self.left_out.is_empty(); self.texts.len()];
        if !self.left_out.is_empty() {
            for (_, event) in self.events.iter().enumerate().filter(|&(place, _)| self.is_new(place)) {
                let attributes = &self.attributes[event.at as usize * self.width..][..self.width];
                let texts = [event.activity, event.case, event.reason, event.text];
                texts.iter().chain(attributes).for_each(|&code| used[code as usize] = true);
            }
        }
        used
    }

    /// What its codes of text are in a batch, as far as the batch knows the text.
    fn codes_known(&self, batch: &Batch) -> Vec<Option<u32>> {
        let known = |(text, used): (&&[u8], bool)| if used { batch.known(text) } else { Some(0) };
        self.texts.iter().zip(self.used()).map(known).collect()
    }
}

/// Adds the new events of some pieces to a batch, all buckets side by side.
pub fn push(pieces: &[Understood<'_>], batch: &mut Batch) {
    // Most text is known already, and looked up side by side.
    let known: Vec<Vec<Option<u32>>> = pieces.par_iter().map(|piece| piece.codes_known(batch)).collect();
    let mut code = |(text, known): (&&[u8], Option<u32>)| known.unwrap_or_else(|| batch.text(text));
    let pieces_known = pieces.iter().zip(known);
    let codes: Vec<Vec<u32>> =
        pieces_known.map(|(piece, known)| piece.texts.iter().zip(known).map(&mut code).collect()).collect();
    batch.parts().par_iter_mut().enumerate().for_each(|(bucket, part)| {
        for (piece, codes) in pieces.iter().zip(&codes) {
            for place in range(&piece.by_bucket, bucket) {
                if !piece.is_new(place) {
                    continue;
                }
                let Event { customer, key, time, row, at, activity, case, reason, text } = piece.events[place];
                let code = |local: u32| codes[local as usize];
                let event = NewEvent {
                    customer,
                    time,
                    position: piece.before as i64 + i64::from(row) + 1,
                    key,
                    content: got(&piece.contents, at) ^ key as i64,
                    activity: code(activity),
                    case: code(case),
                    reason: code(reason),
                    text: code(text),
                    duration: got(&piece.durations, at),
                    cost: got(&piece.costs, at),
                };
                let attributes = &piece.attributes[at as usize * piece.width..][..piece.width];
                part.push(event, attributes.iter().map(|&local| code(local)));
            }
        }
    });
}
