//! What every part of a suite is read with: places, units, names and services.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::names::Names;
use super::written::as_written;
use crate::config::{Node, Settings, Source, Text};
use crate::model::{Diagnostic, Place, Span, Template, parse_duration};
use crate::protocol::TlsOptions;
use crate::suite::fixture::Fixtures;
use crate::suite::json_query::JsonQuery;

/// Reads one file.
pub(super) struct Reader<'a> {
    pub source: &'a Source,
    pub settings: &'a Settings,
    /// The name of the suite.
    pub suite: String,
    /// What it can name under `fixtures`.
    pub fixtures: &'a Fixtures,
    /// The service that a unit suite is about.
    pub alone: Option<String>,
    /// Whether the suite may change what it looks at: a container of its own, or the environments that
    /// it names.
    pub may_change: bool,
    /// Whom every connection of the suite trusts, where its step does not say.
    pub tls: Option<TlsOptions>,
    /// The services that are started beside it.
    pub needs: Vec<String>,
    /// Everything listed under `secrets`.
    pub secrets: BTreeSet<String>,
    /// The services that its steps name themselves.
    pub asked: Mutex<BTreeSet<String>>,
    /// Every JSONPath that was read: cases ask for the same ones again and again.
    pub paths: Mutex<BTreeMap<String, JsonQuery>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, settings: &'a Settings, fixtures: &'a Fixtures) -> Self {
        let (alone, tls, needs, secrets, asked, paths) = Default::default();
        let (suite, may_change) = (String::new(), false);
        Self {
            source,
            settings,
            suite,
            fixtures,
            alone,
            may_change,
            tls,
            needs,
            secrets,
            asked,
            paths,
        }
    }
}

impl Reader<'_> {
    pub(super) fn refuse(&self, at: Span, message: impl Into<String>) -> Diagnostic {
        self.source.refuse(at, message)
    }

    pub(super) fn place(&self, at: Span) -> Place {
        self.source.place(at)
    }

    pub(super) fn duration(&self, text: &Text) -> Result<Duration, Diagnostic> {
        match parse_duration(&text.value) {
            Ok(Duration::ZERO) => Err(self
                .refuse(text.at, "no time at all is not enough")
                .help("write it like `10s`")),
            Ok(duration) => Ok(duration),
            Err(cause) => Err(self.refuse(text.at, cause.to_string())),
        }
    }

    pub(super) fn duration_or(
        &self,
        text: Option<&Text>,
        usual: Duration,
    ) -> Result<Duration, Diagnostic> {
        text.map_or(Ok(usual), |text| self.duration(text))
    }

    pub(super) fn duration_of(&self, node: &Node) -> Result<Duration, Diagnostic> {
        let text = as_written(node).ok_or_else(|| {
            let found = node.value.described();
            self.refuse(node.at, format!("a duration belongs here, not {found}"))
                .help("write it like `300ms`")
        })?;
        self.duration(&text)
    }

    /// Reads a name that is shown on one line.
    pub(super) fn line(&self, text: &Text) -> Result<String, Diagnostic> {
        let line = text.value.trim();
        if line.is_empty() || line.chars().any(char::is_control) {
            return Err(self.refuse(text.at, "a name is one line of text"));
        }
        Ok(line.to_owned())
    }

    pub(super) fn template(&self, text: &Text, names: &Names) -> Result<Template, Diagnostic> {
        let template = Template::parse(&text.value)
            .map_err(|cause| self.refuse(text.at, cause.to_string()))?;
        if let Some(unknown) = template.names().find(|name| !names.is_known(name)) {
            return Err(self
                .refuse(text.at, format!("nothing gives `${{{unknown}}}` a value here"))
                .help(format!(
                    "known here are {}; a capture is known to the steps after its own",
                    names.list()
                )));
        }
        Ok(template)
    }

    /// Refuses a second case of the same name.
    pub(super) fn only_once(
        &self,
        seen: &mut BTreeSet<String>,
        name: &str,
        written: &Text,
    ) -> Result<(), Diagnostic> {
        if seen.insert(name.to_owned()) {
            return Ok(());
        }
        Err(self
            .refuse(written.at, format!("the suite has two cases `{name}`"))
            .help("a case is selected and reported by its name, so that each needs its own"))
    }

    /// Refuses what was captured or given for one case and is used nowhere in `whole`.
    pub(super) fn all_used(&self, names: &Names, whole: &str) -> Result<(), Diagnostic> {
        let Some(unused) = names.first_unused() else { return Ok(()) };
        Err(self
            .refuse(unused.at, format!("nothing in {whole} uses `${{{}}}`", unused.value))
            .help("use it in a later step, or take it out"))
    }

    /// Tells whether a service can be asked: a unit suite reaches only what it starts.
    pub(super) fn reaches(&self, service: &str) -> bool {
        let is_needed = || self.needs.iter().any(|need| need == service);
        self.alone.as_ref().is_none_or(|alone| alone == service || is_needed())
    }

    /// Adds a name that the file defines.
    pub(super) fn define(
        &self,
        names: &mut Names,
        name: &Text,
        what: &'static str,
        add: fn(&mut Names, &Text, &'static str) -> Result<(), &'static str>,
    ) -> Result<(), Diagnostic> {
        let is_name_char = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.value.is_empty() || !name.value.chars().all(is_name_char) {
            return Err(self
                .refuse(name.at, format!("`{}` cannot be the name of a value", name.value))
                .help("use letters, digits, `_` and `-`"));
        }
        add(names, name, what).map_err(|earlier| {
            self.refuse(
                name.at,
                format!("`{}` cannot be {what}, because {earlier} has the name", name.value),
            )
            .help("choose another name")
        })
    }

    /// Reads the name of a service that the environment has.
    pub(super) fn service(&self, text: &Text) -> Result<String, Diagnostic> {
        let name = &text.value;
        if let Some(alone) = self.alone.as_ref().filter(|_| !self.reaches(name)) {
            return Err(self
                .refuse(text.at, format!("a unit suite of `{alone}` has no `{name}`"))
                .help("add it to `needs`, or make it an integration suite"));
        }
        if self.settings.services.contains_key(name) {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if !asked.contains(name) {
                asked.insert(name.clone());
            }
            return Ok(name.clone());
        }
        let known: Vec<&str> = self.settings.services.keys().map(String::as_str).collect();
        let environment = &self.settings.environment;
        Err(self
            .refuse(text.at, format!("{environment} has no service `{name}`"))
            .help(format!("it has {}", known.join(", "))))
    }
}
