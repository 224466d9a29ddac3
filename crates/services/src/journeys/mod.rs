//! Exploring journeys: Sankey, transitions, who is behind a figure, and one customer's history.

mod answers;
mod behind;
mod compare;
mod customer;
mod draw;
mod forms;
mod ground;
mod map;
pub(crate) mod nodes;
pub(crate) mod question;
pub mod saved;
pub(crate) mod segments;
mod shape;

use std::sync::Arc;
use std::time::Instant;

use analytics::sankey::{Request, Sankey};
use analytics::{Basis, Times};
use contract::drivers::Said;
use contract::journeys::{
    BehindCustomer, BetweenView, Choice, CompareView, Department, Drawing, ExploreQuery, Flow, Form,
    FunnelView, JourneysView, Period, SankeyView, Shown, TransitionsView, VariantsView,
};
use contract::{Kind, UserError};

use crate::actor::need;
use crate::cache::{self, Data};
use crate::compute::compute;
use crate::{Actor, ServiceError, Services};

pub(crate) use answers::Answers;
pub use customer::customer;
pub(crate) use ground::Grounds;
use ground::{Ground, Key};
use nodes::Nodes;
use question::Question;
use segments::{Resolve, Saved};

/// Anchors offered, at most.
const ANCHORS: usize = 2000;

/// Everything the journeys page shows for a question.
pub async fn explore(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<JourneysView, ServiceError> {
    query.check()?;
    need(actor.may().see_journeys, "page")?;
    let data = cache::data(services).await?;
    let saved = Saved::load(services, actor).await?;
    let key = answers::Key::of(&query, &saved, actor);
    if let Some(known) = services.cache.answers.get(&data, &key) {
        return Ok(JourneysView { views: saved.views(actor), ..known });
    }
    let (held, of, asker) = (services.clone(), data.clone(), actor.clone());
    let views = saved.views(actor);
    let computed = compute(services, move || {
        let asked = Asked::new(&held, &of, &asker, &saved, &query)?;
        answer(&asked, &query)
    });
    let view = computed.await??;
    // Kept without what is the person's own.
    services.cache.answers.keep(&data, key, &view);
    Ok(JourneysView { views, ..view })
}

/// The flow of a node's or link's journeys through the whole diagram.
pub async fn flow(services: &Services, actor: &Actor, query: ExploreQuery) -> Result<Flow, ServiceError> {
    ask(services, actor, query, |asked, query| behind::flow(asked, &asked.sankey(Times::Leave)?, query)).await
}

/// What the customers behind a figure talk about, against the others of the question; without a figure, what those of its
/// segment do, against all others.
pub async fn said(services: &Services, actor: &Actor, query: ExploreQuery) -> Result<Said, ServiceError> {
    let held = services.clone();
    ask(services, actor, query, move |asked, query| {
        let words = held.cache.vocabulary.get(&held, asked.data);
        if query.select.is_none() && query.segment.is_some() {
            let others = ExploreQuery { segment: None, ..query.clone() };
            let all = Asked::within(&asked.resolve, &others)?.numbers();
            return Ok(words.of_group(&asked.numbers(), &all));
        }
        Ok(words.of_group(&behind::customers(asked, query)?, &asked.numbers()))
    })
    .await
}

/// The Sankey's figures alone, for scripts and exports.
pub async fn sankey(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<SankeyView, ServiceError> {
    need(actor.may().export, "export")?;
    ask(services, actor, query, |asked, _| Ok(shape::sankey(asked.nodes(), &asked.sankey(Times::Measure)?)))
        .await
}

/// The drawing, to be exported as a picture.
pub async fn picture(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<JourneysView, ServiceError> {
    need(actor.may().export, "export")?;
    if !matches!(query.form, Form::Flow | Form::Table) {
        return Err(UserError::new(Kind::Invalid, "no_drawing", "Only the flow can be had as a picture.")
            .at("view")
            .remedy("Use view=flow, or take the CSV.")
            .into());
    }
    let view = explore(services, actor, query.unselected()).await?;
    match view.hint {
        Some(hint) => Err(hint.into()),
        None => Ok(view),
    }
}

/// Checks the person's right and the question, and computes the answer when its turn comes.
async fn ask<T: Send + 'static>(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
    work: impl FnOnce(&Asked<'_>, &ExploreQuery) -> Result<T, UserError> + Send + 'static,
) -> Result<T, ServiceError> {
    need(actor.may().see_journeys, "page")?;
    query.check()?;
    let data = cache::data(services).await?;
    let saved = Saved::load(services, actor).await?;
    let actor = actor.clone();
    let held = services.clone();
    let computed = compute(services, move || {
        let asked = Asked::new(&held, &data, &actor, &saved, &query)?;
        work(&asked, &query)
    });
    Ok(computed.await??)
}

/// Everybody behind the figure that a question selects, as many as it says.
pub async fn customers(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<Vec<BehindCustomer>, ServiceError> {
    ask(services, actor, query, behind::whole_list).await
}

/// Transitions, starts and ends.
pub async fn transitions(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<TransitionsView, ServiceError> {
    ask(services, actor, query, |asked, _| Ok(forms::transitions(asked, usize::MAX))).await
}

/// The most frequent variants, at most `most`.
pub async fn variants(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
    most: usize,
) -> Result<VariantsView, ServiceError> {
    ask(services, actor, query, move |asked, query| Ok(forms::variants(asked, query, most))).await
}

/// How far journeys come through the steps of the question.
pub async fn funnel(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<FunnelView, ServiceError> {
    ask(services, actor, query, forms::funnel).await
}

/// The time between two nodes.
pub async fn between(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<BetweenView, ServiceError> {
    ask(services, actor, query, forms::between).await
}

/// Two sets of journeys against each other.
pub async fn compare(
    services: &Services,
    actor: &Actor,
    query: ExploreQuery,
) -> Result<CompareView, ServiceError> {
    ask(services, actor, ExploreQuery { beside: false, ..query }, compare::view).await
}

/// An answer that is to be taken away as a file.
pub async fn exported<T>(
    actor: &Actor,
    answer: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    need(actor.may().export, "export")?;
    answer.await
}

/// A question with all that it takes to answer it.
struct Asked<'a> {
    resolve: Resolve<'a>,
    data: &'a Data,
    ground: Arc<Ground>,
    question: Question,
}

impl<'a> Asked<'a> {
    fn new(
        services: &'a Services,
        data: &'a Data,
        actor: &'a Actor,
        saved: &'a Saved,
        query: &ExploreQuery,
    ) -> Result<Self, UserError> {
        Self::within(&Resolve { services, data, actor, saved, depth: 0 }, query)
    }

    /// A question that may itself be part of a segment.
    fn within(resolve: &Resolve<'a>, query: &ExploreQuery) -> Result<Self, UserError> {
        let Resolve { services, data, actor, saved, depth: _ } = *resolve;
        let segments = saved.of(query)?;
        let key = Key::of(query, segments.clone(), saved, &data.workspace.time_zone, actor.scope());
        let nodes = Nodes::of(data, query.by, &query.rules);
        let question = Question::of(data, actor, &nodes, resolve.all(&segments)?, query)?;
        let ground = services.cache.grounds.get(data, key, || nodes, &question.selection);
        Ok(Self { resolve: *resolve, data, ground, question })
    }

    /// Marks the customers of the selected journeys.
    fn customers(&self) -> Vec<bool> {
        let mut customers = vec![false; self.data.snapshot.log.customers()];
        for journey in 0..self.ground.journeys.len() {
            customers[self.ground.journeys.customer(journey) as usize] = true;
        }
        customers
    }

    /// Numbers of these customers, in order.
    fn numbers(&self) -> Vec<u32> {
        let journeys = &self.ground.journeys;
        let mut numbers: Vec<u32> = (0..journeys.len()).map(|at| journeys.customer(at)).collect();
        numbers.dedup();
        numbers
    }

    fn nodes(&self) -> &Nodes {
        &self.ground.nodes
    }

    fn basis(&self) -> Basis<'_> {
        self.ground.basis(self.data)
    }

    /// The diagram. The page leaves the times of links out and asks for one when it is pointed at: measuring all
    /// takes longer than counting.
    fn sankey(&self, times: Times) -> Result<Sankey, UserError> {
        let request = Request { times, ..self.question.request.clone()? };
        analytics::sankey::sankey(&self.basis(), &request).map_err(question::refused)
    }
}

fn answer(asked: &Asked<'_>, query: &ExploreQuery) -> Result<JourneysView, UserError> {
    let began = Instant::now();
    let data = asked.data;
    let counted = asked.ground.journeys.selected();
    let flow = matches!(query.form, Form::Flow | Form::Table);
    let times = if query.form == Form::Table { Times::Measure } else { Times::Leave };
    let sankey = if flow { Some(asked.sankey(times)) } else { None };
    let selected = match &sankey {
        Some(Ok(sankey)) if query.select.is_some() => Some(behind::behind(asked, sankey, query)?),
        _ => None,
    };
    let (view, mut hint) = match &sankey {
        Some(Ok(sankey)) => {
            let mut view = shape::sankey(asked.nodes(), sankey);
            if query.open_cases {
                behind::mark_open(asked, sankey, &mut view);
            }
            (Some(view), None)
        }
        Some(Err(error)) => (None, Some(error.clone())),
        None => (None, None),
    };
    let (wide, tall) = match (&sankey, &view) {
        (Some(Ok(sankey)), Some(view)) => draw::both(sankey, view),
        _ => (Drawing::default(), Drawing::default()),
    };
    let shown = forms::shown(asked, query).unwrap_or_else(|error| {
        hint = Some(error);
        Shown::Nothing
    });
    let opened = if flow || shown == Shown::Nothing { None } else { forms::opened(asked, query)? };
    Ok(JourneysView {
        period: asked.question.period.clone(),
        events: counted.events,
        customers: counted.journeys,
        shown,
        opened,
        sankey: view,
        hint,
        wide,
        tall,
        departments: departments(data),
        anchors: anchors(&asked.ground),
        sources: sources(data),
        segments: asked.resolve.saved.names(),
        segment_words: asked.resolve.saved.words(query),
        views: Vec::new(),
        version: data.version as u64,
        has_cases: data.mapped.open_cases(&data.snapshot, &data.inventory).is_some(),
        may_export: asked.resolve.actor.may().export,
        selected,
        any_events: data.snapshot.log.events() > 0,
        took_ms: began.elapsed().as_secs_f64() * 1000.0,
        query: settled(query.clone(), &asked.question.period),
    })
}

/// The question without a first or last day that is the data's own: it goes on meaning all of the data when more
/// comes in.
fn settled(query: ExploreQuery, period: &Period) -> ExploreQuery {
    let ExploreQuery { from, to, .. } = query;
    ExploreQuery {
        from: from.filter(|day| *day != period.data_from),
        to: to.filter(|day| *day != period.data_to),
        ..query
    }
}

/// Marks the customers of a saved segment, by all of their events.
pub(crate) fn customers_of(resolve: &Resolve<'_>, segment: &str) -> Result<Vec<bool>, UserError> {
    let query = ExploreQuery { segment: Some(segment.to_owned()), ..ExploreQuery::default() };
    Ok(Asked::within(resolve, &query)?.customers())
}

pub(crate) fn departments(data: &Data) -> Vec<Department> {
    let departments = data.inventory.departments.iter();
    departments.map(|one| Department { name: one.name.clone(), colour: one.position as u32 }).collect()
}

fn sources(data: &Data) -> Vec<String> {
    let activities = data.snapshot.activities.iter();
    let mut sources: Vec<String> = activities.map(|activity| activity.source.clone()).collect();
    sources.sort();
    sources.dedup();
    sources
}

/// The nodes that occur, by number of events.
fn anchors(ground: &Ground) -> Vec<Choice> {
    let nodes = &ground.nodes;
    let mut events = vec![0_u64; nodes.len()];
    for (class, &count) in ground.by_class.iter().enumerate() {
        if let Some(node) = nodes.node_of_class(class) {
            events[node as usize] += count;
        }
    }
    let mut anchors: Vec<Choice> = (0..)
        .zip(events)
        .filter(|&(_, events)| events > 0)
        .map(|(node, events)| Choice {
            label: nodes.label(node).to_owned(),
            department: nodes.department(node),
            events,
        })
        .collect();
    anchors.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.label.cmp(&b.label)));
    anchors.truncate(ANCHORS);
    anchors
}

/// What a source or node is called that nobody knows.
pub(crate) fn unknown(what: &str, name: &str, known: &[String]) -> UserError {
    let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
    known.truncate(20);
    UserError::new(
        Kind::Invalid,
        format!("unknown_{what}"),
        format!("There is no {what} \u{201c}{name}\u{201d} here."),
    )
    .at(what)
    .remedy(format!("Known: {}.", known.join(", ")))
}
