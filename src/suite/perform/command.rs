//! One adopted suite: its command, its report, and every case in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Ground;
use super::session::{NoValue, Session};
use super::trace::{command_line, ending};
use crate::config::Variables;
use crate::model::{Check, Finding, Millis, Outcome, Reason, StepTrace};
use crate::protocol::{Ended, Program, ProgramError};
use crate::runner::{Revealed, Scope};
use crate::suite::adopted::{Adopted, ReportSource};
use crate::suite::case::Suite;
use crate::suite::draft::fill_template;
use crate::suite::found::{FoundReport, ReportFiles, read_junit, read_tap, tell_apart};

/// How much of what a command prints is kept: a whole report where that is printed.
const MOST_PRINTED: usize = 16 * 1024 * 1024;
/// What is passed on of our own environment.
const INHERITED: [&str; 2] = ["PATH", "HOME"];

/// Is an adopted suite together with what it is performed on.
pub(in crate::suite) struct CommandRun {
    pub suite: Arc<Suite>,
    pub ground: Arc<Ground>,
    /// A text that no other case of any run has.
    pub unique: String,
}

impl CommandRun {
    /// Runs the command of the suite, reveals the cases of its report, and says whether the report can be
    /// trusted.
    pub(in crate::suite) async fn perform(self, scope: Scope) -> Finding {
        let Some(adopted) = &self.suite.adopted else {
            unreachable!("only a suite with a command is planned as one")
        };
        let finding = self.answer(adopted, &scope).await;
        finding.from_source(adopted.place.to_string())
    }

    async fn answer(&self, adopted: &Adopted, scope: &Scope) -> Finding {
        let program = match self.program(adopted, scope) {
            Ok(program) => program,
            Err(missing) => return Finding::inconclusive(Reason::NoData, missing.to_string()),
        };
        let files = match &adopted.report {
            ReportSource::Junit(path) | ReportSource::TapFile(path) => {
                let (folder, path) = (adopted.folder.clone(), path.clone());
                let look = move || ReportFiles::before(&folder, &path);
                Some(tokio::task::spawn_blocking(look).await.expect("looking at files ends"))
            }
            ReportSource::TapStdout => None,
        };
        let ended = match program.run(scope.stopped()).await {
            Ok(ended) => Arc::new(ended),
            Err(error) => {
                let reason = match error {
                    ProgramError::NotFound { .. } | ProgramError::NoFolder(_) => {
                        Reason::Precondition
                    }
                    ProgramError::Refused { .. } => Reason::NoReport,
                };
                return Finding::inconclusive(reason, error.to_string());
            }
        };
        let (source, printed) = (adopted.report.clone(), Arc::clone(&ended));
        let read = move || report(&source, files.as_ref(), &printed);
        let mut report = tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|broken| Err(format!("the report cannot be read: {broken}")));
        let finding = judge(adopted, &ended, &report);
        if let Ok(report) = &mut report {
            self.reveal(report, scope);
        }
        scope.tell(trace(&program, &ended, &finding));
        finding
    }

    fn program(&self, adopted: &Adopted, scope: &Scope) -> Result<Program, NoValue> {
        let ground = Arc::clone(&self.ground);
        let mut session = Session::new(ground, scope.clone(), self.unique.clone());
        session.learn_secrets(&self.suite.secrets)?;
        session.learn_values(self.suite.values.iter())?;
        let mut words = vec![adopted.program.clone()];
        for argument in &adopted.arguments {
            words.push(fill_template(argument, &session)?);
        }
        let mut variables = given(&self.ground, &self.unique);
        for (name, value) in &adopted.environment {
            variables.insert(name.clone(), fill_template(value, &session)?);
        }
        Ok(Program { words, folder: adopted.folder.clone(), variables, most: MOST_PRINTED })
    }

    fn reveal(&self, report: &mut FoundReport, scope: &Scope) {
        tell_apart(&mut report.cases, Adopted::NAME);
        let Suite { name, level, place, tags, .. } = &*self.suite;
        let found = report.cases.drain(..).map(|case| Revealed {
            check: Check::new(level.kind(), name, case.name)
                .at(place.clone())
                .tagged(tags.iter().cloned()),
            finding: case.finding,
            elapsed: case.elapsed,
        });
        scope.reveal(found);
    }
}

/// Gives the variables that every command gets: our own path and home, and how it reaches the target.
fn given(ground: &Ground, unique: &str) -> BTreeMap<String, String> {
    let own: &Variables = &ground.variables;
    let inherited =
        INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), own.get(*name)?.clone())));
    let mut variables: BTreeMap<String, String> = inherited.collect();
    variables.insert("PROOFMARK_ENV".to_owned(), ground.environment.clone());
    variables.insert("PROOFMARK_UNIQUE".to_owned(), unique.to_owned());
    if let Some(release) = &ground.release {
        variables.insert("PROOFMARK_RELEASE".to_owned(), release.clone());
    }
    for (service, endpoint) in &*ground.endpoints {
        variables.insert(url_variable(service), endpoint.url.clone());
    }
    variables
}

/// Gives the variable that says where a service answers: `PROOFMARK_URL_ORDERS_API` for `orders-api`.
fn url_variable(service: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("PROOFMARK_URL_{}", service.chars().map(letter).collect::<String>())
}

/// Reads the report of a command that ended, or says why there is none.
fn report(
    source: &ReportSource,
    files: Option<&ReportFiles>,
    ended: &Ended,
) -> Result<FoundReport, String> {
    let (path, read): (_, fn(&str) -> FoundReport) = match source {
        ReportSource::TapStdout if ended.stdout.left_out > 0 => {
            return Err(format!("it printed more than {} MiB", MOST_PRINTED / 1024 / 1024));
        }
        ReportSource::TapStdout => return Ok(read_tap(&ended.stdout.text())),
        ReportSource::Junit(path) => (path, read_junit),
        ReportSource::TapFile(path) => (path, read_tap),
    };
    let found = files.map(ReportFiles::after).unwrap_or_default();
    if found.fresh.is_empty() {
        return Err(match found.stale {
            0 => format!(
                "there is no {path}; say under `report` what it writes, seen from `workdir`"
            ),
            _ => format!("{path} is from before the command, which did not write it anew"),
        });
    }
    let mut report = FoundReport::default();
    for (path, text) in found.fresh {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut one = match text {
            Ok(text) => read(&text),
            Err(why) => FoundReport { broken: Some(why), ..FoundReport::default() },
        };
        one.broken = one.broken.map(|why| format!("{name}: {why}"));
        report.join(one);
    }
    Ok(report)
}

/// Says whether the command did what an adopted suite does: end, and report cases that explain how.
fn judge(adopted: &Adopted, ended: &Ended, report: &Result<FoundReport, String>) -> Finding {
    let exit = ended.shown();
    let no_report = |why: &str| {
        let message = format!("{} ({exit}) left no report: {why}", adopted.program);
        Finding::inconclusive(Reason::NoReport, message)
    };
    if ended.was_stopped {
        let message = format!("{} was told to stop ({exit})", adopted.program);
        return Finding::inconclusive(Reason::Cancelled, message);
    }
    let report = match report {
        Ok(report) => report,
        Err(why) => return no_report(why),
    };
    if let Some(why) = &report.broken {
        let message = format!("{} ({exit}) left a broken report: {why}", adopted.program);
        return Finding::inconclusive(Reason::NoReport, message);
    }
    let cases = report.cases.len();
    let (failed, skipped) = (report.count(Outcome::Fail), report.count(Outcome::Skipped));
    if cases == 0 {
        return no_report("it has no case");
    }
    if cases == skipped {
        let message = format!("all {cases} cases were skipped by {}", adopted.program);
        return Finding::inconclusive(Reason::NoData, message);
    }
    if !ended.status.success() && failed == 0 {
        let message = format!(
            "{} ended with {exit}, and none of the {cases} cases that it reports failed",
            adopted.program
        );
        return Finding::inconclusive(Reason::Exited, message);
    }
    let said = if failed == 0 { String::new() } else { format!(", {failed} of which failed") };
    let took = Millis::from(ended.elapsed);
    Finding::pass(format!("{exit} after {took}; the report shows {cases} cases{said}"))
}

fn trace(program: &Program, ended: &Ended, finding: &Finding) -> StepTrace {
    let printed =
        [&ended.stdout, &ended.stderr].map(|printed| printed.text().trim_end().to_owned());
    let printed: Vec<String> = printed.into_iter().filter(|text| !text.is_empty()).collect();
    StepTrace {
        name: file_name(&program.words[0]),
        outcome: finding.outcome,
        elapsed_ms: Millis::from(ended.elapsed).0,
        attempts: 1,
        sent: format!("{}\nin {}", command_line(&program.words), program.folder.display()),
        received: format!("{}\n{}", ending(&printed.join("\n")), ended.shown()),
        failures: match finding.outcome {
            Outcome::Pass => Vec::new(),
            _ => vec![finding.message.clone()],
        },
        screenshot: None,
    }
}

fn file_name(program: &str) -> String {
    let name = Path::new(program).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
