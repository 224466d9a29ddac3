//! Mapping rules at work: which touchpoint and experience each event belongs to. The first rule that matches
//! wins. Applied when reading, so an edited rule shows in the next view.

use analytics::Projection;
use analytics::open::{OpenCases, Turn, open_cases};
use contract::UserError;
use db::inventory::{Inventory, Rule};
use events::{Activity, Snapshot};
use rayon::prelude::*;
use regex::Regex;

/// "This activity, recognised by that rule."
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    pub activity: u32,
    /// Indexes into the inventory.
    pub touchpoint: Option<u32>,
    pub experience: Option<u32>,
    pub rule: Option<u32>,
}

/// Each event's class, and how many events there are of what.
#[derive(Debug, Default)]
pub struct Mapped {
    pub classes: Vec<Class>,
    pub class: Vec<u32>,
    /// Events of each class, and of each touchpoint, experience and rule of the inventory.
    pub by_class: Vec<u64>,
    pub by_touchpoint: Vec<u64>,
    pub by_experience: Vec<u64>,
    pub by_rule: Vec<u64>,
    open: std::sync::OnceLock<Option<OpenCases>>,
}

impl Mapped {
    /// When customers have a case open; none where no log says what opens one.
    pub fn open_cases(&self, snapshot: &Snapshot, inventory: &Inventory) -> Option<&OpenCases> {
        let found = self.open.get_or_init(|| {
            if inventory.logs.iter().all(|log| log.opens.is_empty()) {
                return None;
            }
            let turn = |activity: &Activity| {
                let log = inventory.logs.iter().find(|log| log.name == activity.source);
                match log {
                    Some(log) if log.opens.contains(&activity.name) => Turn::Opens,
                    Some(log) if log.closes.contains(&activity.name) => Turn::Closes,
                    _ => Turn::Nothing,
                }
            };
            let turns: Vec<Turn> = snapshot.activities.iter().map(turn).collect();
            Some(open_cases(&snapshot.log, &turns))
        });
        found.as_ref()
    }
}

/// One rule, ready to be tried.
struct Compiled {
    rule: u32,
    touchpoint: u32,
    experience: Option<u32>,
    source: String,
    pattern: Pattern,
    condition: Vec<(String, String)>,
}

enum Pattern {
    Exact(String),
    Prefix(String),
    Regex(Regex),
    /// Stored by an earlier version with other limits: it matches nothing.
    Never,
}

/// Events a task.
const CHUNK: usize = 1 << 16;

/// Bytes that a compiled regular expression may take.
const REGEX_SIZE: usize = 1 << 17;

/// Compiles a regular expression that matches the whole activity or a part of it, within bounds. The engine
/// has no backtracking: its time grows with the text, whatever the expression.
pub fn regex(pattern: &str) -> Result<Regex, UserError> {
    regex::RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build().map_err(|error| {
        let message = match &error {
            regex::Error::CompiledTooBig(_) => "The regular expression is too large.".to_owned(),
            other => format!("The regular expression can't be read: {}", last_line(&other.to_string())),
        };
        UserError::new(contract::Kind::Unprocessable, "bad_regex", message)
            .at("activity")
            .remedy("Correct it, or use \u{201c}is exactly\u{201d} or \u{201c}begins with\u{201d}.")
    })
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Reads `attribute=value&…`; `%26` stands for `&` and `%25` for `%` within a value.
pub fn conditions(text: &str) -> Result<Vec<(String, String)>, UserError> {
    text.split('&')
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            part.split_once('=')
                .map(|(name, value)| {
                    (name.trim().to_owned(), value.trim().replace("%26", "&").replace("%25", "%"))
                })
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| {
                    UserError::new(
                        contract::Kind::Unprocessable,
                        "bad_condition",
                        format!("\u{201c}{part}\u{201d} is not attribute=value."),
                    )
                    .at("condition")
                    .remedy("Write attribute=value, several joined by &.")
                })
        })
        .collect()
}

fn compile(inventory: &Inventory) -> Vec<Compiled> {
    let touchpoint = |id: &str| inventory.touchpoints.iter().position(|one| one.id == id);
    let experience = |id: &str| inventory.experiences.iter().position(|one| one.id == id);
    (0..)
        .zip(&inventory.rules)
        .filter_map(|(number, rule)| {
            let Rule { touchpoint_id, experience_id, .. } = rule;
            Some(Compiled {
                rule: number,
                touchpoint: touchpoint(touchpoint_id)? as u32,
                experience: experience_id.as_deref().and_then(experience).map(|at| at as u32),
                ..one(rule)
            })
        })
        .collect()
}

/// What a rule recognises, whatever it belongs to.
fn one(rule: &Rule) -> Compiled {
    let Rule { source, matching, activity, condition, .. } = rule;
    // A condition that can't be read any more must not become none.
    let condition = conditions(condition);
    Compiled {
        rule: 0,
        touchpoint: 0,
        experience: None,
        source: source.clone(),
        pattern: match matching.as_str() {
            _ if condition.is_err() => Pattern::Never,
            "exact" => Pattern::Exact(activity.clone()),
            "prefix" => Pattern::Prefix(activity.clone()),
            _ => regex(activity).map_or(Pattern::Never, Pattern::Regex),
        },
        condition: condition.unwrap_or_default(),
    }
}

/// A rule by itself, to be tried on events.
pub struct Trial<'a> {
    /// Which activities it recognises.
    activities: Vec<bool>,
    test: Test<'a>,
}

impl<'a> Trial<'a> {
    /// Nothing where no event can have what the rule's conditions ask for.
    pub fn of(snapshot: &'a Snapshot, rule: &Rule) -> Option<Self> {
        let rule = one(rule);
        let activities = snapshot.activities.iter().map(|activity| rule.recognises(activity)).collect();
        Some(Self { activities, test: test(snapshot, &rule)? })
    }

    /// Whether it recognises an event of that activity.
    pub fn recognises(&self, activity: u32, event: usize) -> bool {
        self.activities[activity as usize] && self.test.iter().all(|(codes, code)| codes[event] == *code)
    }
}

impl Compiled {
    fn recognises(&self, activity: &Activity) -> bool {
        (self.source.is_empty() || self.source == activity.source)
            && match &self.pattern {
                Pattern::Exact(name) => activity.name == *name,
                Pattern::Prefix(start) => activity.name.starts_with(start),
                Pattern::Regex(regex) => regex.is_match(&activity.name),
                Pattern::Never => false,
            }
    }
}

/// Codes of attributes, each with the code that its value must have.
type Test<'a> = Vec<(&'a [u32], u32)>;

/// What is left to decide for the events of one activity.
struct Candidates<'a> {
    /// Conditions as (codes of an attribute, code of the value), and the class where all hold.
    tests: Vec<(Test<'a>, u32)>,
    otherwise: u32,
}

/// Gives every event its class.
pub fn map(snapshot: &Snapshot, inventory: &Inventory) -> Mapped {
    let rules = compile(inventory);
    // What each rule's conditions ask for, looked up once. A condition on what no event has can't hold.
    let tests: Vec<Option<Test<'_>>> = rules.iter().map(|rule| test(snapshot, rule)).collect();
    let mut classes = Vec::new();
    let mut class_of = |class: Class| {
        classes.push(class);
        classes.len() as u32 - 1
    };
    let candidates: Vec<Candidates<'_>> = (0..)
        .zip(&snapshot.activities)
        .map(|(activity, name)| {
            let mut decided = Vec::new();
            for (rule, test) in rules.iter().zip(&tests).filter(|(rule, _)| rule.recognises(name)) {
                let class = Class {
                    activity,
                    touchpoint: Some(rule.touchpoint),
                    experience: rule.experience,
                    rule: Some(rule.rule),
                };
                if rule.condition.is_empty() {
                    return Candidates { tests: decided, otherwise: class_of(class) };
                }
                if let Some(test) = test {
                    decided.push((test.clone(), class_of(class)));
                }
            }
            let unmapped = Class { activity, touchpoint: None, experience: None, rule: None };
            Candidates { tests: decided, otherwise: class_of(unmapped) }
        })
        .collect();
    let activities = snapshot.log.activities();
    let mut class = vec![0; activities.len()];
    class.par_chunks_mut(CHUNK).enumerate().for_each(|(number, chunk)| {
        for (at, slot) in (number * CHUNK..).zip(chunk) {
            let candidates = &candidates[activities[at] as usize];
            let found =
                candidates.tests.iter().find(|(test, _)| test.iter().all(|(codes, code)| codes[at] == *code));
            *slot = found.map_or(candidates.otherwise, |(_, class)| *class);
        }
    });
    let mut by_class = vec![0; classes.len()];
    for &class in &class {
        by_class[class as usize] += 1;
    }
    let sums = |size: usize, of: fn(&Class) -> Option<u32>| {
        let mut sums = vec![0; size];
        for (class, &events) in classes.iter().zip(&by_class) {
            if let Some(at) = of(class) {
                sums[at as usize] += events;
            }
        }
        sums
    };
    Mapped {
        open: std::sync::OnceLock::new(),
        by_touchpoint: sums(inventory.touchpoints.len(), |class| class.touchpoint),
        by_experience: sums(inventory.experiences.len(), |class| class.experience),
        by_rule: sums(inventory.rules.len(), |class| class.rule),
        classes,
        class,
        by_class,
    }
}

/// A rule's conditions as codes; none where an attribute or a value does not occur.
fn test<'a>(snapshot: &'a Snapshot, rule: &Compiled) -> Option<Test<'a>> {
    let conditions = rule.condition.iter();
    let codes = conditions.map(|(name, value)| {
        let attribute = snapshot.attribute(name)?;
        let code = attribute.values.iter().position(|known| known == value)? as u32 + 1;
        Some((attribute.codes.as_slice(), code))
    });
    codes.collect()
}

impl Mapped {
    /// A projection of these classes.
    pub fn projection<'a>(&'a self, node: &'a [u32], owner: &'a [u32], nodes: u32) -> Projection<'a> {
        Projection { class: &self.class, node, owner, nodes }
    }
}
