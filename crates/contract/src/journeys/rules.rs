//! Rules of display, made on the spot: nodes that are hidden, renamed or put together; and filters of one step.
//! All of them are part of the question, so that they are kept with it, shared with it and undone with it.

use serde::{Deserialize, Serialize};

use super::segment::{escape, unescape};
use crate::{Kind, UserError};

/// A rule of display. Rules apply one after the other, to the labels that the rules before them left.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Journeys go on as if the node's events were not there.
    Hide { node: String },
    /// The nodes get one name, and are one node.
    Call { nodes: Vec<String>, name: String },
}

impl Rule {
    /// As the URL writes it: `hide:A`, `call:New name|A|B`.
    pub fn text(&self) -> String {
        match self {
            Self::Hide { node } => format!("hide:{}", escape(node)),
            Self::Call { nodes, name } => {
                let parts: Vec<String> = std::iter::once(name).chain(nodes).map(|part| escape(part)).collect();
                format!("call:{}", parts.join("|"))
            }
        }
    }

    /// Reads what [`Self::text`] wrote.
    pub fn parse(text: &str) -> Result<Self, UserError> {
        let read = || match text.split_once(':')? {
            ("hide", node) => Some(Self::Hide { node: unescape(node).filter(|node| !node.is_empty())? }),
            ("call", parts) => {
                let mut parts = parts.split('|').map(unescape);
                let name = parts.next()??.trim().to_owned();
                let nodes = parts.collect::<Option<Vec<String>>>()?;
                (!name.is_empty() && !nodes.is_empty()).then_some(Self::Call { nodes, name })
            }
            _ => None,
        };
        read().ok_or_else(|| {
            UserError::new(Kind::Invalid, "bad_rule", format!("\u{201c}{text}\u{201d} is no rule of display."))
                .at("rule")
                .remedy("Write hide:NODE, or call:NEW NAME|NODE|NODE.")
        })
    }

    /// As people read it.
    pub fn words(&self) -> String {
        match self {
            Self::Hide { node } => format!("{node} is hidden"),
            Self::Call { nodes, name } if nodes.len() == 1 => format!("{} is called {name}", nodes[0]),
            Self::Call { nodes, name } => format!("{} are {name}", nodes.join(", ")),
        }
    }
}

/// A filter of one step: journeys count only if they are at the node there, or only if they are not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepFilter {
    pub step: i32,
    pub node: String,
    /// Whether it is the journeys at the node that count, or the others.
    pub there: bool,
}

impl StepFilter {
    /// As the URL writes it, under `at` or `not_at`: `2:NODE`.
    pub fn text(&self) -> String {
        format!("{}:{}", self.step, self.node)
    }

    /// Reads what [`Self::text`] wrote.
    pub fn parse(text: &str, there: bool) -> Result<Self, UserError> {
        let read = text.split_once(':').and_then(|(step, node)| Some((step.parse().ok()?, node.to_owned())));
        match read {
            Some((step, node)) if !node.is_empty() => Ok(Self { step, node, there }),
            _ => Err(UserError::new(
                Kind::Invalid,
                "bad_step_filter",
                format!("\u{201c}{text}\u{201d} is no filter of a step."),
            )
            .at(if there { "at" } else { "not_at" })
            .remedy("Write STEP:NODE, as in 2:Order status.")),
        }
    }

    /// As people read it.
    pub fn words(&self) -> String {
        format!("step {} is {}{}", self.step, if self.there { "" } else { "not " }, self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, StepFilter};

    #[test]
    fn rules_survive_their_text() {
        let rules = [
            Rule::Hide { node: "A: b|c".into() },
            Rule::Call { nodes: vec!["A".into(), "B|~%".into()], name: "Both = one".into() },
        ];
        for rule in rules {
            assert_eq!(Rule::parse(&rule.text()), Ok(rule));
        }
        for bad in ["", "hide:", "call:A", "call:|A", "paint:A", "hide:%9"] {
            assert!(Rule::parse(bad).is_err(), "{bad}");
        }
        let filter = StepFilter { step: -2, node: "Call: lost".into(), there: false };
        assert_eq!(StepFilter::parse(&filter.text(), false), Ok(filter));
        assert!(StepFilter::parse("x:A", true).is_err());
    }
}
