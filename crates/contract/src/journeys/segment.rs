//! Segments: which journeys count, said by conditions; and how a condition is written in a URL.
//!
//! A condition is a word and its parts with `~` between: `passed~touchpoint:Order status`,
//! `then~touchpoint:Order status~channel:Phone~24h`. Letters that mean something there are percent-encoded.

use serde::{Deserialize, Serialize};

use super::choices::Level;
use super::reading::{number, window_of};
use crate::{Kind, UserError};

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    #[default]
    All,
    Any,
}

/// Which events a condition speaks of: those of a node, those with an attribute's value, or both at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct What {
    /// Level and label of the node.
    pub node: Option<(Level, String)>,
    /// What its attribute says.
    pub attribute: Option<Attribute>,
}

/// What an attribute must say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attribute {
    pub name: String,
    pub is: Is,
    pub value: String,
}

/// How an attribute's value is compared. An event without the attribute fulfils none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    #[default]
    Equal,
    NotEqual,
    /// Holds the text, whatever its case.
    Contains,
    /// Numbers by size; what is no number is neither.
    AtLeast,
    AtMost,
}

impl Is {
    /// Sign in text, and words.
    const ALL: [(Self, &str, &str); 5] = [
        (Self::NotEqual, "!=", "is not"),
        (Self::Contains, "*=", "contains"),
        (Self::AtLeast, ">=", "is at least"),
        (Self::AtMost, "<=", "is at most"),
        (Self::Equal, "=", "is"),
    ];

    fn of(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(is, ..)| *is == self).map_or(("=", "is"), |&(_, sign, words)| (sign, words))
    }

    /// Whether a value says so.
    pub fn holds(self, value: &str, wanted: &str) -> bool {
        let by_size = |fits: fn(&f64, &f64) -> bool| {
            let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number(value).zip(number(wanted)).is_some_and(|(value, wanted)| fits(&value, &wanted))
        };
        match self {
            Self::Equal => value == wanted,
            Self::NotEqual => value != wanted,
            Self::Contains => value.to_lowercase().contains(&wanted.to_lowercase()),
            Self::AtLeast => by_size(f64::ge),
            Self::AtMost => by_size(f64::le),
        }
    }
}

impl Attribute {
    /// Name, sign and value: the sign is the first equals sign with what stands right before it.
    fn split(text: &str) -> Option<(&str, Is, &str)> {
        let (name, value) = text.split_once('=')?;
        let (is, sign, _) = Is::ALL.into_iter().find(|(_, sign, _)| name.ends_with(&sign[..sign.len() - 1]))?;
        Some((&name[..name.len() + 1 - sign.len()], is, value))
    }

    /// Refuses what no value could fulfil, or every one would.
    fn check(&self) -> Result<(), UserError> {
        let refused = |message: String, remedy: &str| {
            Err(UserError::new(Kind::Invalid, "bad_value", message).at("attribute").remedy(remedy))
        };
        let Self { name: _, is, value } = self;
        let number = || value.trim().parse::<f64>().is_ok_and(f64::is_finite);
        match is {
            Is::AtLeast | Is::AtMost if !number() => refused(
                format!("\u{201c}{value}\u{201d} is no number."),
                "Write digits with a point, as in bill >= 10.5.",
            ),
            Is::Contains if value.is_empty() => refused(
                "No text is given that the value should contain.".to_owned(),
                "Write it, as in plan *= gold.",
            ),
            Is::Equal if value.starts_with(['<', '>']) => refused(
                format!("\u{201c}{value}\u{201d} begins with a sign."),
                "Write the sign before the equals sign, as in bill >= 10.",
            ),
            _ => Ok(()),
        }
    }

    fn text(&self) -> String {
        format!("{}{}{}", escape(&self.name), self.is.of().0, escape(&self.value))
    }

    fn words(&self) -> String {
        format!("{} {} {}", self.name, self.is.of().1, self.value)
    }
}

/// What a journey must fulfil.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// At least so many such events.
    Passed { what: What, times: u32 },
    /// No such event.
    Never { what: What },
    /// After the first comes the other, within that time (`24h`; any time where empty).
    Then { first: What, then: What, within: Option<String> },
    /// The first occurs, and the other never comes after it within that time.
    NotThen { first: What, then: What, within: Option<String> },
    /// The other occurs, and the first never comes before it within that time.
    NotBefore { first: What, then: What, within: Option<String> },
    /// What the attribute said last.
    Latest { what: What },
    /// It begins so.
    Starts { what: What },
    /// It ends so.
    Ends { what: What },
    /// The customer stands behind a figure: the question that shows it, with what is selected.
    Behind { question: String },
}

/// Conditions; without any, every journey counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Segment {
    pub join: Join,
    pub conditions: Vec<Condition>,
}

/// Conditions of a segment, at most.
const MOST_CONDITIONS: usize = 12;
/// Figures that a segment may stand on.
const MOST_FIGURES: usize = 3;
/// Longest condition, in bytes.
const LONGEST: usize = 20_000;
/// Most times that a condition may ask for.
const MOST_TIMES: u32 = 1000;

/// Kinds of conditions: stable name, what people call it, and whether it has a second part.
pub const KINDS: [(&str, &str, bool); 9] = [
    ("passed", "passed through", false),
    ("never", "never passed through", false),
    ("then", "passed, and then", true),
    ("not_then", "passed, and then not", true),
    ("before", "passed, and before it", true),
    ("not_before", "passed, and not before it", true),
    ("latest", "was last, by an attribute", false),
    ("starts", "starts with", false),
    ("ends", "ends with", false),
];

impl What {
    /// As the URL writes it.
    pub fn text(&self) -> String {
        let node = self.node.as_ref().map(|(level, label)| format!("{}:{}", level.key(), escape(label)));
        let attribute = self.attribute.as_ref().map(Attribute::text);
        [node, attribute].into_iter().flatten().collect::<Vec<_>>().join("|")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut what = Self::default();
        for part in text.split('|').filter(|part| !part.is_empty()) {
            if let Some((name, is, value)) = Attribute::split(part) {
                what.attribute = Some(Attribute { name: unescape(name)?, is, value: unescape(value)? });
            } else {
                let (level, label) = part.split_once(':')?;
                let level = Level::ALL.into_iter().find(|one| one.key() == level)?;
                what.node = Some((level, unescape(label)?));
            }
        }
        (what != Self::default()).then_some(what)
    }

    /// As people read it.
    pub fn words(&self) -> String {
        let node = self.node.as_ref().map(|(_, label)| label.clone());
        let attribute = self.attribute.as_ref().map(Attribute::words);
        match (node, attribute) {
            (Some(node), Some(attribute)) => format!("{node} where {attribute}"),
            (Some(node), None) => node,
            (None, Some(attribute)) => format!("an event where {attribute}"),
            (None, None) => "any event".to_owned(),
        }
    }
}

impl Condition {
    /// As the URL writes it.
    pub fn text(&self) -> String {
        let within =
            |within: &Option<String>| within.clone().map(|within| format!("~{within}")).unwrap_or_default();
        match self {
            Self::Passed { what, times: 0 | 1 } => format!("passed~{}", what.text()),
            Self::Passed { what, times } => format!("passed~{}~{times}", what.text()),
            Self::Never { what } => format!("never~{}", what.text()),
            Self::Then { first, then, within: time } => {
                format!("then~{}~{}{}", first.text(), then.text(), within(time))
            }
            Self::NotThen { first, then, within: time } => {
                format!("not_then~{}~{}{}", first.text(), then.text(), within(time))
            }
            Self::NotBefore { first, then, within: time } => {
                format!("not_before~{}~{}{}", first.text(), then.text(), within(time))
            }
            Self::Latest { what } => format!("latest~{}", what.text()),
            Self::Starts { what } => format!("starts~{}", what.text()),
            Self::Ends { what } => format!("ends~{}", what.text()),
            Self::Behind { question } => format!("behind~{}", escape(question)),
        }
    }

    /// Reads what [`Self::text`] wrote.
    pub fn parse(text: &str) -> Result<Self, UserError> {
        let refused = || {
            UserError::new(
                Kind::Invalid,
                "bad_condition",
                format!("\u{201c}{text}\u{201d} is no condition."),
            )
            .at("where")
            .remedy("Write passed~touchpoint:NAME, never~…, then~…~…~24h, not_then~…~…, not_before~…~…, latest~name=value, starts~… or ends~…; an attribute is name=value, with !=, >=, <= or *= (contains) too.")
        };
        if text.len() > LONGEST {
            return Err(refused());
        }
        let mut parts = text.split('~');
        let kind = parts.next().unwrap_or_default();
        let mut what = || parts.next().and_then(What::parse).ok_or_else(refused);
        let condition = match kind {
            "passed" => {
                let what = what()?;
                let times = match parts.next() {
                    Some(times) => times.parse().map_err(|_| refused())?,
                    None => 1,
                };
                Self::Passed { what, times }
            }
            "never" => Self::Never { what: what()? },
            "then" | "not_then" | "not_before" => {
                let (first, then) = (what()?, what()?);
                let within = parts.next().filter(|within| !within.is_empty()).map(str::to_owned);
                match kind {
                    "then" => Self::Then { first, then, within },
                    "not_then" => Self::NotThen { first, then, within },
                    _ => Self::NotBefore { first, then, within },
                }
            }
            "latest" => Self::Latest { what: what()? },
            "starts" => Self::Starts { what: what()? },
            "ends" => Self::Ends { what: what()? },
            "behind" => {
                let question = parts.next().and_then(unescape).ok_or_else(refused)?;
                Self::Behind { question }
            }
            _ => return Err(refused()),
        };
        if parts.next().is_some() {
            return Err(refused());
        }
        condition.check()?;
        Ok(condition)
    }

    /// The events that it speaks of.
    fn whats(&self) -> Vec<&What> {
        match self {
            Self::Passed { what, .. }
            | Self::Never { what }
            | Self::Latest { what }
            | Self::Starts { what }
            | Self::Ends { what } => vec![what],
            Self::Then { first, then, .. }
            | Self::NotThen { first, then, .. }
            | Self::NotBefore { first, then, .. } => vec![first, then],
            Self::Behind { .. } => Vec::new(),
        }
    }

    fn check(&self) -> Result<(), UserError> {
        for attribute in self.whats().into_iter().filter_map(|what| what.attribute.as_ref()) {
            attribute.check()?;
        }
        match self {
            Self::Then { within, .. } | Self::NotThen { within, .. } | Self::NotBefore { within, .. } => {
                window_of(within.as_deref())?;
            }
            Self::Latest { what } if what.attribute.is_none() => {
                return Err(UserError::new(
                    Kind::Invalid,
                    "no_events_named",
                    "What was last is asked of an attribute.",
                )
                .at("attribute")
                .remedy("Choose an attribute and its value."));
            }
            Self::Passed { times, .. } if !(1..=MOST_TIMES).contains(times) => {
                return Err(UserError::new(
                    Kind::Invalid,
                    "out_of_range",
                    format!("{times} times can't be asked for."),
                )
                .at("times")
                .remedy(format!("Choose from 1 to {MOST_TIMES}.")));
            }
            _ => {}
        }
        if self.text().len() > LONGEST {
            return Err(UserError::new(Kind::Invalid, "too_long", "A condition is too long.").at("where"));
        }
        Ok(())
    }

    /// As people read it, after "a journey that".
    pub fn words(&self) -> String {
        let within = |within: &Option<String>| {
            within.as_ref().map(|within| format!(" within {}", spelled(within))).unwrap_or_default()
        };
        match self {
            Self::Passed { what, times: 0 | 1 } => format!("passed {}", what.words()),
            Self::Passed { what, times } => format!("passed {} at least {times} times", what.words()),
            Self::Never { what } => format!("never passed {}", what.words()),
            Self::Then { first, then, within: time } => {
                format!("passed {}, then {}{}", first.words(), then.words(), within(time))
            }
            Self::NotThen { first, then, within: time } => {
                format!("passed {}, and then not {}{}", first.words(), then.words(), within(time))
            }
            Self::NotBefore { first, then, within: time } => {
                format!("passed {}, and not {} before it{}", then.words(), first.words(), within(time))
            }
            Self::Latest { what } => {
                let attribute = what.attribute.as_ref().map(Attribute::words).unwrap_or_default();
                let at = what.node.as_ref().map(|(_, label)| format!(" at {label}")).unwrap_or_default();
                format!("has as its latest value{at}: {attribute}")
            }
            Self::Starts { what } => format!("starts with {}", what.words()),
            Self::Ends { what } => format!("ends with {}", what.words()),
            Self::Behind { .. } => "is of a customer behind a saved figure".to_owned(),
        }
    }
}

/// `24h` in words.
fn spelled(window: &str) -> String {
    let (digits, unit) = window.split_at(window.find(|c: char| !c.is_ascii_digit()).unwrap_or(window.len()));
    let name = match unit {
        "m" | "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        _ => "second",
    };
    format!("{digits} {name}{}", if digits == "1" { "" } else { "s" })
}

impl Segment {
    /// Whether every journey counts.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Refuses what can't be meant.
    pub fn check(&self) -> Result<(), UserError> {
        if self.conditions.len() > MOST_CONDITIONS {
            return Err(UserError::new(
                Kind::TooLarge,
                "too_many_conditions",
                format!(
                    "A segment can have {MOST_CONDITIONS} conditions; this one has {}.",
                    self.conditions.len()
                ),
            )
            .at("where")
            .remedy("Leave some out."));
        }
        let figures = self.conditions.iter().filter(|one| matches!(one, Condition::Behind { .. })).count();
        if figures > MOST_FIGURES {
            return Err(UserError::new(
                Kind::TooLarge,
                "too_many_conditions",
                format!("A segment can stand on {MOST_FIGURES} figures; this one stands on {figures}."),
            )
            .at("where")
            .remedy("Leave some out."));
        }
        self.conditions.iter().try_for_each(Condition::check)
    }

    /// As the database keeps it: the conditions, a line each, after the word that joins them.
    pub fn text(&self) -> String {
        let mut lines = vec![if self.join == Join::Any { "any" } else { "all" }.to_owned()];
        lines.extend(self.conditions.iter().map(Condition::text));
        lines.join("\n")
    }

    /// Reads what [`Self::text`] wrote.
    pub fn parse(text: &str) -> Result<Self, UserError> {
        let mut lines = text.lines();
        let join = if lines.next() == Some("any") { Join::Any } else { Join::All };
        let conditions = lines.map(Condition::parse).collect::<Result<_, _>>()?;
        let segment = Self { join, conditions };
        segment.check()?;
        Ok(segment)
    }

    /// As people read it.
    pub fn words(&self) -> String {
        if self.is_empty() {
            return "all journeys".to_owned();
        }
        let all: Vec<String> = self.conditions.iter().map(Condition::words).collect();
        all.join(if self.join == Join::Any { ", or " } else { ", and " })
    }
}

/// A condition as a form's fields say it: `add` (its kind), `node`, `attribute` (`name=value`), `then_node`,
/// `then_attribute`, `within`, `times`. None where no kind is given.
///
/// A node is a touchpoint's name, or `Channel: NAME`, `Stage: NAME` and so on.
pub fn composed(fields: &[(&str, &str)]) -> Result<Option<Condition>, UserError> {
    let field =
        |name: &str| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.trim());
    let kind = field("add");
    if kind.is_empty() {
        return Ok(None);
    }
    let missing = |place: &str| {
        UserError::new(Kind::Invalid, "no_events_named", "The condition does not say which events it means.")
            .at(place)
            .remedy("Choose a node, an attribute with its value, or both.")
    };
    let what = |node: &str, attribute: &str| {
        let attribute = match field(attribute) {
            "" => None,
            text => {
                let (name, is, value) = Attribute::split(text).ok_or_else(|| missing(attribute))?;
                Some(Attribute { name: name.trim().to_owned(), is, value: value.trim().to_owned() })
            }
        };
        let what =
            What { node: Some(node_named(field(node))).filter(|(_, label)| !label.is_empty()), attribute };
        if what == What::default() { Err(missing(node)) } else { Ok(what) }
    };
    let within = Some(field("within").to_owned()).filter(|within| !within.is_empty());
    let times = match field("times") {
        "" => 1,
        text => number("times", text, (1, MOST_TIMES))?,
    };
    let first = what("node", "attribute")?;
    let condition = match kind {
        "passed" => Condition::Passed { what: first, times },
        "never" => Condition::Never { what: first },
        "then" => Condition::Then { first, then: what("then_node", "then_attribute")?, within },
        "not_then" => Condition::NotThen { first, then: what("then_node", "then_attribute")?, within },
        // The second part is what comes first in time.
        "before" => Condition::Then { first: what("then_node", "then_attribute")?, then: first, within },
        "not_before" => {
            Condition::NotBefore { first: what("then_node", "then_attribute")?, then: first, within }
        }
        "latest" => Condition::Latest { what: first },
        "starts" => Condition::Starts { what: first },
        "ends" => Condition::Ends { what: first },
        other => {
            let kinds: Vec<&str> = KINDS.iter().map(|(key, ..)| *key).collect();
            return Err(UserError::new(
                Kind::Invalid,
                "unknown_value",
                format!("\u{201c}{other}\u{201d} is no kind of condition."),
            )
            .at("add")
            .remedy(format!("Use one of: {}.", kinds.join(", "))));
        }
    };
    condition.check()?;
    Ok(Some(condition))
}

/// A node as a form's field names it.
fn node_named(text: &str) -> (Level, String) {
    let of_level = |level: &Level| text.strip_prefix(level.label())?.strip_prefix(": ");
    match Level::ALL.iter().find_map(|level| Some((*level, of_level(level)?))) {
        Some((level, label)) => (level, label.to_owned()),
        None => (Level::Touchpoint, text.to_owned()),
    }
}

/// A node as a form's field offers it.
pub fn offered(level: Level, label: &str) -> String {
    let plain = level == Level::Touchpoint && node_named(label).0 == Level::Touchpoint;
    if plain { label.to_owned() } else { format!("{}: {label}", level.label()) }
}

/// Percent-encodes the letters that separate, and line ends.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '%' | '~' | '|' | '=' | ':' | '!' | '*' | '<' | '>' | '\n' | '\r' => {
                out.push_str(&format!("%{:02X}", letter as u32))
            }
            other => out.push(other),
        }
    }
    out
}

/// Reads what [`escape`] wrote; none where a percent sign is followed by no such code.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = u8::from_str_radix(rest.get(at + 1..at + 3)?, 16).ok().filter(u8::is_ascii)?;
        out.push(code as char);
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Condition, Is, Join, Segment, What, composed, offered};
    use crate::journeys::Level;

    #[test]
    fn conditions_survive_their_text() {
        let node = |label: &str| What { node: Some((Level::Touchpoint, label.into())), attribute: None };
        let odd = What {
            node: Some((Level::Activity, "A|b~c:d=e%f\ng".into())),
            attribute: Some(Attribute { name: "plan>=x!".into(), is: Is::AtMost, value: "100".into() }),
        };
        let conditions = vec![
            Condition::Passed { what: odd.clone(), times: 3 },
            Condition::Never { what: node("App") },
            Condition::Then { first: node("Order status"), then: odd, within: Some("24h".into()) },
            Condition::NotThen { first: node("A"), then: node("B"), within: None },
            Condition::NotBefore { first: node("A"), then: node("B"), within: Some("2d".into()) },
            Condition::Latest {
                what: What {
                    node: None,
                    attribute: Some(Attribute { name: "plan".into(), is: Is::NotEqual, value: "gold".into() }),
                },
            },
            Condition::Starts { what: node("A") },
            Condition::Ends { what: node("B") },
            Condition::Behind { question: "?by=activity&select=1%2Fn%2FA".into() },
        ];
        for one in &conditions {
            assert_eq!(Condition::parse(&one.text()).as_ref(), Ok(one), "{}", one.text());
        }
        let segment = Segment { join: Join::Any, conditions };
        assert_eq!(Segment::parse(&segment.text()), Ok(segment));
    }

    #[test]
    fn forms_say_conditions() {
        let said = composed(&[
            ("add", "then"),
            ("node", "Order status"),
            ("then_node", "Channel: Phone"),
            ("within", "24h"),
        ]);
        let expected = Condition::parse("then~touchpoint:Order status~channel:Phone~24h").expect("a condition");
        assert_eq!(said, Ok(Some(expected)));
        let said = composed(&[("add", "passed"), ("attribute", "plan = gold"), ("times", "2")]);
        assert_eq!(said, Ok(Some(Condition::parse("passed~plan=gold~2").expect("a condition"))));
        let said = composed(&[("add", "before"), ("node", "Call"), ("then_node", "App"), ("within", "2d")]);
        assert_eq!(
            said,
            Ok(Some(Condition::parse("then~touchpoint:App~touchpoint:Call~2d").expect("a condition")))
        );
        let said = composed(&[("add", "not_before"), ("node", "Call"), ("then_node", "App")]);
        let expected = Condition::parse("not_before~touchpoint:App~touchpoint:Call").expect("a condition");
        assert_eq!(said, Ok(Some(expected)));
        for (sign, is) in [("=", Is::Equal), ("!=", Is::NotEqual), ("*=", Is::Contains), (">=", Is::AtLeast)] {
            let said = composed(&[("add", "latest"), ("attribute", &format!("bill {sign} 10"))]);
            let attribute = Some(Attribute { name: "bill".into(), is, value: "10".into() });
            assert_eq!(said, Ok(Some(Condition::Latest { what: What { node: None, attribute } })));
        }
        assert_eq!(composed(&[("node", "A")]), Ok(None));
        for bad in
            [&[("add", "passed")][..], &[("add", "then"), ("node", "A")], &[("add", "paint"), ("node", "A")]]
        {
            assert!(composed(bad).is_err(), "{bad:?}");
        }
        assert_eq!(offered(Level::Channel, "Phone"), "Channel: Phone");
        assert_eq!(offered(Level::Touchpoint, "Stage: door"), "Touchpoint: Stage: door");
    }

    #[test]
    fn values_are_compared_as_they_are_meant() {
        for (is, value, wanted, holds) in [
            (Is::Equal, "gold", "gold", true),
            (Is::Equal, "Gold", "gold", false),
            (Is::NotEqual, "silver", "gold", true),
            (Is::Contains, "Old Gold", "gold", true),
            (Is::AtLeast, "10.5", "9", true),
            (Is::AtLeast, "abc", "9", false),
            (Is::AtMost, "9", "9", true),
            (Is::AtMost, "NaN", "9", false),
        ] {
            assert_eq!(is.holds(value, wanted), holds, "{value} {is:?} {wanted}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for bad in [
            "",
            "passed",
            "passed~",
            "passed~planet:X",
            "then~touchpoint:A",
            "latest~touchpoint:A",
            "passed~bill>=ten",
            "passed~bill*=",
            "passed~bill=> 10",
            "passed~touchpoint:A~0",
            "never~touchpoint:A~B",
            "then~touchpoint:A~touchpoint:B~soon",
            "passed~touchpoint:%zz",
        ] {
            assert!(Condition::parse(bad).is_err(), "{bad}");
        }
    }
}
