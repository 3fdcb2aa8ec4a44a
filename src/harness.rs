//! Suites as cargo tests: every case becomes a trial of `libtest-mimic`, performed by the one runner.
//!
//! What needs logic is a [`Trial`] in code, which stands in a suite like every other case. A thin adapter
//! on the top floor. `cargo test` and nextest list, select and count; what a case does
//! and means is decided below, so that `proofmark test` and `cargo test` never disagree.

mod bench;
mod told;
mod trial;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::config::{self, Profiles, Settings, Variables};
use crate::gate::ReportFile;
use crate::model::{Date, Diagnostic, Exit};
use crate::protocol::{kill_programs, remove_profiles};
use crate::report::visible;
use crate::runner::Options;
use crate::suite::{self, PlannedCase, PlannedTeardown, ThrownAway};
use bench::Bench;

pub use crate::suite::{CaseContext, TrialError};
pub use libtest_mimic::Arguments;
pub use trial::Trial;

/// The variable that names the environment; without it, `local`.
const ENVIRONMENT: &str = "PROOFMARK_ENV";
/// The variable that names the profile; without it, the usual one.
const PROFILE: &str = "PROOFMARK_PROFILE";
/// The variable that names report files, with commas between them.
const REPORT: &str = "PROOFMARK_REPORT";
/// The variable that nextest sets, which runs each case in a process of its own.
const NEXTEST: &str = "NEXTEST";
/// The exit code where a report cannot be written: a failed test's.
const NOT_REPORTED: u8 = 101;
/// The exit code where every case holds and a shared fixture could not be taken down: a failed test's.
const LEFT_BEHIND: u8 = 101;

/// Says what the suites are run with.
#[derive(Debug)]
pub struct Harness {
    /// A folder of the project: that of its `proofmark.yaml`, or one below.
    pub folder: PathBuf,
    /// The process environment.
    pub variables: Variables,
    /// A text that no other run has, of lower-case letters and digits.
    pub run: String,
    /// The day on which they are run: it decides which waivers still hold.
    pub today: Date,
    /// When they are run, as reports show it: RFC 3339 in UTC.
    pub started: String,
    /// What is run beside the suites.
    pub trials: Vec<Trial>,
}

impl Harness {
    /// Takes from the process what it runs with; `folder` is that of the project or one below it.
    #[must_use]
    pub fn from_process(folder: impl Into<PathBuf>) -> Self {
        let now = SystemTime::now();
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            folder: folder.into(),
            variables: std::env::vars().collect(),
            run: format!("r{:x}p{:x}", since_epoch.as_micros(), std::process::id()),
            today: Date::of(now),
            started: humantime::format_rfc3339_seconds(now).to_string(),
            trials: Vec::new(),
        }
    }

    /// Adds a trial in code.
    #[must_use]
    pub fn with(mut self, trial: Trial) -> Self {
        self.trials.push(trial);
        self
    }

    /// Runs what `arguments` select and gives the exit code that test runners expect.
    ///
    /// Listing reads the suites and looks at nothing else. A case is ignored, with the reason, where
    /// there is no engine or nothing of the project runs; unit cases need the engine only. What cases
    /// shared is taken down at the end.
    ///
    /// A case is asked again as often as the profile of `PROOFMARK_PROFILE` says. The files that
    /// `PROOFMARK_REPORT` names, seen from the project's folder, get the reports that
    /// `proofmark test --report` writes; a filter of `arguments` leaves out what it leaves out.
    #[must_use]
    pub fn run(self, arguments: &Arguments) -> ExitCode {
        match self.prepared(arguments) {
            Ok(prepared) => prepared.run(arguments),
            Err(refusals) => {
                eprintln!("{}", visible(&refusals.join("\n\n")));
                Exit::Refused.into()
            }
        }
    }

    fn prepared(self, arguments: &Arguments) -> Result<Prepared, Vec<String>> {
        let one = |cause: String| vec![cause];
        let Self { folder, variables, run, today, started, trials } = self;
        let settings = settings(&folder, &variables).map_err(one)?;
        let options = options(&settings, &variables).map_err(one)?;
        let reports = if arguments.list {
            Vec::new()
        } else {
            report_files(&settings, &variables).map_err(one)?
        };
        let all = |refusals: Vec<Diagnostic>| -> Vec<String> {
            refusals.iter().map(ToString::to_string).collect()
        };
        let mut suites = if settings.suites.exists() || trials.is_empty() {
            suite::read_folder(&settings).map_err(all)?
        } else {
            Vec::new()
        };
        if !trials.is_empty() {
            let fixtures = suite::read_fixtures(&settings).map_err(all)?;
            trial::join(trials, &mut suites, &fixtures)?;
        }
        let waivers = if arguments.list {
            Vec::new()
        } else {
            config::waivers(&settings).map_err(|refusal| one(refusal.to_string()))?
        };
        let runtime =
            Runtime::new().map_err(|cause| one(format!("cannot start the runtime: {cause}")))?;
        let cases = suite::planned_cases(&suites);
        let teardowns = suite::planned_teardowns(&cases, &settings.environment);
        let bench = Arc::new(Bench {
            settings: Arc::new(settings),
            variables: Arc::new(variables),
            run,
            waivers,
            today,
            options,
            sight: OnceCell::new(),
            claims: Mutex::default(),
            stop: CancellationToken::new(),
            runtime: runtime.handle().clone(),
            began: Instant::now(),
            results: Mutex::default(),
        });
        Ok(Prepared { cases, teardowns, bench, runtime, reports, started })
    }
}

/// Is everything that was read, before anything is run.
struct Prepared {
    cases: Vec<PlannedCase>,
    teardowns: Vec<PlannedTeardown>,
    bench: Arc<Bench>,
    runtime: Runtime,
    reports: Vec<ReportFile>,
    started: String,
}

impl Prepared {
    fn run(self, arguments: &Arguments) -> ExitCode {
        let Self { cases, teardowns, bench, runtime, reports, started } = self;
        if !arguments.list {
            suite::keep_panics_quiet();
            runtime.spawn(interrupt(bench.stop.clone()));
        }
        let cases = cases.into_iter().enumerate();
        let trials = cases.map(|(place, case)| trial(place, case, Arc::clone(&bench))).collect();
        let conclusion = libtest_mimic::run(arguments, trials);
        if arguments.list {
            return conclusion.exit_code();
        }
        let left = runtime.block_on(bench.take_down(teardowns));
        let inspection = bench.inspection(&started);
        inspection.run.results.iter().filter_map(told::flaky).for_each(|told| eprintln!("{told}"));
        let mut exit = conclusion.exit_code();
        if !left.is_empty() {
            eprintln!("{}", left.join("\n"));
            exit = ExitCode::from(LEFT_BEHIND);
        }
        for file in reports {
            match file.write(&inspection) {
                Ok(()) => eprintln!("report written to {}", file.path().display()),
                Err(cause) => {
                    eprintln!("error: {cause}");
                    exit = ExitCode::from(NOT_REPORTED);
                }
            }
        }
        exit
    }
}

fn settings(folder: &Path, variables: &Variables) -> Result<Settings, String> {
    let environment = variables.get(ENVIRONMENT).map_or("local", String::as_str);
    config::find(folder)
        .and_then(|file| config::load(&file, environment, variables))
        .map_err(|error| error.to_string())
}

/// Says how a case is performed. How many run at once, and when nothing more is started, is the test
/// runner's to say.
fn options(settings: &Settings, variables: &Variables) -> Result<Options, String> {
    let name = variables.get(PROFILE).map_or(Profiles::USUAL, String::as_str);
    let profile = Options::from(settings.profiles.named(name)?);
    Ok(Options { limit: None, most_failures: None, ..profile })
}

/// Reads which reports are asked for.
fn report_files(settings: &Settings, variables: &Variables) -> Result<Vec<ReportFile>, String> {
    let named = variables.get(REPORT).map_or("", String::as_str).split(',').map(str::trim);
    let named: Vec<&Path> = named.filter(|name| !name.is_empty()).map(Path::new).collect();
    if !named.is_empty() && variables.contains_key(NEXTEST) {
        return Err(format!(
            "error: {REPORT} is set, and nextest runs each case in a process of its own, none of which could report on the others; take it out and use nextest's own JUnit, or `cargo test`, or `proofmark test --report`"
        ));
    }
    let of = |name: &Path| ReportFile::of(&settings.root, name);
    named
        .into_iter()
        .map(of)
        .collect::<Result<_, _>>()
        .map_err(|cause| format!("error: {REPORT}: {cause}"))
}

/// Lets running cases clean up at the first interruption, removes by force what they made at the second, and ends at
/// once at the third.
async fn interrupt(stop: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    stop.cancel();
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    kill_programs();
    remove_profiles();
    if let Some(made) = ThrownAway::by_this_process() {
        tokio::select! {
            removal = made.remove() => eprintln!("{removal}"),
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    std::process::exit(130);
}

fn trial(place: usize, case: PlannedCase, bench: Arc<Bench>) -> libtest_mimic::Trial {
    let check = case.check();
    let name = format!("{}::{}", check.group, check.name);
    let perform = move || {
        let handle = bench.runtime.clone();
        handle.block_on(async move { bench.perform(place, case).await })
    };
    libtest_mimic::Trial::ignorable_test(name, perform).with_kind(check.kind.word())
}

#[cfg(test)]
mod tests;
