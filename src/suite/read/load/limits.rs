//! What the numbers must keep to.

use crate::config::Spanned;
use crate::config::{Content, Entries, Node, Text};
use crate::model::{Diagnostic, Percent, Span};
use crate::suite::load_case::RequestLimits;
use crate::suite::load_limits::{LoadLimits, TimeStatistic};
use crate::suite::read::Reader;
use crate::suite::read::written::{Written, as_written};

/// The keys of limits: times, what is counted, and what services use.
pub(in crate::suite::read) const KEYS: [&str; 12] = [
    "p50",
    "p90",
    "p95",
    "p99",
    "p99.9",
    "max",
    "mean",
    "throughput",
    "errors",
    "samples",
    "cpu",
    "memory",
];
/// Those among them that are of services and of no request.
const OF_SERVICES: [&str; 2] = ["cpu", "memory"];

/// Gives the words with which a limit can be written as a matcher.
pub(in crate::suite::read) fn words_of(key: &str) -> &'static [&'static str] {
    match key {
        "throughput" | "samples" => &["at_least"],
        _ => &["below", "at_most"],
    }
}

impl Reader<'_> {
    pub(super) fn limits(&self, written: &Spanned<Entries>) -> Result<LoadLimits, Diagnostic> {
        self.limits_in(Written::of(written))
    }

    pub(super) fn limits_of(
        &self,
        written: Option<&Spanned<Entries>>,
    ) -> Result<Vec<RequestLimits>, Diagnostic> {
        let Some(written) = written else { return Ok(Vec::new()) };
        let entries = &written.value.0;
        if entries.is_empty() {
            return Err(self.without_limits(written.at));
        }
        let of = |(request, node): &(Text, Node)| {
            let map = self.map(&request.value, node)?;
            let of_services =
                map.entries.iter().find(|(key, _)| OF_SERVICES.contains(&&*key.value));
            if let Some((key, _)) = of_services {
                return Err(self
                    .refuse(key.at, format!("a request has no `{}` of its own", key.value))
                    .help("say it of the whole load, under `limits`"));
            }
            let (limits, span) = (self.limits_in(map)?, request.at);
            Ok(RequestLimits { request: request.value.trim().to_owned(), span, limits })
        };
        entries.iter().map(of).collect()
    }

    fn limits_in(&self, written: Written<'_>) -> Result<LoadLimits, Diagnostic> {
        self.only_keys(&written, "a load", &KEYS)?;
        let mut limits = LoadLimits::default();
        for statistic in TimeStatistic::ALL {
            if let Some(node) = written.get(statistic.word()) {
                let text = self.limit(statistic.word(), node)?;
                limits.times.push((statistic, self.duration(&text)?));
            }
        }
        let text = |key: &str| written.get(key).map(|node| self.limit(key, node)).transpose();
        let share = |key: &str| {
            let text = text(key)?;
            text.map(|text| self.unit(text.at, &text.value)).transpose()
        };
        let throughput = text("throughput")?;
        limits.throughput = throughput.map(|text| self.unit(text.at, &text.value)).transpose()?;
        limits.errors = share("errors")?;
        if let Some(node) = written.get("errors").filter(|_| limits.errors == Some(Percent(0.0))) {
            return Err(self
                .refuse(node.at, "no number of requests shows that none ever fails")
                .help("write the share that you can bear: none of 3000 shows `errors: 0.1%`"));
        }
        limits.cpu = share("cpu")?;
        limits.memory = share("memory")?;
        limits.samples = text("samples")?.map(|text| self.count(&text)).transpose()?;
        if limits == LoadLimits::default() {
            return Err(self.without_limits(written.at));
        }
        Ok(limits)
    }

    /// Reads `300ms`, or `{ below: 300ms }` with the word of this direction.
    fn limit(&self, key: &str, node: &Node) -> Result<Text, Diagnostic> {
        let node = match &node.value {
            Content::Map(entries) => {
                let map = Written { at: node.at, entries };
                self.only_keys(&map, &format!("a limit of {key}"), words_of(key))?;
                let [(_, only)] = entries.as_slice() else {
                    return Err(self
                        .refuse(node.at, format!("this says no limit of {key}"))
                        .help(format!("write `{key}:` and the limit after it")));
                };
                only
            }
            _ => node,
        };
        as_written(node).ok_or_else(|| {
            let found = node.value.described();
            self.refuse(node.at, format!("`{key}` takes a limit, not {found}"))
                .help("write it like `p95: 300ms`, `throughput: 20/s` or `errors: 0.5%`")
        })
    }

    fn count(&self, text: &Text) -> Result<u64, Diagnostic> {
        text.value.parse().ok().filter(|count| *count > 0).ok_or_else(|| {
            self.refuse(text.at, format!("`{}` is not a number of samples", text.value))
                .help("write it like `samples: 1000`")
        })
    }

    fn without_limits(&self, at: Span) -> Diagnostic {
        self.refuse(at, "empty limits always hold")
            .help("write `limits: { p95: 300ms }`, or leave them out")
    }
}
