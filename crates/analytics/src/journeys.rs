//! Journeys laid out for counting: the nodes of all stops in one column, journey after journey.
//!
//! A stop is one event, or several in a row at the same node where repeats are folded. A stop's events are a run of
//! the selected events, so that times and owners are found when they are asked for and take no room here: two or
//! four bytes a stop for its node, and four for where its events begin where that is not the event itself.

use std::ops::Range;

use rayon::prelude::*;

use crate::log::JourneyLog;
use crate::selection::{HIDDEN, Projection, Repeats, Scratch, Selection, Totals, journeys_of};

/// A column of nodes, as narrow as their number allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Nodes {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

/// A node's number in a column.
pub(crate) trait Node: Copy + Eq + Send + Sync + Default {
    fn of(number: u32) -> Self;
    fn at(self) -> usize;
}

impl Node for u16 {
    fn of(number: u32) -> Self {
        number as Self
    }
    fn at(self) -> usize {
        usize::from(self)
    }
}

impl Node for u32 {
    fn of(number: u32) -> Self {
        number
    }
    fn at(self) -> usize {
        self as usize
    }
}

/// Runs an expression with the column of nodes in its own width.
macro_rules! with_nodes {
    ($journeys:expr, $nodes:ident => $body:expr) => {
        match $journeys.nodes() {
            $crate::journeys::Nodes::Narrow($nodes) => $body,
            $crate::journeys::Nodes::Wide($nodes) => $body,
        }
    };
}
pub(crate) use with_nodes;

/// The selected journeys, each a run of stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journeys {
    /// Journey `j` has the stops `offsets[j]..offsets[j + 1]`, at least one.
    offsets: Vec<u32>,
    /// Customer of each journey, where that is not its number.
    customers: Option<Vec<u32>>,
    nodes: Nodes,
    /// Where each stop's events begin among the selected ones, and where the last one's end; absent where every
    /// stop is one event.
    first: Option<Vec<u32>>,
    /// The selected events in order of journeys; absent where these are all events of the log.
    events: Option<Vec<u32>>,
    selected: Totals,
    of_nodes: u32,
}

/// The journeys of some customers.
struct Part<N> {
    lengths: Vec<u32>,
    customers: Vec<u32>,
    nodes: Vec<N>,
    /// Events of each stop.
    held: Vec<u32>,
    events: Vec<u32>,
}

/// Tasks a thread: small enough that two cores finish together, large enough to hide the merging.
const TASKS_PER_THREAD: usize = 4;

/// Splits a number of things into ranges for the threads of this machine, none much smaller than `least`.
pub(crate) fn tasks(all: usize, least: usize) -> Vec<Range<usize>> {
    let tasks = (rayon::current_num_threads() * TASKS_PER_THREAD).max(1);
    let chunk = all.div_ceil(tasks).max(least).max(1);
    (0..all.div_ceil(chunk)).map(|task| task * chunk..((task + 1) * chunk).min(all)).collect()
}

impl Journeys {
    /// Makes the selected journeys.
    pub fn of(log: &JourneyLog, projection: &Projection<'_>, selection: &Selection) -> Self {
        // The largest number of a narrow column stays free, so that it can stand for no node.
        if projection.nodes < u32::from(u16::MAX) {
            Self::laid_out(log, projection, selection, Nodes::Narrow)
        } else {
            Self::laid_out(log, projection, selection, Nodes::Wide)
        }
    }

    fn laid_out<N: Node>(
        log: &JourneyLog,
        projection: &Projection<'_>,
        selection: &Selection,
        column: impl Fn(Vec<N>) -> Nodes,
    ) -> Self {
        let takes_all = selection.takes_all() && !projection.node.contains(&HIDDEN);
        let keeps = selection.repeats == Repeats::Keep;
        if takes_all && keeps {
            return Self::every_event(log, projection, column);
        }
        let parts: Vec<Part<N>> = tasks(log.customers(), 256)
            .into_par_iter()
            .map(|customers| Part::of(log, projection, selection, takes_all, customers))
            .collect();
        let events = if takes_all { log.events() } else { parts.iter().map(|part| part.events.len()).sum() };
        let offsets = sums(parts.iter().map(|part| part.lengths.as_slice()));
        let first = (!keeps).then(|| sums(parts.iter().map(|part| part.held.as_slice())));
        let selected = Totals { events: events as u64, journeys: offsets.len() as u64 - 1 };
        let mut customers = Vec::with_capacity(parts.len());
        let mut nodes = Vec::with_capacity(parts.len());
        let mut places = Vec::with_capacity(parts.len());
        for part in parts {
            customers.push(part.customers);
            nodes.push(part.nodes);
            places.push(part.events);
        }
        // Without a gap among the customers, each is the journey of its own number.
        let all = takes_all && offsets.len() == log.customers() + 1;
        Self {
            offsets,
            customers: (!all).then(|| concatenated(&customers)),
            nodes: column(concatenated(&nodes)),
            first,
            events: (!takes_all).then(|| concatenated(&places)),
            selected,
            of_nodes: projection.nodes,
        }
    }

    /// Each event is a stop, each customer with events a journey.
    fn every_event<N: Node>(
        log: &JourneyLog,
        projection: &Projection<'_>,
        column: impl Fn(Vec<N>) -> Nodes,
    ) -> Self {
        let nodes: Vec<N> =
            projection.class.par_iter().map(|&class| N::of(projection.node[class as usize])).collect();
        let mut offsets = Vec::with_capacity(log.customers() + 1);
        let mut customers = Vec::new();
        offsets.push(0);
        for customer in 0..log.customers() {
            let events = log.of_customer(customer);
            if !events.is_empty() {
                offsets.push(events.end as u32);
                customers.push(customer as u32);
            }
        }
        let selected = Totals { events: nodes.len() as u64, journeys: customers.len() as u64 };
        let all = customers.len() == log.customers();
        Self {
            offsets,
            customers: (!all).then_some(customers),
            nodes: column(nodes),
            first: None,
            events: None,
            selected,
            of_nodes: projection.nodes,
        }
    }

    /// Number of journeys.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether nothing was selected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Selected events and journeys.
    pub fn selected(&self) -> Totals {
        self.selected
    }

    /// Number of nodes of the projection.
    pub fn of_nodes(&self) -> u32 {
        self.of_nodes
    }

    /// Bytes that the columns take.
    pub fn bytes(&self) -> usize {
        let words = |column: &Option<Vec<u32>>| column.as_ref().map_or(0, |column| column.len() * 4);
        let nodes = with_nodes!(self, nodes => size_of_val(nodes.as_slice()));
        self.offsets.len() * 4 + words(&self.customers) + words(&self.first) + words(&self.events) + nodes
    }

    pub(crate) fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    pub(crate) fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// Number of the customer whose journey it is.
    pub fn customer(&self, journey: usize) -> u32 {
        self.customers.as_ref().map_or(journey as u32, |customers| customers[journey])
    }

    /// The stops of a journey.
    pub fn stops(&self, journey: usize) -> Range<usize> {
        self.offsets[journey] as usize..self.offsets[journey + 1] as usize
    }

    /// The node of a stop.
    pub fn node(&self, stop: usize) -> u32 {
        with_nodes!(self, nodes => nodes[stop].at() as u32)
    }

    /// Events folded into a stop, at least 1.
    pub fn held(&self, stop: usize) -> u32 {
        self.first.as_ref().map_or(1, |first| first[stop + 1] - first[stop])
    }

    /// Whether stops may hold several events.
    pub(crate) fn folded(&self) -> bool {
        self.first.is_some()
    }

    /// The places of a stop's events among the selected ones.
    fn places(&self, stop: usize) -> Range<usize> {
        self.first.as_ref().map_or(stop..stop + 1, |first| first[stop] as usize..first[stop + 1] as usize)
    }

    fn event_at(&self, place: usize) -> usize {
        self.events.as_ref().map_or(place, |events| events[place] as usize)
    }

    /// A stop's events, as indexes into the log, in order.
    pub fn events(&self, stop: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.places(stop).map(|place| self.event_at(place))
    }

    /// A stop's first event.
    pub fn first_event(&self, stop: usize) -> usize {
        self.event_at(self.places(stop).start)
    }

    /// A stop's last event.
    pub fn last_event(&self, stop: usize) -> usize {
        self.event_at(self.places(stop).end - 1)
    }

    /// Whether event number and stop number are the same.
    pub(crate) fn stops_are_events(&self) -> bool {
        self.first.is_none() && self.events.is_none()
    }

    /// How many of the selected events are of each class.
    pub fn by_class(&self, class: &[u32], classes: usize) -> Vec<u64> {
        let count = |range: Range<usize>| {
            let mut counts = vec![0_u64; classes];
            match &self.events {
                Some(events) => {
                    events[range].iter().for_each(|&event| counts[class[event as usize] as usize] += 1);
                }
                None => class[range].iter().for_each(|&class| counts[class as usize] += 1),
            }
            counts
        };
        let parts: Vec<Vec<u64>> =
            tasks(self.selected.events as usize, 4096).into_par_iter().map(count).collect();
        let mut all = vec![0; classes];
        for part in parts {
            crate::aggregate::add_all(&mut all, &part);
        }
        all
    }
}

impl<N: Node> Part<N> {
    fn of(
        log: &JourneyLog,
        projection: &Projection<'_>,
        selection: &Selection,
        takes_all: bool,
        customers: Range<usize>,
    ) -> Self {
        let mut part = Self { lengths: vec![], customers: vec![], nodes: vec![], held: vec![], events: vec![] };
        let node = |event: usize| N::of(projection.node[projection.class[event] as usize]);
        let mut scratch = Scratch::default();
        for customer in customers {
            if takes_all {
                let events = log.of_customer(customer);
                if !events.is_empty() {
                    part.customers.push(customer as u32);
                    part.fold(events.map(node));
                }
                continue;
            }
            journeys_of(log, projection, selection, customer, &mut scratch, |journey| {
                part.customers.push(customer as u32);
                part.events.extend_from_slice(journey);
                let nodes = journey.iter().map(|&event| node(event as usize));
                match selection.repeats {
                    Repeats::Collapse => part.fold(nodes),
                    Repeats::Keep => {
                        part.nodes.extend(nodes);
                        part.lengths.push(journey.len() as u32);
                    }
                }
            });
        }
        part
    }

    fn fold(&mut self, nodes: impl Iterator<Item = N>) {
        let before = self.nodes.len();
        for node in nodes {
            let again = self.nodes.len() > before && self.nodes.last() == Some(&node);
            match self.held.last_mut() {
                Some(held) if again => *held += 1,
                _ => {
                    self.nodes.push(node);
                    self.held.push(1);
                }
            }
        }
        self.lengths.push((self.nodes.len() - before) as u32);
    }
}

/// Running sums from 0 over all parts.
fn sums<'a>(parts: impl Iterator<Item = &'a [u32]>) -> Vec<u32> {
    let mut sums = vec![0];
    let mut sum = 0;
    for part in parts {
        sums.extend(part.iter().map(|&length| {
            sum += length;
            sum
        }));
    }
    sums
}

/// One vector of several, copied by all threads.
fn concatenated<T: Copy + Default + Send + Sync>(parts: &[Vec<T>]) -> Vec<T> {
    let mut whole = vec![T::default(); parts.iter().map(Vec::len).sum()];
    let mut rest = whole.as_mut_slice();
    let mut pieces = Vec::with_capacity(parts.len());
    for part in parts {
        let (piece, after) = rest.split_at_mut(part.len());
        pieces.push((piece, part));
        rest = after;
    }
    pieces.into_par_iter().for_each(|(piece, part)| piece.copy_from_slice(part));
    whole
}

/// What every analysis reads.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    pub log: &'a JourneyLog,
    pub projection: Projection<'a>,
    pub journeys: &'a Journeys,
}

impl Basis<'_> {
    /// Instant of a stop's first event, in microseconds.
    pub fn first(&self, stop: usize) -> i64 {
        self.log.times()[self.journeys.first_event(stop)]
    }

    /// Instant of a stop's last event.
    pub fn last(&self, stop: usize) -> i64 {
        self.log.times()[self.journeys.last_event(stop)]
    }

    /// Time from leaving a stop to reaching another: last event here to first event there.
    pub fn gap(&self, from: usize, to: usize) -> i64 {
        self.first(to) - self.last(from)
    }

    fn owner(&self, event: usize) -> u32 {
        self.projection.owner[self.projection.class[event] as usize]
    }

    /// Whether the department changes between two stops; what nobody owns is not handed over.
    pub(crate) fn hands_over(&self, from: usize, to: usize) -> bool {
        let (out, into) =
            (self.owner(self.journeys.last_event(from)), self.owner(self.journeys.first_event(to)));
        out != into && out != 0 && into != 0
    }

    /// The owner of each node where no node has two; then a node says who owns its events.
    pub(crate) fn owner_of_node(&self) -> Option<Vec<u32>> {
        let mut owners: Vec<Option<u32>> = vec![None; self.projection.nodes as usize];
        for (&node, &owner) in self.projection.node.iter().zip(self.projection.owner) {
            if node == HIDDEN {
                continue;
            }
            let known = &mut owners[node as usize];
            if known.is_some_and(|known| known != owner) {
                return None;
            }
            *known = Some(owner);
        }
        Some(owners.into_iter().map(Option::unwrap_or_default).collect())
    }
}
