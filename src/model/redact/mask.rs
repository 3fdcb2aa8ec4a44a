//! What is recorded, or said in a program's words, without secrets.

use std::ops::Range;

use serde_json::Value;

use super::name::{hides, is_telling};
use super::{REDACTED, Redactor, command, encoding, place, program, span, token};

/// Replaces secrets by [`REDACTED`] in commands, health checks, labels and whatever else is recorded.
///
/// A snapshot is committed and read by many, so what merely looks like a secret goes too. Both
/// sides of a comparison pass through the same mask: a changed secret is no drift.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    redactor: Redactor,
}

impl Mask {
    /// Knows `secrets`, beside what gives itself away.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        Self { redactor: Redactor::new(secrets) }
    }

    /// Gives free text without secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut spans = self.redactor.find(text);
        spans.extend(find(text));
        span::replace(text, spans).into_owned()
    }

    /// Gives text that only has to lose the secrets that are known: a name, an image.
    #[must_use]
    pub fn known(&self, text: &str) -> String {
        self.redactor.apply(text).into_owned()
    }

    /// Gives a command without secrets; one may stand in the argument after its flag.
    #[must_use]
    pub fn command(&self, arguments: &[String]) -> Vec<String> {
        let masked = Arguments::of(arguments).map(|argument| match argument {
            Argument::Secret { before, .. } => format!("{before}{REDACTED}"),
            Argument::Text(text) => self.text(text),
        });
        masked.collect()
    }

    /// Gives the value of something named: nothing of it where the name says that it is secret.
    #[must_use]
    pub fn named(&self, name: &str, value: &str) -> String {
        if hides(name, value) {
            return REDACTED.to_owned();
        }
        if is_checksum_name(name) { self.known(value) } else { self.text(value) }
    }

    /// Gives a value with every text in it masked.
    #[must_use]
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| match value.as_str() {
                    Some(text) => (name.clone(), self.named(name, text).into()),
                    None => (name.clone(), self.value(value)),
                })
                .collect(),
            other => other.clone(),
        }
    }

    /// Gives the secrets that stand in free text and are worth looking for elsewhere.
    #[must_use]
    pub fn secrets_of_text(text: &str) -> Vec<String> {
        let found = find(text).into_iter().map(|span| encoding::percent_decoded(&text[span]));
        found.filter(|secret| is_telling(secret)).collect()
    }

    /// Gives the secrets that stand in something named, as [`Mask::secrets_of_text`] does.
    #[must_use]
    pub fn secrets_of_named(name: &str, value: &str) -> Vec<String> {
        let mut secrets = Self::secrets_of_text(value);
        secrets.extend(Some(value.to_owned()).filter(|v| hides(name, v) && is_telling(v)));
        secrets
    }

    /// Gives the secrets that stand in a command, as [`Mask::secrets_of_text`] does.
    #[must_use]
    pub fn secrets_of_command(arguments: &[String]) -> Vec<String> {
        let found = Arguments::of(arguments).flat_map(|argument| match argument {
            Argument::Secret { secret, .. } => {
                Some(secret.to_owned()).into_iter().filter(|secret| is_telling(secret)).collect()
            }
            Argument::Text(text) => Self::secrets_of_text(text),
        });
        found.collect()
    }
}

fn find(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    place::find(text, &mut spans);
    program::find(text, &mut spans);
    command::find(text, &mut spans);
    token::find(text, &mut spans);
    spans
}

/// Tells whether what looks random under a name is meant to be read: a revision, a checksum.
fn is_checksum_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    ["revision", "commit", "sha", "sha256", "digest", "checksum", "ref", "rev", "fingerprint"]
        .contains(&last)
}

/// Holds the arguments after which a whole shell line stands.
const SHELL_LINE_NEXT: &[&str] = &["CMD-SHELL", "-c", "-ec", "-lc", "-ce", "-xc", "-exc", "-euc"];

/// Is one argument of a command.
enum Argument<'a> {
    /// Is a secret from some place on.
    Secret { before: &'a str, secret: &'a str },
    /// May hold one like any text.
    Text(&'a str),
}

/// Goes through a command, and knows what the argument before lets expect.
struct Arguments<'a> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, String>>,
    /// The arguments that are secrets by their place.
    placed: Vec<usize>,
    /// The flag whose value comes next.
    flag: Option<&'a str>,
    /// Whether a shell line comes next.
    line: bool,
    program: &'a str,
}

impl<'a> Arguments<'a> {
    fn of(arguments: &'a [String]) -> Self {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let placed = command::secrets_among(&words);
        let rest = arguments.iter().enumerate();
        Self { rest, placed, flag: None, line: false, program: "" }
    }
}

impl<'a> Iterator for Arguments<'a> {
    type Item = Argument<'a>;

    fn next(&mut self) -> Option<Argument<'a>> {
        let (at, argument) = self.rest.next()?;
        let argument = argument.as_str();
        let flag = self.flag.take().unwrap_or_default();
        if is_value_of(flag, argument) || self.placed.contains(&at) {
            return Some(Argument::Secret { before: "", secret: argument });
        }
        if matches!(flag, "-u" | "--user")
            && let Some(secret) = command::password_of_pair(argument)
        {
            let before = &argument[..argument.len() - secret.len()];
            return Some(Argument::Secret { before, secret });
        }
        if std::mem::replace(&mut self.line, SHELL_LINE_NEXT.contains(&argument)) {
            return Some(Argument::Text(argument));
        }
        if let Some((flag, is_joined)) = program::flag_of(self.program, argument) {
            if !is_joined {
                self.flag = Some(PROGRAM_FLAG);
                return Some(Argument::Text(argument));
            }
            let value = argument[flag.len()..].trim_start_matches('=');
            let (before, secret) = argument.split_at(argument.len() - value.len());
            return Some(Argument::Secret { before, secret });
        }
        if self.program.is_empty() && program::is_program(argument) {
            self.program = argument;
        }
        if argument.starts_with('-') && !argument.contains(['=', ' ']) {
            self.flag = Some(argument);
        }
        // An argument is one value to its end, blanks and all; a shell line is not.
        Some(match argument.split_once(['=', ':']) {
            Some((name, value))
                if name.bytes().all(is_of_name) && hides(name, value.trim_start()) =>
            {
                let (before, secret) = argument.split_at(argument.len() - value.trim_start().len());
                Argument::Secret { before, secret }
            }
            _ => Argument::Text(argument),
        })
    }
}

/// Stands for a program's own flag, whose name says nothing.
const PROGRAM_FLAG: &str = "--password";

fn is_value_of(flag: &str, argument: &str) -> bool {
    // A secret may begin with a dash, hardly with two.
    !argument.starts_with("--") && hides(flag, argument)
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
