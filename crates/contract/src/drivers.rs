//! What causes contacts: the question of a driver report, and what the report shows.

use serde::{Deserialize, Serialize};

use crate::journeys::{Department, Period};
use crate::reviews::ActionRow;
use crate::{Kind, UserError};

/// A question about drivers. All of it is in the URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DriversQuery {
    /// First and last day that count, `2026-03-01`, in the company's time zone.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Days after a touchpoint in which a contact may belong to it.
    pub window: u32,
    /// Name of the touchpoint whose events are to be explained; all contacts where absent.
    pub outcome: Option<String>,
    /// Only contacts of this channel, and with this reason.
    pub channel: Option<String>,
    pub reason: Option<String>,
    /// Name of a saved segment that customers must belong to.
    pub segment: Option<String>,
    /// Name of the department whose report it is; the company's where absent.
    pub department: Option<String>,
    /// Only drivers of this stage are listed; figures stay those of all.
    pub stage: Option<String>,
    /// The figure whose contacts are listed.
    pub open: Option<Open>,
    /// Page of the list, from 1.
    pub page: u32,
}

impl Default for DriversQuery {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            window: 7,
            outcome: None,
            channel: None,
            reason: None,
            segment: None,
            department: None,
            stage: None,
            open: None,
            page: 1,
        }
    }
}

/// A figure that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Open {
    /// All contacts.
    All,
    /// Those of which nothing is shared out.
    Unexplained,
    /// Those with a share of a department other than those that answer them.
    Elsewhere,
    /// Those with a share of a driver.
    Driver(String),
    /// Those in time at risk of a driver.
    AtRisk(String),
    /// Those with a share of a department.
    Department(String),
    /// Those with a reason.
    Reason(String),
    /// Those that come again within seven days after another of the same customer.
    Repeats,
    /// Of these, those in another channel or department than the one before.
    StartOver,
    /// Those whose reason is marked as a failure.
    Failure,
    /// Those of customers with an open case.
    OpenCase,
    /// Those that a case, or a trusted reason, gives to their cause.
    ByCase,
    ByReason,
    /// Those before which a driver was the last that the customer met.
    LastTouch(String),
}

impl Open {
    fn key(&self) -> (&'static str, &str) {
        match self {
            Self::All => ("all", ""),
            Self::Unexplained => ("unexplained", ""),
            Self::Elsewhere => ("elsewhere", ""),
            Self::Driver(name) => ("driver", name),
            Self::AtRisk(name) => ("risk", name),
            Self::Department(name) => ("department", name),
            Self::Reason(name) => ("reason", name),
            Self::Repeats => ("repeats", ""),
            Self::StartOver => ("start_over", ""),
            Self::Failure => ("failure", ""),
            Self::OpenCase => ("open_case", ""),
            Self::ByCase => ("case", ""),
            Self::ByReason => ("trusted", ""),
            Self::LastTouch(name) => ("last", name),
        }
    }

    fn parse(key: &str, of: String) -> Option<Self> {
        Some(match key {
            "all" => Self::All,
            "unexplained" => Self::Unexplained,
            "elsewhere" => Self::Elsewhere,
            "driver" => Self::Driver(of),
            "risk" => Self::AtRisk(of),
            "department" => Self::Department(of),
            "reason" => Self::Reason(of),
            "repeats" => Self::Repeats,
            "start_over" => Self::StartOver,
            "failure" => Self::Failure,
            "open_case" => Self::OpenCase,
            "case" => Self::ByCase,
            "trusted" => Self::ByReason,
            "last" => Self::LastTouch(of),
            _ => return None,
        })
    }
}

/// Days that a window may have.
const WINDOW: (u32, u32) = (1, 90);
const LONGEST: usize = 2_000;

fn refused(name: &str, value: &str, remedy: &str) -> UserError {
    UserError::new(Kind::Invalid, "bad_value", format!("\u{201c}{value}\u{201d} is no value of {name}."))
        .at(name)
        .remedy(remedy)
}

impl DriversQuery {
    /// Reads name-value pairs, already decoded. Unknown names and values are refused, naming what exists.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, UserError> {
        let mut query = Self::default();
        let (mut open, mut of) = (None, String::new());
        for (name, value) in pairs {
            let text = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            let number = |(least, most): (u32, u32)| {
                let number = value.parse().ok().filter(|number| (least..=most).contains(number));
                number.ok_or_else(|| refused(name, value, &format!("Choose from {least} to {most}.")))
            };
            match name {
                "from" => query.from = text(),
                "to" => query.to = text(),
                "window" => query.window = number(WINDOW)?,
                "outcome" => query.outcome = text(),
                "channel" => query.channel = text(),
                "reason" => query.reason = text(),
                "segment" => query.segment = text(),
                "department" => query.department = text(),
                "stage" => query.stage = text(),
                "open" => open = text(),
                "of" => value.clone_into(&mut of),
                "page" => query.page = number((1, 1_000_000))?,
                "" if value.is_empty() => {}
                other => {
                    return Err(UserError::new(
                        Kind::Invalid,
                        "unknown_filter",
                        format!("There is no filter \u{201c}{other}\u{201d}."),
                    )
                    .at(other)
                    .remedy(
                        "Filters are: from, to, window, outcome, channel, reason, segment, department, stage, open, of, page.",
                    ));
                }
            }
        }
        if let Some(open) = open {
            let parsed = Open::parse(&open, of).ok_or_else(|| {
                refused(
                    "open",
                    &open,
                    "Known: all, unexplained, elsewhere, driver, risk, last, department, reason, repeats, start_over, failure, open_case, case, trusted.",
                )
            })?;
            query.open = Some(parsed);
        }
        query.check()?;
        Ok(query)
    }

    /// Checks what the URL's reader checks, for questions that came another way.
    pub fn check(&self) -> Result<(), UserError> {
        let Self { from, to, window, outcome, channel, reason, segment, department, stage, open, page } = self;
        if !(WINDOW.0..=WINDOW.1).contains(window) {
            return Err(refused(
                "window",
                &window.to_string(),
                &format!("Choose from {} to {} days.", WINDOW.0, WINDOW.1),
            ));
        }
        if *page == 0 {
            return Err(refused("page", "0", "Pages count from 1."));
        }
        let opened = open.as_ref().map(|open| open.key().1.to_owned());
        let texts = [from, to, outcome, channel, reason, segment, department, stage, &opened];
        for text in texts.into_iter().flatten() {
            if text.len() > LONGEST || text.chars().any(char::is_control) {
                return Err(refused("filter", &text.chars().take(40).collect::<String>(), "Shorten it."));
            }
        }
        Ok(())
    }

    /// The same question with nothing opened.
    pub fn closed(&self) -> Self {
        Self { open: None, page: 1, ..self.clone() }
    }

    /// The same question with a figure opened.
    pub fn opening(&self, open: Open) -> Self {
        Self { open: Some(open), page: 1, ..self.clone() }
    }

    /// As a URL's search part, with its question mark; empty where all is as by default.
    pub fn to_search(&self) -> String {
        let Self { from, to, window, outcome, channel, reason, segment, department, stage, open, page } = self;
        let mut pairs: Vec<(&str, String)> = Vec::new();
        let texts = [("from", from), ("to", to), ("outcome", outcome), ("channel", channel)];
        let more = [("reason", reason), ("segment", segment), ("department", department), ("stage", stage)];
        pairs.extend(texts.into_iter().chain(more).filter_map(|(name, text)| Some((name, text.clone()?))));
        if *window != Self::default().window {
            pairs.push(("window", window.to_string()));
        }
        if let Some(open) = open {
            let (key, of) = open.key();
            pairs.push(("open", key.to_owned()));
            if !of.is_empty() {
                pairs.push(("of", of.to_owned()));
            }
        }
        if *page != 1 {
            pairs.push(("page", page.to_string()));
        }
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", crate::journeys::encode(value))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// A driver report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriversView {
    pub query: DriversQuery,
    pub period: Period,
    /// What the figures were computed from.
    pub version: u64,
    pub any_events: bool,
    /// Why there is no figure, where there is none.
    pub hint: Option<UserError>,
    /// Touchpoints that count as contacts.
    pub outcomes: Vec<String>,
    /// Touchpoints that belong to the contact itself, and so cause none.
    pub parts_of_contact: Vec<String>,
    pub totals: Totals,
    /// Causes with their symptoms, most contacts first.
    pub drivers: Vec<DriverRow>,
    /// Candidates that are no driver: not more than chance, or fewer contacts.
    pub others: Vec<DriverRow>,
    /// Contacts and cost by department, most first; what nothing explains comes last, without a name.
    pub split: Vec<SplitRow>,
    /// The most frequent reasons; what is left out of them: reasons, and contacts.
    pub reasons: Vec<ReasonRow>,
    pub other_reasons: (u64, u64),
    pub weeks: Vec<WeekRow>,
    /// What customers talk about before contacts and no touchpoint with data is named by.
    pub gaps: Vec<GapView>,
    /// What customers do by themselves, and whether that was enough; most visits first.
    pub self_service: Vec<SelfServiceRow>,
    /// Of a department's report.
    pub own: Option<OwnView>,
    pub opened: Option<OpenedContacts>,
    /// What can be chosen.
    pub departments: Vec<Department>,
    pub channels: Vec<String>,
    pub segments: Vec<String>,
    /// Departments whose report this person may read.
    pub reports: Vec<String>,
    pub may_open: bool,
    pub may_export: bool,
    /// Whether this person may give actions to own departments.
    pub may_act: bool,
    pub took_ms: f64,
}

/// Contacts of customers with an open case, for scripts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenCases {
    pub contacts: u64,
    /// None where no log says what opens a case.
    pub with_open_case: Option<u64>,
    pub share_of_customer_time: Option<f64>,
    /// Driver, contacts with a share of it, and those of them with an open case.
    pub drivers: Vec<(String, u64, u64)>,
}

impl DriversView {
    /// What it says of open cases.
    pub fn open_cases(&self) -> OpenCases {
        let open = self.totals.open;
        let drivers = self.drivers.iter().filter_map(|row| Some((row.name.clone(), row.shared_in, row.open?)));
        OpenCases {
            contacts: self.totals.contacts,
            with_open_case: open.map(|open| open.contacts),
            share_of_customer_time: open.map(|open| open.of_time),
            drivers: drivers.collect(),
        }
    }
}

/// Figures of all contacts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub contacts: u64,
    pub customers: u64,
    /// Cents.
    pub cost: f64,
    /// Contacts at touchpoints without a cost.
    pub without_cost: u64,
    /// Contacts' worth that belongs to departments other than those that answer them, and its cost.
    pub elsewhere: f64,
    pub elsewhere_cost: f64,
    /// Contacts with such a share.
    pub elsewhere_in: u64,
    pub unexplained: f64,
    pub unexplained_in: u64,
    /// Contacts within seven days after another of the same customer; of the same reason; in another channel or
    /// department.
    pub repeats: u64,
    pub repeats_same_reason: u64,
    pub start_over: u64,
    /// Contacts that a case links to their cause, and those that a trusted reason decides.
    pub by_case: u64,
    pub by_reason: u64,
    /// Contacts whose reason is marked as a failure; none where no reason is.
    pub failure: Option<u64>,
    pub open: Option<OpenShare>,
}

/// Contacts of customers with an open case, and the share of the customers' time in which they have one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenShare {
    pub contacts: u64,
    pub of_time: f64,
}

/// A touchpoint where customers help themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfServiceRow {
    pub name: String,
    pub touchpoint_id: String,
    pub department: Option<u32>,
    pub visits: u64,
    /// Visits without a contact within 24 hours after.
    pub contained: u64,
}

/// A KPI that measures a driver's touchpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiNote {
    pub id: String,
    pub name: String,
    /// Whether its owner controls it: `controlled`, `influenced` or `not_controlled`.
    pub control: String,
    pub owner: Option<String>,
}

/// One candidate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DriverRow {
    /// What it is called: touchpoint, and experience where it has some.
    pub name: String,
    pub touchpoint: String,
    pub touchpoint_id: String,
    pub experience: Option<String>,
    pub department: Option<u32>,
    pub occurrences: u64,
    pub exposed: u64,
    /// Share of exposed customers with a contact in the window, and of windows of customers not exposed.
    pub followed_share: Option<f64>,
    pub base_share: Option<f64>,
    /// Exposed customers without other time.
    pub only_at_risk: u64,
    /// Contacts in time at risk.
    pub inside: u64,
    pub rate: Option<RateView>,
    pub excess: Option<ExcessView>,
    pub q: f64,
    /// The rate ratio with the time before left out, where it differs by more than a third.
    pub without_before: Option<f64>,
    /// Contacts' worth shared out to it, its cost, and the number of contacts with a share.
    pub shared: f64,
    pub cost: f64,
    pub shared_in: u64,
    /// Contacts whose last touchpoint within the window this was, and that a case links to it.
    pub last_touch: u64,
    pub by_case: u64,
    /// Contacts with a share whose customer had an open case; none where no log says what opens one.
    pub open: Option<u64>,
    pub kpis: Vec<KpiNote>,
    /// The driver that it is a symptom of, with its own rate outside of that one's time.
    pub explained_by: Option<String>,
    pub rate_outside: Option<RateView>,
    pub symptoms: Vec<DriverRow>,
    /// Contacts' worth shared out to it, week by week.
    pub weeks: Vec<f64>,
}

/// A rate ratio with its interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateView {
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
}

/// Excess contacts with their interval, and their cost in cents.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExcessView {
    pub contacts: f64,
    pub low: f64,
    pub high: f64,
    pub cost: f64,
}

/// One department's part of all contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitRow {
    /// None for what nothing explains.
    pub name: Option<String>,
    pub department: Option<u32>,
    /// Whether it owns touchpoints at which contacts are answered.
    pub answers: bool,
    pub contacts: f64,
    pub cost: f64,
    /// Contacts with a share.
    pub shared_in: u64,
}

/// One reason that agents gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonRow {
    /// Empty where none was given.
    pub reason: String,
    pub contacts: u64,
    pub cost: f64,
    pub repeats: u64,
    /// What the evidence says of these contacts: drivers with their contacts' worth, most first, and what is left.
    pub evidence: Vec<(String, f64)>,
    pub unexplained: f64,
    /// The touchpoint that it is linked to, and the department that owns it.
    pub touchpoint: Option<String>,
    pub department: Option<u32>,
    /// Contacts' worth that the evidence gives to that touchpoint.
    pub agrees: Option<f64>,
    pub failure: bool,
    /// Contacts whose customer had an open case.
    pub open: Option<u64>,
}

/// One week of contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeekRow {
    /// Its first day.
    pub day: String,
    pub contacts: u64,
    pub elsewhere: f64,
    /// Cents.
    pub cost: f64,
    pub elsewhere_cost: f64,
    pub failure: u64,
    pub repeats: u64,
    /// Whether the period covers only a part of it.
    pub partial: bool,
}

/// What a department causes, and what others cause for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnView {
    pub name: String,
    pub department: u32,
    /// Touchpoints that it owns, and those of them without events.
    pub touchpoints: u64,
    pub without_data: u64,
    /// The touchpoints by name, with their id and events in the data.
    pub list: Vec<(String, String, u64)>,
    /// Contacts' worth that its touchpoints cause, with cost and the number of contacts; and what others answer of it.
    pub caused: f64,
    pub cost: f64,
    pub cost_elsewhere: f64,
    /// Contacts' worth by week of the report.
    pub weeks: Vec<f64>,
    pub shared_in: u64,
    /// Where these land: touchpoint, its department, contacts' worth and cost.
    pub lands: Vec<Landing>,
    /// What others' touchpoints cause at its own contact touchpoints.
    pub from_others: Vec<Landing>,
    /// Its actions that are not done yet.
    pub actions: Vec<ActionRow>,
}

/// Contacts' worth by touchpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Landing {
    pub name: String,
    pub department: Option<u32>,
    pub contacts: f64,
    pub cost: f64,
}

/// The contacts behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedContacts {
    pub title: String,
    pub contacts: u64,
    pub page: u32,
    pub pages: u32,
    /// Telling words of these contacts, where they have text.
    pub keywords: Vec<KeywordView>,
    pub rows: Vec<ContactRow>,
}

/// A word that contacts use more often than others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeywordView {
    pub word: String,
    /// Customers of these contacts who say it, and of the others.
    pub customers: u64,
    pub others: u64,
    /// Standard score.
    pub z: f64,
}

/// What customers behind a figure talk about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Customers of whom there is any text.
    pub with_text: u64,
    pub keywords: Vec<KeywordView>,
    pub examples: Vec<String>,
}

/// What customers talk about, and no log covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapView {
    /// The driver before these contacts; none where nothing explains them.
    pub after: Option<String>,
    pub keywords: Vec<String>,
    /// Contacts with one of them, of all that these are.
    pub contacts: u64,
    pub of: u64,
    /// Touchpoints of the inventory that are named so and have no data.
    pub touchpoints: Vec<String>,
}

/// One contact, and why it was shared out so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactRow {
    /// Pseudonym of the customer.
    pub customer: String,
    pub time: String,
    pub touchpoint: String,
    pub reason: String,
    pub by_case: bool,
    /// Whether a trusted reason decided.
    pub by_reason: bool,
    /// Whether the customer had an open case.
    pub open: bool,
    /// What was said, for those who may read it.
    pub text: Option<String>,
    /// Driver, its department, and its part.
    pub shares: Vec<(String, Option<u32>, f64)>,
    pub last_touch: Option<String>,
}

/// Contact reasons, and what each stands for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReasonsView {
    pub rows: Vec<ReasonLine>,
    pub contacts: u64,
    /// Touchpoints that a reason can be linked to, with their owners.
    pub touchpoints: Vec<(String, Option<String>)>,
    /// Touchpoints of the matrix, those with the most evidence first.
    pub columns: Vec<String>,
    /// Logs whose reasons decide before the evidence does.
    pub trusted: Vec<String>,
    pub departments: Vec<Department>,
    /// Whether there is any evidence to compare with.
    pub judged: bool,
}

/// One reason.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReasonLine {
    pub reason: String,
    pub contacts: u64,
    pub cost: f64,
    pub touchpoint: Option<String>,
    pub department: Option<u32>,
    pub failure: bool,
    /// 0 for one that nobody said anything about yet.
    pub version: i32,
    pub may_change: bool,
    /// Share of its contacts that the evidence gives to each column, and to the linked touchpoint.
    pub evidence: Vec<f64>,
    pub agrees: Option<f64>,
}

/// What a reason stands for, as a form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonInput {
    pub reason: String,
    #[serde(default)]
    pub touchpoint: String,
    #[serde(default)]
    pub failure: String,
    pub version: i32,
}

/// The report as the command line prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriversReport {
    pub contacts: u64,
    pub drivers: Vec<ReportedDriver>,
    pub split: Vec<ReportedSplit>,
    pub source_gaps: Vec<SourceGap>,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedDriver {
    pub touchpoint: String,
    pub experience: Option<String>,
    pub department: Option<String>,
    pub exposed_customers: u64,
    pub rate_ratio: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
    pub q_value: f64,
    pub excess_contacts: Option<f64>,
    pub excess_low: Option<f64>,
    pub excess_high: Option<f64>,
    /// In the company's currency.
    pub cost: Option<f64>,
    pub explained_by: Option<String>,
}

/// One department's contacts; no name for what nothing explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedSplit {
    pub department: Option<String>,
    pub contacts: f64,
}

/// Words before contacts that no touchpoint with data explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceGap {
    pub keywords: Vec<String>,
    pub contacts: u64,
}

#[cfg(test)]
mod tests {
    use super::{DriversQuery, Open};

    #[test]
    fn a_question_survives_the_url() {
        let query = DriversQuery {
            from: Some("2026-03-01".into()),
            window: 14,
            reason: Some("invoice & \u{e4}".into()),
            department: Some("Field service".into()),
            open: Some(Open::Driver("Technician visit: Never came".into())),
            page: 3,
            ..DriversQuery::default()
        };
        let search = query.to_search();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(&search.as_bytes()[1..])
            .map(|(a, b)| (a.into_owned(), b.into_owned()))
            .collect();
        let read = DriversQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        assert_eq!(read, Ok(query));
        assert_eq!(DriversQuery::default().to_search(), "");
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for (name, value) in
            [("window", "0"), ("window", "91"), ("page", "0"), ("open", "no"), ("colour", "red")]
        {
            assert!(DriversQuery::from_pairs([(name, value)]).is_err(), "{name}={value}");
        }
        assert!(DriversQuery { window: 0, ..DriversQuery::default() }.check().is_err());
    }
}
