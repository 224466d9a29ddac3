//! Transitions: how often one node directly follows another, and where journeys start and end.
//!
//! Without folding of repeats this is the directly-follows graph of process-mining tools.

use std::collections::HashMap;
use std::ops::Range;

use crate::aggregate::{Aggregate, add_all, run};
use crate::gaps::{Gaps, Times};
use crate::journeys::{Basis, Node, with_nodes};
use crate::selection::Totals;

/// Up to this many nodes the pairs are counted in a plain table, above it in a map.
const DENSE_NODES: usize = 1024;

/// `to` directly follows `from`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    pub from: u32,
    pub to: u32,
    /// Times, not journeys: a journey may do it often.
    pub count: u64,
    /// Times the department changed on the way.
    pub handoffs: u64,
    /// Median and 95th percentile of the time between, in microseconds, where times were asked for.
    pub time: Option<(f64, f64)>,
}

/// All transitions of the selected journeys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transitions {
    pub selected: Totals,
    /// By count, ties by node.
    pub transitions: Vec<Transition>,
    /// Journeys that start at a node, by count, ties by node.
    pub starts: Vec<(u32, u64)>,
    /// Journeys that end at a node, by count, ties by node.
    pub ends: Vec<(u32, u64)>,
}

/// Numbers pairs of nodes: by their place in a table, or in order of appearance.
enum Cells {
    Table(usize),
    Map(HashMap<u64, u32>),
}

impl Cells {
    fn of(nodes: usize) -> Self {
        if nodes <= DENSE_NODES { Self::Table(nodes) } else { Self::Map(HashMap::new()) }
    }

    fn cell(&mut self, from: u32, to: u32) -> u32 {
        match self {
            Self::Table(nodes) => from * *nodes as u32 + to,
            Self::Map(cells) => {
                let next = cells.len() as u32;
                *cells.entry(u64::from(from) << 32 | u64::from(to)).or_insert(next)
            }
        }
    }

    /// Each cell's pair of nodes.
    fn pairs(&self) -> Vec<(u32, u32)> {
        match self {
            Self::Table(nodes) => {
                let nodes = *nodes as u32;
                (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to))).collect()
            }
            Self::Map(cells) => {
                let mut pairs = vec![(0, 0); cells.len()];
                for (&pair, &cell) in cells {
                    pairs[cell as usize] = ((pair >> 32) as u32, pair as u32);
                }
                pairs
            }
        }
    }
}

struct Pairs<'a> {
    owners: Option<&'a [u32]>,
    cells: Cells,
    counts: Vec<u32>,
    /// Empty where the owners of nodes say it all.
    handoffs: Vec<u32>,
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Pairs<'_> {
    /// Counts all neighbours of the column in one go, and takes back those that belong to two journeys.
    fn flat<N: Node>(&mut self, nodes: &[N], offsets: &[u32]) {
        let width = self.starts.len();
        let (Some(&from), Some(&until)) = (offsets.first(), offsets.last()) else { return };
        let nodes = &nodes[..until as usize];
        let counts = self.counts.as_mut_slice();
        let mut before = nodes[from as usize].at();
        for node in &nodes[from as usize + 1..] {
            let node = node.at();
            counts[before * width + node] += 1;
            before = node;
        }
        for bounds in offsets.windows(2) {
            self.starts[nodes[bounds[0] as usize].at()] += 1;
            self.ends[nodes[bounds[1] as usize - 1].at()] += 1;
        }
        for &border in &offsets[1..offsets.len() - 1] {
            let border = border as usize;
            counts[nodes[border - 1].at() * width + nodes[border].at()] -= 1;
        }
    }

    /// Journey by journey, with all that a pair can tell.
    fn each(&mut self, basis: &Basis<'_>, journey: usize) {
        let stops = basis.journeys.stops(journey);
        self.starts[basis.journeys.node(stops.start) as usize] += 1;
        self.ends[basis.journeys.node(stops.end - 1) as usize] += 1;
        for to in stops.start + 1..stops.end {
            let cell = self.cells.cell(basis.journeys.node(to - 1), basis.journeys.node(to));
            let at = cell as usize;
            if at >= self.counts.len() {
                self.counts.resize(at + 1, 0);
                self.handoffs.resize(at + 1, 0);
            }
            self.counts[at] += 1;
            if self.owners.is_none() {
                self.handoffs[at] += u32::from(basis.hands_over(to - 1, to));
            }
        }
    }
}

impl Aggregate for Pairs<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        if self.owners.is_some() && matches!(self.cells, Cells::Table(_)) {
            let offsets = &basis.journeys.offsets()[journeys.start..=journeys.end];
            with_nodes!(basis.journeys, nodes => self.flat(nodes, offsets));
        } else {
            journeys.for_each(|journey| self.each(basis, journey));
        }
    }

    fn merge(&mut self, other: Self) {
        let pairs = match &other.cells {
            Cells::Table(_) => Vec::new(),
            Cells::Map(_) => other.cells.pairs(),
        };
        if pairs.is_empty() {
            add_all(&mut self.counts, &other.counts);
            add_all(&mut self.handoffs, &other.handoffs);
        } else {
            let numbers: Vec<u32> = pairs.iter().map(|&(from, to)| self.cells.cell(from, to)).collect();
            let most = numbers.iter().map(|&cell| cell as usize + 1).max().unwrap_or(0);
            self.counts.resize(self.counts.len().max(most), 0);
            self.handoffs.resize(self.counts.len(), 0);
            for (theirs, &mine) in numbers.iter().enumerate() {
                self.counts[mine as usize] += other.counts[theirs];
                self.handoffs[mine as usize] += other.handoffs[theirs];
            }
        }
        add_all(&mut self.starts, &other.starts);
        add_all(&mut self.ends, &other.ends);
    }
}

/// Counts the transitions.
pub fn transitions(basis: &Basis<'_>, times: Times) -> Transitions {
    let nodes = basis.projection.nodes as usize;
    let owners = basis.owner_of_node();
    let table = if nodes <= DENSE_NODES { nodes * nodes } else { 0 };
    let pairs = run(basis, || Pairs {
        owners: owners.as_deref(),
        cells: Cells::of(nodes),
        counts: vec![0; table],
        handoffs: vec![0; table],
        starts: vec![0; nodes],
        ends: vec![0; nodes],
    });
    let all = pairs.cells.pairs().into_iter().zip(&pairs.counts).zip(&pairs.handoffs);
    let mut transitions: Vec<Transition> = all
        .filter(|((_, count), _)| **count > 0)
        .map(|(((from, to), &count), &handoffs)| {
            let handoffs = owners.as_ref().map_or(handoffs, |owners| {
                let (out, into) = (owners[from as usize], owners[to as usize]);
                if out != into && out != 0 && into != 0 { count } else { 0 }
            });
            Transition { from, to, count: u64::from(count), handoffs: u64::from(handoffs), time: None }
        })
        .collect();
    transitions.sort_by_key(|t| (std::cmp::Reverse(t.count), t.from, t.to));
    if times == Times::Measure {
        measure(basis, &mut transitions);
    }
    Transitions {
        selected: basis.journeys.selected(),
        transitions,
        starts: ranked(&pairs.starts),
        ends: ranked(&pairs.ends),
    }
}

fn ranked(counts: &[u32]) -> Vec<(u32, u64)> {
    let mut ranked: Vec<(u32, u64)> =
        (0..).zip(counts.iter().map(|&count| u64::from(count))).filter(|&(_, count)| count > 0).collect();
    ranked.sort_by_key(|&(node, count)| (std::cmp::Reverse(count), node));
    ranked
}

struct Measured<'a> {
    wanted: &'a HashMap<(u32, u32), u32>,
    /// Number of the wanted transition plus one by (from, to), where there are few enough nodes.
    table: &'a [u32],
    gaps: Gaps,
}

impl Measured<'_> {
    fn table<N: Node>(&mut self, basis: &Basis<'_>, nodes: &[N], journeys: Range<usize>) {
        let width = basis.projection.nodes as usize;
        for journey in journeys {
            let stops = basis.journeys.stops(journey);
            for to in stops.start + 1..stops.end {
                let wanted = self.table[nodes[to - 1].at() * width + nodes[to].at()];
                if wanted > 0 {
                    self.gaps.push(wanted - 1, basis.gap(to - 1, to));
                }
            }
        }
    }
}

impl Aggregate for Measured<'_> {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        if !self.table.is_empty() {
            return with_nodes!(basis.journeys, nodes => self.table(basis, nodes, journeys));
        }
        for journey in journeys {
            let stops = basis.journeys.stops(journey);
            for to in stops.start + 1..stops.end {
                let pair = (basis.journeys.node(to - 1), basis.journeys.node(to));
                if let Some(&wanted) = self.wanted.get(&pair) {
                    self.gaps.push(wanted, basis.gap(to - 1, to));
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.gaps.merge(other.gaps);
    }
}

/// Measures how long some transitions take, which costs more than counting them.
pub fn measure(basis: &Basis<'_>, transitions: &mut [Transition]) {
    let nodes = basis.projection.nodes as usize;
    let pairs = transitions.iter().map(|one| (one.from, one.to));
    let wanted: HashMap<(u32, u32), u32> = pairs.zip(0..).collect();
    let mut table = vec![0; if nodes <= DENSE_NODES { nodes * nodes } else { 0 }];
    if !table.is_empty() {
        for (&(from, to), &number) in &wanted {
            table[from as usize * nodes + to as usize] = number + 1;
        }
    }
    let measured = run(basis, || Measured { wanted: &wanted, table: &table, gaps: Gaps::default() });
    for (one, time) in transitions.iter_mut().zip(measured.gaps.quantiles(wanted.len())) {
        one.time = time;
    }
}

/// One figure of the transitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Each time that the second directly follows the first.
    Pair(u32, u32),
    /// Journeys that start at a node.
    Start(u32),
    /// Journeys that end at a node.
    End(u32),
}

struct Behind {
    figure: Figure,
    found: Vec<(u32, i64)>,
}

impl Aggregate for Behind {
    fn push(&mut self, basis: &Basis<'_>, journeys: Range<usize>) {
        let node = |stop: usize| basis.journeys.node(stop);
        for journey in journeys {
            let stops = basis.journeys.stops(journey);
            let customer = basis.journeys.customer(journey);
            match self.figure {
                Figure::Pair(from, to) => {
                    for stop in stops.start + 1..stops.end {
                        if node(stop - 1) == from && node(stop) == to {
                            self.found.push((customer, basis.first(stop)));
                        }
                    }
                }
                Figure::Start(at) if node(stops.start) == at => {
                    self.found.push((customer, basis.first(stops.start)));
                }
                Figure::End(at) if node(stops.end - 1) == at => {
                    self.found.push((customer, basis.last(stops.end - 1)));
                }
                Figure::Start(_) | Figure::End(_) => {}
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.found.extend(other.found);
    }
}

/// What stands behind a figure: customer and instant, one entry each time that it counts.
pub fn behind(basis: &Basis<'_>, figure: Figure) -> Vec<(u32, i64)> {
    run(basis, || Behind { figure, found: Vec::new() }).found
}
