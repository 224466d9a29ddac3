//! A driver report: the company's, or a department's.

use contract::Kind;
use contract::UserError;
use contract::drivers::{DriversQuery, DriversView, Open, OpenShare, Totals, WeekRow};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::contacts::Contacts;
use super::controls::Controls;
use super::gaps::Gaps;
use super::list::{Drivers, Others};
use super::own::Own;
use super::self_service::SelfService;
use super::split::{Reasons, Split};
use super::tabs::{DriversTabs, Page};
use super::weeks::Weeks;
use crate::api::drivers::drivers;
use crate::api::refused;
use crate::components::export::{Export, PDF, PNG, SVG, TABLES, WORKBOOK};
use crate::components::frame::Signed;
use crate::components::help::Help;
use crate::components::live::live;
use crate::components::loaded::loaded_or;
use crate::components::notice::{Empty, Problem};
use crate::components::spark::Trend;
use contract::format::{count, counted, percent, ratio, rounded, whole_money};

/// The drivers page.
#[component]
pub fn DriversPage() -> impl IntoView {
    let map = use_query_map();
    let asked = Memo::new(move |_| -> Result<DriversQuery, UserError> {
        let map = map.read();
        let pairs: Vec<(String, String)> =
            map.clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        DriversQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    });
    let live = live();
    let answer = |(asked, _): (Result<DriversQuery, UserError>, u64)| async move {
        match asked {
            Ok(query) => drivers(query).await,
            Err(error) => Err(refused(error)),
        }
    };
    view! {
        <Title text="Drivers"/>
        {loaded_or(move || (asked.get(), live.news()), answer, move |view: DriversView| { live.shows(view.version); view! { <Inside view/> }.into_any() }, |error| { let (href, word) = if error.0.kind == Kind::NotFound { ("/", "Go to the start page") } else { ("/drivers", "Start over") }; view! {
            <header class="page-head"><h1>"Drivers"</h1></header>
            <Problem error/>
            <p><a class="button" href=href>{word}</a></p>
        }.into_any() })}
    }
}

#[component]
fn Inside(view: DriversView) -> impl IntoView {
    if !view.any_events {
        return view! {
            <header class="page-head"><h1>"Drivers"</h1></header>
            <Empty title="No events yet">
                <p>"Driver reports say which touchpoints cause contacts. They are made from the logs of your channels."</p>
                <p><a class="button button-main" href="/sources">"Import a log"</a></p>
            </Empty>
        }
        .into_any();
    }
    let DriversView { query, period, hint, totals, drivers, others, own, opened, weeks, departments, .. } =
        view.clone();
    let title = match &query.department {
        Some(name) => format!("Drivers of {name}"),
        None => "Drivers".to_owned(),
    };
    let outcome =
        query.outcome.clone().map_or_else(|| "all contacts".to_owned(), |name| format!("events at {name}"));
    let with_panel = opened.is_some();
    let navigate = use_navigate();
    let closed = format!("/drivers{}", query.closed().to_search());
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && with_panel && !event.default_prevented() {
            navigate(&closed, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    // Files hold all that the report says, whichever stage is looked at.
    let search = DriversQuery { stage: None, ..query.closed() }.to_search();
    let may_import = use_context::<Signed>().is_some_and(|signed| signed.0.may.import);
    let of_stage = query.stage.clone().map(|stage| {
        let all = DriversQuery { stage: None, ..query.closed() };
        (stage, format!("/drivers{}", all.to_search()))
    });
    let (listed, rest) = match &own {
        // A department's report is about its own touchpoints.
        Some(own) => {
            let mine = |department: Option<u32>| department == Some(own.department);
            (
                drivers.into_iter().filter(|row| mine(row.department)).collect::<Vec<_>>(),
                others.into_iter().filter(|row| mine(row.department)).collect::<Vec<_>>(),
            )
        }
        None => (drivers, others),
    };
    // What the document draws: the drivers, and for the company its weeks.
    let by_week = own.is_none() && totals.contacts > 0 && weeks.iter().filter(|week| !week.partial).count() > 1;
    let mut kinds = vec![PDF, WORKBOOK, TABLES];
    if by_week || !listed.is_empty() {
        kinds.extend([SVG, PNG]);
    }
    let pictures =
        if by_week && !listed.is_empty() { vec![("line", "Picture of contacts by week")] } else { vec![] };
    view! {
        <header class="page-head">
            <h1>{title}</h1>
            <p class="page-sub">
                {format!("{} to {}", period.from, period.to)} " · " {outcome} " · "
                {query.segment.clone().map_or_else(|| "all customers".to_owned(), |name| format!("segment {name}"))}
            </p>
            <div class="page-actions">
                {view.may_export.then(|| view! { <Export of="drivers" search=search.clone() kinds=kinds.clone() pictures=pictures.clone()/> })}
            </div>
        </header>
        <DriversTabs page=Page::Report/>
        <Controls view=view.clone()/>
        {of_stage.map(|(stage, all)| view! {
            <ul class="marks" aria-label="Filters"><li class="mark-chip"><span>{format!("Only drivers of the stage {stage}; figures are of all")}</span> <a href=all>"Undo"</a></li></ul>
        })}
        {match hint {
            Some(error) => view! { <p class="notice"><strong>{error.message}</strong> " " {error.remedy}</p> }.into_any(),
            None => view! {
                <div class="stage" class:stage-with-panel=with_panel on:keydown=keys>
                    <div class="stage-main">
                        {match own {
                            Some(own) => view! { <Own own query=query.clone() departments=departments.clone() contacts=totals.contacts weeks=weeks.clone() may_open=view.may_open/> }.into_any(),
                            None => view! { <Headline totals=totals.clone() weeks=weeks.clone() query=query.clone() may_open=may_open(&view)/> <Weeks weeks/> }.into_any(),
                        }}
                        <Drivers rows=listed query=query.clone() departments=departments.clone() reports=view.reports.clone() may_open=view.may_open may_act=view.may_act of_time=totals.open.map(|open| open.of_time)/>
                        {query.department.is_none().then(|| view! {
                            <Gaps gaps=view.gaps.clone() query=query.clone() may_open=may_open(&view) may_import=may_import/>
                            <Split view=view.clone()/>
                            <Reasons view=view.clone()/>
                            <SelfService rows=view.self_service.clone() departments=departments.clone()/>
                        })}
                        <Others rows=rest parts=view.parts_of_contact.clone() departments/>
                        <p class="caption">{format!("Computed in {:.0} ms in {}. ", view.took_ms, view.period.time_zone)} "Figures are associations: they say what comes after what, for the same customers, more often than otherwise."</p>
                    </div>
                    {opened.map(|opened| view! { <Contacts opened query=query.clone() departments=view.departments.clone()/> })}
                </div>
            }.into_any(),
        }}
    }
    .into_any()
}

/// Whether figures of the whole company open for this person.
pub fn may_open(view: &DriversView) -> bool {
    view.may_open && view.reports.len() == view.departments.len()
}

/// A figure that opens its contacts, for those who may.
#[component]
pub fn Opens(#[prop(into)] text: String, open: Open, query: DriversQuery, may: bool) -> impl IntoView {
    if may {
        let href = format!("/drivers{}", query.opening(open).to_search());
        view! { <a href=href>{text}</a> }.into_any()
    } else {
        text.into_any()
    }
}

#[component]
fn Headline(totals: Totals, weeks: Vec<WeekRow>, query: DriversQuery, may_open: bool) -> impl IntoView {
    let Totals {
        contacts,
        cost,
        without_cost,
        elsewhere,
        elsewhere_cost,
        elsewhere_in,
        unexplained,
        unexplained_in,
        repeats,
        repeats_same_reason,
        start_over,
        by_case,
        by_reason,
        failure,
        open,
        ..
    } = totals;
    // A week that the period cuts would look like a fall.
    let weeks = StoredValue::new(weeks.into_iter().filter(|week| !week.partial).collect::<Vec<WeekRow>>());
    let by_week = move |figure: fn(&WeekRow) -> f64| {
        weeks.with_value(|weeks| weeks.iter().map(figure).collect::<Vec<f64>>())
    };
    let all = move || by_week(|week| week.contacts as f64);
    let share = |part: f64| percent(part / (contacts.max(1) as f64));
    view! {
        <dl class="facts facts-row facts-wide">
            <div>
                <dt>"Contacts"</dt>
                <dd><Opens text=count(contacts) open=Open::All query=query.clone() may=may_open/></dd>
                <dd><Trend values=all() less_is_better=true/></dd>
                <dd class="fact-note">{format!("cost {}", whole_money(cost))} " " <Trend values=by_week(|week| week.cost) less_is_better=true/> {(without_cost > 0).then(|| format!(", without {} that have no cost", count(without_cost)))}</dd>
            </div>
            <div class="fact-main">
                <dt>"Caused by other departments " <Help id="help-elsewhere" term="Caused by other departments">"Every contact is shared out over the drivers in whose time after it falls, by how much each raises the rate. This is the part that belongs to departments other than those that answer the contacts."</Help></dt>
                <dd>{share(elsewhere)}</dd>
                <dd><Trend values=by_week(|week| week.elsewhere) of=all() less_is_better=true/></dd>
                <dd class="fact-note">{format!("{} contacts\u{2019} worth, cost {}; in ", rounded(elsewhere), whole_money(elsewhere_cost))} <Opens text=counted(elsewhere_in, "contact", "contacts") open=Open::Elsewhere query=query.clone() may=may_open/></dd>
            </div>
            <div>
                <dt>"Not explained"</dt>
                <dd>{share(unexplained)}</dd>
                <dd class="fact-note">"nothing before them in " <Opens text=counted(unexplained_in, "contact", "contacts") open=Open::Unexplained query=query.clone() may=may_open/></dd>
            </div>
            <div>
                <dt>"Repeat contacts " <Help id="help-repeats" term="Repeat contacts">"Contacts within seven days after another of the same customer. First-contact resolution is the rest."</Help></dt>
                <dd><Opens text=share(repeats as f64) open=Open::Repeats query=query.clone() may=may_open/></dd>
                <dd><Trend values=by_week(|week| week.repeats as f64) of=all() less_is_better=true/></dd>
                <dd class="fact-note">{format!("solved at first contact {}", share((contacts - repeats) as f64))} {(start_over > 0).then(|| view! { ", " <Opens text=count(start_over) open=Open::StartOver query=query.clone() may=may_open/> " started over elsewhere" })} {(repeats_same_reason > 0).then(|| format!(", {} for the same reason", count(repeats_same_reason)))}</dd>
            </div>
            <div>
                <dt>"Failure demand " <Help id="help-failure" term="Failure demand">"Contacts whose reason is marked as a failure: they should not have been needed."</Help></dt>
                {match failure {
                    Some(failure) => view! {
                        <dd>{share(failure as f64)}</dd>
                        <dd><Trend values=by_week(|week| week.failure as f64) of=all() less_is_better=true/></dd>
                        <dd class="fact-note"><Opens text=counted(failure, "contact", "contacts") open=Open::Failure query=query.clone() may=may_open/></dd>
                    }.into_any(),
                    None => view! { <dd class="fact-none">"not known"</dd> <dd class="fact-note"><a href="/drivers/reasons">"Mark the reasons that are failures"</a></dd> }.into_any(),
                }}
            </div>
            {open.map(|OpenShare { contacts: with, of_time }| view! {
                <div>
                    <dt>"With an open case " <Help id="help-open" term="With an open case">"Contacts of customers who wait for something: a case was opened and not yet closed. Beside it, the share of all customers' time in which a case is open."</Help></dt>
                    <dd>{share(with as f64)}</dd>
                    <dd class="fact-note"><Opens text=counted(with, "contact", "contacts") open=Open::OpenCase query=query.clone() may=may_open/> {format!(", in {} of customers\u{2019} time", percent(of_time))} {(of_time > 0.0 && with > 0).then(|| format!(": {} times as often", ratio(with as f64 / contacts.max(1) as f64 / of_time)))}</dd>
                </div>
            })}
            {(by_reason > 0).then(|| view! { <div><dt>"Decided by a trusted reason"</dt><dd>{share(by_reason as f64)}</dd><dd class="fact-note"><Opens text=counted(by_reason, "contact", "contacts") open=Open::ByReason query=query.clone() may=may_open/></dd></div> })}
            {(by_case > 0).then(|| view! { <div><dt>"Linked by a case"</dt><dd>{share(by_case as f64)}</dd><dd class="fact-note"><Opens text=counted(by_case, "contact", "contacts") open=Open::ByCase query=query.clone() may=may_open/></dd></div> })}
        </dl>
    }
}
