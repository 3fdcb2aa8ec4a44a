//! What a tag says of a value.

use granit_parser::Tag;

use super::flaw::Flaw;
use super::scalar::Meaning;
use crate::model::Span;

/// Says what becomes of tags that nobody here knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// They are refused, because nobody would heed them.
    Refused,
    /// They are passed over, as in what another program wrote.
    Ignored,
}

impl Tags {
    /// Gives what a scalar means with its tag, where it would mean `plain` without.
    pub(super) fn of_scalar(
        self,
        tag: Option<&Tag>,
        text: &str,
        plain: Meaning,
        at: Span,
    ) -> Result<Meaning, Flaw> {
        let Some(tag) = tag else { return Ok(plain) };
        // The tag `!` alone says that a value is no more than what it looks like.
        let name = if tag.original() == "!" { Some("str") } else { tag.core_suffix() };
        let meant = super::scalar::meaning(text);
        match (name, meant) {
            (Some("str"), _) => Ok(Meaning::Text),
            (Some("int"), Meaning::Unsigned(_) | Meaning::Signed(_))
            | (Some("float"), Meaning::Unsigned(_) | Meaning::Signed(_) | Meaning::Float(_))
            | (Some("bool"), Meaning::Boolean(_))
            | (Some("null"), Meaning::Null) => Ok(meant),
            _ => self.unknown(tag, at).map(|()| plain),
        }
    }

    /// Looks at the tag of a list or a map, which may only say that it is one.
    pub(super) fn of_container(self, tag: Option<&Tag>, own: &str, at: Span) -> Result<(), Flaw> {
        match tag {
            Some(tag) if tag.core_suffix() != Some(own) => self.unknown(tag, at),
            _ => Ok(()),
        }
    }

    fn unknown(self, tag: &Tag, at: Span) -> Result<(), Flaw> {
        match self {
            Self::Ignored => Ok(()),
            Self::Refused => {
                let words = format!("the tag `{}` says nothing true of this value", tag.original());
                Err(Flaw::other(at, words, "take the tag away"))
            }
        }
    }
}
