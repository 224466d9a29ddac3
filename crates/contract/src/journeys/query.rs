//! The question, and how it is written in a URL.

use serde::{Deserialize, Serialize};

use super::choices::{Form, Level, Occurrence, Towards, Unit};
use super::reading::{choice, encode, number, opened, out_of_range, window_of, within, word};
use super::rules::{Rule, StepFilter};
use super::segment::{Condition, Join, Segment};
use crate::{Kind, UserError};

/// A question about journeys. Everything that a figure depends on is in here, and all of it in the URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExploreQuery {
    pub by: Level,
    pub direction: Towards,
    /// Label of the node to look from.
    pub anchor: Option<String>,
    /// Default: the first forward, the last backward.
    pub occurrence: Option<Occurrence>,
    pub steps: u32,
    pub top: u32,
    /// First and last day that count, `2026-03-01`, in the company's time zone.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Only events of this source.
    pub source: Option<String>,
    pub keep_repeats: bool,
    /// Each link says how many of its journeys have an open case.
    pub open_cases: bool,
    pub unit: Unit,
    /// With visits: minutes without any event after which a new visit begins.
    pub gap: u32,
    /// Steps of the funnel, by label.
    pub funnel: Vec<String>,
    /// How much time the funnel may take: `7d`, `12h`, `30m`.
    pub within: Option<String>,
    /// Label of the node up to which the time from the anchor is measured.
    pub until: Option<String>,
    /// In variants, a block of nodes that is repeated at once counts once.
    pub fold_loops: bool,
    /// (step, nodes kept) where Other was opened.
    pub opened: Vec<(i32, u32)>,
    /// Name of a saved segment that journeys must belong to.
    pub segment: Option<String>,
    /// Further conditions, not saved.
    pub filter: Segment,
    /// Hidden, renamed and grouped nodes.
    pub rules: Vec<Rule>,
    /// Filters of single steps of the flow.
    pub step_filters: Vec<StepFilter>,
    /// What the journeys are compared with: another period, or another segment (empty for all journeys).
    pub against_from: Option<String>,
    pub against_to: Option<String>,
    pub against_segment: Option<String>,
    /// The compared flows stand side by side instead of as one difference.
    pub beside: bool,
    /// Percentage of the transitions that the map shows.
    pub share: u32,
    /// Id of the selected node, or of the node that the selected link leaves.
    pub select: Option<String>,
    /// Id of the node that the selected link reaches.
    pub select_to: Option<String>,
    /// Page of the list of customers, from 1.
    pub page: u32,
    pub form: Form,
}

impl Default for ExploreQuery {
    fn default() -> Self {
        Self {
            by: Level::Touchpoint,
            direction: Towards::Forward,
            anchor: None,
            occurrence: None,
            steps: 6,
            top: 10,
            from: None,
            to: None,
            source: None,
            keep_repeats: false,
            open_cases: false,
            unit: Unit::Customer,
            gap: 30,
            funnel: Vec::new(),
            within: None,
            until: None,
            fold_loops: false,
            opened: Vec::new(),
            segment: None,
            filter: Segment::default(),
            rules: Vec::new(),
            step_filters: Vec::new(),
            against_from: None,
            against_to: None,
            against_segment: None,
            beside: false,
            share: 80,
            select: None,
            select_to: None,
            page: 1,
            form: Form::Flow,
        }
    }
}

/// Least and most steps, nodes kept a step, nodes kept of an opened step, and pages.
const STEPS: (u32, u32) = (2, 30);
const TOP: (u32, u32) = (1, 60);
pub(super) const OPENED: (u32, u32) = (1, 500);
const PAGES: (u32, u32) = (1, 1_000_000);
/// Minutes between visits.
const GAP: (u32, u32) = (1, 525_600);
/// Steps of a funnel.
const MOST_FUNNEL: usize = 12;
/// Percentage that the map shows.
const SHARE: (u32, u32) = (1, 100);
/// Rules of display, and filters of steps.
const MOST_RULES: usize = 60;
/// Longest label or id, in bytes.
const LONGEST: usize = 20_000;

/// What stands for no segment at all where one can be compared with.
pub const ALL_JOURNEYS: &str = "*";

impl ExploreQuery {
    /// Reads name-value pairs, already decoded. Unknown names and values are refused, naming what exists.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, UserError> {
        let mut query = Self::default();
        // The fields of a form that gives nodes a name.
        let (mut called, mut name_given) = (Vec::new(), String::new());
        for (name, value) in pairs {
            let text = || (!value.is_empty()).then(|| value.to_owned());
            match name {
                "by" => query.by = choice(name, value, &Level::ALL, Level::key)?,
                "direction" => query.direction = choice(name, value, &Towards::ALL, Towards::key)?,
                "anchor" => query.anchor = text(),
                "occurrence" if value.is_empty() => query.occurrence = None,
                "occurrence" => {
                    let all = [Occurrence::First, Occurrence::Last];
                    query.occurrence = Some(choice(name, value, &all, Occurrence::key)?);
                }
                "steps" => query.steps = number(name, value, STEPS)?,
                "top" => query.top = number(name, value, TOP)?,
                "from" => query.from = text(),
                "to" => query.to = text(),
                "source" => query.source = text(),
                "cases" => query.open_cases = word(name, value, "open")?,
                "repeats" => query.keep_repeats = word(name, value, "keep")?,
                "unit" => query.unit = choice(name, value, &Unit::ALL, Unit::key)?,
                "gap" => query.gap = number(name, value, GAP)?,
                "funnel" => query.funnel.extend(text()),
                "within" => query.within = text(),
                "until" => query.until = text(),
                "loops" => query.fold_loops = word(name, value, "fold")?,
                "open" => query.opened = opened(value)?,
                "segment" => query.segment = text(),
                "where" if value.is_empty() => {}
                "where" => query.filter.conditions.push(Condition::parse(value)?),
                "join" => query.filter.join = if word(name, value, "any")? { Join::Any } else { Join::All },
                "rule" if value.is_empty() => {}
                "rule" => query.rules.push(Rule::parse(value)?),
                "call" => called.extend(text()),
                "call_as" => name_given = value.trim().to_owned(),
                "at" | "not_at" if value.is_empty() => {}
                "at" | "not_at" => query.step_filters.push(StepFilter::parse(value, name == "at")?),
                "against_from" => query.against_from = text(),
                "against_to" => query.against_to = text(),
                "against_segment" => query.against_segment = text(),
                "beside" => query.beside = word(name, value, "yes")?,
                "share" => query.share = number(name, value, SHARE)?,
                "select" => query.select = text(),
                "select_to" => query.select_to = text(),
                "page" => query.page = number(name, value, PAGES)?,
                "view" if value.is_empty() => query.form = Form::Flow,
                "view" => query.form = choice(name, value, &Form::ALL, Form::key)?,
                // A form's button, which has no name.
                "" if value.is_empty() => {}
                other => {
                    return Err(UserError::new(Kind::Invalid, "unknown_filter", format!("There is no filter \u{201c}{other}\u{201d}."))
                        .at(other)
                        .remedy(
                            "Filters are: by, direction, anchor, occurrence, steps, top, from, to, source, repeats, unit, gap, funnel, within, until, loops, open, segment, where, join, rule, at, not_at, against_from, against_to, against_segment, beside, share, select, select_to, page, view.",
                        ));
                }
            }
        }
        if !called.is_empty() && !name_given.is_empty() {
            query.rules.push(Rule::Call { nodes: called, name: name_given });
        }
        Ok(query)
    }

    /// Checks what the URL's reader checks, for questions that came another way.
    pub fn check(&self) -> Result<(), UserError> {
        let Self { steps, top, opened, select, select_to, page, anchor, from, to, source, gap, .. } = self;
        let Self { funnel, within: window, until, segment, filter, rules, step_filters, share, .. } = self;
        let Self { against_from, against_to, against_segment, .. } = self;
        within("share", *share, SHARE)?;
        filter.check()?;
        if rules.len() > MOST_RULES || step_filters.len() > MOST_RULES {
            return Err(out_of_range("rule", &rules.len().to_string(), (0, MOST_RULES as u32)));
        }
        within("gap", *gap, GAP)?;
        if funnel.len() > MOST_FUNNEL {
            return Err(out_of_range("funnel", &funnel.len().to_string(), (1, MOST_FUNNEL as u32)));
        }
        window_of(window.as_deref())?;
        within("steps", *steps, STEPS)?;
        within("top", *top, TOP)?;
        within("page", *page, PAGES)?;
        for (_, top) in opened {
            within("open", *top, OPENED)?;
        }
        // Together they decide how large the tables are that count the links.
        let all: u64 = opened.iter().map(|(_, top)| u64::from(*top)).sum();
        if all > u64::from(OPENED.1) * 3 {
            return Err(UserError::new(
                Kind::TooLarge,
                "too_many_opened",
                "Too many nodes are opened at once.",
            )
            .at("open")
            .remedy("Fold a step before opening another."));
        }
        let texts = [anchor, from, to, source, select, select_to, window, until, segment];
        let texts = texts.into_iter().chain([against_from, against_to, against_segment]).flatten();
        if rules
            .iter()
            .map(|rule| rule.text().len())
            .chain(step_filters.iter().map(|one| one.node.len()))
            .any(|length| length > LONGEST)
        {
            return Err(UserError::new(Kind::Invalid, "too_long", "A rule of display is too long.").at("rule"));
        }
        if texts.chain(funnel).any(|text| text.len() > LONGEST) {
            return Err(UserError::new(Kind::Invalid, "too_long", "A value of the question is too long."));
        }
        Ok(())
    }

    /// The pairs that differ from the defaults, in a fixed order.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let Self {
            by,
            direction,
            anchor,
            occurrence,
            steps,
            top,
            from,
            to,
            source,
            keep_repeats,
            open_cases,
            unit,
            gap,
            funnel,
            within,
            until,
            fold_loops,
            opened,
            segment,
            filter,
            rules,
            step_filters,
            against_from,
            against_to,
            against_segment,
            beside,
            share,
            select,
            select_to,
            page,
            form,
        } = self;
        let plain = Self::default();
        let mut pairs = Vec::new();
        let mut put = |name, differs: bool, value: String| {
            if differs {
                pairs.push((name, value));
            }
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        put("by", *by != plain.by, by.key().into());
        put("direction", *direction != plain.direction, direction.key().into());
        put("anchor", anchor.is_some(), text(anchor));
        put("occurrence", occurrence.is_some(), occurrence.map_or("", Occurrence::key).into());
        put("steps", *steps != plain.steps, steps.to_string());
        put("top", *top != plain.top, top.to_string());
        put("from", from.is_some(), text(from));
        put("to", to.is_some(), text(to));
        put("source", source.is_some(), text(source));
        put("repeats", *keep_repeats, "keep".into());
        put("cases", *open_cases, "open".into());
        put("unit", *unit != plain.unit, unit.key().into());
        put("gap", *gap != plain.gap, gap.to_string());
        for step in funnel {
            put("funnel", true, step.clone());
        }
        put("within", within.is_some(), text(within));
        put("until", until.is_some(), text(until));
        put("loops", *fold_loops, "fold".into());
        let open: Vec<String> = opened.iter().map(|(step, top)| format!("{step}:{top}")).collect();
        put("open", !opened.is_empty(), open.join(","));
        put("segment", segment.is_some(), text(segment));
        for condition in &filter.conditions {
            put("where", true, condition.text());
        }
        put("join", filter.join == Join::Any, "any".into());
        for rule in rules {
            put("rule", true, rule.text());
        }
        for filter in step_filters {
            put(if filter.there { "at" } else { "not_at" }, true, filter.text());
        }
        put("against_from", against_from.is_some(), text(against_from));
        put("against_to", against_to.is_some(), text(against_to));
        put("against_segment", against_segment.is_some(), text(against_segment));
        put("beside", *beside, "yes".into());
        put("share", *share != plain.share, share.to_string());
        put("view", *form != plain.form, form.key().into());
        put("select", select.is_some(), text(select));
        put("select_to", select_to.is_some(), text(select_to));
        put("page", *page != plain.page, page.to_string());
        pairs
    }

    /// `?by=…`, percent-encoded, or nothing for the default question.
    pub fn to_search(&self) -> String {
        let pairs: Vec<String> =
            self.pairs().into_iter().map(|(name, value)| format!("{name}={}", encode(&value))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The same question with nothing selected.
    #[must_use]
    pub fn unselected(&self) -> Self {
        Self { select: None, select_to: None, page: 1, ..self.clone() }
    }

    /// The question that this one is compared with, if any: the same about another period or segment.
    pub fn against(&self) -> Option<Self> {
        let Self { against_from, against_to, against_segment, .. } = self;
        if against_from.is_none() && against_to.is_none() && against_segment.is_none() {
            return None;
        }
        let other_period = against_from.is_some() || against_to.is_some();
        let period = |against: &Option<String>, own: &Option<String>| {
            if other_period { against.clone() } else { own.clone() }
        };
        let other_segment = against_segment.as_ref().map(|name| (name != ALL_JOURNEYS).then(|| name.clone()));
        Some(Self {
            from: period(against_from, &self.from),
            to: period(against_to, &self.to),
            filter: if other_segment.is_some() { Segment::default() } else { self.filter.clone() },
            segment: other_segment.unwrap_or_else(|| self.segment.clone()),
            against_from: None,
            against_to: None,
            against_segment: None,
            ..self.clone()
        })
    }

    /// The same question about another drawing: what was opened or selected no longer exists there.
    #[must_use]
    pub fn redrawn(&self) -> Self {
        Self { opened: Vec::new(), ..self.unselected() }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Condition, ExploreQuery, Form, Join, Level, Occurrence, Rule, Segment, StepFilter, Towards, Unit,
    };
    use crate::journeys::window_of;

    #[test]
    fn a_question_survives_the_url() {
        let query = ExploreQuery {
            by: Level::Experience,
            direction: Towards::Both,
            anchor: Some("Call: \u{e4}&=+ 100 %".into()),
            occurrence: Some(Occurrence::Last),
            steps: 9,
            opened: vec![(-2, 40), (3, 60)],
            unit: Unit::Visit,
            gap: 45,
            funnel: vec!["A".into(), "B, c".into()],
            within: Some("7d".into()),
            form: Form::Funnel,
            select: Some("2/n/A > B".into()),
            keep_repeats: true,
            open_cases: true,
            segment: Some("Looked up, then called".into()),
            filter: Segment {
                join: Join::Any,
                conditions: vec![Condition::parse("never~touchpoint:App|plan=x y").expect("a condition")],
            },
            rules: vec![
                Rule::Hide { node: "A".into() },
                Rule::Call { nodes: vec!["B".into()], name: "C|d".into() },
            ],
            step_filters: vec![
                StepFilter { step: 2, node: "A".into(), there: true },
                StepFilter { step: 3, node: "B".into(), there: false },
            ],
            against_from: Some("2026-01-01".into()),
            against_segment: Some("*".into()),
            beside: true,
            share: 40,
            ..ExploreQuery::default()
        };
        let pairs = query.pairs();
        let read = ExploreQuery::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(read, Ok(query));
    }

    #[test]
    fn windows() {
        assert_eq!(window_of(Some("7d")), Ok(Some(604_800_000_000)));
        assert_eq!(window_of(None), Ok(None));
        for bad in ["", "7", "d", "-1d", "7x", "999999999999d"] {
            assert!(window_of(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn unknown_names_and_values_are_refused_by_name() {
        let error = ExploreQuery::from_pairs([("colour", "red")]).expect_err("unknown");
        assert_eq!((error.code.as_str(), error.place.as_deref()), ("unknown_filter", Some("colour")));
        let error = ExploreQuery::from_pairs([("by", "planet")]).expect_err("unknown");
        assert!(error.remedy.expect("remedy").contains("touchpoint, experience"));
        assert!(ExploreQuery::from_pairs([("steps", "31")]).is_err());
    }
}
