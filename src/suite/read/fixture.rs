//! From fixture files to fixtures that know what they build on, and from their names to them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use serde::Deserialize;

use super::Reader;
use super::file::{captured, plain};
use super::names::Names;
use crate::config::{Entries, Node, Settings, Source, Spanned, Text, read_yaml};
use crate::model::Diagnostic;
use crate::runner::Task;
use crate::suite::case::{Level, SecretName};
use crate::suite::draft::Draft;
use crate::suite::fixture::{Fixture, FixtureScope, Fixtures, suggestion};

/// What gives a name its value, in refusals of others that take it.
const FIXTURE: &str = "a fixture";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFixture {
    fixture: Text,
    scope: Option<Text>,
    #[serde(default)]
    needs: Vec<Text>,
    #[serde(default)]
    secrets: Vec<Node>,
    #[serde(default)]
    vars: Entries,
    timeout: Option<Text>,
    setup: Spanned<Vec<Spanned<Entries>>>,
    #[serde(default)]
    gives: Entries,
    #[serde(default)]
    teardown: Vec<Spanned<Entries>>,
}

/// Reads the fixtures that these files hold, with what each of them needs.
///
/// # Errors
///
/// What is refused, at most one refusal a file.
pub(in crate::suite) fn read_fixture_files(
    sources: &[Source],
    settings: &Settings,
) -> Result<Fixtures, Vec<Diagnostic>> {
    let mut refusals = Vec::new();
    let mut written: BTreeMap<String, FixtureFile<'_>> = BTreeMap::new();
    for source in sources {
        let raw: RawFixture = match read_yaml(source) {
            Ok(raw) => raw,
            Err(refusal) => {
                refusals.push(refusal);
                continue;
            }
        };
        let name = raw.fixture.value.trim().to_owned();
        match written.get(&name) {
            None => {
                written.insert(name, FixtureFile { source, raw });
            }
            Some(earlier) => {
                let place = earlier.source.place(earlier.raw.fixture.at);
                let message = format!("the fixture `{name}` is there already: {place}");
                let refusal = source.refuse(raw.fixture.at, message);
                refusals.push(refusal.help("suites ask for a fixture by its name; choose another"));
            }
        }
    }
    let mut catalogue = Catalogue { written: &written, settings, read: BTreeMap::new() };
    for name in written.keys() {
        if let Err(Some(refusal)) = catalogue.read(name, &mut Vec::new()) {
            refusals.push(*refusal);
        }
    }
    let read = catalogue.read.into_iter().filter_map(|(name, read)| Some((name, read?)));
    if refusals.is_empty() { Ok(Fixtures(read.collect())) } else { Err(refusals) }
}

struct FixtureFile<'s> {
    source: &'s Source,
    raw: RawFixture,
}

/// Reads each fixture once, what it needs before itself.
struct Catalogue<'w> {
    written: &'w BTreeMap<String, FixtureFile<'w>>,
    settings: &'w Settings,
    /// None for one that was refused.
    read: BTreeMap<String, Option<Arc<Fixture>>>,
}

/// Is a refusal, or none where it was told before.
type Refused = Option<Box<Diagnostic>>;

impl<'w> Catalogue<'w> {
    /// Reads a fixture that is there; `path` names those that led to it.
    fn read(&mut self, name: &str, path: &mut Vec<&'w str>) -> Result<Arc<Fixture>, Refused> {
        if let Some(read) = self.read.get(name) {
            return read.clone().ok_or(None);
        }
        let written = self.written;
        let (name, written) = written.get_key_value(name).expect("only names that are there");
        path.push(name);
        let read = self.needs(written, path).and_then(|needs| {
            fixture(written, needs, self.settings).map_err(|refusal| Some(Box::new(refusal)))
        });
        path.pop();
        self.read.insert(name.clone(), read.as_ref().ok().cloned());
        read
    }

    fn needs(
        &mut self,
        FixtureFile { source, raw }: &'w FixtureFile<'w>,
        path: &mut Vec<&'w str>,
    ) -> Result<Vec<Arc<Fixture>>, Refused> {
        let mut needs: Vec<Arc<Fixture>> = Vec::with_capacity(raw.needs.len());
        for need in &raw.needs {
            let name = need.value.as_str();
            let refuse = |message: String, help: String| {
                Some(Box::new(source.refuse(need.at, message).help(help)))
            };
            if !self.written.contains_key(name) {
                let known: Vec<&str> = self.written.keys().map(String::as_str).collect();
                return Err(refuse(
                    format!("there is no fixture `{name}`"),
                    suggestion(name, &known),
                ));
            }
            if needs.iter().any(|earlier| earlier.name == name) {
                return Err(refuse(
                    format!("`{name}` is needed twice"),
                    "keep one of the two".to_owned(),
                ));
            }
            if let Some(at) = path.iter().position(|earlier| *earlier == name) {
                let cycle = format!("{} → {name}", path[at..].join(" → "));
                return Err(refuse(
                    format!("fixtures need each other: {cycle}"),
                    "take one of these needs out".to_owned(),
                ));
            }
            needs.push(self.read(name, path)?);
        }
        Ok(needs)
    }
}

fn fixture(
    FixtureFile { source, raw }: &FixtureFile<'_>,
    needs: Vec<Arc<Fixture>>,
    settings: &Settings,
) -> Result<Arc<Fixture>, Diagnostic> {
    let nothing = Fixtures::default();
    let mut reader = Reader::new(source, settings, &nothing);
    let scope = reader.scope(raw, &needs)?;
    let secrets: Vec<(Text, Option<PathBuf>)> =
        raw.secrets.iter().map(|node| reader.secret(node)).collect::<Result<_, _>>()?;
    reader.secrets = secrets.iter().map(|(name, _)| name.value.clone()).collect();

    let mut names = reader.names_of_the_environment();
    for (need, written) in needs.iter().zip(&raw.needs) {
        reader.define_given(need, written, &mut names)?;
    }
    let captured = captured(raw.setup.value.iter().chain(&raw.teardown));
    let mut from_outside = Vec::new();
    for (name, file) in secrets.into_iter().filter(|(name, _)| !captured.contains(&name.value)) {
        reader.define(&mut names, &name, "a secret", plain)?;
        from_outside.push(SecretName { name: name.value, file });
    }
    let mut values: Vec<(String, Draft)> = Vec::new();
    for (name, value) in &raw.vars.0 {
        values.push((name.value.clone(), reader.draft(value, &names)?));
        reader.define(&mut names, name, "a variable", plain)?;
    }
    if raw.setup.value.is_empty() {
        return Err(reader
            .refuse(raw.setup.at, "a fixture without a setup makes nothing")
            .help("add a step, or take the fixture out"));
    }
    let setup = reader.steps(&raw.setup.value, &mut names)?;
    let gives = raw.gives.0.iter().map(|(name, value)| {
        let mut outside = reader.names_of_the_environment();
        reader.define(&mut outside, name, "given", plain)?;
        Ok((name.value.clone(), reader.draft(value, &names)?))
    });
    let gives = gives.collect::<Result<_, Diagnostic>>()?;
    let teardown = reader.steps(&raw.teardown, &mut names)?;
    reader.only_its_own_snapshots(setup.iter().chain(&teardown))?;
    reader.all_used(&names, "the fixture")?;
    let asked = reader.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Arc::new(Fixture {
        name: reader.line(&raw.fixture)?,
        place: reader.place(raw.fixture.at),
        scope,
        needs,
        secrets: from_outside,
        values,
        limit: reader.duration_or(raw.timeout.as_ref(), Task::LIMIT)?,
        setup,
        gives,
        teardown,
        services: asked.into_iter().chain(names.used_services()).collect(),
    }))
}

impl Reader<'_> {
    /// Reads the scope, which may not be wider than that of anything that is needed.
    fn scope(&self, raw: &RawFixture, needs: &[Arc<Fixture>]) -> Result<FixtureScope, Diagnostic> {
        let Some(written) = &raw.scope else { return Ok(FixtureScope::Case) };
        let found = FixtureScope::ALL.into_iter().find(|scope| scope.word() == written.value);
        let scope = found.ok_or_else(|| {
            let words = FixtureScope::ALL.map(FixtureScope::word).join(", ");
            self.refuse(written.at, format!("`{}` is no scope", written.value))
                .help(format!("use one of {words}"))
        })?;
        match needs.iter().zip(&raw.needs).find(|(need, _)| need.scope < scope) {
            None => Ok(scope),
            Some((need, at)) => {
                let (own, narrower) = (scope.word(), need.scope.word());
                let message = format!(
                    "a fixture of the {own} cannot need `{}`, which each {narrower} has anew",
                    need.name
                );
                Err(self.refuse(at.at, message).help(format!(
                    "write `scope: {narrower}` here, or `scope: {own}` in {}",
                    need.place.file
                )))
            }
        }
    }

    /// Reads the fixtures that a suite or a case names, beside those that it has `already`; what they
    /// give is known from here on.
    pub(super) fn named_fixtures(
        &self,
        written: &[Text],
        already: &[Arc<Fixture>],
        level: Level,
        names: &mut Names,
    ) -> Result<Vec<Arc<Fixture>>, Diagnostic> {
        let mut fixtures = already.to_vec();
        for text in written {
            let Some(fixture) = self.fixtures.get(&text.value) else {
                return Err(self
                    .refuse(text.at, format!("there is no fixture `{}`", text.value))
                    .help(self.fixtures.suggestion(&text.value)));
            };
            if fixtures.iter().any(|earlier| earlier.name == fixture.name) {
                return Err(self
                    .refuse(text.at, format!("`{}` is there already", fixture.name))
                    .help("take it out here"));
            }
            if level == Level::Unit {
                self.fits_what_stands_alone(fixture, text)?;
            }
            self.define_given(fixture, text, names)?;
            fixtures.push(Arc::clone(fixture));
        }
        Ok(fixtures)
    }

    /// Refuses for a unit suite what reaches beyond the services that it starts.
    fn fits_what_stands_alone(&self, fixture: &Arc<Fixture>, at: &Text) -> Result<(), Diagnostic> {
        for part in Fixture::in_order(std::slice::from_ref(fixture)) {
            let name = &part.name;
            if part.scope == FixtureScope::Run {
                let message = format!("a unit suite cannot share `{name}` with other suites");
                return Err(self.refuse(at.at, message).help(format!(
                    "it starts services of its own; write `scope: suite` in {}",
                    part.place.file
                )));
            }
            if let Some(service) = part.services.iter().find(|service| !self.reaches(service)) {
                let message =
                    format!("`{name}` asks `{service}`, which this unit suite does not start");
                return Err(self
                    .refuse(at.at, message)
                    .help("add that to `needs`, or make it an integration suite"));
            }
        }
        Ok(())
    }

    /// Makes known what a fixture gives to who names it at `at`.
    fn define_given(
        &self,
        fixture: &Fixture,
        at: &Text,
        names: &mut Names,
    ) -> Result<(), Diagnostic> {
        for (given, _) in &fixture.gives {
            if let Err(earlier) = names.add(given, FIXTURE) {
                let message =
                    format!("`{}` gives `{given}`, and {earlier} has the name", fixture.name);
                return Err(self
                    .refuse(at.at, message)
                    .help(format!("choose another name in {}", fixture.place.file)));
            }
        }
        Ok(())
    }
}
