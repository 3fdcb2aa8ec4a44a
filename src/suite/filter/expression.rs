//! Predicates joined by `&`, `|` and `!`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::predicate::{Pattern, Predicate, Property};
use super::read::{ORIGIN, expression};
use crate::config::nearest;
use crate::model::Diagnostic;
use crate::suite::candidate::Candidate;

/// Tells of each case whether it is meant; two are equal when they are written alike.
#[derive(Debug, Clone)]
pub struct Filter {
    text: Arc<str>,
    root: Expression,
}

/// Is an expression whose precedence has been settled.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Predicate(Predicate),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with a caret.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let text = Arc::from(text);
        let root = expression(&text)?;
        Ok(Self { text, root })
    }

    pub(in crate::suite) fn fits(&self, case: &Candidate<'_>) -> bool {
        self.root.fits(case)
    }

    /// Refuses a predicate that asks for what no case has.
    ///
    /// One under `!` may: it leaves nothing out. Neither is a level refused of which there is no case
    /// today, for it is no misspelling.
    pub(in crate::suite) fn unknown(&self, cases: &[Candidate<'_>]) -> Option<Diagnostic> {
        let mut asked = Vec::new();
        self.root.asks_for(true, &mut asked);
        let is_unknown = |predicate: &&Predicate| !cases.iter().any(|case| predicate.fits(case));
        let Predicate { property, pattern, span } = asked.into_iter().find(is_unknown)?;
        let known: BTreeSet<&str> = cases.iter().flat_map(|case| property.of(case)).collect();
        let known: Vec<&str> = known.into_iter().collect();
        let word = property.word();
        let meant = match pattern {
            Pattern::Equals(whole) => nearest(whole, &known),
            Pattern::Contains(_) | Pattern::Matches(_) => None,
        };
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => format!("no case has any {word}"),
            None if *property == Property::Name => "`proofmark test --list` names them".to_owned(),
            None => format!("there are {}", known.join(", ")),
        };
        let refusal = Diagnostic::new(
            ORIGIN,
            self.text.clone(),
            format!("no case has the {word} `{pattern}`"),
        );
        Some(refusal.at(*span).help(help))
    }
}

impl Expression {
    fn fits(&self, case: &Candidate<'_>) -> bool {
        match self {
            Self::Predicate(predicate) => predicate.fits(case),
            Self::Not(inner) => !inner.fits(case),
            Self::All(parts) => parts.iter().all(|part| part.fits(case)),
            Self::Any(parts) => parts.iter().any(|part| part.fits(case)),
        }
    }

    /// Collects the predicates that some case has to fit.
    fn asks_for<'e>(&'e self, wanted: bool, asked: &mut Vec<&'e Predicate>) {
        match self {
            Self::Predicate(predicate) if wanted && predicate.property != Property::Level => {
                asked.push(predicate);
            }
            Self::Predicate(_) => {}
            Self::Not(inner) => inner.asks_for(!wanted, asked),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.asks_for(wanted, asked);
                }
            }
        }
    }
}
