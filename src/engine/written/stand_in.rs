//! What is put in the place of a variable that has no value.

use std::sync::LazyLock;

use regex::Regex;

use super::placeholder;

/// Says of what kind a stand-in is; Compose takes a word in most places, and in some only another
/// kind. Tried in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Path,
    Number,
    Address,
    Duration,
    Switch,
}

impl Kind {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Word => Some(Self::Path),
            Self::Path => Some(Self::Number),
            Self::Number => Some(Self::Address),
            Self::Address => Some(Self::Duration),
            Self::Duration => Some(Self::Switch),
            Self::Switch => None,
        }
    }
}

/// Is one variable without a value, and what stands for it.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    pub name: String,
    /// What is shown in its place.
    shown: String,
    number: u32,
    kind: Kind,
    /// Whether it is without a value, rather than chosen to be told from one.
    is_unset: bool,
    /// In which words a word was refused in its place.
    refused: Option<String>,
}

impl StandIn {
    /// Gives the value that Compose gets.
    fn value(&self) -> String {
        match self.kind {
            Kind::Word => self.word(),
            Kind::Path => format!("/{}", self.word()),
            Kind::Number => self.number.to_string(),
            // RFC 2544 keeps these addresses for measurements: nobody has them.
            Kind::Address => format!("198.18.{}.{}", self.number / 200 % 200, self.number % 200),
            Kind::Duration => format!("{}s", self.number),
            Kind::Switch => "true".to_owned(),
        }
    }

    fn word(&self) -> String {
        format!("proofmark-unset-{}", self.number)
    }

    /// Gives the texts that Compose may make of the value, and what they are turned back into.
    pub fn traces(&self) -> Vec<(String, String)> {
        let shown = self.shown.clone();
        match self.kind {
            Kind::Switch => vec![(self.word(), shown)],
            Kind::Duration => vec![(normal(self.number), shown.clone()), (self.value(), shown)],
            Kind::Number => {
                let mut traces = self.before_units();
                traces.push((self.value(), shown));
                traces
            }
            _ => vec![(self.value(), shown)],
        }
    }

    /// Gives what Compose makes of the number where the file has a unit after it: bytes, or a time.
    fn before_units(&self) -> Vec<(String, String)> {
        let with = |unit: &str| format!("{}{unit}", self.shown);
        let size = |(unit, shift): (&str, u32)| {
            ((u64::from(self.number) << shift).to_string(), with(unit))
        };
        let time = |(unit, seconds): (&str, u32)| (normal(self.number * seconds), with(unit));
        let millis = format!("{}.{:03}", self.number / 1000, self.number % 1000);
        let millis = format!("{}s", millis.trim_end_matches('0').trim_end_matches('.'));
        let sizes = [("t", 40), ("g", 30), ("m", 20), ("k", 10)].map(size);
        let times = [("h", 3600), ("m", 60), ("s", 1)].map(time);
        sizes.into_iter().chain(times).chain([(millis, with("ms"))]).collect()
    }

    /// Gives the number, where Compose may write it without quotes.
    pub fn as_number(&self) -> Option<u32> {
        (self.kind == Kind::Number).then_some(self.number)
    }

    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Writes seconds as Compose does.
fn normal(seconds: u32) -> String {
    let time = format!("{}m{}s", seconds / 60 % 60, seconds % 60);
    if seconds < 3600 { time } else { format!("{}h{time}", seconds / 3600) }
}

/// Holds every variable without a value.
#[derive(Debug, Clone)]
pub(super) struct StandIns {
    known: Vec<StandIn>,
    /// What the files hold, in which no stand-in may occur.
    text: String,
    next: u32,
}

impl StandIns {
    /// Begins with variables that have a stand-in whatever their value, each with what it is shown as.
    pub fn new<'n>(text: String, shown: impl IntoIterator<Item = (&'n str, String)>) -> Self {
        // Below the highest port and above what people choose.
        let mut begun = Self { known: Vec::new(), text, next: 58_101 };
        for (name, shown) in shown {
            begun.add(name, &shown, false);
        }
        begun
    }

    fn add(&mut self, name: &str, shown: &str, is_unset: bool) {
        while self.text.contains(&self.next.to_string()) {
            self.next += 1;
        }
        let (name, shown, number) = (name.to_owned(), shown.to_owned(), self.next);
        self.known.push(StandIn { name, shown, number, kind: Kind::Word, is_unset, refused: None });
        self.next += 1;
    }

    /// Takes the variables that a warning names; tells whether one is new.
    pub fn learn(&mut self, words: &str) -> bool {
        let before = self.known.len();
        for found in UNSET.captures_iter(words) {
            self.take(&found["name"]);
        }
        self.known.len() > before
    }

    /// Takes the variable that a refusal requires; tells whether there is a new one.
    pub fn require(&mut self, words: &str) -> bool {
        let before = self.known.len();
        for found in REQUIRED.captures_iter(words) {
            self.take(&found["name"]);
        }
        self.known.len() > before
    }

    fn take(&mut self, name: &str) {
        if self.known.iter().all(|known| known.name != name) {
            self.add(name, &placeholder(name), true);
        }
    }

    /// Gives the stand-ins that a refusal quotes their next kind; tells whether there were any.
    pub fn advance(&mut self, words: &str) -> bool {
        let mut advanced = false;
        for known in &mut self.known {
            let quoted = words.contains(&known.number.to_string())
                || known.kind == Kind::Address && words.contains(&known.value());
            if let (true, Some(next)) = (quoted, known.kind.next()) {
                known.refused.get_or_insert_with(|| words.to_owned());
                known.kind = next;
                advanced = true;
            }
        }
        advanced
    }

    /// Gives the words in which a word was refused, where `words` refuse the last kind in its place.
    pub fn refused(&self, words: &str) -> Option<&str> {
        let last = |known: &&StandIn| known.kind == Kind::Switch && words.contains(&known.value());
        self.known.iter().find(last)?.refused.as_deref()
    }

    pub fn iter(&self) -> impl Iterator<Item = &StandIn> {
        self.known.iter()
    }

    /// Gives what Compose's environment gets.
    pub fn values(&self) -> impl Iterator<Item = (&str, String)> {
        self.known.iter().map(|known| (known.name.as_str(), known.value()))
    }

    /// Gives the variables that are without a value, sorted.
    pub fn names(&self) -> Vec<String> {
        let unset = self.known.iter().filter(|known| known.is_unset);
        let mut names: Vec<String> = unset.map(|known| known.name.clone()).collect();
        names.sort();
        names
    }

    /// Gives the variables whose stand-in is a switch.
    pub fn switches(&self) -> Vec<String> {
        let switches = self.known.iter().filter(|known| known.kind == Kind::Switch);
        switches.map(|known| known.name.clone()).collect()
    }
}

static UNSET: LazyLock<Regex> =
    LazyLock::new(|| compile(r#"The \\?"(?P<name>\w+)\\?" variable is not set"#));

static REQUIRED: LazyLock<Regex> =
    LazyLock::new(|| compile(r"required variable (?P<name>\w+) is missing a value"));

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that a test compiles")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_that_is_quoted_in_a_refusal_becomes_the_next_kind() {
        let mut known = StandIns::new(String::new(), []);
        assert!(known.learn(r#"level=warning msg="The \"LIMIT\" variable is not set. Defaulting"#));
        for value in ["/proofmark-unset-58101", "58101", "198.18.90.101", "58101s", "true"] {
            let before = known.values().next().unwrap().1;
            assert!(known.advance(&format!("invalid size: '{before}'")), "{before}");
            assert_eq!(known.values().next().unwrap().1, value);
        }
        assert!(!known.advance("invalid boolean: 58101"));
    }

    #[test]
    fn a_number_that_stands_in_the_files_is_not_taken() {
        let mut known = StandIns::new("ports: ['58101:80']".to_owned(), []);
        assert!(known.require("required variable PORT is missing a value: say which"));
        assert_eq!(known.values().next().unwrap().1, "proofmark-unset-58102");
        assert!(!known.require("required variable PORT is missing a value: say which"));
    }
}
