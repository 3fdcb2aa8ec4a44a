//! From a whole file to a suite.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::names::{BUILT_IN, Names, SERVICE};
use super::raw::RawFile;
use super::written::Written;
use super::{Reader, load};
use crate::config::{Content, Entries, Node, Settings, Source, Spanned, Text, read_yaml};
use crate::model::Diagnostic;
use crate::suite::case::{Alone, Level, SecretName, Suite};
use crate::suite::draft::Draft;
use crate::suite::fixture::Fixtures;

/// Reads a suite of the level that its folder is named after, with the fixtures that it may name.
///
/// # Errors
///
/// The first thing in the file that is refused.
pub fn read_suite(
    source: &Source,
    folder: Level,
    settings: &Settings,
    fixtures: &Fixtures,
) -> Result<Suite, Diagnostic> {
    if source.text.lines().all(|line| line.trim().is_empty() || line.starts_with('#')) {
        return Err(source
            .refuse_whole("an empty file is no suite")
            .help("begin with `suite: name`, `level: e2e` and `cases:`, or remove the file"));
    }
    let raw: RawFile = read_yaml(source)?;
    let mut reader = Reader::new(source, settings, fixtures);
    let secrets: Vec<(Text, Option<PathBuf>)> =
        raw.secrets.iter().map(|node| reader.secret(node)).collect::<Result<_, _>>()?;
    reader.secrets = secrets.iter().map(|(name, _)| name.value.clone()).collect();
    let level = reader.level(&raw.level, folder)?;
    reader.only_what_belongs_together(&raw)?;
    reader.only_what_the_level_takes(&raw, level)?;
    reader.suite = reader.line(&raw.suite)?;
    reader.may_change = level == Level::Unit || raw.targets.is_some();
    reader.needs = reader.needed(&raw)?;
    if let Some(service) = &raw.service {
        reader.alone = Some(reader.service(service)?);
    }

    reader.tls = raw.tls.as_ref().map(|tls| reader.tls_options(tls)).transpose()?;

    let mut names = reader.names_of_the_environment();
    let wanted = raw.fixtures.as_ref().map_or(&[][..], |wanted| &wanted.value);
    let fixtures = reader.named_fixtures(wanted, &[], level, &mut names)?;
    let cases = raw.cases.iter().flat_map(|cases| &cases.value);
    let steps = cases.flat_map(|case| case.value.steps.value.iter().chain(&case.value.cleanup));
    let captured = captured(steps.chain(load::steps(raw.load.as_ref())));
    let from_outside = secrets.into_iter().filter(|(name, _)| !captured.contains(&name.value));
    let mut secrets = Vec::new();
    for (name, file) in from_outside {
        reader.define(&mut names, &name, "a secret", plain)?;
        secrets.push(SecretName { name: name.value, file });
    }
    let alone = reader.alone(&raw, &names)?;
    let mut values: Vec<(String, Draft)> = Vec::new();
    for (name, value) in &raw.vars.0 {
        values.push((name.value.clone(), reader.draft(value, &names)?));
        reader.define(&mut names, name, "a variable", plain)?;
    }

    let (cases, load) = (
        reader.cases(&raw, (level, &fixtures), &names)?,
        reader.load_cases(raw.load.as_ref(), &names)?,
    );
    let targets = reader.targets(raw.targets.as_ref())?;
    if targets.is_none() && !load.is_empty() {
        return Err(reader
            .refuse(raw.suite.at, "a load suite names the environments that may be loaded")
            .help("add `targets: [local]`; an environment that is not listed is never loaded"));
    }
    let applies = targets.as_ref().is_none_or(|targets| targets.contains(&settings.environment));
    Ok(Suite {
        name: reader.suite.clone(),
        level,
        place: reader.place(raw.suite.at),
        file: PathBuf::from(&source.name),
        tags: raw.tags.iter().map(|tag| reader.line(tag)).collect::<Result<_, _>>()?,
        targets,
        secrets,
        values,
        alone,
        fixtures: fixtures.clone(),
        cases: Arc::new(cases),
        load,
        adopted: reader.adopted(&raw, applies, &names)?,
    })
}

/// Adds a name that need not be used.
pub(super) fn plain(
    names: &mut Names,
    name: &Text,
    what: &'static str,
) -> Result<(), &'static str> {
    names.add(&name.value, what)
}

/// Gives every name that one of these steps captures.
pub(super) fn captured<'r>(steps: impl Iterator<Item = &'r Spanned<Entries>>) -> BTreeSet<String> {
    let captures = steps.filter_map(|step| match &Written::of(step).get("capture")?.value {
        Content::Map(captures) => Some(captures),
        _ => None,
    });
    captures.flatten().map(|(name, _)| name.value.clone()).collect()
}

impl Reader<'_> {
    fn level(&self, written: &Text, folder: Level) -> Result<Level, Diagnostic> {
        let words = Level::ALL.map(Level::word).join(", ");
        let found = Level::ALL.into_iter().find(|level| level.word() == written.value);
        let level = found.ok_or_else(|| {
            self.refuse(written.at, format!("`{}` is no level of a suite", written.value))
                .help(format!("use one of {words}"))
        })?;
        if level == folder {
            return Ok(level);
        }
        Err(self
            .refuse(
                written.at,
                format!("the level is `{}`, and the folder is `{}`", level.word(), folder.word()),
            )
            .help(format!("write `level: {}`, or move the file", folder.word())))
    }

    /// Refuses keys of a suite that is a command beside those of one that has cases.
    fn only_what_belongs_together(&self, raw: &RawFile) -> Result<(), Diagnostic> {
        let place_of = |text: &Text| text.at;
        let of_cases = [
            ("cases", raw.cases.as_ref().map(|cases| cases.at)),
            ("load", raw.load.as_ref().map(|cases| cases.at)),
            ("service", raw.service.as_ref().map(place_of)),
            ("environment", raw.environment.as_ref().map(|entries| entries.at)),
            ("ready", raw.ready.as_ref().map(place_of)),
        ];
        let of_a_command = [
            ("report", raw.report.as_ref().map(|report| report.at)),
            ("env", raw.env.as_ref().map(|entries| entries.at)),
            ("workdir", raw.workdir.as_ref().map(place_of)),
        ];
        let (written, what, help) = if raw.command.is_some() {
            (
                &of_cases[..],
                "with a command",
                "its own runner has the cases; put others in a suite of their own",
            )
        } else {
            (&of_a_command[..], "without a command", "add `command: [pytest, -q]`, or take it out")
        };
        match written.iter().find_map(|(key, at)| Some((key, (*at)?))) {
            None => Ok(()),
            Some((key, at)) => {
                Err(self.refuse(at, format!("a suite {what} takes no `{key}`")).help(help))
            }
        }
    }

    fn only_what_the_level_takes(&self, raw: &RawFile, level: Level) -> Result<(), Diagnostic> {
        if raw.command.is_some() {
            return Ok(());
        }
        let (unit, load) = (level == Level::Unit, level == Level::Load);
        let place_of = |text: &Text| text.at;
        let written = [
            ("service", raw.service.as_ref().map(place_of), unit),
            ("needs", raw.needs.as_ref().map(|needs| needs.at), unit),
            ("environment", raw.environment.as_ref().map(|entries| entries.at), unit),
            ("ready", raw.ready.as_ref().map(place_of), unit),
            ("cases", raw.cases.as_ref().map(|cases| cases.at), !load),
            ("load", raw.load.as_ref().map(|cases| cases.at), load),
            ("fixtures", raw.fixtures.as_ref().map(|named| named.at), !load),
            ("timeout", raw.timeout.as_ref().map(place_of), !load),
            ("serial", raw.serial.as_ref().map(|node| node.at), !load),
            ("group", raw.group.as_ref().map(place_of), !load),
        ];
        for (key, at, is_taken) in written {
            if let (Some(at), false) = (at, is_taken) {
                let level = level.word();
                return Err(self
                    .refuse(at, format!("a suite of the level {level} takes no `{key}`"))
                    .help("take it out, or make it a suite of another level"));
            }
        }
        if unit && raw.service.is_none() {
            return Err(self
                .refuse(raw.level.at, "a unit suite says which service stands alone")
                .help("add `service: api`"));
        }
        let is_empty = match (&raw.cases, &raw.load) {
            (Some(cases), _) => cases.value.is_empty(),
            (_, Some(load)) => load.value.is_empty(),
            (None, None) => true,
        };
        if is_empty {
            let key = if load { "load" } else { "cases" };
            return Err(self
                .refuse(raw.suite.at, "an empty suite proves nothing")
                .help(format!("add a case under `{key}`")));
        }
        Ok(())
    }

    /// Gives what every case can name: the services it can reach, and what is built in.
    pub(super) fn names_of_the_environment(&self) -> Names {
        let mut names = Names::default();
        for name in BUILT_IN {
            names.add(name, "what is built in").expect("each built-in name is added once");
        }
        let services = self.settings.services.keys();
        for service in services.filter(|name| self.reaches(name)) {
            // A service that is called like a built-in name is still reached by `on` and its URL.
            let _ = names.add(service, SERVICE);
        }
        names
    }

    /// Reads the services that are started beside the one that the suite is about.
    fn needed(&self, raw: &RawFile) -> Result<Vec<String>, Diagnostic> {
        let mut needs: Vec<String> = Vec::new();
        for need in raw.needs.iter().flat_map(|needs| &needs.value) {
            let name = self.service(need)?;
            let is_own = raw.service.as_ref().is_some_and(|service| service.value == name);
            if is_own || needs.contains(&name) {
                return Err(self
                    .refuse(need.at, format!("`{name}` is started already"))
                    .help("take it out of `needs`"));
            }
            needs.push(name);
        }
        Ok(needs)
    }

    fn alone(&self, raw: &RawFile, names: &Names) -> Result<Option<Alone>, Diagnostic> {
        let Some(service) = self.alone.clone() else { return Ok(None) };
        let mut names = names.clone();
        let _ = names.add("password", "the password of the service");
        let environment =
            self.variables(raw.environment.as_ref().map(|entries| &entries.value), &names)?;
        let ready = raw.ready.as_ref().map(|path| match path.value.strip_prefix('/') {
            Some(_) => Ok(path.value.clone()),
            None => Err(self
                .refuse(path.at, format!("`{}` is not a path", path.value))
                .help("begin with `/`, as in `/health`")),
        });
        let needs = self.needs.clone();
        Ok(Some(Alone { service, needs, environment, ready: ready.transpose()? }))
    }

    /// Reads `NAME`, or `NAME: { file: path }` for one that a file holds where it is not set.
    pub(super) fn secret(&self, node: &Node) -> Result<(Text, Option<PathBuf>), Diagnostic> {
        match &node.value {
            Content::Text(name) => Ok((Text::new(name.clone(), node.at), None)),
            Content::Map(entries) => match &entries[..] {
                [(name, Node { value: Content::Map(source), .. })] => match &source[..] {
                    [(key, Node { value: Content::Text(path), .. })] if key.value == "file" => {
                        Ok((name.clone(), Some(self.settings.root.join(path))))
                    }
                    _ => Err(self.no_secret(node)),
                },
                _ => Err(self.no_secret(node)),
            },
            _ => Err(self.no_secret(node)),
        }
    }

    fn no_secret(&self, node: &Node) -> Diagnostic {
        self.refuse(node.at, "this does not say where a secret comes from")
            .help("write its variable, as in `[TOKEN]`, or `[{ TOKEN: { file: secrets/token } }]`")
    }

    fn targets(
        &self,
        written: Option<&Spanned<Vec<Text>>>,
    ) -> Result<Option<Vec<String>>, Diagnostic> {
        let Some(written) = written else { return Ok(None) };
        if written.value.is_empty() {
            return Err(self
                .refuse(written.at, "an empty list of targets allows none")
                .help("name the environments, or leave `targets` out to allow all"));
        }
        written.value.iter().map(|target| self.line(target)).collect::<Result<_, _>>().map(Some)
    }
}
