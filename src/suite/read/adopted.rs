//! From the keys `command` and `report` to an adopted suite.

use super::Reader;
use super::names::Names;
use super::raw::{RawFile, RawReport};
use crate::config::{Content, Entries, Node, Text, nearest};
use crate::model::{Diagnostic, Span, Template};
use crate::suite::adopted::{Adopted, ReportSource};

impl Reader<'_> {
    /// Reads the command of a suite that has one.
    pub(super) fn adopted(
        &self,
        raw: &RawFile,
        applies: bool,
        names: &Names,
    ) -> Result<Option<Adopted>, Diagnostic> {
        let Some(command) = &raw.command else { return Ok(None) };
        let Some((program, arguments)) = command.value.split_first() else {
            return Err(self
                .refuse(command.at, "an empty command runs nothing")
                .help("write the program and its arguments, as in `command: [pytest, -q]`"));
        };
        if applies {
            self.allowed(program)?;
        }
        let Some(report) = &raw.report else {
            return Err(self
                .refuse(command.at, "nothing says where the command reports its cases")
                .help("add `report: { junit: report.xml }` or `report: { tap: stdout }`"));
        };
        Ok(Some(Adopted {
            place: self.place(program.at),
            program: program.value.clone(),
            arguments: arguments
                .iter()
                .map(|argument| self.argument(argument, names))
                .collect::<Result<_, _>>()?,
            report: self.report(&report.value, report.at)?,
            environment: self.variables(raw.env.as_ref().map(|env| &env.value), names)?,
            folder: match &raw.workdir {
                Some(folder) => self.settings.root.join(self.line(folder)?),
                None => self.settings.root.clone(),
            },
            limit: self.duration_or(raw.timeout.as_ref(), Adopted::LIMIT)?,
            claims: self.claims(raw.serial.as_ref(), raw.group.as_ref())?,
        }))
    }

    /// Refuses a program that the settings do not let suites start on this host.
    pub(super) fn allowed(&self, program: &Text) -> Result<(), Diagnostic> {
        let allowed: Vec<&str> = self.settings.allow.run.iter().map(String::as_str).collect();
        let name = program.value.as_str();
        if allowed.contains(&name) {
            return Ok(());
        }
        let environment = &self.settings.environment;
        let refusal = self.refuse(
            program.at,
            format!("`{name}` is not among the programs that may be run for {environment}"),
        );
        if let Some(meant) = nearest(name, &allowed) {
            return Err(refusal.help(format!("did you mean `{meant}`?")));
        }
        let list: Vec<&str> = allowed.into_iter().chain([name]).collect();
        let (file, list) = (&self.settings.source.name, list.join(", "));
        Err(refusal.help(format!("if it may, say so in {file}: `allow: {{ run: [{list}] }}`")))
    }

    fn argument(&self, text: &Text, names: &Names) -> Result<Template, Diagnostic> {
        let template = self.template(text, names)?;
        if let Some(secret) = template.names().find(|name| self.secrets.contains(*name)) {
            return Err(self
                .refuse(
                    text.at,
                    format!("every program of the host can read the secret `{secret}` here"),
                )
                .help(format!("give it under `env`: `env: {{ {secret}: \"${{{secret}}}\" }}`")));
        }
        Ok(template)
    }

    fn report(&self, raw: &RawReport, at: Span) -> Result<ReportSource, Diagnostic> {
        let path = |text: &Text| self.line(text);
        match (&raw.junit, &raw.tap) {
            (Some(junit), None) => Ok(ReportSource::Junit(path(junit)?)),
            (None, Some(tap)) if tap.value == "stdout" => Ok(ReportSource::TapStdout),
            (None, Some(tap)) => Ok(ReportSource::TapFile(path(tap)?)),
            _ => Err(self
                .refuse(at, "a report is either `junit` or `tap`")
                .help("write `report: { junit: report.xml }` or `report: { tap: stdout }`")),
        }
    }

    /// Reads variables of a process.
    pub(super) fn variables(
        &self,
        entries: Option<&Entries>,
        names: &Names,
    ) -> Result<Vec<(String, Template)>, Diagnostic> {
        let entries = entries.map_or(&[][..], |entries| &entries.0);
        let read = |(name, node): &(Text, Node)| {
            let text = match &node.value {
                Content::Text(text) => text.clone(),
                Content::Number(number) => number.to_string(),
                Content::Boolean(truth) => truth.to_string(),
                other => {
                    return Err(self
                        .refuse(
                            node.at,
                            format!("the value of a variable is a text, not {}", other.described()),
                        )
                        .help("write it in quotes"));
                }
            };
            let text = Text::new(text, node.at);
            Ok((name.value.clone(), self.template(&text, names)?))
        };
        entries.iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::config::{Settings, Source, Variables};
    use crate::suite::{Adopted, Fixtures, Level, ReportSource, Suite, read_suite};

    fn settings() -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("proofmark.yaml");
        let text = "\
project: p
base: { services: { api: { port: 8000 } } }
environments: { local: { allow: { run: [pytest] } }, production: {} }
";
        std::fs::write(&file, text).unwrap();
        crate::config::load(&file, "local", &Variables::new()).unwrap()
    }

    fn read(more: &str, level: Level) -> Suite {
        let text = format!(
            "suite: api\nlevel: {}\ncommand: [pytest, \"--url=${{api}}\"]\n{more}\n",
            level.word()
        );
        read_suite(&Source::new("s.yaml", text), level, &settings(), &Fixtures::default()).unwrap()
    }

    #[test]
    fn a_command_is_what_it_says_and_what_it_does_not_say_is_usual() {
        let suite = read("report: { tap: stdout }", Level::Unit);
        let adopted = suite.adopted.unwrap();
        assert_eq!((adopted.program.as_str(), adopted.arguments.len()), ("pytest", 1));
        assert_eq!((adopted.limit, adopted.report), (Adopted::LIMIT, ReportSource::TapStdout));
        let suite = read(
            "report: { junit: out/*.xml }\nsecrets: [TOKEN]\nenv: { T: \"${TOKEN}\", N: 3 }\n\
             workdir: tests\ntimeout: 90s\nserial: db",
            Level::Load,
        );
        let adopted = suite.adopted.unwrap();
        assert_eq!(adopted.report, ReportSource::Junit("out/*.xml".to_owned()));
        assert_eq!(
            (adopted.limit, adopted.claims[0].name.as_str()),
            (Duration::from_secs(90), "suite:db")
        );
        assert!(adopted.folder.ends_with("tests"));
        assert_eq!(adopted.environment.len(), 2);
    }

    #[test]
    fn a_program_need_not_be_allowed_where_the_suite_is_not_run() {
        let text = "suite: api\nlevel: e2e\ntargets: [production]\ncommand: [wipe]\n\
                    report: { tap: stdout }\n";
        assert!(
            read_suite(&Source::new("s.yaml", text), Level::E2e, &settings(), &Fixtures::default())
                .is_ok()
        );
    }
}
